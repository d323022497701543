//! Cost of the photo checks, stage by stage, compared with a full decode of the same file by the `image` crate.
//!
//! ```text
//! benches/run                            this, then other decoders of the same files, in one table of shares
//! cargo bench --bench judge              measure, then print each stage as a share of the decode
//! cargo bench --bench judge -- --test    run every stage once
//! ```
//! Compare only the shares: they are the same on different machines, times are not. The shares are measured separately from
//! criterion's times, with the stages alternating, so that other load on the machine affects all of them alike. A stage with a
//! limit prints it with its share; exceeding it does not fail the bench, because other load could be the cause.

use std::hint::black_box;
use std::io::Cursor;
use std::time::{Duration, Instant};

use criterion::Criterion;
use image::ImageFormat;
use lichtbild::clock::Timestamp;
use lichtbild::domain::check::finding::MadeAt;
use lichtbild::domain::photo::declaration::{Declaration, Exception, Subject};
use lichtbild::validation::close_check::check_photo_closely;
use lichtbild::validation::downscaled::{DownscaledPhoto, Plane};
use lichtbild::validation::{Profile, check_photo, face, jpeg};

/// Each photo with its profile.
const PHOTOS: [(&str, &str); 3] = [
    ("portrait-413x531.jpg", "icao-35x45"),
    ("portrait-827x1063.jpg", "icao-35x45"),
    ("portrait-1244x1600.jpg", "de-tr03121"),
];
/// The photo to which the limits apply.
const LIMITED: &str = "portrait-1244x1600.jpg";
/// Rounds of all stages.
const ROUNDS: usize = 40;

/// A part of the work on a photo. To add one, add an entry to [`stages`].
struct BenchStage {
    name: &'static str,
    /// Maximum cost as share of a decode of a photo of 1244 x 1600 pixels.
    limit: Option<f64>,
    run: Box<dyn Fn()>,
}

fn stages(bytes: &[u8], profile: &Profile, now: Timestamp) -> Option<Vec<BenchStage>> {
    let faceless = without_face(profile)?;
    let (limits, small) = (profile.face?, jpeg::analyse(bytes).downscaled?);
    let noise = noise(small.luma.width, small.luma.height);
    let (width, height) =
        image::ImageReader::with_format(Cursor::new(bytes), ImageFormat::Jpeg).into_dimensions().ok()?;
    let stage = |name: &'static str, limit, run: Box<dyn Fn()>| BenchStage { name, limit, run };
    let judge = |profile: Profile| {
        let bytes = bytes.to_vec();
        Box::new(move || drop(black_box(check_photo(&bytes, &profile, Declaration::default(), now))))
    };
    let closer = |profile: Profile| {
        let bytes = bytes.to_vec();
        Box::new(move || {
            drop(black_box(check_photo_closely(&bytes, &profile, Declaration::default(), now, MadeAt::Desk)));
        })
    };
    let (for_decode, for_walk) = (bytes.to_vec(), bytes.to_vec());
    Some(vec![
        // First, because the others are shares of it.
        stage(
            "decode by image",
            None,
            Box::new(move || {
                let _ = black_box(image::load_from_memory_with_format(&for_decode, ImageFormat::Jpeg));
            }),
        ),
        stage("walk", Some(0.35), Box::new(move || drop(black_box(jpeg::analyse(&for_walk))))),
        stage(
            "face",
            None,
            Box::new(move || {
                drop(black_box(face::check(&small, width, height, &limits, Subject::Adult, Exception::None)));
            }),
        ),
        // No face in any orientation, so the detector runs four times.
        stage(
            "face, of noise",
            None,
            Box::new(move || {
                drop(black_box(face::check(&noise, width, height, &limits, Subject::Adult, Exception::None)));
            }),
        ),
        stage("closer look", None, closer(profile.clone())),
        stage("judge, no face", Some(0.6), judge(faceless)),
        stage("judge", Some(1.3), judge(profile.clone())),
    ])
}

/// A grey photo of random samples.
fn noise(width: usize, height: usize) -> DownscaledPhoto {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    DownscaledPhoto::tinted(Plane { width, height, samples: (0..width * height).map(|_| next()).collect() }, 128, 128)
}

/// The profile without its face rules, which are at the end of the file.
fn without_face(profile: &Profile) -> Option<Profile> {
    let path = format!("{}/config/profiles/{}.toml", env!("CARGO_MANIFEST_DIR"), profile.name());
    let text = std::fs::read_to_string(path).ok()?;
    let (rules, _) = text.split_once("\n[face]")?;
    Profile::parse(profile.name(), rules).ok()
}

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        .configure_from_args();
    // A day on which the portraits, which have no capture date, are neither old nor new.
    let now = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    for (file, profile) in PHOTOS {
        let path = format!("{}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
        let (Ok(bytes), Some(profile)) = (std::fs::read(&path), Profile::builtin(profile)) else {
            eprintln!("{path} cannot be read: run from a whole checkout");
            continue;
        };
        let Some(stages) = stages(&bytes, &profile, now) else {
            eprintln!("{path} is not a sound photo, or its profile says nothing about faces");
            continue;
        };
        let mut group = criterion.benchmark_group(file);
        for stage in &stages {
            group.bench_function(stage.name, |bencher| bencher.iter(|| (stage.run)()));
        }
        group.finish();
        print_shares(file, &stages);
    }
    criterion.final_summary();
}

/// The minimum of many rounds for each stage, because other work of the machine only adds time.
fn print_shares(file: &str, stages: &[BenchStage]) {
    let mut best = vec![Duration::MAX; stages.len()];
    for _ in 0..ROUNDS {
        for (stage, best) in stages.iter().zip(&mut best) {
            let start = Instant::now();
            (stage.run)();
            *best = start.elapsed().min(*best);
        }
    }
    let Some(whole) = best.first() else { return };
    for (stage, time) in stages.iter().zip(&best) {
        let share = time.as_secs_f64() / whole.as_secs_f64();
        let limit =
            stage.limit.filter(|_| file == LIMITED).map(|limit| format!(", at most {limit}")).unwrap_or_default();
        // The time is for `peers.py`, which compares it with other decoders.
        println!("{file}: {:<16} {share:.3} of a decode{limit} ({} us)", stage.name, time.as_micros());
    }
}
