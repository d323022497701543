//! Arguments of `restore`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// The folder that `backup` made.
    pub(super) from: PathBuf,
    /// The folder to make; it must not exist.
    #[arg(long, value_name = "NEW")]
    pub(in crate::cli::gateway) dir: PathBuf,
    /// The folder that `backup --keys only` made, where the keys are not in the backup.
    #[arg(long, value_name = "FOLDER")]
    pub(super) keys: Option<PathBuf>,
    /// The public key that the gateway signs with (audit.pub), from elsewhere than the backup [default: the keys' own, else the
    /// backup's]
    #[arg(long, value_name = "PUBLIC.pem")]
    pub(super) audit_key: Option<PathBuf>,
    /// Take a backup or keys that are not signed, as older versions made them: whoever had them may have changed them.
    #[arg(long)]
    pub(super) unsigned: bool,
    #[command(flatten)]
    pub(super) since: LogReplayArguments,
    /// Restore it although something is wrong with the database, if there is nothing better.
    #[arg(long)]
    pub(super) despite_faults: bool,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

#[derive(Args)]
pub(super) struct LogReplayArguments {
    /// An export of the audit log (JSON Lines) that goes on where the backup ends: what it tells is shown, and carried out with
    /// --yes or when "yes" is typed.
    #[arg(long, value_name = "FILE")]
    pub(super) log_since: Option<PathBuf>,
    /// Signed checkpoints that cover the export: the gateway's own folder of them, or an auditor's.
    #[arg(long, value_name = "FOLDER", requires = "log_since")]
    pub(super) checkpoints: Option<PathBuf>,
    /// Rows of the export behind the newest checkpoint, which anybody could have written.
    #[arg(long, value_name = "HOW", default_value = "refuse", requires = "log_since")]
    pub(super) uncovered: UncoveredRowsPolicy,
    /// Carry out what the export tells without asking.
    #[arg(long, requires = "log_since")]
    pub(super) yes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum UncoveredRowsPolicy {
    /// Restore nothing
    Refuse,
    /// Carry out the rows up to the newest checkpoint only
    #[value(name = "leave-out")]
    Skip,
    /// Carry them out too: for emergencies, when the file has been in safe hands all the time
    #[value(name = "carry-out")]
    Apply,
}
