//! Histories over SQLite.

skip_in!(postgres: "names the store itself");

use super::exploration::Exploration;
use super::system::ModelStore;

#[test]
fn random_histories_get_the_answers_of_the_reference() {
    let exploration = Exploration { store: ModelStore::Sqlite, seed: rand_seed(), bug: None };
    let steps = std::env::var("STEPS").ok().and_then(|s| s.parse().ok()).unwrap_or(1000);
    match exploration.run(steps) {
        Ok(coverage) => coverage.print(ModelStore::Sqlite, exploration.seed),
        Err(error) => panic!("{error}"),
    }
}

fn rand_seed() -> u64 {
    std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1)
}
