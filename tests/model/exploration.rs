//! Random histories, with a histogram of the steps and their outcomes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::ReferenceStateMachine;

use super::comparison::Comparison;
use super::reference::ModelState;
use super::steps::{ModelStep, ReferenceModel};
use super::system::ModelStore;

/// Steps of a history.
const LENGTH: std::ops::RangeInclusive<usize> = 40..=80;

/// Seeds of histories that failed, which run first.
const REGRESSIONS: &str = "tests/model/regressions.txt";

/// What histories have covered.
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
    /// A defect that the test plants in the database.
    pub bug: Option<&'static str>,
}

impl Exploration {
    /// Runs whole histories until they have this many steps.
    ///
    /// # Errors
    /// The first history that fails, shrunk.
    pub fn run(&self, steps: usize) -> Result<Coverage, TestError<Vec<ModelStep>>> {
        let (coverage, started) = (Mutex::new(Coverage::default()), Instant::now());
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        let persistence = FileFailurePersistence::Direct(REGRESSIONS);
        let config = Config {
            cases: u32::try_from(steps / LENGTH.start() + 1).unwrap(),
            failure_persistence: self.bug.is_none().then(|| Box::new(persistence) as _),
            max_shrink_iters: 4096,
            ..Config::default()
        };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let done = runner.run(&ReferenceModel::sequential_strategy(LENGTH), |(state, history, seen)| {
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

impl Coverage {
    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.histories += other.histories;
        self.time += other.time;
        for (outcome, count) in other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
    }

    pub fn print(&self, store: ModelStore, seed: u64) {
        let Self { steps, histories, time, .. } = self;
        println!("{store:?}: {steps} steps in {histories} histories, {:.1} s, seed {seed}", time.as_secs_f64());
        for ((step, outcome), count) in &self.outcomes {
            println!("  {count:7}  {step}: {outcome}");
        }
    }
}
