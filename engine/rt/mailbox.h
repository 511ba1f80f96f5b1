// SPDX-License-Identifier: ISC
// One slot for the newest thing that control posts to the audio thread, and
// one slot in which the audio thread gives back what it displaced. Control
// side and audio thread, each with its own calls.
#ifndef POND_RT_MAILBOX_H
#define POND_RT_MAILBOX_H

#include "pond/attributes.h"
#include "rt_atomic.h"

#include <stdbool.h>

/// A thing belongs to control until it is posted, to the audio thread from
/// when it is taken, and to control again once reclaimed.
typedef struct {
  _Alignas(POND_CACHE_LINE) PondAtomicPointer posted;
  _Alignas(POND_CACHE_LINE) PondAtomicPointer returned;
} PondMailbox;

/// Before the second thread sees the mailbox.
static inline void pond_mailbox_init(PondMailbox* box) {
  POND_STORE(&box->posted, NULL, POND_RELAXED);
  POND_STORE(&box->returned, NULL, POND_RELAXED);
}

/// Posts `mail`. Returns the earlier one if the audio thread had not taken it
/// (it is the caller's again), else NULL. Control side.
static inline void* pond_mailbox_post(PondMailbox* box, void* mail) {
  // Partner: the acquire in pond_mailbox_take(). No acquire of our own: what
  // comes back is what we posted ourselves, or NULL.
  return POND_EXCHANGE(&box->posted, mail, POND_RELEASE);
}

/// Takes unread mail back, or NULL. Control side.
static inline void* pond_mailbox_withdraw(PondMailbox* box) {
  // NULL carries nothing, and what comes back we posted ourselves.
  return POND_EXCHANGE(&box->posted, NULL, POND_RELAXED);
}

/// The displaced thing, once; NULL if there is none. Control side.
static inline void* pond_mailbox_reclaim(PondMailbox* box) {
  // Partner: the release in pond_mailbox_return(). The audio thread's last
  // touch comes before what we do with it now.
  void* displaced = POND_LOAD(&box->returned, POND_ACQUIRE);
  if (displaced != NULL) {
    // The empty slot carries nothing.
    POND_STORE(&box->returned, NULL, POND_RELAXED);
  }
  return displaced;
}

/// The newest mail, once; NULL if there is none. Audio thread.
static inline void* pond_mailbox_take(PondMailbox* box) POND_NONBLOCKING {
  // A look that costs no exclusive line; the exchange decides.
  if (POND_LOAD(&box->posted, POND_RELAXED) == NULL) {
    return NULL;
  }
  // Partner: the release in pond_mailbox_post().
  return POND_EXCHANGE(&box->posted, NULL, POND_ACQUIRE);
}

/// True if the return slot is empty. It then stays so until
/// pond_mailbox_return(). Audio thread.
static inline bool pond_mailbox_can_return(const PondMailbox* box)
    POND_NONBLOCKING {
  // The empty slot carries nothing; only we fill it.
  return POND_LOAD(&box->returned, POND_RELAXED) == NULL;
}

/// Gives `displaced` back to control. Only after pond_mailbox_can_return() was
/// true. Audio thread.
static inline void pond_mailbox_return(PondMailbox* box,
                                       void* displaced) POND_NONBLOCKING {
  // Partner: the acquire in pond_mailbox_reclaim().
  POND_STORE(&box->returned, displaced, POND_RELEASE);
}

#endif
