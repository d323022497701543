//! The files that a configuration names: which of them are secrets, and where each lies in a folder that holds them all.

use std::path::{Component, Path, PathBuf};

use super::settings::{CertificatesConfig, Config};
use crate::storage::DatabaseLocation;

/// A file that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredFile {
    /// The configuration's key: `certificates.server`.
    pub key: String,
    pub path: PathBuf,
    /// Path in a gateway's own folder, relative to that folder.
    pub path_in_folder: PathBuf,
    /// True if the file is a secret.
    pub is_secret: bool,
}

/// Folder for files from outside a gateway's folder.
const ELSEWHERE: &str = "elsewhere";

impl Config {
    /// Every file named, but for the database. `folder` is the one of the configuration file, which paths were resolved against.
    pub fn referenced_files(&self, folder: &Path) -> Vec<ConfiguredFile> {
        let CertificatesConfig {
            server,
            server_key,
            server_ca,
            server_ca_key,
            studio_ca,
            studio_ca_key,
            office_ca,
            office_ca_key,
            studio_crl,
            office_crl,
        } = &self.certificates;
        let mut files = vec![("key_file".to_owned(), &self.key_file, true)];
        for (name, path, is_secret) in [
            ("server", server, false),
            ("server_key", server_key, true),
            ("server_ca", server_ca, false),
            ("server_ca_key", server_ca_key, true),
            ("studio_ca", studio_ca, false),
            ("studio_ca_key", studio_ca_key, true),
            ("office_ca", office_ca, false),
            ("office_ca_key", office_ca_key, true),
            ("studio_crl", studio_crl, false),
            ("office_crl", office_crl, false),
        ] {
            files.push((format!("certificates.{name}"), path, is_secret));
        }
        files.push(("audit.key".to_owned(), &self.audit.key, true));
        files.push(("audit.public_key".to_owned(), &self.audit.public_key, false));
        files.extend(self.profile_file.iter().map(|path| ("profile_file".to_owned(), path, false)));
        for (number, authority) in self.office_authorities.iter().enumerate() {
            files.push((format!("office_authorities.{number}.roots"), &authority.roots, false));
            for (list, path) in authority.revocation_lists.iter().enumerate() {
                files.push((format!("office_authorities.{number}.revocation_lists.{list}"), path, false));
            }
        }
        let named = |(key, path, is_secret): (String, &PathBuf, bool)| {
            let inside = path_in_folder(folder, path, &key);
            ConfiguredFile { key, path: path.clone(), path_in_folder: inside, is_secret }
        };
        files.into_iter().map(named).collect()
    }

    /// Path of the database file in a gateway's own folder; `None` if the database is on a server.
    pub fn database_path_in_folder(&self, folder: &Path) -> Option<PathBuf> {
        match &self.database {
            DatabaseLocation::File(file) => Some(path_in_folder(folder, file, "database")),
            DatabaseLocation::Server(_) => None,
        }
    }
}

/// The path within the folder, where it leads to nowhere else; else a place of its own, by its key.
fn path_in_folder(folder: &Path, path: &Path, key: &str) -> PathBuf {
    let within = path.strip_prefix(folder).ok().filter(|path| !path.as_os_str().is_empty());
    match within {
        Some(path) if path.components().all(|part| matches!(part, Component::Normal(_))) => path.to_owned(),
        _ => Path::new(ELSEWHERE).join(key),
    }
}

/// The text of a configuration with other paths at these keys. Its comments go where a path changes.
///
/// # Errors
/// The parser's message.
pub fn replace_paths(text: &str, paths: &[(String, PathBuf)]) -> Result<String, String> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut changed = false;
    for (key, path) in paths {
        // What is not written has its default, which lies inside.
        let Some(place) = find_value(&mut table, key) else { continue };
        if place.as_str() != path.to_str() {
            *place = toml::Value::String(path.display().to_string());
            changed = true;
        }
    }
    if !changed {
        return Ok(text.to_owned());
    }
    toml::to_string(&table).map_err(|error| error.to_string())
}

fn find_value<'t>(table: &'t mut toml::Table, key: &str) -> Option<&'t mut toml::Value> {
    let mut parts = key.split('.');
    let first = table.get_mut(parts.next()?)?;
    parts.try_fold(first, |value, part| match value {
        toml::Value::Table(table) => table.get_mut(part),
        toml::Value::Array(array) => array.get_mut(part.parse::<usize>().ok()?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_the_folder_keep_their_path_and_all_others_get_one() {
        for (folder, path, expected) in [
            ("", "certs/server.crt", "certs/server.crt"),
            ("/srv/l", "/srv/l/certs/server.crt", "certs/server.crt"),
            ("/srv/l", "/etc/ssl/server.crt", "elsewhere/k"),
            ("/srv/l", "/srv/l/../x/server.crt", "elsewhere/k"),
            ("", "/etc/ssl/server.crt", "elsewhere/k"),
            ("", "../server.crt", "elsewhere/k"),
        ] {
            assert_eq!(path_in_folder(Path::new(folder), Path::new(path), "k"), Path::new(expected), "{folder} {path}");
        }
    }

    #[test]
    fn every_secret_is_known_as_one() {
        let files = Config::default().referenced_files(Path::new(""));
        let secrets: Vec<_> =
            files.iter().filter(|file| file.is_secret).map(|file| file.path.display().to_string()).collect();
        assert_eq!(secrets.len(), 6);
        assert!(files.iter().all(|file| file.is_secret == file.path.extension().is_some_and(|end| end == "key")));
    }

    #[test]
    fn paths_change_and_a_text_whose_paths_stay_stays_as_it_is() {
        let text = "# why\ndatabase = '/var/l.sqlite'\n[[office_authorities]]\nroots = 'v.pem'\nrevocation_lists = ['/a.crl']\n";
        let same = [("database".to_owned(), PathBuf::from("/var/l.sqlite"))];
        assert_eq!(replace_paths(text, &same).unwrap(), text);
        let moved = [
            ("database".to_owned(), PathBuf::from("l.sqlite")),
            ("office_authorities.0.revocation_lists.0".to_owned(), PathBuf::from("elsewhere/a")),
            ("certificates.server".to_owned(), PathBuf::from("certs/server.crt")),
        ];
        let config = Config::parse(&replace_paths(text, &moved).unwrap()).unwrap();
        assert_eq!(config.database, DatabaseLocation::File("l.sqlite".into()));
        assert_eq!(config.office_authorities[0].revocation_lists, [PathBuf::from("elsewhere/a")]);
    }
}
