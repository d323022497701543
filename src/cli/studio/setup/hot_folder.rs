//! Choice of the watched folder.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::dialog::Dialog;
use crate::atomic_file::{self, FileMode};
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::{self, Failure};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::eprint;
use crate::client::config::StudioConfig;
use crate::client::config_folder::{FolderSettingError, add_folder_setting};
use crate::client::config_location::proposed_watch_folder;
use crate::client::photo::file_kind::{FileKind, file_kind};
use crate::client::watch::files::folder::WatchedFolder;
use crate::texts::language::Language;
use crate::texts::text;

/// Beginnings of the names of folders that programs copy to a cloud.
const CLOUD_FOLDERS: [&str; 6] = ["onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud"];

/// Makes the watched folder of the configuration, or asks for one and writes it into the configuration. Gives its path.
pub(super) fn choose_hot_folder(
    named: Option<&Path>,
    config_file: &Path,
    config: &StudioConfig,
    dialog: &mut Dialog,
) -> Result<PathBuf, Failure> {
    let language = dialog.language;
    if let Some(folder) = &config.folder {
        if named.is_some_and(|named| std::path::absolute(named).ok() != std::path::absolute(folder).ok()) {
            let (folder, config) = (shown_path(folder), shown_path(config_file));
            let message = text!(language, "studio-setup-folder-differs", folder = folder, config = config);
            return Err(Failure::new(Exit::Usage, message));
        }
        make(folder, language)?;
        eprint(text!(language, "studio-setup-folder-kept", folder = shown_path(folder)));
        return Ok(folder.clone());
    }
    let folder = match named {
        Some(named) => checked_path(named.to_owned(), language)?,
        None => {
            let proposed = proposed_watch_folder();
            let question = match &proposed {
                Some(proposed) => text!(language, "studio-setup-folder", proposed = shown_path(proposed)),
                None => text!(language, "studio-setup-folder-unproposed"),
            };
            dialog.answer_to(&question, |typed| match &proposed {
                Some(proposed) if typed.is_empty() => {
                    make(proposed, language)?;
                    check_without_photos(proposed, language).map(|()| proposed.clone())
                }
                _ => checked(typed, language),
            })?
        }
    };
    add_folder_setting(config_file, &folder).map_err(|error| about_setting(&error, config_file, language))?;
    eprint(text!(language, "studio-setup-folder-made", folder = shown_path(&folder)));
    Ok(folder)
}

/// Makes the folder that was typed, perhaps in quotation marks, as Explorer copies paths.
fn checked(typed: &str, language: Language) -> Result<PathBuf, Failure> {
    let unquoted = typed.strip_prefix('"').and_then(|typed| typed.strip_suffix('"'));
    checked_path(PathBuf::from(unquoted.unwrap_or(typed)), language)
}

fn checked_path(path: PathBuf, language: Language) -> Result<PathBuf, Failure> {
    if !path.is_absolute() {
        let example = if cfg!(windows) { r"C:\Lichtbild" } else { "/home/foto/lichtbild" };
        return Err(Failure::new(Exit::Usage, text!(language, "studio-setup-folder-relative", example = example)));
    }
    if let Some(cloud) = cloud_folder(&path) {
        return Err(Failure::new(Exit::Usage, text!(language, "studio-setup-folder-in-cloud", cloud = cloud)));
    }
    if path.parent().is_none() || WatchedFolder::is_within(&path) {
        let folder = shown_path(&path);
        return Err(Failure::new(Exit::Usage, text!(language, "studio-setup-folder-inside", folder = folder)));
    }
    make(&path, language)?;
    check_without_photos(&path, language)?;
    Ok(path)
}

/// Refuses a folder with photos that is not watched yet: the watch would move all of them.
fn check_without_photos(folder: &Path, language: Language) -> Result<(), Failure> {
    if WatchedFolder::is_prepared(folder) {
        return Ok(());
    }
    let is_photo = |name: &OsStr| matches!(file_kind(name), FileKind::Jpeg | FileKind::OtherImage);
    let photos = fs::read_dir(folder)
        .map_or(0, |entries| entries.flatten().filter(|entry| is_photo(&entry.file_name())).count());
    if photos == 0 {
        return Ok(());
    }
    let message = text!(language, "studio-setup-folder-with-photos", folder = shown_path(folder), count = photos);
    Err(Failure::new(Exit::Usage, message))
}

fn make(folder: &Path, language: Language) -> Result<(), Failure> {
    atomic_file::make_folder(folder, FileMode::OwnerOnly).map_err(|source| {
        let (folder, cause) = (shown_path(folder), source.to_string());
        Failure::new(Exit::Setup, text!(language, "studio-setup-folder-unusable", folder = folder, cause = cause))
    })
}

fn about_setting(error: &FolderSettingError, config_file: &Path, language: Language) -> Failure {
    let config = shown_path(config_file);
    match error {
        FolderSettingError::Invalid(_) => {
            Failure::new(Exit::Setup, text!(language, "studio-setup-folder-line", config = config))
        }
        FolderSettingError::NotUnicode => Failure::new(Exit::Usage, text!(language, "studio-setup-folder-not-unicode")),
        FolderSettingError::Unwritable(source) => {
            let (cause, held) = (source.to_string(), advice::held(source));
            let message =
                text!(language, "studio-setup-config-unwritable", config = config, cause = cause, held = held);
            Failure::new(Exit::Setup, message)
        }
    }
}

/// The part of the path that is a folder of a cloud's program.
fn cloud_folder(path: &Path) -> Option<String> {
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    names.into_iter().find(|name| CLOUD_FOLDERS.iter().any(|cloud| name.to_lowercase().starts_with(cloud)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_are_copied_to_a_cloud_are_recognised() {
        for path in ["/home/k/OneDrive - Foto Müller/x", "/Users/k/Dropbox", "/home/k/Google Drive/a"] {
            assert!(cloud_folder(Path::new(path)).is_some(), "{path}");
        }
        assert_eq!(cloud_folder(Path::new("/home/onedance/photos")), None);
    }

    #[test]
    fn a_folder_with_photos_is_refused_until_it_is_watched() {
        let directory = tempfile::tempdir().unwrap();
        let check = |path: &Path| checked(path.to_str().unwrap(), Language::English);
        fs::write(directory.path().join("notes.txt"), "").unwrap();
        check(directory.path()).unwrap();
        fs::write(directory.path().join("wedding.JPG"), "").unwrap();
        let failure = check(directory.path()).unwrap_err();
        assert!(failure.message.contains("already contains 1"), "{}", failure.message);
        drop(WatchedFolder::open(directory.path()).unwrap());
        check(directory.path()).unwrap();
        for part in ["sent", "refused", ".lichtbild", "sent/deeper"] {
            assert_eq!(check(&directory.path().join(part)).unwrap_err().exit, Exit::Usage, "{part}");
        }
        let root = directory.path().ancestors().last().unwrap();
        assert_eq!(check(root).unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn a_path_may_have_the_quotation_marks_of_explorer_and_must_be_absolute() {
        let directory = tempfile::tempdir().unwrap();
        let wanted = directory.path().join("new").join("photos");
        assert_eq!(checked(&format!("\"{}\"", wanted.display()), Language::English).unwrap(), wanted);
        assert!(wanted.is_dir());
        assert_eq!(checked("photos", Language::English).unwrap_err().exit, Exit::Usage);
        assert_eq!(checked("", Language::English).unwrap_err().exit, Exit::Usage);
        // A single quotation mark belongs to the name.
        let quoted = directory.path().join("Koch\"");
        if cfg!(unix) {
            assert_eq!(checked(quoted.to_str().unwrap(), Language::English).unwrap(), quoted);
        }
        fs::write(directory.path().join("file"), "").unwrap();
        let file = directory.path().join("file");
        assert_eq!(checked(file.to_str().unwrap(), Language::English).unwrap_err().exit, Exit::Setup);
    }
}
