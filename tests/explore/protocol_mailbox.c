// SPDX-License-Identifier: ISC
// Publish, take, return and reclaim, as programs for the explorer.
#include "mailbox.h"
#include "protocols.h"

enum { OBJECTS = 3, POSTS = 5, BLOCKS = 5 };

// `number` is sealed before posting; `state` is the audio thread's to change.
typedef struct {
  uint32_t number;
  uint32_t state;
} Object;

static PondMailbox box;
static Object objects[OBJECTS];
static Object* shelf[OBJECTS];  // what control owns
static uint32_t n_shelf;
static Object* playing;  // what the audio thread owns
static uint32_t newest;

static void setup(void) {
  pond_mailbox_init(&box);
  explore_memory(objects, sizeof objects);
  n_shelf = 0;
  while (n_shelf < OBJECTS) {
    shelf[n_shelf] = &objects[n_shelf];
    n_shelf++;
  }
  playing = NULL;
  newest = 0;
}

static void put_away(Object* object) {
  if (object != NULL) {
    explore_assert(n_shelf < OBJECTS, "an object came back twice");
    shelf[n_shelf++] = object;
  }
}

static void post_next(uint32_t number) {
  put_away(pond_mailbox_reclaim(&box));
  if (n_shelf == 0) {
    put_away(pond_mailbox_withdraw(&box));
  }
  if (n_shelf == 0) {
    return;
  }
  Object* object = shelf[--n_shelf];
  explore_write(&object->number, number);
  explore_write(&object->state, 0);
  newest = number;
  put_away(pond_mailbox_post(&box, object));
}

static void control(void) {
  for (uint32_t number = 1; number <= POSTS; number++) {
    post_next(number);
  }
}

static void use(Object* object) {
  explore_write(&object->state,
                explore_read(&object->state) + explore_read(&object->number));
}

static void switch_to(Object* object) {
  if (playing != NULL) {
    explore_assert(
        explore_read(&object->number) > explore_read(&playing->number),
        "an older object after a newer one");
    use(playing);
    pond_mailbox_return(&box, playing);
  }
  playing = object;
}

static void run_block(void) {
  Object* object =
      pond_mailbox_can_return(&box) ? pond_mailbox_take(&box) : NULL;
  if (object != NULL) {
    switch_to(object);
  }
  if (playing != NULL) {
    use(playing);
  }
}

static void audio(void) {
  for (int i = 0; i < BLOCKS; i++) {
    run_block();
  }
}

// Every object is somewhere, once, and the newest was not lost.
static void check(void) {
  Object* unread = pond_mailbox_withdraw(&box);
  Object* last = unread != NULL ? unread : playing;
  explore_assert(last != NULL && explore_read(&last->number) == newest,
                 "the newest object is lost");
  put_away(unread);
  put_away(pond_mailbox_reclaim(&box));
  put_away(playing);
  explore_assert(n_shelf == OBJECTS, "an object is lost");
  for (int i = 0; i < OBJECTS; i++) {
    use(shelf[i]);
  }
}

const ExploreProgram protocol_mailbox = {
    "mailbox", setup, {control, audio}, check};

static void audio_returning_at_once(void) {
  for (int i = 0; i < BLOCKS; i++) {
    Object* object = pond_mailbox_take(&box);
    if (object != NULL) {
      switch_to(object);
    }
  }
}

const ExploreProgram misuse_return_when_full = {
    "return into a full slot",
    setup,
    {control, audio_returning_at_once},
    check};

static void audio_touching_what_it_returned(void) {
  for (int i = 0; i < BLOCKS; i++) {
    Object* displaced = playing;
    run_block();
    if (displaced != NULL && displaced != playing) {
      use(displaced);
    }
  }
}

const ExploreProgram misuse_use_after_return = {
    "use after return",
    setup,
    {control, audio_touching_what_it_returned},
    check};
