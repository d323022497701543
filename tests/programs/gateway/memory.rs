//! Memory of the gateway under hostile photos: little, however much they claim.

use std::fs;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::photos::hostile::hostile_photos;
use crate::support::photos::jpeg::{SeededRng, fixture, scan_start};

/// Sent one after the other, the photos need less than this over what the gateway needs to start. In KiB.
const BOUND: u64 = 64 * 1024;

/// The most that the gateway has held so far, in KiB.
fn peak(gateway: &GatewayProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", gateway.process_id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

/// A whole header, and noise up to the largest size that is taken: no marker in it ends the picture early.
fn noise() -> Vec<u8> {
    let mut bytes = fixture("portrait-1244x1600.jpg");
    bytes.truncate(scan_start(&bytes));
    let mut noise = SeededRng::seeded(1);
    bytes.resize_with(8 * 1024 * 1024, || noise.below(0xFF) as u8);
    bytes
}

#[tokio::test]
async fn hostile_photos_do_not_make_the_gateway_grow() {
    let corpus = hostile_photos();
    for profile in ["de-tr03121", "icao-35x45"] {
        let home = GatewayFolder::new();
        home.set("profile", &format!("\"{profile}\""));
        let studio = home.studio("Foto Koch");
        let gateway = home.start();
        let caller = studio.client(gateway.studio());
        let before = peak(&gateway);
        let photos = corpus.iter().filter(|photo| photo.profile == profile);
        let photos: Vec<_> =
            photos.map(|photo| (photo.name, photo.bytes.clone())).chain([("noise", noise())]).collect();
        for (number, (name, bytes)) in photos.into_iter().enumerate() {
            let answer = caller.deposit_bytes(&format!("a-key-for-photo-{number}"), bytes).await.unwrap();
            assert_eq!(answer.problem(), (422, "photo-refused".into()), "{name}");
        }
        let grown = peak(&gateway) - before;
        assert!(grown < BOUND, "{profile}: {before} KiB before, {grown} KiB more after");
    }
}
