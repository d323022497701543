//! `verify`

use std::collections::BTreeMap;
use std::fs;

use clap::Args;

use crate::cli::gateway::admin_context::database_error;
use crate::cli::gateway::command_error::{CommandError, FailureCode};
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
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
use crate::texts::{has_text, text};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[arg(long, value_name = "FILE|URL")]
    pub(in crate::cli::gateway) database: Option<DatabaseLocation>,
    #[command(flatten)]
    common: CommonOptions,
}

/// Verifies the database. Changes nothing; a gateway may run on it meanwhile.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config = Config::load(&arguments.common.file.config)?;
    let database = arguments.database.as_ref().unwrap_or(&config.database);
    let is_own = *database == config.database;
    let keys = read_keys(&config);
    if let Err(why) = &keys
        && !is_own
    {
        eprint(phrase!("gateway-verify-no-key-file", cause = why));
    }
    let verifier = verifier(&config);
    if verifier.is_none() {
        eprint(phrase!("gateway-verify-no-audit-key", file = config.audit.public_key.display()));
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
    if arguments.common.json {
        let sound = report.is_ok();
        print_json(&serde_json::json!({ "sound": sound, "findings": report }))?;
    } else {
        print_integrity_report(&report)?;
    }
    if report.is_ok() {
        return Ok(());
    }
    Err(CommandError::plain(phrase!("gateway-verify-damaged"))
        .with_code(FailureCode::IntegrityViolation)
        .with_advice(phrase!("gateway-verify-damaged-next")))
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
        return Err(CommandError::plain(phrase!("gateway-verify-other-key-file", file = config.key_file.display())));
    }
    let keys = proofs.keys;
    let mut report = verify_with(store, proofs).await.map_err(|error| match error {
        StoreError::Damaged(_) => CommandError::from(error).with_code(FailureCode::IntegrityViolation),
        error => error.into(),
    })?;
    if let Some(keys) = keys.filter(|_| is_own) {
        let read = WatermarkFiles::from_config(config).read(keys);
        for fault in read.faults {
            eprint(phrase!("gateway-verify-not-compared", fault = fault));
        }
        if let Some(rollback) = compare(store, keys, &read.known).await?.rollback {
            report.add(IntegrityFault::RolledBack, rollback);
        }
    }
    Ok(report)
}

pub(super) fn print_integrity_report(report: &IntegrityReport) -> Result<(), CommandError> {
    print(phrase!("gateway-verify-photos", there = report.photos, erased = report.erased))?;
    let pictures = report.pictures_proven;
    print(match report.pictures_without_digest {
        0 => phrase!("gateway-verify-pictures", pictures = pictures),
        some => phrase!("gateway-verify-pictures-old", pictures = pictures, some = some),
    })?;
    print(phrase!("gateway-verify-collections", number = report.collections))?;
    print(text!(language(), "gateway-verify-log", rows = report.log_rows, head = report.log_head.to_string()))?;
    print_uncompared(report)?;
    for (fault, times) in &report.faults {
        print(phrase!("gateway-verify-fault", times = times, fault = fault_text(*fault)))?;
    }
    for example in &report.examples {
        print(format!("  {}  {}", example.subject, fault_text(example.fault)))?;
    }
    if report.is_ok() {
        let id = if report.key_file { "gateway-verify-good" } else { "gateway-verify-good-without-key-file" };
        eprint(text!(language(), id));
    }
    Ok(())
}

/// Text of a fault, whose id has the fault's name in JSON.
fn fault_text(fault: IntegrityFault) -> String {
    let name = serde_json::to_value(fault).unwrap_or_default();
    text!(language(), format!("gateway-fault-{}", name.as_str().unwrap_or_default().replace('_', "-")))
}

/// Prints how much was compared with the log, and what could not be.
fn print_uncompared(report: &IntegrityReport) -> Result<(), CommandError> {
    let listed = |rows: &BTreeMap<&'static str, u64>| {
        let counted = |(table, rows): (&&str, &u64)| text!(language(), format!("gateway-rows-{table}"), rows = *rows);
        rows.iter().map(counted).collect::<Vec<_>>().join(", ")
    };
    if !report.rows_compared.is_empty() {
        print(phrase!("gateway-verify-compared", tables = listed(&report.rows_compared)))?;
    }
    let open = |text: String| print(phrase!("gateway-verify-open", text = text));
    let older = if report.key_file { "gateway-verify-older-than-digests" } else { "gateway-verify-without-key-file" };
    for (rows, id) in
        [(&report.rows_without_digest, older), (&report.rows_older_than_log, "gateway-verify-older-than-log")]
    {
        if !rows.is_empty() {
            open(text!(language(), id, rows = listed(rows)))?;
        }
    }
    if report.log_replayed_until > 0 {
        open(phrase!("gateway-verify-replayed", row = report.log_replayed_until))?;
    }
    if report.log_rows_of_older_nodes > 0 {
        open(text!(language(), "gateway-verify-older-nodes", rows = report.log_rows_of_older_nodes))?;
    }
    for (columns, why) in UNCOVERED_COLUMNS {
        // Ids have no dots and blanks.
        let id = format!("gateway-uncovered-{}", columns.replace(['.', ',', ' '], "-"));
        let why = if has_text(&id) { text!(language(), id) } else { why.to_owned() };
        open(format!("{columns}: {why}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use crate::domain::log::reconciliation::table::AuditedTable;
    use crate::domain::photo::PhotoState;
    use crate::texts::language::Language;
    use crate::texts::text;

    #[test]
    fn tables_and_states_have_texts_in_both_languages() {
        for language in [Language::German, Language::English] {
            for table in AuditedTable::VARIANTS {
                let id = format!("gateway-rows-{}", <&str>::from(table));
                let [one, two] = [1, 2].map(|rows| text!(language, id, rows = rows));
                assert!(one.starts_with("1 ") && two.starts_with("2 ") && one[2..] != two[2..], "{one}, {two}");
            }
            for state in PhotoState::VARIANTS {
                assert!(!text!(language, format!("gateway-photo-{state}")).is_empty());
            }
        }
    }
}
