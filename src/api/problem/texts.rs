//! Details of refusals, in German and English: what happened, and what to do now.

use super::detail_texts::{code_detail, key_detail, malformed_detail, unusable_certificate_detail};
use super::{Problem, whole_seconds};
use crate::clock::Timestamp;
use crate::domain::local_time::{date, date_and_time, date_in_sentence, last_day};
use crate::identity::issue::ClientSubject;
use crate::texts::language::Language;

impl Problem {
    /// Explains what happened in this case and what to do about it.
    ///
    /// Times are those of Germany, as clerks and photographers read them; programs find them in the extensions (RFC 3339).
    pub fn detail(&self, language: Language) -> String {
        let at = |at: &Timestamp| date_in_sentence(*at, language);
        let until = |until: &Timestamp| date_and_time(*until, language);
        match self {
            Self::RequestMalformed { reason: fault } => malformed_detail(*fault, language),
            Self::MethodNotAllowed | Self::RouteUnknown => language
                .pick(
                    "Diese Adresse oder Methode gibt es hier nicht. Die README nennt alle Adressen.",
                    "There is no such address or method here. The README lists them all.",
                )
                .into(),
            Self::PhotoTooLarge { limit_bytes } => language.pick(
                format!("Höchstens {limit_bytes} Bytes. Bitte kleiner exportieren."),
                format!("At most {limit_bytes} bytes. Export a smaller file."),
            ),
            Self::RequestTooLarge { limit_bytes } => {
                language.pick(format!("Höchstens {limit_bytes} Bytes."), format!("At most {limit_bytes} bytes."))
            }
            Self::FormatUnsupported { expected } => language.pick(
                format!("Erwartet wird Content-Type: {expected}."),
                format!("Content-Type: {expected} is expected."),
            ),
            Self::DeviceRevoked { at: None } => language
                .pick(
                    "Dieses Gerät oder sein Zertifikat ist gesperrt. Bitte an die Verwaltung des Gateways wenden.",
                    "This device or its certificate was revoked. Ask the gateway's administrator.",
                )
                .into(),
            Self::CertificateUnusable { fault } => unusable_certificate_detail(*fault, language),
            Self::DeviceRevoked { at: Some(since) } => language.pick(
                format!("Dieses Gerät ist seit dem {} gesperrt. Bitte an die Verwaltung des Gateways wenden.", until(since)),
                format!("This device has been revoked since {}. Ask the gateway's administrator.", until(since)),
            ),
            Self::CertificateExpired { at: end } => language.pick(
                format!(
                    "Das Zertifikat ist {} abgelaufen und lässt sich jetzt nicht mehr erneuern. Bitte die Verwaltung des Gateways um \
                     ein neues bitten.",
                    at(end)
                ),
                format!("The certificate expired {} and can no longer be renewed. Ask the gateway's administrator for a new one.", at(end)),
            ),
            Self::TooManyRequests { wait } | Self::TooManyCodes { wait } => {
                let seconds = whole_seconds(*wait);
                language.pick(format!("Bitte in {seconds} s erneut versuchen."), format!("Try again in {seconds} s."))
            }
            Self::RenewalTooSoon { wait } => {
                let minutes = whole_seconds(*wait).div_ceil(60);
                language.pick(
                    format!("Dieses Gerät hat eben erst ein Zertifikat erhalten. Bitte in {minutes} min erneut versuchen."),
                    format!("This device was given a certificate only just now. Try again in {minutes} min."),
                )
            }
            Self::PhotoRefused { findings } => {
                let count = findings.len();
                language.pick(
                    format!("{count} Befund(e), siehe findings. Nichts wurde gespeichert."),
                    format!("{count} finding(s), see findings. Nothing was stored."),
                )
            }
            Self::PhotoLeased { until: end } => language.pick(
                format!("Ein Amt bearbeitet das Lichtbild, längstens bis {}. Danach erneut versuchen.", until(end)),
                format!("An office holds the photo, until {} at the latest. Try again after that.", until(end)),
            ),
            Self::PhotoKept { until } => {
                let day = last_day(*until, language);
                language.pick(
                    format!("Ein Amt bewahrt es auf Wunsch der antragstellenden Person bis {day} auf."),
                    format!("An office keeps it at the applicant's wish until {day}."),
                )
            }
            Self::PhotoLeasedElsewhere { until: end } => language.pick(
                format!("Ein anderes Amt bearbeitet das Lichtbild, längstens bis {}.", until(end)),
                format!("Another office holds the photo, until {} at the latest.", until(end)),
            ),
            Self::PhotoHandedOverElsewhere { until: end } => language.pick(
                format!("Ein anderes Amt hat das Lichtbild schon; nur dieses kann es zurückgeben. Es gilt {} als verwendet.", at(end)),
                format!("Another office has the photo already, and it alone can give it back. It counts as used {}.", at(end)),
            ),
            Self::PhotoSettled { at: end, office, .. } => match office {
                Some(office) => {
                    let (name, place) = (&office.name, &office.place);
                    language.pick(
                        format!("Abgeschlossen {} durch {name}, {place}. Das Bild ist gelöscht.", at(end)),
                        format!("Settled {} by {name}, {place}. The picture is erased.", at(end)),
                    )
                }
                None => language.pick(
                    format!("Abgeschlossen {}. Das Bild ist gelöscht.", at(end)),
                    format!("Settled {}. The picture is erased.", at(end)),
                ),
            },
            Self::PhotoWithdrawn { at: end } => language.pick(
                format!("Das Fotostudio hat das Lichtbild {} zurückgezogen. Dort nachfragen.", at(end)),
                format!("The studio withdrew the photo {}. Ask there.", at(end)),
            ),
            Self::PhotoExpired { at: end } => language.pick(
                format!("Die Aufbewahrung endete {}. Ein neues Lichtbild ist nötig.", at(end)),
                format!("It was kept until {}. A new photo is needed.", until(end)),
            ),
            Self::LeaseExpired { at: end } => language.pick(
                format!("Der Abruf lief {} ab. Bitte den Abrufcode erneut eingeben.", at(end)),
                format!("The lease ran out {}. Enter the code again.", at(end)),
            ),
            Self::CollectionOver { at: end } => language.pick(
                format!("Der Abruf wurde {} abgeschlossen. Für ein aufbewahrtes Bild den Code erneut eingeben.", at(end)),
                format!("The collection ended {}. For a kept photo, enter the code again.", at(end)),
            ),
            Self::CollectionSettled { state, at: end } => language.pick(
                format!("Bereits {} abgeschlossen als \"{state}\"; das bleibt bestehen.", at(end)),
                format!("Already settled as \"{state}\" {}; that stands.", at(end)),
            ),
            Self::SettlementDate { earliest, latest } => {
                let (earliest, latest) = (date(*earliest, language), date(*latest, language));
                language.pick(
                    format!("Möglich ist ein Tag vom {earliest} bis zum {latest} (höchstens sechs Monate)."),
                    format!("A day from {earliest} to {latest} is possible (six months at most)."),
                )
            }
            Self::NoteTooLong { length, limit } => language.pick(
                format!("{length} Zeichen, höchstens {limit}."),
                format!("{length} characters, at most {limit}."),
            ),
            Self::CodeMalformed { error } => {
                code_detail(*error, ["Abrufcode", "dem Beleg"], ["A code", "the receipt"], language)
            }
            Self::EnrolmentCodeMalformed { error } => {
                code_detail(*error, ["Anmeldecode", "der Einladung"], ["An enrolment code", "the invitation"], language)
            }
            Self::EnrolmentCodeWrong { tries_left: Some(0) } => language
                .pick(
                    "Code oder Gerät stimmt nicht. Die Einladung gilt nun nicht mehr; bitte beim Amt, von dem sie kam, eine neue \
                     holen.",
                    "Code or device is not right. The invitation is dead now; get another one from the office that sent it.",
                )
                .into(),
            Self::EnrolmentCodeWrong { tries_left: Some(tries_left) } => language.pick(
                format!("Code oder Gerät stimmt nicht. Noch {tries_left} Versuch(e), dann ist die Einladung ungültig."),
                format!("Code or device is not right. {tries_left} more attempt(s), then the invitation is dead."),
            ),
            Self::EnrolmentCodeExpired { at: end } => language.pick(
                format!("Die Einladung ist {} abgelaufen. Bitte beim Amt, von dem sie kam, eine neue holen.", at(end)),
                format!("The invitation expired {}. Get another one from the office that sent it.", at(end)),
            ),
            Self::SubjectMismatch { own: Some(own) } => {
                let ClientSubject { role, party_id, device_id } = **own;
                let subject = format!("O={party_id}, OU={role}, serialNumber={device_id}, CN=…");
                language.pick(
                    format!(
                        "Der Antrag nennt nicht das Gerät, das ihn stellt. Bitte den Namen leer lassen, oder genau wie im Zertifikat: \
                         {subject} (in einem älteren ohne serialNumber, und CN={device_id})"
                    ),
                    format!(
                        "The request does not name the device that sends it. Leave the subject empty, or exactly as in the \
                         certificate: {subject} (in an older one without serialNumber, and CN={device_id})"
                    ),
                )
            }
            Self::KeyTooWeak { error } => key_detail(*error, language),
            Self::CertificateSuperseded { since: begin } => language.pick(
                format!(
                    "Dieses Gerät verwendet seit dem {} ein neueres Zertifikat; ein älteres wird nicht mehr erneuert. War das \
                     nicht Ihr Gerät, sofort die Verwaltung des Gateways anrufen.",
                    until(begin)
                ),
                format!(
                    "This device has used a newer certificate since {}; an older one is not renewed any more. If that was \
                     not your device, call the gateway's administrator at once.",
                    until(begin)
                ),
            ),
            Self::EnrolmentUnavailable { role } => {
                let file = role.map_or("…".to_owned(), |role| format!("{role}_ca_key"));
                language.pick(
                    format!(
                        "Das Gateway kann gerade keine Zertifikate ausstellen. Die Verwaltung hinterlegt den Schlüssel \
                         ({file}) und startet neu, oder stellt mit `device add --csr` von Hand aus."
                    ),
                    format!(
                        "The gateway cannot issue certificates just now. Its administrator puts the key ({file}) in place \
                         and restarts it, or issues by hand with `device add --csr`."
                    ),
                )
            }
            _ => self.plain_detail(language).into(),
        }
    }
}
