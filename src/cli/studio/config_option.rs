//! The option `--config`, and the configuration without it.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::client::config_location::{CONFIG_VARIABLE, PROFILE_FOLDER, locate_config, profile_folder};

/// File with gateway address, certificate and key of this computer.
#[derive(Args)]
pub(super) struct StudioConfigOption {
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE, help = help())]
    config: Option<PathBuf>,
}

impl StudioConfigOption {
    /// The configuration of this command.
    pub(super) fn file(&self) -> PathBuf {
        locate(self.config.as_deref())
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
