//! Stability of files: files are polled until they are complete, because programs do not report this. Events of the file system do not
//! report it either, and network shares have none.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::folder::WatchedFolder;
use super::skipped_files::{SkipReason, SkippedFile};
use crate::atomic_file;
use crate::client::photo::file_kind::{FileKind, file_kind, starts_as_jpeg};

/// ITU-T T.81, B.2.1: a JPEG ends with this marker.
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

/// Time for which a file must not have changed before it is claimed.
#[derive(Debug, Clone, Copy)]
pub struct StabilityDelays {
    /// For a file that ends with the marker EOI.
    pub complete: Duration,
    /// For another file, which is then treated as truncated.
    pub truncated: Duration,
}

impl Default for StabilityDelays {
    /// Two seconds, and thirty. Chosen freely: programs export a passport photo without a pause, but a copy over a bad line may pause.
    fn default() -> Self {
        Self { complete: Duration::from_secs(2), truncated: Duration::from_secs(30) }
    }
}

/// Earlier observations of the files in the folder.
#[derive(Debug, Default)]
pub struct StabilityTracker {
    seen: HashMap<OsString, FileObservation>,
}

#[derive(Debug)]
struct FileObservation {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Time of the last change.
    since: Duration,
}

/// Result of one scan of the folder.
#[derive(Debug, Default)]
pub struct FolderScan {
    /// Complete files, oldest first.
    pub complete: Vec<OsString>,
    /// Files that are not complete yet.
    pub incomplete: usize,
    /// Files that need an action of a person: unreadable, or empty for long.
    pub unusable: usize,
    /// Skipped files and folders.
    pub skipped: Vec<SkippedFile>,
}

/// State of one file.
enum FileState {
    Complete,
    Incomplete,
    /// Not claimed; counted as incomplete until the time for a truncated file has passed.
    Blocked(SkipReason),
    Other,
    /// Not checked yet.
    Ignored,
}

impl StabilityTracker {
    /// Scans `directory`. `now` is the time of a monotonic clock.
    pub fn scan(&mut self, directory: &Path, now: Duration, delays: StabilityDelays) -> io::Result<FolderScan> {
        let mut still_there = HashMap::new();
        let mut complete = Vec::new();
        let mut scan = FolderScan::default();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if is_sub_folder(&entry) {
                scan.skipped.push(SkippedFile { name: entry.file_name(), reason: SkipReason::SubFolder });
                continue;
            }
            // The file was removed in between.
            let Some((name, bytes, modified)) = look(&entry) else { continue };
            let since = match self.seen.get(&name) {
                Some(seen) if seen.bytes == bytes && seen.modified == modified => seen.since,
                _ => now,
            };
            let quiet = now.saturating_sub(since);
            let mut skip = |reason| scan.skipped.push(SkippedFile { name: name.clone(), reason });
            match file_state(&entry.path(), file_kind(&name), bytes, quiet, delays) {
                FileState::Complete => complete.push((modified, name.clone())),
                FileState::Incomplete => scan.incomplete += 1,
                FileState::Ignored => {}
                FileState::Other => skip(SkipReason::Other),
                FileState::Blocked(reason) => {
                    skip(reason);
                    match quiet >= delays.truncated {
                        true => scan.unusable += 1,
                        false => scan.incomplete += 1,
                    }
                }
            }
            still_there.insert(name, FileObservation { bytes, modified, since });
        }
        self.seen = still_there;
        complete.sort();
        scan.complete = complete.into_iter().map(|(_, name)| name).collect();
        Ok(scan)
    }

    /// Forgets a claimed file. The next file of this name is a new one.
    pub fn forget(&mut self, name: &OsStr) {
        self.seen.remove(name);
    }
}

fn file_state(path: &Path, kind: FileKind, bytes: u64, quiet: Duration, delays: StabilityDelays) -> FileState {
    if matches!(kind, FileKind::Other | FileKind::NoExtension) && quiet < delays.complete {
        // Skipped files do not delay a watch with `QueueEmpty`.
        return if kind == FileKind::NoExtension && starts_as_jpeg(path).unwrap_or(false) {
            FileState::Incomplete
        } else {
            FileState::Ignored
        };
    }
    if quiet < delays.complete {
        return FileState::Incomplete;
    }
    let is_jpeg = match (kind, starts_as_jpeg(path)) {
        (FileKind::Other, _) | (FileKind::NoExtension, Ok(false) | Err(_)) => return FileState::Other,
        (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => return FileState::Incomplete,
        (_, Err(error)) => return FileState::Blocked(SkipReason::Unreadable(error)),
        (_, Ok(is_jpeg)) => is_jpeg,
    };
    if bytes == 0 {
        // The file may just have been created.
        return match quiet >= delays.truncated {
            true => FileState::Blocked(SkipReason::Empty),
            false => FileState::Incomplete,
        };
    }
    let is_whole = || (kind == FileKind::OtherImage && !is_jpeg) || has_jpeg_end_marker(path);
    match quiet >= delays.truncated || is_whole() {
        true => FileState::Complete,
        false => FileState::Incomplete,
    }
}

/// Reports whether this is a subfolder that may contain photos: not a link, and not a folder of this program.
fn is_sub_folder(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    !is_hidden && !WatchedFolder::is_part(&name) && entry.file_type().is_ok_and(|kind| kind.is_dir())
}

/// Name, size and time of a regular file.
fn look(entry: &DirEntry) -> Option<(OsString, u64, Option<SystemTime>)> {
    let name = entry.file_name();
    if file_kind(&name) == FileKind::Ignored {
        return None;
    }
    let metadata = entry.metadata().ok()?;
    metadata.is_file().then(|| (name, metadata.len(), metadata.modified().ok()))
}

fn has_jpeg_end_marker(path: &Path) -> bool {
    let last_two = || -> io::Result<[u8; 2]> {
        let mut file = atomic_file::open_regular(path)?;
        file.seek(SeekFrom::End(-2))?;
        let mut bytes = [0; 2];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    last_two().is_ok_and(|bytes| bytes == END_OF_IMAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"picture\xFF\xD9";

    struct TestFolder {
        directory: tempfile::TempDir,
        arrivals: StabilityTracker,
    }

    impl TestFolder {
        fn new() -> Self {
            Self { directory: tempfile::tempdir().unwrap(), arrivals: StabilityTracker::default() }
        }

        fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) {
            fs::write(self.directory.path().join(name), bytes).unwrap();
        }

        fn complete_at(&mut self, seconds: u64) -> Vec<OsString> {
            let scan =
                self.arrivals.scan(self.directory.path(), Duration::from_secs(seconds), StabilityDelays::default());
            scan.unwrap().complete
        }
    }

    #[test]
    fn a_whole_file_is_complete_when_it_was_left_alone() {
        let mut folder = TestFolder::new();
        folder.write("anna.jpg", WHOLE);
        assert!(folder.complete_at(0).is_empty() && folder.complete_at(1).is_empty());
        assert_eq!(folder.complete_at(2), ["anna.jpg"]);
    }

    #[test]
    fn a_file_that_grows_is_waited_for() {
        let mut folder = TestFolder::new();
        for second in 0..60 {
            folder.write("anna.jpg", &vec![0; second + 1]);
            assert!(folder.complete_at(second as u64).is_empty(), "{second}");
        }
        folder.write("anna.jpg", WHOLE);
        assert!(folder.complete_at(60).is_empty());
        assert_eq!(folder.complete_at(62), ["anna.jpg"]);
    }

    #[test]
    fn a_file_that_does_not_end_is_taken_after_a_long_time() {
        let mut folder = TestFolder::new();
        folder.write("anna.jpg", b"half a pict");
        assert!(folder.complete_at(0).is_empty() && folder.complete_at(29).is_empty());
        assert_eq!(folder.complete_at(30), ["anna.jpg"]);
    }

    #[test]
    fn a_second_file_of_a_name_settles_anew() {
        let mut folder = TestFolder::new();
        folder.write("anna.jpg", WHOLE);
        folder.complete_at(0);
        assert_eq!(folder.complete_at(2).len(), 1);
        folder.arrivals.forget(OsStr::new("anna.jpg"));
        assert!(folder.complete_at(3).is_empty());
        assert_eq!(folder.complete_at(5).len(), 1);
    }

    #[test]
    fn an_empty_file_is_waited_for_and_then_named_and_never_taken() {
        let mut folder = TestFolder::new();
        folder.write("empty.jpg", b"");
        let scan = |folder: &mut TestFolder, seconds| {
            let delays = StabilityDelays::default();
            folder.arrivals.scan(folder.directory.path(), Duration::from_secs(seconds), delays).unwrap()
        };
        for seconds in [0, 2, 29] {
            let scan = scan(&mut folder, seconds);
            assert!(scan.incomplete == 1 && scan.skipped.is_empty(), "{scan:?}");
        }
        let late = scan(&mut folder, 30);
        assert!(late.complete.is_empty() && (late.incomplete, late.unusable) == (0, 1), "{late:?}");
        assert!(matches!(late.skipped[0].reason, SkipReason::Empty));
        folder.write("empty.jpg", WHOLE);
        assert_eq!(scan(&mut folder, 31).incomplete, 1);
        assert_eq!(folder.complete_at(33), ["empty.jpg"]);
    }

    #[test]
    fn a_jpeg_is_known_by_its_content_where_its_name_does_not_say_so() {
        const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 picture \xFF\xD9";
        let mut folder = TestFolder::new();
        for name in ["a.jfif", "b.JPE", "c.png", "d"] {
            folder.write(name, JPEG);
        }
        folder.write("e", b"a list");
        folder.write("f.png", &JPEG[..9]);
        folder.complete_at(0);
        assert_eq!(folder.complete_at(2), ["a.jfif", "b.JPE", "c.png", "d"]);
        assert!(folder.complete_at(30).contains(&"f.png".into()), "it is cut");
    }

    #[test]
    fn what_is_not_taken_is_listed_with_its_reason() {
        let mut folder = TestFolder::new();
        for name in ["list.txt", "note", "a.jpg.part", ".hidden"] {
            folder.write(name, b"text");
        }
        for name in ["sent", "refused", ".lichtbild", "2026-11-22"] {
            fs::create_dir(folder.directory.path().join(name)).unwrap();
        }
        folder.complete_at(0);
        let delays = StabilityDelays::default();
        let scan = folder.arrivals.scan(folder.directory.path(), Duration::from_secs(2), delays).unwrap();
        let mut skipped: Vec<_> =
            scan.skipped.iter().map(|file| format!("{} {:?}", file.name.display(), file.reason)).collect();
        skipped.sort();
        assert_eq!(skipped, ["2026-11-22 SubFolder", "list.txt Other", "note Other"]);
        assert_eq!((scan.incomplete, scan.unusable), (0, 0));
    }

    #[test]
    fn only_image_files_are_claimed() {
        let mut folder = TestFolder::new();
        for name in [
            ".hidden.jpg",
            "~anna.jpg",
            "anna.jpg~",
            "anna.jpg.part",
            "anna.tmp",
            "b.crdownload",
            "Thumbs.db",
            "list.txt",
            "jpg",
        ] {
            folder.write(name, WHOLE);
        }
        folder.write("empty.jpg", b"");
        fs::create_dir(folder.directory.path().join("folder.jpg")).unwrap();
        folder.complete_at(0);
        assert!(folder.complete_at(100).is_empty());
        for name in ["-f.jpg", "Müller, Änne (1).JPEG", "scan.png"] {
            folder.write(name, WHOLE);
        }
        folder.complete_at(101);
        assert_eq!(folder.complete_at(103).len(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_and_a_name_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt;
        let mut folder = TestFolder::new();
        let name = OsStr::from_bytes(b"M\xFCller.jpg");
        folder.write(name, WHOLE);
        std::os::unix::fs::symlink(folder.directory.path().join(name), folder.directory.path().join("link.jpg"))
            .unwrap();
        folder.complete_at(0);
        assert_eq!(folder.complete_at(2), [name]);
    }
}
