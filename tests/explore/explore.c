// SPDX-License-Identifier: ISC
// The explorer: coroutines, choices, and the orders named by the sources. One
// real thread.
#include "explore.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "memory.h"

enum { MAX_CHOICES = 512, STACK_BYTES = 1 << 16, NOBODY = -1 };

// What a thread is about to do; no operation once it has ended.
typedef enum { OP_NONE, OP_LOAD, OP_STORE, OP_EXCHANGE } OpKind;
typedef struct {
  OpKind kind;
  int location;
} Op;

typedef struct {
  ucontext_t context;
  _Alignas(16) unsigned char stack[STACK_BYTES];
  Op next;
} Thread;

// The path through the choices: at each, which of how many was taken.
typedef struct {
  uint32_t n_choices[MAX_CHOICES];
  uint32_t taken[MAX_CHOICES];
  uint32_t length;
  uint32_t position;
} Path;

static const ExploreProgram* program;
static ExploreMutant mutant;
static bool reduce;
static ExploreResult result;
static Path path;
static Thread threads[EXPLORE_MAX_THREADS];
static ucontext_t scheduler;
static int n_threads;
static int current;      // thread that runs, or MEMORY_SETUP
static bool starting;    // threads run to their first operation
static uint32_t asleep;  // threads whose next operation was explored already
static bool redundant;
static ExploreSite sites[EXPLORE_MAX_SITES];
static int n_sites;

int explore_site_count(void) { return n_sites; }

const ExploreSite* explore_site(int index) { return &sites[index]; }

const char* explore_order_name(ExploreOrder order) {
  static const char* const names[] = {"relaxed", "acquire", "release",
                                      "acq_rel"};
  return names[order];
}

// The order in force at `place`: its own, or the mutant's.
static ExploreOrder order_at(ExplorePlace place, const char* kind,
                             ExploreOrder order) {
  int site = 0;
  while (site < n_sites && (sites[site].place.line != place.line ||
                            strcmp(sites[site].place.file, place.file) != 0)) {
    site++;
  }
  if (site == n_sites) {
    assert(n_sites < EXPLORE_MAX_SITES);
    sites[n_sites++] = (ExploreSite){place, kind, order};
  }
  result.sites |= UINT64_C(1) << site;
  return site == mutant.site ? mutant.order : order;
}

static void fail(const char* what) {
  result.failed = true;
  snprintf(result.failure, sizeof result.failure, "%s", what);
  if (current != MEMORY_SETUP) {
    setcontext(&scheduler);
  }
}

static uint32_t choose(uint32_t n_choices) {
  if (n_choices <= 1) {
    return 0;
  }
  assert(path.position < MAX_CHOICES);
  if (path.position == path.length) {
    path.n_choices[path.length] = n_choices;
    path.taken[path.length++] = 0;
  }
  assert(path.n_choices[path.position] == n_choices);
  return path.taken[path.position++];
}

// The next path in depth-first order; false after the last.
static bool advance(void) {
  while (path.length > 0) {
    uint32_t last = path.length - 1;
    if (++path.taken[last] < path.n_choices[last]) {
      return true;
    }
    path.length--;
  }
  return false;
}

static bool independent(Op a, Op b) {
  return a.location != b.location || (a.kind == OP_LOAD && b.kind == OP_LOAD);
}

// Who acts next. Threads tried before the chosen one need not act first
// again until something that their operation depends on has happened.
static int pick(void) {
  int candidates[EXPLORE_MAX_THREADS];
  uint32_t n_candidates = 0;
  bool any = false;
  for (int t = 0; t < n_threads; t++) {
    any = any || threads[t].next.kind != OP_NONE;
    if (threads[t].next.kind != OP_NONE && !(asleep >> t & 1)) {
      candidates[n_candidates++] = t;
    }
  }
  if (n_candidates == 0) {
    redundant = any;
    return NOBODY;
  }
  uint32_t chosen = choose(n_candidates);
  for (uint32_t i = 0; reduce && i < chosen; i++) {
    asleep |= 1u << candidates[i];
  }
  int next = candidates[chosen];
  for (int t = 0; t < n_threads; t++) {
    if (!independent(threads[t].next, threads[next].next)) {
      asleep &= ~(1u << t);
    }
  }
  return next;
}

// Lets another thread act, until it is this one's turn; for ever if it ended.
static void pass_on(void) {
  int self = current;
  assert(self >= 0 && self < EXPLORE_MAX_THREADS);
  int next = pick();
  if (next == self) {
    return;
  }
  if (next == NOBODY) {
    setcontext(&scheduler);
  }
  current = next;
  swapcontext(&threads[self].context, &threads[next].context);
}

// Called before every atomic operation.
static int arrive(OpKind kind, const void* object) {
  int location = memory_location(object);
  if (current == MEMORY_SETUP) {
    return location;
  }
  threads[current].next = (Op){kind, location};
  if (starting) {
    swapcontext(&threads[current].context, &scheduler);
  } else {
    pass_on();
  }
  return location;
}

uint64_t explore_load(const void* object, ExploreOrder order,
                      ExplorePlace place) {
  ExploreOrder real = order_at(place, "load", order);
  int location = arrive(OP_LOAD, object);
  uint32_t choice = choose(memory_load_count(current, location));
  return memory_load(current, location, real, choice);
}

void explore_store(void* object, uint64_t value, ExploreOrder order,
                   ExplorePlace place) {
  ExploreOrder real = order_at(place, "store", order);
  int location = arrive(OP_STORE, object);
  uint32_t choice = choose(memory_store_count(current, location));
  memory_store(current, location, value, real, choice);
}

uint64_t explore_exchange(void* object, uint64_t value, ExploreOrder order,
                          ExplorePlace place) {
  ExploreOrder real = order_at(place, "exchange", order);
  int location = arrive(OP_EXCHANGE, object);
  uint32_t choice = choose(memory_exchange_count(current, location));
  return memory_exchange(current, location, value, real, choice);
}

void explore_share_write(void* shared, const void* from, size_t n_bytes) {
  if (!memory_plain(current, shared, n_bytes, true)) {
    fail("data race on a plain write");
    return;
  }
  memcpy(shared, from, n_bytes);
}

void explore_share_read(void* to, const void* shared, size_t n_bytes) {
  if (!memory_plain(current, shared, n_bytes, false)) {
    fail("data race on a plain read");
    return;
  }
  memcpy(to, shared, n_bytes);
}

void explore_memory(void* memory, size_t n_bytes) {
  memory_name(memory, n_bytes);
}

void explore_write(uint32_t* cell, uint32_t value) {
  explore_share_write(cell, &value, sizeof value);
}

uint32_t explore_read(const uint32_t* cell) {
  uint32_t value = 0;
  explore_share_read(&value, cell, sizeof value);
  return value;
}

void explore_assert(bool held, const char* what) {
  if (!held) {
    fail(what);
  }
}

void explore_outcome(uint32_t outcome) {
  result.outcomes |= UINT64_C(1) << outcome;
}

static void enter(void) {
  program->threads[current]();
  threads[current].next.kind = OP_NONE;
  if (starting) {
    setcontext(&scheduler);
  }
  pass_on();
}

// All threads up to their first operation, which none depends on.
static void start_threads(void) {
  starting = true;
  for (int t = 0; t < n_threads && !result.failed; t++) {
    memory_start(t);
    getcontext(&threads[t].context);
    threads[t].context.uc_stack.ss_sp = threads[t].stack;
    threads[t].context.uc_stack.ss_size = STACK_BYTES;
    threads[t].context.uc_link = NULL;
    makecontext(&threads[t].context, enter, 0);
    current = t;
    swapcontext(&scheduler, &threads[t].context);
  }
  starting = false;
}

static void run_threads(void) {
  int first = pick();
  if (first == NOBODY) {
    return;
  }
  current = first;
  swapcontext(&scheduler, &threads[first].context);
}

static void execute(void) {
  memory_reset();
  path.position = 0;
  asleep = 0;
  redundant = false;
  current = MEMORY_SETUP;
  program->setup();
  start_threads();
  if (!result.failed) {
    run_threads();
  }
  current = MEMORY_SETUP;
  if (result.failed || redundant) {
    result.n_redundant += redundant;
    return;
  }
  for (int t = 0; t < n_threads; t++) {
    memory_join(t);
  }
  program->check();
  result.n_executions++;
}

ExploreResult explore_run(const ExploreProgram* what, ExploreMutant weakened,
                          bool with_sleep_sets) {
  program = what;
  mutant = weakened;
  reduce = with_sleep_sets;
  memset(&result, 0, sizeof result);
  memset(&path, 0, sizeof path);
  n_threads = 0;
  while (n_threads < EXPLORE_MAX_THREADS && what->threads[n_threads] != NULL) {
    n_threads++;
  }
  do {
    execute();
  } while (!result.failed && advance());
  return result;
}
