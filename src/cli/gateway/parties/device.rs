//! `device add|revoke`, and where the other commands about devices are

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use zeroize::Zeroizing;

use super::bind_device::{ExternalCertificateArguments, bind_device};
use super::{approve, device_list, invite};
use crate::atomic_file::{FileMode, write_new};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::output::print;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::Config;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::{Device, DeviceScope, Party, Role};
use crate::entropy::OsEntropy;
use crate::flows::admin::administer::Administration;
use crate::identity::authority::Authority;
use crate::identity::issue::{ClientSubject, IssuanceTerms, IssuedCertificate, issue_client};
use crate::identity::key::DeviceKey;
use crate::identity::pkcs12::{generate_password, to_pkcs12};
use crate::identity::public_key::PublicKey;
use crate::identity::request::certificate_request::read_request;
use crate::server::secret_file::read_secret;
use crate::storage::requests::CertificateRecord;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Invite a further device of a studio or office, or give a device a new code.
    Invite(invite::DeviceArguments),
    /// Agree to a device's enrolment, where the policy is four-eyes: its request waits for a week.
    Approve(approve::Arguments),
    /// Add a device and issue its certificate here, without an invitation.
    Add(AddArguments),
    /// List all devices: invited, pending, active, expired, revoked.
    List(device_list::Arguments),
    /// Cut a device off for good: its open connections are closed and its certificate is refused.
    Revoke {
        /// The device's identifier, from `device list`.
        device_id: DeviceId,
        #[command(flatten)]
        file: ConfigOption,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct AddArguments {
    /// The studio it belongs to: name or identifier.
    #[arg(long, value_name = "WHICH", required_unless_present = "office", conflicts_with = "office")]
    studio: Option<String>,
    /// The office it belongs to: name or identifier.
    #[arg(long, value_name = "WHICH")]
    office: Option<String>,
    /// What to call it: "till 2".
    #[arg(long, default_value = "")]
    label: String,
    /// It is an auditor's: it reads the transfer log and its checkpoints, and can not collect photos.
    #[arg(long, conflicts_with = "studio")]
    auditor: bool,
    /// A certificate request (PKCS#10, PEM or DER) made on the device, whose key then never leaves it. Without one, a key is
    /// made here and written beside the certificate.
    #[arg(long, value_name = "FILE")]
    csr: Option<PathBuf>,
    /// The folder to make for the device's files [default: one named after the device, here]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    foreign: ExternalCertificateArguments,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Add(arguments) => add(&arguments).await,
        Command::Invite(arguments) => invite::invite_device(&arguments).await,
        Command::Approve(arguments) => approve::run(&arguments).await,
        Command::List(arguments) => device_list::run(&arguments).await,
        Command::Revoke { device_id, file, json } => revoke(device_id, &file, json).await,
    }
}

async fn add(arguments: &AddArguments) -> Result<(), CommandError> {
    let setting = AdminContext::open(&arguments.file).await?;
    let administration = setting.administration();
    let (role, which) = match (&arguments.studio, &arguments.office) {
        (Some(studio), _) => (Role::Studio, studio),
        (None, Some(office)) => (Role::Office, office),
        (None, None) => return Err(CommandError::plain("give --studio or --office")),
    };
    let party = administration.find_party(role, which).await?;
    if let Some(binding) = arguments.foreign.binding()? {
        return bind_device(setting, &arguments.device(&party), &binding, arguments.json).await;
    }
    let made = match &arguments.csr {
        None => NewKey::Generated(DeviceKey::generate()?),
        Some(file) => NewKey::Requested(requested_key(file)?),
    };
    let device = arguments.device(&party);
    let equipped = provision(&administration, &setting.config, &device, made, arguments.out.as_deref()).await?;
    setting.close().await;
    if arguments.json {
        print(serde_json::json!(equipped))?;
    } else {
        equipped.print()?;
    }
    Ok(())
}

impl AddArguments {
    fn device<'a>(&'a self, party: &'a Party) -> NewDevice<'a> {
        NewDevice { party, label: &self.label, scope: scope_of(self.auditor) }
    }
}

/// What the switch says.
pub(super) fn scope_of(auditor: bool) -> DeviceScope {
    if auditor { DeviceScope::Audit } else { DeviceScope::Photos }
}

/// A device that is to be.
pub(crate) struct NewDevice<'a> {
    pub(crate) party: &'a Party,
    pub(crate) label: &'a str,
    pub(crate) scope: DeviceScope,
}

/// Far more than any request has.
const REQUEST_MAX_BYTES: u64 = 64 * 1024;

fn requested_key(file: &Path) -> Result<PublicKey, CommandError> {
    let unreadable = |error| {
        CommandError::new(format!("cannot read the request {}: `openssl req -new` makes one", file.display()), error)
    };
    let mut request = Vec::new();
    fs::File::open(file).and_then(|file| file.take(REQUEST_MAX_BYTES).read_to_end(&mut request)).map_err(unreadable)?;
    read_request(&request).map_err(|error| CommandError::plain(format!("{}: {error}", file.display())))
}

/// Where the device's key comes from.
pub(crate) enum NewKey {
    /// Made here, for a device that cannot make its own.
    Generated(DeviceKey),
    /// Made on the device, which has shown that it holds it.
    Requested(PublicKey),
}

/// What was written for a device.
#[derive(Serialize)]
pub(crate) struct ProvisionedDevice {
    pub(crate) device_id: DeviceId,
    party_id: PartyId,
    pub(crate) certificate: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p12: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_in_clear")]
    pub(crate) p12_password: Option<Zeroizing<String>>,
    pub(crate) ca: PathBuf,
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
    fn print(&self) -> Result<(), CommandError> {
        print(format!("device       {}", self.device_id))?;
        print(format!("certificate  {}", self.certificate.display()))?;
        for (name, file) in [("key", &self.key), ("PKCS#12", &self.p12), ("studio.toml", &self.studio_config)] {
            if let Some(file) = file {
                print(format!("{name:<12} {}", file.display()))?;
            }
        }
        print(format!("gateway CA   {}", self.ca.display()))?;
        if let Some(password) = &self.p12_password {
            print(format!("PKCS#12 password  {}", password.as_str()))?;
        }
        print(format!("valid until  {}", self.expires_at))?;
        if self.key.is_some() {
            eprintln!(
                "Bring these files to the device by hand, then delete them here: whoever has the key is the device."
            );
        }
        Ok(())
    }
}

/// Issues a certificate, writes the device's files, and makes the device known.
///
/// The files come first: a certificate that the store does not know opens nothing, while a device without its files would have
/// to be revoked again.
pub(crate) async fn provision(
    administration: &Administration<'_>,
    config: &Config,
    NewDevice { party, label, scope: duty }: &NewDevice<'_>,
    key: NewKey,
    out: Option<&Path>,
) -> Result<ProvisionedDevice, CommandError> {
    let now = SystemClock.now();
    let device_id = DeviceId::generate(now, &OsEntropy)
        .map_err(|error| CommandError::new("no identifier could be made: try again", error))?;
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
    let issued = issue_client(
        &authority,
        &subject,
        &public_key,
        &IssuanceTerms::with_validity(config.certificate_validity()),
        now,
        &OsEntropy,
    )?;

    let folder = out.map_or_else(|| PathBuf::from(device_id.to_string()), Path::to_path_buf);
    let equipped = write_files(&folder, config, party, &authority, &issued, &key, device_id)?;
    let device = Device {
        device_id,
        party_id: party.party_id,
        label: (*label).to_owned(),
        duty: *duty,
        created_at: now,
        revoked_at: None,
        certificate_expires_at: Some(issued.not_after),
    };
    let certificate = CertificateRecord {
        sha256: issued.sha256,
        serial: issued.serial.as_bytes().to_vec(),
        not_before: issued.not_before,
        not_after: issued.not_after,
    };
    administration.add_device(&device, &certificate).await?;
    Ok(equipped)
}

fn write_files(
    folder: &Path,
    config: &Config,
    party: &Party,
    authority: &Authority,
    issued: &IssuedCertificate,
    key: &NewKey,
    device_id: DeviceId,
) -> Result<ProvisionedDevice, CommandError> {
    fs::create_dir_all(folder)
        .map_err(|error| CommandError::new(format!("cannot make {}: choose another --out", folder.display()), error))?;
    let folder = fs::canonicalize(folder)
        .map_err(|error| CommandError::new(format!("cannot open {}: choose another --out", folder.display()), error))?;
    let write = |name: &str, bytes: &[u8], audience| -> Result<PathBuf, CommandError> {
        let file = folder.join(name);
        write_new(&file, bytes, audience).map_err(|error| {
            CommandError::new(format!("cannot write {}: choose an empty folder with --out", file.display()), error)
        })?;
        Ok(file)
    };
    let mut equipped = ProvisionedDevice {
        device_id,
        party_id: party.party_id,
        certificate: write("certificate.pem", issued.pem.as_bytes(), FileMode::WorldReadable)?,
        key: None,
        p12: None,
        p12_password: None,
        ca: write("gateway-ca.pem", read_public(&config.certificates.server_ca)?.as_bytes(), FileMode::WorldReadable)?,
        studio_config: None,
        expires_at: issued.not_after,
    };
    if let NewKey::Generated(key) = key {
        let password = generate_password(&OsEntropy)
            .map_err(|error| CommandError::new("no password could be made: try again", error))?;
        let name = format!("{}, {}", party.name, party.place);
        let p12 = to_pkcs12(key, &issued.der, &[authority.certificate_der()], &name, &password)
            .map_err(|error| CommandError::plain(error.to_string()))?;
        equipped.key = Some(write("key.pem", key.to_pem().as_bytes(), FileMode::OwnerOnly)?);
        equipped.p12 = Some(write("device.p12", &p12, FileMode::OwnerOnly)?);
        equipped.p12_password = Some(password);
    }
    if party.role == Role::Studio {
        let text = studio_config(&config.url(config.listen.studio), key);
        equipped.studio_config = Some(write("studio.toml", text.as_bytes(), FileMode::WorldReadable)?);
    }
    Ok(equipped)
}

/// What `lichtbild-studio` needs to know, beside the device's files.
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

async fn revoke(device_id: DeviceId, file: &ConfigOption, json: bool) -> Result<(), CommandError> {
    let setting = AdminContext::open(file).await?;
    let revoked = setting.administration().revoke_device(device_id).await?;
    setting.close().await;
    if !revoked {
        return Err(CommandError::plain(format!(
            "no device {device_id} that is not revoked already: `lichtbild-gateway device list` shows all"
        )));
    }
    if json {
        return print(serde_json::json!({ "device_id": device_id, "revoked": true }));
    }
    eprintln!(
        "Revoked, with its invitation. A running gateway refuses its next request and closes its connections within two \
         seconds. Next, for another device: lichtbild-gateway device invite"
    );
    Ok(())
}

fn read_public(file: &Path) -> Result<String, CommandError> {
    fs::read_to_string(file).map_err(|error| {
        CommandError::new(format!("cannot read {}: check [certificates] in the configuration", file.display()), error)
    })
}
