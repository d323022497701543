//! `lichtbild-studio push PHOTO…`

mod arguments;
mod earlier;
mod one_photo;

use super::advice;
use super::exit::Exit;
use super::output::eprint;
use super::output::fail;
use super::runtime::{fail_before_sending, load_config, runtime};
use crate::client::deposited::journal::DepositJournal;
use crate::client::enrolment::auto_renewal::{CertificateRenewer, RenewalEvent};
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::photo_paths::expand;
use crate::clock::SystemClock;
use crate::texts::language::Language;
pub use arguments::Arguments;
use one_photo::{Next, PhotoPush};

/// Pushes the photos, and prints their results.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config = arguments.config.file(arguments.lang);
    let language = load_config(&config, arguments.lang)?.language;
    let (renewer, client) = CertificateRenewer::load(&config)
        .map_err(|error| fail_before_sending(advice::about_renewal(&error, language), language))?;
    let renewer = renewer.in_language(language);
    runtime(language).map_err(fail)?.block_on(push_all(
        arguments,
        DepositJournal::beside(&config),
        &renewer,
        client,
        language,
    ))
}

async fn push_all(
    arguments: &Arguments,
    journal: DepositJournal,
    renewer: &CertificateRenewer,
    client: GatewayClient,
    language: Language,
) -> Result<Exit, Exit> {
    let (client, mut worst) = renew_if_due(renewer, client, language).await;
    let photos = expand(&arguments.photos);
    let push = PhotoPush { arguments, client, journal, is_one_of_several: photos.len() > 1, language };
    let mut photos = photos.iter();
    for photo in photos.by_ref() {
        let (exit, next) = push.push(photo).await;
        worst = worst.worse(exit);
        if next == Next::Stop {
            break;
        }
    }
    for photo in photos {
        push.report_untried(photo)?;
    }
    Ok(worst)
}

/// The client to push with, and the exit code if all photos are pushed. Photos are pushed even if the renewal fails.
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
