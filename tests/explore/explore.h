// SPDX-License-Identifier: ISC
// Runs a small program of a few threads in every way that C11's relaxed,
// release and acquire atomics allow, and reports the first way that is wrong.
//
// A program is run again and again from its beginning (its threads are
// coroutines of one real thread). Each run takes another path through the
// choices: which thread does its next atomic access, which of the values that
// it may still see a load answers, and where in the modification order a store
// goes. Happens-before is tracked by vector clocks; two plain accesses to one
// byte that it does not order are a data race, whatever the values were.
//
// The model is RC11 (Lahav et al., "Repairing sequential consistency in
// C/C++11", PLDI 2017) without fences and sequentially consistent accesses:
// no cycle of program order and reads-from, per-location coherence, atomic
// exchanges, release sequences through exchanges only (as C++20 has them; C11
// allows a few more, so this is the stricter reading). Runs that differ only
// in the order of independent accesses are run once (sleep sets; Godefroid,
// "Partial-order methods", LNCS 1032).
#ifndef EXPLORE_H
#define EXPLORE_H

#include "explore_seam.h"

#include <stdbool.h>

enum { EXPLORE_MAX_THREADS = 4, EXPLORE_MAX_SITES = 64 };

typedef struct {
  const char* name;
  void (*setup)(void);  ///< before the threads: names the shared memory
  void (*threads[EXPLORE_MAX_THREADS])(void);  ///< NULL past the last
  void (*check)(void);  ///< after all threads, seeing all that they did
} ExploreProgram;

/// The orders at `site` are weakened to `order`; site -1: none is.
typedef struct {
  int site;
  ExploreOrder order;
} ExploreMutant;

typedef struct {
  uint64_t n_executions;  ///< whole ones
  uint64_t n_redundant;   ///< given up as equal to one already run
  uint64_t outcomes;      ///< bits set by explore_outcome()
  uint64_t sites;         ///< bits of the sites that were reached
  bool failed;
  char failure[200];
} ExploreResult;

/// Every execution, or those up to the first failure. Without sleep
/// sets many run more than once: for testing them.
ExploreResult explore_run(const ExploreProgram* what, ExploreMutant weakened,
                          bool with_sleep_sets);

/// Places in the sources that have named an order so far, in order of
/// appearance.
typedef struct {
  ExplorePlace place;
  const char* kind;  ///< "load", "store", "exchange"
  ExploreOrder order;
} ExploreSite;
int explore_site_count(void);
const ExploreSite* explore_site(int index);
const char* explore_order_name(ExploreOrder order);

// For programs.
/// Plain memory that threads share. From setup.
void explore_memory(void* memory, size_t n_bytes);
/// One plain 32-bit cell.
void explore_write(uint32_t* cell, uint32_t value);
uint32_t explore_read(const uint32_t* cell);
/// Ends the execution and the exploration unless `held`.
void explore_assert(bool held, const char* what);
/// Notes that outcome 0 to 63 was seen.
void explore_outcome(uint32_t outcome);

#endif
