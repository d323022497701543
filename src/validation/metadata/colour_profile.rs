//! Colour profile of the file (ICC.1:2022; embedding in JPEG: annex B.4).
//!
//! The photo profiles of both BSI and ICAO require sRGB, and programs at the counter mostly show a picture as sRGB whatever its
//! colour profile: skin in Adobe RGB then looks grey. A file without a colour profile counts as sRGB. Only the description of the
//! profile is checked, as a person would read it; the curves are not.

use std::ops::Range;

use crate::domain::check::Check;
use crate::domain::check::finding::Finding;

const SEGMENT: &[u8] = b"ICC_PROFILE\0";
/// Maximum number of tags. Profiles have about ten tags, those of printers about thirty.
const MAX_TAGS: usize = 100;
const MAX_DESCRIPTION_CHARS: usize = 60;

/// Checks the profile in these segments, which are in the order of the file.
pub(super) fn check(bytes: &[u8], segments: &[Range<usize>]) -> Option<Finding> {
    // Longer profiles are split into numbered parts; header, tag table and description are in the first one.
    let first = segments.iter().find_map(|range| {
        let [1, _count, profile @ ..] = bytes.get(range.clone())?.strip_prefix(SEGMENT)? else { return None };
        Some(profile)
    });
    if first.is_none() && segments.is_empty() {
        return None;
    }
    let description = first.and_then(description).unwrap_or_else(|| "unknown".to_owned());
    let is_srgb = description.to_ascii_lowercase().contains("srgb");
    (!is_srgb).then(|| Finding::advise(Check::ColourProfile, description, "sRGB"))
}

/// The content of the tag `desc` as printable text.
fn description(profile: &[u8]) -> Option<String> {
    let count = usize::try_from(u32_at(profile, 128)?).ok()?.min(MAX_TAGS);
    let table = profile.get(132..)?.chunks_exact(12).take(count);
    let entry = table.into_iter().find(|entry| entry.starts_with(b"desc"))?;
    let start = usize::try_from(u32_at(entry, 4)?).ok()?;
    let tag = profile.get(start..)?;
    let text = match tag.first_chunk()? {
        // Version 2: a count and ASCII.
        b"desc" => {
            let length = usize::try_from(u32_at(tag, 8)?).ok()?;
            let text = tag.get(12..)?;
            String::from_utf8_lossy(text.get(..length.min(4 * MAX_DESCRIPTION_CHARS))?).into_owned()
        }
        // Version 4: a list of languages in UTF-16, of which the first one is enough.
        b"mluc" => {
            let (length, start) = (usize::try_from(u32_at(tag, 20)?).ok()?, usize::try_from(u32_at(tag, 24)?).ok()?);
            let text = tag.get(start..)?.get(..length.min(4 * MAX_DESCRIPTION_CHARS))?;
            let units = text.chunks_exact(2).filter_map(<[u8]>::first_chunk).map(|pair| u16::from_be_bytes(*pair));
            char::decode_utf16(units).map(|char| char.unwrap_or('?')).collect()
        }
        _ => return None,
    };
    let text = text.split('\0').next().unwrap_or_default();
    // The text is shown in terminals and pages, so control characters are removed.
    let text: String = text.chars().filter(|c| c.is_alphanumeric() || " .,-_+()/".contains(*c)).collect();
    let text = text.trim().chars().take(MAX_DESCRIPTION_CHARS).collect::<String>();
    (!text.is_empty()).then_some(text)
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(kind: &[u8; 4], text: &str) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes.extend([0, 0, 0, 1]);
        bytes.extend(b"desc\0\0\0\x90\0\0\0\0");
        bytes.extend(kind);
        bytes.extend([0; 4]);
        if kind == b"desc" {
            bytes.extend((text.len() as u32 + 1).to_be_bytes());
            bytes.extend(text.as_bytes());
            bytes.push(0);
        } else {
            bytes.extend([0, 0, 0, 1, 0, 0, 0, 12]);
            bytes.extend(b"enUS");
            bytes.extend((2 * text.len() as u32).to_be_bytes());
            bytes.extend(28_u32.to_be_bytes());
            text.encode_utf16().for_each(|unit| bytes.extend(unit.to_be_bytes()));
        }
        [SEGMENT, &[1, 1], &bytes].concat()
    }

    fn measured(segment: &[u8]) -> Option<String> {
        let segments = [Range { start: 0, end: segment.len() }];
        check(segment, &segments).map(|finding| finding.measured)
    }

    #[test]
    fn only_srgb_goes_without_advice() {
        assert_eq!(check(b"", &[]), None);
        for kind in [b"desc", b"mluc"] {
            assert_eq!(measured(&profile(kind, "sRGB IEC61966-2.1")), None);
            assert_eq!(measured(&profile(kind, "Adobe RGB (1998)")).unwrap(), "Adobe RGB (1998)");
            assert_eq!(measured(&profile(kind, "\u{1b}[31mred\u{7}")).unwrap(), "31mred");
        }
    }

    #[test]
    fn a_profile_that_cannot_be_read_is_called_unknown() {
        let whole = profile(b"mluc", "Adobe RGB (1998)");
        for end in 0..whole.len() {
            assert_eq!(measured(&whole[..end]).unwrap(), "unknown", "{end}");
        }
        let mut hostile = whole.clone();
        hostile[14 + 128..14 + 132].fill(0xFF);
        hostile[14 + 136..14 + 140].fill(0xFF);
        assert_eq!(measured(&hostile).unwrap(), "unknown");
    }
}
