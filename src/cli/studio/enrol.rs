//! `lichtbild-studio enrol URL CODE`

use std::io::BufRead;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::exit::Exit;
use super::output::{eprint, print, print_json};
use super::runtime::runtime;
use super::{advice, receipt_text};
use crate::client::enrolment::address::EnrolmentAddress;
use crate::client::enrolment::device_folder::{DeviceFolder, ReplacePolicy};
use crate::client::enrolment::enrol::{DeviceEnrolment, EnrolledDevice, enrol};
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

/// Connect this computer with the invitation of the registration office
///
/// The device's key is made here and never leaves. Interrupted, or asked to wait for an approval: the same command again goes on.
#[derive(Args)]
pub struct Arguments {
    /// The gateway's address as it stands in the invitation, such as gateway.stadt.example
    url: String,
    /// The invitation's code; - reads it from the standard input, so that it stands in no history
    code: String,
    /// Folder for the device's files: studio.toml, device.pem, gateway-ca.pem
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The fingerprint of the gateway's authority from the letter: nothing else is trusted then
    #[arg(long, value_name = "HEX")]
    ca_sha256: Option<String>,
    /// Enrol anew in the place of a device that is there already; its files are kept under numbers
    #[arg(long)]
    replace: bool,
    /// HTTP proxy on the way to the gateway, http://HOST:PORT or http://USER:PASSWORD@HOST:PORT; is written into the configuration
    /// [default: HTTPS_PROXY, which is not written]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of messages, and of the configuration that is written
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

/// Enrols and says how it went.
pub fn run(arguments: &Arguments) -> Exit {
    let language = arguments.lang;
    match prepare(arguments, language) {
        Ok((parsed, runtime)) => runtime.block_on(enrol_here(arguments, &parsed, language)),
        Err(exit) => exit,
    }
}

/// Arguments of the command after parsing.
struct ParsedArguments {
    address: EnrolmentAddress,
    code: EnrolmentCode,
    expected_ca_sha256: Option<Sha256Digest>,
    proxy: Option<HttpProxy>,
}

fn prepare(arguments: &Arguments, language: Language) -> Result<(ParsedArguments, tokio::runtime::Runtime), Exit> {
    let usage_error = |message: String| {
        eprint(message);
        Exit::Usage
    };
    let address: EnrolmentAddress =
        arguments.url.parse().map_err(|error| usage_error(advice::about_address(&error, language)))?;
    let proxy = choose_proxy(arguments.proxy.as_deref(), &ProxyEnvironment::read(), &address.at("/"))
        .map_err(|error| usage_error(advice::about_proxy_url(&error, language)))?;
    let typed = typed_code(&arguments.code).map_err(|error| usage_error(error.to_string()))?;
    let code = EnrolmentCode::parse(&typed).map_err(|error| usage_error(advice::about_code(&error, language)))?;
    let expected_ca_sha256 = arguments.ca_sha256.as_deref().map(|text| {
        parse_fingerprint(text).ok_or_else(|| {
            usage_error(language.pick(
                "Der Fingerabdruck hinter --ca-sha256 hat nicht 64 Ziffern von 0 bis F. Ihn noch einmal aus dem Brief abschreiben.".to_owned(),
                "The fingerprint after --ca-sha256 does not have 64 digits from 0 to F. Copy it from the letter again.".to_owned(),
            ))
        })
    });
    let expected_ca_sha256 = expected_ca_sha256.transpose()?;
    Ok((ParsedArguments { address, code, expected_ca_sha256, proxy }, runtime(language)?))
}

/// The code of the command line, or the first line of the standard input.
fn typed_code(argument: &str) -> std::io::Result<Zeroizing<String>> {
    let mut typed = Zeroizing::new(argument.to_owned());
    if argument == "-" {
        typed.clear();
        std::io::stdin().lock().read_line(&mut typed)?;
    }
    Ok(typed)
}

async fn enrol_here(arguments: &Arguments, parsed: &ParsedArguments, language: Language) -> Exit {
    let timer = TokioTimer::begin();
    let on_progress = |event| eprint(advice::about_enrolment_progress(&event, language));
    let folder = match DeviceFolder::open(&arguments.dir) {
        Ok(folder) => folder,
        Err(error) => {
            let (exit, message) = advice::about_enrol(&error.into(), &parsed.address, &arguments.dir, language);
            eprint(message);
            return exit;
        }
    };
    let enrolment = DeviceEnrolment {
        address: &parsed.address,
        code: &parsed.code,
        expected_ca_sha256: parsed.expected_ca_sha256,
        folder: &folder,
        replace: if arguments.replace { ReplacePolicy::WithBackup } else { ReplacePolicy::Never },
        proxy: parsed.proxy.as_ref(),
        language,
        clock: &SystemClock,
        entropy: &OsEntropy,
        timer: &timer,
        on_progress: &on_progress,
    };
    match enrol(&enrolment).await {
        Ok(enrolled) => show(&enrolled, &folder, arguments.json, language),
        Err(error) => {
            let (exit, message) = advice::about_enrol(&error, &parsed.address, &arguments.dir, language);
            eprint(message);
            exit
        }
    }
}

fn show(enrolled: &EnrolledDevice, folder: &DeviceFolder, json: bool, language: Language) -> Exit {
    let shown = if json {
        let line = EnrolledLine {
            device_id: enrolled.device_id,
            role: enrolled.role,
            party: PartyLine { name: &enrolled.party.name, place: &enrolled.party.place },
            gateway: enrolled.gateway.as_str().trim_end_matches('/'),
            ca_sha256: enrolled.ca_sha256,
            expires_at: enrolled.not_after,
            folder: folder.path(),
            p12: enrolled.browser_file.as_ref().map(|file| file.path.as_path()),
            p12_password: enrolled.browser_file.as_ref().map(|file| file.password.as_str()),
        };
        print_json(&line, language)
    } else {
        print(for_people(enrolled, folder, language), language)
    };
    if let Err(exit) = shown {
        return exit;
    }
    eprint(advice::after_enrolment(enrolled, folder, language));
    Exit::Done
}

fn for_people(enrolled: &EnrolledDevice, folder: &DeviceFolder, language: Language) -> String {
    let until = receipt_text::moment(enrolled.not_after, language);
    let (name, place) = (escaped(&enrolled.party.name), escaped(&enrolled.party.place));
    let gateway = enrolled.gateway.as_str().trim_end_matches('/');
    let (device, files) = (enrolled.device_id, receipt_text::on_one_line(folder.path()));
    let authority = group_fingerprint(&enrolled.ca_sha256);
    let mut text = language.pick(
        format!(
            "Angemeldet:     {name}, {place}\nGerät:          {device}\nGateway:        {gateway}\nAussteller:     {authority}\n\
             Zertifikat bis: {until}\nDateien:        {files}"
        ),
        format!(
            "Enrolled:          {name}, {place}\nDevice:            {device}\nGateway:           {gateway}\nAuthority:         {authority}\n\
             Certificate until: {until}\nFiles:             {files}"
        ),
    );
    if let Some(file) = &enrolled.browser_file {
        let (path, password) = (receipt_text::on_one_line(&file.path), file.password.as_str());
        text.push_str(&language.pick(
            format!("\nFür den Browser: {path}\nKennwort:       {password}"),
            format!("\nFor the browser:   {path}\nPassword:          {password}"),
        ));
    }
    text
}
