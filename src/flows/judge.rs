//! Judging, off the threads that serve connections: a picture takes milliseconds of a processor, and there are few of those.

use std::fmt;
use std::sync::Arc;

use tokio::task;

use super::Gateway;
use super::authenticate::StudioCaller;
use super::pace::AdmittedUpload;
use super::turns::Turns;
use crate::domain::finding::{Finding, Verdict};
use crate::domain::id::DeviceId;
use crate::domain::subject::Declaration;
use crate::validation::judge::{Examination, Measurements, examine};

/// As many photos are judged at once as there are processors; a bounded number waits, and devices take turns.
pub(super) struct Judges(Turns<DeviceId>);

impl Judges {
    pub(super) fn new(judges: usize, queue: usize) -> Self {
        Self(Turns::new(judges.max(1), queue))
    }

    /// Runs `work` on a thread of its own, when it is the device's turn.
    ///
    /// # Errors
    /// [`Busy`] when too many are waiting already, of this device or of devices with as few, so that nobody waits in vain.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        device: DeviceId,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turn = self.0.take(device).await?;
        let outcome = task::spawn_blocking(move || {
            // The turn goes with the work, not with the caller: a connection that breaks off frees no processor.
            let _turn = turn;
            work()
        });
        outcome.await.map_err(|error| {
            tracing::error!(%error, "a judge stopped");
            Busy
        })
    }
}

/// Too many photos are waiting to be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many photos are waiting to be judged")
    }
}

impl std::error::Error for Busy {}

/// What a judge says of a photo that is not deposited.
#[derive(Debug)]
pub struct Opinion {
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
/// [`Busy`] when too many photos are waiting.
pub async fn check(
    gateway: &Gateway,
    studio: &StudioCaller,
    _admitted: AdmittedUpload,
    bytes: Vec<u8>,
    declaration: Declaration,
) -> Result<Opinion, Busy> {
    let (profile, now) = (Arc::clone(&gateway.profile), gateway.now());
    let examination = gateway.judges.run(studio.device_id, move || examine(&bytes, &profile, declaration, now)).await?;
    let Examination { verdict, findings, measurements } = examination;
    Ok(Opinion { verdict, findings, measurements })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::entropy::SeededEntropy;

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let judges = Judges::new(1, 0);
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
        assert_eq!(second, Err(Busy));
        assert_eq!(judges.run(device, || 7).await, Ok(7));
    }
}
