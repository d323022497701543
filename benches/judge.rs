//! What judging a photo costs, stage by stage, beside a full decode of the same file by the `image` crate.
//!
//! ```text
//! cargo bench --bench judge              measure, then print each stage as a share of the decode
//! cargo bench --bench judge -- --test    run every stage once
//! python3 benches/peers.py               the same file through libjpeg-turbo and Pillow, as shares of one another
//! ```
//! Only the shares are worth comparing: they hold from machine to machine, times do not. The shares are measured apart from
//! criterion's times, stage after stage in turns, so that a machine that is busy for a moment slows all of them alike.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use lichtbild::clock::Timestamp;
use lichtbild::domain::subject::Declaration;
use lichtbild::validation::{Profile, examine, jpeg};

/// Each with the profile it is meant for.
const PHOTOS: [(&str, &str); 3] = [
    ("portrait-413x531.jpg", "icao-35x45"),
    ("portrait-827x1063.jpg", "icao-35x45"),
    ("portrait-1244x1600.jpg", "de-tr03121"),
];
/// Rounds of all stages in turns.
const ROUNDS: usize = 40;

/// A part of the work on a photo. A new stage (faces) is one more entry in [`stages`].
struct Stage {
    name: &'static str,
    run: Box<dyn Fn()>,
}

fn stages(bytes: &[u8], profile: Profile, now: Timestamp) -> Vec<Stage> {
    let stage = |name: &'static str, run: Box<dyn Fn()>| Stage { name, run };
    let (for_decode, for_walk, for_examine) = (bytes.to_vec(), bytes.to_vec(), bytes.to_vec());
    vec![
        // First: the others are shares of it.
        stage(
            "decode by image",
            Box::new(move || {
                let _ = black_box(image::load_from_memory_with_format(&for_decode, image::ImageFormat::Jpeg));
            }),
        ),
        stage("walk", Box::new(move || drop(black_box(jpeg::walk(&for_walk))))),
        stage(
            "examine",
            Box::new(move || drop(black_box(examine(&for_examine, &profile, Declaration::default(), now)))),
        ),
    ]
}

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(20)
        .configure_from_args();
    // A day on which the portraits, which do not say when they were taken, are neither old nor new.
    let now = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    for (file, profile) in PHOTOS {
        let path = format!("{}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
        let (Ok(bytes), Some(profile)) = (std::fs::read(&path), Profile::builtin(profile)) else {
            eprintln!("{path} cannot be read: run from a whole checkout");
            continue;
        };
        let stages = stages(&bytes, profile, now);
        let mut group = criterion.benchmark_group(file);
        for stage in &stages {
            group.bench_function(stage.name, |bencher| bencher.iter(|| (stage.run)()));
        }
        group.finish();
        print_shares(file, &stages);
    }
    criterion.final_summary();
}

/// The best of many rounds for each stage: what else the machine does only ever adds.
fn print_shares(file: &str, stages: &[Stage]) {
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
        println!("{file}: {:<16} {:.3} of a decode", stage.name, time.as_secs_f64() / whole.as_secs_f64());
    }
}
