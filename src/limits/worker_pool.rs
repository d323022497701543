//! Work that takes milliseconds of a processor, off the threads that serve connections.

use std::fmt;

use tokio::task;

use super::fair_queue::{FairQueue, QueueFullError, QueuePermit};

/// The reason why a job gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerError {
    /// The queue is full of jobs of this caller, or of callers with as few.
    QueueFull,
    /// The job panicked; the log has the message.
    Panicked,
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueFull => QueueFullError.fmt(f),
            Self::Panicked => f.write_str("the job panicked"),
        }
    }
}

impl std::error::Error for WorkerError {}

impl From<QueueFullError> for WorkerError {
    fn from(_: QueueFullError) -> Self {
        Self::QueueFull
    }
}

/// Runs a bounded number of jobs at once; a bounded number waits, and callers are served round-robin.
pub(crate) struct WorkerPool<G, K>(FairQueue<G, K>);

impl<G, K> WorkerPool<G, K>
where
    G: PartialEq + Copy + Send + 'static,
    K: PartialEq + Copy + Send + 'static,
{
    pub(crate) fn new(workers: usize, queue: usize) -> Self {
        Self(FairQueue::new(workers.max(1), queue))
    }

    /// Waits until it is the turn of a caller, one of `group`.
    ///
    /// # Errors
    /// [`WorkerError::QueueFull`] when too many jobs of this caller, or of callers with as few, are waiting already.
    pub(crate) async fn worker(&self, group: G, caller: K) -> Result<Worker<G, K>, WorkerError> {
        Ok(Worker(self.0.acquire(group, caller).await?))
    }

    /// Runs `work` of a caller, one of `group`, when it is the caller's turn.
    ///
    /// # Errors
    /// [`WorkerError::QueueFull`] as above; [`WorkerError::Panicked`] when `work` panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        group: G,
        caller: K,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkerError> {
        let (outcome, _) = self.worker(group, caller).await?.run(work).await?;
        Ok(outcome)
    }
}

/// A worker that a caller may use for any number of jobs, one after the other; free again when this is dropped.
pub(crate) struct Worker<G, K>(#[expect(dead_code, reason = "kept for its end")] QueuePermit<G, K>);

impl<G, K> Worker<G, K>
where
    G: PartialEq + Copy + Send + 'static,
    K: PartialEq + Copy + Send + 'static,
{
    /// Runs `work` on a thread of its own.
    ///
    /// # Errors
    /// [`WorkerError::Panicked`]; the worker is free again then.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Self), WorkerError> {
        // The permit goes with the work, not with the caller: a connection that breaks off frees no processor.
        let outcome = task::spawn_blocking(move || (work(), self));
        outcome.await.map_err(|error| {
            tracing::error!(%error, "photo check or sealing panicked");
            WorkerError::Panicked
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
        let first = pool.run('g', caller, move || {
            let _ = begin.send(());
            finished.recv().is_ok()
        });
        let second = async {
            begun.await.unwrap();
            let refused = pool.run('g', caller, || ()).await;
            finish.send(()).unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first, Ok(true));
        assert_eq!(second, Err(WorkerError::QueueFull));
        assert_eq!(pool.run('g', caller, || 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_worker_stays_with_its_caller_from_one_job_to_the_next() {
        let pool = WorkerPool::new(1, 0);
        let worker = pool.worker('g', 1).await.unwrap();
        let (first, worker) = worker.run(|| 7).await.unwrap();
        // Others are refused in between.
        assert_eq!(pool.run('h', 2, || ()).await, Err(WorkerError::QueueFull));
        let (second, worker) = worker.run(move || first + 1).await.unwrap();
        assert_eq!(second, 8);
        drop(worker);
        assert_eq!(pool.run('h', 2, || 9).await, Ok(9));
    }

    #[tokio::test]
    async fn a_panic_is_told_from_a_full_queue_and_returns_the_permit() {
        let pool = WorkerPool::new(1, 0);
        let panicked = pool.run('g', 1, || -> () { std::panic::resume_unwind(Box::new(())) }).await;
        assert_eq!(panicked, Err(WorkerError::Panicked));
        assert_eq!(pool.run('g', 1, || 7).await, Ok(7));
    }
}
