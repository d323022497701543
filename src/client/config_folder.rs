//! The setting `folder` of `studio.toml`, written by the program.

use std::fs;
use std::io;
use std::path::Path;

use super::config::{StudioConfig, StudioConfigError};
use super::enrolment::device_folder::config_file_mode;
use crate::atomic_file::{self, FileMode};
use crate::domain::text_encoding::decode_text;

/// Adds the watched folder `folder`, an absolute path, to the configuration in `config_file`, which names none yet. The other lines stay.
///
/// # Errors
/// [`FolderSettingError`]; the file is unchanged.
pub fn add_folder_setting(config_file: &Path, folder: &Path) -> Result<(), FolderSettingError> {
    let bytes = fs::read(config_file).map_err(FolderSettingError::Unwritable)?;
    let text = decode_text(&bytes).map_err(|error| FolderSettingError::Unwritable(error.into()))?;
    let folder = folder.to_str().ok_or(FolderSettingError::NotUnicode)?;
    let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    // The serializer chooses quotation marks in which backslashes stay as they are.
    let edited = format!("{text}{line_end}folder = {}\n", toml::Value::from(folder));
    let config = StudioConfig::parse(&edited, config_file).map_err(FolderSettingError::Invalid)?;
    let audience = if is_private(config_file) { FileMode::OwnerOnly } else { config_file_mode(config.proxy.as_ref()) };
    atomic_file::replace(config_file, edited.as_bytes(), audience).map_err(FolderSettingError::Unwritable)
}

/// Reports whether the user has limited the file to the own account.
fn is_private(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

/// Reason why the folder is not in the configuration.
#[derive(Debug, thiserror::Error)]
pub enum FolderSettingError {
    #[error("the folder's name is not Unicode")]
    NotUnicode,
    #[error("the configuration cannot be written")]
    Unwritable(#[source] io::Error),
    /// The configuration has a section at its end, or names a folder already.
    #[error("the configuration takes no folder")]
    Invalid(#[source] StudioConfigError),
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "# mine\ngateway = \"https://g.example\"\ncertificate = \"c\"\nkey = \"k\"\nca = \"a\"";

    #[test]
    fn a_folder_with_any_name_is_read_as_it_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("studio.toml");
        for name in [r"C:\Users\Jörg\temp\new", "/home/k/it's \"100 %\"", "/srv/a b"] {
            fs::write(&file, CONFIG).unwrap();
            add_folder_setting(&file, Path::new(name)).unwrap();
            let text = fs::read_to_string(&file).unwrap();
            assert!(text.starts_with(&format!("{CONFIG}\nfolder = ")), "{text}");
            let read = StudioConfig::load(&file).unwrap().folder.unwrap();
            assert_eq!(read, directory.path().join(name));
            assert!(matches!(add_folder_setting(&file, Path::new("/x")), Err(FolderSettingError::Invalid(_))));
        }
    }

    #[test]
    fn line_ends_of_windows_and_a_byte_order_mark_do_no_harm() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("studio.toml");
        fs::write(&file, format!("\u{feff}{}\r\n", CONFIG.replace('\n', "\r\n"))).unwrap();
        add_folder_setting(&file, Path::new("/srv/photos")).unwrap();
        let named = StudioConfig::load(&file).unwrap().folder.unwrap();
        assert!(named.ends_with("srv/photos"), "{}", named.display());
    }
}
