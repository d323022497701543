//! Files and folders in the watched folder that are not taken, and what was told about them: each thing once, until it is another one.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;

use crate::client::watch::event::{WatchEvent, WatchObserver};

/// Something that is not taken.
#[derive(Debug)]
pub struct SkippedFile {
    pub name: OsString,
    /// Reason why it is not taken.
    pub reason: SkipReason,
}

/// Reason why something in the watched folder is not taken.
#[derive(Debug)]
pub enum SkipReason {
    /// It cannot be opened: permissions, or another program holds it.
    Unreadable(io::Error),
    /// It has no content, and has had none for long.
    Empty,
    /// Its name and content are not those of a photo.
    Other,
    /// A folder inside.
    SubFolder,
}

impl SkipReason {
    const fn name(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Empty => "empty",
            Self::Other => "other",
            Self::SubFolder => "sub-folder",
        }
    }
}

/// Everything that was told.
#[derive(Debug, Default)]
pub struct ToldFiles(HashSet<(OsString, &'static str)>);

impl ToldFiles {
    /// Tells what is new among `skipped`, and forgets what is not there any more.
    pub fn tell(&mut self, skipped: &[SkippedFile], observer: &dyn WatchObserver) {
        let key = |file: &SkippedFile| (file.name.clone(), file.reason.name());
        let present: HashSet<_> = skipped.iter().map(key).collect();
        self.0.retain(|told| present.contains(told));
        let mut others = Vec::new();
        for file in skipped {
            if !self.0.insert(key(file)) {
                continue;
            }
            let name = &file.name;
            match &file.reason {
                SkipReason::Unreadable(error) => observer.event(&WatchEvent::FileUnreadable { name, error }),
                SkipReason::Empty => observer.event(&WatchEvent::FileEmpty { name }),
                SkipReason::SubFolder => observer.event(&WatchEvent::SubFolderSkipped { name }),
                SkipReason::Other => others.push(name.clone()),
            }
        }
        if !others.is_empty() {
            others.sort();
            observer.event(&WatchEvent::FilesSkipped { names: &others });
        }
    }
}
