//! Messages about a push: its progress, its end and its receipt.

use super::connection::about_transient_error;
use super::deposit::{about_deposit, about_refusal_maybe_stored};
use super::files::{about_photo, about_spool, about_stored_receipt};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::{moment, on_one_line};
use crate::client::photo::push::{PushError, PushedPhoto};
use crate::client::progress::ProgressEvent;
use crate::clock::Timestamp;
use crate::texts::language::Language;

/// Explains why a photo was not pushed, and gives the exit code.
pub fn about_push(error: &PushError, language: Language) -> (Exit, String) {
    match error {
        PushError::Photo(error) => (Exit::Setup, about_photo(error, language)),
        PushError::Spool(error) => about_spool(error, language),
        PushError::Deposit(error) => about_deposit(error, language),
        PushError::RefusedMaybeStored { problem, spool } => about_refusal_maybe_stored(problem, spool, language),
        PushError::ReceiptNotStored(error) => {
            let cause = about_stored_receipt(error, language);
            let next = language.pick(
                "Das Foto ist eingeliefert. Derselbe Befehl ergibt danach denselben Abrufcode.",
                "The photo is deposited. Afterwards the same command gives the same code.",
            );
            (Exit::Setup, format!("{cause} {next}"))
        }
    }
}

/// Describes an event of a push in progress.
pub fn about_progress(event: &ProgressEvent, language: Language) -> String {
    match event {
        ProgressEvent::Resuming { since } => {
            let since = moment(*since, language);
            language.pick(
                format!("Eine Einlieferung dieses Fotos vom {since} war nicht abgeschlossen und wird fortgesetzt; der Abrufcode bleibt derselbe."),
                format!("A deposit of this photo of {since} was not finished and goes on; its code stays the same."),
            )
        }
        ProgressEvent::GatewayChanged { earlier } => language.pick(
            format!("Sie ging an {earlier}; dort kann das Foto ebenfalls liegen und wird nach Ablauf der Frist gelöscht. Es ist nichts zu tun."),
            format!("It went to {earlier}; the photo may lie there too and is erased when its time is over. Nothing to do."),
        ),
        ProgressEvent::SpoolRotated { rotated_to } => language.pick(
            format!(
                "Die Fotodatei wurde seit einer nicht abgeschlossenen Einlieferung geändert; sie wird als neues Foto eingeliefert. Der frühere \
                 Vorgang steht in {}; die Datei kann gelöscht werden, wenn niemand auf den alten Stand wartet.",
                on_one_line(rotated_to)
            ),
            format!(
                "The photo file has changed since a deposit that was not finished; it is deposited as a new photo. The earlier one is kept in \
                 {}; delete that file if nobody waits for the old picture.",
                on_one_line(rotated_to)
            ),
        ),
        ProgressEvent::Retrying { error, pause } => {
            let (cause, seconds) = (about_transient_error(error, language), pause.as_secs_f32());
            language.pick(
                format!("{cause} Nächster Versuch in {seconds:.1} s. Bitte warten."),
                format!("{cause} Next try in {seconds:.1} s. Please wait."),
            )
        }
    }
}

/// Describes the next step with a receipt.
pub fn after_receipt(pushed: &PushedPhoto, now: Timestamp, language: Language) -> &'static str {
    if pushed.receipt.expires_at <= now {
        return language.pick(
            "Die Frist ist abgelaufen, der Abrufcode gilt nicht mehr. Mit --again neu einliefern.",
            "Its time is over, the code no longer works. Deposit the photo anew with --again.",
        );
    }
    if pushed.replayed {
        return language.pick(
            "Dieses Foto war schon eingeliefert; der Abrufcode ist derselbe. Den Abrufcode der Kundin oder dem Kunden mitgeben.",
            "This photo was deposited before; the code is the same. Give the code to the customer.",
        );
    }
    language.pick(
        "Das Foto ist eingeliefert. Den Abrufcode der Kundin oder dem Kunden mitgeben.",
        "The photo is deposited. Give the code to the customer.",
    )
}
