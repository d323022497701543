//! `erase-report`

use clap::Args;

use crate::cli::gateway::admin_context::{database_error, read_key_file};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::document_language;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::output::{print, print_json};
use crate::config::Config;
use crate::domain::id::PhotoId;
use crate::domain::local_time::{date_and_time, date_in_sentence};
use crate::domain::log::erasure::ErasureReport;
use crate::domain::photo::PhotoState;
use crate::flows::admin::erase_report::erase_report;
use crate::storage::SqlStore;
use crate::texts::language::Language;
use crate::texts::text;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    photo_id: PhotoId,
    #[command(flatten)]
    common: CommonOptions,
}

/// Reports what was erased of a photo, when and why, and proves it. Changes nothing; a gateway may run meanwhile.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config = Config::load(&arguments.common.file.config)?;
    let keys = read_key_file(&config.key_file).ok();
    let store =
        SqlStore::open_read_only(&config.database).await.map_err(|error| database_error(error, &config.database))?;
    let longest = config.gateway_limits().longest_retention();
    let report = erase_report(&store, keys.as_ref(), longest, arguments.photo_id).await;
    store.close().await;
    let Some(report) = report? else {
        return Err(CommandError::plain(phrase!("gateway-erasure-no-photo", photo = arguments.photo_id)));
    };
    if arguments.common.json {
        print_json(&serde_json::json!({ "proven": report.is_proven(), "report": report }))?;
    } else {
        for line in report_lines(&report, document_language()) {
            print(line)?;
        }
    }
    if report.is_proven() {
        return Ok(());
    }
    Err(CommandError::plain(match report.erased_at {
        None => phrase!("gateway-erasure-none"),
        Some(_) => phrase!("gateway-erasure-not-proven"),
    }))
}

fn report_lines(report: &ErasureReport, language: Language) -> Vec<String> {
    let time = |at| date_and_time(at, language);
    let labelled = |id: &str, value: String| format!("{:<22}{value}", text!(language, format!("gateway-erasure-{id}")));
    let left = |is_left: bool| text!(language, if is_left { "gateway-erasure-left" } else { "gateway-erasure-gone" });
    let deposited = text!(
        language,
        "gateway-erasure-by-device-at",
        time = time(report.deposited_at),
        device = report.deposited_by.to_string(),
        party = report.studio_id.to_string(),
    );
    let mut lines = vec![labelled("photo", report.photo_id.to_string()), labelled("deposited", deposited)];
    lines.push(match report.erased_at {
        Some(at) => labelled("erased", format!("{}: {}", time(at), erasure_reason(report.state, language))),
        None => {
            let end = date_in_sentence(report.expires_at, language);
            labelled("not-erased", text!(language, "gateway-erasure-at-the-latest", end = end))
        }
    });
    if let (Some(office), Some(device)) = (report.office_id, report.office_device_id) {
        let collected =
            text!(language, "gateway-erasure-by-device", device = device.to_string(), party = office.to_string(),);
        lines.push(labelled("collected", collected));
    }
    lines.push(labelled("picture", left(report.left.picture)));
    lines.push(labelled("lookup-id", left(report.left.lookup_id)));
    lines.push(labelled("log", text!(language, "gateway-erasure-rows")));
    lines.extend(report.log.iter().map(|row| {
        format!("  {:>9}  {:<21}  {}  {}  {}", row.sequence, time(row.at), row.event, row.actor, row.sha256)
    }));
    lines.push(if report.log_is_whole {
        text!(language, "gateway-erasure-chain", rows = report.log_rows, head = report.log_head.to_string())
    } else {
        text!(language, "gateway-erasure-broken")
    });
    lines.push(backup_notice(report, language));
    lines
}

fn erasure_reason(state: PhotoState, language: Language) -> String {
    let state = match state {
        PhotoState::Used => "used",
        PhotoState::Refused => "refused",
        PhotoState::Withdrawn => "withdrawn",
        PhotoState::Expired => "expired",
        PhotoState::Available | PhotoState::Leased | PhotoState::Kept => "available",
    };
    text!(language, format!("gateway-erasure-because-{state}"))
}

/// States until when an old backup can still open the photo.
fn backup_notice(report: &ErasureReport, language: Language) -> String {
    let (end, epoch) = (report.epoch.ends_at, report.epoch.number);
    let month = format!("{:04}-{:02}", epoch / 12, epoch % 12 + 1);
    let (name, until) = match report.epoch.is_alive {
        Some(false) => return text!(language, "gateway-erasure-key-destroyed", month = month),
        Some(true) => ("gateway-erasure-key-alive", date_in_sentence(end, language)),
        None => ("gateway-erasure-key-unknown", date_and_time(end, language)),
    };
    let key = text!(language, name, month = month, until = until);
    text!(language, "gateway-erasure-backups", key = key)
}
