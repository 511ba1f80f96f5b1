// SPDX-License-Identifier: ISC
// echopond doctor: what this build and machine offer, and what is missing.
// Main thread.
#include "bytes.h"
#include "command_list.h"
#include "gnuplot.h"
#include "options.h"
#include "presets.h"
#include "report.h"

#include "pond/engine.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

typedef struct {
  bool json;
} Settings;

enum { KEY_JSON = HOST_KEY_FIRST };

static const struct argp_option g_options[] = {
    {"json", KEY_JSON, NULL, 0, "Answer in JSON", 0}, {0}};

static bool set(void* context, int key, const char* value, HostUsage* usage) {
  if (key != KEY_JSON) {
    return host_usage(usage, "unexpected argument %s; doctor takes none",
                      value);
  }
  ((Settings*)context)->json = true;
  return true;
}

static const HostCommandLine g_line = {
    "doctor",
    g_options,
    "",
    "Says which kernels, numerics and limits are here, and what is missing "
    "with how to get it.",
    set,
    NULL};

// Hardware fma; without it the same bits come 20 to 40 times slower.
static bool has_fma(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

static int count_threads(void) {
  int n = 0;
  DIR* folder = opendir("/proc/self/task");
  struct dirent* entry;
  if (!folder) {
    return 0;
  }
  while ((entry = readdir(folder))) {
    n += entry->d_name[0] != '.';
  }
  closedir(folder);
  return n;
}

// -1 stands for no limit.
static long long limit_of(int resource) {
  struct rlimit limit;
  if (getrlimit((__rlimit_resource_t)resource, &limit) ||
      limit.rlim_cur == RLIM_INFINITY) {
    return -1;
  }
  return (long long)limit.rlim_cur;
}

static void print_kernels(void) {
  printf("kernels      ");
  for (PondKernelId k = POND_KERNEL_SCALAR; pond_kernel_name(k); k++) {
    printf("%s %s%s", pond_kernel_name(k),
           pond_kernel_available(k) ? "yes" : "no",
           pond_kernel_name(k + 1) ? ", " : "");
  }
  printf("; auto is %s\n", pond_kernel_name(pond_kernel_best()));
}

static void print_limits(void) {
  long long priority = limit_of(RLIMIT_RTPRIO);
  long long locked = limit_of(RLIMIT_MEMLOCK);
  if (priority == 0) {
    printf(
        "real time    not allowed by the limit of rtprio; for live work add "
        "\"@audio - rtprio 95\" to /etc/security/limits.d and log in as a "
        "member of audio (root needs no limit)\n");
  } else {
    printf("real time    allowed, rtprio %lld (-1: no limit)\n", priority);
  }
  if (locked >= 0) {
    printf(
        "memory lock  %lld KiB; for live work add \"@audio - memlock "
        "unlimited\" likewise\n",
        locked / 1024);
  } else {
    printf("memory lock  no limit\n");
  }
}

static void print_words(void) {
  char path[HOST_PATH_SIZE];
  PondError missing;
  printf("version      echopond %s, numerics contract %d\n", POND_VERSION,
         POND_NUMERICS);
  print_kernels();
  printf("fma          %s\n",
         has_fma() ? "in hardware"
                   : "WARNING: none in this processor; results are right, but "
                     "20 to 40 times slower");
  printf(
      "BLAS         OpenBLAS for %s, linked in, %d thread%s in this "
      "process\n",
      pond_blas_core(), count_threads(), count_threads() == 1 ? "" : "s");
  printf("gnuplot      %s\n", host_gnuplot_find(path)
                                  ? path
                                  : "none; apt-get install gnuplot-nox draws "
                                    "plots in the terminal");
  printf("presets      %s\n",
         host_preset_path("ecg.json", path, &missing) ? missing.text : path);
  print_limits();
  printf("JACK, OSC    not in this build\n");
  printf("LV2          not in this build\n");
  printf("CUDA         not in this build\n");
}

static void print_json(void) {
  char path[HOST_PATH_SIZE];
  PondError missing;
  json_t* kernels = json_object();
  for (PondKernelId k = POND_KERNEL_SCALAR; pond_kernel_name(k); k++) {
    json_object_set_new(kernels, pond_kernel_name(k),
                        json_boolean(pond_kernel_available(k)));
  }
  json_t* root =
      json_pack("{s:s, s:i, s:o, s:s, s:b, s:s, s:i, s:I, s:I}", "version",
                POND_VERSION, "numerics", POND_NUMERICS, "kernels", kernels,
                "kernel_auto", pond_kernel_name(pond_kernel_best()), "fma",
                has_fma(), "blas_core", pond_blas_core(), "threads",
                count_threads(), "rtprio", (json_int_t)limit_of(RLIMIT_RTPRIO),
                "memlock_bytes", (json_int_t)limit_of(RLIMIT_MEMLOCK));
  json_object_set_new(
      root, "gnuplot",
      host_gnuplot_find(path) ? json_string(path) : json_null());
  json_object_set_new(root, "presets",
                      host_preset_path("ecg.json", path, &missing)
                          ? json_null()
                          : json_string(path));
  for (int i = 0; i < 3; i++) {
    json_object_set_new(root, (const char* const[]){"jack", "lv2", "cuda"}[i],
                        json_false());
  }
  json_dumpf(root, stdout, JSON_INDENT(2));
  puts("");
  json_decref(root);
}

int host_doctor(int argc, char** argv) {
  Settings settings = {0};
  HostParsed parsed = host_parse(&g_line, argc, argv, &settings);
  if (parsed != HOST_PARSED) {
    return parsed == HOST_PARSED_HELP ? HOST_DONE : HOST_USAGE;
  }
  if (settings.json) {
    print_json();
  } else {
    print_words();
  }
  return HOST_DONE;
}
