//! Texts of refusals, in German and English: what happened, and what to do now.

use super::detail_texts::{code_detail, key_detail, malformed_detail};
use super::{Problem, whole_seconds};
use crate::domain::language::Language;
use crate::domain::party::Role;
use crate::domain::photo::quarantine::{QuarantineReason, Quarantined};

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
            Self::CertificateMissing => ("Kein Zertifikat vorgelegt", "No certificate was shown"),
            Self::DeviceUnknown => ("Gerät unbekannt", "Unknown device"),
            Self::DeviceRevoked { .. } | Self::DeviceRevokedOrSuspended => ("Gerät gesperrt", "Device revoked"),
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
            Self::SubjectMismatch => ("Antrag nennt ein anderes Gerät", "Request names another device"),
            Self::CertificateExternal => ("Zertifikat anderer Stelle", "Certificate of another authority"),
            Self::CertificateSuperseded { .. } => ("Zertifikat abgelöst", "Certificate superseded"),
            Self::RenewalTooSoon { .. } => ("Erneuerung zu früh", "Renewal too soon"),
            Self::EnrolmentUnavailable { .. } => ("Anmeldung nicht verfügbar", "Enrolment unavailable"),
            Self::PhotoDamaged => ("Lichtbild nicht lesbar", "Photo cannot be opened"),
            Self::Internal => ("Fehler im Gateway", "Fault in the gateway"),
            Self::GatewayBusy => ("Gateway ausgelastet", "Gateway busy"),
            Self::StorageUnavailable => ("Speicher nicht verfügbar", "Storage unavailable"),
            Self::RevocationListMissing => ("Sperrliste fehlt", "Revocation list missing"),
        };
        language.pick(german, english)
    }

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
            Self::DeviceRevoked { at } => language.pick(
                format!("Dieses Gerät ist seit {at} gesperrt. Bitte an die Verwaltung des Gateways wenden."),
                format!("This device has been revoked since {at}. Ask the gateway's administrator."),
            ),
            Self::CertificateExpired { at } => language.pick(
                format!("Das Zertifikat ist am {at} abgelaufen. Bitte erneuern."),
                format!("The certificate expired at {at}. Renew it."),
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
                    "Code oder Gerät stimmt nicht. Die Einladung gilt nun nicht mehr; bitte die Verwaltung des Gateways um eine \
                     neue.",
                    "Code or device is not right. The invitation is dead now; ask the gateway's administrator for another.",
                )
                .into(),
            Self::EnrolmentCodeWrong { tries_left: Some(tries_left) } => language.pick(
                format!("Code oder Gerät stimmt nicht. Noch {tries_left} Versuch(e), dann ist die Einladung ungültig."),
                format!("Code or device is not right. {tries_left} more attempt(s), then the invitation is dead."),
            ),
            Self::EnrolmentCodeExpired { at } => language.pick(
                format!("Die Einladung galt bis {at}. Bitte die Verwaltung des Gateways um eine neue."),
                format!("The invitation was good until {at}. Ask the gateway's administrator for another."),
            ),
            Self::KeyTooWeak { error } => key_detail(*error, language),
            Self::CertificateSuperseded { since } => language.pick(
                format!(
                    "Dieses Gerät hat seit {since} ein neueres Zertifikat; nur das neueste kann erneuert werden, und nach drei \
                     neueren wird ein älteres nicht mehr angenommen. War das nicht Ihr Gerät, sofort die Verwaltung des \
                     Gateways anrufen."
                ),
                format!(
                    "This device has had a newer certificate since {since}; only the newest can be renewed, and after three \
                     newer ones an older one is not accepted any more. If that was not your device, call the gateway's \
                     administrator at once."
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

    /// Details that depend on nothing but the kind.
    fn plain_detail(&self, language: Language) -> &'static str {
        let (german, english) = match self {
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
            Self::DeviceRevokedOrSuspended => (
                "Gerät oder Studio wurde während der Übertragung gesperrt; nichts wurde gespeichert.",
                "The device or its studio was cut off during the upload; nothing was stored.",
            ),
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
            Self::EnrolmentCredentialsMissing => (
                "HTTP Basic: Benutzer ist die Gerätekennung, Passwort der Anmeldecode aus der Einladung.",
                "HTTP Basic: the user is the device's identifier, the password is the enrolment code of the invitation.",
            ),
            Self::EnrolmentCodeWrong { .. } => ("Code oder Gerät stimmt nicht.", "Code or device is not right."),
            Self::EnrolmentCodeSpent => (
                "Mit diesem Code hat sich schon ein anderer Schlüssel angemeldet. War das nicht Ihr Gerät, sofort die Verwaltung \
                 des Gateways anrufen.",
                "Another key has enrolled with this code. If that was not your device, call the gateway's administrator at once.",
            ),
            Self::EnrolmentCodeExhausted | Self::EnrolmentCodeWithdrawn => (
                "Diese Einladung gilt nicht mehr. Bitte die Verwaltung des Gateways um eine neue.",
                "This invitation is not valid any more. Ask the gateway's administrator for another.",
            ),
            Self::InvitationUnknown => (
                "Zu diesem Code gibt es keine offene Einladung. Adresse und Code mit dem Einladungsbrief vergleichen, sonst bei der \
                 Verwaltung des Gateways um eine neue bitten.",
                "No open invitation has this code. Compare address and code with the invitation, or ask the gateway's \
                 administrator for another.",
            ),
            Self::RequestSignatureWrong => (
                "Die eigene Signatur des Antrags stimmt nicht. Bitte mit dem Schlüssel des Geräts einen neuen erzeugen.",
                "The request's own signature is wrong. Make a new request with the device's private key.",
            ),
            Self::RequestSignatureUnsupported => (
                "Bitte den Antrag mit SHA-256 oder SHA-384 signieren, mit einem RSA-Schlüssel nach PKCS#1 v1.5.",
                "Sign the request with SHA-256 or SHA-384, an RSA key with PKCS#1 v1.5 padding.",
            ),
            Self::SubjectMismatch => (
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
