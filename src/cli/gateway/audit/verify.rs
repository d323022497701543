//! `audit verify`

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::checkpoint_reader::{read_checkpoints, read_verifier, stored_checkpoints};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::{CommandError, FailureCode, cannot_read};
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::log::chain::{ChainError, ChainErrorKind, ChainLink, ChainRow, ChainVerifier, VerifiedRange};
use crate::domain::log::checkpoint::Checkpoint;
use crate::flows::maintenance::chain_verifier::{ChainVerifierError, verify_to_end};
use crate::wire::audit::parse_json_line;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[arg(long = "checkpoint", value_name = "FILE|DIR")]
    checkpoints: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    #[arg(long, value_name = "EXPORT")]
    file: Option<PathBuf>,
    #[arg(long, requires = "file")]
    part: bool,
    #[command(flatten)]
    common: CommonOptions,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let mut checkpoints = load_checkpoints(arguments)?;
    let verified = match &arguments.file {
        Some(file) => verify_export(file, &checkpoints, arguments.part)?,
        None => verify_store(arguments, &mut checkpoints).await?,
    };
    let verified =
        verified.and_then(|verified| check_beginning(verified, &checkpoints, arguments.part).map(|()| verified));
    match verified {
        Ok(verified) => print_result(&verified, &checkpoints, arguments),
        Err(error) => {
            if arguments.common.json {
                print_json(&json!({
                    "whole": false,
                    "sequence": error.sequence,
                    "wrong": error.kind.name(),
                    "message": error.to_string(),
                }))?;
            }
            Err(CommandError::plain(phrase!("gateway-audit-broken", error = error))
                .with_advice(phrase!("gateway-audit-broken-next"))
                .with_code(FailureCode::IntegrityViolation))
        }
    }
}

/// Loads the checkpoints that the log is verified against. An auditor has no configuration, and an export needs none.
fn load_checkpoints(arguments: &Arguments) -> Result<Vec<Checkpoint>, CommandError> {
    let paths = &arguments.checkpoints;
    let needs_none = arguments.file.is_some() && (paths.is_empty() || arguments.public_key.is_some());
    if needs_none {
        return match &arguments.public_key {
            Some(key) => read_checkpoints(paths, &read_verifier(key)?),
            None => Ok(Vec::new()),
        };
    }
    let config = Config::load(&arguments.common.file.config)?;
    let default = [config.audit.checkpoints.clone()];
    let paths = if paths.is_empty() { default.as_slice() } else { paths };
    if arguments.checkpoints.is_empty() && !paths.iter().all(|path| path.exists()) {
        return Ok(Vec::new());
    }
    read_checkpoints(paths, &read_verifier(arguments.public_key.as_ref().unwrap_or(&config.audit.public_key))?)
}

type ChainResult = Result<VerifiedRange, ChainError>;

/// Verifies the gateway's own log. If there are no files of checkpoints, those in the database are used.
async fn verify_store(arguments: &Arguments, checkpoints: &mut Vec<Checkpoint>) -> Result<ChainResult, CommandError> {
    let context = AdminContext::open(&arguments.common.file).await?;
    let log = context.administration().store;
    if arguments.checkpoints.is_empty() && checkpoints.is_empty() {
        let public_key = arguments.public_key.as_ref().unwrap_or(&context.config.audit.public_key);
        *checkpoints = stored_checkpoints(log, public_key).await?;
    }
    loop {
        let begin = log.log_anchor().await?;
        let mut verifier = ChainVerifier::starting_after(begin, checkpoints.iter().map(Checkpoint::link));
        let found = match verify_to_end(log, &mut verifier).await {
            Ok(()) => verifier.finish(),
            Err(ChainVerifierError::BrokenChain(error)) => Err(error),
            Err(ChainVerifierError::Store(error)) => return Err(error.into()),
        };
        // The gateway runs: its log may have been shortened while it was verified.
        if found.is_ok() || log.log_anchor().await? == begin {
            context.close().await;
            return Ok(found);
        }
    }
}

fn verify_export(file: &Path, checkpoints: &[Checkpoint], part: bool) -> Result<ChainResult, CommandError> {
    let unreadable = cannot_read(file);
    let mut lines = BufReader::new(File::open(file).map_err(unreadable)?);
    let mut verifier: Option<ChainVerifier> = None;
    let mut text = String::new();
    for number in 1_u64.. {
        text.clear();
        if lines.read_line(&mut text).map_err(unreadable)? == 0 {
            break;
        }
        let row = parse_json_line(&text).ok_or_else(|| {
            CommandError::plain(phrase!("gateway-audit-bad-line", file = file.display(), number = number))
                .with_code(FailureCode::IntegrityViolation)
        })?;
        let verifier = verifier.get_or_insert_with(|| {
            ChainVerifier::starting_after(link_before(&row), checkpoints.iter().map(Checkpoint::link))
        });
        if let Err(error) = verifier.verify_row(&row) {
            return Ok(Err(error));
        }
    }
    let empty = || ChainVerifier::starting_after(ChainLink::START, checkpoints.iter().map(Checkpoint::link));
    let verifier = verifier.unwrap_or_else(empty);
    Ok(if part { Ok(verifier.verified_range()) } else { verifier.finish() })
}

/// Returns the link before the first row of an export: the one that the row names, or the start of the log before the very first row.
fn link_before(row: &ChainRow) -> ChainLink {
    if row.sequence == 1 { ChainLink::START } else { ChainLink { sequence: row.sequence - 1, sha256: row.prev } }
}

/// A log that does not begin with its first row was shortened; then a signed checkpoint must prove that the retention had ended.
fn check_beginning(verified: VerifiedRange, checkpoints: &[Checkpoint], part: bool) -> Result<(), ChainError> {
    let begin = verified.begin;
    if begin == ChainLink::START {
        return Ok(());
    }
    let at = checkpoints.iter().find(|checkpoint| checkpoint.count == begin.sequence);
    match at {
        Some(at) if at.head != begin.sha256 => {
            Err(ChainError { sequence: begin.sequence + 1, kind: ChainErrorKind::OtherBeginning })
        }
        Some(at) if part || at.is_past_retention(SystemClock.now()) => Ok(()),
        None if part => Ok(()),
        _ => Err(ChainError { sequence: begin.sequence + 1, kind: ChainErrorKind::BeginningRemoved }),
    }
}

fn print_result(
    verified: &VerifiedRange,
    checkpoints: &[Checkpoint],
    arguments: &Arguments,
) -> Result<(), CommandError> {
    let (first, last) = (verified.begin.sequence + 1, verified.last.sequence);
    let by = checkpoints.iter().rfind(|checkpoint| checkpoint.count == verified.last_checkpointed);
    let covered = match by {
        Some(by) if by.count > verified.begin.sequence => Ok(()),
        // Checkpoints may precede and follow an exported part.
        _ if verified.rows() == 0 || arguments.part => Ok(()),
        _ => Err(CommandError::plain(phrase!("gateway-audit-no-checkpoint"))
            .with_advice(phrase!("gateway-audit-no-checkpoint-next"))
            .with_code(FailureCode::NoCheckpoint)),
    };
    if arguments.common.json {
        print_json(&json!({
            "whole": true,
            "rows": verified.rows(),
            "first": first,
            "last": last,
            "head": verified.last.sha256,
            "checkpoints": checkpoints.len(),
            "vouched_up_to": by.map(|checkpoint| checkpoint.count),
            "vouched_at": by.map(|checkpoint| checkpoint.time),
        }))?;
        return covered;
    }
    if verified.rows() == 0 {
        print(phrase!("gateway-audit-empty"))?;
    } else {
        print(phrase!("gateway-audit-whole", first = first, last = last))?;
        print(phrase!("gateway-audit-last-row", sha256 = verified.last.sha256))?;
    }
    match by {
        Some(by) => print(phrase!("gateway-audit-covered", row = by.count, time = local_time(by.time)))?,
        None if arguments.part => eprint(phrase!("gateway-audit-part-not-covered")),
        None => {}
    }
    covered
}
