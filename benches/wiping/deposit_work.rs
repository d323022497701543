//! The gateway's work for a deposit without network and database: hash, check, derive code and keys, seal.

use std::hint::black_box;
use std::time::{Duration, Instant};

use lichtbild::clock::Timestamp;
use lichtbild::domain::id::{DeviceId, PartyId, PhotoId};
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::domain::photo::idempotency::{IdempotencyKey, KeyOwner};
use lichtbild::domain::photo::{SealContext, UploadBytes};
use lichtbild::entropy::OsEntropy;
use lichtbild::sealing::key_file::KeyFile;
use lichtbild::validation::{Judgement, Profile, judge};

/// Each photo with its profile.
const PHOTOS: [(&str, &str); 3] = [
    ("portrait-413x531.jpg", "icao-35x45"),
    ("portrait-827x1063.jpg", "icao-35x45"),
    ("portrait-1244x1600.jpg", "de-tr03121"),
];
const ROUNDS: usize = 60;
/// A day on which the portraits, which have no capture date, are neither old nor new.
const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

/// Prints the minimum time of many rounds for each photo, in microseconds, because other work of the machine only adds time.
pub fn print_times() {
    for (file, profile) in PHOTOS {
        let path = format!("{}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
        let (Ok(bytes), Some(profile)) = (std::fs::read(&path), Profile::builtin(profile)) else {
            eprintln!("{path} cannot be read: run from a whole checkout");
            continue;
        };
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            if deposit(bytes.clone(), &profile).is_none() {
                eprintln!("{path} is refused");
            }
            best = start.elapsed().min(best);
        }
        println!("{file} {}", best.as_micros());
    }
}

fn deposit(bytes: Vec<u8>, profile: &Profile) -> Option<()> {
    let entropy = OsEntropy;
    let keys = KeyFile::generate(NOW, &entropy).ok()?;
    let device = DeviceId::generate(NOW, &entropy).ok()?;
    let upload = UploadBytes::new(bytes);
    let key = IdempotencyKey::parse("a-key-for-this-photo").ok()?;
    let code = keys.issue_code(KeyOwner::Device(device), &key, upload.sha256());
    let code_keys = keys.code_keys(&code);
    let Judgement::Accepted(photo) = judge(upload, profile, Declaration::default(), NOW) else { return None };
    let context = SealContext {
        photo_id: PhotoId::generate(NOW, &entropy).ok()?,
        studio_id: PartyId::generate(NOW, &entropy).ok()?,
        epoch: keys.epoch_at(NOW)?.number,
    };
    black_box(keys.seal(&photo, &code_keys, context, &entropy).ok()?);
    Some(())
}
