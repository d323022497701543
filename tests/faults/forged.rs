//! The checker, tried on histories that are as they should be and on forged ones. Whoever judges has to be judged first.

use std::time::Duration;

use serde_json::json;

use super::checker::{Violation, violations};
use super::history::{Operation, Told, Wish};
use crate::support::records::AuditRow;

/// Two photos: one that Nord used, with a repeat of its deposit and a collection that was given back before; one that waits.
struct Story {
    operations: Vec<Operation>,
    log: Vec<AuditRow>,
    time: u64,
    quiet_since: u64,
}

const OFFICES: [(&str, &str); 3] = [("nord-1", "Nord"), ("nord-2", "Nord"), ("sued-1", "Süd")];

fn party_of(device: &str) -> &'static str {
    OFFICES.iter().find(|(known, _)| *known == device).map_or("Foto Koch", |(_, party)| party)
}

impl Story {
    fn told() -> Self {
        let mut story = Self { operations: Vec::new(), log: Vec::new(), time: 0, quiet_since: 0 };
        story.deposit("key-1", "code-1", "photo-1");
        story.asks("till", deposit("key-1"), deposited("code-1", "photo-1", true));
        story.deposit("key-2", "code-2", "photo-2");
        story.collect("sued-1", "code-1", "photo-1", "collection-1");
        story.fetch("sued-1", "code-1", "photo-1", "collection-1");
        story.settle("sued-1", "photo-1", "collection-1", "released");
        story.collect("nord-1", "code-1", "photo-1", "collection-2");
        story.fetch("nord-2", "code-1", "photo-1", "collection-2");
        story.asks("sued-1", collect("code-1"), refused(409, "photo-leased-elsewhere"));
        story.settle("nord-1", "photo-1", "collection-2", "used");
        story.quiet_since = story.time;
        story.asks("sued-1", collect("code-1"), refused(410, "photo-settled"));
        story.collect("sued-1", "code-2", "photo-2", "collection-3");
        story.fetch("sued-1", "code-2", "photo-2", "collection-3");
        story
    }

    fn asks(&mut self, device: &str, wish: Wish, told: Told) {
        self.time += 2;
        let (device, party) = (device.to_owned(), party_of(device).to_owned());
        let [begun, ended] = [self.time, self.time + 1].map(Duration::from_millis);
        self.operations.push(Operation { device, party, wish, told, begun, ended });
    }

    fn row(&mut self, device: &str, event: &str, subject: &str, photo_id: &str) {
        let details = json!({ "photo_id": photo_id, "office_id": party_of(device) });
        let (actor, event, subject) = (device.to_owned(), event.to_owned(), Some(subject.to_owned()));
        self.log.push(AuditRow { actor, event, subject, details });
    }

    fn deposit(&mut self, key: &str, code: &str, photo_id: &str) {
        self.asks("till", deposit(key), deposited(code, photo_id, false));
        self.row("till", "photo.deposited", photo_id, photo_id);
    }

    fn collect(&mut self, device: &str, code: &str, photo_id: &str, collection_id: &str) {
        let told = Told::Leased { collection_id: collection_id.into(), photo_id: photo_id.into(), is_new: true };
        self.asks(device, collect(code), told);
        self.row(device, "collection.leased", collection_id, photo_id);
    }

    fn fetch(&mut self, device: &str, code: &str, photo_id: &str, collection_id: &str) {
        self.asks(device, fetch(collection_id, code), Told::Picture { sha256: "bytes".into() });
        self.row(device, "collection.handed_over", collection_id, photo_id);
    }

    fn settle(&mut self, device: &str, photo_id: &str, collection_id: &str, outcome: &'static str) {
        self.asks(device, Wish::Settle { collection_id: collection_id.into(), outcome }, Told::Settled);
        self.row(device, &format!("collection.{outcome}"), collection_id, photo_id);
    }

    /// Takes a row out of the log.
    fn without(&mut self, event: &str, subject: &str) {
        let before = self.log.len();
        self.log.retain(|row| row.event != event || row.subject.as_deref() != Some(subject));
        assert_eq!(self.log.len(), before - 1);
    }

    /// The answer to the operation with this wish, the first one of several.
    fn answer(&mut self, wish: &Wish) -> &mut Told {
        &mut self.operations.iter_mut().find(|operation| operation.wish == *wish).unwrap().told
    }

    #[track_caller]
    fn is_refused_for(&self, expected: Violation) {
        let found = violations(&self.operations, &self.log, Duration::from_millis(self.quiet_since + 1));
        assert!(found.contains(&expected), "{expected:?} is not among {found:?}");
    }

    #[track_caller]
    fn holds(&self) {
        let found = violations(&self.operations, &self.log, Duration::from_millis(self.quiet_since + 1));
        assert!(found.is_empty(), "{found:?}");
    }
}

fn deposit(key: &str) -> Wish {
    Wish::Deposit { key: key.into(), sha256: "bytes".into() }
}

fn collect(code: &str) -> Wish {
    Wish::Collect { code: code.into() }
}

fn fetch(collection_id: &str, code: &str) -> Wish {
    Wish::Fetch { collection_id: collection_id.into(), code: code.into() }
}

fn deposited(code: &str, photo_id: &str, is_repeat: bool) -> Told {
    Told::Deposited { code: code.into(), photo_id: photo_id.into(), is_repeat }
}

fn refused(status: u16, problem: &str) -> Told {
    Told::Refused { status, problem: problem.into() }
}

#[test]
fn a_history_that_is_as_it_should_be_holds() {
    Story::told().holds();
}

#[test]
fn what_nobody_was_told_of_may_have_happened_or_not() {
    let mut story = Story::told();
    // A commit whose answer was lost, and a request that never arrived.
    *story.answer(&fetch("collection-1", "code-1")) = Told::Nothing;
    *story.answer(&deposit("key-2")) = refused(503, "storage-unavailable");
    story.asks("till", deposit("key-2"), deposited("code-2", "photo-2", true));
    story.asks("till", deposit("key-3"), Told::Nothing);
    story.holds();
}

#[test]
fn a_lost_deposit_is_found() {
    // Its code leads nowhere.
    let mut story = Story::told();
    story.asks("nord-1", collect("code-2"), refused(404, "code-unknown"));
    story.is_refused_for(Violation::LostDeposit { code: "code-2".into() });
    // Nobody could fetch it in the end.
    let mut story = Story::told();
    *story.answer(&fetch("collection-3", "code-2")) = Told::Nothing;
    story.is_refused_for(Violation::LostDeposit { code: "code-2".into() });
    // It is said to be settled, and nobody did that.
    let mut story = Story::told();
    *story.answer(&fetch("collection-3", "code-2")) = Told::Nothing;
    story.asks("nord-1", collect("code-2"), refused(410, "photo-settled"));
    let problem = "photo-settled".into();
    story.is_refused_for(Violation::FalseRefusal { code: "code-2".into(), problem });
}

#[test]
fn a_code_that_two_offices_hold_is_found() {
    let mut story = Story::told();
    story.collect("nord-1", "code-2", "photo-2", "collection-4");
    story.is_refused_for(Violation::TwoHolders { photo_id: "photo-2".into() });
}

#[test]
fn two_readers_are_found_even_if_the_log_tells_of_a_lease_that_ran_out() {
    let mut story = Story::told();
    story.row("gateway", "collection.lapsed", "collection-3", "photo-2");
    story.collect("nord-1", "code-2", "photo-2", "collection-4");
    story.fetch("nord-1", "code-2", "photo-2", "collection-4");
    story.is_refused_for(Violation::TwoReaders { code: "code-2".into() });
    let event = "collection.lapsed".into();
    story.is_refused_for(Violation::AgainstTheRules { photo_id: "photo-2".into(), event });
}

#[test]
fn a_second_reader_after_used_is_found() {
    let mut story = Story::told();
    story.collect("sued-1", "code-1", "photo-1", "collection-4");
    story.fetch("sued-1", "code-1", "photo-1", "collection-4");
    story.is_refused_for(Violation::ReaderAfterTheEnd { code: "code-1".into() });
    let event = "collection.leased".into();
    story.is_refused_for(Violation::AgainstTheRules { photo_id: "photo-1".into(), event });
    // The office that used it gets it once more, and the log says nothing of it.
    let mut story = Story::told();
    story.asks("nord-2", fetch("collection-2", "code-1"), Told::Picture { sha256: "bytes".into() });
    story.is_refused_for(Violation::ReaderAfterTheEnd { code: "code-1".into() });
    story.is_refused_for(Violation::OutOfOrder { code: "code-1".into() });
}

#[test]
fn a_code_for_nothing_is_found() {
    // Acknowledged without a deposit.
    let mut story = Story::told();
    story.without("photo.deposited", "photo-2");
    story.is_refused_for(Violation::CodeForNothing { code: "code-2".into() });
    // Opens what nobody has deposited.
    let mut story = Story::told();
    story.collect("nord-1", "a-guess", "photo-7", "collection-4");
    story.is_refused_for(Violation::CodeForNothing { code: "a-guess".into() });
}

#[test]
fn two_codes_for_one_key_and_one_code_for_two_keys_are_found() {
    let mut story = Story::told();
    story.asks("till", deposit("key-2"), deposited("code-9", "photo-9", false));
    story.is_refused_for(Violation::TwoCodesForOneKey { key: "key-2".into() });
    let mut story = Story::told();
    story.asks("till", deposit("key-3"), deposited("code-2", "photo-2", true));
    story.is_refused_for(Violation::OneCodeForTwoKeys { code: "code-2".into() });
}

#[test]
fn other_bytes_are_found() {
    let mut story = Story::told();
    *story.answer(&fetch("collection-3", "code-2")) = Told::Picture { sha256: "other bytes".into() };
    story.is_refused_for(Violation::OtherBytes { code: "code-2".into() });
    let mut story = Story::told();
    story.asks("sued-1", fetch("collection-3", "code-2"), refused(500, "photo-damaged"));
    story.is_refused_for(Violation::OtherBytes { code: "code-2".into() });
}

#[test]
fn what_was_acknowledged_and_is_not_in_the_log_is_found() {
    for (event, subject) in [
        ("collection.leased", "collection-3"),
        ("collection.handed_over", "collection-2"),
        ("collection.released", "collection-1"),
        ("collection.used", "collection-2"),
    ] {
        let mut story = Story::told();
        story.without(event, subject);
        story.is_refused_for(Violation::NotInTheLog { event: event.into(), subject: subject.into() });
    }
}

#[test]
fn what_is_in_the_log_and_nobody_asked_for_is_found() {
    let mut story = Story::told();
    story.row("sued-1", "collection.used", "collection-3", "photo-2");
    let event = "collection.used".into();
    story.is_refused_for(Violation::NobodyAsked { event, subject: "collection-3".into() });
    let mut story = Story::told();
    story.row("till", "photo.deposited", "photo-3", "photo-3");
    story.is_refused_for(Violation::NobodyAsked { event: "photo.deposited".into(), subject: String::new() });
    // Asked for once, done twice.
    let mut story = Story::told();
    story.row("sued-1", "collection.handed_over", "collection-3", "photo-2");
    let event = "collection.handed_over".into();
    story.is_refused_for(Violation::NobodyAsked { event, subject: "collection-3".into() });
}

#[test]
fn a_log_in_another_order_than_clients_saw_is_found() {
    let mut story = Story::told();
    // The second photo's collection, before its deposit.
    let deposit = story.log.iter().position(|row| row.subject.as_deref() == Some("photo-2")).unwrap();
    let row = story.log.remove(deposit);
    story.log.push(row);
    story.is_refused_for(Violation::OutOfOrder { code: "code-2".into() });
    // A photo that was given back before it was fetched, by the log.
    let mut story = Story::told();
    let place = |event: &str| story.log.iter().position(|row| row.event == event).unwrap();
    let (handed_over, released) = (place("collection.handed_over"), place("collection.released"));
    story.log.swap(handed_over, released);
    story.is_refused_for(Violation::OutOfOrder { code: "code-1".into() });
}

#[test]
fn a_photo_that_time_took_is_found() {
    let mut story = Story::told();
    // As the gateway writes it: with the office that had it.
    story.row("sued-1", "collection.used_by_default", "collection-3", "photo-2");
    let event = "collection.used_by_default".into();
    story.is_refused_for(Violation::AgainstTheRules { photo_id: "photo-2".into(), event });
    let mut story = Story::told();
    story.asks("nord-1", collect("code-2"), refused(410, "photo-expired"));
    let problem = "photo-expired".into();
    story.is_refused_for(Violation::FalseRefusal { code: "code-2".into(), problem });
}
