//! Files and folders in the watched folder that are skipped. Each of them is reported once, until it changes.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;

use crate::client::watch::event::{WatchEvent, WatchObserver};

/// A skipped file or folder.
#[derive(Debug)]
pub struct SkippedFile {
    pub name: OsString,
    pub reason: SkipReason,
}

/// Reason why a file or folder is skipped.
#[derive(Debug)]
pub enum SkipReason {
    /// Missing permissions, or another program has it open.
    Unreadable(io::Error),
    /// It has been empty for long.
    Empty,
    Other,
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

/// Skipped files that were already reported to the user.
#[derive(Debug, Default)]
pub struct ToldFiles(HashSet<(OsString, &'static str)>);

impl ToldFiles {
    /// Reports the new entries of `skipped`, and forgets entries that no longer exist.
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
