//! Random histories, with a histogram of the steps and their outcomes.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::ReferenceStateMachine;

use super::comparison::{Comparison, PlantedBug};
use super::coverage::{assert_complete, assert_known};
use super::machine::ReferenceModel;
use super::reference::ModelState;
use super::steps::ModelStep;
use super::system::{ModelStore, SystemUnderTest};

/// Steps of a history.
const LENGTH: RangeInclusive<usize> = 40..=80;

/// Steps of a history that looks for a planted bug. Shorter ones are shrunk faster.
const LENGTH_WITH_BUG: RangeInclusive<usize> = 20..=40;

/// Seeds of histories that failed, which run first.
const REGRESSIONS: &str = "tests/model/regressions.txt";

/// Steps and outcomes of histories.
#[derive(Default)]
pub struct Coverage {
    pub steps: usize,
    pub histories: usize,
    pub outcomes: BTreeMap<(&'static str, &'static str), usize>,
    pub time: Duration,
}

pub struct Exploration {
    pub store: ModelStore,
    pub seed: u64,
    pub bug: Option<PlantedBug>,
}

impl Exploration {
    /// Runs whole histories until they have this many steps, or returns the first one that fails, shrunk.
    pub fn run(&self, steps: usize) -> Result<Coverage, TestError<Vec<ModelStep>>> {
        let (coverage, started) = (Mutex::new(Coverage::default()), Instant::now());
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        let length = if self.bug.is_some() { LENGTH_WITH_BUG } else { LENGTH };
        let persistence = FileFailurePersistence::Direct(REGRESSIONS);
        let config = Config {
            cases: u32::try_from(steps / length.start() + 1).unwrap(),
            failure_persistence: self.bug.is_none().then(|| Box::new(persistence) as _),
            max_shrink_iters: 4096,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // A set-up that fails, such as a server that does not start, is no history to remember.
        runtime.block_on(SystemUnderTest::new(self.store, false));
        let done = runner.run(&ReferenceModel::sequential_strategy(length), |(state, history, seen)| {
            // After a failure the histories are shorter forms of it, which count no more.
            let is_shrinking = seen.is_none();
            if is_shrinking || coverage.lock().unwrap().steps < steps {
                let seen = seen.unwrap_or_default();
                let covered = runtime.block_on(self.run_history(state, &history, &seen));
                coverage.lock().unwrap().add(covered);
            }
            Ok(())
        });
        done.map_err(|error| match error {
            TestError::Fail(reason, (_, history, _)) => TestError::Fail(reason, history),
            TestError::Abort(reason) => TestError::Abort(reason),
        })?;
        let coverage = coverage.into_inner().unwrap();
        Ok(Coverage { time: started.elapsed(), ..coverage })
    }

    /// Runs [`Self::run`] and reports a history that fails.
    pub fn expect_no_difference(&self, steps: usize) -> Coverage {
        self.run(steps).unwrap_or_else(|error| {
            panic!("{:?}, seed {}: the gateway differs from the reference.\n{error}", self.store, self.seed)
        })
    }

    /// Runs half of the steps in each of two threads.
    fn expect_no_difference_in_two_threads(&self, steps: usize) -> Coverage {
        let started = Instant::now();
        let half = |seed| move || Self { store: self.store, seed, bug: None }.expect_no_difference(steps / 2);
        let mut coverage = thread::scope(|scope| {
            let halves = [self.seed, self.seed + 1].map(|seed| scope.spawn(half(seed)));
            let mut coverage = Coverage::default();
            halves.into_iter().for_each(|half| coverage.add(half.join().unwrap()));
            coverage
        });
        coverage.time = started.elapsed();
        coverage
    }

    /// Runs as many steps as the environment variable says, or just `enough` to reach every outcome, and prints what they covered.
    pub fn run_long(store: ModelStore, steps_variable: &str, enough: u64) {
        let seed = number_from_environment("LICHTBILD_MODEL_SEED", new_seed());
        let steps = number_from_environment(steps_variable, enough);
        let exploration = Self { store, seed, bug: None };
        let coverage = exploration.expect_no_difference_in_two_threads(usize::try_from(steps).unwrap());
        coverage.print(store, seed);
        assert_known(&coverage);
        if steps >= enough {
            assert_complete(&coverage);
        }
    }

    async fn run_history(&self, mut state: ModelState, history: &[ModelStep], seen: &AtomicUsize) -> Coverage {
        let mut coverage = Coverage { histories: 1, ..Coverage::default() };
        let mut compared = Comparison::start(self.store, &state, self.bug).await;
        for step in history {
            seen.fetch_add(1, Ordering::SeqCst);
            let after = ReferenceModel::apply(state.clone(), step);
            compared.step(&state, step, &after).await;
            state = after;
            coverage.steps += 1;
            *coverage.outcomes.entry((step.name(), state.expected.outcome)).or_default() += 1;
        }
        compared.finish(&state).await;
        coverage
    }
}

/// A seed that differs between runs.
pub fn new_seed() -> u64 {
    RandomState::new().hash_one(0) >> 1
}

/// A number from the environment.
pub fn number_from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

impl Coverage {
    fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.histories += other.histories;
        self.time += other.time;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }

    fn print(&self, store: ModelStore, seed: u64) {
        let Self { steps, histories, time, .. } = self;
        println!("{store:?}: {steps} steps in {histories} histories, {:.1} s, seed {seed}", time.as_secs_f64());
        for ((step, outcome), count) in &self.outcomes {
            println!("  {count:7}  {step}: {outcome}");
        }
    }
}
