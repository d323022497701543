//! Access to the watermark files on separate threads: a network mount may be slow, or hang.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::{task, time};

use super::files::WatermarkFiles;

/// Longer than a slow disk needs.
const IO_TIMEOUT: Duration = Duration::from_secs(5);

/// Access to the files, one task at a time. Clones share them.
#[derive(Clone)]
pub(super) struct HeadFileWorker {
    files: WatermarkFiles,
    timeout: Duration,
    /// Held until the task ends, so that only one thread waits for a hung mount.
    lock: Arc<Mutex<()>>,
}

impl HeadFileWorker {
    pub(super) fn new(files: WatermarkFiles) -> Self {
        Self { files, timeout: IO_TIMEOUT, lock: Arc::default() }
    }

    /// Runs a task on the files. After the error `TimedOut` the task may still finish later.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        task_on_files: impl FnOnce(&WatermarkFiles) -> T + Send + 'static,
    ) -> io::Result<T> {
        let done = async {
            let guard = Arc::clone(&self.lock).lock_owned().await;
            let files = self.files.clone();
            let done = task::spawn_blocking(move || {
                let done = task_on_files(&files);
                drop(guard);
                done
            });
            done.await.map_err(io::Error::other)
        };
        let late = || {
            let seconds = self.timeout.as_secs();
            io::Error::new(io::ErrorKind::TimedOut, format!("the head files did not answer within {seconds} s"))
        };
        time::timeout(self.timeout, done).await.unwrap_or_else(|_| Err(late()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_hung_mount_blocks_one_thread_and_no_caller() {
        let worker = HeadFileWorker::new(WatermarkFiles::from_config(&Config::default()));
        let head_files = HeadFileWorker { timeout: Duration::ZERO, ..worker };
        let (answer, never) = mpsc::channel::<()>();
        let hung = head_files.run(move |_| never.recv().is_ok()).await;
        assert_eq!(hung.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(head_files.run(|_| ()).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        answer.send(()).unwrap();
        let head_files = HeadFileWorker { timeout: IO_TIMEOUT, ..head_files };
        assert_eq!(head_files.run(|_| 7).await.unwrap(), 7);
    }
}
