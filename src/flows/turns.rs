//! Whose turn it is: a bounded queue in which callers take turns, however much one of them has brought.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::judge::Busy;

/// A number of places, and who waits for one. Callers are served by turns, and what one caller waits with in its order: whoever
/// brings one thing waits for one of each other caller's at most.
pub(super) struct Turns<K>(Arc<Mutex<Queue<K>>>);

struct Queue<K> {
    free: usize,
    room: usize,
    /// One line for each caller who waits, the next to be served in front. No line is empty.
    lines: VecDeque<Line<K>>,
}

struct Line<K> {
    caller: K,
    waiting: VecDeque<oneshot::Sender<Turn<K>>>,
}

/// A place, for as long as this is kept.
pub(super) struct Turn<K>(Option<Arc<Mutex<Queue<K>>>>);

impl<K: PartialEq + Copy> Turns<K> {
    /// So many `places`, and `room` for so many who wait.
    pub(super) fn new(places: usize, room: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue { free: places, room, lines: VecDeque::new() })))
    }

    /// A place, once it is this caller's turn. Where there is no room to wait, the caller with the most waiting makes room, who
    /// is at the end of that line first.
    ///
    /// # Errors
    /// [`Busy`] when that is this caller itself, or when others with less need the room.
    pub(super) async fn take(&self, caller: K) -> Result<Turn<K>, Busy> {
        let called = {
            let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Turn(Some(Arc::clone(&self.0))));
            }
            queue.join(caller)?
        };
        called.await.map_err(|_| Busy)
    }
}

impl<K: PartialEq + Copy> Queue<K> {
    fn join(&mut self, caller: K) -> Result<oneshot::Receiver<Turn<K>>, Busy> {
        if self.waiting() >= self.room {
            self.forget_the_gone();
        }
        if self.waiting() >= self.room {
            self.make_room_for(caller)?;
        }
        let (call, called) = oneshot::channel();
        match self.lines.iter_mut().find(|line| line.caller == caller) {
            Some(line) => line.waiting.push_back(call),
            None => self.lines.push_back(Line { caller, waiting: VecDeque::from([call]) }),
        }
        Ok(called)
    }

    fn waiting(&self) -> usize {
        self.lines.iter().map(|line| line.waiting.len()).sum()
    }

    /// Those whose connection broke off while they waited.
    fn forget_the_gone(&mut self) {
        for line in &mut self.lines {
            line.waiting.retain(|call| !call.is_closed());
        }
        self.lines.retain(|line| !line.waiting.is_empty());
    }

    fn make_room_for(&mut self, caller: K) -> Result<(), Busy> {
        let own = self.lines.iter().find(|line| line.caller == caller).map_or(0, |line| line.waiting.len());
        let longest = self.lines.iter_mut().max_by_key(|line| line.waiting.len()).ok_or(Busy)?;
        // With one less and one more the two would only have changed places.
        if longest.waiting.len() <= own + 1 {
            return Err(Busy);
        }
        longest.waiting.pop_back();
        Ok(())
    }
}

impl<K> Queue<K> {
    /// Who is next; nobody, and one more place is free.
    fn next(&mut self) -> Option<oneshot::Sender<Turn<K>>> {
        let Some(mut line) = self.lines.pop_front() else {
            self.free += 1;
            return None;
        };
        let call = line.waiting.pop_front();
        if !line.waiting.is_empty() {
            self.lines.push_back(line);
        }
        call
    }
}

impl<K> Drop for Turn<K> {
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

    type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Turn<char>, Busy>> + 'a>>;

    async fn look<W>(waiting: &mut Pin<Box<W>>) -> Option<Result<Turn<char>, Busy>>
    where
        W: Future<Output = Result<Turn<char>, Busy>> + ?Sized,
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
    async fn served(room: usize, callers: &str) -> (String, usize) {
        let turns = Turns::new(1, room);
        let mut busy_place = Some(turns.take('-').await.unwrap());
        let (mut waiting, mut refused) = (Vec::<(char, Waiting<'_>)>::new(), 0);
        for caller in callers.chars() {
            let mut joined: Waiting<'_> = Box::pin(turns.take(caller));
            match look(&mut joined).await {
                None => waiting.push((caller, joined)),
                Some(outcome) => refused += usize::from(outcome.is_err()),
            }
        }
        let mut order = String::new();
        while busy_place.take().is_some() {
            let mut still_waiting = Vec::new();
            for (caller, mut waits) in waiting {
                match look(&mut waits).await {
                    Some(Ok(turn)) => {
                        order.push(caller);
                        busy_place = Some(turn);
                    }
                    Some(Err(Busy)) => refused += 1,
                    None => still_waiting.push((caller, waits)),
                }
            }
            waiting = still_waiting;
        }
        assert!(waiting.is_empty() && look(&mut Box::pin(turns.take('-'))).await.is_some(), "a place got lost");
        (order, refused)
    }

    #[tokio::test]
    async fn one_caller_is_served_in_its_order_and_several_by_turns() {
        assert_eq!(served(9, "aaa").await, ("aaa".into(), 0));
        assert_eq!(served(9, "aaaab").await, ("abaaa".into(), 0));
        assert_eq!(served(9, "aaabbc").await, ("abcaba".into(), 0));
    }

    #[tokio::test]
    async fn whoever_comes_to_a_queue_that_one_caller_has_filled_is_served_second_at_the_latest() {
        let (order, refused) = served(64, &("f".repeat(500) + "c")).await;
        assert_eq!(order.find('c'), Some(1));
        assert_eq!((order.len(), refused), (64, 437));
        // Each of many calm callers finds room, and waits for one of each of the others at most.
        let (order, _) = served(64, &("f".repeat(500) + "abcdeghijk")).await;
        assert!("abcdeghijk".chars().all(|calm| order.find(calm).is_some_and(|place| place <= 10)), "{order}");
    }

    #[tokio::test]
    async fn two_who_flood_have_the_same_share_and_do_not_push_each_other_out() {
        let (order, refused) = served(8, "ffffffffgggggggggggg").await;
        assert_eq!((order.matches('f').count(), order.matches('g').count(), refused), (4, 4, 12));
    }

    #[tokio::test]
    async fn without_room_nobody_waits() {
        assert_eq!(served(0, "ab").await, (String::new(), 2));
    }

    #[tokio::test]
    async fn who_breaks_off_leaves_room_and_keeps_no_place() {
        let turns = Turns::new(1, 2);
        let place = turns.take('a').await.unwrap();
        let (mut first, mut second): (Waiting<'_>, Waiting<'_>) =
            (Box::pin(turns.take('a')), Box::pin(turns.take('a')));
        assert!(look(&mut first).await.is_none() && look(&mut second).await.is_none());
        drop(first);
        let mut third: Waiting<'_> = Box::pin(turns.take('a'));
        assert!(look(&mut third).await.is_none(), "there is room again");
        drop(second);
        drop(place);
        // Called, and gone before it looked.
        drop(third);
        assert!(look(&mut Box::pin(turns.take('a'))).await.is_some_and(|turn| turn.is_ok()));
    }
}
