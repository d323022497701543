//! Model of the lease protocol, whose runs are checked exhaustively: one studio and two offices, two nodes over one database, lost messages,
//! crashes before and after each commit, and a clock that passes every deadline. The decisions in the model are the product's own functions.
//!
//! `tests/run` checks the protocol with one request at a time or with one collection, and that the checker finds bugs put in on purpose.
//! `tests/lease_protocol/run` checks more requests at a time, with more collections.

skip_in!(postgres: "has no database");

use std::time::Instant;

use stateright::{Checker, Model, Property};

use properties::{
    ACKNOWLEDGED_STAYS, ENDED_IS_ERASED, ONE_OFFICE, ONE_PHOTO, PROMISES, ROWS_AGREE, note_broken_rules, occasions,
};
use state::{DAY, ProtocolState};
use steps::{CheckGoal, LAST_MOMENT, LeaseProtocol, ProtocolBug, ProtocolStep};

mod properties;
mod state;
mod steps;
mod transactions;

impl Model for LeaseProtocol {
    type State = ProtocolState;
    type Action = ProtocolStep;

    fn init_states(&self) -> Vec<ProtocolState> {
        vec![ProtocolState::initial()]
    }

    fn actions(&self, state: &ProtocolState, steps: &mut Vec<ProtocolStep>) {
        self.possible_steps(state, steps);
    }

    fn next_state(&self, before: &ProtocolState, step: ProtocolStep) -> Option<ProtocolState> {
        let mut after = self.after(before, step);
        note_broken_rules(before, &mut after);
        (after != *before).then_some(after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        match self.goal {
            CheckGoal::Occasions => occasions(),
            CheckGoal::AllPromises => vec![Property::always(ALL_PROMISES, |protocol, state| {
                PROMISES.iter().all(|(_, holds)| holds(protocol, state))
            })],
            CheckGoal::OnePromise(wanted) => {
                let promise = PROMISES.iter().find(|(name, _)| *name == wanted);
                let (name, holds) = promise.expect("the promise exists");
                vec![Property::always(name, *holds)]
            }
        }
    }
}

const ALL_PROMISES: &str = "all promises";

/// All deadlines, two requests at the same time and two collections.
const FULL: LeaseProtocol =
    LeaseProtocol { goal: CheckGoal::AllPromises, bug: None, max_tasks: 2, max_collections: 2, end: LAST_MOMENT };

/// Explores every state within the bounds, and asserts that all promises hold in each.
fn check_promises(protocol: LeaseProtocol) {
    let begun = Instant::now();
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    let (states, steps, depth) = (checker.unique_state_count(), checker.state_count(), checker.max_depth());
    let seconds = begun.elapsed().as_secs_f64();
    println!("{protocol:?}: {states} states, {steps} steps, depth {depth}, {seconds:.1} s");
    if let Some(path) = checker.discovery(ALL_PROMISES) {
        let broken = PROMISES.iter().filter(|(_, holds)| !holds(&protocol, path.last_state()));
        let broken: Vec<_> = broken.map(|(name, _)| name).collect();
        panic!("not kept: {broken:?}\n{:#?}", path.into_actions());
    }
    assert!(checker.is_done() && states > 10_000, "only {states} states were explored");
}

#[test]
fn every_run_with_few_requests_keeps_the_promises() {
    check_promises(LeaseProtocol { max_tasks: 1, ..FULL });
    check_promises(LeaseProtocol { max_collections: 1, ..FULL });
}

#[test]
#[ignore = "takes minutes: tests/lease_protocol/run"]
fn every_run_with_more_requests_keeps_the_promises() {
    check_promises(FULL);
    check_promises(LeaseProtocol { max_tasks: 3, max_collections: 1, ..FULL });
    check_promises(LeaseProtocol { max_tasks: 1, max_collections: 3, ..FULL });
}

#[test]
fn every_occasion_occurs() {
    let checker = LeaseProtocol { goal: CheckGoal::Occasions, ..FULL }.checker().threads(2).spawn_bfs().join();
    println!("all occasions: {} states, depth {}", checker.unique_state_count(), checker.max_depth());
    checker.assert_properties();
}

/// The shortest run that breaks a promise because of a bug.
fn shortest_counterexample(protocol: LeaseProtocol, promise: &'static str) -> Vec<ProtocolStep> {
    let protocol = LeaseProtocol { goal: CheckGoal::OnePromise(promise), ..protocol };
    let mut max_depth = usize::MAX;
    let mut shortest = None;
    // The checker goes on for a while after a counterexample and reports the last one, so a shorter one is looked for until there is none.
    loop {
        let checker = protocol.checker().target_max_depth(max_depth).spawn_bfs().join();
        let Some(path) = checker.discovery(promise) else { break };
        let steps = path.into_actions();
        // The state after n steps has the depth n + 1, and states of the greatest depth are not looked at.
        max_depth = steps.len() + 1;
        shortest = Some(steps);
    }
    shortest.unwrap_or_else(|| panic!("{protocol:?} breaks no promise"))
}

/// Asserts that the checker finds a bug by this promise, after `length` steps. The clock ends at `end`, which is enough for the bug.
fn assert_found(bug: ProtocolBug, promise: &'static str, (end, max_tasks): (u8, usize), length: usize) {
    let begun = Instant::now();
    let steps = shortest_counterexample(LeaseProtocol { bug: Some(bug), end, max_tasks, ..FULL }, promise);
    let seconds = begun.elapsed().as_secs_f64();
    println!("{bug:?}: \"{promise}\" is broken after {} steps, {seconds:.1} s", steps.len());
    steps.iter().for_each(|step| println!("    {step:?}"));
    assert_eq!(steps.len(), length, "{bug:?}");
}

#[test]
fn a_lease_that_is_decided_in_an_earlier_transaction_gives_two_offices_the_photo() {
    assert_found(ProtocolBug::LeaseDecidedEarlier, ROWS_AGREE, (0, 2), 9);
    assert_found(ProtocolBug::LeaseDecidedEarlier, ONE_OFFICE, (0, 2), 15);
}

#[test]
fn a_hand_over_that_is_recorded_late_gives_two_offices_the_photo() {
    assert_found(ProtocolBug::HandOverRecordedLate, ONE_OFFICE, (DAY, 1), 15);
}

#[test]
fn a_sweep_that_judges_by_an_old_read_frees_a_leased_photo() {
    assert_found(ProtocolBug::SweepByOldRead, ROWS_AGREE, (DAY, 2), 10);
}

#[test]
#[ignore = "takes a minute: tests/lease_protocol/run"]
fn a_sweep_that_judges_by_an_old_read_gives_two_offices_the_photo() {
    assert_found(ProtocolBug::SweepByOldRead, ONE_OFFICE, (DAY, 2), 16);
}

#[test]
fn a_deposit_that_is_not_unique_gives_a_repeat_another_photo() {
    assert_found(ProtocolBug::DepositNotUnique, ONE_PHOTO, (0, 2), 4);
}

#[test]
fn a_receipt_before_the_commit_acknowledges_a_photo_that_is_not_stored() {
    assert_found(ProtocolBug::ReceiptBeforeCommit, ACKNOWLEDGED_STAYS, (0, 1), 2);
}

#[test]
fn an_erasure_in_two_transactions_leaves_an_envelope_behind() {
    assert_found(ProtocolBug::ErasureInTwoSteps, ENDED_IS_ERASED, (0, 2), 6);
}
