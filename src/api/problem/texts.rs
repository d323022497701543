//! Details of refusals, in German and English: what happened, and what to do now.

use super::detail_texts::{code_detail, key_detail, malformed_detail, unusable_certificate_detail};
use super::{Problem, whole_seconds};
use crate::domain::language::Language;
use crate::domain::local_time::date_and_time;

impl Problem {
    /// Explains what happened in this case and what to do about it.
    pub fn detail(&self, language: Language) -> String {
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
            Self::DeviceRevoked { at: Some(at) } => language.pick(
                format!("Dieses Gerät ist seit {at} gesperrt. Bitte an die Verwaltung des Gateways wenden."),
                format!("This device has been revoked since {at}. Ask the gateway's administrator."),
            ),
            Self::CertificateExpired { at } => {
                let at = date_and_time(*at, language);
                language.pick(
                    format!(
                        "Das Zertifikat galt bis {at} und lässt sich jetzt nicht mehr erneuern. Bitte die Verwaltung des Gateways um \
                         ein neues bitten."
                    ),
                    format!("The certificate was good until {at} and can no longer be renewed. Ask the gateway's administrator for a new one."),
                )
            }
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
            Self::PhotoLeased { until } => language.pick(
                format!("Ein Amt bearbeitet das Lichtbild, längstens bis {until}. Danach erneut versuchen."),
                format!("An office holds the photo, until {until} at the latest. Try again after that."),
            ),
            Self::PhotoKept { until } => language.pick(
                format!("Ein Amt bewahrt es auf Wunsch der antragstellenden Person bis {until} auf."),
                format!("An office keeps it at the applicant's wish until {until}."),
            ),
            Self::PhotoLeasedElsewhere { until } => language.pick(
                format!("Ein anderes Amt bearbeitet das Lichtbild, längstens bis {until}."),
                format!("Another office holds the photo, until {until} at the latest."),
            ),
            Self::PhotoHandedOverElsewhere { until } => language.pick(
                format!("Ein anderes Amt hat das Lichtbild schon; nur dieses kann es zurückgeben. Am {until} gilt es als verwendet."),
                format!("Another office has the photo already, and it alone can give it back. At {until} it counts as used."),
            ),
            Self::PhotoSettled { at, office, .. } => match office {
                Some(office) => {
                    let (name, place) = (&office.name, &office.place);
                    language.pick(
                        format!("Am {at} abgeschlossen durch {name}, {place}. Das Bild ist gelöscht."),
                        format!("Settled at {at} by {name}, {place}. The picture is erased."),
                    )
                }
                None => language.pick(
                    format!("Am {at} abgeschlossen. Das Bild ist gelöscht."),
                    format!("Settled at {at}. The picture is erased."),
                ),
            },
            Self::PhotoWithdrawn { at } => language.pick(
                format!("Das Fotostudio hat das Lichtbild am {at} zurückgezogen. Dort nachfragen."),
                format!("The studio withdrew the photo at {at}. Ask there."),
            ),
            Self::PhotoExpired { at } => language.pick(
                format!("Die Aufbewahrung endete am {at}. Ein neues Lichtbild ist nötig."),
                format!("It was kept until {at}. A new photo is needed."),
            ),
            Self::LeaseExpired { at } => language.pick(
                format!("Der Abruf lief am {at} ab. Bitte den Abrufcode erneut eingeben."),
                format!("The lease ran out at {at}. Enter the code again."),
            ),
            Self::CollectionOver { at } => language.pick(
                format!("Der Abruf wurde am {at} abgeschlossen. Für ein aufbewahrtes Bild den Code erneut eingeben."),
                format!("The collection ended at {at}. For a kept photo, enter the code again."),
            ),
            Self::CollectionSettled { state, at } => language.pick(
                format!("Am {at} bereits abgeschlossen als \"{state}\"; das bleibt bestehen."),
                format!("Already settled as \"{state}\" at {at}; that stands."),
            ),
            Self::SettlementDate { earliest, latest } => language.pick(
                format!("Möglich ist ein Tag vom {earliest} bis zum {latest} (höchstens sechs Monate)."),
                format!("A day from {earliest} to {latest} is possible (six months at most)."),
            ),
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
            Self::EnrolmentCodeExpired { at } => {
                let at = date_and_time(*at, language);
                language.pick(
                    format!("Die Einladung ist am {at} abgelaufen. Bitte beim Amt, von dem sie kam, eine neue holen."),
                    format!("The invitation expired on {at}. Get another one from the office that sent it."),
                )
            }
            Self::KeyTooWeak { error } => key_detail(*error, language),
            Self::CertificateSuperseded { since } => language.pick(
                format!(
                    "Dieses Gerät verwendet seit {since} ein neueres Zertifikat; ein älteres wird nicht mehr erneuert. War das \
                     nicht Ihr Gerät, sofort die Verwaltung des Gateways anrufen."
                ),
                format!(
                    "This device has used a newer certificate since {since}; an older one is not renewed any more. If that was \
                     not your device, call the gateway's administrator at once."
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
