//! Reader of a row of the audit log for the replays: its event, its subject and the members of its details.

use std::str::FromStr;

use serde_json::Value as Json;

use super::AuditEvent;
use super::chain::ChainRow;
use crate::domain::photo::collection::CollectionState;

/// A row of the log with a known event.
pub(super) struct LogEvent<'a> {
    pub(super) event: AuditEvent,
    pub(super) row: &'a ChainRow,
    pub(super) details: &'a Json,
}

impl ChainRow {
    /// The details as JSON; null if they are not JSON.
    pub(super) fn json_details(&self) -> Json {
        serde_json::from_str(&self.details).unwrap_or_default()
    }
}

impl<'a> LogEvent<'a> {
    /// Reads a row with its [details](ChainRow::json_details); `None` for an event of a newer version.
    pub(super) fn read(row: &'a ChainRow, details: &'a Json) -> Option<Self> {
        Some(Self { event: row.event.parse().ok()?, row, details })
    }

    pub(super) fn subject<T: FromStr>(&self) -> Option<T> {
        self.row.subject.as_deref().and_then(|subject| subject.parse().ok())
    }

    pub(super) fn actor<T: FromStr>(&self) -> Option<T> {
        self.row.actor.parse().ok()
    }

    /// A text member of the details.
    pub(super) fn member<T: FromStr>(&self, name: &str) -> Option<T> {
        self.details[name].as_str().and_then(|text| text.parse().ok())
    }
}

impl AuditEvent {
    /// The state of a collection after the event; `None` for other events.
    pub(super) const fn collection_state(self) -> Option<CollectionState> {
        match self {
            Self::CollectionLeased | Self::CollectionRenewed | Self::CollectionHandedOver => {
                Some(CollectionState::Leased)
            }
            Self::CollectionUsed | Self::CollectionUsedByDefault => Some(CollectionState::Used),
            Self::CollectionKept => Some(CollectionState::Kept),
            Self::CollectionRefused => Some(CollectionState::Refused),
            Self::CollectionReleased => Some(CollectionState::Released),
            Self::CollectionLapsed => Some(CollectionState::Lapsed),
            _ => None,
        }
    }
}
