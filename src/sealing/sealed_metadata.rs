//! Encoding of the metadata that are sealed with a photo.
//!
//! ```text
//! metadata = length of the JSON (2, big endian) | JSON and spaces behind it, up to the next multiple of 2048
//! ```
//! A cipher hides content but not length. The size of the photo is known, so without padding the length of an envelope would reveal
//! whether there is a declaration. All possible findings about one face fit into 2048 bytes, so every envelope exceeds its photo by the
//! same number of bytes. Earlier versions padded with zeros to a multiple of 1024; old and new versions read both forms.

use crate::domain::photo::declaration::SealedMetadata;

/// Bytes; the length of sealed metadata is a multiple of it.
const STEP: usize = 1024;
/// Bytes; the length of newly sealed metadata is a multiple of it.
const WRITTEN_PADDING_STEP: usize = 2 * STEP;
const LENGTH_BYTES: usize = 2;

/// The bytes to seal; `None` above 64 KiB, which the length field cannot hold.
pub(super) fn encode(metadata: &SealedMetadata) -> Option<Vec<u8>> {
    let mut json = serde_json::to_vec(metadata).ok()?;
    // The spaces count as JSON, so that the length field alone tells where the photo begins.
    json.resize((LENGTH_BYTES + json.len()).next_multiple_of(WRITTEN_PADDING_STEP) - LENGTH_BYTES, b' ');
    let length = u16::try_from(json.len()).ok()?.to_be_bytes();
    Some([&length[..], &json].concat())
}

/// Reads metadata at the beginning of `bytes`, and their length with padding; `None` if there are none.
pub(super) fn decode(bytes: &[u8]) -> Option<(SealedMetadata, usize)> {
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    let json = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    let end = (LENGTH_BYTES + json.len()).next_multiple_of(STEP);
    let metadata = serde_json::from_slice(json).ok()?;
    (end <= bytes.len()).then_some((metadata, end))
}

/// Reports whether sealed metadata can have this length.
pub(super) fn is_valid_length(bytes: u64) -> bool {
    bytes > 0 && bytes.is_multiple_of(STEP as u64)
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::domain::check::finding::Finding;
    use crate::domain::check::quantity::{Quantity, Unit};
    use crate::domain::check::{Check, FindingDetail};
    use crate::domain::photo::declaration::{Declaration, Exception, Subject};

    /// All findings that one face can have at once, with the longest values. Some checks exclude each other.
    fn all_of_a_face() -> SealedMetadata {
        let excluded = [
            Check::FaceMissing,
            Check::Upright,
            Check::EyesCutOff,
            Check::MouthOpen,
            Check::EyesShut,
            Check::NaturalColour,
        ];
        let checks = Check::VARIANTS.iter().copied().filter(|check| check.is_about_face() && !excluded.contains(check));
        let findings = checks.chain([Check::Exposure]).map(|check| {
            let cases = FindingDetail::VARIANTS.iter().copied().filter(|detail| detail.check() == check);
            let longest = cases.max_by_key(|detail| serde_json::to_string(detail).unwrap().len());
            let found = Finding::advise(check, Quantity::tenths(123.4, Unit::Percent), "12.3 - 45.6 %");
            found.with_detail(longest)
        });
        let declaration = Declaration { subject: Subject::Under10, exception: Exception::Religious };
        SealedMetadata { declaration, findings: findings.collect() }
    }

    #[test]
    fn sealed_metadata_are_read_as_they_were_written() {
        for metadata in [SealedMetadata::default(), all_of_a_face()] {
            let mut bytes = encode(&metadata).unwrap();
            let end = bytes.len();
            bytes.extend(b"photo");
            assert!(decode(&bytes) == Some((metadata, end)));
        }
    }

    #[test]
    fn sealed_metadata_of_an_earlier_version_are_read() {
        let metadata = all_of_a_face();
        let json =
            serde_json::to_vec(&SealedMetadata { findings: metadata.findings[..3].to_vec(), ..metadata }).unwrap();
        let mut bytes = [&(json.len() as u16).to_be_bytes()[..], &json].concat();
        bytes.resize(STEP, 0);
        bytes.extend(b"photo");
        let (read, end) = decode(&bytes).unwrap();
        assert_eq!((read.findings.len(), &bytes[end..]), (3, &b"photo"[..]));
    }

    #[test]
    fn a_finding_of_a_newer_version_does_not_keep_the_photo_shut() {
        let json = br#"{"findings":[{"check":"of_next_year","severity":"advise","measured":"1","limit":"2"}]}"#;
        let mut bytes = [&(json.len() as u16).to_be_bytes()[..], json].concat();
        bytes.resize(STEP, 0);
        assert!(decode(&bytes) == Some((SealedMetadata::default(), STEP)));
    }

    #[test]
    fn the_length_does_not_depend_on_the_findings() {
        assert_eq!(encode(&all_of_a_face()).unwrap().len(), encode(&SealedMetadata::default()).unwrap().len());
    }

    #[test]
    fn metadata_that_are_too_long_or_malformed_are_refused() {
        let mut long = all_of_a_face();
        long.findings[0].measured = "x".repeat(3000);
        assert_eq!(encode(&long).unwrap().len(), 3 * WRITTEN_PADDING_STEP);
        long.findings[0].measured = "x".repeat(65_536);
        assert_eq!(encode(&long), None);
        for bytes in [&b""[..], b"\0", b"\0\x02{", b"\0\x02{}", &[0; STEP], &[0xFF; STEP]] {
            assert!(decode(bytes).is_none(), "{bytes:?}");
        }
    }
}
