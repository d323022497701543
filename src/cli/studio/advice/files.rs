//! Messages about a photo or a file beside it that cannot be used.

use std::path::Path;

use super::unexpected::about_unexpected;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::on_one_line;
use crate::client::photo::photo_file::{MAX_BYTES, PhotoFileError, PhotoFileErrorKind};
use crate::client::photo::spool::SpoolError;
use crate::client::photo::stored_receipt::StoredReceiptError;
use crate::texts::language::Language;

/// Explains why a photo cannot be read.
pub fn about_photo(error: &PhotoFileError, language: Language) -> String {
    let path = on_one_line(&error.path);
    match &error.kind {
        PhotoFileErrorKind::Unreadable(source) => language.pick(
            format!("{path} lässt sich nicht lesen ({source}). Dateinamen und Rechte prüfen."),
            format!("{path} cannot be read ({source}). Check its name and permissions."),
        ),
        PhotoFileErrorKind::NotAFile => language.pick(
            format!("{path} ist keine Datei. Bitte eine JPEG-Datei angeben."),
            format!("{path} is not a file. Name a JPEG file."),
        ),
        PhotoFileErrorKind::TooLarge => {
            let mebibytes = MAX_BYTES / 1024 / 1024;
            language.pick(
                format!("{path} ist größer als {mebibytes} MiB und kein Passfoto. Bitte das fertige Bild angeben."),
                format!("{path} is larger than {mebibytes} MiB and no passport photo. Name the finished picture."),
            )
        }
    }
}

/// Explains why a push could not begin or its end could not be noted, and gives the exit code.
pub fn about_spool(error: &SpoolError, language: Language) -> (Exit, String) {
    let message = match error {
        SpoolError::Unreadable { path, source } => unreadable(path, source, language),
        SpoolError::Unwritable { path, source } => unwritable(path, source, language),
        SpoolError::Corrupt { path } => language.pick(
            format!(
                "{} ist beschädigt oder von einer neueren Version; das Foto kann schon eingeliefert sein. Es wurde nichts gesendet. Beim Gateway \
                 nachfragen, ob es angekommen ist; erst dann diese Datei löschen und den Befehl wiederholen (es entsteht ein neuer Abrufcode).",
                on_one_line(path)
            ),
            format!(
                "{} is damaged or of a newer version; the photo may have been deposited already. Nothing was sent. Ask at the gateway whether it \
                 arrived; only then delete this file and run the command again (it will give a new code).",
                on_one_line(path)
            ),
        ),
        SpoolError::ConcurrentPush { path } => language.pick(
            format!("{} gehört zu einer anderen laufenden Einlieferung. Warten, bis sie fertig ist, und den Befehl wiederholen.", on_one_line(path)),
            format!("{} belongs to another push that is going on. Wait for its end and run the command again.", on_one_line(path)),
        ),
        SpoolError::Receipt(error) => about_stored_receipt(error, language),
        SpoolError::Entropy(error) => return (Exit::Unexpected, about_unexpected(error, language)),
    };
    (Exit::Setup, message)
}

/// Explains why the receipt beside a photo is not usable.
pub fn about_stored_receipt(error: &StoredReceiptError, language: Language) -> String {
    match error {
        StoredReceiptError::Unreadable { path, source } => unreadable(path, source, language),
        StoredReceiptError::Unwritable { path, source } => unwritable(path, source, language),
        StoredReceiptError::Corrupt { path } => language.pick(
            format!(
                "Die Quittung {} ist beschädigt oder von einer neueren Version. Ist der Abrufcode noch bekannt, ist nichts zu tun; sonst die Datei \
                 umbenennen und den Befehl wiederholen (es entsteht ein neuer Abrufcode).",
                on_one_line(path)
            ),
            format!(
                "The receipt {} is damaged or of a newer version. If the code is still known, nothing has to be done; otherwise rename the file and \
                 run the command again (it will give a new code).",
                on_one_line(path)
            ),
        ),
    }
}

/// Explains why a file or folder cannot be read.
pub fn unreadable(path: &Path, source: &std::io::Error, language: Language) -> String {
    language.pick(
        format!("{} lässt sich nicht lesen ({source}). Rechte prüfen und den Befehl wiederholen.", on_one_line(path)),
        format!("{} cannot be read ({source}). Check its permissions and run the command again.", on_one_line(path)),
    )
}

fn unwritable(path: &Path, source: &std::io::Error, language: Language) -> String {
    language.pick(
        format!(
            "{} lässt sich nicht schreiben ({source}). Das Foto in einen beschreibbaren Ordner mit freiem Platz legen und den Befehl wiederholen.",
            on_one_line(path)
        ),
        format!(
            "{} cannot be written ({source}). Put the photo into a writable folder with free space and run the command again.",
            on_one_line(path)
        ),
    )
}

/// Explains that notes of earlier deposits cannot be read.
pub fn about_unreadable_notes(error: &std::io::Error, language: Language) -> String {
    language.pick(
        format!("Die Notizen über frühere Einlieferungen (Ordner deposits neben der Konfiguration) lassen sich nicht lesen ({error}). Rechte prüfen."),
        format!("The notes of earlier deposits (folder deposits beside the configuration) cannot be read ({error}). Check permissions."),
    )
}

/// Explains that a deposit could not be noted, which costs only comfort.
pub fn about_unwritable_note(error: &std::io::Error, language: Language) -> String {
    language.pick(
        format!(
            "Die Einlieferung ließ sich nicht vermerken ({error}); `photos` kennt den Dateinamen nicht. Rechte und Platz im Ordner der Konfiguration prüfen."
        ),
        format!("The deposit could not be noted ({error}); `photos` will not know the file's name. Check permissions and space in the configuration's folder."),
    )
}
