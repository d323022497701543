//! Commands about devices; `device add` and `device revoke` themselves.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::bind_device::{ExternalCertificateArguments, bind_device};
use super::new_device::{KindArgument, NewDevice, scope_of};
use super::pkcs12_file::Pkcs12Arguments;
use super::provision_device::{NewKey, provision};
use super::{approve, device_list, invite};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::print_json;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::party::name::{NameField, parse_name};
use crate::flows::admin::administer::AdministrationError;
use crate::identity::key::DeviceKey;
use crate::identity::public_key::PublicKey;
use crate::identity::request::certificate_request::read_request;

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
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
pub(in crate::cli::gateway) struct AddArguments {
    /// The studio it belongs to: name or identifier.
    #[arg(long, value_name = "WHICH", required_unless_present = "office", conflicts_with = "office")]
    studio: Option<String>,
    /// The office it belongs to: name or identifier.
    #[arg(long, value_name = "WHICH")]
    office: Option<String>,
    /// Name for it: "till 2".
    #[arg(long, default_value = "")]
    label: String,
    /// It is an auditor's: it reads the audit log and its checkpoints, and can not collect photos.
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
    kind: KindArgument,
    #[command(flatten)]
    packing: Pkcs12Arguments,
    #[command(flatten)]
    external: ExternalCertificateArguments,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(in crate::cli::gateway) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Add(arguments) => add(&arguments).await,
        Command::Invite(arguments) => invite::invite_device(&arguments).await,
        Command::Approve(arguments) => approve::run(&arguments).await,
        Command::List(arguments) => device_list::run(&arguments).await,
        Command::Revoke { device_id, file, json } => revoke(device_id, &file, json).await,
    }
}

async fn add(arguments: &AddArguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.file).await?;
    let administration = context.administration();
    let (role, which) = match (&arguments.studio, &arguments.office) {
        (Some(studio), _) => (Role::Studio, studio),
        (None, Some(office)) => (Role::Office, office),
        (None, None) => return Err(CommandError::plain("give --studio or --office")),
    };
    let party = administration.find_party(role, which).await?;
    // Before anything is issued or written.
    let label = parse_name(NameField::Label, &arguments.label).map_err(AdministrationError::from)?;
    let scope = scope_of(arguments.auditor);
    if let Some(binding) = arguments.external.binding()? {
        let device = NewDevice { party: &party, label: &label, scope, kind: None };
        return bind_device(context, &device, &binding, arguments.json).await;
    }
    let kind = arguments.kind.kind(role, scope);
    let device = NewDevice { party: &party, label: &label, scope, kind: Some(kind) };
    let key = match &arguments.csr {
        None => NewKey::Generated(DeviceKey::generate()?),
        Some(file) => NewKey::Requested(requested_key(file)?),
    };
    let out = arguments.out.as_deref();
    let provisioned = provision(&administration, &context.config, &device, key, arguments.packing, out).await?;
    context.close().await;
    if arguments.json {
        print_json(&serde_json::json!(provisioned))?;
    } else {
        provisioned.print()?;
    }
    Ok(())
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

async fn revoke(device_id: DeviceId, file: &ConfigOption, json: bool) -> Result<(), CommandError> {
    let context = AdminContext::open(file).await?;
    let revoked = context.administration().revoke_device(device_id).await?;
    context.close().await;
    if !revoked {
        return Err(CommandError::plain(format!(
            "no device {device_id} that is not revoked already: `lichtbild-gateway device list` shows all"
        )));
    }
    if json {
        return print_json(&serde_json::json!({ "device_id": device_id, "revoked": true }));
    }
    eprint(
        "Revoked, with its invitation. A running gateway refuses its next request and closes its connections within two \
         seconds. Next, for another device: lichtbild-gateway device invite",
    );
    Ok(())
}
