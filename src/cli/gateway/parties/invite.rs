//! `studio invite`, `office invite`, `device invite`

use std::fs;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::letter::LetterArguments;
use super::new_device::{KindArgument, scope_of};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::cli::gateway::span::parse_span;
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::name::{NameField, parse_name};
use crate::domain::party::{DeviceScope, Role};
use crate::flows::admin::administer::AdministrationError;
use crate::flows::enrolment::invite::IssuedInvitation;
use crate::identity::certificate::{certificates_from_pem, group_fingerprint};
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;

#[derive(Args)]
pub(in crate::cli::gateway) struct PartyArguments {
    /// Its name, as the other side shall see it. One of this name and place that is there already gets a further device.
    name: String,
    /// Its town.
    #[arg(long, value_name = "TOWN")]
    place: String,
    #[command(flatten)]
    options: InviteOptions,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct DeviceArguments {
    /// Invite a further device of this studio: name or identifier.
    #[arg(long, value_name = "WHICH", required_unless_present_any = ["office", "device"], conflicts_with_all = ["office", "device"])]
    studio: Option<String>,
    /// Invite a further device of this office: name or identifier.
    #[arg(long, value_name = "WHICH", conflicts_with = "device")]
    office: Option<String>,
    /// Give this device a new code: its invitation came to nothing, or its certificate has ended.
    #[arg(long, value_name = "ID", conflicts_with = "label")]
    device: Option<DeviceId>,
    /// It is an auditor's: it reads the audit log and its checkpoints, and can not collect photos.
    #[arg(long, conflicts_with_all = ["studio", "device"])]
    auditor: bool,
    #[command(flatten)]
    options: InviteOptions,
}

/// Options of every invitation.
#[derive(Args)]
struct InviteOptions {
    /// Name for the device: "till 2".
    #[arg(long, default_value = "")]
    label: String,
    /// Time that the code works, up to 14d [default: invitation_hours of the configuration]
    #[arg(long, value_name = "SPAN", value_parser = parse_validity)]
    valid: Option<Duration>,
    #[command(flatten)]
    kind: KindArgument,
    #[command(flatten)]
    letter: LetterArguments,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A code that lies about longer is one that somebody finds.
const MAX_VALIDITY: Duration = Duration::from_hours(14 * 24);

fn parse_validity(text: &str) -> Result<Duration, String> {
    match parse_span(text)? {
        span if (Duration::from_hours(1)..=MAX_VALIDITY).contains(&span) => Ok(span),
        _ => Err("an invitation is valid for 1h to 14d".into()),
    }
}

/// Adds the studio or office unless it is there, adds a device, and invites it.
pub(super) async fn invite_party(role: Role, arguments: &PartyArguments) -> Result<(), CommandError> {
    let options = &arguments.options;
    options.letter.check()?;
    // Before a studio or an office is added.
    let label = parsed(NameField::Label, &options.label)?;
    let (name, place) = (parsed(NameField::Name, &arguments.name)?, parsed(NameField::Place, &arguments.place)?);
    let context = AdminContext::open(&options.file).await?;
    let (keys, ca_sha256) = (key_file(&context).await?, server_ca_sha256(&context.config)?);
    let administration = context.administration();
    let party = administration.find_or_add_party(role, &name, &place).await?;
    let validity = options.valid.unwrap_or_else(|| context.config.invitation_validity());
    let scope = DeviceScope::Photos;
    let kind = options.kind.kind(role, scope);
    let invite = administration.invite_new(&party, &label, scope, kind, validity, &keys).await?;
    print_invitation(context, &invite, ca_sha256, options).await
}

/// Invites a further device, or one that is there.
pub(super) async fn invite_device(arguments: &DeviceArguments) -> Result<(), CommandError> {
    let options = &arguments.options;
    options.letter.check()?;
    let label = parsed(NameField::Label, &options.label)?;
    let context = AdminContext::open(&options.file).await?;
    let (keys, ca_sha256) = (key_file(&context).await?, server_ca_sha256(&context.config)?);
    let administration = context.administration();
    let validity = options.valid.unwrap_or_else(|| context.config.invitation_validity());
    let (role, which) = match (&arguments.studio, &arguments.office, arguments.device) {
        (_, _, Some(_)) if options.kind.is_given() => {
            return Err(CommandError::plain(
                "--for is for new devices: a device keeps its kind; revoke it and invite a new one for another",
            ));
        }
        (_, _, Some(device_id)) => {
            let invite = administration.invite_again(device_id, validity, &keys).await?;
            return print_invitation(context, &invite, ca_sha256, options).await;
        }
        (Some(studio), _, None) => (Role::Studio, studio),
        (None, Some(office), None) => (Role::Office, office),
        (None, None, None) => return Err(CommandError::plain("give --studio, --office or --device")),
    };
    let party = administration.find_party(role, which).await?;
    let scope = scope_of(arguments.auditor);
    let kind = options.kind.kind(role, scope);
    let invite = administration.invite_new(&party, &label, scope, kind, validity, &keys).await?;
    print_invitation(context, &invite, ca_sha256, options).await
}

fn parsed(field: NameField, written: &str) -> Result<String, AdministrationError> {
    Ok(parse_name(field, written)?)
}

/// The key file seals what the store keeps of an invitation, so it has to be the one of this store.
async fn key_file(context: &AdminContext) -> Result<KeyFile, CommandError> {
    let file = &context.config.key_file;
    let keys = KeyFile::parse(&read_secret(file)?)
        .map_err(|error| CommandError::plain(format!("{}: {error}", file.display())))?;
    if !context.administration().store.bind_key_file(&keys.fingerprint()).await? {
        return Err(CommandError::plain(format!(
            "{} is not the key file of {}: put the two that belong together side by side",
            file.display(),
            context.config.database
        )));
    }
    Ok(keys)
}

/// Invitation as it is printed for the studio or the office.
struct InvitationOutput<'a> {
    invite: &'a IssuedInvitation,
    url: String,
    ca_sha256: Sha256Digest,
}

async fn print_invitation(
    context: AdminContext,
    invite: &IssuedInvitation,
    ca_sha256: Sha256Digest,
    options: &InviteOptions,
) -> Result<(), CommandError> {
    let config = context.config.clone();
    context.close().await;
    let invitation = InvitationOutput { invite, url: config.enrolment_url(config.listen.enrolment), ca_sha256 };
    if config.listen.enrolment.port() == 0 && config.listen.public_enrolment_url.is_none() {
        eprint(format_args!(
            "Port 0 stands for a free one: `serve` prints the address to use in place of {}.",
            invitation.url
        ));
    }
    // Said first: a letter that cannot be written takes no code with it.
    if options.json {
        print_json(&invitation.to_json())?;
    } else {
        invitation.print()?;
    }
    if let Some(file) =
        options.letter.write(invite, &invitation.url, invitation.ca_sha256, &invitation.enrol_command())?
    {
        eprint(format_args!(
            "The letter holds the code too: {}. Print it, send it, then delete the file.",
            file.display()
        ));
    }
    Ok(())
}

impl InvitationOutput<'_> {
    fn to_json(&self) -> Value {
        let IssuedInvitation { party, device, code, expires_at } = self.invite;
        let mut fields = json!({
            "device_id": device.device_id,
            "code": code.reveal(),
            "url": self.url,
            "ca_sha256": self.ca_sha256,
            "expires_at": expires_at,
        });
        fields[format!("{}_id", party.role)] = json!(party.party_id);
        fields
    }

    /// Returns the command to type at the device.
    fn enrol_command(&self) -> String {
        format!("lichtbild-studio enrol {} {}", self.url, self.invite.code.reveal())
    }

    fn print(&self) -> Result<(), CommandError> {
        let IssuedInvitation { party, device, code, expires_at } = self.invite;
        let code = code.reveal();
        print(format!("for          {}, {}", party.name, party.place))?;
        print(format!("device       {}", device.device_id))?;
        print(format!("code         {code}"))?;
        print(format!("address      {}", self.url))?;
        print(format!("gateway CA   {}", group_fingerprint(&self.ca_sha256)))?;
        print(format!("valid until  {}", local_time(*expires_at)))?;
        eprint(format_args!(
            "The code works once and is not shown again. Next, on the device: {}",
            self.enrol_command()
        ));
        if party.role == Role::Office {
            eprint(
                "Other EST clients take the device's identifier as user and the code as password; see docs/enrolment.md.",
            );
        }
        Ok(())
    }
}

/// Looked up before anybody is invited: a code that could not be handed out would be lost.
fn server_ca_sha256(config: &Config) -> Result<Sha256Digest, CommandError> {
    let file = &config.certificates.server_ca;
    let unreadable = || format!("cannot read {}: check [certificates] in the configuration", file.display());
    let text = fs::read_to_string(file).map_err(|error| CommandError::new(unreadable(), error))?;
    let chain = certificates_from_pem(&text).map_err(|error| CommandError::new(unreadable(), error))?;
    chain.first().map(|der| Sha256Digest::of(der)).ok_or_else(|| CommandError::plain(unreadable()))
}
