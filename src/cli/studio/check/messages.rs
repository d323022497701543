//! Messages about the files of a check: the rules, the folders of photos, the page of `--html`.

use std::error::Error;

use super::html_report::HtmlReportError;
use super::photo_list::PhotoFolderError;
use super::profile_file::{ProfileFileError, ProfileFileErrorKind};
use crate::cli::studio::advice::unreadable;
use crate::domain::language::Language;

/// Explains why a file does not contain a profile.
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

/// Lists the checks of a newer gateway that this program does not know.
pub fn about_unknown_checks(unknown_checks: &[String], language: Language) -> String {
    let unknown = unknown_checks.join(", ");
    language.pick(
        format!("{unknown} prüft nur das Gateway; dieses Programm kennt die Regel noch nicht. Lichtbild bei Gelegenheit aktualisieren."),
        format!("{unknown}: judged by the gateway alone, this program does not know the rule yet. Update Lichtbild when convenient."),
    )
}

/// Explains why a folder yields no photos.
pub fn about_folder(error: &PhotoFolderError, language: Language) -> String {
    let folder = error.folder.display();
    match &error.source {
        None => language.pick(
            format!("{folder} enthält keine JPEG-Datei (.jpg oder .jpeg). Den Ordner angeben, in dem die fertigen Fotos liegen."),
            format!("{folder} contains no JPEG file (.jpg or .jpeg). Name the folder in which the finished photos lie."),
        ),
        Some(source) => unreadable(&error.folder, source, language),
    }
}

/// That folders hold pictures which nobody looked at.
pub fn about_other_images(others: usize, language: Language) -> String {
    match (others, language) {
        (1, Language::German) => {
            "1 Bild, das kein JPEG ist, wurde nicht angesehen. Soll es geprüft werden: als JPEG exportieren.".into()
        }
        (1, Language::English) => {
            "1 picture that is no JPEG was not looked at. To have it judged, export it as JPEG.".into()
        }
        (_, Language::German) => {
            format!(
                "{others} Bilder, die kein JPEG sind, wurden nicht angesehen. Sollen sie geprüft werden: als JPEG exportieren."
            )
        }
        (_, Language::English) => {
            format!("{others} pictures that are no JPEG were not looked at. To have them judged, export them as JPEG.")
        }
    }
}

/// Explains why the HTML page with the results cannot be written.
pub fn about_html_report(error: &HtmlReportError, language: Language) -> String {
    match error {
        HtmlReportError::NotAReport { path } => language.pick(
            format!(
                "{} gibt es schon, und es ist keine Seite von --html; sie bleibt, wie sie ist. Einen anderen Namen angeben.",
                path.display()
            ),
            format!("{} is there already and no page of --html; it stays as it is. Give another name.", path.display()),
        ),
        HtmlReportError::Unwritable { path, source } => language.pick(
            format!(
                "{} lässt sich nicht schreiben ({source}). Einen Namen in einem beschreibbaren Ordner mit freiem Platz angeben.",
                path.display()
            ),
            format!("{} cannot be written ({source}). Give a name in a writable folder with free space.", path.display()),
        ),
    }
}
