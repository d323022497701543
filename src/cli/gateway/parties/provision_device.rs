//! Issuing a device's certificate and writing the files that it needs.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use zeroize::Zeroizing;

use super::new_device::{NewDevice, no_identifier};
use super::pkcs12_file::Pkcs12Arguments;
use crate::atomic_file::{FileMode, make_folder, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::device_name::device_name;
use crate::domain::party::{Device, Party, Role};
use crate::entropy::OsEntropy;
use crate::flows::admin::administer::{Administration, check_label};
use crate::identity::authority::Authority;
use crate::identity::issue::{ClientSubject, IssuanceTerms, IssuedCertificate, issue_client};
use crate::identity::key::DeviceKey;
use crate::identity::pkcs12::{Pkcs12Content, generate_password, to_pkcs12};
use crate::identity::public_key::PublicKey;
use crate::server::secret_file::read_secret;
use crate::storage::requests::CertificateRecord;

pub(in crate::cli::gateway) enum NewKey {
    /// Made here, for a device that cannot make its own key.
    Generated(DeviceKey),
    /// Made on the device, which has proved that it holds the key.
    Requested(PublicKey),
}

#[derive(Serialize)]
pub(in crate::cli::gateway) struct ProvisionedDevice {
    pub(in crate::cli::gateway) device_id: DeviceId,
    party_id: PartyId,
    pub(in crate::cli::gateway) certificate: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli::gateway) key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli::gateway) p12: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_in_clear")]
    pub(in crate::cli::gateway) p12_password: Option<Zeroizing<String>>,
    pub(in crate::cli::gateway) ca: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) studio_config: Option<PathBuf>,
    expires_at: Timestamp,
}

fn serialize_in_clear<S: serde::Serializer>(
    password: &Option<Zeroizing<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_some(&password.as_ref().map(|password| password.as_str()))
}

impl ProvisionedDevice {
    pub(super) fn print(&self) -> Result<(), CommandError> {
        let path = |file: &PathBuf| file.display().to_string();
        print(phrase!("gateway-provisioned-device", device = self.device_id))?;
        print(phrase!("gateway-provisioned-certificate", file = path(&self.certificate)))?;
        if let Some(key) = &self.key {
            print(phrase!("gateway-provisioned-key", file = path(key)))?;
        }
        for (name, file) in [("PKCS#12", &self.p12), ("studio.toml", &self.studio_config)] {
            if let Some(file) = file {
                print(format!("{name:<12} {}", file.display()))?;
            }
        }
        print(phrase!("gateway-provisioned-ca", file = path(&self.ca)))?;
        if let Some(password) = &self.p12_password {
            print(phrase!("gateway-provisioned-password", password = password))?;
            eprint(phrase!("gateway-provisioned-legacy"));
        }
        print(phrase!("gateway-provisioned-until", end = local_time(self.expires_at)))?;
        if self.key.is_some() {
            eprint(phrase!("gateway-provisioned-next"));
        }
        Ok(())
    }
}

/// Issues a certificate, writes the device's files, and makes the device known.
///
/// The files come first: a certificate that the database does not know is refused, while a device without its files would have to be
/// revoked again.
pub(in crate::cli::gateway) async fn provision(
    administration: &Administration<'_>,
    config: &Config,
    NewDevice { party, label, scope, kind }: &NewDevice<'_>,
    key: NewKey,
    packing: Pkcs12Arguments,
    out: Option<&Path>,
) -> Result<ProvisionedDevice, CommandError> {
    // Before anything is issued or written.
    check_label(label)?;
    let now = SystemClock.now();
    let device_id = DeviceId::generate(now, &OsEntropy).map_err(no_identifier)?;
    let (authority, authority_key) = match party.role {
        Role::Studio => (&config.certificates.studio_ca, &config.certificates.studio_ca_key),
        Role::Office => (&config.certificates.office_ca, &config.certificates.office_ca_key),
    };
    let authority = Authority::from_pem(&read_public(authority)?, &read_secret(authority_key)?)?;
    let subject = ClientSubject { role: party.role, party_id: party.party_id, device_id };
    let public_key = match &key {
        NewKey::Generated(key) => key.public_key(),
        NewKey::Requested(key) => key.clone(),
    };
    let key_sha256 = Sha256Digest::of(&public_key.to_spki_der());
    administration.check_key(&key_sha256).await?;
    let terms = IssuanceTerms {
        validity: config.certificate_validity().of(*kind),
        crl_url: config.revocation_list_url(party.role),
    };
    let name = device_name(&party.name, label, device_id);
    let issued = issue_client(&authority, &subject, &name, &public_key, &terms, now, &OsEntropy)?;

    let device = Device {
        device_id,
        party_id: party.party_id,
        label: (*label).to_owned(),
        scope: *scope,
        kind: *kind,
        created_at: now,
        revoked_at: None,
        certificate_expires_at: Some(issued.not_after),
    };
    let of_role = administration.store.devices(party.role).await?.into_iter().map(|(_, device)| device);
    let others: Vec<Device> = of_role.filter(|other| other.party_id == party.party_id).collect();
    let friendly_name = packing.friendly_name(party, &device, issued.not_after, &others);
    let folder = out.map_or_else(|| PathBuf::from(device_id.to_string()), Path::to_path_buf);
    let files = DeviceFiles { config, party, authority: &authority, issued: &issued, key: &key, device: &device };
    let provisioned = files.write(&folder, &friendly_name, packing)?;
    let certificate = CertificateRecord {
        sha256: issued.sha256,
        serial: issued.serial.as_bytes().to_vec(),
        not_before: issued.not_before,
        not_after: issued.not_after,
        key: Some(key_sha256),
    };
    administration.add_device(&device, &certificate).await?;
    Ok(provisioned)
}

struct DeviceFiles<'a> {
    config: &'a Config,
    party: &'a Party,
    authority: &'a Authority,
    issued: &'a IssuedCertificate,
    key: &'a NewKey,
    device: &'a Device,
}

impl DeviceFiles<'_> {
    fn write(
        &self,
        folder: &Path,
        friendly_name: &str,
        packing: Pkcs12Arguments,
    ) -> Result<ProvisionedDevice, CommandError> {
        let Self { config, party, authority, issued, key, device } = *self;
        let no_folder =
            |error| CommandError::new(phrase!("gateway-provision-folder", folder = folder.display()), error);
        make_folder(folder, FileMode::OwnerOnly).map_err(no_folder)?;
        let folder = fs::canonicalize(folder).map_err(no_folder)?;
        let write = |name: &str, bytes: &[u8], audience| -> Result<PathBuf, CommandError> {
            let file = folder.join(name);
            write_new(&file, bytes, audience)
                .map_err(|error| CommandError::new(phrase!("gateway-provision-file", file = file.display()), error))?;
            Ok(file)
        };
        let mut provisioned = ProvisionedDevice {
            device_id: device.device_id,
            party_id: party.party_id,
            certificate: write("certificate.pem", issued.pem.as_bytes(), FileMode::WorldReadable)?,
            key: None,
            p12: None,
            p12_password: None,
            ca: write(
                "gateway-ca.pem",
                read_public(&config.certificates.server_ca)?.as_bytes(),
                FileMode::WorldReadable,
            )?,
            studio_config: None,
            expires_at: issued.not_after,
        };
        if let NewKey::Generated(key) = key {
            let password = generate_password(&OsEntropy)
                .map_err(|error| CommandError::new(phrase!("gateway-provision-password"), error))?;
            let authorities = [authority.certificate_der()];
            let content = Pkcs12Content { key, certificate: &issued.der, authorities: &authorities, friendly_name };
            let p12 = to_pkcs12(&content, &password, packing.encryption(), &OsEntropy)
                .map_err(|error| CommandError::plain(phrase!("gateway-provision-p12", error = error)))?;
            provisioned.key = Some(write("key.pem", key.to_pem().as_bytes(), FileMode::OwnerOnly)?);
            provisioned.p12 = Some(write("device.p12", &p12, FileMode::OwnerOnly)?);
            provisioned.p12_password = Some(password);
        }
        if party.role == Role::Studio || device.kind == Some(DeviceKind::Program) {
            let url = match party.role {
                Role::Studio => config.studio_url(config.listen.studio),
                Role::Office => config.office_url(config.listen.office),
            };
            let text = studio_config(&url, key);
            provisioned.studio_config = Some(write("studio.toml", text.as_bytes(), FileMode::WorldReadable)?);
        }
        Ok(provisioned)
    }
}

/// Writes the configuration for `lichtbild-studio`, which names the device's files.
fn studio_config(gateway: &str, key: &NewKey) -> String {
    let key = match key {
        NewKey::Generated(_) => "key = \"key.pem\"",
        NewKey::Requested(_) => "key = \"key.pem\" # the key that made the request: bring it here, or give its path",
    };
    format!(
        "# Configuration of lichtbild-studio; paths are relative to this file.\n\
         gateway = \"{gateway}\"\n\
         certificate = \"certificate.pem\"\n\
         {key}\n\
         ca = \"gateway-ca.pem\"\n"
    )
}

fn read_public(file: &Path) -> Result<String, CommandError> {
    fs::read_to_string(file)
        .map_err(|error| CommandError::new(phrase!("gateway-cannot-read-certificate", file = file.display()), error))
}
