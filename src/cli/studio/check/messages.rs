//! Messages about the files of a check: the rules, the folders of photos, the copies of `--rewrite`, the page of `--html`.

use std::error::Error;
use std::path::{Path, PathBuf};

use lichtbild_transcode::{MAX_SCANS, TranscodeError};

use super::html_report::HtmlReportError;
use super::photo_list::PhotoFolderError;
use super::profile_file::{ProfileFileError, ProfileFileErrorKind};
use super::rewrite::{CopyOrigin, RewriteError};
use crate::cli::studio::advice;
use crate::cli::studio::advice::unreadable;
use crate::cli::studio::receipt_text::on_one_line;
use crate::texts::language::Language;

/// Explains why a file does not contain a profile.
pub fn about_profile_file(error: &ProfileFileError, language: Language) -> String {
    let file = on_one_line(&error.file);
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
    let folder = on_one_line(&error.folder);
    match &error.source {
        None => language.pick(
            format!("{folder} enthält keine JPEG-Datei. Den Ordner angeben, in dem die fertigen Fotos liegen."),
            format!("{folder} contains no JPEG file. Name the folder in which the finished photos lie."),
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

/// That folders hold files that are no pictures.
pub fn about_other_files(files: &[PathBuf], language: Language) -> String {
    let shown = advice::listed(files);
    language.pick(
        format!("Keine Bilder und darum nicht angesehen: {shown}."),
        format!("No pictures, and therefore not looked at: {shown}."),
    )
}

/// That folders hold folders.
pub fn about_sub_folders(folders: &[PathBuf], language: Language) -> String {
    let shown = advice::listed(folders);
    language.pick(
        format!(
            "In Unterordner wird nicht hineingesehen: {shown}. Sollen ihre Fotos geprüft werden, sie selbst angeben."
        ),
        format!("Sub-folders are not looked into: {shown}. To have their photos judged, name them too."),
    )
}

/// Names the baseline copy that was judged in place of `photo`, or says why there is none.
pub fn about_rewriting(
    photo: &Path,
    judged: &Path,
    result: &Result<CopyOrigin, RewriteError>,
    language: Language,
) -> String {
    let (photo, judged) = (on_one_line(photo), on_one_line(judged));
    match result {
        Ok(CopyOrigin::Written) => language.pick(
            format!("{photo} wurde ohne Verlust als Baseline-JPEG geschrieben: {judged}. Geprüft wurde diese Datei; wird sie angenommen, sie statt des Originals einliefern."),
            format!("{photo} was written as baseline JPEG without loss: {judged}. That file was judged; if it is accepted, deposit it and not the original."),
        ),
        Ok(CopyOrigin::FoundThere) => language.pick(
            format!("{photo} liegt schon als Baseline-JPEG vor: {judged}. Geprüft wurde diese Datei; wird sie angenommen, sie statt des Originals einliefern."),
            format!("{photo} is there as baseline JPEG already: {judged}. That file was judged; if it is accepted, deposit it and not the original."),
        ),
        Err(RewriteError::NameTaken { path }) => {
            let path = on_one_line(path);
            language.pick(
                format!("{photo} wurde nicht umgeschrieben: {path} gibt es schon, mit anderem Inhalt; es bleibt, wie es ist. {photo} unter einem anderen Namen speichern und noch einmal prüfen."),
                format!("{photo} was not rewritten: {path} is there already, with other content, and stays as it is. Store {photo} under another name and check again."),
            )
        }
        Err(RewriteError::Unwritable { path, source }) => {
            let path = on_one_line(path);
            language.pick(
                format!("{path} lässt sich nicht schreiben ({source}). Das Foto in einen beschreibbaren Ordner mit freiem Platz legen und noch einmal prüfen."),
                format!("{path} cannot be written ({source}). Put the photo into a writable folder with free space and check again."),
            )
        }
        Err(RewriteError::Transcode(error)) => {
            let reason = transcode_reason(*error, language);
            language.pick(
                format!("{photo} lässt sich nicht umschreiben: {reason}. Das Foto neu als JPEG exportieren, „Baseline (Standard)“."),
                format!("{photo} cannot be rewritten: {reason}. Export the photo as JPEG again, “baseline (standard)”."),
            )
        }
    }
}

fn transcode_reason(error: TranscodeError, language: Language) -> String {
    match error {
        TranscodeError::NotJpeg => language.pick("Es ist kein JPEG", "it is no JPEG").into(),
        TranscodeError::Truncated => {
            language.pick("Die Datei endet vor dem Ende des Bildes", "the file ends before the picture does").into()
        }
        TranscodeError::Damaged(_) => language.pick("Die Datei ist beschädigt", "the file is damaged").into(),
        TranscodeError::OtherCoding => language
            .pick(
                "Arithmetische, verlustfreie und hierarchische JPEGs kann dieses Programm nicht lesen",
                "this program cannot read arithmetic, lossless and hierarchical JPEGs",
            )
            .into(),
        TranscodeError::Colours(count) => language.pick(
            format!("Es hat {count} Farbkanäle statt 3, wie etwa CMYK-Bilder"),
            format!("it has {count} colour channels instead of 3, as CMYK pictures have, for instance"),
        ),
        TranscodeError::BitDepth(bits) => language.pick(
            format!("Es hat {bits} Bit je Farbe statt 8"),
            format!("it has {bits} bits for each colour instead of 8"),
        ),
        TranscodeError::Unsupported(_) => language
            .pick(
                "Es nutzt Teile des JPEG-Standards, die es in Baseline-Dateien nicht gibt",
                "it uses parts of the JPEG standard that baseline files do not have",
            )
            .into(),
        TranscodeError::Incomplete => language
            .pick(
                "Die letzten Durchgänge fehlen, erst sie machen das Bild scharf",
                "its last scans are missing, which make the picture sharp",
            )
            .into(),
        TranscodeError::TooManyScans => language
            .pick(format!("Es hat mehr als {MAX_SCANS} Durchgänge"), format!("it has more than {MAX_SCANS} scans")),
        TranscodeError::TooLarge => {
            language.pick("Es ist viel größer als ein Passfoto", "it is far larger than a passport photo").into()
        }
    }
}

/// Explains why the HTML page with the results cannot be written.
pub fn about_html_report(error: &HtmlReportError, language: Language) -> String {
    match error {
        HtmlReportError::NotAReport { path } => language.pick(
            format!(
                "{} gibt es schon, und es ist keine Seite von --html; sie bleibt, wie sie ist. Einen anderen Namen angeben.",
                on_one_line(path)
            ),
            format!("{} is there already and no page of --html; it stays as it is. Give another name.", on_one_line(path)),
        ),
        HtmlReportError::Unwritable { path, source } => language.pick(
            format!(
                "{} lässt sich nicht schreiben ({source}). Einen Namen in einem beschreibbaren Ordner mit freiem Platz angeben.",
                on_one_line(path)
            ),
            format!("{} cannot be written ({source}). Give a name in a writable folder with free space.", on_one_line(path)),
        ),
    }
}
