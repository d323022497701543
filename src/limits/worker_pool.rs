//! Threads for work that takes milliseconds of processor time, apart from the threads that serve connections.

use tokio::task;

use super::fair_queue::{FairQueue, QueueFullError, QueuePermit};

/// Reason why a job gave no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkerError {
    #[error("the queue is full")]
    QueueFull,
    /// The log has the message.
    #[error("the job panicked")]
    Panicked,
}

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

    /// Waits for a worker in the fair queue.
    pub(crate) async fn worker(&self, group: G, caller: K) -> Result<Worker<G, K>, WorkerError> {
        Ok(Worker(self.0.acquire(group, caller).await?))
    }

    /// Waits for a worker and runs `work` on it.
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

/// A worker for any number of jobs of one caller, one after the other. It is free again when this is dropped.
pub(crate) struct Worker<G, K>(#[expect(dead_code, reason = "kept for its end")] QueuePermit<G, K>);

impl<G, K> Worker<G, K>
where
    G: PartialEq + Copy + Send + 'static,
    K: PartialEq + Copy + Send + 'static,
{
    /// Runs `work` on a blocking thread. A panic frees the worker.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Self), WorkerError> {
        // The work holds the permit, not the caller: when the connection ends, the processor is still busy.
        let outcome = task::spawn_blocking(move || (work(), self));
        outcome.await.map_err(|error| {
            tracing::error!(%error, "photo check or sealing panicked: please report this defect");
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
