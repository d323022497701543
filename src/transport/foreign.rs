//! Authorities that are not the gateway's own: an office may bring a certificate that somebody else issued (V-PKI).
//!
//! What the gateway's own authorities take back it knows from its store. Of a foreign authority it only knows what that
//! authority publishes: so a list is demanded, and one that has run out refuses everybody it should have told of. A list that
//! no longer comes is how a revoked certificate would stay in use unnoticed.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use serde::Deserialize;

use super::tls::{PemSource, TlsConfigError};
use crate::clock::Timestamp;
use crate::identity::cryptography::crypto_provider;
use crate::identity::revocation_list::read_revocation_list;

/// How much of a foreign certificate's chain is looked up in revocation lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationCheck {
    /// Every certificate below the root: each authority between needs its list.
    #[default]
    Chain,
    /// The device's own certificate only.
    EndEntity,
    /// Nothing: who is to be kept out has to be revoked here.
    None,
}

/// One set of foreign roots with the revocation lists that go with them.
#[derive(Debug, Clone)]
pub struct ForeignAuthority {
    pub(super) path: Arc<dyn ClientCertVerifier>,
    lists_end: Option<Timestamp>,
}

impl ForeignAuthority {
    /// Reads roots (PEM) and lists (PEM or DER).
    ///
    /// # Errors
    /// [`TlsConfigError`] naming the file that cannot be used.
    pub fn parse(roots: &PemSource, lists: &[PemSource], check: RevocationCheck) -> Result<Self, TlsConfigError> {
        let mut parsed = Vec::new();
        let mut lists_end: Option<Timestamp> = None;
        for source in lists {
            for list in source.revocation_lists()? {
                let facts = read_revocation_list(&list).map_err(|_| source.bad_list())?;
                lists_end = Some(lists_end.map_or(facts.next_update, |end| end.min(facts.next_update)));
                parsed.push(list);
            }
        }
        Ok(Self { path: verifier(roots.roots()?, parsed, check)?, lists_end })
    }

    /// When the first of its lists runs out.
    pub fn lists_end(&self) -> Option<Timestamp> {
        self.lists_end
    }
}

fn verifier(
    roots: RootCertStore,
    lists: Vec<CertificateRevocationListDer<'static>>,
    check: RevocationCheck,
) -> Result<Arc<dyn ClientCertVerifier>, TlsConfigError> {
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), crypto_provider());
    // Expiry is ignored by default in rustls: a list that has run out would be believed for ever. That a certificate without a
    // list is refused is its default.
    let builder = match check {
        RevocationCheck::Chain => builder.with_crls(lists).enforce_revocation_expiration(),
        RevocationCheck::EndEntity => {
            builder.with_crls(lists).only_check_end_entity_revocation().enforce_revocation_expiration()
        }
        RevocationCheck::None => builder,
    };
    builder.build().map_err(TlsConfigError::ClientTrust)
}
