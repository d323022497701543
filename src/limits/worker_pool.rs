//! Work that takes milliseconds of a processor, off the threads that serve connections.

use tokio::task;

use super::fair_queue::{FairQueue, QueueFullError};

/// Runs a bounded number of jobs at once; a bounded number waits, and callers are served round-robin.
pub(crate) struct WorkerPool<K>(FairQueue<K>);

impl<K: PartialEq + Copy + Send + 'static> WorkerPool<K> {
    pub(crate) fn new(workers: usize, queue: usize) -> Self {
        Self(FairQueue::new(workers.max(1), queue))
    }

    /// Runs `work` on a thread of its own, when it is the caller's turn.
    ///
    /// # Errors
    /// [`QueueFullError`] when too many jobs of this caller, or of callers with as few, are waiting already.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        caller: K,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, QueueFullError> {
        let permit = self.0.acquire(caller).await?;
        let outcome = task::spawn_blocking(move || {
            // The permit goes with the work, not with the caller: a connection that breaks off frees no processor.
            let _permit = permit;
            work()
        });
        outcome.await.map_err(|error| {
            tracing::error!(%error, "a job panicked");
            QueueFullError
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let pool = WorkerPool::new(1, 0);
        let caller = 1;
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let first = pool.run(caller, move || {
            let _ = begin.send(());
            finished.recv().is_ok()
        });
        let second = async {
            begun.await.unwrap();
            let refused = pool.run(caller, || ()).await;
            finish.send(()).unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first, Ok(true));
        assert_eq!(second, Err(QueueFullError));
        assert_eq!(pool.run(caller, || 7).await, Ok(7));
    }
}
