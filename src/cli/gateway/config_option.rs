//! Options that several commands share.

use std::path::PathBuf;

use clap::Args;

#[derive(Args, Clone)]
pub(super) struct ConfigOption {
    #[arg(long, value_name = "FILE", default_value = "gateway.toml", env = "LICHTBILD_CONFIG", global = true)]
    pub(super) config: PathBuf,
}

impl ConfigOption {
    pub(super) fn at(config: PathBuf) -> Self {
        Self { config }
    }
}

/// Options of a command that works on a gateway and prints a result.
#[derive(Args, Clone)]
pub(super) struct CommonOptions {
    #[command(flatten)]
    pub(super) file: ConfigOption,
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args, Clone, Copy)]
pub(super) struct JsonOption {
    #[arg(long)]
    pub(super) json: bool,
}
