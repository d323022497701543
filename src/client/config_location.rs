//! Place of the configuration, if the user names none.

use std::path::{Path, PathBuf};

use etcetera::base_strategy::{Apple, BaseStrategy, Windows, Xdg};

use super::enrolment::device_folder::CONFIG_FILE;

/// Environment variable that names the configuration.
pub const CONFIG_VARIABLE: &str = "LICHTBILD_STUDIO_CONFIG";
/// [`profile_folder`] as a user of this system knows it.
pub const PROFILE_FOLDER: &str = if cfg!(windows) {
    r"%LOCALAPPDATA%\Lichtbild"
} else if cfg!(target_os = "macos") {
    "~/Library/Application Support/Lichtbild"
} else {
    "~/.config/lichtbild"
};

/// Folder for this user's configuration; `None` if the user has no home folder. It may not exist.
pub fn profile_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        // Windows copies the roaming folder to other computers, and the key must not leave this one.
        Some(Windows::new().ok()?.cache_dir().join("Lichtbild"))
    } else if cfg!(target_os = "macos") {
        Some(Apple::new().ok()?.data_dir().join("Lichtbild"))
    } else {
        Some(Xdg::new().ok()?.config_dir().join("lichtbild"))
    }
}

/// Watched folder that is proposed to a user; `None` without a home folder. It is not one of the folders that Windows may copy to a cloud, such
/// as Pictures and Documents.
pub fn proposed_watch_folder() -> Option<PathBuf> {
    Some(etcetera::home_dir().ok()?.join("Lichtbild"))
}

/// The configuration that a command reads: the `named` file, or the first that exists in the `current` folder and in the `profile`
/// folder. If there is none, the file in the profile folder, which an enrolment is to write.
pub fn locate_config(named: Option<&Path>, current: &Path, profile: Option<&Path>) -> PathBuf {
    if let Some(named) = named {
        return named.to_owned();
    }
    let here = current.join(CONFIG_FILE);
    let Some(in_profile) = profile.map(|folder| folder.join(CONFIG_FILE)) else { return here };
    // A file that cannot be asked about is chosen too, so that its error is reported.
    let exists = |path: &Path| path.try_exists().unwrap_or(true);
    if exists(&here) { here } else { in_profile }
}

/// The folder of a configuration, in which the device's other files are.
pub fn folder_of(config: &Path) -> PathBuf {
    config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let [current, profile] = ["current", "profile"].map(|name| directory.path().join(name));
        fs::create_dir(&current).unwrap();
        (directory, current, profile)
    }

    #[test]
    fn a_computer_without_a_configuration_gets_it_in_the_profile_folder() {
        let (_directory, current, profile) = folders();
        assert_eq!(locate_config(None, &current, Some(&profile)), profile.join("studio.toml"));
        assert_eq!(locate_config(None, &current, None), current.join("studio.toml"));
    }

    #[test]
    fn the_current_folder_precedes_the_profile_folder_and_a_named_file_precedes_both() {
        let (_directory, current, profile) = folders();
        fs::create_dir(&profile).unwrap();
        fs::write(profile.join("studio.toml"), "").unwrap();
        assert_eq!(locate_config(None, &current, Some(&profile)), profile.join("studio.toml"));
        fs::write(current.join("studio.toml"), "").unwrap();
        assert_eq!(locate_config(None, &current, Some(&profile)), current.join("studio.toml"));
        assert_eq!(locate_config(Some(Path::new("x.toml")), &current, Some(&profile)), Path::new("x.toml"));
    }

    #[test]
    fn a_configuration_without_a_folder_is_in_the_current_one() {
        assert_eq!(folder_of(Path::new("studio.toml")), Path::new("."));
        assert_eq!(folder_of(Path::new("shop/studio.toml")), Path::new("shop"));
    }
}
