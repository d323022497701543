//! Bounded queue that serves callers round-robin, so that a busy caller cannot starve the others.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// A number of places, and who waits for one. Callers are served by turns, and what one caller waits with in its order: whoever
/// brings one thing waits for one of each other caller's at most.
pub(super) struct FairQueue<K>(Arc<Mutex<FairQueueState<K>>>);

struct FairQueueState<K> {
    free: usize,
    capacity: usize,
    /// One line for each caller who waits, the next to be served in front. No line is empty.
    callers: VecDeque<CallerQueue<K>>,
}

struct CallerQueue<K> {
    caller: K,
    waiting: VecDeque<oneshot::Sender<QueuePermit<K>>>,
}

/// A place, for as long as this is kept.
pub(super) struct QueuePermit<K>(Option<Arc<Mutex<FairQueueState<K>>>>);

/// The queue is full of jobs of this caller, or of callers with as few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFullError;

impl fmt::Display for QueueFullError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is full")
    }
}

impl std::error::Error for QueueFullError {}

impl<K: PartialEq + Copy> FairQueue<K> {
    /// So many `places`, and `room` for so many who wait.
    pub(super) fn new(permits: usize, capacity: usize) -> Self {
        Self(Arc::new(Mutex::new(FairQueueState { free: permits, capacity, callers: VecDeque::new() })))
    }

    /// A place, once it is this caller's turn. Where there is no room to wait, the caller with the most waiting makes room, who
    /// is at the end of that line first.
    ///
    /// # Errors
    /// [`QueueFullError`] when that is this caller itself, or when others with less need the room.
    pub(super) async fn acquire(&self, caller: K) -> Result<QueuePermit<K>, QueueFullError> {
        let called = {
            let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(QueuePermit(Some(Arc::clone(&self.0))));
            }
            queue.enqueue(caller)?
        };
        called.await.map_err(|_| QueueFullError)
    }
}

impl<K: PartialEq + Copy> FairQueueState<K> {
    fn enqueue(&mut self, caller: K) -> Result<oneshot::Receiver<QueuePermit<K>>, QueueFullError> {
        if self.waiting() >= self.capacity {
            self.remove_cancelled();
        }
        if self.waiting() >= self.capacity {
            self.evict_for(caller)?;
        }
        let (call, called) = oneshot::channel();
        match self.callers.iter_mut().find(|line| line.caller == caller) {
            Some(line) => line.waiting.push_back(call),
            None => self.callers.push_back(CallerQueue { caller, waiting: VecDeque::from([call]) }),
        }
        Ok(called)
    }

    fn waiting(&self) -> usize {
        self.callers.iter().map(|line| line.waiting.len()).sum()
    }

    /// Those whose connection broke off while they waited.
    fn remove_cancelled(&mut self) {
        for line in &mut self.callers {
            line.waiting.retain(|call| !call.is_closed());
        }
        self.callers.retain(|line| !line.waiting.is_empty());
    }

    fn evict_for(&mut self, caller: K) -> Result<(), QueueFullError> {
        let own = self.callers.iter().find(|line| line.caller == caller).map_or(0, |line| line.waiting.len());
        let longest = self.callers.iter_mut().max_by_key(|line| line.waiting.len()).ok_or(QueueFullError)?;
        // With one less and one more the two would only have changed places.
        if longest.waiting.len() <= own + 1 {
            return Err(QueueFullError);
        }
        longest.waiting.pop_back();
        Ok(())
    }
}

impl<K> FairQueueState<K> {
    /// Who is next; nobody, and one more place is free.
    fn next(&mut self) -> Option<oneshot::Sender<QueuePermit<K>>> {
        let Some(mut line) = self.callers.pop_front() else {
            self.free += 1;
            return None;
        };
        let call = line.waiting.pop_front();
        if !line.waiting.is_empty() {
            self.callers.push_back(line);
        }
        call
    }
}

impl<K> Drop for QueuePermit<K> {
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else { return };
        loop {
            // Not a moment longer than this: a turn that cannot be given comes back, and is dropped.
            let Some(call) = queue.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
            match call.send(Self(Some(Arc::clone(&queue)))) {
                Ok(()) => return,
                // Gone while it waited.
                Err(mut unwanted) => unwanted.0 = None,
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

    type PendingPermit<'a> = Pin<Box<dyn Future<Output = Result<QueuePermit<char>, QueueFullError>> + 'a>>;

    async fn poll_once<W>(waiting: &mut Pin<Box<W>>) -> Option<Result<QueuePermit<char>, QueueFullError>>
    where
        W: Future<Output = Result<QueuePermit<char>, QueueFullError>> + ?Sized,
    {
        // Without a budget: hundreds are looked at in one go.
        unconstrained(poll_fn(|context| {
            Poll::Ready(match waiting.as_mut().poll(context) {
                Poll::Ready(outcome) => Some(outcome),
                Poll::Pending => None,
            })
        }))
        .await
    }

    /// Has each of these callers wait, in this order; then serves all of them, one at a time. Who was served, in which order, and
    /// how many were told that there is no room.
    async fn serve_order(room: usize, callers: &str) -> (String, usize) {
        let queue = FairQueue::new(1, room);
        let mut busy_place = Some(queue.acquire('-').await.unwrap());
        let (mut waiting, mut refused) = (Vec::<(char, PendingPermit<'_>)>::new(), 0);
        for caller in callers.chars() {
            let mut joined: PendingPermit<'_> = Box::pin(queue.acquire(caller));
            match poll_once(&mut joined).await {
                None => waiting.push((caller, joined)),
                Some(outcome) => refused += usize::from(outcome.is_err()),
            }
        }
        let mut order = String::new();
        while busy_place.take().is_some() {
            let mut still_waiting = Vec::new();
            for (caller, mut waits) in waiting {
                match poll_once(&mut waits).await {
                    Some(Ok(turn)) => {
                        order.push(caller);
                        busy_place = Some(turn);
                    }
                    Some(Err(QueueFullError)) => refused += 1,
                    None => still_waiting.push((caller, waits)),
                }
            }
            waiting = still_waiting;
        }
        assert!(waiting.is_empty() && poll_once(&mut Box::pin(queue.acquire('-'))).await.is_some(), "a place got lost");
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
        assert!("abcdeghijk".chars().all(|calm| order.find(calm).is_some_and(|place| place <= 10)), "{order}");
    }

    #[tokio::test]
    async fn two_busy_callers_share_equally_and_do_not_evict_each_other() {
        let (order, refused) = serve_order(8, "ffffffffgggggggggggg").await;
        assert_eq!((order.matches('f').count(), order.matches('g').count(), refused), (4, 4, 12));
    }

    #[tokio::test]
    async fn without_room_nobody_waits() {
        assert_eq!(serve_order(0, "ab").await, (String::new(), 2));
    }

    #[tokio::test]
    async fn a_cancelled_caller_frees_capacity_and_keeps_no_permit() {
        let queue = FairQueue::new(1, 2);
        let place = queue.acquire('a').await.unwrap();
        let (mut first, mut second): (PendingPermit<'_>, PendingPermit<'_>) =
            (Box::pin(queue.acquire('a')), Box::pin(queue.acquire('a')));
        assert!(poll_once(&mut first).await.is_none() && poll_once(&mut second).await.is_none());
        drop(first);
        let mut third: PendingPermit<'_> = Box::pin(queue.acquire('a'));
        assert!(poll_once(&mut third).await.is_none(), "there is room again");
        drop(second);
        drop(place);
        // Called, and gone before it looked.
        drop(third);
        assert!(poll_once(&mut Box::pin(queue.acquire('a'))).await.is_some_and(|turn| turn.is_ok()));
    }
}
