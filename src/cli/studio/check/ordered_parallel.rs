//! Parallel work on several items, with results in the order of the items.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Calls `work` for every item, on one thread per processor, and `take` on this thread with the results in the order of the items. A thread
/// waits when it is two results ahead, so that only few results are in memory.
///
/// # Errors
/// The first error of `take`. The remaining items are not processed.
pub(super) fn for_each<T: Sync, R: Send, E>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    take: impl FnMut(&T, R) -> Result<(), E>,
) -> Result<(), E> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    for_each_on(processors.min(items.len()).max(1), items, work, take)
}

fn for_each_on<T: Sync, R: Send, E>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut take: impl FnMut(&T, R) -> Result<(), E>,
) -> Result<(), E> {
    let work = &work;
    thread::scope(|scope| {
        // Each thread takes every nth item and has a channel of its own, which keeps the order.
        let receivers: Vec<Receiver<R>> = (0..threads)
            .map(|first| {
                let (sender, receiver) = sync_channel(1);
                scope.spawn(move || {
                    // The channel is closed after an error.
                    items.iter().skip(first).step_by(threads).all(|item| sender.send(work(item)).is_ok())
                });
                receiver
            })
            .collect();
        for (item, receiver) in items.iter().zip(receivers.iter().cycle()) {
            // A thread that ends early has panicked. The scope propagates the panic.
            let Ok(result) = receiver.recv() else { break };
            take(item, result)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        for threads in [1, 2, 3, 7] {
            let mut seen = Vec::new();
            let ended: Result<(), ()> = for_each_on(
                threads,
                &items,
                |item| item * 2,
                |item, result| {
                    seen.push((*item, result));
                    Ok(())
                },
            );
            assert_eq!(ended, Ok(()));
            assert_eq!(seen, items.iter().map(|item| (*item, item * 2)).collect::<Vec<_>>());
        }
        assert_eq!(for_each(&[] as &[u8], |_| (), |_, ()| Err(())), Ok(()));
    }

    #[test]
    fn two_items_are_worked_on_at_once() {
        // Neither item passes the barrier alone.
        let both = Barrier::new(2);
        let ended: Result<(), ()> = for_each_on(2, &[1, 2], |_| both.wait().is_leader(), |_, _| Ok(()));
        assert_eq!(ended, Ok(()));
    }

    #[test]
    fn no_thread_runs_far_ahead_and_an_error_stops_all() {
        let items: Vec<usize> = (0..1000).collect();
        let worked = AtomicUsize::new(0);
        let ended = for_each_on(
            2,
            &items,
            |item| {
                worked.fetch_add(1, Ordering::SeqCst);
                *item
            },
            |_, result| if result == 10 { Err(result) } else { Ok(()) },
        );
        assert_eq!(ended, Err(10));
        // Eleven were taken. Each thread has at most one result in its channel, one in hand, and one more before it notices the error.
        assert!(worked.load(Ordering::SeqCst) <= 11 + 2 * 3, "{worked:?}");
    }
}
