// SPDX-License-Identifier: ISC
// The commands of the program. Each takes its own argv (argv[0] is its name)
// and returns the exit status. Main thread.
#ifndef HOST_COMMAND_LIST_H
#define HOST_COMMAND_LIST_H

int host_new(int argc, char** argv);
int host_train(int argc, char** argv);
int host_run(int argc, char** argv);
int host_info(int argc, char** argv);
int host_doctor(int argc, char** argv);
int host_demo(int argc, char** argv);
int host_demo_stream(int argc, char** argv);  // the child of demo

#endif
