//! `revocation  gather -> sign -> publish`: the revocation lists of the gateway's own CAs.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::party::Role;
use crate::flows::gateway::Gateway;
use crate::identity::authority::Authority;
use crate::identity::error::IdentityError;
use crate::identity::revocation::revocation_list::{
    LISTED_AFTER_EXPIRY, RevocationEntry, RevocationList, issue_revocation_list, read_revocation_list,
};
use crate::storage::StoreError;
use crate::storage::requests::RevokedSerial;

/// A list is issued again when its content changes, and after this time at the latest.
const REISSUED_AFTER: Duration = Duration::from_secs(86_400);

/// The lists that the gateway serves. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct PublishedRevocationLists(Arc<RwLock<HashMap<Role, PublishedList>>>);

#[derive(Debug)]
struct PublishedList {
    list: Arc<RevocationList>,
    /// Revocations in the list; `None` for a list that was read from a file.
    source: Option<Vec<RevokedSerial>>,
}

impl PublishedRevocationLists {
    pub fn of(&self, role: Role) -> Option<Arc<RevocationList>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&role).map(|published| Arc::clone(&published.list))
    }

    /// Loads a list that was issued before, unless a newer one is served.
    pub fn load(&self, role: Role, der: &[u8]) -> Result<(), IdentityError> {
        let list = read_revocation_list(der)?;
        if self.of(role).is_none_or(|present| present.number < list.number) {
            self.put(role, list, None);
        }
        Ok(())
    }

    pub fn publish(&self, due: DueRevocationList, list: RevocationList) {
        self.put(due.role, list, Some(due.source));
    }

    /// Publishes a list whose file could not be written: it is due again at once.
    pub fn publish_unsaved(&self, due: &DueRevocationList, list: RevocationList) {
        self.put(due.role, list, None);
    }

    fn put(&self, role: Role, list: RevocationList, source: Option<Vec<RevokedSerial>>) {
        let published = PublishedList { list: Arc::new(list), source };
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(role, published);
    }

    fn is_current(&self, role: Role, source: &[RevokedSerial], now: Timestamp) -> bool {
        let lists = self.0.read().unwrap_or_else(PoisonError::into_inner);
        lists.get(&role).is_some_and(|published| {
            let age = published.list.this_update.until(now);
            published.source.as_deref() == Some(source) && age < REISSUED_AFTER && published.list.this_update <= now
        })
    }
}

/// Content of a list that must be issued.
#[derive(Debug)]
pub struct DueRevocationList {
    role: Role,
    source: Vec<RevokedSerial>,
    previous: Option<u64>,
}

/// Content of the next list of a role's CA; `None` if the served list is current.
pub async fn due(
    gateway: &Gateway,
    lists: &PublishedRevocationLists,
    role: Role,
) -> Result<Option<DueRevocationList>, StoreError> {
    let now = gateway.now();
    let source = gateway.store.revoked_serials(role, now - LISTED_AFTER_EXPIRY).await?;
    if lists.is_current(role, &source, now) {
        return Ok(None);
    }
    Ok(Some(DueRevocationList { role, source, previous: lists.of(role).map(|list| list.number) }))
}

impl DueRevocationList {
    pub fn sign(&self, authority: &Authority, now: Timestamp) -> Result<RevocationList, IdentityError> {
        let revocations: Vec<_> = self
            .source
            .iter()
            .map(|revoked| RevocationEntry { serial: revoked.serial.clone(), at: revoked.revoked_at })
            .collect();
        issue_revocation_list(authority, &revocations, self.previous, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::identity::authority::AuthorityKind;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn list(now: Timestamp) -> RevocationList {
        let authority = Authority::create(AuthorityKind::Studio, "Köln", NOW, &SeededEntropy::new(3)).unwrap();
        issue_revocation_list(&authority, &[], None, now).unwrap()
    }

    fn due() -> DueRevocationList {
        let source = vec![RevokedSerial { serial: vec![0x41], revoked_at: NOW }];
        DueRevocationList { role: Role::Studio, source, previous: None }
    }

    #[test]
    fn a_published_list_is_current_for_a_day_as_long_as_its_content_is() {
        let lists = PublishedRevocationLists::default();
        let source = due().source;
        assert!(!lists.is_current(Role::Studio, &source, NOW));
        lists.publish(due(), list(NOW));
        for (source, now, expected) in [
            (&source[..], NOW, true),
            (&source, NOW + REISSUED_AFTER - SECOND, true),
            (&source, NOW + REISSUED_AFTER, false),
            // The clock was set back.
            (&source, NOW - SECOND, false),
            (&[], NOW, false),
        ] {
            assert_eq!(lists.is_current(Role::Studio, source, now), expected, "{source:?} {now:?}");
        }
        assert!(!lists.is_current(Role::Office, &source, NOW));
    }

    #[test]
    fn a_list_that_could_not_be_saved_is_served_and_due_again() {
        let lists = PublishedRevocationLists::default();
        lists.publish_unsaved(&due(), list(NOW));
        assert_eq!(lists.of(Role::Studio).unwrap().this_update, NOW);
        assert!(!lists.is_current(Role::Studio, &due().source, NOW));
    }

    #[test]
    fn a_loaded_list_replaces_an_older_one_only() {
        let lists = PublishedRevocationLists::default();
        let mut served = Vec::new();
        for now in [NOW + SECOND, NOW, NOW + 2 * SECOND] {
            lists.load(Role::Studio, &list(now).der).unwrap();
            served.push(lists.of(Role::Studio).unwrap().this_update);
        }
        assert_eq!(served, [NOW + SECOND, NOW + SECOND, NOW + 2 * SECOND]);
    }
}
