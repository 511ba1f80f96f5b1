// SPDX-License-Identifier: ISC
// Commands that are not built yet. Main thread.
#include "command_list.h"
#include "report.h"
static int stub(const char* name) {
  PondError error;
  host_error(&error, POND_STATUS_UNSUPPORTED, "not built yet");
  return host_fail(name, &error);
}
int host_train(int argc, char** argv) {
  (void)argc;
  return stub(argv[0]);
}
int host_run(int argc, char** argv) {
  (void)argc;
  return stub(argv[0]);
}
int host_demo(int argc, char** argv) {
  (void)argc;
  return stub(argv[0]);
}
