//! `verify`

use std::collections::BTreeMap;
use std::fs;

use clap::Args;

use crate::cli::gateway::admin_context::database_error;
use crate::cli::gateway::command_error::{CommandError, FailureCode};
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::log::integrity::{IntegrityFault, IntegrityReport};
use crate::domain::log::reconciliation::UNCOVERED_COLUMNS;
use crate::flows::admin::rollback::compare;
use crate::flows::admin::verify::{VerificationInputs, verify_with};
use crate::identity::signing::checkpoint_key::CheckpointVerifier;
use crate::sealing::KeyFile;
use crate::server::checkpoint_signer::read_checkpoint_key;
use crate::server::secret_file::read_secret;
use crate::server::watermark::WatermarkFiles;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// Another database than the configuration's: a backup's, say.
    #[arg(long, value_name = "FILE|URL")]
    pub(in crate::cli::gateway) database: Option<DatabaseLocation>,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

/// Looks the database through. Changes nothing; a gateway may work on it meanwhile.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config = Config::load(&arguments.file.config)?;
    let database = arguments.database.as_ref().unwrap_or(&config.database);
    let is_own = *database == config.database;
    let keys = read_keys(&config);
    if let Err(why) = &keys
        && !is_own
    {
        eprint(format_args!(
            "Without the key file, whose epoch keys are not looked for, and without digests of rows: {why}"
        ));
    }
    let verifier = verifier(&config);
    if verifier.is_none() {
        eprint(format_args!(
            "Without the signatures of checkpoints: {} is no public key",
            config.audit.public_key.display()
        ));
    }
    let store = SqlStore::open_read_only(database).await.map_err(|error| database_error(error, database))?;
    let proofs = VerificationInputs {
        keys: keys.as_ref().ok(),
        checkpoints: verifier.as_ref(),
        now: Some(SystemClock.now()),
        ..VerificationInputs::default()
    };
    let found = verify_database(&store, proofs, &config, arguments.database.is_none()).await;
    let out_of_use = store.inactive_reason().await;
    let latest = store.latest_checkpoint().await;
    store.close().await;
    let (mut report, out_of_use, latest) = (found?, out_of_use?, latest?);
    if let Some(why) = &out_of_use {
        eprint(format_args!("{database}: {why}"));
    }
    if is_own {
        if verifier.is_none() && latest.is_some() {
            report.add(IntegrityFault::AuditKey, config.audit.public_key.display());
        }
        keys.err().iter().for_each(|why| report.add(IntegrityFault::KeyFile, why));
        out_of_use.iter().for_each(|why| report.add(IntegrityFault::DatabaseInactive, why));
    }
    if arguments.json {
        let sound = report.is_ok();
        print_json(&serde_json::json!({ "sound": sound, "findings": report }))?;
    } else {
        print_integrity_report(&report)?;
    }
    if report.is_ok() {
        return Ok(());
    }
    Err(CommandError::plain("the database is not sound").with_code(FailureCode::IntegrityViolation).with_advice(
        "keep a copy of it as it is, and find out who changed it; then restore a backup, or withdraw the photos that are named and have \
         them deposited again",
    ))
}

/// The public key of checkpoints, or the one that belongs to the private key.
fn verifier(config: &Config) -> Option<CheckpointVerifier> {
    let public = || CheckpointVerifier::from_pem(&fs::read_to_string(&config.audit.public_key).ok()?);
    let of_private = || Some(read_checkpoint_key(&config.audit.key).ok()?.verifier().clone());
    public().or_else(of_private)
}

fn read_keys(config: &Config) -> Result<KeyFile, String> {
    let text = read_secret(&config.key_file).map_err(|error| error.to_string())?;
    KeyFile::parse(&text).map_err(|error| format!("{}: {error}", config.key_file.display()))
}

/// Looks through a database; the gateway's own is compared with the watermarks outside of it as well.
async fn verify_database(
    store: &SqlStore,
    proofs: VerificationInputs<'_>,
    config: &Config,
    is_own: bool,
) -> Result<IntegrityReport, CommandError> {
    let bound = store.bound_key_file().await?;
    if let (Some(keys), Some(bound)) = (proofs.keys, bound)
        && keys.fingerprint() != bound
    {
        return Err(CommandError::plain(format!(
            "{} is not the key file of this database: no photo in it would open; put the two that belong together side by side",
            config.key_file.display()
        )));
    }
    let keys = proofs.keys;
    let mut report = verify_with(store, proofs).await.map_err(|error| match error {
        StoreError::Damaged(_) => CommandError::from(error).with_code(FailureCode::IntegrityViolation),
        error => error.into(),
    })?;
    if let Some(keys) = keys.filter(|_| is_own) {
        let read = WatermarkFiles::from_config(config).read(keys);
        for fault in read.faults {
            eprint(format_args!("Not compared: {fault}"));
        }
        if let Some(rollback) = compare(store, keys, &read.known).await?.rollback {
            report.add(IntegrityFault::RolledBack, rollback);
        }
    }
    Ok(report)
}

/// Tells people what was found.
pub(super) fn print_integrity_report(report: &IntegrityReport) -> Result<(), CommandError> {
    print(format!("photos        {} there, {} erased", report.photos, report.erased))?;
    let without = match report.pictures_without_digest {
        0 => String::new(),
        some => format!(", {some} from before there were digests: only their form was looked at"),
    };
    print(format!("pictures      {} as they were stored{without}", report.pictures_proven))?;
    print(format!("collections   {}", report.collections))?;
    print(format!("audit log     {} rows, the last one {}", report.log_rows, report.log_head))?;
    print_uncompared(report)?;
    for (fault, times) in &report.faults {
        print(format!("FAULT         {times} x {fault}"))?;
    }
    for example in &report.examples {
        print(format!("  {}  {}", example.subject, example.fault))?;
    }
    if report.is_ok() {
        let well = if report.key_file { "All is well." } else { "Well, as far as can be seen without the key file." };
        eprint(format_args!(
            "{well} Rows cut off at the log's end do not show: compare its last row with one written down elsewhere."
        ));
    }
    Ok(())
}

/// Tells how much was compared with the log, and what could not be.
fn print_uncompared(report: &IntegrityReport) -> Result<(), CommandError> {
    let listed = |rows: &BTreeMap<&'static str, u64>| {
        rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect::<Vec<_>>().join(", ")
    };
    if !report.rows_compared.is_empty() {
        print(format!("compared      {}", listed(&report.rows_compared)))?;
    }
    let without = match report.key_file {
        true => {
            "are older than row digests: names, labels, notes, findings and all that the log does not tell are not compared"
        }
        false => "are compared as far as the log tells of them, without the key file",
    };
    for (rows, why) in [
        (&report.rows_without_digest, without),
        (&report.rows_older_than_log, "are older than the first row of the log and are not compared"),
    ] {
        if !rows.is_empty() {
            print(format!("open          {} {why}", listed(rows)))?;
        }
    }
    if report.log_replayed_until > 0 {
        let row = report.log_replayed_until;
        print(format!(
            "open          a restore carried out an export up to row {row}: rows up to there are not compared"
        ))?;
    }
    if report.log_rows_of_older_nodes > 0 {
        let rows = report.log_rows_of_older_nodes;
        print(format!("open          {rows} rows of the log were written without digests on the day of the upgrade"))?;
    }
    for (columns, why) in UNCOVERED_COLUMNS {
        print(format!("open          {columns}: {why}"))?;
    }
    Ok(())
}
