//! Conversion of events to their bodies.

use crate::domain::event::{EventKind, NewEvent, StoredEvent};
use crate::domain::party::Role;
use crate::wire::events::EventBody;

/// The body of an event for a receiver of this role. A studio does not learn which collection it was.
pub(super) fn event_body(stored: StoredEvent, role: Role) -> EventBody {
    let StoredEvent { place, event, refusal, device_label } = stored;
    let NewEvent { kind, at, device_id, photo_id, collection_id, due, .. } = event;
    let (reason, note) = refusal.map_or((None, None), |refusal| (Some(refusal.reason), refusal.note));
    let due_of = |kinds: &[EventKind]| due.filter(|_| kinds.contains(&kind));
    EventBody {
        event_id: place.event_id,
        kind,
        at,
        photo_id,
        collection_id: collection_id.filter(|_| role == Role::Office),
        reason,
        note,
        kept_until: due_of(&[EventKind::PhotoKept, EventKind::PhotoKeptEnding]),
        expires_at: due_of(&[EventKind::PhotoExpiring]),
        lease_until: due_of(&[EventKind::CollectionLapsed]),
        settle_due: due_of(&[EventKind::CollectionEnding, EventKind::CollectionUsedByDefault]),
        device_id,
        label: device_label,
        certificate_expires_at: due_of(&[EventKind::CertificateEnding]),
    }
}
