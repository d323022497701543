//! Loss of the watched folder, in most cases of a network share. No decision about photos is made meanwhile.

use std::io;

use super::event::WatchEvent;
use super::files::claim_file;
use super::watch_loop::Watch;

impl Watch {
    /// Checks whether the folder is available, and resumes the work when it is back.
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
            // The folder was lost again.
            Err(error) => self.folder_lost(&error),
        }
    }

    /// Reports an error of the disk, unless the whole folder is lost.
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
