//! Tests of the checker on valid and forged histories.

use std::time::Duration;

use serde_json::json;

use super::checker::violations;
use super::history::{ClientRequest, ObservedOutcome, RecordedOperation};
use super::violation::Violation;
use crate::support::raw_database::AuditLogRow;

/// Two photos: one that Nord used, with a repeated deposit and a released collection; and one that waits.
struct HistoryBuilder {
    operations: Vec<RecordedOperation>,
    log: Vec<AuditLogRow>,
    time: u64,
    quiet_since: u64,
}

const OFFICES: [(&str, &str); 3] = [("nord-1", "Nord"), ("nord-2", "Nord"), ("sued-1", "Süd")];

fn party_of(device: &str) -> &'static str {
    OFFICES.iter().find(|(known, _)| *known == device).map_or("Foto Koch", |(_, party)| party)
}

impl HistoryBuilder {
    fn valid() -> Self {
        let mut story = Self { operations: Vec::new(), log: Vec::new(), time: 0, quiet_since: 0 };
        story.deposit("key-1", "code-1", "photo-1");
        story.record("till", deposit("key-1"), deposited("code-1", "photo-1", true));
        story.deposit("key-2", "code-2", "photo-2");
        story.collect("sued-1", "code-1", "photo-1", "collection-1");
        story.fetch("sued-1", "code-1", "photo-1", "collection-1");
        story.settle("sued-1", "photo-1", "collection-1", "released");
        story.collect("nord-1", "code-1", "photo-1", "collection-2");
        story.fetch("nord-2", "code-1", "photo-1", "collection-2");
        story.record("sued-1", collect("code-1"), refused(409, "photo-leased-elsewhere"));
        story.settle("nord-1", "photo-1", "collection-2", "used");
        story.quiet_since = story.time;
        story.record("sued-1", collect("code-1"), refused(410, "photo-settled"));
        story.collect("sued-1", "code-2", "photo-2", "collection-3");
        story.fetch("sued-1", "code-2", "photo-2", "collection-3");
        story
    }

    fn record(&mut self, device: &str, wish: ClientRequest, told: ObservedOutcome) {
        self.time += 2;
        let (device, party) = (device.to_owned(), party_of(device).to_owned());
        let [begun, ended] = [self.time, self.time + 1].map(Duration::from_millis);
        self.operations.push(RecordedOperation { device, party, request: wish, outcome: told, begun, ended });
    }

    fn row(&mut self, device: &str, event: &str, subject: &str, photo_id: &str) {
        let details = json!({ "photo_id": photo_id, "office_id": party_of(device) });
        let (actor, event, subject) = (device.to_owned(), event.to_owned(), Some(subject.to_owned()));
        self.log.push(AuditLogRow { actor, event, subject, details });
    }

    fn deposit(&mut self, key: &str, code: &str, photo_id: &str) {
        self.record("till", deposit(key), deposited(code, photo_id, false));
        self.row("till", "photo.deposited", photo_id, photo_id);
    }

    fn collect(&mut self, device: &str, code: &str, photo_id: &str, collection_id: &str) {
        let told =
            ObservedOutcome::Leased { collection_id: collection_id.into(), photo_id: photo_id.into(), is_new: true };
        self.record(device, collect(code), told);
        self.row(device, "collection.leased", collection_id, photo_id);
    }

    fn fetch(&mut self, device: &str, code: &str, photo_id: &str, collection_id: &str) {
        self.record(device, fetch(collection_id, code), ObservedOutcome::Photo { sha256: "bytes".into() });
        self.row(device, "collection.handed_over", collection_id, photo_id);
    }

    fn settle(&mut self, device: &str, photo_id: &str, collection_id: &str, outcome: &'static str) {
        self.record(
            device,
            ClientRequest::Settle { collection_id: collection_id.into(), outcome },
            ObservedOutcome::Settled,
        );
        self.row(device, &format!("collection.{outcome}"), collection_id, photo_id);
    }

    /// Removes a row from the log.
    fn without(&mut self, event: &str, subject: &str) {
        let before = self.log.len();
        self.log.retain(|row| row.event != event || row.subject.as_deref() != Some(subject));
        assert_eq!(self.log.len(), before - 1);
    }

    /// Answer to the first operation with this request.
    fn answer(&mut self, wish: &ClientRequest) -> &mut ObservedOutcome {
        &mut self.operations.iter_mut().find(|operation| operation.request == *wish).unwrap().outcome
    }

    #[track_caller]
    fn assert_violation(&self, expected: Violation) {
        let found = violations(&self.operations, &self.log, Duration::from_millis(self.quiet_since + 1));
        assert!(found.contains(&expected), "{expected:?} is not among {found:?}");
    }

    #[track_caller]
    fn assert_accepted(&self) {
        let found = violations(&self.operations, &self.log, Duration::from_millis(self.quiet_since + 1));
        assert!(found.is_empty(), "{found:?}");
    }
}

fn deposit(key: &str) -> ClientRequest {
    ClientRequest::Deposit { key: key.into(), sha256: "bytes".into() }
}

fn collect(code: &str) -> ClientRequest {
    ClientRequest::Collect { code: code.into() }
}

fn fetch(collection_id: &str, code: &str) -> ClientRequest {
    ClientRequest::Fetch { collection_id: collection_id.into(), code: code.into() }
}

fn deposited(code: &str, photo_id: &str, is_repeat: bool) -> ObservedOutcome {
    ObservedOutcome::Deposited { code: code.into(), photo_id: photo_id.into(), is_repeat }
}

fn refused(status: u16, problem: &str) -> ObservedOutcome {
    ObservedOutcome::Refused { status, problem: problem.into() }
}

#[test]
fn a_history_that_is_as_it_should_be_holds() {
    HistoryBuilder::valid().assert_accepted();
}

#[test]
fn what_nobody_was_told_of_may_have_happened_or_not() {
    let mut story = HistoryBuilder::valid();
    // A commit whose answer was lost, and a request that never arrived.
    *story.answer(&fetch("collection-1", "code-1")) = ObservedOutcome::Unknown;
    *story.answer(&deposit("key-2")) = refused(503, "storage-unavailable");
    story.record("till", deposit("key-2"), deposited("code-2", "photo-2", true));
    story.record("till", deposit("key-3"), ObservedOutcome::Unknown);
    story.assert_accepted();
}

#[test]
fn a_lost_deposit_is_found() {
    // The code finds nothing.
    let mut story = HistoryBuilder::valid();
    story.record("nord-1", collect("code-2"), refused(404, "code-unknown"));
    story.assert_violation(Violation::LostDeposit { code: "code-2".into() });
    // The photo could not be fetched at the end.
    let mut story = HistoryBuilder::valid();
    *story.answer(&fetch("collection-3", "code-2")) = ObservedOutcome::Unknown;
    story.assert_violation(Violation::LostDeposit { code: "code-2".into() });
    // The photo is reported as settled, but no office settled it.
    let mut story = HistoryBuilder::valid();
    *story.answer(&fetch("collection-3", "code-2")) = ObservedOutcome::Unknown;
    story.record("nord-1", collect("code-2"), refused(410, "photo-settled"));
    let problem = "photo-settled".into();
    story.assert_violation(Violation::FalseRefusal { code: "code-2".into(), problem });
}

#[test]
fn a_code_that_two_offices_hold_is_found() {
    let mut story = HistoryBuilder::valid();
    story.collect("nord-1", "code-2", "photo-2", "collection-4");
    story.assert_violation(Violation::TwoHolders { photo_id: "photo-2".into() });
}

#[test]
fn two_readers_are_found_even_if_the_log_tells_of_a_lease_that_ran_out() {
    let mut story = HistoryBuilder::valid();
    story.row("gateway", "collection.lapsed", "collection-3", "photo-2");
    story.collect("nord-1", "code-2", "photo-2", "collection-4");
    story.fetch("nord-1", "code-2", "photo-2", "collection-4");
    story.assert_violation(Violation::TwoReaders { code: "code-2".into() });
    let event = "collection.lapsed".into();
    story.assert_violation(Violation::ForbiddenTransition { photo_id: "photo-2".into(), event });
}

#[test]
fn a_second_reader_after_used_is_found() {
    let mut story = HistoryBuilder::valid();
    story.collect("sued-1", "code-1", "photo-1", "collection-4");
    story.fetch("sued-1", "code-1", "photo-1", "collection-4");
    story.assert_violation(Violation::ReadAfterErasure { code: "code-1".into() });
    let event = "collection.leased".into();
    story.assert_violation(Violation::ForbiddenTransition { photo_id: "photo-1".into(), event });
    // The office that used the photo gets it again, without a row in the log.
    let mut story = HistoryBuilder::valid();
    story.record("nord-2", fetch("collection-2", "code-1"), ObservedOutcome::Photo { sha256: "bytes".into() });
    story.assert_violation(Violation::ReadAfterErasure { code: "code-1".into() });
    story.assert_violation(Violation::OutOfOrder { code: "code-1".into() });
}

#[test]
fn a_code_for_nothing_is_found() {
    // Acknowledged without a deposit in the log.
    let mut story = HistoryBuilder::valid();
    story.without("photo.deposited", "photo-2");
    story.assert_violation(Violation::CodeWithoutPhoto { code: "code-2".into() });
    // Finds a photo that was never deposited.
    let mut story = HistoryBuilder::valid();
    story.collect("nord-1", "a-guess", "photo-7", "collection-4");
    story.assert_violation(Violation::CodeWithoutPhoto { code: "a-guess".into() });
}

#[test]
fn two_codes_for_one_key_and_one_code_for_two_keys_are_found() {
    let mut story = HistoryBuilder::valid();
    story.record("till", deposit("key-2"), deposited("code-9", "photo-9", false));
    story.assert_violation(Violation::TwoCodesForOneKey { key: "key-2".into() });
    let mut story = HistoryBuilder::valid();
    story.record("till", deposit("key-3"), deposited("code-2", "photo-2", true));
    story.assert_violation(Violation::OneCodeForTwoKeys { code: "code-2".into() });
}

#[test]
fn other_bytes_are_found() {
    let mut story = HistoryBuilder::valid();
    *story.answer(&fetch("collection-3", "code-2")) = ObservedOutcome::Photo { sha256: "other bytes".into() };
    story.assert_violation(Violation::OtherBytes { code: "code-2".into() });
    let mut story = HistoryBuilder::valid();
    story.record("sued-1", fetch("collection-3", "code-2"), refused(500, "photo-damaged"));
    story.assert_violation(Violation::OtherBytes { code: "code-2".into() });
}

#[test]
fn what_was_acknowledged_and_is_not_in_the_log_is_found() {
    for (event, subject) in [
        ("collection.leased", "collection-3"),
        ("collection.handed_over", "collection-2"),
        ("collection.released", "collection-1"),
        ("collection.used", "collection-2"),
    ] {
        let mut story = HistoryBuilder::valid();
        story.without(event, subject);
        story.assert_violation(Violation::MissingRow { event: event.into(), subject: subject.into() });
    }
}

#[test]
fn what_is_in_the_log_and_nobody_asked_for_is_found() {
    let mut story = HistoryBuilder::valid();
    story.row("sued-1", "collection.used", "collection-3", "photo-2");
    let event = "collection.used".into();
    story.assert_violation(Violation::UnrequestedRow { event, subject: "collection-3".into() });
    let mut story = HistoryBuilder::valid();
    story.row("till", "photo.deposited", "photo-3", "photo-3");
    story.assert_violation(Violation::UnrequestedRow { event: "photo.deposited".into(), subject: String::new() });
    // Requested once, done twice.
    let mut story = HistoryBuilder::valid();
    story.row("sued-1", "collection.handed_over", "collection-3", "photo-2");
    let event = "collection.handed_over".into();
    story.assert_violation(Violation::UnrequestedRow { event, subject: "collection-3".into() });
}

#[test]
fn a_log_in_another_order_than_clients_saw_is_found() {
    let mut story = HistoryBuilder::valid();
    // The second photo is collected before its deposit.
    let deposit = story.log.iter().position(|row| row.subject.as_deref() == Some("photo-2")).unwrap();
    let row = story.log.remove(deposit);
    story.log.push(row);
    story.assert_violation(Violation::OutOfOrder { code: "code-2".into() });
    // According to the log the photo was released before the hand-over.
    let mut story = HistoryBuilder::valid();
    let place = |event: &str| story.log.iter().position(|row| row.event == event).unwrap();
    let (handed_over, released) = (place("collection.handed_over"), place("collection.released"));
    story.log.swap(handed_over, released);
    story.assert_violation(Violation::OutOfOrder { code: "code-1".into() });
}

#[test]
fn a_photo_that_time_took_is_found() {
    let mut story = HistoryBuilder::valid();
    // The gateway writes the office that received it.
    story.row("sued-1", "collection.used_by_default", "collection-3", "photo-2");
    let event = "collection.used_by_default".into();
    story.assert_violation(Violation::ForbiddenTransition { photo_id: "photo-2".into(), event });
    let mut story = HistoryBuilder::valid();
    story.record("nord-1", collect("code-2"), refused(410, "photo-expired"));
    let problem = "photo-expired".into();
    story.assert_violation(Violation::FalseRefusal { code: "code-2".into(), problem });
}
