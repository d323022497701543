//! Files of a device: the key of an unfinished enrolment, and the results of a finished one.

use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::bootstrap::VerifiedInvitation;
use super::est::{ReceivedCertificate, spki_sha256};
use crate::atomic_file::FileMode;
use crate::client::config::StudioConfig;
use crate::client::network::proxy::{HttpProxy, ProxyOrigin};
use crate::domain::id::DeviceId;
use crate::domain::local_time::day;
use crate::domain::party::Role;
use crate::domain::text_encoding::decode_text;
use crate::entropy::{Entropy, EntropyError};
use crate::identity::certificate::{certificate_to_pem, common_name};
use crate::identity::error::IdentityError;
use crate::identity::key::DeviceKey;
use crate::identity::pkcs12::{Pkcs12Content, Pkcs12Encryption, Pkcs12Error, generate_password, to_pkcs12};
use crate::texts::language::Language;
use crate::texts::text;
use crate::{atomic_file, failpoint};

/// Certificate and key of the device.
pub const DEVICE_FILE: &str = "device.pem";
/// Key of an unfinished enrolment.
pub const PENDING_KEY_FILE: &str = "device-key.pending.pem";
/// Certificate and key of an unfinished renewal.
pub const NEXT_DEVICE_FILE: &str = "device.next.pem";
const CA_FILE: &str = "gateway-ca.pem";
/// Configuration.
pub const CONFIG_FILE: &str = "studio.toml";
/// PKCS#12 file for the browser of an office.
pub const PKCS12_FILE: &str = "device.p12";

/// Treatment of a device that is already in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplacePolicy {
    /// The enrolment fails.
    Never,
    /// The old files are renamed with numbers.
    WithBackup,
}

/// The folder of one device.
#[derive(Debug, Clone)]
pub struct DeviceFolder(PathBuf);

/// Settings of `studio.toml` that do not come from the invitation.
#[derive(Debug, Clone, Copy)]
pub struct StudioSettings<'a> {
    pub language: Language,
    /// A proxy of the environment is not written.
    pub proxy: Option<&'a HttpProxy>,
}

/// PKCS#12 file that an enrolment wrote for an office's browser, with its password.
#[derive(Debug)]
pub struct BrowserFile {
    pub path: PathBuf,
    /// It is stored nowhere else.
    pub password: Zeroizing<String>,
}

impl DeviceFolder {
    /// Opens the folder, and makes it if it does not exist.
    pub fn open(path: &Path) -> Result<Self, DeviceFolderError> {
        atomic_file::make_folder(path, FileMode::OwnerOnly)
            .map_err(|source| DeviceFolderError::Unwritable { path: path.to_owned(), source })?;
        Ok(Self(path.to_owned()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Loads the key of an interrupted enrolment, or makes and syncs a new one. The gateway binds an invitation to the first key, so that a
    /// repetition needs the same key.
    ///
    /// # Errors
    /// [`DeviceFolderError`]; an enrolled device is unchanged.
    pub fn load_or_create_key(&self, replace: ReplacePolicy) -> Result<DeviceKey, DeviceFolderError> {
        let pending = self.read_key(PENDING_KEY_FILE)?;
        if replace == ReplacePolicy::Never {
            self.check_not_enrolled(pending.as_ref())?;
        }
        if let Some(key) = pending {
            return Ok(key);
        }
        let key = DeviceKey::generate().map_err(DeviceFolderError::Key)?;
        let path = self.file(PENDING_KEY_FILE);
        match atomic_file::write_new(&path, key.to_pem().as_bytes(), FileMode::OwnerOnly) {
            Ok(()) => Ok(key),
            // A concurrent enrolment in this folder was faster. Both use its key.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                self.read_key(PENDING_KEY_FILE)?.ok_or(DeviceFolderError::Unreadable { path, source: error })
            }
            Err(source) => Err(DeviceFolderError::Unwritable { path, source }),
        }
    }

    /// Fails if there is a device already, unless this enrolment stored it before it was interrupted.
    fn check_not_enrolled(&self, pending: Option<&DeviceKey>) -> Result<(), DeviceFolderError> {
        let device = self.file(DEVICE_FILE);
        let existing = match pending {
            None => [device.clone(), self.file(CONFIG_FILE)].into_iter().find(|path| path.exists()),
            Some(pending) if device.exists() => {
                let own = self.read_key(DEVICE_FILE)?.is_some_and(|key| spki_sha256(&key) == spki_sha256(pending));
                (!own).then_some(device)
            }
            Some(_) => None,
        };
        existing.map_or(Ok(()), |path| Err(DeviceFolderError::AlreadyEnrolled { path }))
    }

    fn read_key(&self, name: &str) -> Result<Option<DeviceKey>, DeviceFolderError> {
        let path = self.file(name);
        let bytes =
            atomic_file::read(&path).map_err(|source| DeviceFolderError::Unreadable { path: path.clone(), source })?;
        let Some(bytes) = bytes.map(Zeroizing::new) else { return Ok(None) };
        let key = decode_text(&bytes).ok().and_then(|text| DeviceKey::from_pem(&text).ok());
        key.map(Some).ok_or(DeviceFolderError::DamagedKey { path })
    }

    /// Stores the files of an enrolled device, `device.pem` last. After an interruption, the same enrolment gives the same device.
    pub fn store_device(
        &self,
        invitation: &VerifiedInvitation,
        key: &DeviceKey,
        certificate: &ReceivedCertificate,
        settings: &StudioSettings<'_>,
        entropy: &dyn Entropy,
    ) -> Result<Option<BrowserFile>, DeviceFolderError> {
        self.put(CA_FILE, certificate_to_pem(&invitation.ca).as_bytes(), FileMode::WorldReadable)?;
        failpoint::reached("enrol.authority_stored");
        // An office's application software renews its certificate with this file too.
        self.put_config(invitation, settings)?;
        let browser_file = match invitation.role {
            Role::Studio => None,
            Role::Office => Some(self.put_browser_file(invitation, key, certificate, settings.language, entropy)?),
        };
        failpoint::reached("enrol.surroundings_stored");
        self.put_device(key, certificate)?;
        failpoint::reached("enrol.device_stored");
        let pending = self.file(PENDING_KEY_FILE);
        atomic_file::remove(&pending).map_err(|source| DeviceFolderError::Unwritable { path: pending, source })?;
        Ok(browser_file)
    }

    /// A new certificate of the same key replaces the old one, which is not kept.
    fn put_device(&self, key: &DeviceKey, certificate: &ReceivedCertificate) -> Result<(), DeviceFolderError> {
        let (path, pem) = (self.file(DEVICE_FILE), device_pem(key, certificate));
        match self.read_key(DEVICE_FILE) {
            Ok(Some(present)) if spki_sha256(&present) == spki_sha256(key) => {
                let replaced = atomic_file::replace(&path, pem.as_bytes(), FileMode::OwnerOnly);
                replaced.map_err(|source| DeviceFolderError::Unwritable { path, source })
            }
            _ => self.put(DEVICE_FILE, pem.as_bytes(), FileMode::OwnerOnly),
        }
    }

    /// A configuration with the same settings keeps its other lines and its comments.
    fn put_config(
        &self,
        invitation: &VerifiedInvitation,
        settings: &StudioSettings<'_>,
    ) -> Result<(), DeviceFolderError> {
        let path = self.file(CONFIG_FILE);
        let proxy = settings.proxy.filter(|proxy| proxy.origin() == ProxyOrigin::Configuration);
        let present = StudioConfig::load(&path).ok();
        if let Some(present) = &present
            && present.gateway == invitation.gateway
            && present.ca == self.file(CA_FILE)
            && [&present.certificate, &present.key] == [&self.file(DEVICE_FILE); 2]
            && (proxy.is_none() || present.proxy.as_ref() == proxy)
        {
            return Ok(());
        }
        let proxy_line = proxy.map(|proxy| format!("proxy = \"{}\"\n", proxy.reveal())).unwrap_or_default();
        // The hot folder belongs to this computer, also at another gateway.
        let folder_line = present.and_then(|present| present.folder).map(|folder| {
            let folder = folder.strip_prefix(&self.0).unwrap_or(&folder).to_string_lossy();
            format!("folder = {}\n", toml::Value::from(folder.into_owned()))
        });
        let folder_line = folder_line.unwrap_or_default();
        let text = format!(
            "# Configuration of lichtbild-studio; paths are relative to this file.\n\
             gateway = \"{}\"\n\
             # Certificate and key in one file, so that a renewal changes both in one step.\n\
             certificate = \"{DEVICE_FILE}\"\n\
             key = \"{DEVICE_FILE}\"\n\
             ca = \"{CA_FILE}\"\n\
             {proxy_line}{folder_line}language = \"{}\"\n",
            invitation.gateway.as_str().trim_end_matches('/'),
            settings.language.tag()
        );
        self.put(CONFIG_FILE, text.as_bytes(), config_file_mode(proxy))
    }

    fn put_browser_file(
        &self,
        invitation: &VerifiedInvitation,
        key: &DeviceKey,
        certificate: &ReceivedCertificate,
        language: Language,
        entropy: &dyn Entropy,
    ) -> Result<BrowserFile, DeviceFolderError> {
        let password = generate_password(entropy).map_err(DeviceFolderError::Entropy)?;
        // A gateway of an older version writes the device id in place of a name.
        let party = || format!("{}, {}", invitation.party.name, invitation.party.place);
        let name = common_name(&certificate.der).ok().flatten().filter(|name| name.parse::<DeviceId>().is_err());
        let until = day(certificate.facts.not_after, language);
        let friendly_name =
            text!(language, "studio-certificate-name", name = name.unwrap_or_else(party), until = until);
        let content =
            Pkcs12Content { key, certificate: &certificate.der, authorities: &[], friendly_name: &friendly_name };
        let file =
            to_pkcs12(&content, &password, Pkcs12Encryption::default(), entropy).map_err(DeviceFolderError::Pkcs12)?;
        self.put(PKCS12_FILE, &file, FileMode::OwnerOnly)?;
        Ok(BrowserFile { path: self.file(PKCS12_FILE), password })
    }

    /// Writes a file. A file with other content is renamed with the next free number.
    fn put(&self, name: &str, bytes: &[u8], audience: FileMode) -> Result<(), DeviceFolderError> {
        let path = self.file(name);
        let write = || {
            match atomic_file::read(&path)? {
                Some(present) if present == bytes => return Ok(()),
                Some(_) => drop(atomic_file::rotate(&path)?),
                None => {}
            }
            atomic_file::write_new(&path, bytes, audience)
        };
        write().map_err(|source| DeviceFolderError::Unwritable { path: path.clone(), source })
    }
}

/// Only the owner may read a configuration that contains a password.
pub(in crate::client) fn config_file_mode(proxy: Option<&HttpProxy>) -> FileMode {
    let has_password = proxy.is_some_and(|proxy| proxy.origin() == ProxyOrigin::Configuration && proxy.has_password());
    if has_password { FileMode::OwnerOnly } else { FileMode::WorldReadable }
}

/// Certificate and key in PEM.
pub fn device_pem(key: &DeviceKey, certificate: &ReceivedCertificate) -> Zeroizing<String> {
    let (certificate, key) = (certificate_to_pem(&certificate.der), key.to_pem());
    let mut text = Zeroizing::new(String::with_capacity(certificate.len() + key.len()));
    text.push_str(&certificate);
    text.push_str(&key);
    text
}

/// Reason why the device's folder, or a file in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceFolderError {
    #[error("{path} exists already")]
    AlreadyEnrolled { path: PathBuf },
    #[error("{path}: cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path}: cannot be written")]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("{path}: contains no key")]
    DamagedKey { path: PathBuf },
    #[error("no key could be made")]
    Key(#[source] IdentityError),
    #[error("the PKCS#12 file for a browser could not be made")]
    Pkcs12(#[source] Pkcs12Error),
    #[error("no password could be drawn")]
    Entropy(#[source] EntropyError),
}
