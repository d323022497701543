//! `lichtbild-studio renew`

use std::path::Path;
use std::time::Duration;

use clap::Args;

use super::advice::{Failure, about_renewal};
use super::config_option::StudioConfigOption;
use super::exit::Exit;
use super::output::{eprint, fail, print};
use super::receipt_text::moment;
use super::runtime::runtime;
use crate::client::config::StudioConfig;
use crate::client::credentials::Credentials;
use crate::client::enrolment::renew::{ClientRenewError, certificate_in_use, renew};
use crate::client::enrolment::renewal_lock::RenewalLock;
use crate::client::enrolment::renewal_schedule::renewal_due_at;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::texts::language::Language;
use crate::texts::text;

/// Longest wait for a renewal by another program: four requests with the default time limit of two minutes.
const LOCK_TIMEOUT: Duration = Duration::from_mins(8);

/// Renew this computer's certificate with a new key, if it is due
///
/// It is due at two thirds of its lifetime. If no watch runs on this computer, run this once a week.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: StudioConfigOption,
    /// Renew the certificate even if it is not due
    #[arg(long)]
    force: bool,
    /// Language of messages [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

/// Renews the certificate, and prints the end of the new one.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config = arguments.config.file(arguments.lang);
    let language = arguments
        .lang
        .unwrap_or_else(|| StudioConfig::load(&config).map_or_else(|_| Language::default(), |config| config.language));
    let runtime = runtime(language).map_err(fail)?;
    if !is_due(arguments, &config, language)? {
        return Ok(Exit::Done);
    }
    let Some(_lock) = runtime.block_on(lock(&config, language)) else {
        return Err(fail(Failure::new(Exit::GaveUp, text!(language, "studio-renewal-still-locked"))));
    };
    // Another program may have renewed it meanwhile.
    if !is_due(arguments, &config, language)? {
        return Ok(Exit::Done);
    }
    let renewed = runtime
        .block_on(renew(&config, arguments.lang, &SystemClock))
        .map_err(|error| fail(about_renewal(&error, language)))?;
    let until = moment(renewed.certificate.not_after, language);
    print(text!(language, "studio-new-certificate-until", until = until), language)?;
    Ok(Exit::Done)
}

/// Reports whether the certificate is to be renewed, and prints when it will be due if it is not.
fn is_due(arguments: &Arguments, config: &Path, language: Language) -> Result<bool, Exit> {
    let due = renewal_due(config).map_err(|error| fail(about_renewal(&error, language)))?;
    let is_due = arguments.force || due <= SystemClock.now();
    if !is_due {
        eprint(text!(language, "studio-renewal-not-due", due = moment(due, language)));
    }
    Ok(is_due)
}

fn renewal_due(config: &Path) -> Result<Timestamp, ClientRenewError> {
    let config = StudioConfig::load(config)?;
    Ok(renewal_due_at(&certificate_in_use(&config, &Credentials::load(&config)?)?))
}

/// Takes the lock. If another program has it, tells that and waits.
async fn lock(config: &Path, language: Language) -> Option<RenewalLock> {
    if let Some(lock) = RenewalLock::acquire(config, Duration::ZERO).await {
        return Some(lock);
    }
    eprint(text!(language, "studio-renewal-locked"));
    RenewalLock::acquire(config, LOCK_TIMEOUT).await
}
