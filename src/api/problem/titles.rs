//! Titles of refusals, in German and English.

use super::Problem;
use crate::domain::party::Role;
use crate::texts::language::Language;

impl Problem {
    /// The refusal in a few words.
    pub fn title(&self, language: Language) -> &'static str {
        let (german, english) = match self {
            Self::RequestMalformed { .. } => ("Anfrage nicht lesbar", "Request cannot be read"),
            Self::IdempotencyKeyMissing => ("Idempotency-Key fehlt", "Idempotency-Key is missing"),
            Self::IdempotencyKeyMalformed => ("Idempotency-Key unbrauchbar", "Idempotency-Key cannot be used"),
            Self::ContentDigestMalformed => ("Content-Digest unlesbar", "Content-Digest cannot be read"),
            Self::PhotoSubjectUnknown => ("Photo-Subject unbekannt", "Photo-Subject unknown"),
            Self::PhotoExceptionUnknown => ("Photo-Exception unbekannt", "Photo-Exception unknown"),
            Self::CodeMalformed { .. } => ("Abrufcode vertippt", "Code mistyped"),
            Self::CodeIsTest => ("Das ist das Testsymbol", "This is the test symbol"),
            Self::RetrievalCodeMissing => ("Retrieval-Code fehlt", "Retrieval-Code is missing"),
            Self::RouteUnknown => ("Adresse unbekannt", "Unknown address"),
            Self::MethodNotAllowed => ("Methode nicht erlaubt", "Method not allowed"),
            Self::UploadTooSlow => ("Übertragung zu langsam", "Upload too slow"),
            Self::BodyCut => ("Übertragung abgebrochen", "Upload broke off"),
            Self::PhotoTooLarge { .. } => ("Datei zu groß", "File too large"),
            Self::RequestTooLarge { .. } => ("Anfrage zu groß", "Request too large"),
            Self::FormatUnsupported { .. } => ("Format nicht unterstützt", "Format not supported"),
            Self::TransferCodingUnsupported => {
                ("Transfer-Encoding nicht unterstützt", "Transfer-Encoding not supported")
            }
            Self::HostForeign => ("Fremder Host", "Foreign host"),
            Self::CrossSiteRequest => ("Anfrage einer anderen Website", "Request of another site"),
            Self::CertificateMissing => ("Kein Zertifikat vorgelegt", "No certificate was shown"),
            Self::DeviceUnknown => ("Gerät unbekannt", "Unknown device"),
            Self::DeviceRevoked { .. } => ("Gerät gesperrt", "Device revoked"),
            Self::CertificateUnusable { .. } => ("Zertifikat gilt hier nicht", "Certificate does not count here"),
            Self::CertificateExpired { .. } => ("Zertifikat abgelaufen", "Certificate expired"),
            Self::PartySuspended { role: Role::Studio } => ("Studio gesperrt", "Studio suspended"),
            Self::PartySuspended { role: Role::Office } => ("Amt gesperrt", "Office suspended"),
            Self::DeviceIsAuditors => ("Gerät einer Revision", "An auditor's device"),
            Self::AuditorsOnly => ("Nur für die Revision", "For auditors only"),
            Self::CheckpointUnknown => ("Prüfpunkt unbekannt", "Unknown checkpoint"),
            Self::CrossSiteForm => ("Formular nicht von hier", "Form not from here"),
            Self::TooManyConnections => ("Zu viele Verbindungen", "Too many connections"),
            Self::TooManyRequests { .. } => ("Zu viele Anfragen", "Too many requests"),
            Self::DepositInProgress => ("Einlieferung läuft noch", "Deposit in progress"),
            Self::DigestMismatch { .. } => ("Prüfsumme stimmt nicht", "Digest does not match"),
            Self::IdempotencyKeyReused => ("Idempotency-Key schon verwendet", "Idempotency-Key used before"),
            Self::PhotoRefused { .. } => ("Lichtbild abgelehnt", "Photo refused"),
            Self::PhotoUnknown => ("Lichtbild unbekannt", "Unknown photo"),
            Self::PhotoLeased { .. } => ("Lichtbild in Bearbeitung", "Photo in use"),
            Self::PhotoKept { .. } => ("Lichtbild aufbewahrt", "Photo kept"),
            Self::CodeUnknown => ("Abrufcode unbekannt", "Unknown code"),
            Self::TooManyCodes { .. } => ("Zu viele falsche Abrufcodes", "Too many wrong codes"),
            Self::PhotoQuarantined(_) => ("Lichtbild wird geprüft", "Photo held back"),
            Self::PhotoLeasedElsewhere { .. } => ("Anderes Amt bearbeitet", "Held by another office"),
            Self::PhotoHandedOverElsewhere { .. } => ("Anderes Amt hat es abgeholt", "Handed to another office"),
            Self::PhotoSettled { .. } => ("Lichtbild bereits abgeschlossen", "Photo already settled"),
            Self::PhotoWithdrawn { .. } => ("Lichtbild zurückgezogen", "Photo withdrawn"),
            Self::PhotoExpired { .. } => ("Lichtbild abgelaufen", "Photo expired"),
            Self::CollectionUnknown => ("Abruf unbekannt", "Unknown collection"),
            Self::LeaseExpired { .. } => ("Abruf abgelaufen", "Lease ran out"),
            Self::CollectionOver { .. } => ("Abruf abgeschlossen", "Collection is over"),
            Self::CollectionSettled { .. } => ("Abruf anders abgeschlossen", "Collection settled otherwise"),
            Self::CollectionCodeRequired => ("Abrufcode nötig", "Code required"),
            Self::SettlementDate { .. } => ("Datum nicht möglich", "Date not possible"),
            Self::NoteTooLong { .. } => ("Bemerkung zu lang", "Note too long"),
            Self::EnrolmentCredentialsMissing => ("Anmeldecode fehlt", "Enrolment code is missing"),
            Self::EnrolmentCodeMalformed { .. } => ("Anmeldecode vertippt", "Enrolment code mistyped"),
            Self::EnrolmentCodeWrong { .. } => ("Anmeldecode falsch", "Wrong enrolment code"),
            Self::EnrolmentCodeExpired { .. } => ("Anmeldecode abgelaufen", "Enrolment code expired"),
            Self::EnrolmentCodeSpent => ("Anmeldecode schon verwendet", "Enrolment code used before"),
            Self::EnrolmentCodeExhausted => ("Zu viele falsche Anmeldecodes", "Too many wrong enrolment codes"),
            Self::EnrolmentCodeWithdrawn => ("Einladung zurückgezogen", "Invitation withdrawn"),
            Self::InvitationUnknown => ("Einladung unbekannt", "Unknown invitation"),
            Self::RequestSignatureWrong => ("Signatur des Antrags falsch", "Request's signature is wrong"),
            Self::RequestSignatureUnsupported => {
                ("Signaturverfahren nicht erlaubt", "Signature algorithm not accepted")
            }
            Self::KeyTooWeak { .. } => ("Schlüssel nicht erlaubt", "Key not accepted"),
            Self::KeyReused => ("Schlüssel eines anderen Geräts", "Key of another device"),
            Self::SubjectMismatch { .. } => ("Antrag nennt ein anderes Gerät", "Request names another device"),
            Self::CertificateExternal => ("Zertifikat anderer Stelle", "Certificate of another authority"),
            Self::RenewalTooSoon { .. } => ("Erneuerung zu früh", "Renewal too soon"),
            Self::CertificateSuperseded { .. } | Self::CertificateEnded { .. } => {
                ("Zertifikat abgelöst", "Certificate superseded")
            }
            Self::EnrolmentUnavailable { .. } => ("Anmeldung nicht verfügbar", "Enrolment unavailable"),
            Self::PhotoDamaged => ("Lichtbild nicht lesbar", "Photo cannot be opened"),
            Self::Internal => ("Fehler im Gateway", "Fault in the gateway"),
            Self::GatewayBusy => ("Gateway ausgelastet", "Gateway busy"),
            Self::StorageUnavailable => ("Speicher nicht verfügbar", "Storage unavailable"),
            Self::RevocationListMissing => ("Sperrliste fehlt", "Revocation list missing"),
        };
        language.pick(german, english)
    }
}
