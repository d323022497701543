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
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
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
    Invite(invite::DeviceArguments),
    Approve(approve::Arguments),
    Add(AddArguments),
    List(device_list::Arguments),
    Revoke {
        device_id: DeviceId,
        #[command(flatten)]
        common: CommonOptions,
    },
}

#[derive(Args)]
pub(in crate::cli::gateway) struct AddArguments {
    #[arg(long, value_name = "WHICH", required_unless_present = "office", conflicts_with = "office")]
    studio: Option<String>,
    #[arg(long, value_name = "WHICH")]
    office: Option<String>,
    #[arg(long, default_value = "")]
    label: String,
    #[arg(long, conflicts_with = "studio")]
    auditor: bool,
    #[arg(long, value_name = "FILE")]
    csr: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    kind: KindArgument,
    #[command(flatten)]
    packing: Pkcs12Arguments,
    #[command(flatten)]
    external: ExternalCertificateArguments,
    #[command(flatten)]
    common: CommonOptions,
}

pub(in crate::cli::gateway) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Add(arguments) => add(&arguments).await,
        Command::Invite(arguments) => invite::invite_device(&arguments).await,
        Command::Approve(arguments) => approve::run(&arguments).await,
        Command::List(arguments) => device_list::run(&arguments).await,
        Command::Revoke { device_id, common } => revoke(device_id, &common).await,
    }
}

async fn add(arguments: &AddArguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.common.file).await?;
    let administration = context.administration();
    let (role, which) = match (&arguments.studio, &arguments.office) {
        (Some(studio), _) => (Role::Studio, studio),
        (None, Some(office)) => (Role::Office, office),
        (None, None) => return Err(CommandError::plain(phrase!("gateway-add-for-whom"))),
    };
    let party = administration.find_party(role, which).await?;
    // Before anything is issued or written.
    let label = parse_name(NameField::Label, &arguments.label).map_err(AdministrationError::from)?;
    let scope = scope_of(arguments.auditor);
    if let Some(binding) = arguments.external.binding()? {
        let device = NewDevice { party: &party, label: &label, scope, kind: None };
        return bind_device(context, &device, &binding, arguments.common.json).await;
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
    if arguments.common.json {
        print_json(&serde_json::json!(provisioned))?;
    } else {
        provisioned.print()?;
    }
    Ok(())
}

/// Larger than any certificate request.
const REQUEST_MAX_BYTES: u64 = 64 * 1024;

fn requested_key(file: &Path) -> Result<PublicKey, CommandError> {
    let unreadable = |error| CommandError::new(phrase!("gateway-add-no-request", file = file.display()), error);
    let mut request = Vec::new();
    fs::File::open(file).and_then(|file| file.take(REQUEST_MAX_BYTES).read_to_end(&mut request)).map_err(unreadable)?;
    read_request(&request)
        .map_err(|error| CommandError::plain(phrase!("gateway-add-bad-request", file = file.display(), error = error)))
}

async fn revoke(device_id: DeviceId, common: &CommonOptions) -> Result<(), CommandError> {
    let context = AdminContext::open(&common.file).await?;
    let revoked = context.administration().revoke_device(device_id).await?;
    context.close().await;
    if !revoked {
        return Err(CommandError::plain(phrase!("gateway-revoke-nothing", device = device_id)));
    }
    if common.json {
        return print_json(&serde_json::json!({ "device_id": device_id, "revoked": true }));
    }
    eprint(phrase!("gateway-revoked"));
    Ok(())
}
