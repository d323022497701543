//! Measured operations of the storage contract, run by four clients in parallel.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use lichtbild::clock::Timestamp;
use lichtbild::domain::code::lookup::LookupId;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::domain::photo::collection::SettlementOutcome;
use lichtbild::domain::photo::quarantine::RevokedDevicePolicy;
use lichtbild::domain::photo::{PhotoFacts, PhotoRecord, PhotoState, SealedPhoto};
use lichtbild::entropy::SeededEntropy;
use lichtbild::storage::collection_requests::{SettleOutcome, SettleRequest};
use lichtbild::storage::requests::{
    CodeAttempt, DepositOutcome, FetchOutcome, FetchPurpose, FetchRequest, LeaseOutcome, LeaseRequest, LookupOutcome,
    NewPhoto, PhotoQuery, WrongCodeLimits,
};
use lichtbild::validation::Profile;

use super::bench_store::BenchStore;
use super::photos::jpeg;
use super::seed_data::{DEVICE_OF_OFFICE, DEVICE_OF_STUDIO, OFFICE, STUDIO, identifier_of, lookup_of};
use super::test_sealer::TestSealer;

const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
const MINUTES: Duration = Duration::from_secs(15 * 60);
const DAYS: Duration = Duration::from_secs(7 * 86_400);
/// A profile that accepts both the small and the large photo.
const ANY_PHOTO: &str = "title = 'Any'\n[pixels]\nmin_width = 35\nmin_height = 45\naspect_width = 35\naspect_height = 45\n\
                         aspect_tolerance_percent = 5";
/// Number of operations per kind and round, by four clients; the same at every store size.
const OPERATIONS: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// A deposit with a picture of 2 KB.
    SmallDeposit,
    /// A deposit with a picture of 550 KB.
    LargeDeposit,
    /// Looks up a code, leases the photo, fetches it, settles it as used and erases it.
    Collection,
    /// The first page of a studio's photos (20 at every store size).
    List,
    /// The photo counts for `/metrics`.
    PhotoCounts,
    /// A sweep that finds nothing to do.
    Sweep,
}

pub const WORKLOADS: [Workload; 6] = [
    Workload::SmallDeposit,
    Workload::LargeDeposit,
    Workload::Collection,
    Workload::List,
    Workload::PhotoCounts,
    Workload::Sweep,
];

/// Wall-clock time of all operations together and of each one, and the CPU time of all, which other load on the machine hardly
/// changes.
pub struct Measurement {
    pub total: Duration,
    pub each: Vec<Duration>,
    pub processor: Duration,
}

pub async fn measure(place: &BenchStore, kind: Workload) -> Measurement {
    let photos = Mutex::new(sealed(kind));
    let (begun, before) = (Instant::now(), place.processor_time());
    let client = async || {
        let mut each = Vec::new();
        for _ in 0..OPERATIONS / 4 {
            let photo = photos.lock().unwrap().pop();
            let begun = Instant::now();
            run_operation(place, kind, photo).await;
            each.push(begun.elapsed());
        }
        each
    };
    let (first, second, third, fourth) = tokio::join!(client(), client(), client(), client());
    Measurement {
        total: begun.elapsed(),
        each: [first, second, third, fourth].concat(),
        processor: place.processor_time().saturating_sub(before),
    }
}

/// Photos for all operations of a round, sealed in advance, so that the store is measured and not the cipher.
fn sealed(kind: Workload) -> Vec<SealedPhoto> {
    static SEALERS: LazyLock<[TestSealer; 2]> = LazyLock::new(|| {
        let profile = Profile::parse("any", ANY_PHOTO).unwrap();
        [jpeg::grey_jpeg(35, 45), jpeg::fixture("portrait-1244x1600.jpg")]
            .map(|bytes| TestSealer::of(bytes, &profile, NOW))
    });
    let sealer = match kind {
        Workload::SmallDeposit => &SEALERS[0],
        Workload::LargeDeposit => &SEALERS[1],
        Workload::Collection | Workload::List | Workload::PhotoCounts | Workload::Sweep => return Vec::new(),
    };
    (0..OPERATIONS).map(|_| sealer.seal()).collect()
}

async fn run_operation(place: &BenchStore, kind: Workload, photo: Option<SealedPhoto>) {
    match kind {
        Workload::SmallDeposit => deposit(place, photo.unwrap()).await,
        Workload::LargeDeposit => {
            place.large_deposits.fetch_add(1, Ordering::Relaxed);
            deposit(place, photo.unwrap()).await;
        }
        Workload::Collection => collect(place).await,
        Workload::List => {
            let query = PhotoQuery { state: None, after: None, limit: 20, now: NOW };
            assert!(!place.store.photos(id(STUDIO, 1), query).await.unwrap().photos.is_empty());
        }
        Workload::PhotoCounts => assert!(!place.store.photo_counts().await.unwrap().is_empty()),
        Workload::Sweep => assert!(!place.store.sweep(NOW).await.unwrap().has_changes()),
    }
}

fn id<T: std::str::FromStr>(kind: char, number: u64) -> T {
    identifier_of(kind, number).parse().ok().unwrap()
}

fn next() -> u64 {
    static MADE: AtomicU64 = AtomicU64::new(0);
    MADE.fetch_add(1, Ordering::Relaxed)
}

fn bytes_of(name: &str, number: u64) -> [u8; 32] {
    *Sha256Digest::of(format!("{name} {number}").as_bytes()).as_bytes()
}

async fn deposit(place: &BenchStore, sealed: SealedPhoto) {
    let number = next();
    let party = number % 50 + 1;
    let device_id: DeviceId = id(DEVICE_OF_STUDIO, party);
    let record = PhotoRecord {
        photo_id: PhotoId::generate(NOW, &SeededEntropy::new(number)).unwrap(),
        studio_id: id(STUDIO, party),
        device_id,
        epoch: 24_322,
        state: PhotoState::Available,
        kept: false,
        facts: PhotoFacts {
            width: 1_244,
            height: 1_600,
            bytes: 549_997,
            profile: "de-tr03121".into(),
            findings: Vec::new(),
        },
        deposited_at: NOW,
        expires_at: NOW + 25 * DAYS,
        settled_at: None,
        refusal: None,
    };
    let audit = AuditEntry {
        at: NOW,
        actor: device_id.to_string(),
        event: AuditEvent::PhotoDeposited,
        subject: Some(record.photo_id.to_string()),
        details: serde_json::json!({ "bytes": sealed.envelope().len() }),
    };
    let photo = NewPhoto {
        record,
        request_id: bytes_of("request", number),
        lookup_id: LookupId::from_bytes(bytes_of("lookup", number)),
        sealed,
    };
    // As in the gateway, which checks for a repeated request before it checks the photo.
    assert!(place.store.find_deposit(&photo.request_id).await.unwrap().is_none());
    assert!(matches!(place.store.deposit(photo, audit).await.unwrap(), DepositOutcome::Stored));
}

async fn collect(place: &BenchStore) {
    let turn = place.collected.fetch_add(1, Ordering::Relaxed);
    // Visits each photo once, far from the previous one: 2,654,435,761 is a prime.
    let number = place.erased + 1 + turn * 2_654_435_761 % place.photos;
    let party = turn % 50 + 1;
    let (office_id, device_id): (PartyId, DeviceId) = (id(OFFICE, party), id(DEVICE_OF_OFFICE, party));
    let photos_of_revoked = RevokedDevicePolicy::Quarantine;
    let limits = WrongCodeLimits { per_device: 10, alarm_in_total: 10_000, window: MINUTES };
    let attempt =
        CodeAttempt { lookup_id: lookup_of(number), office_id, device_id, now: NOW, limits, photos_of_revoked };
    let LookupOutcome::Found(found) = place.store.look_up(&attempt).await.unwrap() else { panic!("no photo {number}") };
    let lease = LeaseRequest {
        photo_id: found.photo.record.photo_id,
        office_id,
        device_id,
        collection_id: CollectionId::generate(NOW, &SeededEntropy::new(next())).unwrap(),
        lease: MINUTES,
        photos_of_revoked,
        now: NOW,
    };
    let LeaseOutcome::New(held) = place.store.lease(&lease).await.unwrap() else { panic!("not leased") };
    let fetch = FetchRequest {
        collection_id: held.collection_id,
        attempt,
        settle_within: DAYS,
        purpose: FetchPurpose::HandOver,
    };
    assert!(matches!(place.store.fetch(&fetch).await.unwrap(), FetchOutcome::Ready(_)));
    assert!(place.store.sealed_photo(lease.photo_id).await.unwrap().is_some());
    let settle = SettleRequest {
        collection_id: held.collection_id,
        office_id,
        device_id,
        outcome: SettlementOutcome::Used,
        kept_until: None,
        now: NOW,
    };
    assert!(matches!(place.store.settle(&settle).await.unwrap(), SettleOutcome::Decided { .. }));
}
