//! Revocation list of an external CA, checked before it is loaded: its signature, and its date compared with the list in force.
//!
//! Lists are usually fetched without TLS (RFC 5280, section 8, warns against TLS for them), so only signature and date protect
//! them. A forged list would refuse every certificate of its CA; an older list that has not expired would accept certificates that
//! were revoked since.

use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_ISSUER_DISTRIBUTION_POINT, Oid};
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use super::revocation_list::read_revocation_list;
use crate::clock::Timestamp;
use crate::identity::certificate::parse;
use crate::identity::cryptography::crypto_provider;
use crate::identity::error::IdentityError;

/// Facts of a revocation list of an external CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalRevocationList {
    /// Equal in lists that follow each other: the issuer's name, its key, and the part of its certificates that the list covers.
    series: [Vec<u8>; 3],
    this_update: Timestamp,
    pub next_update: Timestamp,
}

impl ExternalRevocationList {
    /// Reads a list in DER. If `roots` (DER) contains authorities with the issuer's name, one of them must have signed the list. The
    /// keys of intermediate authorities arrive only with a device's chain; the handshake verifies their lists.
    ///
    /// # Errors
    /// [`IdentityError::RevocationList`] if it is not a list, [`IdentityError::RevocationListSignature`] if that root did not
    /// sign it.
    pub fn read(der: &[u8], roots: &[&[u8]]) -> Result<Self, IdentityError> {
        let facts = read_revocation_list(der)?;
        let Ok(([], list)) = CertificateRevocationList::from_der(der) else {
            return Err(IdentityError::RevocationList);
        };
        let roots: Vec<_> = roots.iter().filter_map(|root| parse(root).ok()).collect();
        let mut namesakes = roots.iter().filter(|root| root.subject().as_raw() == list.issuer().as_raw()).peekable();
        if namesakes.peek().is_some() && !namesakes.any(|root| is_signed_by(&list, root)) {
            return Err(IdentityError::RevocationListSignature);
        }
        let extension = |oid: &Oid<'_>| {
            let found = list.extensions().iter().find(|extension| extension.oid == *oid);
            found.map_or_else(Vec::new, |extension| extension.value.to_vec())
        };
        Ok(Self {
            series: [
                list.issuer().as_raw().to_vec(),
                extension(&OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER),
                extension(&OID_X509_EXT_ISSUER_DISTRIBUTION_POINT),
            ],
            this_update: facts.this_update,
            next_update: facts.next_update,
        })
    }

    pub fn is_older_than(&self, other: &Self) -> bool {
        self.series == other.series && self.this_update < other.this_update
    }
}

/// With any of the algorithms that TLS will verify it with; the wrong ones for a key fail by themselves.
fn is_signed_by(list: &CertificateRevocationList<'_>, root: &X509Certificate<'_>) -> bool {
    let (key, signature) = (&root.public_key().subject_public_key.data, &list.signature_value.data);
    let signed = list.tbs_cert_list.as_ref();
    let algorithms = crypto_provider().signature_verification_algorithms.all;
    algorithms.iter().any(|algorithm| algorithm.verify_signature(key, signed, signature).is_ok())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::identity::authority::{Authority, AuthorityKind};
    use crate::identity::revocation::revocation_list::issue_revocation_list;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn authority(name: &str) -> Authority {
        Authority::create(AuthorityKind::Office, name, NOW, &SeededEntropy::new(5)).unwrap()
    }

    fn list(authority: &Authority, at: Timestamp) -> Vec<u8> {
        issue_revocation_list(authority, &[], None, at).unwrap().der
    }

    #[test]
    fn a_list_that_its_root_did_not_sign_is_refused_and_another_issuers_is_left_to_the_handshake() {
        let (root, namesake, other) = (authority("Köln"), authority("Köln"), authority("Bonn"));
        let roots = [root.certificate_der()];
        assert!(ExternalRevocationList::read(&list(&root, NOW), &roots).is_ok());
        let forged = list(&namesake, NOW);
        assert_eq!(ExternalRevocationList::read(&forged, &roots), Err(IdentityError::RevocationListSignature));
        assert!(ExternalRevocationList::read(&forged, &[root.certificate_der(), namesake.certificate_der()]).is_ok());
        assert!(ExternalRevocationList::read(&list(&other, NOW), &roots).is_ok());
        let mut changed = list(&root, NOW);
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(ExternalRevocationList::read(&changed, &roots), Err(IdentityError::RevocationListSignature));
    }

    #[test]
    fn a_list_is_older_than_a_later_one_of_its_own_series_only() {
        let (root, other) = (authority("Köln"), authority("Bonn"));
        let read = |authority, at| ExternalRevocationList::read(&list(authority, at), &[]).unwrap();
        let later = NOW + Duration::from_secs(60);
        assert!(read(&root, NOW).is_older_than(&read(&root, later)));
        assert!(!read(&root, later).is_older_than(&read(&root, NOW)));
        assert!(!read(&root, NOW).is_older_than(&read(&root, NOW)));
        assert!(!read(&root, NOW).is_older_than(&read(&other, later)));
    }
}
