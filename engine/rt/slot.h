// SPDX-License-Identifier: ISC
// The state of one buffer that control asks the audio thread to fill, once an
// ask. Control side and audio thread, each with its own calls.
#ifndef POND_RT_SLOT_H
#define POND_RT_SLOT_H

#include "pond/attributes.h"
#include "rt_atomic.h"

#include <stdbool.h>

enum { POND_SLOT_IDLE, POND_SLOT_ASKED, POND_SLOT_FILLED };

/// The buffer and the request beside it belong to control while IDLE or
/// FILLED, to the audio thread while ASKED.
typedef struct {
  _Alignas(POND_CACHE_LINE) PondAtomicU32 state;
} PondSlot;

/// Before the second thread sees the slot.
static inline void pond_slot_init(PondSlot* slot) {
  POND_STORE(&slot->state, POND_SLOT_IDLE, POND_RELAXED);
}

/// Asks for a filling; write what is asked for before. False if one is under
/// way or waits to be cleared. Control side.
static inline bool pond_slot_ask(PondSlot* slot) {
  // IDLE is stored by control alone.
  if (POND_LOAD(&slot->state, POND_RELAXED) != POND_SLOT_IDLE) {
    return false;
  }
  // Partner: the acquire in pond_slot_asked(). The request is written, and the
  // last filling was read, before the audio thread touches them.
  POND_STORE(&slot->state, POND_SLOT_ASKED, POND_RELEASE);
  return true;
}

/// True once the buffer is filled; then it may be read. Control side.
static inline bool pond_slot_filled(const PondSlot* slot) {
  // Partner: the release in pond_slot_fill().
  return POND_LOAD(&slot->state, POND_ACQUIRE) == POND_SLOT_FILLED;
}

/// Makes room for the next ask. Only after pond_slot_filled() was true, or
/// while no audio thread runs. Control side.
static inline void pond_slot_clear(PondSlot* slot) {
  // The audio thread does nothing on IDLE.
  POND_STORE(&slot->state, POND_SLOT_IDLE, POND_RELAXED);
}

/// True if control waits for a filling. Audio thread.
static inline bool pond_slot_asked(const PondSlot* slot) POND_NONBLOCKING {
  // Partner: the release in pond_slot_ask().
  return POND_LOAD(&slot->state, POND_ACQUIRE) == POND_SLOT_ASKED;
}

/// Hands the filled buffer to control. Only after pond_slot_asked() was true.
/// Audio thread.
static inline void pond_slot_fill(PondSlot* slot) POND_NONBLOCKING {
  // Partner: the acquire in pond_slot_filled().
  POND_STORE(&slot->state, POND_SLOT_FILLED, POND_RELEASE);
}

#endif
