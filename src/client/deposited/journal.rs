//! Notes about the photos that this computer has deposited, in the folder `deposits` beside the configuration.
//!
//! A note names the photo's file and the file of its receipt, but not the code. The code is in the receipt only, and is deleted with it.
//! Each photo has a file of its own, `SHA256-PHOTO_ID.json`, so that concurrent programs need no lock and photos with the same bytes are
//! found by name. A note stays until the last day of its photo, even if the photo has ended, so that lists show the file's name and a
//! repeated withdrawal is recognised.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::PhotoId;
use crate::json_object;

const FOLDER: &str = "deposits";
const EXTENSION: &str = ".json";
const VERSION: u32 = 1;

/// The notes of one computer.
#[derive(Debug, Clone)]
pub struct DepositJournal {
    folder: PathBuf,
}

/// Note about one deposited photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositNote {
    version: u32,
    pub photo_id: PhotoId,
    /// Of the photo's file.
    pub sha256: Sha256Digest,
    /// Name of the photo's file, without folders.
    pub name: String,
    /// The studio may have deleted it.
    pub receipt: PathBuf,
    /// Watched folder; `None` after a push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched_folder: Option<PathBuf>,
    /// Time at which the receipt was stored.
    pub deposited_at: Timestamp,
    /// Latest time of the photo's erasure.
    pub expires_at: Timestamp,
    /// Its address; `None` in notes of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
    /// True if the photo was refused or withdrawn or has expired, so that its state need not be requested.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ended: bool,
    /// True if a watch has reported that an office refused the photo.
    #[serde(default, skip_serializing_if = "is_false")]
    pub refusal_told: bool,
}

// serde requires a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

impl DepositNote {
    /// Makes a note about `stored`, the receipt in the file `receipt` for the photo file `name` from the gateway at the address `gateway`.
    pub fn new(
        stored: &StoredReceipt,
        name: &Path,
        receipt: &Path,
        watched_folder: Option<&Path>,
        gateway: &str,
    ) -> Self {
        // Paths are JSON strings. A path that is not Unicode is converted with loss, and its receipt counts as deleted.
        let text = |path: &Path| PathBuf::from(path.to_string_lossy().into_owned());
        let absolute = std::path::absolute(receipt).unwrap_or_else(|_| receipt.to_owned());
        Self {
            version: VERSION,
            photo_id: stored.body.photo_id,
            sha256: stored.body.sha256,
            name: Path::new(name.file_name().unwrap_or_default()).display().to_string(),
            receipt: text(&absolute),
            watched_folder: watched_folder.map(text),
            deposited_at: stored.stored_at,
            expires_at: stored.body.expires_at,
            gateway: Some(gateway.to_owned()),
            ended: false,
            refusal_told: false,
        }
    }

    /// The stored receipt, even if a later deposit has renamed it; `None` if it is deleted or belongs to another photo.
    pub fn stored_receipt(&self) -> Option<StoredReceipt> {
        let is_own = |stored: &StoredReceipt| stored.body.photo_id == self.photo_id;
        let read = |path: &Path| StoredReceipt::read(path).ok().flatten();
        if let Some(stored) = read(&self.receipt).filter(is_own) {
            return Some(stored);
        }
        let rotated = (1..).map(|number| atomic_file::rotated_name(&self.receipt, number));
        rotated.take_while(|path| path.exists()).filter_map(|path| read(&path)).find(is_own)
    }

    /// This note, completed by `newer` of the same photo: with the folder that was watched last, and the receipt in place of a deleted one.
    fn updated_by(&self, newer: &Self) -> Self {
        let mut note = self.clone();
        if newer.watched_folder.is_some() && newer.watched_folder != note.watched_folder {
            note.watched_folder.clone_from(&newer.watched_folder);
            note.name.clone_from(&newer.name);
        }
        if note.receipt != newer.receipt && note.stored_receipt().is_none() {
            note.receipt.clone_from(&newer.receipt);
        }
        note
    }

    fn file_name(&self) -> String {
        format!("{}-{}{EXTENSION}", self.sha256, self.photo_id)
    }
}

impl DepositJournal {
    /// The notes beside the configuration file `config`.
    pub fn beside(config: &Path) -> Self {
        Self { folder: config.with_file_name(FOLDER) }
    }

    /// Writes a note, or completes the existing note about this photo.
    pub fn add(&self, note: &DepositNote) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(note)?;
        atomic_file::make_folder(&self.folder, FileMode::OwnerOnly)?;
        let path = self.folder.join(note.file_name());
        // File names may contain names of people.
        match atomic_file::write_new(&path, &json, FileMode::OwnerOnly) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Self::change(&path, |present| present.updated_by(note))
            }
            written => written,
        }
    }

    /// Notes that the photo has ended.
    pub fn mark_ended(&self, photo_id: PhotoId) -> io::Result<()> {
        self.change_note(photo_id, |note| DepositNote { ended: true, ..note.clone() })
    }

    /// Notes that the refusal of the photo has been reported.
    pub fn mark_refusal_told(&self, photo_id: PhotoId) -> io::Result<()> {
        self.change_note(photo_id, |note| DepositNote { ended: true, refusal_told: true, ..note.clone() })
    }

    /// The note of a photo.
    pub fn of_photo(&self, photo_id: PhotoId) -> io::Result<Option<DepositNote>> {
        Ok(self.paths()?.get(&photo_id).and_then(|path| Self::read(path)))
    }

    fn change_note(&self, photo_id: PhotoId, change: impl Fn(&DepositNote) -> DepositNote) -> io::Result<()> {
        self.paths()?.get(&photo_id).map_or(Ok(()), |path| Self::change(path, change))
    }

    fn change(path: &Path, change: impl Fn(&DepositNote) -> DepositNote) -> io::Result<()> {
        let Some(present) = Self::read(path) else { return Ok(()) };
        let changed = change(&present);
        if changed == present {
            return Ok(());
        }
        atomic_file::replace(path, &serde_json::to_vec_pretty(&changed)?, FileMode::OwnerOnly)
    }

    /// The notes of photos with these bytes, newest first.
    pub fn with_bytes(&self, sha256: Sha256Digest, now: Timestamp) -> io::Result<Vec<DepositNote>> {
        let beginning = format!("{sha256}-");
        let is_wanted =
            |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&beginning));
        self.read_where(is_wanted, now)
    }

    /// All notes, newest first. Removes notes about expired photos, those that another program has open at a later call.
    pub fn all(&self, now: Timestamp) -> io::Result<Vec<DepositNote>> {
        self.read_where(|_| true, now)
    }

    /// The note about the photo with this code, if its receipt is still stored.
    pub fn with_code(&self, code: &RetrievalCode, now: Timestamp) -> io::Result<Option<DepositNote>> {
        Ok(self.all(now)?.into_iter().find(|note| note.stored_receipt().is_some_and(|stored| stored.has_code(code))))
    }

    /// The files of all notes, without reading them.
    pub fn paths(&self) -> io::Result<HashMap<PhotoId, PathBuf>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashMap::new()),
            Err(error) => return Err(error),
        };
        let mut paths = HashMap::new();
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let parts = name.strip_suffix(EXTENSION).and_then(|name| name.split_once('-'));
            if let Some(photo_id) = parts.and_then(|(_, photo_id)| photo_id.parse().ok()) {
                paths.insert(photo_id, path);
            }
        }
        Ok(paths)
    }

    /// Reads a note; `None` if the file was removed or is not a note of this version.
    pub fn read(path: &Path) -> Option<DepositNote> {
        let note: DepositNote = json_object::from_slice(&atomic_file::read(path).ok()??).ok()?;
        (note.version == VERSION).then_some(note)
    }

    fn read_where(&self, is_wanted: impl Fn(&Path) -> bool, now: Timestamp) -> io::Result<Vec<DepositNote>> {
        let mut notes = Vec::new();
        for path in self.paths()?.into_values().filter(|path| is_wanted(path)) {
            let Some(note) = Self::read(&path) else { continue };
            if note.expires_at < now {
                // One file that another program has open does not hide the other notes; the next call tries it again.
                let _ = atomic_file::remove(&path);
            } else {
                notes.push(note);
            }
        }
        notes.sort_by_key(|note| std::cmp::Reverse(note.photo_id));
        Ok(notes)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn note(photo: u8, bytes: u8) -> DepositNote {
        DepositNote {
            version: VERSION,
            photo_id: format!("0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d{photo:02x}").parse().unwrap(),
            sha256: Sha256Digest::from_bytes([bytes; 32]),
            name: "anna.jpg".into(),
            receipt: "anna.jpg.lichtbild-receipt.json".into(),
            watched_folder: None,
            deposited_at: NOW,
            expires_at: NOW + Duration::from_secs(60),
            gateway: None,
            ended: false,
            refusal_told: false,
        }
    }

    #[test]
    fn notes_are_found_by_bytes_and_end_with_their_photos() {
        let folder = tempfile::tempdir().unwrap();
        let journal = DepositJournal::beside(&folder.path().join("studio.toml"));
        assert_eq!(journal.all(NOW).unwrap(), []);
        let (one, two, other) = (note(1, 1), note(2, 1), note(3, 9));
        for note in [&one, &two, &other, &one] {
            journal.add(note).unwrap();
        }
        assert_eq!(journal.with_bytes(one.sha256, NOW).unwrap(), [two.clone(), one.clone()]);
        std::fs::write(folder.path().join("deposits/notes.txt"), "somebody's").unwrap();
        journal.mark_refusal_told(two.photo_id).unwrap();
        let told = DepositNote { ended: true, refusal_told: true, ..two };
        // Another export of the file does not reset the flag.
        journal
            .add(&DepositNote { watched_folder: Some("export".into()), name: "copy.jpg".into(), ..note(2, 1) })
            .unwrap();
        let told = DepositNote { watched_folder: Some("export".into()), name: "copy.jpg".into(), ..told };
        assert_eq!(journal.all(NOW).unwrap(), [other, told.clone(), one]);
        assert_eq!(journal.of_photo(told.photo_id).unwrap(), Some(told));
        assert_eq!(journal.all(NOW + Duration::from_secs(61)).unwrap(), []);
        assert!(journal.paths().unwrap().is_empty() && folder.path().join("deposits/notes.txt").exists());
    }
}
