//! The option `--config`, and the configuration without it.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::eprint;
use crate::cli::shown_path::shown_path;
use crate::client::config_location::{CONFIG_VARIABLE, PROFILE_FOLDER, locate_config, profile_folder};
use crate::client::enrolment::device_folder::CONFIG_FILE;
use crate::texts::language::Language;
use crate::texts::text;

/// File with gateway address, certificate and key of this computer.
#[derive(Args)]
pub(super) struct StudioConfigOption {
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE, help = help())]
    config: Option<PathBuf>,
}

impl StudioConfigOption {
    /// The configuration of this command. A file in the current folder that takes precedence over the user's own is named, because another user
    /// may have put it there.
    pub(super) fn file(&self, language: Option<Language>) -> PathBuf {
        let file = locate(self.config.as_deref());
        let own = profile_folder().map(|folder| folder.join(CONFIG_FILE)).filter(|own| own.is_file());
        if let (None, Some(own)) = (&self.config, own)
            && std::path::absolute(&file).ok() != std::path::absolute(&own).ok()
        {
            let (file, own) = (shown_path(std::path::absolute(&file).unwrap_or(file.clone())), shown_path(own));
            eprint(text!(language.unwrap_or_default(), "studio-config-of-current-folder", file = file, own = own));
        }
        file
    }
}

/// The configuration that a command without `--config` reads, or an enrolment is to write.
pub(super) fn default_config() -> PathBuf {
    locate(env::var_os(CONFIG_VARIABLE).filter(|named| !named.is_empty()).map(PathBuf::from).as_deref())
}

/// Reports whether a command without `--config` reads `config`, in every terminal of this computer.
pub(super) fn is_found_without_option(config: &Path) -> bool {
    env::var_os(CONFIG_VARIABLE).is_none() && std::path::absolute(config).ok() == std::path::absolute(locate(None)).ok()
}

fn locate(named: Option<&Path>) -> PathBuf {
    locate_config(named, Path::new(""), profile_folder().as_deref())
}

fn help() -> String {
    format!(
        "Gateway address, certificate and key of this computer [default: studio.toml in the current folder or else in {PROFILE_FOLDER}]"
    )
}
