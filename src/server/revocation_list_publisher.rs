//! The revocation lists of the gateway's own authorities, kept up: signed when due, written beside the authorities, served.

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
    /// Takes up what was written before.
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

    /// A list that another node, or whoever has the key, has put there.
    fn load(&self, files: &RevocationListFiles) {
        if let Ok(Some(der)) = atomic_file::read(&files.list)
            && let Err(error) = self.lists.load(files.role, &der)
        {
            tracing::warn!(list = %files.list.display(), %error, "not taken up");
        }
    }

    /// Issues what is due.
    pub(super) async fn publish_due(self) {
        for files in &self.files {
            let what = format!("{}-revocation-list", files.role);
            match self.publish_one(files).await {
                Ok(()) => {
                    self.status.clear_fault(&what);
                }
                Err(error) => {
                    // Perhaps somebody else has signed a newer one.
                    self.load(files);
                    if self.status.set_fault(&what, format!("not issued and written anew: {error}")) {
                        tracing::warn!(what, %error, "revocation list not issued and written anew");
                    }
                }
            }
        }
    }

    async fn publish_one(&self, files: &RevocationListFiles) -> Result<(), PublishError> {
        // A list out of a database that went back in time would lack the latest revocations.
        if let Some(rollback) = self.gateway.store.rollback() {
            return Err(StoreError::RolledBack(rollback).into());
        }
        let Some(due) = due(&self.gateway, &self.lists, files.role).await? else { return Ok(()) };
        // The key is in memory for the length of one signature.
        let authority = Authority::from_pem(&std::fs::read_to_string(&files.certificate)?, &read_secret(&files.key)?)?;
        let list = due.sign(&authority, self.gateway.now())?;
        // What is served has been written, unless it cannot be: then it is served all the same, and tried again.
        match atomic_file::replace(&files.list, &list.der, FileMode::WorldReadable) {
            Ok(()) => {
                let (number, revocations) = (list.number, list.revocations);
                tracing::info!(authority = %files.role, number, revocations, "revocation list issued");
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
