// SPDX-License-Identifier: ISC
// Small two-thread programs over the shipped hand-over headers, for the
// explorer. One real thread.
#ifndef EXPLORE_PROTOCOLS_H
#define EXPLORE_PROTOCOLS_H

#include "explore.h"

// Right uses: no execution may fail.
extern const ExploreProgram protocol_ring;
extern const ExploreProgram protocol_mailbox;
extern const ExploreProgram protocol_triple;
extern const ExploreProgram protocol_slot;
extern const ExploreProgram protocol_marker;

// Wrong uses of the right headers: some execution must fail.
extern const ExploreProgram misuse_two_producers;
extern const ExploreProgram misuse_return_when_full;
extern const ExploreProgram misuse_use_after_return;
extern const ExploreProgram misuse_write_after_publish;
extern const ExploreProgram misuse_clear_under_way;
extern const ExploreProgram misuse_marker_before_row;

#endif
