//! The head file: the watermark of the audit log, in a file outside the database.
//!
//! A JSON object with the watermark and an HMAC with a key of the key file, which reveals damaged files and those of another gateway.
//! Nothing in it is secret.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::clock::Timestamp;
use crate::domain::clock_jump::ClockAnchor;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::watermark::{ServerHistory, Watermark};
use crate::json_object;
use crate::sealing::KeyFile;

const HMAC_PURPOSE: &str = "lichtbild/log-head/v1";

/// The content of a head file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadFile {
    format: HeadFileFormat,
    generation: u64,
    count: i64,
    head: Sha256Digest,
    server: Option<ServerHistory>,
    /// Clock anchor of this machine.
    pub(super) clock: Option<ClockAnchor>,
    written_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum HeadFileFormat {
    #[serde(rename = "lichtbild-log-head/v1")]
    V1,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthenticatedHead {
    known: HeadFile,
    hmac: Sha256Digest,
}

impl HeadFile {
    pub(super) fn new(
        generation: u64,
        head: ChainLink,
        server: Option<ServerHistory>,
        clock: Option<ClockAnchor>,
        written_at: Timestamp,
    ) -> Self {
        Self {
            format: HeadFileFormat::V1,
            generation,
            count: head.sequence,
            head: head.sha256,
            server,
            clock,
            written_at,
        }
    }

    pub(super) fn watermark(&self) -> Watermark {
        let head = ChainLink { sequence: self.count, sha256: self.head };
        Watermark { generation: Some(self.generation), head, server: self.server }
    }

    pub(super) fn is_before(&self, other: &Self) -> bool {
        (self.generation, self.count) < (other.generation, other.count)
    }

    pub(super) fn equals_except_time(&self, other: &Self) -> bool {
        *self == Self { written_at: self.written_at, ..other.clone() }
    }

    fn hmac(&self, keys: &KeyFile) -> io::Result<Sha256Digest> {
        Ok(keys.keyed_digest(HMAC_PURPOSE, &serde_json::to_vec(self)?))
    }

    /// Reads a head file; `None` if it does not exist.
    ///
    /// # Errors
    /// `InvalidData` if the file is not a head file, `InvalidInput` if it was written with another key file.
    pub(super) fn read(path: &Path, keys: &KeyFile) -> io::Result<Option<Self>> {
        let Some(bytes) = atomic_file::read(path)? else { return Ok(None) };
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let written: AuthenticatedHead = json_object::from_slice(&bytes)
            .map_err(|error| invalid(format!("not a head file, or damaged: {error}")))?;
        if written.known.hmac(keys)? != written.hmac {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "changed, or written with another key file: name another path (audit.head_file, audit.witness_file), or remove it",
            ));
        }
        Ok(Some(written.known))
    }

    /// Writes the file atomically.
    pub(super) fn write(&self, path: &Path, keys: &KeyFile) -> io::Result<()> {
        let written = AuthenticatedHead { hmac: self.hmac(keys)?, known: self.clone() };
        let mut text = serde_json::to_vec_pretty(&written)?;
        text.push(b'\n');
        atomic_file::replace(path, &text, FileMode::WorldReadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    #[test]
    fn a_head_file_is_read_again_with_its_key_file_and_no_byte_of_it_can_be_changed() {
        let keys = KeyFile::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log-head.json");
        assert_eq!(HeadFile::read(&path, &keys).unwrap(), None);
        let link = ChainLink { sequence: 7, sha256: Sha256Digest::of(b"head") };
        let server = Some(ServerHistory { system_identifier: -5, timeline: 3 });
        let clock = Some(ClockAnchor::at(Some("boot".into()), NOW, std::time::Duration::from_secs(9)));
        let head = HeadFile::new(2, link, server, clock, NOW);
        head.write(&path, &keys).unwrap();
        assert_eq!(HeadFile::read(&path, &keys).unwrap().as_ref(), Some(&head));
        assert!(
            head.equals_except_time(&HeadFile { written_at: Timestamp::from_unix_milliseconds(1), ..head.clone() })
        );
        assert!(!head.equals_except_time(&HeadFile { count: 8, ..head.clone() }));
        let other = KeyFile::generate(NOW, &SeededEntropy::new(2)).unwrap();
        assert_eq!(HeadFile::read(&path, &other).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let text = std::fs::read_to_string(&path).unwrap();
        for (from, to, kind) in [
            ("\"count\": 7", "\"count\": 6", io::ErrorKind::InvalidInput),
            ("\"generation\": 2", "\"generation\": 1", io::ErrorKind::InvalidInput),
            ("}", "", io::ErrorKind::InvalidData),
        ] {
            assert!(text.contains(from));
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            assert_eq!(HeadFile::read(&path, &keys).unwrap_err().kind(), kind, "{from}");
        }
    }
}
