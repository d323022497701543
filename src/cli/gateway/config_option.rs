//! The option `--config` of every command.

use std::path::PathBuf;

use clap::Args;

/// Option that names the configuration of the gateway to work on.
#[derive(Args, Clone)]
pub(super) struct ConfigOption {
    /// The gateway's configuration.
    #[arg(long, value_name = "FILE", default_value = "gateway.toml", env = "LICHTBILD_CONFIG", global = true)]
    pub(super) config: PathBuf,
}

impl ConfigOption {
    /// The configuration in this file.
    pub(super) fn at(config: PathBuf) -> Self {
        Self { config }
    }
}
