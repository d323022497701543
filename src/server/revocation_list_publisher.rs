//! Revocation lists of the gateway's own CAs: signed when due, written to files, and served.

use std::path::PathBuf;
use std::sync::Arc;

use super::secret_file::read_secret;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::config::{CertificatesConfig, Config};
use crate::domain::party::Role;
use crate::flows::Gateway;
use crate::flows::maintenance::revocation_lists::{PublishedRevocationLists, due};
use crate::identity::authority::Authority;
use crate::storage::StoreError;
use crate::transport::tls::trust_status::TrustStatus;

/// Keeps the published revocation lists current.
#[derive(Clone)]
pub(super) struct RevocationListPublisher {
    pub(super) gateway: Arc<Gateway>,
    pub(super) lists: PublishedRevocationLists,
    pub(super) status: TrustStatus,
    files: [RevocationListFiles; 2],
}

#[derive(Clone)]
struct RevocationListFiles {
    role: Role,
    list: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

type PublishError = Box<dyn std::error::Error + Send + Sync>;

impl RevocationListPublisher {
    /// Loads the lists that were written before.
    pub(super) fn resume(gateway: Arc<Gateway>, config: &Config, status: TrustStatus) -> Self {
        let CertificatesConfig { studio_ca, studio_ca_key, office_ca, office_ca_key, studio_crl, office_crl, .. } =
            config.certificates.clone();
        let files = [
            RevocationListFiles { role: Role::Studio, list: studio_crl, certificate: studio_ca, key: studio_ca_key },
            RevocationListFiles { role: Role::Office, list: office_crl, certificate: office_ca, key: office_ca_key },
        ];
        let publisher = Self { gateway, lists: PublishedRevocationLists::default(), status, files };
        publisher.files.iter().for_each(|files| publisher.load(files));
        publisher
    }

    /// Loads a list that another node, or the machine with the CA key, has written.
    fn load(&self, files: &RevocationListFiles) {
        if let Ok(Some(der)) = atomic_file::read(&files.list)
            && let Err(error) = self.lists.load(files.role, &der)
        {
            tracing::warn!(list = %files.list.display(), %error, "cannot load revocation list: replace or remove the file");
        }
    }

    pub(super) async fn publish_due(self) {
        for files in &self.files {
            let what = format!("{}-revocation-list", files.role);
            match self.publish_one(files).await {
                Ok(()) => {
                    self.status.clear_fault(&what);
                }
                Err(error) => {
                    // Another node may have signed a newer list.
                    self.load(files);
                    if self.status.set_fault(&what, format!("cannot issue a new list: {error}")) {
                        tracing::warn!(what, %error, "cannot issue a new revocation list, retrying in 2 s");
                    }
                }
            }
        }
    }

    async fn publish_one(&self, files: &RevocationListFiles) -> Result<(), PublishError> {
        // A list from a rolled-back database would lack the latest revocations.
        if let Some(rollback) = self.gateway.store.rollback() {
            return Err(StoreError::RolledBack(rollback).into());
        }
        let Some(due) = due(&self.gateway, &self.lists, files.role).await? else { return Ok(()) };
        // The key is in memory only for one signature.
        let authority = Authority::from_pem(&std::fs::read_to_string(&files.certificate)?, &read_secret(&files.key)?)?;
        let list = due.sign(&authority, self.gateway.now())?;
        // A list whose file cannot be written is served anyway, and the write is tried again.
        match atomic_file::replace(&files.list, &list.der, FileMode::WorldReadable) {
            Ok(()) => {
                let (number, revocations) = (list.number, list.revocations);
                tracing::info!(authority = %files.role, number, revocations, "issued a revocation list");
                self.lists.publish(due, list);
            }
            Err(error) => {
                self.lists.publish_unsaved(&due, list);
                return Err(format!("cannot write {}: {error}", files.list.display()).into());
            }
        }
        Ok(())
    }
}
