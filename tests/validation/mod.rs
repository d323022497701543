//! Photo checks of whole files.

skip_in!(postgres: "has no database");

mod accepted;
mod coded_size;
mod colour_space;
mod downscaled;
mod embedded;
mod endings;
mod exhaustive;
mod exif;
mod faces;
pub(crate) mod fuzz_seeds;
mod hostile;
#[cfg(target_os = "linux")]
mod memory;
mod messages;
mod metadata;
mod pixels;
mod real_files;

use lichtbild::clock::Timestamp;
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::{CheckOutcome, Profile, check_photo};

/// 22 November 2026, 09:30 UTC.
const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

/// Checks a photo against a built-in profile.
fn checked(bytes: &[u8], profile: &str) -> CheckOutcome {
    checked_by(bytes, &Profile::builtin(profile).unwrap())
}

fn checked_by(bytes: &[u8], profile: &Profile) -> CheckOutcome {
    check_photo(bytes, profile, Declaration::default(), NOW)
}

fn small(toml: &str) -> Profile {
    Profile::parse("small", toml).unwrap()
}
