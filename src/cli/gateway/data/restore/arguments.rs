//! Arguments of `restore`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::gateway::config_option::JsonOption;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    pub(super) from: PathBuf,
    #[arg(long, value_name = "NEW")]
    pub(in crate::cli::gateway) dir: PathBuf,
    #[arg(long, value_name = "FOLDER")]
    pub(super) keys: Option<PathBuf>,
    #[arg(long, value_name = "PUBLIC.pem")]
    pub(super) audit_key: Option<PathBuf>,
    #[arg(long)]
    pub(super) unsigned: bool,
    #[command(flatten)]
    pub(super) since: LogReplayArguments,
    #[arg(long)]
    pub(super) despite_faults: bool,
    #[command(flatten)]
    pub(super) output: JsonOption,
}

#[derive(Args)]
pub(super) struct LogReplayArguments {
    #[arg(long, value_name = "FILE")]
    pub(super) log_since: Option<PathBuf>,
    #[arg(long, value_name = "FOLDER", requires = "log_since")]
    pub(super) checkpoints: Option<PathBuf>,
    #[arg(long, value_name = "HOW", default_value = "refuse", requires = "log_since")]
    pub(super) uncovered: UncoveredRowsPolicy,
    #[arg(long, requires = "log_since")]
    pub(super) yes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum UncoveredRowsPolicy {
    Refuse,
    #[value(name = "leave-out")]
    Skip,
    #[value(name = "carry-out")]
    Apply,
}
