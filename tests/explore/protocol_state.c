// SPDX-License-Identifier: ISC
// The triple buffer and the snapshot slot, as programs for the explorer.
#include "protocols.h"
#include "slot.h"
#include "triple.h"

enum { VALUES = 5, UPDATES = 5, ASKS = 6, POLLS = 5 };

static PondTriple triple;
static uint32_t buffers[3][2];
static uint32_t n_last;  // newest value that the reader saw

static void triple_setup(void) {
  pond_triple_init(&triple);
  explore_memory(buffers, sizeof buffers);
  n_last = 0;
}

static void write_value(uint32_t value) {
  uint32_t* buffer = buffers[pond_triple_back(&triple)];
  explore_write(&buffer[0], value);
  explore_write(&buffer[1], value * 7);
  pond_triple_publish(&triple);
}

static void triple_write(void) {
  for (uint32_t value = 1; value <= VALUES; value++) {
    write_value(value);
  }
}

static void read_value(void) {
  bool newer = pond_triple_update(&triple);
  if (!newer && n_last == 0) {
    return;
  }
  const uint32_t* buffer = buffers[pond_triple_front(&triple)];
  uint32_t value = explore_read(&buffer[0]);
  explore_assert(explore_read(&buffer[1]) == value * 7, "value torn");
  explore_assert(newer ? value > n_last : value == n_last,
                 "not the newest value");
  n_last = value;
}

static void triple_read(void) {
  for (int i = 0; i < UPDATES; i++) {
    read_value();
  }
}

static void triple_check(void) {
  read_value();
  explore_assert(n_last == VALUES, "the newest value is lost");
}

const ExploreProgram protocol_triple = {
    "triple", triple_setup, {triple_write, triple_read}, triple_check};

static void write_after_publishing(void) {
  uint32_t* buffer = buffers[pond_triple_back(&triple)];
  write_value(1);
  explore_write(&buffer[0], 1);
  for (uint32_t value = 2; value <= VALUES; value++) {
    write_value(value);
  }
}

const ExploreProgram misuse_write_after_publish = {
    "write after publish",
    triple_setup,
    {write_after_publishing, triple_read},
    triple_check};

static PondSlot slot;
static uint32_t request, answer, n_asked, n_answered;

static void slot_setup(void) {
  pond_slot_init(&slot);
  explore_memory(&request, sizeof request);
  explore_memory(&answer, sizeof answer);
  n_asked = n_answered = 0;
}

static void collect(void) {
  if (pond_slot_filled(&slot)) {
    explore_assert(explore_read(&answer) == n_asked * 10, "answer torn");
    n_answered++;
    pond_slot_clear(&slot);
  }
}

static void control_once(void) {
  if (n_asked > n_answered) {
    explore_assert(!pond_slot_ask(&slot), "two asks at once");
    collect();
    return;
  }
  explore_write(&request, ++n_asked);
  explore_assert(pond_slot_ask(&slot), "an idle slot refuses");
}

static void slot_control(void) {
  for (int i = 0; i < ASKS; i++) {
    control_once();
  }
}

static void slot_audio(void) {
  for (int i = 0; i < POLLS; i++) {
    if (pond_slot_asked(&slot)) {
      explore_write(&answer, explore_read(&request) * 10);
      pond_slot_fill(&slot);
    }
  }
}

static void slot_check(void) {
  if (n_asked > n_answered) {
    collect();
  }
  explore_assert(n_asked - n_answered <= 1, "an answer is lost");
  explore_outcome(n_answered);
}

const ExploreProgram protocol_slot = {
    "slot", slot_setup, {slot_control, slot_audio}, slot_check};

static void clear_at_once(void) {
  for (int i = 0; i < ASKS; i++) {
    explore_write(&request, ++n_asked);
    pond_slot_ask(&slot);
    pond_slot_clear(&slot);
  }
}

const ExploreProgram misuse_clear_under_way = {
    "clear while asked", slot_setup, {clear_at_once, slot_audio}, slot_check};
