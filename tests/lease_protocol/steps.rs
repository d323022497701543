//! Steps of the model: requests of clients, transactions and reads of the nodes, lost messages, crashes and the clock.
//!
//! Clients are as hostile as clients can be: at any time any office may send any request about any of its collections (their identifiers are
//! in `GET /v1/collections`, so a lost answer hides none), again and to either node. A repeat after a lost answer is therefore no step of its own.
//! A step that is one transaction (settlement, withdrawal, sweep) has no node: its answer changes nothing, so losing it, or crashing after the
//! commit, leads to the state after the step, and crashing before the commit to the state before it.
//!
//! A crash takes all work of a node, [`ProtocolStep::Lose`] that of one request: the client has hung up, the database did not answer, or the
//! answer was lost. A node that is down is like one that no client calls, so a restart is no step either.
//!
//! A request first reads the database, then reads the envelope and opens it, and then decides in a transaction (`flows::photo::collect`,
//! `flows::photo::hand_over`). Both reads are one step. That leaves no run out: if the photo is erased between them the request ends, as when
//! it is lost; everything else may as well happen after the second read, which only learns that the photo is not erased.
//!
//! The clock goes on by a day at a time, and a decision is made at the time that its node read before: now, or a day ago. That stands for
//! requests that wait for the database, and for nodes whose clocks differ.

use lichtbild::domain::photo::availability::Availability;
use strum::VariantArray;

use super::state::{CollectionStage, DAY, NODES, NodeTask, OFFICES, PHOTOS, ProtocolState, RETENTION, Work};
use super::transactions::{
    self, ClerkDecision, availability_to, end_collections, expire_photos, expired_photos, find_deposit, insert_photo,
    is_collectable, may_fetch, overdue_collections, record_hand_over,
};

/// A mistake that the product could have, put into the model to show that the checker finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolBug {
    /// The lease is decided in one transaction and written in another one.
    LeaseDecidedEarlier,
    /// The hand-over is recorded after the bytes were sent.
    HandOverRecordedLate,
    /// The sweep ends rows as it read them in an earlier transaction.
    SweepByOldRead,
    /// A deposit is stored without looking for its request id in the same transaction, and no unique index prevents that.
    DepositNotUnique,
    /// The receipt is sent before the commit.
    ReceiptBeforeCommit,
    /// A settled photo's envelope is deleted in a second transaction.
    ErasureInTwoSteps,
}

/// Every deadline has passed, also by a clock that is a day behind, if the studio deposits on the first day. The latest deadline is that of a
/// photo that an office keeps on the day before it expires.
pub const LAST_MOMENT: u8 = RETENTION + 2 * DAY;

/// Properties that a run of the checker looks for.
#[derive(Debug, Clone, Copy)]
pub enum CheckGoal {
    /// All promises as one property: the checker is slow with many.
    AllPromises,
    OnePromise(&'static str),
    Occasions,
}

/// Lease protocol with its bounds.
#[derive(Debug, Clone, Copy)]
pub struct LeaseProtocol {
    pub goal: CheckGoal,
    pub bug: Option<ProtocolBug>,
    /// Requests that are being worked on at the same time.
    pub max_tasks: usize,
    /// Collections in the whole run.
    pub max_collections: usize,
    /// End of the clock: [`LAST_MOMENT`], or earlier for a part of the runs.
    pub end: u8,
}

/// A step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtocolStep {
    PassDay,
    Deposit {
        node: u8,
    },
    Collect {
        node: u8,
        office: u8,
    },
    FetchPhoto {
        node: u8,
        collection: u8,
    },
    Settle {
        collection: u8,
        decision: ClerkDecision,
        now: u8,
    },
    Withdraw {
        now: u8,
    },
    Sweep {
        now: u8,
    },
    /// The node goes on to the next read, transaction or answer.
    Continue {
        task: NodeTask,
        now: u8,
    },
    Lose {
        task: NodeTask,
    },
    Crash {
        node: u8,
    },
}

impl LeaseProtocol {
    /// Steps that may be possible; [`Self::after`] decides.
    pub fn possible_steps(&self, state: &ProtocolState, steps: &mut Vec<ProtocolStep>) {
        let clock = state.clock;
        if clock < self.end {
            steps.push(ProtocolStep::PassDay);
        }
        if state.tasks().count() < self.max_tasks {
            // Nodes that work on nothing are the same.
            let nodes = if state.tasks().next().is_some() { NODES } else { 1 };
            for node in 0..nodes {
                // The studio deposits on the first day, and repeats on any day.
                if clock == 0 || find_deposit(state).is_some() {
                    steps.push(ProtocolStep::Deposit { node });
                }
                steps.extend((0..OFFICES).map(|office| ProtocolStep::Collect { node, office }));
                let collections = state.collections();
                steps.extend(collections.map(|(collection, _)| ProtocolStep::FetchPhoto { node, collection }));
            }
        }
        for now in times(state) {
            for (collection, row) in state.collections() {
                // Answers about ended collections depend on no clock.
                if matches!(row.stage, CollectionStage::Open { .. }) || now == clock {
                    let decisions = ClerkDecision::VARIANTS.iter();
                    steps.extend(decisions.map(|&decision| ProtocolStep::Settle { collection, decision, now }));
                }
            }
            steps.extend([ProtocolStep::Withdraw { now }, ProtocolStep::Sweep { now }]);
        }
        for &task in state.tasks() {
            let reads_clock = matches!(
                task.work,
                Work::Lease { .. }
                    | Work::WriteLease { .. }
                    | Work::RecordHandOver { .. }
                    | Work::RecordSentPhoto { .. }
            );
            let times = times(state).filter(|now| reads_clock || *now == clock);
            steps.extend(times.map(|now| ProtocolStep::Continue { task, now }));
            steps.push(ProtocolStep::Lose { task });
        }
        steps.extend((0..NODES).map(|node| ProtocolStep::Crash { node }));
    }

    /// The state after a step; the same one if the step is refused or changes nothing.
    pub fn after(&self, before: &ProtocolState, step: ProtocolStep) -> ProtocolState {
        let mut state = before.clone();
        match step {
            ProtocolStep::PassDay => state.clock += DAY,
            ProtocolStep::Deposit { node } => self.begin_deposit(&mut state, node),
            ProtocolStep::Collect { node, office } => begin_collect(&mut state, node, office),
            ProtocolStep::FetchPhoto { node, collection } => begin_hand_over(&mut state, node, collection),
            ProtocolStep::Settle { collection, decision, now } => self.settle(&mut state, collection, decision, now),
            ProtocolStep::Withdraw { now } => {
                if let Some(photo) = find_deposit(&state) {
                    transactions::withdraw(&mut state, photo, now);
                }
            }
            ProtocolStep::Sweep { now } => self.sweep(&mut state, now),
            ProtocolStep::Continue { task, now } => {
                let next = self.go_on(&mut state, task.work, now);
                replace(&mut state, task, next);
            }
            ProtocolStep::Lose { task } => replace(&mut state, task, None),
            ProtocolStep::Crash { node } => {
                state.tasks = state.tasks.map(|task| task.filter(|task| task.node != node));
            }
        }
        state
    }

    /// `flows::photo::deposit` up to the sealed photo, or to the receipt of an earlier deposit. A node works on one deposit of a request at a
    /// time (`Gateway::in_flight`).
    fn begin_deposit(&self, state: &mut ProtocolState, node: u8) {
        if state.tasks().any(|task| task.node == node && task.work.photo_in_deposit().is_some()) {
            return;
        }
        if let Some(photo) = find_deposit(state) {
            return begin(state, node, Work::AnswerDeposit { photo, replayed: true });
        }
        let is_free = |photo: &u8| {
            let number = usize::from(*photo);
            state.photos[number].is_none()
                && !state.acknowledged[number]
                && state.tasks().all(|task| task.work.photo_in_deposit() != Some(*photo))
        };
        if let Some(photo) = (0..).take(PHOTOS).find(is_free) {
            let work = match self.bug {
                Some(ProtocolBug::ReceiptBeforeCommit) => Work::AnswerDeposit { photo, replayed: false },
                _ => Work::StoreDeposit { photo, at: state.clock },
            };
            begin(state, node, work);
        }
    }

    fn settle(&self, state: &mut ProtocolState, collection: u8, decision: ClerkDecision, now: u8) {
        let photo = state.collection(collection).photo;
        let had_envelope = state.photo(photo).has_envelope;
        transactions::settle(state, collection, decision, now);
        if self.bug == Some(ProtocolBug::ErasureInTwoSteps) && had_envelope && !state.photo(photo).has_envelope {
            state.photo_mut(photo).has_envelope = true;
            begin(state, 0, Work::DeleteEnvelope { photo });
        }
    }

    fn sweep(&self, state: &mut ProtocolState, now: u8) {
        if self.bug == Some(ProtocolBug::SweepByOldRead) {
            let ((lapsed, overdue), expired) = (overdue_collections(state, now), expired_photos(state, now));
            begin(state, 0, Work::WriteSweep { lapsed, overdue, expired });
        } else {
            transactions::sweep(state, now);
        }
    }

    /// One read, transaction or answer of a task. Returns the work that is left.
    fn go_on(&self, state: &mut ProtocolState, work: Work, now: u8) -> Option<Work> {
        match work {
            // `SqlStore::deposit`, one transaction.
            Work::StoreDeposit { photo, at } => match find_deposit(state) {
                Some(photo) if self.bug != Some(ProtocolBug::DepositNotUnique) => {
                    Some(Work::AnswerDeposit { photo, replayed: true })
                }
                _ => {
                    insert_photo(state, photo, at);
                    let is_answered = self.bug == Some(ProtocolBug::ReceiptBeforeCommit);
                    (!is_answered).then_some(Work::AnswerDeposit { photo, replayed: false })
                }
            },
            Work::AnswerDeposit { photo, replayed } => {
                state.acknowledged[usize::from(photo)] = true;
                let is_stored = replayed || self.bug != Some(ProtocolBug::ReceiptBeforeCommit);
                (!is_stored).then_some(Work::StoreDeposit { photo, at: now })
            }
            Work::Lease { office, photo } => {
                let availability = availability_to(state, office, photo, now);
                if self.bug == Some(ProtocolBug::LeaseDecidedEarlier)
                    && let Availability::Available { lapsed } = &availability
                {
                    let lapsed = lapsed.as_ref().and_then(|_| state.photo(photo).latest);
                    return Some(Work::WriteLease { office, photo, lapsed });
                }
                let done = transactions::lease(state, (office, photo), now, availability, self.max_collections);
                (!done).then_some(work)
            }
            Work::WriteLease { office, photo, lapsed } => {
                let lapsed = lapsed.map(|lapsed| state.collection(lapsed).record(lapsed));
                let decided = Availability::Available { lapsed };
                let done = transactions::lease(state, (office, photo), now, decided, self.max_collections);
                (!done).then_some(work)
            }
            // `SqlStore::fetch` with `FetchPurpose::HandOver`, one transaction that commits before the first byte is sent.
            Work::RecordHandOver { collection } => {
                if !may_fetch(state, collection, now) {
                    return None;
                }
                if self.bug != Some(ProtocolBug::HandOverRecordedLate) {
                    record_hand_over(state, collection, now);
                }
                let photo = state.collection(collection).photo;
                state.broken.handed_over_after_end |= state.photo(photo).state.is_erased();
                Some(Work::SendPhoto { collection })
            }
            // The connection may break at any byte, which makes no difference: the office counts as having the photo from the first one.
            Work::SendPhoto { collection } => {
                state.collection_mut(collection).received = true;
                let is_recorded = self.bug != Some(ProtocolBug::HandOverRecordedLate);
                (!is_recorded).then_some(Work::RecordSentPhoto { collection })
            }
            Work::RecordSentPhoto { collection } => {
                record_hand_over(state, collection, now);
                None
            }
            Work::WriteSweep { lapsed, overdue, expired } => {
                end_collections(state, lapsed, overdue);
                expire_photos(state, expired);
                None
            }
            Work::DeleteEnvelope { photo } => {
                state.photo_mut(photo).has_envelope = false;
                None
            }
        }
    }
}

/// The times at which a node may judge.
fn times(state: &ProtocolState) -> impl Iterator<Item = u8> + use<> {
    std::iter::once(state.clock).chain(state.clock.checked_sub(DAY))
}

/// `flows::photo::collect` up to the opened photo: `SqlStore::look_up` by the code, which the citizen has from the receipt, and
/// `SqlStore::sealed_photo`.
fn begin_collect(state: &mut ProtocolState, node: u8, office: u8) {
    let has_code = state.acknowledged.contains(&true);
    let Some(photo) = find_deposit(state).filter(|_| has_code) else { return };
    let is_found = times(state).any(|now| is_collectable(&availability_to(state, office, photo, now)));
    if is_found && state.photo(photo).has_envelope {
        begin(state, node, Work::Lease { office, photo });
    }
}

/// `flows::photo::hand_over` up to the opened photo: `SqlStore::fetch` with `FetchPurpose::Inspect`, and `SqlStore::sealed_photo`.
fn begin_hand_over(state: &mut ProtocolState, node: u8, collection: u8) {
    let is_checked = times(state).any(|now| may_fetch(state, collection, now));
    if is_checked && state.photo(state.collection(collection).photo).has_envelope {
        begin(state, node, Work::RecordHandOver { collection });
    }
}

fn begin(state: &mut ProtocolState, node: u8, work: Work) {
    if let Some(free) = state.tasks.iter_mut().find(|task| task.is_none()) {
        *free = Some(NodeTask { node, work });
    }
}

fn replace(state: &mut ProtocolState, task: NodeTask, next: Option<Work>) {
    let found = state.tasks.iter_mut().find(|found| **found == Some(task)).expect("the task is in the state");
    *found = next.map(|work| NodeTask { node: task.node, work });
}
