//! `lichtbild-studio renew`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::exit::Exit;
use super::output::{eprint, print};
use super::runtime::runtime;
use super::{advice, receipt_text};
use crate::client::config::StudioConfig;
use crate::client::credentials::Credentials;
use crate::client::enrolment::renew::{ClientRenewError, certificate_in_use, renew};
use crate::client::enrolment::renewal_lock::RenewalLock;
use crate::client::enrolment::renewal_schedule::renewal_due_at;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::texts::language::Language;

/// Longest wait for a renewal by another program: four requests, which end after two minutes each unless the configuration says otherwise.
const LOCK_PATIENCE: Duration = Duration::from_mins(8);

/// Renew this computer's certificate with a new key, if it is due
///
/// It is due at two thirds of its lifetime. Where nothing runs all day, run this once a week.
#[derive(Args)]
pub struct Arguments {
    /// Gateway address, certificate and key of this computer
    #[arg(long, value_name = "FILE", env = "LICHTBILD_STUDIO_CONFIG", default_value = "studio.toml")]
    config: PathBuf,
    /// Renew although it is not due
    #[arg(long)]
    force: bool,
    /// Language of messages [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

/// Renews and says how it went.
pub fn run(arguments: &Arguments) -> Exit {
    let requested_language = arguments.lang;
    let language = requested_language.unwrap_or_else(|| {
        StudioConfig::load(&arguments.config).map_or_else(|_| Language::default(), |config| config.language)
    });
    let runtime = match runtime(language) {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    if let Some(exit) = nothing_to_do(arguments, language) {
        return exit;
    }
    let Some(_lock) = runtime.block_on(lock(arguments, language)) else {
        eprint(language.pick(
            "Ein anderes Programm erneuert dieses Zertifikat noch immer. Später denselben Befehl noch einmal ausführen.",
            "Another program is still renewing this certificate. Run the same command again later.",
        ));
        return Exit::GaveUp;
    };
    // Another program may have renewed it meanwhile.
    if let Some(exit) = nothing_to_do(arguments, language) {
        return exit;
    }
    match runtime.block_on(renew(&arguments.config, requested_language, &SystemClock)) {
        Ok(renewed) => {
            let until = receipt_text::moment(renewed.certificate.not_after, language);
            let text =
                language.pick(format!("Neues Zertifikat bis: {until}"), format!("New certificate until: {until}"));
            print(text, language).err().unwrap_or(Exit::Done)
        }
        Err(error) => failed(&error, language),
    }
}

/// The exit code if there is nothing to renew, which is told.
fn nothing_to_do(arguments: &Arguments, language: Language) -> Option<Exit> {
    match due(arguments) {
        Ok(due) if due > SystemClock.now() && !arguments.force => {
            let due = receipt_text::moment(due, language);
            eprint(language.pick(
                format!("Das Zertifikat ist erst am {due} zu erneuern. Es ist nichts zu tun; mit --force geschieht es trotzdem."),
                format!("The certificate is not due for renewal before {due}. Nothing to do; --force renews it all the same."),
            ));
            Some(Exit::Done)
        }
        Ok(_) => None,
        Err(error) => Some(failed(&error, language)),
    }
}

/// The lock, for which it waits if another program has it, and says so.
async fn lock(arguments: &Arguments, language: Language) -> Option<RenewalLock> {
    if let Some(lock) = RenewalLock::acquire(&arguments.config, Duration::ZERO).await {
        return Some(lock);
    }
    eprint(language.pick(
        "Ein anderes Programm erneuert dieses Zertifikat gerade. Bitte warten.",
        "Another program is renewing this certificate. Please wait.",
    ));
    RenewalLock::acquire(&arguments.config, LOCK_PATIENCE).await
}

fn due(arguments: &Arguments) -> Result<Timestamp, ClientRenewError> {
    let config = StudioConfig::load(&arguments.config)?;
    Ok(renewal_due_at(&certificate_in_use(&config, &Credentials::load(&config)?)?))
}

fn failed(error: &ClientRenewError, language: Language) -> Exit {
    let (exit, message) = advice::about_renewal(error, language);
    eprint(message);
    exit
}
