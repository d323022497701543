//! Details of refusals that depend on nothing but the kind, in German and English.

use super::Problem;
use crate::domain::photo::quarantine::{QuarantineReason, Quarantined};
use crate::texts::language::Language;

impl Problem {
    /// Details that depend on nothing but the kind.
    pub(super) fn plain_detail(&self, language: Language) -> &'static str {
        let (german, english) = match self {
            Self::CertificateEnded { .. } => (
                "Dieses Gerät hat neuere Zertifikate erhalten; dieses wird nicht mehr angenommen. Bitte das neueste verwenden oder die \
                 Verwaltung des Gateways um eine neue Einladung bitten. Hat Ihr Gerät nicht selbst erneuert, sofort dort anrufen.",
                "This device was given newer certificates; this one is not accepted any more. Use the newest one, or ask the gateway's \
                 administrator for another invitation. If it was not your device that renewed, call there at once.",
            ),
            Self::TransferCodingUnsupported => (
                "Als Transfer-Encoding gibt es hier nur chunked, einmal und ohne Komprimierung.",
                "The only Transfer-Encoding here is chunked, once and without compression.",
            ),
            Self::HostForeign => (
                "Die Überwachung antwortet nur unter localhost oder einer IP-Adresse. Bitte eine solche Adresse aufrufen.",
                "Monitoring answers at localhost or an IP address only. Call it by one of these.",
            ),
            Self::CrossSiteRequest => (
                "Die Überwachung antwortet nicht auf Anfragen, die eine Webseite ausgelöst hat.",
                "Monitoring does not answer requests that a web page caused.",
            ),
            Self::IdempotencyKeyMissing => (
                "Jede Einlieferung braucht den Header Idempotency-Key, zum Beispiel eine frische UUID je Lichtbild.",
                "Each deposit needs the header Idempotency-Key, a fresh UUID for each photo for example.",
            ),
            Self::IdempotencyKeyMalformed => {
                ("16 bis 128 sichtbare ASCII-Zeichen.", "16 to 128 visible ASCII characters.")
            }
            Self::ContentDigestMalformed => (
                "Erwartet wird sha-256=:…: mit 32 Bytes in Base64 (RFC 9530).",
                "sha-256=:…: with 32 bytes in base64 is expected (RFC 9530).",
            ),
            Self::PhotoSubjectUnknown => (
                "Einmal under10, under6 oder adult, oder weglassen. Nichts wurde geprüft oder gespeichert.",
                "Once under10, under6 or adult, or leave it out. Nothing was judged or stored.",
            ),
            Self::PhotoExceptionUnknown => (
                "Einmal medical oder religious, oder weglassen. Nichts wurde geprüft oder gespeichert.",
                "Once medical or religious, or leave it out. Nothing was judged or stored.",
            ),
            Self::CodeIsTest => (
                "Zum Code des Testsymbols (/desk/self-test) gibt es nie ein Lichtbild. Bitte den Beleg der Person verwenden.",
                "There is never a photo for the code of the test symbol (/desk/self-test). Use the person's receipt.",
            ),
            Self::RetrievalCodeMissing => (
                "Der Abrufcode gehört in den Header Retrieval-Code.",
                "The code belongs into the header Retrieval-Code.",
            ),
            Self::UploadTooSlow | Self::BodyCut => (
                "Nichts wurde gespeichert. Bitte mit demselben Idempotency-Key erneut senden.",
                "Nothing was stored. Send it again with the same Idempotency-Key.",
            ),
            Self::CertificateMissing => (
                "Der Browser oder das Fachverfahren hat kein Zertifikat vorgelegt, das hier gilt; ohne eines öffnet sich nichts. \
                 Im Browser das Zertifikat auswählen, wenn er danach fragt; liegt es auf einer Karte: Kartenleser anschließen und \
                 Karte einstecken; wurde es eben erst importiert oder die Frage weggeklickt: den Browser ganz schließen und neu \
                 starten. Hilft das nicht, bitte die Verwaltung des Gateways fragen. Der antragstellenden Person jetzt sagen: Der \
                 Code bleibt gültig, nichts ist verloren.",
                "The browser or the office's software showed no certificate that counts here, and without one nothing opens. In the \
                 browser, choose the certificate when it asks for one; if it is on a card, connect the card reader and insert the \
                 card; if it was imported just now, or the question was clicked away, close the browser completely and start it \
                 again. If that does not help, ask the gateway's administrator. Tell the applicant now: the code stays valid, \
                 nothing is lost.",
            ),
            Self::DeviceUnknown => (
                "Das Zertifikat gehört zu keinem Gerät dieses Gateways.",
                "The certificate belongs to no device of this gateway.",
            ),
            Self::PartySuspended { .. } => {
                ("Bitte an die Verwaltung des Gateways wenden.", "Ask the gateway's administrator.")
            }
            Self::DeviceIsAuditors => (
                "Dieses Gerät liest das Transferprotokoll und sonst nichts. Fotos ruft ein anderes Gerät des Amtes ab.",
                "This device reads the audit log and nothing else. Photos are collected with another device of the office.",
            ),
            Self::AuditorsOnly => (
                "Das liest nur ein Gerät, das die Verwaltung des Gateways der Revision gegeben hat (device invite --auditor).",
                "Only a device that the gateway's administrator gave to auditors reads this (device invite --auditor).",
            ),
            Self::CrossSiteForm => (
                "Das Formular kam nicht von einer Seite dieses Gateways, oder sie war zu lange offen. Nichts wurde geändert.",
                "The form did not come from a page of this gateway, or the page was open for too long. Nothing was changed.",
            ),
            Self::TooManyConnections => (
                "Dieses Gerät hat zu viele Verbindungen offen. Bitte einige schließen.",
                "This device has too many connections open. Close some.",
            ),
            Self::DepositInProgress => (
                "Dieselbe Einlieferung wird gerade bearbeitet. Gleich mit demselben Schlüssel wiederholen.",
                "The same deposit is being worked on. Repeat it shortly with the same key.",
            ),
            Self::DigestMismatch { .. } => (
                "Die Datei kam verändert an. Bitte mit demselben Idempotency-Key erneut senden.",
                "The file arrived changed. Send it again with the same Idempotency-Key.",
            ),
            Self::IdempotencyKeyReused => (
                "Dieser Schlüssel gehört zu einem anderen Lichtbild. Bitte einen frischen verwenden.",
                "This key belongs to another photo. Use a fresh one.",
            ),
            Self::PhotoUnknown => ("Ihr Studio hat kein solches Lichtbild.", "Your studio has no such photo."),
            Self::CodeUnknown => (
                "Zu diesem Code gibt es kein Lichtbild. Beleg prüfen; sonst im Fotostudio nachfragen.",
                "There is no photo for this code. Check the receipt, or ask the studio.",
            ),
            Self::CheckpointUnknown => ("Kein Prüfpunkt zählt so viele Zeilen.", "No checkpoint counts so many rows."),
            Self::CollectionUnknown => ("Ihr Amt hat keinen solchen Abruf.", "Your office has no such collection."),
            Self::CollectionCodeRequired => (
                "Ein anderes Gerät Ihres Amtes hat den Abrufcode eingegeben. Bitte den Code zuerst an diesem Gerät eingeben, dann \
                 abschließen. Ohne Code geht nur das Zurückgeben (released).",
                "Another device of your office entered the code. Enter the code at this device first, then settle. Without the \
                 code the photo can only be given back (released).",
            ),
            Self::EnrolmentCredentialsMissing => (
                "HTTP Basic: Benutzer ist die Gerätekennung, Passwort der Anmeldecode aus der Einladung.",
                "HTTP Basic: the user is the device's identifier, the password is the enrolment code of the invitation.",
            ),
            Self::EnrolmentCodeWrong { .. } => ("Code oder Gerät stimmt nicht.", "Code or device is not right."),
            Self::EnrolmentCodeSpent => (
                "Mit diesem Code hat sich schon ein Gerät angemeldet. War das nicht Ihres, sofort das Amt anrufen, von dem die Einladung \
                 kam; sonst dort eine neue holen.",
                "A device has enrolled with this code. If that was not yours, call the office that sent the invitation at once; \
                 otherwise get another invitation there.",
            ),
            Self::EnrolmentCodeExhausted => (
                "Für diese Einladung wurde dreimal ein falscher Code versucht; sie gilt nicht mehr. Bitte beim Amt, von dem sie kam, eine \
                 neue holen.",
                "A wrong code was tried three times for this invitation; it is not valid any more. Get another one from the office that \
                 sent it.",
            ),
            Self::EnrolmentCodeWithdrawn => (
                "Diese Einladung wurde durch eine neuere ersetzt, oder das Gerät wurde gesperrt; sie gilt nicht mehr. Bitte die neueste \
                 verwenden oder beim Amt, von dem sie kam, eine neue holen.",
                "A newer invitation took the place of this one, or the device was revoked; it is not valid any more. Use the newest one, \
                 or get another one from the office that sent it.",
            ),
            Self::InvitationUnknown => (
                "Zu diesem Code gibt es keine Einladung. Adresse und Code mit dem Einladungsbrief vergleichen; stimmen sie, beim Amt eine \
                 neue Einladung holen.",
                "No invitation has this code. Compare address and code with the invitation; if they are right, get another one from \
                 the office.",
            ),
            Self::RequestSignatureWrong => (
                "Die eigene Signatur des Antrags stimmt nicht. Bitte mit dem Schlüssel des Geräts einen neuen erzeugen.",
                "The request's own signature is wrong. Make a new request with the device's private key.",
            ),
            Self::RequestSignatureUnsupported => (
                "Bitte den Antrag mit SHA-256 oder SHA-384 signieren, mit einem RSA-Schlüssel nach PKCS#1 v1.5.",
                "Sign the request with SHA-256 or SHA-384, an RSA key with PKCS#1 v1.5 padding.",
            ),
            Self::KeyReused => (
                "Dieser Schlüssel gehört oder gehörte einem anderen Gerät und wird nicht noch einmal zertifiziert. Bitte einen neuen \
                 Schlüssel erzeugen.",
                "This key belongs or belonged to another device and is not certified again. Make a new key.",
            ),
            Self::SubjectMismatch { .. } => (
                "Der Antrag nennt nicht das Gerät, das ihn stellt. Bitte den Namen leer lassen; das Gateway setzt ihn selbst.",
                "The request does not name the device that sends it. Leave the subject empty; the gateway writes its own.",
            ),
            Self::CertificateExternal => (
                "Dieses Gerät weist sich mit dem Zertifikat einer anderen Stelle aus; das wird dort erneuert. Die Verwaltung des \
                 Gateways trägt das neue ein, wenn sie nicht den Schlüssel eingetragen hat.",
                "This device shows another authority's certificate; renew it there. The gateway's administrator binds the new \
                 one, unless it was the key that was bound.",
            ),
            Self::PhotoDamaged => (
                "Das gespeicherte Bild lässt sich nicht öffnen. Die Verwaltung wurde im Protokoll benachrichtigt.",
                "The stored picture does not open. The log tells the administrator.",
            ),
            Self::GatewayBusy => ("Bitte gleich noch einmal.", "Try again in a moment."),
            Self::PhotoQuarantined(Quarantined { reason: QuarantineReason::Restored, .. }) => (
                "Das Gateway wurde aus einer Sicherung wiederhergestellt und weiß nicht, ob das Foto danach schon verwendet wurde; die \
                 Verwaltung des Gateways klärt es und gibt das Foto frei. Der Code bleibt gültig. Der antragstellenden Person sagen: \
                 Das Foto liegt vor, wird aber noch geprüft; bitte später wiederkommen oder ein neues Foto machen lassen.",
                "The gateway was restored from a backup and cannot know whether the photo was used after that; its administrator finds \
                 out and releases the photo. The code stays valid. Tell the applicant: the photo is here but is being checked; come \
                 back later, or have a new one taken.",
            ),
            Self::PhotoQuarantined(Quarantined { reason: QuarantineReason::DeviceRevoked, .. }) => (
                "Das Gerät, mit dem das Foto eingeliefert wurde, ist gesperrt; die Verwaltung des Gateways prüft seine Fotos. Der \
                 Code bleibt gültig. Der antragstellenden Person sagen: Das Foto liegt vor, wird aber noch geprüft; bitte später \
                 wiederkommen oder ein neues Foto machen lassen.",
                "The device that deposited the photo was revoked, and the gateway's administrator looks at its photos first. The \
                 code stays valid. Tell the applicant: the photo is here but is being checked; come back later, or have a new \
                 one taken.",
            ),
            Self::RevocationListMissing => (
                "Diese Sperrliste wurde noch nicht ausgestellt. Bitte später noch einmal.",
                "This revocation list has not been issued yet. Try again later.",
            ),
            Self::StorageUnavailable => (
                "Nichts wurde bestätigt. Bitte gleich wiederholen, Einlieferungen mit demselben Schlüssel.",
                "Nothing was acknowledged. Repeat it shortly, a deposit with the same key.",
            ),
            _ => ("Das Protokoll des Gateways weiß mehr.", "The gateway's log knows more."),
        };
        language.pick(german, english)
    }
}
