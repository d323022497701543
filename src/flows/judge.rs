//! Judging, off the threads that serve connections: a picture takes milliseconds of a processor, and there are few of those.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use tokio::task;

use super::Gateway;
use super::pace::AdmittedUpload;
use crate::domain::finding::{Finding, Verdict};
use crate::domain::subject::Declaration;
use crate::validation::judge::examine;

/// As many photos are judged at once as there are processors; a bounded number waits.
pub(super) struct Judges {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    queue: usize,
}

impl Judges {
    pub(super) fn new(judges: usize, queue: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(judges.max(1))), waiting: AtomicUsize::new(0), queue }
    }

    /// Runs `work` on a thread of its own, in turn.
    ///
    /// # Errors
    /// [`Busy`] when too many are waiting already, so that nobody waits in vain.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let permit = {
            let place = Place::take(&self.waiting, self.queue + self.permits.available_permits()).ok_or(Busy)?;
            let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Busy)?;
            drop(place);
            permit
        };
        let outcome = task::spawn_blocking(move || {
            // The permit goes with the work, not with the caller: a connection that breaks off frees no processor.
            let _permit = permit;
            work()
        });
        outcome.await.map_err(|error| {
            tracing::error!(%error, "a judge stopped");
            Busy
        })
    }
}

/// A place in the queue, given up when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, places: usize) -> Option<Self> {
        let taken = waiting.fetch_add(1, Ordering::SeqCst);
        let place = Self(waiting);
        (taken < places).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
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
}

/// Judges without a deposit; leaves nothing behind.
///
/// # Errors
/// [`Busy`] when too many photos are waiting.
pub async fn check(
    gateway: &Gateway,
    _admitted: AdmittedUpload,
    bytes: Vec<u8>,
    declaration: Declaration,
) -> Result<Opinion, Busy> {
    let (profile, now) = (Arc::clone(&gateway.profile), gateway.now());
    let examination = gateway.judges.run(move || examine(&bytes, &profile, declaration, now)).await?;
    Ok(Opinion { verdict: examination.verdict, findings: examination.findings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_at_once() {
        let judges = Judges::new(1, 0);
        let (begin, begun) = tokio::sync::oneshot::channel();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let first = judges.run(move || {
            let _ = begin.send(());
            finished.recv().is_ok()
        });
        let second = async {
            begun.await.unwrap();
            let refused = judges.run(|| ()).await;
            finish.send(()).unwrap();
            refused
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first, Ok(true));
        assert_eq!(second, Err(Busy));
        assert_eq!(judges.run(|| 7).await, Ok(7));
    }
}
