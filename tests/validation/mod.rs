//! The judge over whole files.

skip_in!(postgres: "has no database");

mod amount;
mod capture_dates;
mod cases;
mod colour_space;
mod embedded;
mod endings;
mod exhaustive;
mod exif;
mod exif_cases;
mod exif_segments;
mod faces;
mod hostile;
#[cfg(target_os = "linux")]
mod memory;
mod metadata;
mod people;
mod pixels;
mod plain;
#[path = "../fuzz/properties.rs"]
mod properties;
mod seeds;
mod small_picture;
mod told;

use lichtbild::clock::Timestamp;

/// 22 November 2026, 09:30 UTC.
const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
