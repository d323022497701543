//! What went wrong and what to do next, for the person in the shop: every message ends with the next step.

use std::error::Error as StdError;
use std::path::Path;

use serde_json::Value;

use super::exit::Exit;
use super::receipt::printable;
use crate::client::config::ConfigError;
use crate::client::credentials::{CredentialsError, Fault, Setting};
use crate::client::deposit::DepositError;
use crate::client::notice::Notice;
use crate::client::photo_file::{MAX_BYTES, PhotoFault, PhotoFileError};
use crate::client::push::{PushError, Pushed};
use crate::client::setback::{CertificateRefusal, Distrust, Setback, TlsRefusal};
use crate::client::spool::SpoolError;
use crate::client::stored_receipt::StoredReceiptError;
use crate::clock::Timestamp;
use crate::domain::language::Language;
use crate::wire::problem::ProblemBody;

/// Why `studio.toml` does not serve.
pub fn about_config(error: &ConfigError, language: Language) -> String {
    match error {
        ConfigError::Unreadable { path, source } => language.pick(
            format!("Die Konfiguration {} lässt sich nicht lesen ({source}). Mit --config die richtige Datei angeben.", path.display()),
            format!("The configuration {} cannot be read ({source}). Name the right file with --config.", path.display()),
        ),
        ConfigError::Invalid { path, source } => language.pick(
            format!("Die Konfiguration {} enthält einen Fehler:\n{source}\nBitte diese Zeile berichtigen.", path.display()),
            format!("The configuration {} has a mistake in it:\n{source}\nCorrect this line.", path.display()),
        ),
        ConfigError::Gateway { path, value, .. } => language.pick(
            format!("{}: gateway = {value:?} ist keine Adresse eines Gateways. Erwartet wird https://HOST:PORT ohne Zusatz.", path.display()),
            format!("{}: gateway = {value:?} is no address of a gateway. Write https://HOST:PORT with nothing behind it.", path.display()),
        ),
    }
}

/// Why certificate, key or authorities do not serve.
pub fn about_credentials(error: &CredentialsError, language: Language) -> String {
    let (name, path) = (error.setting.name(), error.path.display());
    let fault = match &error.fault {
        Fault::Unreadable(source) => language.pick(
            format!("lässt sich nicht lesen ({source}). Den Pfad in der Konfiguration prüfen."),
            format!("cannot be read ({source}). Check the path in the configuration."),
        ),
        Fault::NotPem | Fault::NothingInside => {
            let expected = match error.setting {
                Setting::Certificate | Setting::Ca => "BEGIN CERTIFICATE",
                Setting::Key => "BEGIN PRIVATE KEY",
            };
            language.pick(
                format!("ist keine PEM-Datei mit »{expected}«. Die richtige Datei eintragen."),
                format!("is no PEM file with \"{expected}\". Name the right file."),
            )
        }
        Fault::Unusable => language.pick(
            "ist nicht brauchbar: beschädigt, oder Zertifikat und Schlüssel gehören nicht zusammen. Beide Dateien neu ausstellen lassen."
                .to_owned(),
            "is of no use: damaged, or certificate and key do not belong together. Have both files issued again.".to_owned(),
        ),
        Fault::OpenToOthers { mode } => language.pick(
            format!("dürfen auch andere Benutzer lesen (Modus {mode:o}); damit könnten sie im Namen des Studios einliefern. Ausführen: chmod 600 {path}"),
            format!("can be read by other users too (mode {mode:o}), who could deposit in the studio's name. Run: chmod 600 {path}"),
        ),
    };
    format!("{name} = {path}: {fault}")
}

/// The next step after the configuration failed.
pub fn after_setup_error(language: Language) -> &'static str {
    language.pick(
        "Es wurde nichts gesendet. Danach denselben Befehl noch einmal ausführen.",
        "Nothing was sent. Then run the same command again.",
    )
}

/// What should not happen.
pub fn about_unexpected(error: &dyn StdError, language: Language) -> String {
    language.pick(
        format!("Unerwarteter Fehler: {error}. Bitte denselben Befehl noch einmal ausführen und sonst die Betreuung des Gateways anrufen."),
        format!("Unexpected error: {error}. Run the same command again; if it stays, call the gateway's support."),
    )
}

/// What happens while a push goes on.
pub fn about_notice(notice: &Notice, language: Language) -> String {
    match notice {
        Notice::Continuing { since } => language.pick(
            format!("Eine Einlieferung dieses Fotos vom {since} war nicht abgeschlossen und wird fortgesetzt; der Abrufcode bleibt derselbe."),
            format!("A deposit of this photo of {since} was not finished and goes on; its code stays the same."),
        ),
        Notice::OtherGateway { earlier } => language.pick(
            format!("Sie ging an {earlier}; dort kann das Foto ebenfalls liegen und wird nach Ablauf der Frist gelöscht. Es ist nichts zu tun."),
            format!("It went to {earlier}; the photo may lie there too and is erased when its time is over. Nothing to do."),
        ),
        Notice::SetAside { kept_as } => language.pick(
            format!(
                "Die Fotodatei wurde seit einer nicht abgeschlossenen Einlieferung geändert; sie wird als neues Foto eingeliefert. Der frühere \
                 Vorgang steht in {}; die Datei kann gelöscht werden, wenn niemand auf den alten Stand wartet.",
                kept_as.display()
            ),
            format!(
                "The photo file has changed since a deposit that was not finished; it is deposited as a new photo. The earlier one is kept in \
                 {}; delete that file if nobody waits for the old picture.",
                kept_as.display()
            ),
        ),
        Notice::Retrying { setback, pause } => {
            let (cause, seconds) = (about_setback(setback, language), pause.as_secs_f32());
            language.pick(
                format!("{cause} Nächster Versuch in {seconds:.1} s. Bitte warten."),
                format!("{cause} Next try in {seconds:.1} s. Please wait."),
            )
        }
    }
}

fn about_setback(setback: &Setback, language: Language) -> String {
    match setback {
        Setback::Unreachable(cause) => language.pick(
            format!("Das Gateway ist nicht erreichbar ({cause})."),
            format!("The gateway cannot be reached ({cause})."),
        ),
        Setback::TimedOut => language
            .pick("Das Gateway hat nicht rechtzeitig geantwortet.", "The gateway did not answer in time.")
            .to_owned(),
        Setback::Cut(cause) => language.pick(
            format!("Die Verbindung zum Gateway ist abgebrochen ({cause})."),
            format!("The connection to the gateway broke ({cause})."),
        ),
        Setback::Busy { status } => language.pick(
            format!("Das Gateway ist gerade nicht aufnahmebereit (Status {status})."),
            format!("The gateway is not ready for now (status {status})."),
        ),
    }
}

/// Why a photo was not pushed, and how the program ends.
pub fn about_push(error: &PushError, language: Language) -> (Exit, String) {
    match error {
        PushError::Photo(error) => (Exit::Setup, about_photo(error, language)),
        PushError::Spool(error) => about_spool(error, language),
        PushError::Deposit(error) => about_deposit(error, language),
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

/// Why a photo cannot be read.
pub fn about_photo(error: &PhotoFileError, language: Language) -> String {
    let path = error.path.display();
    match &error.fault {
        PhotoFault::Unreadable(source) => language.pick(
            format!("{path} lässt sich nicht lesen ({source}). Dateinamen und Rechte prüfen."),
            format!("{path} cannot be read ({source}). Check its name and permissions."),
        ),
        PhotoFault::NotAFile => language.pick(
            format!("{path} ist keine Datei. Bitte eine JPEG-Datei angeben."),
            format!("{path} is not a file. Name a JPEG file."),
        ),
        PhotoFault::TooLarge => {
            let mebibytes = MAX_BYTES / 1024 / 1024;
            language.pick(
                format!("{path} ist größer als {mebibytes} MiB und kein Passfoto. Bitte das fertige Bild angeben."),
                format!("{path} is larger than {mebibytes} MiB and no passport photo. Name the finished picture."),
            )
        }
    }
}

fn about_spool(error: &SpoolError, language: Language) -> (Exit, String) {
    let message = match error {
        SpoolError::Unreadable { path, source } => unreadable(path, source, language),
        SpoolError::Unwritable { path, source } => unwritable(path, source, language),
        SpoolError::Corrupt { path } => language.pick(
            format!(
                "{} ist beschädigt oder von einer neueren Version; das Foto kann schon eingeliefert sein. Es wurde nichts gesendet. Beim Gateway \
                 nachfragen, ob es angekommen ist; erst dann diese Datei löschen und den Befehl wiederholen (es entsteht ein neuer Abrufcode).",
                path.display()
            ),
            format!(
                "{} is damaged or of a newer version; the photo may have been deposited already. Nothing was sent. Ask at the gateway whether it \
                 arrived; only then delete this file and run the command again (it will give a new code).",
                path.display()
            ),
        ),
        SpoolError::OtherPush { path } => language.pick(
            format!("{} gehört zu einer anderen laufenden Einlieferung. Warten, bis sie fertig ist, und den Befehl wiederholen.", path.display()),
            format!("{} belongs to another push that is going on. Wait for its end and run the command again.", path.display()),
        ),
        SpoolError::Receipt(error) => about_stored_receipt(error, language),
        SpoolError::Entropy(error) => return (Exit::Unexpected, about_unexpected(error, language)),
    };
    (Exit::Setup, message)
}

fn about_stored_receipt(error: &StoredReceiptError, language: Language) -> String {
    match error {
        StoredReceiptError::Unreadable { path, source } => unreadable(path, source, language),
        StoredReceiptError::Unwritable { path, source } => unwritable(path, source, language),
        StoredReceiptError::Corrupt { path } => language.pick(
            format!(
                "Die Quittung {} ist beschädigt oder von einer neueren Version. Ist der Abrufcode noch bekannt, ist nichts zu tun; sonst die Datei \
                 umbenennen und den Befehl wiederholen (es entsteht ein neuer Abrufcode).",
                path.display()
            ),
            format!(
                "The receipt {} is damaged or of a newer version. If the code is still known, nothing has to be done; otherwise rename the file and \
                 run the command again (it will give a new code).",
                path.display()
            ),
        ),
    }
}

fn unreadable(path: &Path, source: &std::io::Error, language: Language) -> String {
    language.pick(
        format!("{} lässt sich nicht lesen ({source}). Rechte prüfen und den Befehl wiederholen.", path.display()),
        format!("{} cannot be read ({source}). Check its permissions and run the command again.", path.display()),
    )
}

fn unwritable(path: &Path, source: &std::io::Error, language: Language) -> String {
    language.pick(
        format!(
            "{} lässt sich nicht schreiben ({source}). Das Foto in einen beschreibbaren Ordner mit freiem Platz legen und den Befehl wiederholen.",
            path.display()
        ),
        format!(
            "{} cannot be written ({source}). Put the photo into a writable folder with free space and run the command again.",
            path.display()
        ),
    )
}

fn about_deposit(error: &DepositError, language: Language) -> (Exit, String) {
    match error {
        DepositError::Refused(problem) => {
            let next = language.pick(
                "Es wurde nichts gespeichert. Das Foto berichtigen oder neu aufnehmen und wieder einliefern.",
                "Nothing was stored. Correct the photo or take a new one and push it again.",
            );
            (Exit::PhotoRefused, format!("{}\n{next}", about_problem(problem, language)))
        }
        DepositError::NotAllowed(problem) => {
            let next = language.pick(
                "Bitte das Amt anrufen, das dieses Studio angemeldet hat. Wird es wieder freigegeben, ergibt derselbe Befehl einen Abrufcode.",
                "Call the authority that registered this studio. Once it is let in again, the same command gives a code.",
            );
            (Exit::NotAllowed, format!("{}\n{next}", about_problem(problem, language)))
        }
        DepositError::Tls(refusal) => about_tls(refusal, language),
        DepositError::GaveUp { tries, last } => {
            let cause = about_setback(last, language);
            let message = language.pick(
                format!("{cause} Nach {tries} Versuchen aufgegeben. Später denselben Befehl noch einmal ausführen: es wird derselbe Abrufcode vergeben."),
                format!("{cause} Gave up after {tries} tries. Run the same command again later: the same code will be given."),
            );
            (Exit::GaveUp, message)
        }
        DepositError::Declined(problem) => {
            let next = language.pick(
                "Das sollte nicht vorkommen. Bitte diese Meldung der Betreuung des Gateways geben; derselbe Befehl ergibt danach denselben Abrufcode.",
                "This should not happen. Give this message to the gateway's support; afterwards the same command gives the same code.",
            );
            (Exit::Unexpected, format!("{}\n{next}", about_problem(problem, language)))
        }
        DepositError::NotAGateway { status } => {
            let message = language.pick(
                format!("Unter der Adresse antwortet kein Lichtbild-Gateway (Status {status}). Die Zeile gateway in der Konfiguration prüfen."),
                format!("What answers at this address is no Lichtbild gateway (status {status}). Check the line gateway in the configuration."),
            );
            (Exit::Setup, message)
        }
        DepositError::ReceiptDoesNotFit(_) | DepositError::ReceiptUnreadable(_) => {
            let message = language.pick(
                format!(
                    "Die Quittung des Gateways passt nicht zum Foto ({error}). Keinen Abrufcode ausgeben. Lichtbild aktualisieren und denselben \
                     Befehl noch einmal ausführen; bleibt es dabei, die Betreuung des Gateways anrufen."
                ),
                format!(
                    "The gateway's receipt does not serve ({error}). Hand out no code. Update Lichtbild and run the same command again; if it \
                     stays, call the gateway's support."
                ),
            );
            (Exit::Unexpected, message)
        }
    }
}

fn about_tls(refusal: &TlsRefusal, language: Language) -> (Exit, String) {
    match refusal {
        TlsRefusal::OurCertificate(refusal) => (Exit::NotAllowed, about_our_certificate(*refusal, language).to_owned()),
        TlsRefusal::TheirCertificate(distrust) => (Exit::Setup, about_their_certificate(distrust, language)),
        TlsRefusal::NothingInCommon => {
            let message = language.pick(
                "Dieses Programm und das Gateway haben kein gemeinsames TLS-Verfahren. Adresse in der Zeile gateway prüfen und Lichtbild aktualisieren.",
                "This program and the gateway have no version of TLS in common. Check the address in the line gateway and update Lichtbild.",
            );
            (Exit::Setup, message.to_owned())
        }
    }
}

fn about_our_certificate(refusal: CertificateRefusal, language: Language) -> &'static str {
    match refusal {
        CertificateRefusal::Revoked => language.pick(
            "Das Gateway lehnt das Zertifikat dieses Geräts ab: es ist gesperrt. Beim Amt ein neues Gerät anmelden; danach denselben Befehl ausführen.",
            "The gateway refuses this device's certificate: it is revoked. Have the authority register a new device; then run the same command.",
        ),
        CertificateRefusal::OutOfTime => language.pick(
            "Das Gateway lehnt das Zertifikat dieses Geräts ab: es ist abgelaufen oder noch nicht gültig. Uhr dieses Rechners prüfen; ist das Zertifikat \
             abgelaufen, beim Amt ein neues holen.",
            "The gateway refuses this device's certificate: it has expired or is not valid yet. Check this computer's clock; if the certificate has \
             expired, get a new one from the authority.",
        ),
        CertificateRefusal::UnknownIssuer => language.pick(
            "Das Gateway kennt den Aussteller des Zertifikats nicht. Prüfen, ob certificate und gateway in der Konfiguration zusammengehören.",
            "The gateway does not know who issued the certificate. Check that certificate and gateway in the configuration belong together.",
        ),
        CertificateRefusal::Unfit => language.pick(
            "Das Gateway lehnt das Zertifikat dieses Geräts ab. Beim Amt ein neues holen und in der Konfiguration eintragen.",
            "The gateway refuses this device's certificate. Get a new one from the authority and name it in the configuration.",
        ),
    }
}

fn about_their_certificate(distrust: &Distrust, language: Language) -> String {
    let (cause, next) = match distrust {
        Distrust::UnknownIssuer => language.pick(
            (
                "sein Aussteller steht nicht in der Datei ca".to_owned(),
                "In der Zeile ca die Datei des Gateways eintragen, die das Amt ausgegeben hat.",
            ),
            (
                "its issuer is not in the file ca".to_owned(),
                "Name in the line ca the gateway's file that the authority handed out.",
            ),
        ),
        Distrust::OtherName => language.pick(
            (
                "es gilt für einen anderen Rechnernamen".to_owned(),
                "Die Zeile gateway genau so schreiben, wie das Amt die Adresse angegeben hat.",
            ),
            (
                "it is for another host name".to_owned(),
                "Write the line gateway exactly as the authority gave the address.",
            ),
        ),
        Distrust::NotValidYet => language.pick(
            (
                "nach der Uhr dieses Rechners ist es noch nicht gültig".to_owned(),
                "Wahrscheinlich geht die Uhr nach: Datum und Uhrzeit stellen.",
            ),
            (
                "by this computer's clock it is not valid yet".to_owned(),
                "Its clock is probably slow: set date and time.",
            ),
        ),
        Distrust::Expired => language.pick(
            (
                "nach der Uhr dieses Rechners ist es abgelaufen".to_owned(),
                "Datum und Uhrzeit prüfen; stimmen sie, die Betreuung des Gateways anrufen.",
            ),
            (
                "by this computer's clock it has expired".to_owned(),
                "Check date and time; if they are right, call the gateway's support.",
            ),
        ),
        Distrust::Other(cause) => language.pick(
            (cause.clone(), "Die Betreuung des Gateways anrufen."),
            (cause.clone(), "Call the gateway's support."),
        ),
    };
    language.pick(
        format!("Dem Zertifikat des Gateways wird nicht vertraut: {cause}. Es wurde kein Foto gesendet. {next}"),
        format!("The gateway's certificate is not trusted: {cause}. No photo was sent. {next}"),
    )
}

/// The gateway's own words, then its findings. They are shown as they came, known to this version or not.
fn about_problem(problem: &ProblemBody, language: Language) -> String {
    let mut text = format!("{} {}", problem.title, problem.detail);
    let findings = problem.extensions.get("findings").and_then(Value::as_array).into_iter().flatten();
    for finding in findings {
        let part = |name| finding.get(name).and_then(Value::as_str).unwrap_or("?");
        let (message, measured, limit) = (part("message"), part("measured"), part("limit"));
        text.push_str(&language.pick(
            format!("\n  - {message} (gemessen: {measured}; verlangt: {limit})"),
            format!("\n  - {message} (measured: {measured}; asked for: {limit})"),
        ));
    }
    printable(&text)
}

/// What to do with a receipt.
pub fn after_receipt(pushed: &Pushed, now: Timestamp, language: Language) -> &'static str {
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
