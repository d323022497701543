//! `revocation  gather -> sign -> publish`: the authorities' own lists of what they took back, for others to read.

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

/// A list is issued anew when what it says has changed, and after this time at the latest.
const REISSUED_AFTER: Duration = Duration::from_secs(86_400);

/// The lists in force. Clones are the same lists.
#[derive(Debug, Clone, Default)]
pub struct PublishedRevocationLists(Arc<RwLock<HashMap<Role, PublishedList>>>);

#[derive(Debug)]
struct PublishedList {
    list: Arc<RevocationList>,
    /// Revocations that the list was made from; unknown of a list that was found in a file.
    source: Option<Vec<RevokedSerial>>,
}

impl PublishedRevocationLists {
    /// The list of the authority of this role, if there is one.
    pub fn of(&self, role: Role) -> Option<Arc<RevocationList>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&role).map(|published| Arc::clone(&published.list))
    }

    /// Takes up a list that was issued before, unless a newer one is in force.
    ///
    /// # Errors
    /// [`IdentityError::RevocationList`] when the bytes are no list.
    pub fn load(&self, role: Role, der: &[u8]) -> Result<(), IdentityError> {
        let list = read_revocation_list(der)?;
        if self.of(role).is_none_or(|present| present.number < list.number) {
            self.put(role, list, None);
        }
        Ok(())
    }

    /// Puts a list in force that was just signed.
    pub fn publish(&self, due: DueRevocationList, list: RevocationList) {
        self.put(due.role, list, Some(due.source));
    }

    /// The same for one that could not be written down: it is due again at once.
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

/// A list that has to be issued.
#[derive(Debug)]
pub struct DueRevocationList {
    role: Role,
    source: Vec<RevokedSerial>,
    previous: Option<u64>,
}

/// Content of the next list of a role's authority; `None` if the list in force is current.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
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
    /// Signs it.
    ///
    /// # Errors
    /// [`IdentityError`] when the authority cannot sign it.
    pub fn sign(&self, authority: &Authority, now: Timestamp) -> Result<RevocationList, IdentityError> {
        let revocations: Vec<_> = self
            .source
            .iter()
            .map(|revoked| RevocationEntry { serial: revoked.serial.clone(), at: revoked.revoked_at })
            .collect();
        issue_revocation_list(authority, &revocations, self.previous, now)
    }
}
