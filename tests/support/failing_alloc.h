// SPDX-License-Identifier: ISC
// Makes the n-th allocation of a test program fail, and counts what is alive.
// Test support; one thread. Link the target pond_failing_alloc.
#ifndef POND_TESTS_FAILING_ALLOC_H
#define POND_TESTS_FAILING_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

/// Whether jansson's allocations count and fail too. Not while it reads: 2.14's
/// reader runs past its buffer when that cannot grow.
void failing_alloc_jansson(bool on);
/// From now on allocation number `n` (1 is the next) fails, once. 0: none.
/// Counts from zero again.
void failing_alloc_arm(uint64_t n);
/// Nothing fails any more.
void failing_alloc_disarm(void);
/// Allocations since failing_alloc_arm().
uint64_t failing_alloc_count(void);
/// True if the armed allocation came, and failed.
bool failing_alloc_hit(void);
/// Allocations made and not freed since failing_alloc_arm(). Freeing what was
/// allocated before counts against it.
int64_t failing_alloc_alive(void);

/// Runs `act` with its first allocation failing, then its second, and so on
/// until one run gets through; `act` undoes all it did. After each run `judge`
/// hears whether a failure was planted in it, and what is still alive. Returns
/// the number of allocations that failed.
uint64_t failing_alloc_each(void (*act)(void* context),
                            void (*judge)(void* context, bool failed,
                                          int64_t alive),
                            void* context);

#endif
