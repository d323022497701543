//! Histories over SQLite.

skip_in!(postgres: "names its store itself");

use super::coverage::assert_complete;
use super::exploration::{Exploration, new_seed, number_from_environment};
use super::system::ModelStore;

const STORE: ModelStore = ModelStore::Sqlite;

#[test]
fn every_answer_in_random_histories_is_that_of_the_reference() {
    Exploration { store: STORE, seed: new_seed(), bug: None }.expect_no_difference(800);
}

#[test]
#[ignore = "takes minutes: see tests/model/run"]
fn long_histories_cover_every_step_with_every_outcome() {
    let seed = number_from_environment("LICHTBILD_MODEL_SEED", new_seed());
    let steps = number_from_environment("LICHTBILD_MODEL_STEPS_SQLITE", 100_000);
    let exploration = Exploration { store: STORE, seed, bug: None };
    let coverage = exploration.expect_no_difference_in_two_threads(usize::try_from(steps).unwrap());
    coverage.print(STORE, seed);
    assert_complete(&coverage);
}
