// SPDX-License-Identifier: ISC
// The ring, and a marker among its rows, as programs for the explorer.
#include "protocols.h"
#include "ring.h"

// Messages of three bytes in a ring of four: every second one goes around the
// end, and every one after the first takes bytes that were read before.
enum { RING_BYTES = 4, MESSAGE_BYTES = 3, TRIES = 6 };

static PondRing ring;
static unsigned char memory[8];
static uint32_t n_sent, n_received;

static void ring_setup(void) {
  pond_ring_init(&ring, memory, RING_BYTES);
  explore_memory(memory, RING_BYTES);
  n_sent = n_received = 0;
}

static void send_once(void) {
  unsigned char tag = (unsigned char)(n_sent + 1);
  unsigned char body[] = {(unsigned char)(tag * 16), (unsigned char)(tag * 32)};
  if (pond_ring_write(&ring, &tag, 1, body, sizeof body)) {
    n_sent++;
  }
}

static void receive_once(void) {
  unsigned char tag = 0;
  unsigned char message[MESSAGE_BYTES] = {0};
  if (!pond_ring_peek(&ring, &tag, 1)) {
    return;
  }
  explore_assert(tag == n_received + 1, "peek out of order");
  explore_assert(pond_ring_read(&ring, message, MESSAGE_BYTES),
                 "half a message");
  explore_assert(message[0] == tag && message[1] == (tag * 16 & 0xff) &&
                     message[2] == (tag * 32 & 0xff),
                 "message torn");
  n_received++;
}

static void ring_produce(void) {
  for (int i = 0; i < TRIES; i++) {
    send_once();
  }
}

static void ring_consume(void) {
  for (int i = 0; i < TRIES - 1; i++) {
    receive_once();
  }
}

static void ring_check(void) {
  receive_once();
  explore_assert(n_received == n_sent, "message lost");
  explore_assert(n_sent >= 1, "nothing sent");
  explore_outcome(n_sent);
}

const ExploreProgram protocol_ring = {
    "ring", ring_setup, {ring_produce, ring_consume}, ring_check};

const ExploreProgram misuse_two_producers = {
    "two producers", ring_setup, {ring_produce, ring_produce}, ring_check};

// A stream and its learner, cut at one frame by a marker in the ring of rows,
// which holds two. The learner's sum must be the stream's whenever a marker
// says what that was. A row that finds no room makes a gap; then no row goes in
// before a restart, from which the learner begins again.
enum { TAP_BYTES = 4, FRAMES = 4, CUT = 3, ROW = 1, MARKER = 2, RESTART = 3 };

static struct {
  unsigned char sum;
  bool gap;
  uint32_t n_markers;
} stream;
static struct {
  unsigned char sum;
  uint32_t n_markers;
  uint32_t n_restarts;
} learner;

static void marker_setup(void) {
  pond_ring_init(&ring, memory, TAP_BYTES);
  explore_memory(memory, TAP_BYTES);
  memset(&stream, 0, sizeof stream);
  memset(&learner, 0, sizeof learner);
}

static bool put(unsigned char tag, unsigned char value) {
  return pond_ring_write(&ring, &tag, 1, &value, 1);
}

static void mark(unsigned char sum) {
  if (!stream.gap) {
    stream.n_markers += put(MARKER, sum);
  }
}

static void run_frame(uint32_t frame) {
  unsigned char row = (unsigned char)(frame * 3);
  if (stream.gap) {
    stream.gap = !put(RESTART, stream.sum);
  }
  stream.gap = stream.gap || !put(ROW, row);
  stream.sum = (unsigned char)(stream.sum * 5 + row);
}

static void stream_run(void) {
  for (uint32_t frame = 1; frame <= FRAMES; frame++) {
    if (frame == CUT) {
      mark(stream.sum);
    }
    run_frame(frame);
  }
}

static void learn_once(void) {
  unsigned char message[2];
  if (!pond_ring_read(&ring, message, sizeof message)) {
    return;
  }
  if (message[0] == ROW) {
    learner.sum = (unsigned char)(learner.sum * 5 + message[1]);
  } else if (message[0] == MARKER) {
    explore_assert(learner.sum == message[1], "cut at another frame");
    learner.n_markers++;
  } else {
    explore_assert(message[0] == RESTART, "not a message");
    learner.sum = message[1];
    learner.n_restarts++;
  }
}

static void learner_run(void) {
  for (int i = 0; i < FRAMES; i++) {
    learn_once();
  }
}

static void marker_check(void) {
  while (pond_ring_read_space(&ring) > 0) {
    learn_once();
  }
  explore_assert(learner.n_markers == stream.n_markers, "marker lost");
  explore_assert(stream.gap || learner.sum == stream.sum, "rows lost");
  explore_outcome(learner.n_markers + (learner.n_restarts > 0 ? 2 : 0));
}

const ExploreProgram protocol_marker = {
    "marker", marker_setup, {stream_run, learner_run}, marker_check};

static void stream_run_marking_early(void) {
  for (uint32_t frame = 1; frame <= FRAMES; frame++) {
    if (frame == CUT) {
      mark((unsigned char)(stream.sum * 5 + frame * 3));
    }
    run_frame(frame);
  }
}

const ExploreProgram misuse_marker_before_row = {
    "marker a frame early",
    marker_setup,
    {stream_run_marking_early, learner_run},
    marker_check};
