//! A watched folder that is gone for a while: a network share, most often. Nothing is decided about photos meanwhile.

use std::io;

use super::event::WatchEvent;
use super::files::claim_file;
use super::watch_loop::Watch;

impl Watch {
    /// Looks whether the folder is there, and takes up the work again when it is back.
    pub(super) fn is_folder_there(&mut self) -> bool {
        let present = match self.is_folder_lost {
            true => self.context.folder.reopen(),
            false => self.context.folder.check_present(),
        };
        if let Err(error) = present {
            self.folder_lost(&error);
            return false;
        }
        if self.is_folder_lost {
            self.folder_recovered();
        }
        !self.is_folder_lost
    }

    fn folder_lost(&mut self, error: &io::Error) {
        if !self.is_folder_lost {
            let folder = self.context.folder.arrivals();
            self.context.observer.event(&WatchEvent::FolderLost { folder, error });
        }
        self.is_folder_lost = true;
    }

    fn folder_recovered(&mut self) {
        match claim_file::list_unfinished(&self.context.folder) {
            Ok(jobs) => {
                self.is_folder_lost = false;
                self.context.observer.event(&WatchEvent::FolderRecovered);
                self.queue.add_missing(jobs);
            }
            // Gone again.
            Err(error) => self.folder_lost(&error),
        }
    }

    /// Tells of a disk that fails, unless it is the whole folder that is gone.
    pub(super) fn storage_failed(&mut self, error: &io::Error) {
        if !self.is_folder_there() {
            return;
        }
        if !self.is_storage_failing {
            self.context.observer.event(&WatchEvent::StorageFailed { error });
        }
        self.is_storage_failing = true;
    }

    pub(super) fn storage_recovered(&mut self) {
        if self.is_storage_failing {
            self.context.observer.event(&WatchEvent::StorageRecovered);
        }
        self.is_storage_failing = false;
    }
}
