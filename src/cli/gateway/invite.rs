//! `studio invite`, `office invite`, `device invite`

use std::fs;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::ConfigFile;
use super::device::duty;
use super::failure::Failure;
use super::letter::LetterArguments;
use super::output::give;
use super::setting::Setting;
use super::span::parse_span;
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::{Duty, Role};
use crate::flows::invite::Invite;
use crate::identity::certificate::{certificates_from_pem, group_fingerprint};
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;

#[derive(Args)]
pub(super) struct PartyArguments {
    /// Its name, as the other side shall see it. One of this name and place that is there already gets a further device.
    name: String,
    /// Its town.
    #[arg(long, value_name = "TOWN")]
    place: String,
    #[command(flatten)]
    wishes: Wishes,
}

#[derive(Args)]
pub(super) struct DeviceArguments {
    /// Invite a further device of this studio: name or identifier.
    #[arg(long, value_name = "WHICH", required_unless_present_any = ["office", "device"], conflicts_with_all = ["office", "device"])]
    studio: Option<String>,
    /// Invite a further device of this office: name or identifier.
    #[arg(long, value_name = "WHICH", conflicts_with = "device")]
    office: Option<String>,
    /// Give this device a new code: its invitation came to nothing, or its certificate has ended.
    #[arg(long, value_name = "ID", conflicts_with = "label")]
    device: Option<DeviceId>,
    /// It is an auditor's: it reads the transfer log and its checkpoints, and can not collect photos.
    #[arg(long, conflicts_with_all = ["studio", "device"])]
    auditor: bool,
    #[command(flatten)]
    wishes: Wishes,
}

/// What holds for whomever is invited.
#[derive(Args)]
struct Wishes {
    /// What to call the device: "till 2".
    #[arg(long, default_value = "")]
    label: String,
    /// How long the code works, up to 14d [default: invitation_hours of the configuration]
    #[arg(long, value_name = "SPAN", value_parser = parse_validity)]
    valid: Option<Duration>,
    #[command(flatten)]
    letter: LetterArguments,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A code that lies about longer is one that somebody finds.
const LONGEST: Duration = Duration::from_hours(14 * 24);

fn parse_validity(text: &str) -> Result<Duration, String> {
    match parse_span(text)? {
        span if (Duration::from_hours(1)..=LONGEST).contains(&span) => Ok(span),
        _ => Err("an invitation is valid for 1h to 14d".into()),
    }
}

/// Adds the studio or office unless it is there, adds a device, and invites it.
pub(super) async fn party(role: Role, arguments: &PartyArguments) -> Result<(), Failure> {
    let wishes = &arguments.wishes;
    wishes.letter.check()?;
    let setting = Setting::open(&wishes.file).await?;
    let (keys, ca_sha256) = (key_file(&setting).await?, server_ca_sha256(&setting.config)?);
    let administration = setting.administration();
    let party = administration.find_or_add_party(role, &arguments.name, &arguments.place).await?;
    let lasting = wishes.valid.unwrap_or_else(|| setting.config.invitation_validity());
    let invite = administration.invite_new(&party, &wishes.label, Duty::Photos, lasting, &keys).await?;
    hand_out(setting, &invite, ca_sha256, wishes).await
}

/// Invites a further device, or one that is there.
pub(super) async fn device(arguments: &DeviceArguments) -> Result<(), Failure> {
    let wishes = &arguments.wishes;
    wishes.letter.check()?;
    let setting = Setting::open(&wishes.file).await?;
    let (keys, ca_sha256) = (key_file(&setting).await?, server_ca_sha256(&setting.config)?);
    let administration = setting.administration();
    let lasting = wishes.valid.unwrap_or_else(|| setting.config.invitation_validity());
    let (role, which) = match (&arguments.studio, &arguments.office, arguments.device) {
        (_, _, Some(device_id)) => {
            let invite = administration.invite_again(device_id, lasting, &keys).await?;
            return hand_out(setting, &invite, ca_sha256, wishes).await;
        }
        (Some(studio), _, None) => (Role::Studio, studio),
        (None, Some(office), None) => (Role::Office, office),
        (None, None, None) => return Err(Failure::plain("give --studio, --office or --device")),
    };
    let party = administration.find_party(role, which).await?;
    let invite = administration.invite_new(&party, &wishes.label, duty(arguments.auditor), lasting, &keys).await?;
    hand_out(setting, &invite, ca_sha256, wishes).await
}

/// The key file seals what the store keeps of an invitation, so it has to be the one of this store.
async fn key_file(setting: &Setting) -> Result<KeyFile, Failure> {
    let file = &setting.config.key_file;
    let keys =
        KeyFile::parse(&read_secret(file)?).map_err(|error| Failure::plain(format!("{}: {error}", file.display())))?;
    if !setting.administration().store.bind_key_file(&keys.fingerprint()).await? {
        return Err(Failure::plain(format!(
            "{} is not the key file of {}: put the two that belong together side by side",
            file.display(),
            setting.config.database
        )));
    }
    Ok(keys)
}

/// What goes to the shop or the office.
struct Invitation<'a> {
    invite: &'a Invite,
    url: String,
    ca_sha256: Sha256Digest,
}

async fn hand_out(setting: Setting, invite: &Invite, ca_sha256: Sha256Digest, wishes: &Wishes) -> Result<(), Failure> {
    let config = setting.config.clone();
    setting.close().await;
    let invitation = Invitation { invite, url: config.url(config.listen.enrolment), ca_sha256 };
    if config.listen.enrolment.port() == 0 {
        eprintln!("Port 0 stands for a free one: `serve` prints the address to use in place of {}.", invitation.url);
    }
    // Said first: a letter that cannot be written takes no code with it.
    if wishes.json {
        give(invitation.to_json())?;
    } else {
        invitation.print()?;
    }
    if let Some(file) = wishes.letter.write(invite, &invitation.url, invitation.ca_sha256, &invitation.line())? {
        eprintln!("The letter holds the code too: {}. Print it, send it, then delete the file.", file.display());
    }
    Ok(())
}

impl Invitation<'_> {
    fn to_json(&self) -> Value {
        let Invite { party, device, code, expires_at } = self.invite;
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

    /// What is typed at the device.
    fn line(&self) -> String {
        format!("lichtbild-studio enrol {} {}", self.url, self.invite.code.reveal())
    }

    fn print(&self) -> Result<(), Failure> {
        let Invite { party, device, code, expires_at } = self.invite;
        let code = code.reveal();
        give(format!("for          {}, {}", party.name, party.place))?;
        give(format!("device       {}", device.device_id))?;
        give(format!("code         {code}"))?;
        give(format!("address      {}", self.url))?;
        give(format!("gateway CA   {}", group_fingerprint(&self.ca_sha256)))?;
        give(format!("valid until  {expires_at}"))?;
        eprintln!("The code works once and is not shown again. Next, on the device: {}", self.line());
        if party.role == Role::Office {
            eprintln!(
                "Other EST clients take the device's identifier as user and the code as password; see docs/enrolment.md."
            );
        }
        Ok(())
    }
}

/// Looked up before anybody is invited: a code that could not be handed out would be lost.
fn server_ca_sha256(config: &Config) -> Result<Sha256Digest, Failure> {
    let file = &config.certificates.server_ca;
    let unreadable = || format!("cannot read {}: check [certificates] in the configuration", file.display());
    let text = fs::read_to_string(file).map_err(|error| Failure::new(unreadable(), error))?;
    let chain = certificates_from_pem(&text).map_err(|error| Failure::new(unreadable(), error))?;
    chain.first().map(|der| Sha256Digest::of(der)).ok_or_else(|| Failure::plain(unreadable()))
}
