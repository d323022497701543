//! Bounded queue that serves callers round-robin, so that a busy caller cannot starve the others.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Permits, with bounded queues of callers that wait for one. Callers are served round-robin, the jobs of one caller in their order,
/// so a caller with one job waits for at most one job of each other caller. Callers belong to groups: when the queue is full, the
/// group with the most waiting jobs loses one, so that a group of many callers cannot starve the others.
pub(super) struct FairQueue<G, K>(Arc<Mutex<FairQueueState<G, K>>>);

struct FairQueueState<G, K> {
    free: usize,
    capacity: usize,
    /// One non-empty queue for each waiting caller; the first is served next.
    callers: VecDeque<CallerQueue<G, K>>,
}

struct CallerQueue<G, K> {
    group: G,
    caller: K,
    waiting: VecDeque<oneshot::Sender<QueuePermit<G, K>>>,
}

/// A permit, returned when it is dropped.
pub(super) struct QueuePermit<G, K>(Option<Arc<Mutex<FairQueueState<G, K>>>>);

/// The queue is full of jobs of this caller, or of callers with as few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue is full")]
pub struct QueueFullError;

impl<G: PartialEq + Copy, K: PartialEq + Copy> FairQueue<G, K> {
    /// `capacity` jobs may wait.
    pub(super) fn new(permits: usize, capacity: usize) -> Self {
        Self(Arc::new(Mutex::new(FairQueueState { free: permits, capacity, callers: VecDeque::new() })))
    }

    /// Waits for a permit. When the queue is full, the group with the most waiting jobs loses the last job of its busiest caller. If
    /// no group has more jobs than this caller's group, the busiest caller of the equal groups loses one.
    ///
    /// # Errors
    /// [`QueueFullError`] when this caller is the busiest one, or when its waiting job is evicted later.
    pub(super) async fn acquire(&self, group: G, caller: K) -> Result<QueuePermit<G, K>, QueueFullError> {
        let receiver = {
            let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(QueuePermit(Some(Arc::clone(&self.0))));
            }
            queue.enqueue(group, caller)?
        };
        receiver.await.map_err(|_| QueueFullError)
    }
}

impl<G: PartialEq + Copy, K: PartialEq + Copy> FairQueueState<G, K> {
    fn enqueue(&mut self, group: G, caller: K) -> Result<oneshot::Receiver<QueuePermit<G, K>>, QueueFullError> {
        if self.waiting() >= self.capacity {
            self.remove_cancelled();
        }
        if self.waiting() >= self.capacity {
            self.evict_for(group, caller)?;
        }
        let (sender, receiver) = oneshot::channel();
        match self.callers.iter_mut().find(|queue| queue.caller == caller) {
            Some(queue) => queue.waiting.push_back(sender),
            None => self.callers.push_back(CallerQueue { group, caller, waiting: VecDeque::from([sender]) }),
        }
        Ok(receiver)
    }

    fn waiting(&self) -> usize {
        self.callers.iter().map(|queue| queue.waiting.len()).sum()
    }

    /// Removes jobs whose connection ended while they waited.
    fn remove_cancelled(&mut self) {
        for queue in &mut self.callers {
            queue.waiting.retain(|sender| !sender.is_closed());
        }
        self.callers.retain(|queue| !queue.waiting.is_empty());
    }

    fn waiting_of(&self, group: G) -> usize {
        self.callers.iter().filter(|queue| queue.group == group).map(|queue| queue.waiting.len()).sum()
    }

    fn evict_for(&mut self, group: G, caller: K) -> Result<(), QueueFullError> {
        let largest = self.callers.iter().map(|queue| queue.group).max_by_key(|group| self.waiting_of(*group));
        // With a difference of one, the groups would only swap their sizes.
        if let Some(largest) = largest.filter(|largest| self.waiting_of(*largest) > self.waiting_of(group) + 1) {
            let of_group = self.callers.iter_mut().filter(|queue| queue.group == largest);
            let longest = of_group.max_by_key(|queue| queue.waiting.len()).ok_or(QueueFullError)?;
            longest.waiting.pop_back();
            self.callers.retain(|queue| !queue.waiting.is_empty());
            return Ok(());
        }
        let own = self.callers.iter().find(|queue| queue.caller == caller).map_or(0, |queue| queue.waiting.len());
        // A smaller group than this caller's must not lose a job.
        let in_group = self.waiting_of(group);
        let groups: Vec<G> = self.callers.iter().map(|queue| queue.group).collect();
        let as_large: Vec<G> = groups.into_iter().filter(|other| self.waiting_of(*other) >= in_group).collect();
        let of_groups = self.callers.iter_mut().filter(|queue| as_large.contains(&queue.group));
        let longest = of_groups.max_by_key(|queue| queue.waiting.len()).ok_or(QueueFullError)?;
        if longest.waiting.len() <= own + 1 {
            return Err(QueueFullError);
        }
        longest.waiting.pop_back();
        Ok(())
    }
}

impl<G, K> FairQueueState<G, K> {
    /// The next job. Without one, the permit becomes free.
    fn next(&mut self) -> Option<oneshot::Sender<QueuePermit<G, K>>> {
        let Some(mut queue) = self.callers.pop_front() else {
            self.free += 1;
            return None;
        };
        let sender = queue.waiting.pop_front();
        if !queue.waiting.is_empty() {
            self.callers.push_back(queue);
        }
        sender
    }
}

impl<G, K> Drop for QueuePermit<G, K> {
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else { return };
        loop {
            // The lock must be released before `send`, which may return the permit and drop it.
            let Some(sender) = queue.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
            match sender.send(Self(Some(Arc::clone(&queue)))) {
                Ok(()) => return,
                // The caller has stopped waiting.
                Err(mut unsent) => unsent.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    use tokio::task::unconstrained;

    use super::*;

    type PendingPermit<'a> = Pin<Box<dyn Future<Output = Result<QueuePermit<char, char>, QueueFullError>> + 'a>>;

    async fn poll_once<W>(waiting: &mut Pin<Box<W>>) -> Option<Result<QueuePermit<char, char>, QueueFullError>>
    where
        W: Future<Output = Result<QueuePermit<char, char>, QueueFullError>> + ?Sized,
    {
        // Without a cooperative budget, because the test polls hundreds of jobs in a row.
        unconstrained(poll_fn(|context| {
            Poll::Ready(match waiting.as_mut().poll(context) {
                Poll::Ready(outcome) => Some(outcome),
                Poll::Pending => None,
            })
        }))
        .await
    }

    /// Has each of these callers wait, in this order; then serves all of them, one at a time. Returns the order in which they were
    /// served, and how many were refused.
    async fn serve_order(capacity: usize, callers: &str) -> (String, usize) {
        serve_groups(capacity, &callers.chars().map(|caller| (caller, caller)).collect::<Vec<_>>()).await
    }

    async fn serve_groups(capacity: usize, callers: &[(char, char)]) -> (String, usize) {
        let queue = FairQueue::new(1, capacity);
        let mut busy_permit = Some(queue.acquire('-', '-').await.unwrap());
        let (mut waiting, mut refused) = (Vec::<(char, PendingPermit<'_>)>::new(), 0);
        for &(group, caller) in callers {
            let mut pending: PendingPermit<'_> = Box::pin(queue.acquire(group, caller));
            match poll_once(&mut pending).await {
                None => waiting.push((caller, pending)),
                Some(outcome) => refused += usize::from(outcome.is_err()),
            }
        }
        let mut order = String::new();
        while busy_permit.take().is_some() {
            let mut still_waiting = Vec::new();
            for (caller, mut pending) in waiting {
                match poll_once(&mut pending).await {
                    Some(Ok(permit)) => {
                        order.push(caller);
                        busy_permit = Some(permit);
                    }
                    Some(Err(QueueFullError)) => refused += 1,
                    None => still_waiting.push((caller, pending)),
                }
            }
            waiting = still_waiting;
        }
        assert!(
            waiting.is_empty() && poll_once(&mut Box::pin(queue.acquire('-', '-'))).await.is_some(),
            "a permit got lost"
        );
        (order, refused)
    }

    #[tokio::test]
    async fn one_caller_is_served_in_order_and_several_round_robin() {
        assert_eq!(serve_order(9, "aaa").await, ("aaa".into(), 0));
        assert_eq!(serve_order(9, "aaaab").await, ("abaaa".into(), 0));
        assert_eq!(serve_order(9, "aaabbc").await, ("abcaba".into(), 0));
    }

    #[tokio::test]
    async fn a_new_caller_is_served_second_at_the_latest_behind_a_busy_one() {
        let (order, refused) = serve_order(64, &("f".repeat(500) + "c")).await;
        assert_eq!(order.find('c'), Some(1));
        assert_eq!((order.len(), refused), (64, 437));
        // Each of many calm callers finds room, and waits for one of each of the others at most.
        let (order, _) = serve_order(64, &("f".repeat(500) + "abcdeghijk")).await;
        assert!("abcdeghijk".chars().all(|other| order.find(other).is_some_and(|position| position <= 10)), "{order}");
    }

    #[tokio::test]
    async fn two_busy_callers_share_equally_and_do_not_evict_each_other() {
        let (order, refused) = serve_order(8, "ffffffffgggggggggggg").await;
        assert_eq!((order.matches('f').count(), order.matches('g').count(), refused), (4, 4, 12));
    }

    #[tokio::test]
    async fn a_group_of_many_callers_keeps_no_other_out() {
        let many = ('a'..='h').map(|caller| ('g', caller));
        let callers: Vec<_> = many.clone().chain([('x', 'x'), ('y', 'y')]).chain(many).collect();
        let (order, refused) = serve_groups(8, &callers).await;
        assert!(order.contains('x') && order.contains('y'), "{order}");
        assert_eq!((order.len(), refused), (8, 10));
    }

    #[tokio::test]
    async fn a_large_group_takes_nothing_from_a_smaller_one() {
        let large = ('a'..='f').map(|caller| ('g', caller));
        let small = ('x', 'x');
        let more = ('g'..='l').map(|caller| ('g', caller));
        let callers: Vec<_> = large.chain([small; 2]).chain(more).chain([small]).collect();
        let (order, refused) = serve_groups(8, &callers).await;
        assert_eq!((order.matches('x').count(), order.len(), refused), (3, 8, 7), "{order}");
    }

    #[tokio::test]
    async fn without_room_nobody_waits() {
        assert_eq!(serve_order(0, "ab").await, (String::new(), 2));
    }

    #[tokio::test]
    async fn a_cancelled_caller_frees_capacity_and_keeps_no_permit() {
        let queue = FairQueue::new(1, 2);
        let permit = queue.acquire('a', 'a').await.unwrap();
        let (mut first, mut second): (PendingPermit<'_>, PendingPermit<'_>) =
            (Box::pin(queue.acquire('a', 'a')), Box::pin(queue.acquire('a', 'a')));
        assert!(poll_once(&mut first).await.is_none() && poll_once(&mut second).await.is_none());
        drop(first);
        let mut third: PendingPermit<'_> = Box::pin(queue.acquire('a', 'a'));
        assert!(poll_once(&mut third).await.is_none(), "there is room again");
        drop(second);
        drop(permit);
        // Called, and gone before it looked.
        drop(third);
        assert!(poll_once(&mut Box::pin(queue.acquire('a', 'a'))).await.is_some_and(|permit| permit.is_ok()));
    }
}
