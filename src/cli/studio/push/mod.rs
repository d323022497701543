//! `lichtbild-studio push PHOTO…`

mod arguments;
mod earlier;
mod one_photo;
mod photo_paths;

use super::advice;
use super::exit::Exit;
use super::output::eprint;
use super::runtime::runtime;
use crate::client::config::StudioConfig;
use crate::client::deposited::journal::DepositJournal;
use crate::client::enrolment::auto_renewal::{CertificateRenewer, RenewalEvent};
use crate::client::gateway_client::GatewayClient;
use crate::clock::SystemClock;
use crate::texts::language::Language;
pub use arguments::Arguments;
use one_photo::{Next, PhotoPush};

/// Pushes the photos and says how it went.
pub fn run(arguments: &Arguments) -> Exit {
    match prepare(arguments) {
        Ok((renewer, client, language)) => match runtime(language) {
            Ok(runtime) => runtime.block_on(push_all(arguments, &renewer, client, language)),
            Err(exit) => exit,
        },
        Err(exit) => exit,
    }
}

fn prepare(arguments: &Arguments) -> Result<(CertificateRenewer, GatewayClient, Language), Exit> {
    let requested_language = arguments.lang;
    let setup_error = |language: Language, message: String| {
        eprint(message);
        eprint(advice::after_setup_error(language));
        Exit::Setup
    };
    let config = StudioConfig::load(&arguments.config).map_err(|error| {
        let language = requested_language.unwrap_or_default();
        setup_error(language, advice::about_config(&error, language))
    })?;
    let language = requested_language.unwrap_or(config.language);
    let (renewer, client) = CertificateRenewer::load(&arguments.config)
        .map_err(|error| setup_error(language, advice::about_renewal(&error, language).1))?;
    Ok((renewer.in_language(language), client, language))
}

async fn push_all(
    arguments: &Arguments,
    renewer: &CertificateRenewer,
    client: GatewayClient,
    language: Language,
) -> Exit {
    let (client, mut worst) = renew_if_due(renewer, client, language).await;
    let photos = photo_paths::expand(&arguments.photos);
    let push = PhotoPush {
        arguments,
        client,
        journal: DepositJournal::beside(&arguments.config),
        is_one_of_several: photos.len() > 1,
        language,
    };
    let mut photos = photos.iter();
    for photo in photos.by_ref() {
        let (exit, next) = push.push(photo).await;
        worst = worst.worse(exit);
        if next == Next::Stop {
            break;
        }
    }
    for photo in photos {
        if let Err(exit) = push.report_untried(photo) {
            return exit;
        }
    }
    worst
}

/// The client to push with, and what to end with if everything else goes well. A renewal that fails holds up no photo.
async fn renew_if_due(
    renewer: &CertificateRenewer,
    client: GatewayClient,
    language: Language,
) -> (GatewayClient, Exit) {
    let exit = std::sync::Mutex::new(Exit::Done);
    let on_event = |event: RenewalEvent| {
        eprint(advice::about_renewal_event(&event, language));
        if let (RenewalEvent::Failed { .. }, Ok(mut exit)) = (event, exit.lock()) {
            *exit = Exit::Attention;
        }
    };
    let renewed = renewer.renew_if_due(&SystemClock, &on_event).await;
    let exit = exit.lock().map_or(Exit::Attention, |exit| *exit);
    (renewed.unwrap_or(client), exit)
}
