//! When rules of a gateway's own, given as a file, do not serve.

use std::error::Error;

use crate::cli::studio::check::{ProfileFileError, ProfileFileErrorKind};
use crate::domain::language::Language;

/// Why a file gives no rules to judge by.
pub fn about_profile_file(error: &ProfileFileError, language: Language) -> String {
    let file = error.file.display();
    match &error.kind {
        ProfileFileErrorKind::Unreadable(source) => language.pick(
            format!("{file} lässt sich nicht lesen ({source}). Dateinamen und Rechte prüfen. Es wurde nichts geprüft."),
            format!("{file} cannot be read ({source}). Check its name and permissions. Nothing was judged."),
        ),
        ProfileFileErrorKind::InvalidProfile(source) => {
            // The TOML reader says line and key, and shows them.
            let cause = source.source().map(|cause| format!("\n{}", cause.to_string().trim_end())).unwrap_or_default();
            language.pick(
                format!("{file} ist kein Profil: {source}{cause}\nDie Datei berichtigen oder beim Gateway neu anfordern. Es wurde nichts geprüft."),
                format!("{file} is no profile: {source}{cause}\nCorrect the file or ask for it at the gateway again. Nothing was judged."),
            )
        }
        ProfileFileErrorKind::InvalidJson(source) => language.pick(
            format!("{file} ist kein lesbares JSON ({source}). Die Antwort von GET /v1/profile noch einmal ganz speichern. Es wurde nichts geprüft."),
            format!("{file} cannot be read as JSON ({source}). Store the whole answer of GET /v1/profile again. Nothing was judged."),
        ),
        ProfileFileErrorKind::NotAProfileResponse => language.pick(
            format!("{file} ist nicht die Antwort auf GET /v1/profile: name, title oder pixels fehlen oder sind unbekannt. Es wurde nichts geprüft; die Antwort noch einmal speichern."),
            format!("{file} is not the answer to GET /v1/profile: name, title or pixels are missing or unknown. Nothing was judged; store the answer again."),
        ),
    }
}

/// Which of a newer gateway's rules are not judged here.
pub fn about_unknown_checks(unknown_checks: &[String], language: Language) -> String {
    let unknown = unknown_checks.join(", ");
    language.pick(
        format!("{unknown} prüft nur das Gateway; dieses Programm kennt die Regel noch nicht. Lichtbild bei Gelegenheit aktualisieren."),
        format!("{unknown}: judged by the gateway alone, this program does not know the rule yet. Update Lichtbild when convenient."),
    )
}
