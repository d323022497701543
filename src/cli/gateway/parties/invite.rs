//! `studio invite`, `office invite`, `device invite`

use std::fs;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::letter::LetterArguments;
use super::new_device::{KindArgument, scope_of};
use crate::cli::gateway::admin_context::{AdminContext, read_key_file};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print_json, print_lines, shown};
use crate::cli::gateway::span::parse_span;
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::name::{NameField, parse_name};
use crate::domain::party::{DeviceScope, Role};
use crate::flows::admin::administer::AdministrationError;
use crate::flows::enrolment::invite::IssuedInvitation;
use crate::identity::certificate::{certificates_from_pem, group_fingerprint};
use crate::sealing::KeyFile;

#[derive(Args)]
pub(in crate::cli::gateway) struct PartyArguments {
    name: String,
    #[arg(long, value_name = "TOWN")]
    place: String,
    #[command(flatten)]
    options: InviteOptions,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct DeviceArguments {
    #[arg(long, value_name = "WHICH", required_unless_present_any = ["office", "device"], conflicts_with_all = ["office", "device"])]
    studio: Option<String>,
    #[arg(long, value_name = "WHICH", conflicts_with = "device")]
    office: Option<String>,
    #[arg(long, value_name = "ID", conflicts_with = "label")]
    device: Option<DeviceId>,
    #[arg(long, conflicts_with_all = ["studio", "device"])]
    auditor: bool,
    #[command(flatten)]
    options: InviteOptions,
}

#[derive(Args)]
struct InviteOptions {
    #[arg(long, default_value = "")]
    label: String,
    #[arg(long, value_name = "SPAN", value_parser = parse_validity)]
    valid: Option<Duration>,
    #[command(flatten)]
    kind: KindArgument,
    #[command(flatten)]
    letter: LetterArguments,
    #[command(flatten)]
    common: CommonOptions,
}

/// The longer a code is valid, the likelier it is found by another person.
const MAX_VALIDITY: Duration = Duration::from_hours(14 * 24);

fn parse_validity(text: &str) -> Result<Duration, String> {
    match parse_span(text)? {
        span if (Duration::from_hours(1)..=MAX_VALIDITY).contains(&span) => Ok(span),
        _ => Err(phrase!("gateway-invite-validity")),
    }
}

/// Invites a new device of a studio or office, which is added if it is new.
pub(super) async fn invite_party(role: Role, arguments: &PartyArguments) -> Result<(), CommandError> {
    let options = &arguments.options;
    options.letter.check()?;
    // Before a studio or an office is added.
    let label = parsed(NameField::Label, &options.label)?;
    let (name, place) = (parsed(NameField::Name, &arguments.name)?, parsed(NameField::Place, &arguments.place)?);
    let context = AdminContext::open(&options.common.file).await?;
    let (keys, ca_sha256) = (key_file(&context).await?, server_ca_sha256(&context.config)?);
    let administration = context.administration();
    let party = administration.find_or_add_party(role, &name, &place).await?;
    let validity = options.valid.unwrap_or_else(|| context.config.invitation_validity());
    let scope = DeviceScope::Photos;
    let kind = options.kind.kind(role, scope);
    let invite = administration.invite_new(&party, &label, scope, kind, validity, &keys).await?;
    print_invitation(context, &invite, ca_sha256, options).await
}

pub(super) async fn invite_device(arguments: &DeviceArguments) -> Result<(), CommandError> {
    let options = &arguments.options;
    options.letter.check()?;
    let label = parsed(NameField::Label, &options.label)?;
    let context = AdminContext::open(&options.common.file).await?;
    let (keys, ca_sha256) = (key_file(&context).await?, server_ca_sha256(&context.config)?);
    let administration = context.administration();
    let validity = options.valid.unwrap_or_else(|| context.config.invitation_validity());
    let (role, which) = match (&arguments.studio, &arguments.office, arguments.device) {
        (_, _, Some(_)) if options.kind.is_given() => {
            return Err(CommandError::plain(phrase!("gateway-invite-kind-is-fixed")));
        }
        (_, _, Some(device_id)) => {
            let invite = administration.invite_again(device_id, validity, &keys).await?;
            return print_invitation(context, &invite, ca_sha256, options).await;
        }
        (Some(studio), _, None) => (Role::Studio, studio),
        (None, Some(office), None) => (Role::Office, office),
        (None, None, None) => return Err(CommandError::plain(phrase!("gateway-invite-whom"))),
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

/// Reads the key file, which must be the one of this database: it seals what the database stores of an invitation.
async fn key_file(context: &AdminContext) -> Result<KeyFile, CommandError> {
    let file = &context.config.key_file;
    let keys = read_key_file(file)?;
    if !context.administration().store.bind_key_file(&keys.fingerprint()).await? {
        return Err(CommandError::plain(phrase!(
            "gateway-invite-other-key-file",
            file = file.display(),
            database = context.config.database
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
        eprint(phrase!("gateway-invite-port-0", url = invitation.url));
    }
    // The code is printed first, so that it is not lost if the letter cannot be written.
    if options.common.json {
        print_json(&invitation.to_json())?;
    } else {
        invitation.print()?;
    }
    let browsers_trust_page = config.certificates.enrolment_server.is_some();
    let command = invitation.enrol_command();
    if let Some(file) =
        options.letter.write(invite, &invitation.url, invitation.ca_sha256, &command, browsers_trust_page)?
    {
        eprint(phrase!("gateway-invite-letter", file = file.display()));
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

    fn enrol_command(&self) -> String {
        format!("lichtbild-studio enrol {} {}", self.url, self.invite.code.reveal())
    }

    fn print(&self) -> Result<(), CommandError> {
        let IssuedInvitation { party, device, code, expires_at } = self.invite;
        let code = code.reveal();
        print_lines(phrase!(
            "gateway-invited",
            name = shown(&party.name),
            place = shown(&party.place),
            device = device.device_id,
            code = code,
            url = self.url,
            ca = group_fingerprint(&self.ca_sha256),
            end = local_time(*expires_at)
        ))?;
        match device.kind {
            Some(DeviceKind::Browser) => {
                eprint(phrase!("gateway-invited-browser-first", url = self.url));
                eprint(phrase!("gateway-invited-program", command = self.enrol_command()));
            }
            Some(DeviceKind::Program) | None => {
                eprint(phrase!("gateway-invited-next", command = self.enrol_command()));
                eprint(phrase!("gateway-invited-browser", url = self.url));
            }
        }
        if party.role == Role::Office {
            eprint(phrase!("gateway-invited-est"));
        }
        Ok(())
    }
}

/// Read before a device is invited: a code that could not be printed would be lost.
fn server_ca_sha256(config: &Config) -> Result<Sha256Digest, CommandError> {
    let file = &config.certificates.server_ca;
    let unreadable = || phrase!("gateway-cannot-read-certificate", file = file.display());
    let text = fs::read_to_string(file).map_err(|error| CommandError::new(unreadable(), error))?;
    let chain = certificates_from_pem(&text).map_err(|error| CommandError::new(unreadable(), error))?;
    chain.first().map(|der| Sha256Digest::of(der)).ok_or_else(|| CommandError::plain(unreadable()))
}
