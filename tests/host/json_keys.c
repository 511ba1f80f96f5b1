// SPDX-License-Identifier: ISC
// json_keys FILE KEY...: FILE is one JSON object and has every KEY. Test.
#include <jansson.h>
#include <stdio.h>

int main(int argc, char** argv) {
  json_error_t where;
  if (argc < 3) {
    return 2;
  }
  json_t* root = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &where);
  if (!json_is_object(root)) {
    printf("%s: no JSON object: %s\n", argv[1], root ? "" : where.text);
    json_decref(root);
    return 1;
  }
  int status = 0;
  for (int i = 2; i < argc; i++) {
    if (!json_object_get(root, argv[i])) {
      printf("%s: no key %s\n", argv[1], argv[i]);
      status = 1;
    }
  }
  json_decref(root);
  return status;
}
