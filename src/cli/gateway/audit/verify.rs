//! `audit verify`

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::super::ConfigFile;
use super::super::evidence::{read_checkpoints, read_verifier, stored_checkpoints};
use super::super::failure::{Code, Failure};
use super::super::output::give;
use super::super::setting::Setting;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::chain::{ChainFault, ChainRow, ChainWalk, Link, Walked, Wrong};
use crate::domain::checkpoint::Checkpoint;
use crate::flows::walk::{WalkError, walk_to_end};
use crate::storage::TransferLog;
use crate::wire::audit::parse_line;

#[derive(Args)]
pub(in super::super) struct Arguments {
    /// A checkpoint (its .json, with the .sig beside it) or a folder of them; can be repeated [default: the configuration's folder]
    #[arg(long = "checkpoint", value_name = "FILE|DIR")]
    checkpoints: Vec<PathBuf>,
    /// The public key that checkpoints are signed with [default: the configuration's]
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// Verify an export in place of the gateway's own log: no gateway is needed for that.
    #[arg(long, value_name = "EXPORT")]
    file: Option<PathBuf>,
    /// The export is a part of the log: it is no fault that checkpoints know of rows before and behind it.
    #[arg(long, requires = "file")]
    part: bool,
    #[command(flatten)]
    config: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut checkpoints = checkpoints(arguments)?;
    let walked = match &arguments.file {
        Some(file) => walk_file(file, &checkpoints, arguments.part)?,
        None => walk_store(arguments, &mut checkpoints).await?,
    };
    let walked = walked.and_then(|walked| begins_rightly(walked, &checkpoints, arguments.part).map(|()| walked));
    match walked {
        Ok(walked) => tell(&walked, &checkpoints, arguments),
        Err(fault) => {
            if arguments.json {
                give(json!({
                    "whole": false,
                    "sequence": fault.sequence,
                    "wrong": fault.wrong.name(),
                    "message": fault.to_string(),
                }))?;
            }
            Err(Failure::plain(format!("the transfer log is not as it was written: {fault}"))
                .with_advice(
                    "stop the gateway, keep a copy of the database, and compare it with backups and auditors' exports",
                )
                .with_code(Code::NotWhole))
        }
    }
}

/// What vouches for the log. An auditor elsewhere has no configuration, and an export needs none.
fn checkpoints(arguments: &Arguments) -> Result<Vec<Checkpoint>, Failure> {
    let paths = &arguments.checkpoints;
    let needs_none = arguments.file.is_some() && (paths.is_empty() || arguments.public_key.is_some());
    if needs_none {
        return match &arguments.public_key {
            Some(key) => read_checkpoints(paths, &read_verifier(key)?),
            None => Ok(Vec::new()),
        };
    }
    let config = Config::load(&arguments.config.config)?;
    let default = [config.audit.checkpoints.clone()];
    let paths = if paths.is_empty() { default.as_slice() } else { paths };
    if arguments.checkpoints.is_empty() && !paths.iter().all(|path| path.exists()) {
        return Ok(Vec::new());
    }
    read_checkpoints(paths, &read_verifier(arguments.public_key.as_ref().unwrap_or(&config.audit.public_key))?)
}

type Found = Result<Walked, ChainFault>;

/// Walks along the gateway's own log. Where no files of checkpoints are, those in the database take their place.
async fn walk_store(arguments: &Arguments, checkpoints: &mut Vec<Checkpoint>) -> Result<Found, Failure> {
    let setting = Setting::open(&arguments.config).await?;
    let log: &dyn TransferLog = setting.administration().store;
    if arguments.checkpoints.is_empty() && checkpoints.is_empty() {
        let public_key = arguments.public_key.as_ref().unwrap_or(&setting.config.audit.public_key);
        *checkpoints = stored_checkpoints(log, public_key).await?;
    }
    loop {
        let begin = log.log_anchor().await?;
        let mut walk = ChainWalk::behind(begin, checkpoints.iter().map(Checkpoint::link));
        let found = match walk_to_end(log, &mut walk).await {
            Ok(()) => walk.end(),
            Err(WalkError::Fault(fault)) => Err(fault),
            Err(WalkError::Store(error)) => return Err(error.into()),
        };
        // The gateway runs: its log may have been shortened under this walk's feet.
        if found.is_ok() || log.log_anchor().await? == begin {
            setting.close().await;
            return Ok(found);
        }
    }
}

fn walk_file(file: &Path, checkpoints: &[Checkpoint], part: bool) -> Result<Found, Failure> {
    let unreadable = |error: io::Error| Failure::new(format!("cannot read {}: check its path", file.display()), error);
    let mut lines = BufReader::new(File::open(file).map_err(unreadable)?);
    let mut walk: Option<ChainWalk> = None;
    let mut text = String::new();
    for number in 1_u64.. {
        text.clear();
        if lines.read_line(&mut text).map_err(unreadable)? == 0 {
            break;
        }
        let row = parse_line(&text).ok_or_else(|| {
            Failure::plain(format!("{}: line {number} is not one that `audit export` wrote", file.display()))
                .with_code(Code::NotWhole)
        })?;
        let walk =
            walk.get_or_insert_with(|| ChainWalk::behind(before(&row), checkpoints.iter().map(Checkpoint::link)));
        if let Err(fault) = walk.step(&row) {
            return Ok(Err(fault));
        }
    }
    let empty = || ChainWalk::behind(Link::START, checkpoints.iter().map(Checkpoint::link));
    let walk = walk.unwrap_or_else(empty);
    Ok(if part { Ok(walk.so_far()) } else { walk.end() })
}

/// Where an export begins: as its first row says, unless that is the very first.
fn before(row: &ChainRow) -> Link {
    if row.sequence == 1 { Link::START } else { Link { sequence: row.sequence - 1, sha256: row.prev } }
}

/// A log that does not begin with its first row was shortened, and then a signed checkpoint says that the time was over.
fn begins_rightly(walked: Walked, checkpoints: &[Checkpoint], part: bool) -> Result<(), ChainFault> {
    let begin = walked.begin;
    if begin == Link::START {
        return Ok(());
    }
    let at = checkpoints.iter().find(|checkpoint| checkpoint.count == begin.sequence);
    match at {
        Some(at) if at.head != begin.sha256 => {
            Err(ChainFault { sequence: begin.sequence + 1, wrong: Wrong::OtherBeginning })
        }
        Some(at) if part || at.is_past_retention(SystemClock.now()) => Ok(()),
        None if part => Ok(()),
        _ => Err(ChainFault { sequence: begin.sequence + 1, wrong: Wrong::FrontCut }),
    }
}

fn tell(walked: &Walked, checkpoints: &[Checkpoint], arguments: &Arguments) -> Result<(), Failure> {
    let (first, last) = (walked.begin.sequence + 1, walked.last.sequence);
    let by = checkpoints.iter().rfind(|checkpoint| checkpoint.count == walked.vouched);
    let vouched = match by {
        Some(by) if by.count > walked.begin.sequence => Ok(()),
        // Checkpoints may lie before and behind a part.
        _ if walked.rows() == 0 || arguments.part => Ok(()),
        _ => Err(Failure::plain(
            "no checkpoint vouches for the transfer log: what was cut off at its end, or written anew up to the end, would not show",
        )
        .with_advice("give checkpoints with --checkpoint: a running gateway signs one each hour, and auditors fetch them")
        .with_code(Code::NotVouched)),
    };
    if arguments.json {
        give(json!({
            "whole": true,
            "rows": walked.rows(),
            "first": first,
            "last": last,
            "head": walked.last.sha256,
            "checkpoints": checkpoints.len(),
            "vouched_up_to": by.map(|checkpoint| checkpoint.count),
            "vouched_at": by.map(|checkpoint| checkpoint.time),
        }))?;
        return vouched;
    }
    if walked.rows() == 0 {
        give("whole      no rows yet")?;
    } else {
        give(format!("whole      rows {first} to {last}"))?;
        give(format!("last row   {}", walked.last.sha256))?;
    }
    match by {
        Some(by) => give(format!("vouched    up to row {} by a checkpoint of {}", by.count, by.time))?,
        None if arguments.part => eprintln!("No checkpoint vouches for it: give one of a row within this part."),
        None => {}
    }
    vouched
}
