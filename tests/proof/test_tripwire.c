// SPDX-License-Identifier: ISC
// A tripwire around every pond_stream_run(): while it runs, a system call of
// this thread is caught by Syscall User Dispatch, and page faults are counted.
// The stream, as it is shipped, makes none; what is planted inside it is found.
// Skipped where the kernel or the processor has no such dispatch.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <cmocka.h>

#include "planted.h"

// linux/prctl.h
enum { SET_DISPATCH = 59, DISPATCH_ON = 1 };
enum { ALLOW = 0, BLOCK = 1, SKIPPED = 77, MESSAGE_BYTES = 1 << 12 };

static volatile char selector = ALLOW;
static volatile uint64_t n_syscalls;
static volatile int last_syscall;
static uint64_t n_faults;

// Runs in place of the system call, which is not made: it answers ENOSYS.
// Nothing more is caught in this block.
static void on_syscall(int number, siginfo_t* info, void* context) {
  selector = ALLOW;
  n_syscalls = n_syscalls + 1;
  last_syscall = info->si_syscall;
  (void)number;
#if defined(__x86_64__)
  ((ucontext_t*)context)->uc_mcontext.gregs[REG_RAX] = -38;
#else
  (void)context;
#endif
}

static bool arm(void) {
#if defined(__x86_64__)
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_syscall;
  action.sa_flags = SA_SIGINFO;
  return sigaction(SIGSYS, &action, NULL) == 0 &&
         prctl(SET_DISPATCH, DISPATCH_ON, 0, 0, &selector) == 0;
#else
  return false;
#endif
}

static uint64_t faults(void) {
  struct rusage usage;
  (void)getrusage(RUSAGE_THREAD, &usage);
  return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}

static void run_block(Load* load, const PondBlock* block) {
  PondStream* stream = pond_session_stream(load->session);
  const uint64_t before = faults();
  selector = BLOCK;
  pond_stream_run(stream, block);
  selector = ALLOW;
  n_faults += faults() - before;
}

// Once before counting, as a host's first callback does: the functions' own
// pages come in, and the stack.
static void warm_up(void) {
  static Load load;
  volatile char stack[1 << 16];
  for (size_t i = 0; i < sizeof stack; i += 512) {
    stack[i] = 0;
  }
  load_start(&load, POND_KERNEL_AUTO, 16, 64);
  for (int i = 0; i < 500; i++) {
    load_control(&load);
    const PondBlock block = load_next_block(&load);
    run_block(&load, &block);
  }
  load_stop(&load);
  n_syscalls = 0;
  n_faults = 0;
}

// ---- What is planted.
static char* fresh;  // pages that nobody has touched
static int null_file;
static volatile uint32_t sum;
static void* volatile large;

static void plant_getpid(void) { (void)syscall(SYS_getpid); }
static void plant_write(void) { (void)!write(null_file, "x", 1); }
static void plant_open(void) { (void)open("/dev/null", O_RDONLY); }
static void plant_yield(void) { (void)sched_yield(); }
static void plant_mmap(void) { large = malloc((size_t)1 << 24U); }
static void plant_clock(void) {
  struct timespec now;
  (void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
}
static void plant_nanosleep(void) {
  const struct timespec short_time = {0, 1};
  (void)nanosleep(&short_time, NULL);
}
static void plant_futex(void) {
  static uint32_t word;
  (void)syscall(SYS_futex, &word, 1, 1, NULL, NULL, 0);
}
static void plant_instruction(void) {
#if defined(__x86_64__)
  long answer = SYS_gettid;
  __asm__ volatile("syscall" : "+a"(answer) : : "rcx", "r11", "memory");
#endif
}
static void plant_first_touch(void) { fresh[0] = 1; }
static void plant_first_read(void) { sum += (uint32_t)fresh[4096]; }
static void plant_dropped_page(void) { fresh[8192] = 1; }
static void plant_stack(void) {
  volatile char stack[1 << 20];
  for (size_t i = 0; i < sizeof stack; i += 4096) {
    stack[i] = 1;
  }
  sum += (uint32_t)stack[4096];
}
static void plant_nothing(void) { sum += 1; }

/// A planted fault, and what it must be found as. A system call's own function
/// may bring in a page too.
typedef struct {
  const char* name;
  void (*act)(void);
  bool is_syscall;
  bool is_fault;
} Planted;

static const Planted planted[] = {
    {"getpid", plant_getpid, true, false},
    {"write", plant_write, true, false},
    {"open", plant_open, true, false},
    {"sched_yield", plant_yield, true, false},
    {"large_malloc", plant_mmap, true, false},
    {"clock_gettime", plant_clock, true, false},
    {"nanosleep", plant_nanosleep, true, false},
    {"futex", plant_futex, true, false},
    {"syscall_instruction", plant_instruction, true, false},
    {"first_touch", plant_first_touch, false, true},
    {"first_read", plant_first_read, false, true},
    {"dropped_page", plant_dropped_page, false, true},
    {"deep_stack", plant_stack, false, true},
    {"nothing", plant_nothing, false, false},
};
enum { N_PLANTED = sizeof planted / sizeof planted[0] };

static int run_planted(const Planted* fault) {
  static Load load;
  if (!arm()) {
    return SKIPPED;
  }
  null_file = open("/dev/null", O_WRONLY);
  fresh = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  (void)madvise(fresh, 1 << 16, MADV_NOHUGEPAGE);
  fresh[8192] = 1;
  (void)madvise(fresh + 8192, 4096, MADV_DONTNEED);
  warm_up();
  load_start(&load, POND_KERNEL_AUTO, 8, 16);
  planted_in_kernel(&load, fault->act);
  PondBlock block = load_next_block(&load);
  block.n_frames = 1;
  run_block(&load, &block);
  load_stop(&load);
  (void)printf("%llu %llu\n", (unsigned long long)n_syscalls,
               (unsigned long long)n_faults);
  return 0;
}

static void each_planted_fault_is_found(void** state) {
  (void)state;
  static char output[MESSAGE_BYTES];
  uint32_t n_found = 0;
  for (uint32_t i = 0; i < N_PLANTED; i++) {
    const int status = planted_run(planted[i].name, output, sizeof output);
    char* rest = output;
    const uint64_t syscalls = strtoull(rest, &rest, 10);
    const uint64_t page_faults = strtoull(rest, &rest, 10);
    const bool right =
        status == 0 && *rest == '\n' &&
        (syscalls > 0) == planted[i].is_syscall &&
        (planted[i].is_syscall || (page_faults > 0) == planted[i].is_fault);
    print_message("%s: %llu system calls, %llu page faults%s\n",
                  planted[i].name, (unsigned long long)syscalls,
                  (unsigned long long)page_faults, right ? "" : ": WRONG");
    n_found += right;
  }
  assert_int_equal(n_found, N_PLANTED);
}

// Control acts once in `calm` blocks.
static void run_clean(uint32_t units, uint64_t n_blocks, uint32_t max_block,
                      uint32_t calm) {
  static Load load;
  PondStats stats;
  n_syscalls = n_faults = 0;
  load_start(&load, POND_KERNEL_AUTO, units, max_block);
  for (uint64_t i = 0; i < n_blocks; i++) {
    if (i % calm == 0) {
      load_control(&load);
    }
    const PondBlock block = load_next_block(&load);
    run_block(&load, &block);
  }
  pond_session_stats(load.session, &stats);
  load_stop(&load);
  print_message(
      "N %u: %llu blocks, %llu swaps, %llu events, %llu snapshots: %llu system "
      "calls, %llu page faults\n",
      units, (unsigned long long)stats.n_blocks,
      (unsigned long long)stats.n_swaps, (unsigned long long)stats.n_events,
      (unsigned long long)load.counts.n_snapshots,
      (unsigned long long)n_syscalls, (unsigned long long)n_faults);
  assert_int_equal(stats.n_blocks, n_blocks);
  assert_true(stats.n_swaps >= n_blocks / calm / 40);
  assert_true(stats.n_events >= n_blocks / calm / 4);
  assert_true(load.counts.n_snapshots >= n_blocks / calm / 20);
  if (n_syscalls > 0) {
    fail_msg("system call %d in the audio thread", last_syscall);
  }
  assert_int_equal(n_faults, 0);
}

// A million blocks as shipped, fewer in slower builds.
#ifdef NDEBUG
enum { SMALL_BLOCKS = 1000000 };
#else
enum { SMALL_BLOCKS = 100000 };
#endif

static void a_small_stream_stays_in_its_memory(void** state) {
  (void)state;
  run_clean(64, SMALL_BLOCKS, 16, 8);
}

static void a_middle_stream_stays_in_its_memory(void** state) {
  (void)state;
  run_clean(500, 4000, 48, 1);
}

static void a_large_stream_stays_in_its_memory(void** state) {
  (void)state;
  run_clean(4000, 80, 24, 1);
}

int main(int argc, char** argv) {
  for (uint32_t i = 0; argc == 2 && i < N_PLANTED; i++) {
    if (strcmp(argv[1], planted[i].name) == 0) {
      return run_planted(&planted[i]);
    }
  }
  if (!arm()) {
    (void)puts("skipped: this kernel has no Syscall User Dispatch");
    return SKIPPED;
  }
  warm_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_planted_fault_is_found),
      cmocka_unit_test(a_small_stream_stays_in_its_memory),
      cmocka_unit_test(a_middle_stream_stays_in_its_memory),
      cmocka_unit_test(a_large_stream_stays_in_its_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
