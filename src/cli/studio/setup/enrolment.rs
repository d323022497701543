//! Enrolment with address and code that the user types.

use std::path::Path;

use super::dialog::{Dialog, MAX_TRIES};
use crate::cli::studio::advice::{self, Failure};
use crate::cli::studio::enrol::{TypedInvitation, enrol_into, for_people};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::eprint;
use crate::client::config_location::folder_of;
use crate::client::enrolment::address::EnrolmentAddress;
use crate::client::enrolment::device_folder::ReplacePolicy;
use crate::client::enrolment::enrol::EnrolledDevice;
use crate::client::network::proxy::{ProxyEnvironment, choose_proxy};
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::texts::text;

/// Asks for address and code and enrols this computer, until it is enrolled. Its files are put beside `config_file`; `replaces` renames those of
/// a device that is there.
pub(super) fn enrol_by_dialog(
    config_file: &Path,
    replaces: bool,
    dialog: &mut Dialog,
) -> Result<EnrolledDevice, Failure> {
    let language = dialog.language;
    let mut typed_before: Option<(EnrolmentAddress, EnrolmentCode)> = None;
    let mut failed_with = None;
    let mut tries = 1;
    loop {
        // At the end of the input the exit code is that of the last try.
        let address = ask_address(typed_before.as_ref().map(|(address, _)| address), dialog)
            .map_err(|Failure { exit, message }| Failure::new(failed_with.unwrap_or(exit), message))?;
        let code = ask_code(typed_before.take().map(|(_, code)| code), dialog)?;
        match enrol_once(config_file, replaces, &address, &code, dialog) {
            Ok(enrolled) => return Ok(enrolled),
            // Neither address nor code would change it, or there is nothing to correct.
            Err(failure) if failure.exit == Exit::Setup || tries == MAX_TRIES => return Err(failure),
            Err(Failure { exit, message }) => {
                eprint(format!("\n{message}\n{}", text!(language, "studio-setup-again")));
                failed_with = Some(exit);
            }
        }
        tries += 1;
        typed_before = Some((address, code));
    }
}

/// Asks for the code. After a failed try an empty answer keeps the code.
fn ask_code(typed_before: Option<EnrolmentCode>, dialog: &mut Dialog) -> Result<EnrolmentCode, Failure> {
    let language = dialog.language;
    let question = if typed_before.is_some() { "studio-setup-code-again" } else { "studio-setup-code" };
    let mut typed_before = typed_before;
    dialog.answer_to(&text!(language, question), |typed| match typed_before.take_if(|_| typed.is_empty()) {
        Some(code) => Ok(code),
        None => EnrolmentCode::parse(typed).map_err(|error| advice::about_code(&error, language)),
    })
}

/// Asks for the address of the gateway. After a failed try an empty answer keeps the address.
fn ask_address(typed_before: Option<&EnrolmentAddress>, dialog: &mut Dialog) -> Result<EnrolmentAddress, Failure> {
    let language = dialog.language;
    let question = match typed_before {
        Some(address) => text!(language, "studio-setup-address-again", address = address.host_and_port()),
        None => text!(language, "studio-setup-address"),
    };
    dialog.answer_to(&question, |typed| match typed_before {
        Some(address) if typed.is_empty() => Ok(address.clone()),
        _ => typed.parse().map_err(|error| advice::about_address(&error, language)),
    })
}

fn enrol_once(
    config_file: &Path,
    replaces: bool,
    address: &EnrolmentAddress,
    code: &EnrolmentCode,
    dialog: &Dialog,
) -> Result<EnrolledDevice, Failure> {
    let language = dialog.language;
    let dir = folder_of(config_file);
    let proxy = choose_proxy(None, &ProxyEnvironment::read(), &address.at("/"))
        .map_err(|error| Failure::new(Exit::Setup, advice::about_proxy_url(&error, language)))?;
    let replace = if replaces { ReplacePolicy::WithBackup } else { ReplacePolicy::Never };
    let typed = TypedInvitation { address, code, expected_ca_sha256: None, proxy: proxy.as_ref() };
    let (enrolled, folder) = enrol_into(&dir, &typed, replace, language)?;
    eprint(for_people(&enrolled, &folder, language));
    Ok(enrolled)
}
