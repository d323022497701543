//! Messages about the enrolment of a computer as a device of the gateway.

use std::path::Path;

use super::connection::{about_inspection, about_transient_error};
use super::gateway_error::about_gateway_error;
use super::problem::about_problem;
use super::unexpected::about_unexpected;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::on_one_line;
use crate::client::enrolment::address::{AddressError, EnrolmentAddress};
use crate::client::enrolment::bootstrap::BootstrapError;
use crate::client::enrolment::device_folder::{DeviceFolder, DeviceFolderError, PENDING_KEY_FILE};
use crate::client::enrolment::enrol::{ClientEnrolError, EnrolledDevice, EnrolmentProgress};
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::response::problem_type;
use crate::client::transient_error::{ServerCertError, TlsFailure, TransientError};
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::display_text::escaped;
use crate::domain::party::Role;
use crate::identity::certificate::group_fingerprint;
use crate::texts::language::Language;

/// Explains why the text is not an address.
pub fn about_address(error: &AddressError, language: Language) -> String {
    match error {
        AddressError::NotEncrypted => language.pick(
            "Eine Adresse mit http:// wird nicht benutzt: der Code ginge unverschlüsselt über die Leitung. Mit https:// oder ohne Vorsatz schreiben.",
            "An address with http:// is not used: the code would cross the line in the clear. Write it with https:// or without.",
        ),
        AddressError::Path => language.pick(
            "Hinter Rechnername und Port steht noch etwas. Nur die Adresse aus der Einladung schreiben, etwa gateway.stadt.example.",
            "Something stands behind host and port. Write only the address of the invitation, such as gateway.stadt.example.",
        ),
        AddressError::Malformed => language.pick(
            "Das ist keine Adresse. Sie so schreiben, wie sie in der Einladung steht, etwa gateway.stadt.example.",
            "This is no address. Write it as it stands in the invitation, such as gateway.stadt.example.",
        ),
    }
    .to_owned()
}

/// Explains why the text is not a code.
pub fn about_code(error: &CodeError, language: Language) -> String {
    let cause = code_error_in_words(error, language);
    let next = language.pick(
        "Es wurde nichts gesendet und kein Versuch verbraucht. Den Code noch einmal aus der Einladung abschreiben.",
        "Nothing was sent and no try was used up. Copy the code from the invitation again.",
    );
    format!("{cause} {next}")
}

/// Describes the typing error of a code.
pub fn code_error_in_words(error: &CodeError, language: Language) -> String {
    match error {
        CodeError::Length { symbols } => language.pick(
            format!("Der Code hat 20 Zeichen, getippt wurden {symbols}."),
            format!("The code has 20 symbols, {symbols} were typed."),
        ),
        CodeError::GroupLength { group, symbols } => language.pick(
            format!("Gruppe {group} des Codes hat {symbols} statt 5 Zeichen."),
            format!("Group {group} of the code has {symbols} instead of 5 symbols."),
        ),
        CodeError::UnknownCharacter { place: Some(SymbolPosition { group, position }), .. } => language.pick(
            format!("Das {position}. Zeichen der Gruppe {group} kommt in keinem Code vor."),
            format!("Symbol {position} of group {group} is one that no code contains."),
        ),
        CodeError::UnknownCharacter { place: None, .. } => language
            .pick("Darin ist ein Zeichen, das in keinem Code vorkommt.", "It has a character that no code contains.")
            .to_owned(),
        CodeError::Keyboard(KeyboardFault::ShiftLock) => language
            .pick(
                "Statt Ziffern kamen die Zeichen darüber an: Die Feststelltaste ist gedrückt.",
                "Instead of digits the signs above them arrived: caps lock is on.",
            )
            .to_owned(),
        CodeError::Keyboard(KeyboardFault::HyphenAsEszett | KeyboardFault::French) => language
            .pick(
                "Die Tastatur ist auf die Belegung eines anderen Landes eingestellt.",
                "The keyboard is set to another country's layout.",
            )
            .to_owned(),
        CodeError::Foreign(_) => language
            .pick("Das ist der Inhalt eines anderen Symbols.", "This is the content of another symbol.")
            .to_owned(),
        CodeError::SwappedLayout => language
            .pick(
                "Y und Z sind wohl vertauscht: die Tastatur ist auf die Belegung eines anderen Landes eingestellt.",
                "Y and Z are probably swapped: the keyboard is set to another country's layout.",
            )
            .to_owned(),
        CodeError::CheckSymbol => language
            .pick(
                "Ein Zeichen des Codes ist falsch, oder zwei sind vertauscht.",
                "A symbol of the code is wrong, or two are swapped.",
            )
            .to_owned(),
    }
}

/// Describes an event of an enrolment in progress.
pub fn about_enrolment_progress(event: &EnrolmentProgress, language: Language) -> String {
    match event {
        EnrolmentProgress::GatewayVerified { ca_sha256, gateway, party } => {
            let (fingerprint, name, place) =
                (group_fingerprint(ca_sha256), escaped(&party.name), escaped(&party.place));
            language.pick(
                format!(
                    "Das Gateway {gateway} hat sich ausgewiesen; es lädt ein: {name}, {place}.\nSein Fingerabdruck, zum Vergleich mit dem Brief:\n  {fingerprint}"
                ),
                format!(
                    "The gateway {gateway} has proved itself; it invites: {name}, {place}.\nIts fingerprint, for comparing with the letter:\n  {fingerprint}"
                ),
            )
        }
        EnrolmentProgress::WaitingForApproval { spki_sha256, device_id } => {
            let fingerprint = group_fingerprint(spki_sha256);
            language.pick(
                format!(
                    "Das Amt muss dieses Gerät noch freigeben. Dort anrufen und vorlesen:\n  Gerät {device_id}\n  Schlüssel {fingerprint}\n\
                     Freigegeben wird, wenn dort dieselben Zeichen stehen. Dieses Programm wartet; nach Strg-C geht derselbe Befehl im \
                     selben Ordner weiter."
                ),
                format!(
                    "The office has to approve this device first. Call and read out:\n  device {device_id}\n  key {fingerprint}\n\
                     They approve it if they see the same characters. This program waits; after Ctrl-C the same command in the same \
                     folder goes on."
                ),
            )
        }
        EnrolmentProgress::PollFailed { error, pause } => {
            let (_, cause) = about_gateway_error(error, language);
            let seconds = pause.as_secs_f32();
            language.pick(
                format!("{cause}\nNächste Frage in {seconds:.0} s. Bitte warten."),
                format!("{cause}\nAsking again in {seconds:.0} s. Please wait."),
            )
        }
    }
}

/// Describes the next step after an enrolment.
pub fn after_enrolment(enrolled: &EnrolledDevice, folder: &DeviceFolder, language: Language) -> String {
    let files = on_one_line(folder.path());
    match enrolled.role {
        Role::Studio if files == "." => language
            .pick("Als Nächstes: lichtbild-studio push FOTO.jpg", "Next: lichtbild-studio push PHOTO.jpg")
            .to_owned(),
        Role::Studio => language.pick(
            format!("Als Nächstes: lichtbild-studio push FOTO.jpg --config {files}/studio.toml"),
            format!("Next: lichtbild-studio push PHOTO.jpg --config {files}/studio.toml"),
        ),
        Role::Office => language.pick(
            "Als Nächstes: device.p12 mit dem Kennwort in den Browser einlesen und die Datei dann löschen. Das Zertifikat eines Browsers \
             erneuert sich nicht selbst: vor seinem Ende eine neue Einladung holen. Sagt ein altes Windows (Server 2016) oder macOS, das Kennwort sei falsch: \
             `openssl pkcs12 -in device.p12 -nodes | openssl pkcs12 -export -legacy -out alt.p12`. Für ein Fachverfahren: `lichtbild-studio renew` \
             einmal am Tag."
                .to_owned(),
            "Next: import device.p12 into the browser with the password, then delete the file. A browser's certificate does not renew itself: \
             get a new invitation before it ends. Where an old Windows (Server 2016) or macOS calls the password wrong: \
             `openssl pkcs12 -in device.p12 -nodes | openssl pkcs12 -export -legacy -out old.p12`. For application software: `lichtbild-studio renew` \
             once a day."
                .to_owned(),
        ),
    }
}

/// Explains why this computer is not enrolled, and gives the exit code.
pub fn about_enrol(
    error: &ClientEnrolError,
    address: &EnrolmentAddress,
    folder: &Path,
    language: Language,
) -> (Exit, String) {
    match error {
        ClientEnrolError::Folder(error) => about_device_folder(error, language),
        ClientEnrolError::Bootstrap(error) => about_bootstrap(error, address, language),
        ClientEnrolError::Certificate(GatewayError::Tls(TlsFailure::ServerCertificate(error))) => {
            (Exit::Setup, about_server_certificate_error(error, language))
        }
        ClientEnrolError::Certificate(GatewayError::Refused(problem)) if problem_type(problem) == "key-reused" => {
            let file = on_one_line(folder.join(PENDING_KEY_FILE));
            let next = language.pick(
                format!("Die Datei {file} löschen und die Anmeldung mit demselben Code wiederholen: dann entsteht ein neuer."),
                format!("Delete the file {file} and enrol again with the same code: that makes a new one."),
            );
            (Exit::NotAllowed, format!("{}\n{next}", about_problem(problem, language)))
        }
        ClientEnrolError::Certificate(error) => about_gateway_error(error, language),
    }
}

fn about_bootstrap(error: &BootstrapError, address: &EnrolmentAddress, language: Language) -> (Exit, String) {
    let address = address.host_and_port();
    match error {
        BootstrapError::Request(GatewayError::Transient(
            error @ (TransientError::Unreachable(_) | TransientError::TimedOut | TransientError::ConnectionLost(_)),
        )) => (Exit::GaveUp, about_silence(error, &address, language)),
        BootstrapError::Request(error) if is_wrong_listener(error) => (Exit::Setup, no_enrolment(&address, language)),
        BootstrapError::Request(error) => about_gateway_error(error, language),
        BootstrapError::Unreadable => (Exit::Setup, no_enrolment(&address, language)),
        BootstrapError::ForeignServer { issuer } => {
            let issuer = escaped(issuer);
            let certificate = language.pick(
                format!(
                    "Das Zertifikat dort kommt von {issuer}: ist das eine Firewall oder ein Virenscanner, dort {address} von der Prüfung \
                     ausnehmen."
                ),
                format!(
                    "The certificate there comes from {issuer}: if that is a firewall or virus scanner that inspects TLS, exempt {address} there."
                ),
            );
            (Exit::Setup, format!("{} {certificate}", no_enrolment(&address, language)))
        }
        BootstrapError::InvalidProof => {
            let message = language.pick(
                "Was unter dieser Adresse antwortet, kennt den Code nicht und gibt sich doch als Gateway aus. Der Code wurde nicht gesendet. \
                 Die Adresse mit der Einladung vergleichen; stimmt sie, das Amt anrufen: vielleicht sitzt jemand in der Leitung.",
                "What answers at this address does not know the code and yet claims to be the gateway. The code was not sent. Compare the \
                 address with the invitation; if it is right, call the office: somebody may sit on the line.",
            );
            (Exit::Setup, message.to_owned())
        }
        BootstrapError::CaMismatch { expected: letter, actual: proved } => {
            let (letter, proved) = (group_fingerprint(letter), group_fingerprint(proved));
            let message = language.pick(
                format!(
                    "Das Gateway hat einen anderen Fingerabdruck als den getippten. Der Code wurde nicht gesendet.\n  getippt:  {letter}\n  \
                     Gateway:  {proved}\nNoch einmal aus dem Brief abschreiben; bleibt es dabei, das Amt anrufen."
                ),
                format!(
                    "The gateway has another fingerprint than the one that was typed. The code was not sent.\n  typed:    {letter}\n  \
                     gateway:  {proved}\nCopy it from the letter again; if it stays, call the office."
                ),
            );
            (Exit::Setup, message)
        }
        BootstrapError::Entropy(_) | BootstrapError::TlsSetup => (Exit::Unexpected, about_unexpected(error, language)),
    }
}

/// Reports whether a failed lookup means that something else than the enrolment is at the address: another listener of a gateway, which
/// asks for a certificate, another web server, or one without TLS.
fn is_wrong_listener(error: &GatewayError) -> bool {
    match error {
        GatewayError::NotAGateway { .. }
        | GatewayError::Tls(
            TlsFailure::ClientCertificate(_) | TlsFailure::NotTls { .. } | TlsFailure::NoCommonParameters,
        ) => true,
        GatewayError::Refused(problem) => {
            matches!(problem_type(problem), "device-unknown" | "host-foreign")
        }
        _ => false,
    }
}

fn no_enrolment(address: &str, language: Language) -> String {
    language.pick(
        format!("Unter {address} ist nicht die Anmeldung. Adresse mit der Einladung vergleichen (meist :7443)."),
        format!("{address} is not where devices enrol. Compare the address with the invitation (mostly :7443)."),
    )
}

fn about_silence(error: &TransientError, address: &str, language: Language) -> String {
    let cause = about_transient_error(error, language);
    language.pick(
        format!(
            "{cause} Unter {address} ist nicht die Anmeldung, oder es fehlt die Verbindung. Adresse mit der Einladung vergleichen (meist \
             :7443), dann die Internetverbindung prüfen."
        ),
        format!(
            "{cause} {address} is not where devices enrol, or there is no connection. Compare the address with the invitation (mostly \
             :7443), then check the internet connection."
        ),
    )
}

/// The proven authority does not vouch for who answers now.
fn about_server_certificate_error(error: &ServerCertError, language: Language) -> String {
    match error {
        ServerCertError::UnknownIssuer { issuer, address } => {
            let inspected = about_inspection(issuer, address, language);
            let otherwise = language.pick(
                "Der Code wurde nicht gesendet. Ist hier nichts dergleichen bekannt, aus einem anderen Netz versuchen oder das Amt anrufen: es \
                 kann auch ein Angreifer sein.",
                "The code was not sent. If nothing of the kind is known here, try from another network or call the office: it may be an \
                 attacker as well.",
            );
            return format!("{inspected} {otherwise}");
        }
        ServerCertError::NameMismatch => language.pick(
            "Das Zertifikat des Gateways gilt für einen anderen Rechnernamen. Der Code wurde nicht gesendet. Die Adresse genau so schreiben, wie sie in \
             der Einladung steht.",
            "The gateway's certificate is for another host name. The code was not sent. Write the address exactly as it stands in the invitation.",
        ),
        ServerCertError::NotYetValid | ServerCertError::Expired => language.pick(
            "Nach der Uhr dieses Rechners ist das Zertifikat des Gateways abgelaufen oder noch nicht gültig. Der Code wurde nicht gesendet. Datum und \
             Uhrzeit stellen; stimmen sie, das Amt anrufen.",
            "By this computer's clock the gateway's certificate has expired or is not valid yet. The code was not sent. Set date and time; if they \
             are right, call the office.",
        ),
        ServerCertError::Other(_) => language.pick(
            "Das Zertifikat des Gateways ist nicht brauchbar. Der Code wurde nicht gesendet. Das Amt anrufen.",
            "The gateway's certificate is of no use. The code was not sent. Call the office.",
        ),
    }
    .to_owned()
}

fn about_device_folder(error: &DeviceFolderError, language: Language) -> (Exit, String) {
    let message = match error {
        DeviceFolderError::AlreadyEnrolled { path } => {
            let path = on_one_line(path);
            language.pick(
                format!(
                    "{path} ist schon da: dieser Rechner ist angemeldet. Es wurde nichts gesendet. `lichtbild-studio status` zeigt, ob alles stimmt; eine neue \
                     Anmeldung an ihrer Stelle geht mit --replace, eine zweite daneben mit --dir."
                ),
                format!(
                    "{path} is there already: this computer is enrolled. Nothing was sent. `lichtbild-studio status` shows whether all is well; use --replace to \
                     enrol anew in its place, or --dir for a second one beside it."
                ),
            )
        }
        DeviceFolderError::Unreadable { path, source } => language.pick(
            format!("{} lässt sich nicht lesen ({source}). Rechte prüfen und den Befehl wiederholen.", on_one_line(path)),
            format!("{} cannot be read ({source}). Check its permissions and run the command again.", on_one_line(path)),
        ),
        DeviceFolderError::Unwritable { path, source } => language.pick(
            format!(
                "{} lässt sich nicht schreiben ({source}). Mit --dir einen beschreibbaren Ordner mit freiem Platz wählen, oder Platz schaffen und den \
                 Befehl wiederholen.",
                on_one_line(path)
            ),
            format!(
                "{} cannot be written ({source}). Choose a writable folder with free space by --dir, or make room and run the command again.",
                on_one_line(path)
            ),
        ),
        DeviceFolderError::DamagedKey { path } => language.pick(
            format!("{} enthält keinen Schlüssel. Diese Datei entfernen und mit einer neuen Einladung von vorn beginnen.", on_one_line(path)),
            format!("{} holds no key. Remove this file and begin anew with a new invitation.", on_one_line(path)),
        ),
        DeviceFolderError::Key(_) | DeviceFolderError::Pkcs12(_) | DeviceFolderError::Entropy(_) => {
            return (Exit::Unexpected, about_unexpected(error, language));
        }
    };
    (Exit::Setup, message)
}
