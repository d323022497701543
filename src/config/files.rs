//! Files that a configuration names: secret or not, and their paths in a copy of the gateway's folder.

use std::path::{Component, Path, PathBuf};

use super::settings::{Config, PathKind};
use crate::storage::DatabaseLocation;

/// A file that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredFile {
    /// Key of the configuration, for example `certificates.server`.
    pub key: String,
    pub path: PathBuf,
    /// Path in a copy of the gateway's folder, relative to that folder.
    pub path_in_folder: PathBuf,
    pub is_secret: bool,
}

/// Folder of a copy for files from outside the gateway's folder.
const ELSEWHERE: &str = "elsewhere";

impl Config {
    /// Every file that the gateway reads, except the database. `folder` is the one that paths were resolved against.
    pub fn referenced_files(&self, folder: &Path) -> Vec<ConfiguredFile> {
        let mut config = self.clone();
        let read = config.paths().into_iter().filter(|(_, _, kind)| *kind != PathKind::Output);
        read.map(|(key, path, kind)| ConfiguredFile {
            path: path.clone(),
            path_in_folder: path_in_folder(folder, path, &key),
            is_secret: kind == PathKind::Secret,
            key,
        })
        .collect()
    }

    /// Head files, which store the watermark of the audit log.
    pub fn head_files(&self) -> Vec<PathBuf> {
        let beside = || self.key_file.with_file_name("log-head.json");
        let first = self.audit.head_file.clone().unwrap_or_else(beside);
        std::iter::once(first).chain(self.audit.witness_file.clone()).collect()
    }

    /// Path of the database file in a copy of the gateway's folder; `None` if the database is on a server.
    pub fn database_path_in_folder(&self, folder: &Path) -> Option<PathBuf> {
        match &self.database {
            DatabaseLocation::File(file) => Some(path_in_folder(folder, file, "database")),
            DatabaseLocation::Server(_) => None,
        }
    }
}

/// The path relative to the folder if it is inside, or a path made from its key.
fn path_in_folder(folder: &Path, path: &Path, key: &str) -> PathBuf {
    let within = path.strip_prefix(folder).ok().filter(|path| !path.as_os_str().is_empty());
    match within {
        Some(path) if path.components().all(|part| matches!(part, Component::Normal(_))) => path.to_owned(),
        _ => Path::new(ELSEWHERE).join(key),
    }
}

/// Replaces the paths of these keys in the text of a configuration. The text loses its comments if a path changes.
pub fn replace_paths(text: &str, paths: &[(String, PathBuf)]) -> Result<String, String> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut changed = false;
    for (key, path) in paths {
        // The default of a missing key is inside the folder.
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
