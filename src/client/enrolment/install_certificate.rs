//! Atomic installation of a renewed pair of certificate and key.
//!
//! If both are in one file, that file is replaced. If they are in two files (by `device add`, or by hand), the new pair is written to one
//! new file, and then the configuration is replaced by one whose two lines name this file. A crash before the replacement leaves the old
//! pair in use, a crash after it the new one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::device_folder::DEVICE_FILE;
use super::device_folder::config_file_mode;
use crate::atomic_file::FileMode;
use crate::client::config::StudioConfig;
use crate::domain::text_encoding::decode_text;
use crate::{atomic_file, failpoint};

/// Name of the new file if one of the two old files is called [`DEVICE_FILE`].
const ALTERNATE_DEVICE_FILE: &str = "device-both.pem";

/// Replaces the pair that `config`, read from `config_file`, names by `pem`, which contains certificate and key.
///
/// # Errors
/// [`InstallError`]; the old pair is still in use.
pub fn install_certificate(config_file: &Path, config: &StudioConfig, pem: &[u8]) -> Result<(), InstallError> {
    if config.certificate == config.key {
        let file = resolve_symlinks(&config.key);
        return atomic_file::replace(&file, pem, FileMode::OwnerOnly).map_err(unwritable(&file));
    }
    let config_file = resolve_symlinks(config_file);
    let bytes = fs::read(&config_file).map_err(unwritable(&config_file))?;
    let text = decode_text(&bytes).map_err(|error| unwritable(&config_file)(error.into()))?;
    let old = [&config.key, &config.certificate].map(|path| resolve_symlinks(path));
    let in_use = |path: PathBuf| old.contains(&resolve_symlinks(&path));
    let name = if in_use(config_file.with_file_name(DEVICE_FILE)) { ALTERNATE_DEVICE_FILE } else { DEVICE_FILE };
    let device = config_file.with_file_name(name);
    let edited = set_credential_paths(&text, name, &config_file, config);
    let edited = edited.ok_or_else(|| InstallError::NotEditable(config_file.clone()))?;
    if device.exists() {
        // The file belongs to an interrupted renewal or to the user. It is not in use, but is not deleted.
        atomic_file::rotate(&device).map_err(unwritable(&device))?;
    }
    atomic_file::write_new(&device, pem, FileMode::OwnerOnly).map_err(unwritable(&device))?;
    failpoint::reached("renew.written");
    atomic_file::replace(&config_file, edited.as_bytes(), config_file_mode(config.proxy.as_ref()))
        .map_err(unwritable(&config_file))?;
    failpoint::reached("renew.renamed");
    // The new pair works and is installed; an old key could only be stolen. Files in other folders may serve other programs and stay. A
    // failed removal is ignored.
    for old in old.iter().filter(|old| old.parent() == device.parent()) {
        let _ = atomic_file::remove(old);
    }
    Ok(())
}

/// A link is kept, and its target is replaced.
fn resolve_symlinks(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> InstallError {
    let path = path.to_owned();
    |source| InstallError::Unwritable { path, source }
}

/// The configuration with `device` as the file of `certificate` and `key`; `None` if the two lines do not have the expected form. The
/// result is parsed to check it.
fn set_credential_paths(text: &str, device: &str, config_file: &Path, config: &StudioConfig) -> Option<String> {
    let mut edited = String::with_capacity(text.len() + 2 * device.len());
    for line in text.split_inclusive('\n') {
        match ["certificate", "key"].into_iter().find_map(|name| rest_after_value(line, name).map(|rest| (name, rest)))
        {
            Some((name, rest)) => edited.push_str(&format!("{name} = \"{device}\"{rest}")),
            None => edited.push_str(line),
        }
    }
    let read = StudioConfig::parse(&edited, config_file).ok()?;
    let device = config_file.with_file_name(device);
    let as_meant = read.certificate == device
        && read.key == device
        && read.gateway == config.gateway
        && read.ca.file_name() == config.ca.file_name();
    as_meant.then_some(edited)
}

/// The text after the value in a line `name = "value"`, such as a comment. `None` for another line.
fn rest_after_value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let value = line.trim_start().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        '\'' => value[1..].split_once('\'').map(|(_, rest)| rest),
        '"' => {
            let mut escaped = false;
            let end = value[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })?;
            Some(&value[end + 2..])
        }
        _ => None,
    }
}

/// Reason why the new certificate and key could not be put in place.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error("{path}: cannot be written")]
    Unwritable { path: PathBuf, source: io::Error },
    /// The lines `certificate` and `key` of this configuration have a form that the program cannot change.
    #[error("{0}: certificate and key cannot be changed")]
    NotEditable(PathBuf),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<String> {
        let file = Path::new("/shop/studio.toml");
        set_credential_paths(text, DEVICE_FILE, file, &StudioConfig::parse(text, file).unwrap())
    }

    #[test]
    fn two_lines_change_and_all_others_stay() {
        let text = "# by hand\ngateway = \"https://h:1\" # the city's\n  certificate=\"a \\\" # b.pem\" # mine\r\n\
                    key = '/etc/k.pem'\nca = \"ca.pem\"\n# key = \"old.pem\"\nlanguage = \"en\"";
        let expected = "# by hand\ngateway = \"https://h:1\" # the city's\ncertificate = \"device.pem\" # mine\r\n\
                        key = \"device.pem\"\nca = \"ca.pem\"\n# key = \"old.pem\"\nlanguage = \"en\"";
        assert_eq!(named(text).unwrap(), expected);
    }

    #[test]
    fn lines_in_another_notation_are_not_changed() {
        for lines in ["\"key\" = \"k.pem\"", "key = \"\"\"k.pem\"\"\""] {
            assert_eq!(named(&format!("gateway = \"https://h\"\ncertificate = \"c\"\nca = \"ca\"\n{lines}\n")), None);
        }
    }

    #[test]
    fn two_files_become_one_and_the_old_key_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        for (name, text) in [
            ("c.pem", "old"),
            ("k.pem", "old"),
            ("device.pem", "of a renewal that was broken off"),
            ("studio.toml", "gateway = \"https://h\"\ncertificate = \"c.pem\"\nkey = \"k.pem\"\nca = \"ca.pem\"\n"),
        ] {
            fs::write(file(name), text).unwrap();
        }
        for content in ["first", "second"] {
            let config = StudioConfig::load(&file("studio.toml")).unwrap();
            install_certificate(&file("studio.toml"), &config, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(file("device.pem")).unwrap(), content);
        }
        assert!(!file("k.pem").exists() && !file("c.pem").exists() && file("device.pem.1").exists());
    }
}
