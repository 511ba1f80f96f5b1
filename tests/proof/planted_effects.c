// SPDX-License-Identifier: ISC
// Function effects: with PLANT 0 what audio code may do, which compiles; with
// PLANT 1 and up one thing each that it may not, which must not compile. Read
// by check_effects.sh; never linked.
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mailbox.h"
#include "pond/rt.h"
#include "program.h"
#include "ring.h"
#include "slot.h"
#include "triple.h"

typedef void Act(void* context) POND_NONBLOCKING;
typedef void Unmarked(void* context);

void unmarked(void* context);
void violate(void* context, Unmarked* call) POND_NONBLOCKING;
void behave(void* context, Act* call) POND_NONBLOCKING;

// A definition that needs no mark of its own: what it does is seen.
static float inferred(float x) { return fmaf(x, x, 1.0f); }

void behave(void* context, Act* call) {
  PondProgram* program = context;
  float v[4] = {0.0f, 1.0f, 2.0f, inferred(3.0f)};
  memset(v, 0, sizeof v / 2);
  memmove(v + 1, v, sizeof v / 2);
  program->kernels->readout(program->readouts, v, program->scratch);
  call(context);
}

// What the audio thread is given to call is marked, every one of it.
void (*const run)(PondStream*,
                  const PondBlock*) POND_NONBLOCKING = pond_stream_run;
PondStatus (*const set_param)(PondStream*, PondParam,
                              float) POND_NONBLOCKING = pond_stream_set_param;
uint64_t (*const frame)(const PondStream*) POND_NONBLOCKING = pond_stream_frame;
bool (*const write_ring)(PondRing*, const void*, size_t, const void*,
                         size_t) POND_NONBLOCKING = pond_ring_write;
bool (*const read_ring)(PondRing*, void*,
                        size_t) POND_NONBLOCKING = pond_ring_read;
void* (*const take)(PondMailbox*)POND_NONBLOCKING = pond_mailbox_take;
void (*const give_back)(PondMailbox*,
                        void*) POND_NONBLOCKING = pond_mailbox_return;
void (*const publish)(PondTriple*) POND_NONBLOCKING = pond_triple_publish;
void (*const fill)(PondSlot*) POND_NONBLOCKING = pond_slot_fill;

#if PLANT == 14
static void indirect(void* context) { free(context); }
#elif PLANT == 15
static void kernel(const PondReadoutOp* op, const float* v, float* y) {
  (void)op;
  (void)v;
  *(void**)y = malloc(1);
}
const PondKernels table = {.readout = kernel};
#elif PLANT == 16
static void recursive(void* context, int depth) {
  if (depth > 0) {
    recursive(context, depth - 1);
  }
  unmarked(context);
}
#elif PLANT == 17
Act* const call = unmarked;
#endif

void violate(void* context, Unmarked* call_unmarked) {
  (void)context;
  (void)call_unmarked;
#if PLANT == 1
  *(void**)context = malloc(8);
#elif PLANT == 2
  free(context);
#elif PLANT == 3
  *(void**)context = calloc(1, 8);
#elif PLANT == 4
  (void)pthread_mutex_lock(context);
#elif PLANT == 5
  (void)printf("%p\n", context);
#elif PLANT == 6
  (void)clock_gettime(CLOCK_MONOTONIC, context);
#elif PLANT == 7
  (void)nanosleep(context, NULL);
#elif PLANT == 8
  (void)write(1, context, 1);
#elif PLANT == 9
  unmarked(context);
#elif PLANT == 10
  call_unmarked(context);
#elif PLANT == 11
  static int count;
  *(int*)context = count++;
#elif PLANT == 12
  (void)usleep(1);
#elif PLANT == 13
  (void)pthread_cond_wait(context, context);
#elif PLANT == 14
  indirect(context);
#elif PLANT == 16
  recursive(context, 3);
#elif PLANT == 18
  static _Thread_local int own;
  *(int*)context = own;
#endif
}
