//! External CAs: an office may use a certificate that another authority issued (V-PKI).
//!
//! The gateway knows from its store which certificates its own CAs have revoked. Of an external CA it knows only the published
//! revocation list: so a list is required, and an expired one refuses every certificate that it covers. Otherwise a revoked
//! certificate would stay in use unnoticed once the list no longer comes.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use serde::Deserialize;

use super::error::TlsConfigError;
use super::pem_source::PemSource;
use crate::clock::Timestamp;
use crate::identity::cryptography::crypto_provider;
use crate::identity::error::IdentityError;
use crate::identity::revocation::external_revocation_list::ExternalRevocationList;

/// Part of an external CA's certificate chain that is looked up in revocation lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationCheck {
    /// Every certificate below the root: each intermediate CA needs a list.
    #[default]
    Chain,
    EndEntity,
    /// Nothing: the administrator revokes devices at this gateway.
    None,
}

/// One set of external roots with its revocation lists.
#[derive(Debug, Clone)]
pub struct ExternalCa {
    pub(super) verifier: Arc<dyn ClientCertVerifier>,
    /// With the names of their files.
    lists: Vec<(String, ExternalRevocationList)>,
}

impl ExternalCa {
    /// Reads roots (PEM) and lists (PEM or DER).
    ///
    /// # Errors
    /// [`TlsConfigError`] naming the file that cannot be used.
    pub fn parse(roots: &PemSource, lists: &[PemSource], check: RevocationCheck) -> Result<Self, TlsConfigError> {
        let certificates = roots.certificates()?;
        let anchors: Vec<_> = certificates.iter().map(AsRef::as_ref).collect();
        let (mut parsed, mut read) = (Vec::new(), Vec::new());
        for source in lists {
            for list in source.revocation_lists()? {
                let facts = ExternalRevocationList::read(&list, &anchors).map_err(|error| match error {
                    IdentityError::RevocationListSignature => {
                        TlsConfigError::ForgedRevocationList { file: source.name().to_owned() }
                    }
                    _ => source.malformed_list(),
                })?;
                read.push((source.name().to_owned(), facts));
                parsed.push(list);
            }
        }
        Ok(Self { verifier: verifier(roots.roots()?, parsed, check)?, lists: read })
    }

    /// Earliest end of its revocation lists; `None` if it has no list.
    pub fn first_list_expiry(&self) -> Option<Timestamp> {
        self.lists.iter().map(|(_, list)| list.next_update).min()
    }

    /// Checks that this may replace `in_force`: an older list would admit certificates that were revoked since.
    ///
    /// # Errors
    /// [`TlsConfigError::OutdatedRevocationList`] naming the file.
    pub fn check_successor(&self, in_force: &Self) -> Result<(), TlsConfigError> {
        let newer = |list: &ExternalRevocationList| in_force.lists.iter().any(|(_, known)| list.is_older_than(known));
        let superseded = |list: &ExternalRevocationList| self.lists.iter().any(|(_, other)| list.is_older_than(other));
        // An older list is harmless beside a newer one in another file.
        match self.lists.iter().find(|(_, list)| newer(list) && !superseded(list)) {
            Some((file, _)) => Err(TlsConfigError::OutdatedRevocationList { file: file.clone() }),
            None => Ok(()),
        }
    }
}

fn verifier(
    roots: RootCertStore,
    lists: Vec<CertificateRevocationListDer<'static>>,
    check: RevocationCheck,
) -> Result<Arc<dyn ClientCertVerifier>, TlsConfigError> {
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto_provider());
    // By default rustls ignores the expiry of lists. It refuses a certificate without a list by default.
    let builder = match check {
        RevocationCheck::Chain => builder.with_crls(lists).enforce_revocation_expiration(),
        RevocationCheck::EndEntity => {
            builder.with_crls(lists).only_check_end_entity_revocation().enforce_revocation_expiration()
        }
        RevocationCheck::None => builder,
    };
    builder.build().map_err(TlsConfigError::ClientTrust)
}
