//! Texts that name the exact error in a request, a key or a code, in German and English.

use super::MalformedReason;
use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::display_text::readable_character;
use crate::domain::local_time::date_and_time;
use crate::identity::public_key::{KeyError, RSA_MINIMUM_BITS};
use crate::texts::language::Language;
use crate::transport::tls::certificate_fault::CertificateFault;

/// Explains why the request cannot be read.
pub(super) fn malformed_detail(fault: MalformedReason, language: Language) -> String {
    let (german, english) = match fault {
        MalformedReason::InvalidJson { line, column } => {
            return language.pick(
                format!("Der Rumpf der Anfrage ist ab Zeile {line}, Spalte {column} kein JSON."),
                format!("The request's body is not JSON from line {line}, column {column} on."),
            );
        }
        MalformedReason::Note { hidden } => {
            let (number, position) = (hidden.number(), hidden.position);
            return language.pick(
                format!("Zeichen {position} von note ist {number}, ein Steuerzeichen oder unsichtbares Zeichen."),
                format!("Character {position} of note is {number}, a control character or an invisible one."),
            );
        }
        MalformedReason::NoObject => (
            "Erwartet wird ein JSON-Objekt in geschweiften Klammern mit den Feldern, die die README nennt.",
            "A JSON object in braces is expected, with the fields that the README lists.",
        ),
        MalformedReason::Host => (
            "Zu jeder Anfrage gehört genau ein Header Host mit dem Namen des Gateways (RFC 9112).",
            "Each request needs exactly one header Host, with the gateway's name (RFC 9112).",
        ),
        MalformedReason::TruncatedJson => ("Das JSON der Anfrage bricht ab.", "The request's JSON ends early."),
        MalformedReason::Field => (
            "Ein Feld der Anfrage fehlt, ist unbekannt oder von falscher Art. Die README nennt die Felder.",
            "A field of the request is missing, unknown, or of the wrong kind. The README lists the fields.",
        ),
        MalformedReason::Query { allowed } => {
            let names = |and: &str| match allowed {
                [first @ .., last] if !first.is_empty() => format!("{} {and} {last}", first.join(", ")),
                names => names.join(", "),
            };
            let (german, english) = (names("und"), names("and"));
            return language.pick(
                format!("Ein Parameter der Adresse ist unbekannt, doppelt oder nicht lesbar. Diese Adresse kennt nur {german}."),
                format!("A parameter of the address is unknown, repeated, or cannot be read. This address takes {english} only."),
            );
        }
        MalformedReason::CertificateRequest => (
            "Erwartet wird ein Zertifikatsantrag: PKCS#10 als DER in Base64 (RFC 8951) oder als PEM.",
            "A certificate request is expected: PKCS#10 as DER in base64 (RFC 8951), or as PEM.",
        ),
        MalformedReason::Hexadecimal => {
            ("lookup und nonce sind je 64 hexadezimale Ziffern.", "lookup and nonce have 64 hexadecimal digits each.")
        }
        MalformedReason::NoteWithCode => (
            "note enthält einen Abrufcode. Er gehört in keine Anmerkung.",
            "note contains a retrieval code, which belongs in no note.",
        ),
        MalformedReason::Date => ("until ist kein Datum wie 2026-12-31.", "until is not a date such as 2026-12-31."),
    };
    language.pick(german, english).into()
}

/// Explains why the key is not certified, and lists the keys that are.
pub(super) fn key_detail(error: KeyError, language: Language) -> String {
    let (german, english) = match error {
        KeyError::RsaTooShort { bits } => {
            (format!("Der RSA-Schlüssel hat nur {bits} Bit."), format!("The RSA key has only {bits} bits."))
        }
        KeyError::Curve => (
            "Diese elliptische Kurve wird nicht angenommen.".to_owned(),
            "This elliptic curve is not accepted.".to_owned(),
        ),
        KeyError::Algorithm | KeyError::Malformed => (
            "Diese Art von Schlüssel wird nicht angenommen.".to_owned(),
            "This kind of key is not accepted.".to_owned(),
        ),
    };
    language.pick(
        format!("{german} Erlaubt sind ECDSA auf P-256 oder P-384 und RSA ab {RSA_MINIMUM_BITS} Bit."),
        format!("{english} ECDSA on P-256 or P-384 is, and RSA of at least {RSA_MINIMUM_BITS} bits."),
    )
}

/// Explains what is wrong with a code as it was typed; `german` and `english` name the kind of code and the paper that it stands on.
pub(super) fn code_detail(error: CodeError, german: [&str; 2], english: [&str; 2], language: Language) -> String {
    let ([kind, paper], [english_kind, english_paper]) = (german, english);
    match error {
        CodeError::Length { symbols } => language.pick(
            format!("Ein {kind} hat 20 Zeichen, hier sind es {symbols}."),
            format!("{english_kind} has 20 symbols, this one has {symbols}."),
        ),
        CodeError::GroupLength { group, symbols } => language.pick(
            format!("Gruppe {group} hat {symbols} statt 5 Zeichen. Bitte mit {paper} vergleichen."),
            format!("Group {group} has {symbols} instead of 5 symbols. Compare with {english_paper}."),
        ),
        CodeError::UnknownCharacter { character, place: Some(SymbolPosition { group, position }) } => language.pick(
            format!(
                "Das {position}. Zeichen der Gruppe {group} ist „{}“, das in keinem {kind} vorkommt. Erlaubt sind 0-9 und A-Z \
                 ohne I, L, O, U. Bitte mit {paper} vergleichen.",
                readable_character(character)
            ),
            format!(
                "Symbol {position} of group {group} is “{}”, which no code contains. Codes use 0-9 and A-Z without I, L, O, U. \
                 Compare with {english_paper}.",
                readable_character(character)
            ),
        ),
        CodeError::UnknownCharacter { character, place: None } => language.pick(
            format!(
                "„{}“ kommt in keinem {kind} vor. Erlaubt sind 0-9 und A-Z ohne I, L, O, U.",
                readable_character(character)
            ),
            format!(
                "“{}” is in no code. Codes use 0-9 and A-Z without I, L, O, U.",
                readable_character(character)
            ),
        ),
        CodeError::SwappedLayout => language.pick(
            format!(
                "Y und Z sind wohl vertauscht: Scanner oder Tastatur ist auf die Belegung eines anderen Landes eingestellt. Bitte den \
                 Scanner auf Deutsch stellen, bis dahin den Code von Hand eintippen. Stimmen Y und Z doch, mit {paper} vergleichen."
            ),
            format!(
                "Y and Z are probably swapped: scanner or keyboard is set to another country's layout. Set the scanner to the \
                 computer's layout, and type the code by hand until then. If Y and Z are right, compare with {english_paper}."
            ),
        ),
        CodeError::CheckSymbol => language.pick(
            format!(
                "Vertippt: Ein Zeichen ist falsch oder zwei sind vertauscht; welche, lässt sich nicht sagen. Bitte mit {paper} \
                 vergleichen."
            ),
            format!(
                "A typo: a symbol is wrong or two are swapped; which, cannot be told. Compare with {english_paper}."
            ),
        ),
        CodeError::Keyboard(fault) => keyboard_detail(fault, language),
        CodeError::Foreign(content) => foreign_detail(content, kind, english_kind, language),
    }
}

/// Detail about a certificate that was shown and is not accepted.
pub(super) fn unusable_certificate_detail(fault: CertificateFault, language: Language) -> String {
    if let CertificateFault::NotYetValid { from } = fault {
        let from = date_and_time(from, language);
        return language.pick(
            format!("Es gilt erst ab {from}. Geht die Uhr eines der beiden Rechner falsch? Bitte die Verwaltung des Gateways fragen."),
            format!("It is good from {from} on only. Is the clock of one of the two computers wrong? Ask the gateway's administrator."),
        );
    }
    let pair = match fault {
        CertificateFault::WrongPurpose => (
            "Es ist nicht für die Anmeldung gemacht (Verwendung clientAuth). Bitte ein anderes verwenden oder von der Verwaltung des \
             Gateways ausstellen lassen.",
            "It is not made for signing in (usage clientAuth). Use another one, or have the gateway's administrator issue one.",
        ),
        CertificateFault::WeakKey => (
            "Sein Schlüssel ist zu schwach oder von einer Art, die hier nicht gilt: ECDSA auf P-256 oder P-384, oder RSA ab 3072 Bit.",
            "Its key is too weak, or of a kind that does not count here: ECDSA on P-256 or P-384, or RSA of 3072 bits or more.",
        ),
        CertificateFault::UnknownIssuer => (
            "Keine Zertifizierungsstelle, der dieses Gateway vertraut, hat es ausgestellt. Im Browser das Zertifikat des Amtes wählen; \
             dazu den Browser ganz schließen und neu öffnen.",
            "No authority that this gateway trusts has issued it. In a browser choose the office's certificate: close the browser \
             completely and open it again.",
        ),
        _ => (
            "Es lässt sich nicht prüfen. Bitte die Verwaltung des Gateways fragen: Vielleicht fehlt eine Sperrliste.",
            "It cannot be verified. Ask the gateway's administrator: a revocation list may be missing.",
        ),
    };
    language.pick(pair.0, pair.1).into()
}

fn keyboard_detail(fault: KeyboardFault, language: Language) -> String {
    let (german, english) = match fault {
        KeyboardFault::HyphenAsEszett => ("Bindestriche kamen als ß an", "Hyphens arrived as ß"),
        KeyboardFault::ShiftLock => {
            ("Statt Ziffern kamen die Zeichen darüber an", "Instead of digits the signs above them arrived")
        }
        KeyboardFault::French => {
            ("Die Zeichen sind die einer französischen Tastatur", "The characters are those of a French keyboard")
        }
    };
    let (german_cause, english_cause) = match fault {
        KeyboardFault::ShiftLock => ("Die Feststelltaste ist gedrückt.", "caps lock is on."),
        KeyboardFault::HyphenAsEszett | KeyboardFault::French => (
            "Scanner oder Tastatur ist auf die Belegung eines anderen Landes eingestellt.",
            "scanner or keyboard is set to another country's layout.",
        ),
    };
    language.pick(format!("{german}: {german_cause}"), format!("{english}: {english_cause}"))
}

fn foreign_detail(content: ForeignContent, kind: &str, english_kind: &str, language: Language) -> String {
    let (german, english) = match content {
        ForeignContent::CloudPhoto => (
            "Inhalt eines Symbols wie im bundesweiten E-Passfoto-Verfahren; dessen Fotos liegen bei einem anderen Dienst",
            "Content of a symbol as in the nationwide E-Passfoto procedure, whose photos lie with another service",
        ),
        ForeignContent::WebAddress => ("Eine Internetadresse", "A web address"),
        ForeignContent::ArticleNumber => {
            ("Eine Artikelnummer aus einem Strichcode", "An article number from a bar code")
        }
        ForeignContent::Other { .. } => ("Inhalt eines anderen Symbols", "Content of another symbol"),
    };
    language.pick(
        format!("{german}, kein {kind}. Er hat 20 Zeichen."),
        format!("{english}. {english_kind} has 20 symbols."),
    )
}
