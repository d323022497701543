//! Devices that wait for events: at most one wait per device. A signal wakes those whose party may have new events, or ends their wait.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio::time::{self, Instant};

use crate::domain::event::EventPlace;
use crate::domain::id::{DeviceId, PartyId};

/// Time until a replaced wait is answered. Two programs that share the certificate of a device replace each other's waits; answered at once,
/// they would do so without a pause and use up the device's requests.
const REPLACED_PAUSE: Duration = Duration::from_secs(5);

/// Reason why a wait for events ended. The receiver goes on from its cursor with a new request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum StreamEnd {
    /// The client closed the connection, or the connection was closed.
    Disconnected,
    /// The same device waits with a newer request.
    Replaced,
    /// The studio or office was suspended, or the device revoked.
    CutOff,
    /// The device must authenticate again.
    AuthenticationDue,
    /// The database cannot be read, or went back in time.
    StorageUnavailable,
    ShuttingDown,
}

impl StreamEnd {
    /// Label in metrics and log lines.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StreamEndLabel {
    reason: &'static str,
}

/// The waiting devices of this process. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct EventSubscribers(Arc<SubscriberState>);

#[derive(Debug, Default)]
struct SubscriberState {
    table: Mutex<SubscriberTable>,
    /// True once the process stops.
    closed: watch::Sender<bool>,
    open: Gauge,
    delivered: Counter,
    ended: Family<StreamEndLabel, Counter>,
}

#[derive(Debug, Default)]
struct SubscriberTable {
    next_number: u64,
    /// Event up to which receivers were woken; `None` before the first one.
    woken_to: Option<EventPlace>,
    of_device: HashMap<DeviceId, Subscriber>,
}

#[derive(Debug)]
struct Subscriber {
    number: u64,
    party_id: PartyId,
    signal: watch::Sender<SubscriberSignal>,
}

#[derive(Debug, Clone, Copy, Default)]
struct SubscriberSignal {
    /// Times that there may have been new events.
    wakes: u64,
    end: Option<StreamEnd>,
}

impl SubscriberSignal {
    fn end(signal: &watch::Sender<Self>, end: StreamEnd) {
        signal.send_modify(|state| state.end = state.end.or(Some(end)));
    }
}

impl EventSubscribers {
    /// Adds the metrics of event streams.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("event_streams_open", "Devices that wait for events", self.0.open.clone());
        registry.register("events_delivered", "Events sent to devices, repeats included", self.0.delivered.clone());
        registry.register(
            "event_streams_ended",
            "Ended event streams by the reason of their end",
            self.0.ended.clone(),
        );
    }

    /// Counts delivered events.
    pub fn count_delivered(&self, events: usize) {
        self.0.delivered.inc_by(events as u64);
    }

    /// Counts the end of a stream.
    pub fn count_end(&self, end: StreamEnd) {
        self.0.ended.get_or_create(&StreamEndLabel { reason: end.as_str() }).inc();
    }

    /// Adds a device and ends its older wait: the client may have lost its connection without a sign of it.
    pub fn subscribe(&self, party_id: PartyId, device_id: DeviceId) -> EventSubscription {
        let (signal, receiver) = watch::channel(SubscriberSignal::default());
        let mut table = self.lock();
        if *self.0.closed.borrow() {
            SubscriberSignal::end(&signal, StreamEnd::ShuttingDown);
        }
        let number = table.next_number;
        table.next_number += 1;
        if let Some(older) = table.of_device.insert(device_id, Subscriber { number, party_id, signal }) {
            SubscriberSignal::end(&older.signal, StreamEnd::Replaced);
        }
        self.0.open.set(table.of_device.len() as i64);
        EventSubscription { subscribers: self.clone(), device_id, number, receiver }
    }

    /// Reports whether no device waits.
    pub fn is_empty(&self) -> bool {
        self.lock().of_device.is_empty()
    }

    /// Event up to which receivers were woken.
    pub(super) fn woken_to(&self) -> Option<EventPlace> {
        self.lock().woken_to
    }

    /// Wakes the devices of these parties, or all of them without a list.
    pub(super) fn wake(&self, parties: Option<&HashSet<PartyId>>, up_to: Option<EventPlace>) {
        let mut table = self.lock();
        table.woken_to = up_to;
        for subscriber in table.of_device.values() {
            if parties.is_none_or(|parties| parties.contains(&subscriber.party_id)) {
                subscriber.signal.send_modify(|state| state.wakes = state.wakes.wrapping_add(1));
            }
        }
    }

    /// Ends the waits of these parties, or all of them without a list.
    pub(super) fn end(&self, parties: Option<&HashSet<PartyId>>, end: StreamEnd) {
        for subscriber in self.lock().of_device.values() {
            if parties.is_none_or(|parties| parties.contains(&subscriber.party_id)) {
                SubscriberSignal::end(&subscriber.signal, end);
            }
        }
    }

    /// Ends all waits, and later ones at once, so that a shutdown does not wait for them.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
        self.end(None, StreamEnd::ShuttingDown);
    }

    fn lock(&self) -> MutexGuard<'_, SubscriberTable> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wait of a device; dropping it ends it.
#[derive(Debug)]
pub struct EventSubscription {
    subscribers: EventSubscribers,
    device_id: DeviceId,
    number: u64,
    receiver: watch::Receiver<SubscriberSignal>,
}

impl EventSubscription {
    /// Returns when there may be new events since the last return, or with the reason why the wait ended.
    pub async fn woken(&mut self) -> Result<(), StreamEnd> {
        let end = self.receiver.borrow().end;
        if let Some(end) = end {
            return Err(end);
        }
        let is_told = self.receiver.changed().await.is_ok();
        match self.receiver.borrow().end {
            Some(end) => Err(end),
            None if is_told => Ok(()),
            // The sender is dropped for a newer wait only.
            None => Err(StreamEnd::Replaced),
        }
    }
}

impl EventSubscription {
    /// Waits as [`woken`](Self::woken) does, until `deadline` at the latest (`None`). Reports a replacement only after a pause.
    pub async fn woken_until(&mut self, deadline: Instant) -> Option<Result<(), StreamEnd>> {
        let woken = time::timeout_at(deadline, self.woken()).await.ok()?;
        if woken == Err(StreamEnd::Replaced) {
            let mut closed = self.subscribers.0.closed.subscribe();
            // The result does not matter: the wait has ended.
            let _ = time::timeout_at(pause_end(Instant::now(), deadline), closed.wait_for(|closed| *closed)).await;
        }
        Some(woken)
    }
}

fn pause_end(replaced: Instant, deadline: Instant) -> Instant {
    deadline.min(replaced + REPLACED_PAUSE)
}

impl Drop for EventSubscription {
    fn drop(&mut self) {
        let mut table = self.subscribers.lock();
        if table.of_device.get(&self.device_id).is_some_and(|subscriber| subscriber.number == self.number) {
            table.of_device.remove(&self.device_id);
        }
        self.subscribers.0.open.set(table.of_device.len() as i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> (PartyId, DeviceId) {
        let text = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
        (text.parse().unwrap(), text.parse().unwrap())
    }

    fn place(position: i64) -> Option<EventPlace> {
        Some(EventPlace { position, event_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap() })
    }

    fn other_party() -> PartyId {
        "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0f".parse().unwrap()
    }

    fn is_woken(subscription: &mut EventSubscription) -> Option<Result<(), StreamEnd>> {
        let woken = std::pin::pin!(subscription.woken());
        match woken.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(woken) => Some(woken),
            std::task::Poll::Pending => None,
        }
    }

    #[test]
    fn a_newer_wait_of_a_device_ends_the_older_one_and_takes_its_place() {
        let (subscribers, (party, device)) = (EventSubscribers::default(), ids());
        let mut older = subscribers.subscribe(party, device);
        assert_eq!(is_woken(&mut older), None);
        let mut newer = subscribers.subscribe(party, device);
        assert_eq!(is_woken(&mut older), Some(Err(StreamEnd::Replaced)));
        drop(older);
        assert_eq!(subscribers.0.open.get(), 1);
        subscribers.wake(None, place(1));
        assert_eq!(is_woken(&mut newer), Some(Ok(())));
        drop(newer);
        assert!(subscribers.is_empty());
    }

    #[tokio::test]
    async fn two_clients_of_one_device_that_replace_each_other_are_answered_after_a_pause() {
        let (subscribers, (party, device)) = (EventSubscribers::default(), ids());
        let begun = Instant::now();
        let deadline = begun + Duration::from_secs(25);
        let mut older = subscribers.subscribe(party, device);
        let mut answer = std::pin::pin!(older.woken_until(deadline));
        let mut poll = || answer.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        assert!(poll().is_pending());
        let newer = subscribers.subscribe(party, device);
        assert!(poll().is_pending(), "an answer at once would be followed by the next request at once");
        drop(newer);
        assert!(subscribers.is_empty(), "the pause is no wait");
        assert!(poll().is_pending());
        subscribers.close();
        assert_eq!(poll(), std::task::Poll::Ready(Some(Err(StreamEnd::Replaced))), "a shutdown does not wait");
        // Each of the two then asks at most once in five seconds, and no answer comes later than it was asked for.
        assert_eq!(pause_end(begun, deadline), begun + Duration::from_secs(5));
        assert_eq!(pause_end(begun, begun + Duration::from_secs(1)), begun + Duration::from_secs(1));
    }

    #[test]
    fn a_wake_between_two_waits_is_not_lost_and_other_parties_sleep_on() {
        let (subscribers, (party, device)) = (EventSubscribers::default(), ids());
        let mut waiting = subscribers.subscribe(party, device);
        subscribers.wake(Some(&HashSet::from([other_party()])), place(1));
        assert_eq!(is_woken(&mut waiting), None);
        subscribers.wake(Some(&HashSet::from([party])), place(2));
        assert_eq!(is_woken(&mut waiting), Some(Ok(())));
        assert_eq!((is_woken(&mut waiting), subscribers.woken_to()), (None, place(2)));
    }

    #[test]
    fn waits_end_with_the_process_and_with_the_right_of_their_party() {
        let (subscribers, (party, device)) = (EventSubscribers::default(), ids());
        let mut waiting = subscribers.subscribe(party, device);
        subscribers.end(Some(&HashSet::from([other_party()])), StreamEnd::CutOff);
        assert_eq!(is_woken(&mut waiting), None);
        subscribers.end(Some(&HashSet::from([party])), StreamEnd::CutOff);
        subscribers.close();
        assert_eq!(is_woken(&mut waiting), Some(Err(StreamEnd::CutOff)), "the first reason counts");
        assert_eq!(is_woken(&mut subscribers.subscribe(party, device)), Some(Err(StreamEnd::ShuttingDown)));
    }
}
