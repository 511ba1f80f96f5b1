// SPDX-License-Identifier: ISC
// A recording and the model it was made with.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "graphs.h"
#include "rig.h"

enum { UNITS = 20, MORE_UNITS = 200 };

static const PondRidgeConfig ridge = {.alpha = 1e-3, .horizon = 1};

// Same channels, other reservoirs: the recorded state is not one of theirs.
static void training_another_model_than_was_recorded_is_refused(void** unused) {
  (void)unused;
  PondError refusal;
  PondModel* recorded = graph_model(GRAPH_CLASSIC, 1, UNITS, 1);
  PondModel* other = graph_model(GRAPH_CLASSIC, 1, MORE_UNITS, 2);
  Rig* rig = rig_start(recorded, NULL);
  RIG_MUST(pond_session_record(rig->session, true, &error));
  rig_run(rig, 500, 50);
  assert_int_equal(pond_session_recorded(rig->session), 500);
  RIG_MUST(pond_session_post(rig->session, other, 0, &error));
  assert_int_equal(pond_session_train(rig->session, &ridge, &refusal),
                   POND_STATUS_MISMATCH);
  // The swap begins a recording of its own.
  rig_run(rig, RIG_FRAMES, 50);
  assert_in_range(pond_session_recorded(rig->session), 1, 500);
  RIG_MUST(pond_session_train(rig->session, &ridge, &error));
  rig_stop(rig);
  pond_model_free(recorded);
  pond_model_free(other);
}

static void other_readouts_on_the_same_reservoirs_keep_the_recording(
    void** unused) {
  (void)unused;
  PondModel* recorded = graph_model(GRAPH_CLASSIC, 1, UNITS, 1);
  PondModel* other = graph_other_readouts(recorded, 3, 7, 0.0);
  Rig* rig = rig_start(recorded, NULL);
  RIG_MUST(pond_session_record(rig->session, true, &error));
  rig_run(rig, 500, 50);
  RIG_MUST(pond_session_post(rig->session, other, 0, &error));
  rig_run(rig, RIG_FRAMES, 50);
  assert_int_equal(pond_session_recorded(rig->session), RIG_FRAMES);
  RIG_MUST(pond_session_train(rig->session, &ridge, &error));
  rig_stop(rig);
  pond_model_free(recorded);
  pond_model_free(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(training_another_model_than_was_recorded_is_refused),
      cmocka_unit_test(
          other_readouts_on_the_same_reservoirs_keep_the_recording),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
