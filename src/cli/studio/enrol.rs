//! `lichtbild-studio enrol URL CODE`

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::advice::{self, Failure};
use super::config_option::{default_config, is_found_without_option};
use super::exit::Exit;
use super::output::{eprint, fail, print, print_json};
use super::receipt_text::moment;
use super::runtime::runtime;
use super::typed_line::read_typed_line;
use crate::cli::shown_path::shown_path;
use crate::client::config_location::folder_of;
use crate::client::enrolment::address::EnrolmentAddress;
use crate::client::enrolment::device_folder::{CONFIG_FILE, DeviceFolder, ReplacePolicy};
use crate::client::enrolment::enrol::{ClientEnrolError, DeviceEnrolment, EnrolledDevice, enrol};
use crate::client::network::proxy::{HttpProxy, ProxyEnvironment, choose_proxy};
use crate::client::timer::TokioTimer;
use crate::clock::{SystemClock, Timestamp};
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::display_text::escaped;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::entropy::OsEntropy;
use crate::identity::certificate::{group_fingerprint, parse_fingerprint};
use crate::texts::language::Language;
use crate::texts::text;

/// Enrol this computer with an invitation of the registration office
///
/// The device's key is made on this computer and never leaves it. After an interruption, or while the device waits for approval, run the
/// same command again to continue.
#[derive(Args)]
pub struct Arguments {
    /// The gateway's address from the invitation, such as gateway.stadt.example
    url: String,
    /// The invitation's code; - reads it from the standard input, so that it is not in the shell's history
    code: String,
    /// Folder for the device's files: studio.toml, device.pem, gateway-ca.pem
    /// [default: the folder of the configuration that the other commands read]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Fingerprint of the gateway's authority from the letter; no other authority is trusted then
    #[arg(long, value_name = "HEX")]
    ca_sha256: Option<String>,
    /// Enrol in place of a device that is already in the folder; its files are renamed with numbers
    #[arg(long)]
    replace: bool,
    /// HTTP proxy, http://HOST:PORT or http://USER:PASSWORD@HOST:PORT; it is written into the configuration [default: HTTPS_PROXY, which is
    /// not written]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of messages and of the configuration
    #[arg(long, default_value = "de")]
    lang: Language,
}

#[derive(Serialize)]
struct EnrolledLine<'a> {
    device_id: DeviceId,
    role: Role,
    party: PartyLine<'a>,
    gateway: &'a str,
    ca_sha256: Sha256Digest,
    expires_at: Timestamp,
    folder: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    p12: Option<&'a Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p12_password: Option<&'a str>,
}

#[derive(Serialize)]
struct PartyLine<'a> {
    name: &'a str,
    place: &'a str,
}

impl<'a> EnrolledLine<'a> {
    fn new(enrolled: &'a EnrolledDevice, folder: &'a DeviceFolder) -> Self {
        let browser_file = enrolled.browser_file.as_ref();
        Self {
            device_id: enrolled.device_id,
            role: enrolled.role,
            party: PartyLine { name: &enrolled.party.name, place: &enrolled.party.place },
            gateway: enrolled.gateway.as_str().trim_end_matches('/'),
            ca_sha256: enrolled.ca_sha256,
            expires_at: enrolled.not_after,
            folder: folder.path(),
            p12: browser_file.map(|file| file.path.as_path()),
            p12_password: browser_file.map(|file| file.password.as_str()),
        }
    }
}

/// Enrols this computer, and prints the device or the reason of the failure.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let language = arguments.lang;
    let usage_error = |message: String| fail(Failure::new(Exit::Usage, message));
    let address: EnrolmentAddress =
        arguments.url.parse().map_err(|error| fail(advice::about_address(&error, language)))?;
    let proxy = choose_proxy(arguments.proxy.as_deref(), &ProxyEnvironment::read(), &address.at("/"))
        .map_err(|error| usage_error(advice::about_proxy_url(&error, language)))?;
    let typed = match arguments.code.as_str() {
        "-" => read_typed_line()
            .map_err(|error| usage_error(text!(language, "studio-input-unreadable", cause = error.to_string())))?,
        code => Zeroizing::new(code.to_owned()),
    };
    let code = EnrolmentCode::parse(&typed).map_err(|error| fail(advice::about_code(&error, language)))?;
    let expected_ca_sha256 = arguments.ca_sha256.as_deref().map(|text| {
        parse_fingerprint(text).ok_or_else(|| usage_error(text!(language, "studio-fingerprint-malformed")))
    });
    let expected_ca_sha256 = expected_ca_sha256.transpose()?;
    let dir = arguments.dir.clone().unwrap_or_else(|| folder_of(&default_config()));
    let replace = if arguments.replace { ReplacePolicy::WithBackup } else { ReplacePolicy::Never };
    let typed = TypedInvitation { address: &address, code: &code, expected_ca_sha256, proxy: proxy.as_ref() };
    let (enrolled, folder) = enrol_into(&dir, &typed, replace, language).map_err(fail)?;
    match arguments.json {
        true => print_json(&EnrolledLine::new(&enrolled, &folder), language)?,
        false => print(for_people(&enrolled, &folder, language), language)?,
    }
    let config = folder.file(CONFIG_FILE);
    let option = (!is_found_without_option(&config)).then_some(config.as_path());
    eprint(advice::after_enrolment(&enrolled, option, language));
    Ok(Exit::Done)
}

/// Typed parts of an invitation, and the proxy on the way to the gateway.
pub(super) struct TypedInvitation<'a> {
    pub(super) address: &'a EnrolmentAddress,
    pub(super) code: &'a EnrolmentCode,
    /// From the letter.
    pub(super) expected_ca_sha256: Option<Sha256Digest>,
    pub(super) proxy: Option<&'a HttpProxy>,
}

/// Enrols this computer with its files in `dir`, and prints the progress.
///
/// # Errors
/// The failure in words.
pub(super) fn enrol_into(
    dir: &Path,
    typed: &TypedInvitation<'_>,
    replace: ReplacePolicy,
    language: Language,
) -> Result<(EnrolledDevice, DeviceFolder), Failure> {
    let failed = |error: &ClientEnrolError| advice::about_enrol(error, typed.address, dir, language);
    let folder = DeviceFolder::open(dir).map_err(|error| failed(&error.into()))?;
    let enrolment = DeviceEnrolment {
        address: typed.address,
        code: typed.code,
        expected_ca_sha256: typed.expected_ca_sha256,
        folder: &folder,
        replace,
        proxy: typed.proxy,
        language,
        clock: &SystemClock,
        entropy: &OsEntropy,
        timer: &TokioTimer::begin(),
        on_progress: &|event| eprint(advice::about_enrolment_progress(&event, language)),
    };
    let enrolled = runtime(language)?.block_on(enrol(&enrolment)).map_err(|error| failed(&error))?;
    Ok((enrolled, folder))
}

/// The enrolled device in words.
pub(super) fn for_people(enrolled: &EnrolledDevice, folder: &DeviceFolder, language: Language) -> String {
    let mut text = text!(
        language,
        "studio-enrolled",
        name = escaped(&enrolled.party.name),
        place = escaped(&enrolled.party.place),
        device = enrolled.device_id.to_string(),
        gateway = enrolled.gateway.as_str().trim_end_matches('/'),
        authority = group_fingerprint(&enrolled.ca_sha256),
        until = moment(enrolled.not_after, language),
        files = shown_path(folder.path()),
    );
    if let Some(file) = &enrolled.browser_file {
        let (path, password) = (shown_path(&file.path), file.password.as_str());
        text.push('\n');
        text.push_str(&text!(language, "studio-enrolled-browser", path = path, password = password));
    }
    text
}
