//! Events on either database, with two nodes: their order, their cursor, and that each is stored once.

use std::sync::Arc;

use lichtbild::clock::Timestamp;
use lichtbild::domain::event::{EVENT_RETENTION, EventCursor, EventKind, EventPlace, StoredEvent};
use lichtbild::domain::id::{DeviceId, PhotoId};
use lichtbild::domain::log::AuditEvent;
use lichtbild::domain::party::{Party, Role};
use lichtbild::domain::photo::collection::{CollectionRecord, Refusal, RefusalReason, SettlementOutcome};
use lichtbild::storage::collection_requests::{SettleOutcome, SettleRequest};
use lichtbild::storage::requests::{
    CutOff, DuePageRequest, DuePosition, DueSubject, EventPageOutcome, EventPageRequest, FetchOutcome, FetchPurpose,
    FetchRequest, LeaseOutcome,
};
use lichtbild::storage::{SqlStore, StoreError};
use strum::VariantArray;
use tokio::task::JoinSet;

use super::{TwoNodeStore, audit_entry, code_attempt, guess_limits};
use crate::support::test_gateway::{DAY, HOUR, START};

pub type PartyDevice = (Party, DeviceId);

pub async fn party(fleet: &TwoNodeStore, role: Role) -> PartyDevice {
    let (party, device_id, _) = fleet.device(role).await;
    (party, device_id)
}

/// A photo of the studio that the office has received.
pub async fn handed_over(fleet: &TwoNodeStore, studio: &PartyDevice, office: &PartyDevice) -> (PhotoId, SettleRequest) {
    let node = &fleet.nodes[0];
    let (photo_id, lookup_id) = fleet.deposited(&studio.0, studio.1).await;
    let leased = node.lease(&fleet.lease(photo_id, &office.0, office.1)).await.unwrap();
    let LeaseOutcome::New(CollectionRecord { collection_id, .. }) = leased else { panic!("{leased:?}") };
    let attempt = code_attempt(&office.0, office.1, lookup_id, guess_limits(9, 9));
    let fetch = FetchRequest { collection_id, attempt, settle_within: 7 * DAY, purpose: FetchPurpose::HandOver };
    assert!(matches!(node.fetch(&fetch).await.unwrap(), FetchOutcome::Ready(_)));
    let settle = SettleRequest {
        collection_id,
        office_id: office.0.party_id,
        device_id: office.1,
        outcome: SettlementOutcome::Used,
        kept_until: None,
        now: START,
    };
    (photo_id, settle)
}

pub async fn settle(node: &SqlStore, request: &SettleRequest) -> Result<SettleOutcome, StoreError> {
    node.settle(request).await
}

pub async fn page(
    node: &SqlStore,
    receiver: &PartyDevice,
    after: Option<EventCursor>,
    limit: u32,
) -> Result<EventPageOutcome, StoreError> {
    node.event_page(&EventPageRequest { party_id: receiver.0.party_id, device_id: receiver.1, after, limit }).await
}

pub async fn events_after(node: &SqlStore, receiver: &PartyDevice, after: Option<EventCursor>) -> Vec<StoredEvent> {
    match page(node, receiver, after, 1_000).await.unwrap() {
        EventPageOutcome::Page(events) => events,
        cut_off @ EventPageOutcome::CutOff(_) => panic!("{cut_off:?}"),
    }
}

pub fn positions(events: &[StoredEvent]) -> Vec<i64> {
    events.iter().map(|stored| stored.place.position).collect()
}

pub fn kinds(events: &[StoredEvent]) -> Vec<EventKind> {
    events.iter().map(|stored| stored.event.kind).collect()
}

/// Announces what ends soon, of every kind.
pub async fn announce(node: &SqlStore, now: Timestamp) -> u64 {
    let mut announced = 0;
    for &subject in DueSubject::VARIANTS {
        let mut next = Some(DuePosition { due: now, id: "~".into() });
        while let Some(after) = next {
            let request = DuePageRequest { subject, after, until: now + 14 * DAY, now };
            let page = node.announce_due(&request).await.unwrap();
            announced += page.announced;
            next = page.next;
        }
    }
    announced
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_receiver_that_reads_while_both_nodes_write_misses_none_and_sees_them_in_order() {
    for fleet in TwoNodeStore::both().await {
        let fleet = Arc::new(fleet);
        let studios = [party(&fleet, Role::Studio).await, party(&fleet, Role::Studio).await];
        let office = party(&fleet, Role::Office).await;
        let mut requests = Vec::new();
        for number in 0..40 {
            requests.push(handed_over(&fleet, &studios[number % 2], &office).await.1);
        }
        let reading = {
            let (fleet, studio) = (Arc::clone(&fleet), studios[0].clone());
            tokio::spawn(async move {
                let (mut received, mut after, mut turn) = (Vec::new(), None, 0);
                while received.len() < 20 {
                    // A few at a time, from either node.
                    turn += 1;
                    let EventPageOutcome::Page(events) = page(&fleet.nodes[turn % 2], &studio, after, 3).await.unwrap()
                    else {
                        panic!()
                    };
                    after = events.last().map(|stored| stored.place.cursor()).or(after);
                    received.extend(events);
                    tokio::task::yield_now().await;
                }
                received
            })
        };
        let mut work = JoinSet::new();
        for (number, request) in requests.into_iter().enumerate() {
            let node = fleet.nodes[number % 2].clone();
            work.spawn(async move { settle(&node, &request).await.unwrap() });
        }
        work.join_all().await;
        let received = reading.await.unwrap();
        assert_eq!(positions(&received), positions(&events_after(&fleet.nodes[0], &studios[0], None).await));
        let others = events_after(&fleet.nodes[1], &studios[1], None).await;
        let mut all = [positions(&received), positions(&others)].concat();
        all.sort_unstable();
        assert_eq!(all, (1..=40).collect::<Vec<_>>(), "positions have no gap");
        let ids: std::collections::BTreeSet<_> =
            received.iter().chain(&others).map(|stored| stored.place.event_id).collect();
        assert_eq!(ids.len(), 40);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_ends_soon_is_announced_once_however_many_nodes_look() {
    for fleet in TwoNodeStore::both().await {
        let fleet = Arc::new(fleet);
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        // More than two pages of photos with the same end.
        for _ in 0..1_100 {
            fleet.deposited(&studio.0, studio.1).await;
        }
        let (_, unsettled) = handed_over(&fleet, &studio, &office).await;
        assert_eq!(announce(&fleet.nodes[0], START).await, 1, "only the hand-over ends within a fortnight");
        let late = START + 170 * DAY;
        let mut work = JoinSet::new();
        for number in 0..4 {
            let fleet = Arc::clone(&fleet);
            work.spawn(async move { announce(&fleet.nodes[number % 2], late).await });
        }
        work.join_all().await;
        assert_eq!(announce(&fleet.nodes[1], late + HOUR).await, 0);
        let count = |kind: &str| format!("SELECT count(*) FROM events WHERE kind = '{kind}'");
        assert_eq!(fleet.database.number(&count("photo.expiring")).await, 1_100);
        assert_eq!(fleet.database.number(&count("collection.ending")).await, 1);
        let ending = events_after(&fleet.nodes[1], &office, None).await;
        assert_eq!(ending[0].event.collection_id, Some(unsettled.collection_id));
        // Those that were stored in one statement continue each other like all others.
        let expiring = events_after(&fleet.nodes[0], &studio, None).await;
        assert_eq!(expiring.len(), 1_000);
        for pair in expiring.windows(2) {
            assert_eq!(pair[1].place, EventPlace::following(Some(pair[0].place), &pair[1].event));
        }
    }
}

#[tokio::test]
async fn certificates_are_announced_to_their_party_and_not_those_that_were_renewed_or_revoked() {
    for fleet in TwoNodeStore::both().await {
        let [ending, revoked] = [party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await];
        fleet.nodes[0].revoke_device(revoked.1, START, audit_entry(AuditEvent::DeviceRevoked)).await.unwrap();
        assert_eq!(announce(&fleet.nodes[0], START + 45 * DAY).await, 0);
        assert_eq!(announce(&fleet.nodes[0], START + 46 * DAY).await, 1);
        let events = events_after(&fleet.nodes[1], &ending, None).await;
        assert_eq!(kinds(&events), [EventKind::CertificateEnding]);
        assert_eq!((events[0].event.device_id, events[0].event.due), (Some(ending.1), Some(START + 60 * DAY)));
        assert_eq!(events[0].device_label.as_deref(), Some(""));
        let renewed = "INSERT INTO certificates (sha256, device_id, serial, not_before, not_after, number)
                       SELECT spki, device_id, serial, not_before, not_after + 1, 2 FROM
                       (SELECT c.*, SHA AS spki FROM certificates c WHERE c.device_id = 'DEVICE') c"
            .replace("SHA", fleet.database.for_dialect("zeroblob(32)", "decode(repeat('00', 32), 'hex')"))
            .replace("DEVICE", &ending.1.to_string());
        fleet.database.execute(&renewed).await.unwrap();
        assert_eq!(announce(&fleet.nodes[0], START + 47 * DAY).await, 1, "the newer one is another certificate");
    }
}

#[tokio::test]
async fn an_event_is_stored_with_its_change_or_not_at_all() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let (photo_id, request) = handed_over(&fleet, &studio, &office).await;
        fleet.database.break_audit().await;
        settle(&fleet.nodes[0], &request).await.unwrap_err();
        assert_eq!(fleet.database.count("events").await, 0);
        fleet.database.repair_audit().await;
        let until = Some(START + 9 * DAY);
        for (outcome, kept_until) in
            [(SettlementOutcome::Kept { until: "2026-12-01".parse().unwrap() }, until), (SettlementOutcome::Used, None)]
        {
            // A repetition and another outcome change nothing.
            settle(&fleet.nodes[1], &SettleRequest { outcome, kept_until, ..request.clone() }).await.unwrap();
        }
        let events = events_after(&fleet.nodes[0], &studio, None).await;
        assert_eq!(kinds(&events), [EventKind::PhotoKept]);
        assert_eq!((events[0].event.photo_id, events[0].event.due), (Some(photo_id), until));
        assert_eq!(events_after(&fleet.nodes[0], &office, None).await.len(), 0, "the office knows what it did");
        // The end of the kept photo is for the office: the studio has nothing left to do.
        assert_eq!(announce(&fleet.nodes[0], START + HOUR).await, 1);
        assert_eq!(kinds(&events_after(&fleet.nodes[0], &office, None).await), [EventKind::PhotoKeptEnding]);
        assert_eq!(kinds(&events_after(&fleet.nodes[0], &studio, None).await), [EventKind::PhotoKept]);
    }
}

#[tokio::test]
async fn a_hand_over_that_is_not_settled_is_told_to_studio_and_office_and_a_lapsed_lease_to_the_office() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let (used, _) = handed_over(&fleet, &studio, &office).await;
        let (lapsed, _) = fleet.deposited(&studio.0, studio.1).await;
        let lease = fleet.lease(lapsed, &office.0, office.1);
        assert!(matches!(fleet.nodes[0].lease(&lease).await.unwrap(), LeaseOutcome::New(_)));
        while fleet.nodes[1].sweep(START + 8 * DAY).await.unwrap().has_changes() {}
        let to_studio = events_after(&fleet.nodes[0], &studio, None).await;
        assert_eq!(kinds(&to_studio), [EventKind::PhotoUsed]);
        assert_eq!(to_studio[0].event.photo_id, Some(used));
        let mut to_office: Vec<_> = events_after(&fleet.nodes[0], &office, None)
            .await
            .into_iter()
            .map(|stored| (stored.event.kind.name(), stored.event.photo_id, stored.event.due))
            .collect();
        to_office.sort_unstable();
        assert_eq!(
            to_office,
            [
                ("collection.lapsed", Some(lapsed), Some(START + HOUR / 4)),
                ("collection.used_by_default", Some(used), Some(START + 7 * DAY)),
            ]
        );
    }
}

#[tokio::test]
async fn a_cursor_that_was_purged_or_is_of_another_history_leads_to_the_oldest_event() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let node = &fleet.nodes[0];
        let mut last = None;
        for _ in 0..4 {
            let (_, request) = handed_over(&fleet, &studio, &office).await;
            settle(node, &request).await.unwrap();
            last = events_after(node, &studio, None).await.pop();
        }
        let last = last.unwrap().place;
        assert_eq!(events_after(node, &studio, Some(last.cursor())).await.len(), 0);
        assert_eq!(events_after(node, &office, Some(last.cursor())).await.len(), 0, "it has no events");

        // As after a restore: the same position has another event.
        fleet.database.execute("DELETE FROM events WHERE position >= 3").await.unwrap();
        assert_eq!(positions(&events_after(node, &studio, Some(last.cursor())).await), [1, 2]);
        for _ in 0..2 {
            let (_, request) = handed_over(&fleet, &studio, &office).await;
            settle(node, &request).await.unwrap();
        }
        let now = events_after(node, &studio, Some(last.cursor())).await;
        assert_eq!(positions(&now), [1, 2, 3, 4], "a cursor of the other history is not taken for one of this");
        assert_eq!(positions(&events_after(node, &studio, Some(now[1].place.cursor())).await), [3, 4]);

        // All but the newest are purged.
        let late = START + EVENT_RETENTION;
        assert_eq!(node.purge(late - HOUR).await.unwrap().events, 0);
        assert_eq!(node.purge(late).await.unwrap().events, 3);
        assert_eq!(positions(&events_after(node, &studio, Some(now[1].place.cursor())).await), [4]);
        let (_, request) = handed_over(&fleet, &studio, &office).await;
        settle(node, &request).await.unwrap();
        assert_eq!(positions(&events_after(node, &studio, None).await), [4, 5], "no position is given twice");
    }
}

#[tokio::test]
async fn a_refusal_is_read_from_the_photo_and_no_note_is_in_the_event() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        let (_, request) = handed_over(&fleet, &studio, &office).await;
        let refusal = Refusal { reason: RefusalReason::Gaze, note: Some("blickt zur Seite".into()) };
        let outcome = SettlementOutcome::Refused(refusal.clone());
        settle(&fleet.nodes[0], &SettleRequest { outcome, ..request }).await.unwrap();
        let events = events_after(&fleet.nodes[1], &studio, None).await;
        assert_eq!((kinds(&events), events[0].refusal.clone()), (vec![EventKind::PhotoRefused], Some(refusal)));
        let row = fleet.database.for_dialect("quote(kind)||quote(deduplication_key)||quote(due)", "events::text");
        let rows = fleet.database.texts(&format!("SELECT {row} FROM events")).await;
        assert!(rows.len() == 1 && !rows[0].contains("Seite") && !rows[0].contains("gaze"), "{rows:?}");
    }
}

#[tokio::test]
async fn a_device_that_is_cut_off_gets_no_more_events() {
    for fleet in TwoNodeStore::both().await {
        let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
        fleet.nodes[0].revoke_device(studio.1, START, audit_entry(AuditEvent::DeviceRevoked)).await.unwrap();
        let suspended = audit_entry(AuditEvent::PartySuspended);
        fleet.nodes[0].set_suspended(office.0.party_id, true, suspended).await.unwrap();
        let revoked = page(&fleet.nodes[1], &studio, None, 9).await.unwrap();
        assert!(matches!(revoked, EventPageOutcome::CutOff(CutOff::Revoked { at: START })), "{revoked:?}");
        let suspended = page(&fleet.nodes[1], &office, None, 9).await.unwrap();
        assert!(matches!(suspended, EventPageOutcome::CutOff(CutOff::Suspended { .. })), "{suspended:?}");
        assert_eq!(fleet.nodes[1].suspended_parties().await.unwrap(), [office.0.party_id]);
    }
}

#[tokio::test]
async fn a_node_is_told_of_events_that_another_one_commits() {
    let fleet = TwoNodeStore::over_server().await;
    let (studio, office) = (party(&fleet, Role::Studio).await, party(&fleet, Role::Office).await);
    let (_, request) = handed_over(&fleet, &studio, &office).await;
    let [telling, hearing] = &fleet.nodes;
    let timeout = crate::support::gateway_process::GENEROUS_TIMEOUT;
    let heard = async || tokio::time::timeout(timeout, hearing.events_committed()).await.expect("nothing was heard");
    // Reports once when it begins to listen.
    heard().await;
    assert_eq!(hearing.newest_event().await.unwrap(), None);
    settle(telling, &request).await.unwrap();
    heard().await;
    let first = hearing.newest_event().await.unwrap().unwrap();
    assert_eq!(hearing.event_receivers(first, 9).await.unwrap(), Some(vec![]));
    let (_, request) = handed_over(&fleet, &studio, &office).await;
    settle(telling, &request).await.unwrap();
    assert_eq!(hearing.event_receivers(first, 9).await.unwrap(), Some(vec![studio.0.party_id]));
    let second = hearing.newest_event().await.unwrap().unwrap();
    let of_another_history = EventPlace { event_id: second.event_id, ..first };
    assert_eq!(hearing.event_receivers(of_another_history, 9).await.unwrap(), None);
}
