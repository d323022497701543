//! Judging, off the threads that serve connections: a picture takes milliseconds of a processor, and there are few of those.

use std::fmt;
use std::sync::Arc;

use tokio::task;

use super::Gateway;
use super::authenticate::StudioCaller;
use super::pace::UploadPermit;
use super::turns::FairQueue;
use crate::domain::finding::{Finding, Verdict};
use crate::domain::id::DeviceId;
use crate::domain::subject::Declaration;
use crate::validation::judge::{CheckOutcome, Measurements, check_photo};

/// As many photos are judged at once as there are processors; a bounded number waits, and devices take turns.
pub(super) struct WorkerPool(FairQueue<DeviceId>);

impl WorkerPool {
    pub(super) fn new(workers: usize, queue: usize) -> Self {
        Self(FairQueue::new(workers.max(1), queue))
    }

    /// Runs `work` on a thread of its own, when it is the device's turn.
    ///
    /// # Errors
    /// [`QueueFullError`] when too many are waiting already, of this device or of devices with as few, so that nobody waits in vain.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        device: DeviceId,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, QueueFullError> {
        let turn = self.0.acquire(device).await?;
        let outcome = task::spawn_blocking(move || {
            // The turn goes with the work, not with the caller: a connection that breaks off frees no processor.
            let _turn = turn;
            work()
        });
        outcome.await.map_err(|error| {
            tracing::error!(%error, "a judge stopped");
            QueueFullError
        })
    }
}

/// Too many photos are waiting to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFullError;

impl fmt::Display for QueueFullError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many photos are waiting to be judged")
    }
}

impl std::error::Error for QueueFullError {}

/// What a judge says of a photo that is not deposited.
#[derive(Debug)]
pub struct CheckResult {
    /// In one word.
    pub verdict: Verdict,
    /// Rule by rule.
    pub findings: Vec<Finding>,
    /// Values that were measured.
    pub measurements: Measurements,
}

/// Judges without a deposit; leaves nothing behind.
///
/// # Errors
/// [`QueueFullError`] when too many photos are waiting.
pub async fn check(
    gateway: &Gateway,
    studio: &StudioCaller,
    _admitted: UploadPermit,
    bytes: Vec<u8>,
    declaration: Declaration,
) -> Result<CheckResult, QueueFullError> {
    let (profile, now) = (Arc::clone(&gateway.profile), gateway.now());
    let examination =
        gateway.workers.run(studio.device_id, move || check_photo(&bytes, &profile, declaration, now)).await?;
    let CheckOutcome { verdict, findings, measurements } = examination;
    Ok(CheckResult { verdict, findings, measurements })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::entropy::SeededEntropy;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let judges = WorkerPool::new(1, 0);
        let device = DeviceId::generate(Timestamp::from_unix_milliseconds(0), &SeededEntropy::new(1)).unwrap();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let first = judges.run(device, move || {
            let _ = begin.send(());
            finished.recv().is_ok()
        });
        let second = async {
            begun.await.unwrap();
            let refused = judges.run(device, || ()).await;
            finish.send(()).unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first, Ok(true));
        assert_eq!(second, Err(QueueFullError));
        assert_eq!(judges.run(device, || 7).await, Ok(7));
    }
}
