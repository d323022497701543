//! Work on the files of marks beside the threads that serve: a mount of another machine may take its time, or never answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::{task, time};

use super::files::MarkFiles;

/// Longer than a disk takes that is only slow.
const PATIENCE: Duration = Duration::from_secs(5);

/// The files, one piece of work at a time. Clones share them.
#[derive(Clone)]
pub(super) struct Disk {
    files: MarkFiles,
    patience: Duration,
    /// Held until the work is done, however long that takes: threads that wait for a dead mount do not add up.
    turn: Arc<Mutex<()>>,
}

impl Disk {
    pub(super) fn of(files: MarkFiles) -> Self {
        Self { files, patience: PATIENCE, turn: Arc::default() }
    }

    /// Works on the files.
    ///
    /// # Errors
    /// `TimedOut` when they do not answer; the work may be done later.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&MarkFiles) -> T + Send + 'static,
    ) -> io::Result<T> {
        let done = async {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            let files = self.files.clone();
            let done = task::spawn_blocking(move || {
                let done = work(&files);
                drop(turn);
                done
            });
            done.await.map_err(io::Error::other)
        };
        let late = || {
            let seconds = self.patience.as_secs();
            io::Error::new(io::ErrorKind::TimedOut, format!("the head files did not answer within {seconds} s"))
        };
        time::timeout(self.patience, done).await.unwrap_or_else(|_| Err(late()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_mount_that_never_answers_keeps_one_thread_and_nobody_waiting() {
        let of_marks = Disk::of(MarkFiles::of(&Config::default()));
        let disk = Disk { patience: Duration::ZERO, ..of_marks };
        let (answer, never) = mpsc::channel::<()>();
        let hung = disk.work(move |_| never.recv().is_ok()).await;
        assert_eq!(hung.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(disk.work(|_| ()).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        answer.send(()).unwrap();
        let disk = Disk { patience: PATIENCE, ..disk };
        assert_eq!(disk.work(|_| 7).await.unwrap(), 7);
    }
}
