//! Certificates of this gateway that a handshake did not let in, until somebody who can name their holders has taken note.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::digest::Sha256Digest;

/// More than are taken note of anyway: who presents many should not make anybody remember them.
const MOST: usize = 64;

/// Why a handshake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The device was cut off.
    Revoked,
    /// The certificate has ended.
    Expired,
}

/// A shared list, each certificate once. Clones are the same list.
///
/// Whoever presented a certificate had not yet shown that the key is theirs: TLS looks at the certificate first.
#[derive(Debug, Clone, Default)]
pub struct TurnedAway(Arc<Mutex<Vec<(Sha256Digest, Cause)>>>);

impl TurnedAway {
    /// Adds a certificate, unless it stands there or the list is full.
    pub(super) fn add(&self, certificate: Sha256Digest, cause: Cause) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < MOST && !list.contains(&(certificate, cause)) {
            list.push((certificate, cause));
        }
    }

    /// Takes all that has come together.
    pub fn take(&self) -> Vec<(Sha256Digest, Cause)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_short_and_each_certificate_stands_there_once() {
        let (list, certificate) = (TurnedAway::default(), Sha256Digest::of(b"certificate"));
        list.add(certificate, Cause::Revoked);
        list.clone().add(certificate, Cause::Revoked);
        assert_eq!(list.take(), [(certificate, Cause::Revoked)]);
        for number in 0_u8..200 {
            list.add(Sha256Digest::of(&[number]), Cause::Expired);
        }
        assert_eq!(list.take().len(), MOST);
        assert!(list.take().is_empty());
    }
}
