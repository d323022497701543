//! Histories over PostgreSQL.

skip_in!(quick, postgres: "starts PostgreSQL, and names its store itself");

use super::exploration::{Exploration, new_seed};
use super::system::ModelStore;

/// Steps of a long run, which are enough to reach every outcome.
const STEPS: u64 = 20_000;

const STORE: ModelStore = ModelStore::Postgres;

#[test]
fn every_answer_in_random_histories_is_that_of_the_reference() {
    Exploration { store: STORE, seed: new_seed(), bug: None }.expect_no_difference(250);
}

#[test]
#[ignore = "takes minutes: see tests/model/run"]
fn long_histories_cover_every_step_with_every_outcome() {
    Exploration::run_long(STORE, "LICHTBILD_MODEL_STEPS_POSTGRES", STEPS);
}
