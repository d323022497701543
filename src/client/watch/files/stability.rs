//! Stability of files: a file is polled until it is complete, because no program reports that. Events of the file system would
//! not report it either, and network shares have none.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirEntry, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Picture files that are no JPEG: they are put away with advice instead of lying there for ever. Anything else is not ours.
const OTHER_IMAGE_EXTENSIONS: [&str; 24] = [
    "png", "tif", "tiff", "heic", "heif", "webp", "bmp", "gif", "psd", "avif", "jxl", "jp2", "jpe", "jfif", "dng",
    "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "pdf", "eps",
];
/// ITU-T T.81, B.2.1: a JPEG ends with this marker.
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

/// Time for which a file must not have changed before it is taken.
#[derive(Debug, Clone, Copy)]
pub struct StabilityDelays {
    /// A file that ends as a JPEG does.
    pub complete: Duration,
    /// One that does not: then it is taken to be cut.
    pub truncated: Duration,
}

impl Default for StabilityDelays {
    /// Two seconds, and thirty. Our own numbers: exporting programs write a passport photo in one go; a copy over a bad
    /// line may pause.
    fn default() -> Self {
        Self { complete: Duration::from_secs(2), truncated: Duration::from_secs(30) }
    }
}

/// Kind of a file, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// To be judged.
    Jpeg,
    /// A picture of another kind.
    OtherImage,
    /// Not for us.
    Ignored,
}

/// The kind that a name stands for.
pub fn file_kind(name: &OsStr) -> FileKind {
    let bytes = name.as_encoded_bytes();
    // Hidden, or the working copy of an office or picture program.
    if bytes.starts_with(b".") || bytes.starts_with(b"~") || bytes.ends_with(b"~") {
        return FileKind::Ignored;
    }
    let Some(extension) = Path::new(name).extension().and_then(OsStr::to_str) else { return FileKind::Ignored };
    match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => FileKind::Jpeg,
        other if OTHER_IMAGE_EXTENSIONS.contains(&other) => FileKind::OtherImage,
        _ => FileKind::Ignored,
    }
}

/// Observations of the files in the folder so far.
#[derive(Debug, Default)]
pub struct StabilityTracker {
    seen: HashMap<OsString, FileObservation>,
}

#[derive(Debug)]
struct FileObservation {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Since when it is so.
    since: Duration,
}

/// Result of one scan of the folder.
#[derive(Debug, Default)]
pub struct FolderScan {
    /// Complete files, oldest first.
    pub complete: Vec<OsString>,
    /// Number of files that are not complete yet.
    pub incomplete: usize,
}

impl StabilityTracker {
    /// Looks at `directory`; `now` is the time that has passed since any beginning, and never goes back.
    ///
    /// # Errors
    /// The operating system's error when the folder cannot be listed.
    pub fn scan(&mut self, directory: &Path, now: Duration, delays: StabilityDelays) -> io::Result<FolderScan> {
        let mut still_there = HashMap::new();
        let mut complete = Vec::new();
        let mut incomplete = 0;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            // A file that vanishes in between was somebody else's.
            let Some((name, bytes, modified)) = look(&entry) else { continue };
            let since = match self.seen.get(&name) {
                Some(seen) if seen.bytes == bytes && seen.modified == modified => seen.since,
                _ => now,
            };
            let quiet = now.saturating_sub(since);
            let is_complete = || file_kind(&name) == FileKind::OtherImage || has_jpeg_end_marker(&entry.path());
            if quiet >= delays.truncated || (quiet >= delays.complete && is_complete()) {
                complete.push((modified, name.clone()));
            } else {
                incomplete += 1;
            }
            still_there.insert(name, FileObservation { bytes, modified, since });
        }
        self.seen = still_there;
        complete.sort();
        Ok(FolderScan { complete: complete.into_iter().map(|(_, name)| name).collect(), incomplete })
    }

    /// Forgets a file that was taken: the next one of this name is another one.
    pub fn forget(&mut self, name: &OsStr) {
        self.seen.remove(name);
    }
}

/// Name, size and time of a picture file with something in it; no link, no folder.
fn look(entry: &DirEntry) -> Option<(OsString, u64, Option<SystemTime>)> {
    let name = entry.file_name();
    if file_kind(&name) == FileKind::Ignored {
        return None;
    }
    let metadata = entry.metadata().ok()?;
    (metadata.is_file() && metadata.len() > 0).then(|| (name, metadata.len(), metadata.modified().ok()))
}

fn has_jpeg_end_marker(path: &Path) -> bool {
    let last_two = || -> io::Result<[u8; 2]> {
        let mut file = File::open(path)?;
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
