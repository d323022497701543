//! Events for programs of studios and offices, without polling.
//!
//! ```text
//! commit of a change with its events -> check_events (each node) -> wake -> next_events (each waiting device)
//! ```

use std::collections::HashSet;

use crate::domain::event::{EventCursor, StoredEvent};
use crate::domain::party::Caller;
use crate::flows::event_subscribers::{EventSubscription, StreamEnd};
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::requests::{CutOff, EventPageOutcome, EventPageRequest};

/// New events whose receivers are read one by one; for more, all waiting devices are woken.
const RECEIVERS_PER_CHECK: u32 = 1_000;

/// Reason why a device gets no events.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("database error")]
    Store(#[from] StoreError),
}

impl EventsError {
    /// The reason with which a running stream ends.
    pub const fn stream_end(&self) -> StreamEnd {
        match self {
            Self::CutOff(_) => StreamEnd::CutOff,
            Self::Store(_) => StreamEnd::StorageUnavailable,
        }
    }
}

/// Begins a wait for events, and ends the older one of the same device. Events that are committed from now on wake it.
pub fn subscribe(gateway: &Gateway, caller: &Caller) -> EventSubscription {
    gateway.event_subscribers.subscribe(caller.party.party_id, caller.device_id)
}

/// The next events of the caller's party after a cursor, in the order of their commits.
pub async fn next_events(
    gateway: &Gateway,
    caller: &Caller,
    after: Option<EventCursor>,
    limit: u32,
) -> Result<Vec<StoredEvent>, EventsError> {
    let request = EventPageRequest { party_id: caller.party.party_id, device_id: caller.device_id, after, limit };
    match gateway.store.event_page(&request).await? {
        EventPageOutcome::Page(events) => Ok(events),
        EventPageOutcome::CutOff(cut_off) => Err(EventsError::CutOff(cut_off)),
    }
}

/// Wakes the devices whose party has new events, and ends the waits of suspended parties. One check serves all waiting devices of the
/// process, which hold no connection to the database.
pub async fn check_events(gateway: &Gateway) -> Result<(), StoreError> {
    let subscribers = &gateway.event_subscribers;
    if subscribers.is_empty() {
        return Ok(());
    }
    if gateway.store.rollback().is_some() {
        subscribers.end(None, StreamEnd::StorageUnavailable);
        return Ok(());
    }
    let suspended: HashSet<_> = gateway.store.suspended_parties().await?.into_iter().collect();
    subscribers.end(Some(&suspended), StreamEnd::CutOff);
    let (woken_to, newest) = (subscribers.woken_to(), gateway.store.newest_event().await?);
    if woken_to == newest {
        return Ok(());
    }
    let receivers = match (woken_to, newest) {
        (Some(woken_to), Some(newest))
            if (1..=i64::from(RECEIVERS_PER_CHECK)).contains(&(newest.position - woken_to.position)) =>
        {
            gateway.store.event_receivers(woken_to, RECEIVERS_PER_CHECK).await?
        }
        _ => None,
    };
    // Without a list all are woken: at the first check, for many new events, and in a database with another history. A failover can lose
    // a commit that has events and no row in the audit log, and give its positions to other events.
    let receivers: Option<HashSet<_>> = receivers.map(|receivers| receivers.into_iter().collect());
    subscribers.wake(receivers.as_ref(), newest);
    Ok(())
}
