//! Checks a history against the audit log, and both against the guarantees of the gateway.
//!
//! The log states the order of all changes. It is accepted only if every step is allowed after the previous ones
//! ([`replay`](super::log_replay)), every step was requested, every acknowledged step is in it, and no step comes
//! before an operation that had ended when it began. The answers are also checked without the log, in case the log has
//! the same error.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::history::{ClientRequest, ObservedOutcome, RecordedOperation};
use super::log_replay::{ReplayedLog, replay};
use super::violation::Violation;
use crate::support::raw_database::AuditLogRow;

/// All violations. Faults ended at `quiet_since`; later requests show the final state of each photo.
pub fn violations(operations: &[RecordedOperation], log: &[AuditLogRow], quiet_since: Duration) -> BTreeSet<Violation> {
    let (course, mut found) = replay(log);
    let case = HistoryCheck::new(operations, log, course, quiet_since);
    case.check_codes(&mut found);
    case.check_acknowledgements(&mut found);
    case.check_rows(&mut found);
    for (code, deposit) in &case.deposits {
        let about = case.about.get(code.as_str()).map_or(&[][..], Vec::as_slice);
        check_readers(code, about, &mut found);
        case.check_refusals(code, deposit, about, &mut found);
        case.check_order(code, about, &mut found);
        let is_accounted_for = |operation: &&RecordedOperation| match &operation.outcome {
            ObservedOutcome::Photo { sha256 } => *sha256 == deposit.sha256,
            told => told.is_problem("photo-settled"),
        };
        let mut in_the_end = about.iter().filter(|operation| operation.begun >= quiet_since);
        if !in_the_end.any(is_accounted_for) {
            found.insert(Violation::LostDeposit { code: code.clone() });
        }
    }
    found
}

struct AcknowledgedDeposit {
    photo_id: String,
    sha256: String,
    acknowledged: Duration,
}

fn deposits(operations: &[RecordedOperation]) -> BTreeMap<String, AcknowledgedDeposit> {
    let mut deposits = BTreeMap::<String, AcknowledgedDeposit>::new();
    for operation in operations {
        if let (ClientRequest::Deposit { sha256, .. }, ObservedOutcome::Deposited { photo_id, code, .. }) =
            (&operation.request, &operation.outcome)
        {
            let acknowledged = operation.ended;
            let deposit = AcknowledgedDeposit { photo_id: photo_id.clone(), sha256: sha256.clone(), acknowledged };
            let earliest = deposits.entry(code.clone()).or_insert(deposit);
            earliest.acknowledged = earliest.acknowledged.min(acknowledged);
        }
    }
    deposits
}

struct HistoryCheck<'a> {
    operations: &'a [RecordedOperation],
    log: &'a [AuditLogRow],
    replayed: ReplayedLog,
    deposits: BTreeMap<String, AcknowledgedDeposit>,
    /// Operations on the photo of each code, including settlements of its collections.
    about: BTreeMap<&'a str, Vec<&'a RecordedOperation>>,
    devices: BTreeMap<&'a str, BTreeSet<&'a str>>,
    quiet_since: Duration,
}

impl<'a> HistoryCheck<'a> {
    fn new(
        operations: &'a [RecordedOperation],
        log: &'a [AuditLogRow],
        replayed: ReplayedLog,
        quiet_since: Duration,
    ) -> Self {
        let deposits = deposits(operations);
        let (mut about, mut devices) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, BTreeSet<_>>::new());
        let mut code_of = BTreeMap::new();
        for operation in operations {
            devices.entry(operation.party.as_str()).or_default().insert(operation.device.as_str());
            if let ObservedOutcome::Deposited { code, photo_id, .. } = &operation.outcome {
                code_of.insert(photo_id.as_str(), code.as_str());
            }
        }
        for operation in operations {
            let code = match (&operation.request, &operation.outcome) {
                (ClientRequest::Collect { code } | ClientRequest::Fetch { code, .. }, _) => Some(code.as_str()),
                (_, ObservedOutcome::Deposited { code, .. }) => Some(code.as_str()),
                (ClientRequest::Settle { collection_id, .. }, _) => {
                    replayed.photo_of.get(collection_id).and_then(|photo| code_of.get(photo.as_str()).copied())
                }
                (ClientRequest::Deposit { .. }, _) => None,
            };
            if let Some(code) = code {
                about.entry(code).or_default().push(operation);
            }
        }
        Self { operations, log, replayed, deposits, about, devices, quiet_since }
    }

    fn check_codes(&self, found: &mut BTreeSet<Violation>) {
        let (mut codes, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for operation in self.operations {
            match (&operation.request, &operation.outcome) {
                (ClientRequest::Deposit { key, .. }, ObservedOutcome::Deposited { code, photo_id, .. }) => {
                    let named = (&operation.device, key);
                    if *codes.entry(named).or_insert((code, photo_id)) != (code, photo_id) {
                        found.insert(Violation::TwoCodesForOneKey { key: key.clone() });
                    }
                    if *keys.entry(code).or_insert(named) != named {
                        found.insert(Violation::OneCodeForTwoKeys { code: code.clone() });
                    }
                }
                (ClientRequest::Deposit { key, .. }, ObservedOutcome::Refused { status, problem })
                    if *status != 429 && *status < 500 && problem != "deposit-in-progress" =>
                {
                    found.insert(Violation::FalseRefusal { code: key.clone(), problem: problem.clone() });
                }
                (ClientRequest::Collect { code }, ObservedOutcome::Leased { photo_id, .. })
                    if self.deposits.get(code).is_none_or(|deposit| deposit.photo_id != *photo_id) =>
                {
                    found.insert(Violation::CodeWithoutPhoto { code: code.clone() });
                }
                (ClientRequest::Fetch { code, .. }, ObservedOutcome::Photo { sha256 })
                    if self.deposits.get(code).is_none_or(|deposit| deposit.sha256 != *sha256) =>
                {
                    found.insert(Violation::OtherBytes { code: code.clone() });
                }
                (ClientRequest::Collect { code } | ClientRequest::Fetch { code, .. }, told)
                    if told.is_problem("photo-damaged") =>
                {
                    found.insert(Violation::OtherBytes { code: code.clone() });
                }
                _ => {}
            }
        }
    }

    /// Checks that the log contains every acknowledged change with its party.
    fn check_acknowledgements(&self, found: &mut BTreeSet<Violation>) {
        for operation in self.operations {
            let missing =
                |event: &str, subject: &String| Violation::MissingRow { event: event.into(), subject: subject.clone() };
            match (&operation.request, &operation.outcome) {
                (ClientRequest::Deposit { .. }, ObservedOutcome::Deposited { photo_id, code, .. })
                    if self.rows("photo.deposited", photo_id, &operation.party).is_empty() =>
                {
                    found.insert(Violation::CodeWithoutPhoto { code: code.clone() });
                }
                (ClientRequest::Collect { .. }, ObservedOutcome::Leased { collection_id, photo_id, .. }) => {
                    let rows = self.rows("collection.leased", collection_id, &operation.party);
                    if rows.is_empty() || self.replayed.photo_of.get(collection_id) != Some(photo_id) {
                        found.insert(missing("collection.leased", collection_id));
                    }
                }
                (ClientRequest::Fetch { collection_id, .. }, ObservedOutcome::Photo { .. })
                    if self.rows("collection.handed_over", collection_id, &operation.party).is_empty() =>
                {
                    found.insert(missing("collection.handed_over", collection_id));
                }
                (ClientRequest::Settle { collection_id, outcome }, ObservedOutcome::Settled) => {
                    let event = format!("collection.{outcome}");
                    if self.rows(&event, collection_id, &operation.party).is_empty() {
                        found.insert(missing(&event, collection_id));
                    }
                }
                _ => {}
            }
        }
    }

    /// Indexes of the rows in which this party caused this event.
    fn rows(&self, event: &str, subject: &str, party: &str) -> Vec<usize> {
        let places = self.replayed.places.get(&(event.to_owned(), subject.to_owned())).into_iter().flatten().copied();
        places.filter(|place| self.devices[party].contains(self.log[*place].actor.as_str())).collect()
    }

    /// Checks that every change in the log was requested, at least as often as it was done.
    fn check_rows(&self, found: &mut BTreeSet<Violation>) {
        let mut done = BTreeMap::<(String, String, String), usize>::new();
        for row in self.log {
            if let Some((event, thing)) = self.asked_by_row(row) {
                *done.entry((row.actor.clone(), event, thing)).or_default() += 1;
            }
        }
        let mut asked = BTreeMap::<(String, String, String), usize>::new();
        let mut keys = BTreeSet::new();
        for operation in self.operations.iter().filter(|operation| operation.outcome.may_have_happened()) {
            let (event, thing) = match &operation.request {
                // The photo of a key that was never acknowledged is unknown; there is at most one.
                ClientRequest::Deposit { key, .. } if !keys.insert((&operation.device, key)) => continue,
                ClientRequest::Deposit { .. } => ("photo.deposited".to_owned(), String::new()),
                ClientRequest::Collect { code } => {
                    let Some(deposit) = self.deposits.get(code) else { continue };
                    ("collection.leased".to_owned(), deposit.photo_id.clone())
                }
                ClientRequest::Fetch { collection_id, .. } => {
                    ("collection.handed_over".to_owned(), collection_id.clone())
                }
                ClientRequest::Settle { collection_id, outcome } => {
                    (format!("collection.{outcome}"), collection_id.clone())
                }
            };
            *asked.entry((operation.device.clone(), event, thing)).or_default() += 1;
        }
        for ((actor, event, thing), times) in done {
            if asked.get(&(actor, event.clone(), thing.clone())).is_none_or(|asked| *asked < times) {
                found.insert(Violation::UnrequestedRow { event, subject: thing });
            }
        }
    }

    /// The request that a row carries out; `None` if it needs none.
    fn asked_by_row(&self, row: &AuditLogRow) -> Option<(String, String)> {
        let subject = row.subject.clone().unwrap_or_default();
        match row.event.as_str() {
            "photo.deposited" => Some((row.event.clone(), String::new())),
            "collection.leased" | "collection.renewed" => {
                Some(("collection.leased".into(), self.replayed.photo_of.get(&subject).cloned().unwrap_or_default()))
            }
            "collection.handed_over"
            | "collection.used"
            | "collection.kept"
            | "collection.refused"
            | "collection.released" => Some((row.event.clone(), subject)),
            _ => None,
        }
    }

    /// Checks that every refusal had its reason.
    fn check_refusals(
        &self,
        code: &str,
        deposit: &AcknowledgedDeposit,
        about: &[&RecordedOperation],
        found: &mut BTreeSet<Violation>,
    ) {
        let rows = self.replayed.rows_of.get(&deposit.photo_id).map_or(&[][..], Vec::as_slice);
        let happened = |events: &[&str], to_others_than: &str| {
            let own = self.devices.get(to_others_than);
            rows.iter().map(|place| &self.log[*place]).any(|row| {
                events.contains(&row.event.as_str()) && own.is_none_or(|own| !own.contains(row.actor.as_str()))
            })
        };
        for operation in about {
            let (ClientRequest::Collect { .. }, ObservedOutcome::Refused { problem, status }) =
                (&operation.request, &operation.outcome)
            else {
                continue;
            };
            let is_true = match problem.as_str() {
                "photo-settled" => happened(&["collection.used", "collection.refused"], ""),
                "photo-leased-elsewhere" => happened(&["collection.leased"], &operation.party),
                "code-unknown" => {
                    if deposit.acknowledged < operation.begun {
                        found.insert(Violation::LostDeposit { code: code.into() });
                    }
                    continue;
                }
                // While the database was an older one this may be any code; at the end, none.
                "photo-quarantined" => operation.begun < self.quiet_since,
                // Impossible in this run: no photo is withdrawn, and no deadline of days is reached.
                "photo-withdrawn" | "photo-expired" | "code-malformed" => false,
                _ => *status == 429 || *status >= 500,
            };
            if !is_true {
                found.insert(Violation::FalseRefusal { code: code.into(), problem: problem.clone() });
            }
        }
    }

    /// Checks that an operation that ended before another one began comes before it in the log.
    fn check_order(&self, code: &str, about: &[&RecordedOperation], found: &mut BTreeSet<Violation>) {
        let placed: Vec<_> =
            about.iter().filter_map(|operation| Some((operation, self.span(operation, about)?))).collect();
        for (before, (earliest, _)) in &placed {
            let is_after = |(after, (_, latest)): &(&&RecordedOperation, (usize, usize))| {
                before.ended < after.begun && earliest > latest
            };
            if placed.iter().any(is_after) {
                found.insert(Violation::OutOfOrder { code: code.into() });
            }
        }
    }

    /// First and last row that can explain the answer of an operation.
    fn span(&self, operation: &RecordedOperation, about: &[&RecordedOperation]) -> Option<(usize, usize)> {
        let first = |rows: &[usize]| rows.first().copied();
        match (&operation.request, &operation.outcome) {
            (ClientRequest::Deposit { .. }, ObservedOutcome::Deposited { photo_id, is_repeat, .. }) => {
                let row = first(&self.rows("photo.deposited", photo_id, &operation.party))?;
                Some((row, if *is_repeat { usize::MAX } else { row }))
            }
            (ClientRequest::Collect { .. }, ObservedOutcome::Leased { collection_id, is_new, .. }) => {
                let row = first(&self.rows("collection.leased", collection_id, &operation.party))?;
                let last = self.replayed.closed_at.get(collection_id).copied().unwrap_or(usize::MAX);
                Some((row, if *is_new { row } else { last }))
            }
            (ClientRequest::Fetch { collection_id, .. }, ObservedOutcome::Photo { .. }) => {
                // Repeated hand-overs are counted, mostly without a row; each comes before the row that ends the
                // collection.
                let rows = self.rows("collection.handed_over", collection_id, &operation.party);
                let last = self.replayed.closed_at.get(collection_id).map_or(usize::MAX, |end| end.saturating_sub(1));
                let times = about.iter().filter(|other| other.request == operation.request).count();
                Some((first(&rows)?, if times > 1 { last } else { *rows.last()? }))
            }
            (ClientRequest::Settle { collection_id, outcome }, ObservedOutcome::Settled) => {
                let row = first(&self.rows(&format!("collection.{outcome}"), collection_id, &operation.party))?;
                let times = about.iter().filter(|other| other.request == operation.request).count();
                Some((row, if times > 1 { usize::MAX } else { row }))
            }
            (ClientRequest::Collect { code }, told) if told.is_problem("photo-settled") => {
                let photo_id = &self.deposits.get(code)?.photo_id;
                Some((*self.replayed.erased_at.get(photo_id)?, usize::MAX))
            }
            _ => None,
        }
    }
}

/// Of all offices that received a photo, all but one released it; and none received it after its end. Checked without
/// the log.
fn check_readers(code: &str, about: &[&RecordedOperation], found: &mut BTreeSet<Violation>) {
    let gave_back = |collection: &str| {
        about.iter().any(|operation| match &operation.request {
            ClientRequest::Settle { collection_id, outcome } => {
                collection_id == collection
                    && ["kept", "released"].contains(outcome)
                    && operation.outcome.may_have_happened()
            }
            _ => false,
        })
    };
    let mut keepers = BTreeSet::new();
    let mut erased = Duration::MAX;
    for operation in about {
        match (&operation.request, &operation.outcome) {
            (ClientRequest::Fetch { collection_id, .. }, ObservedOutcome::Photo { .. })
                if !gave_back(collection_id) =>
            {
                keepers.insert(&operation.party);
            }
            (ClientRequest::Settle { outcome: "used" | "refused", .. }, ObservedOutcome::Settled) => {
                keepers.insert(&operation.party);
                erased = erased.min(operation.ended);
            }
            _ => {}
        }
    }
    if keepers.len() > 1 {
        found.insert(Violation::TwoReaders { code: code.into() });
    }
    let is_late = |operation: &&&RecordedOperation| {
        matches!(operation.outcome, ObservedOutcome::Photo { .. }) && operation.begun > erased
    };
    if about.iter().any(|operation| is_late(&operation)) {
        found.insert(Violation::ReadAfterErasure { code: code.into() });
    }
}
