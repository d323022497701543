//! `erase-report`

use clap::Args;

use crate::cli::gateway::admin_context::database_error;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::output::{print, print_json};
use crate::config::Config;
use crate::domain::id::PhotoId;
use crate::domain::local_time::{date_and_time, date_in_sentence};
use crate::domain::log::erasure::ErasureReport;
use crate::domain::photo::PhotoState;
use crate::flows::admin::erase_report::erase_report;
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::storage::SqlStore;
use crate::texts::language::Language;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// The photo.
    photo_id: PhotoId,
    /// The report's language.
    #[arg(long, value_name = "LANGUAGE", default_value = "de")]
    lang: Language,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

/// Reports what was erased of a photo, when and why, and proves it. Changes nothing; a gateway may work meanwhile.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config = Config::load(&arguments.file.config)?;
    let keys = match read_secret(&config.key_file) {
        Ok(text) => KeyFile::parse(&text).ok(),
        Err(_) => None,
    };
    let store =
        SqlStore::open_read_only(&config.database).await.map_err(|error| database_error(error, &config.database))?;
    let longest = config.gateway_limits().longest_retention();
    let report = erase_report(&store, keys.as_ref(), longest, arguments.photo_id).await;
    store.close().await;
    let Some(report) = report? else {
        return Err(CommandError::plain(format!(
            "no photo {} is known: check the identifier; tombstones go when their time is over",
            arguments.photo_id
        )));
    };
    if arguments.json {
        print_json(&serde_json::json!({ "proven": report.is_proven(), "report": report }))?;
    } else {
        for line in report_lines(&report, arguments.lang) {
            print(line)?;
        }
    }
    if report.is_proven() {
        return Ok(());
    }
    Err(CommandError::plain(match report.erased_at {
        None => "the photo is not erased: its studio can withdraw it, or its time runs out",
        Some(_) => "the erasure is not proven: `lichtbild-gateway verify` says what does not hold",
    }))
}

fn report_lines(report: &ErasureReport, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |label: [&'static str; 2], text: String| {
        let [german, english] = label;
        lines.push(format!("{:<22}{text}", language.pick(german, english)));
    };
    line(["Lichtbild", "photo"], report.photo_id.to_string());
    let time = |at| date_and_time(at, language);
    let by = language.pick("durch Gerät", "by device");
    let of = language.pick("von", "of");
    line(
        ["eingeliefert", "deposited"],
        format!("{} {by} {} {of} {}", time(report.deposited_at), report.deposited_by, report.studio_id),
    );
    match report.erased_at {
        Some(at) => line(["gelöscht", "erased"], format!("{}: {}", time(at), erasure_reason(report.state, language))),
        None => line(
            ["NICHT gelöscht", "NOT erased"],
            format!(
                "{} {}",
                language.pick("spätestens", "at the latest"),
                date_in_sentence(report.expires_at, language)
            ),
        ),
    }
    if let (Some(office), Some(device)) = (report.office_id, report.office_device_id) {
        line(["zuletzt abgerufen", "collected last"], format!("{by} {device} {of} {office}"));
    }
    let left = |is_left: bool| match is_left {
        true => language.pick("vorhanden", "there").to_owned(),
        false => language.pick("nicht mehr vorhanden", "gone").to_owned(),
    };
    line(["versiegeltes Bild", "sealed picture"], left(report.left.picture));
    line(["Suchmerkmal des Codes", "code's lookup id"], left(report.left.lookup_id));
    line(["Nachweis im Protokoll", "proof in the log"], format!("{}:", language.pick("Zeilen", "rows")));
    for row in &report.log {
        lines.push(format!(
            "  {:>9}  {:<21}  {}  {}  {}",
            row.sequence,
            time(row.at),
            row.event,
            row.actor,
            row.sha256
        ));
    }
    lines.push(match (report.log_is_whole, language) {
        (true, Language::German) => {
            format!("  Die Kette hält über alle {} Zeilen, die letzte ist {}.", report.log_rows, report.log_head)
        }
        (true, Language::English) => {
            format!("  The chain holds over all {} rows, the last one is {}.", report.log_rows, report.log_head)
        }
        (false, Language::German) => "  DIE KETTE DES PROTOKOLLS IST GEBROCHEN.".into(),
        (false, Language::English) => "  THE CHAIN OF THE LOG IS BROKEN.".into(),
    });
    lines.push(backup_notice(report, language));
    lines
}

fn erasure_reason(state: PhotoState, language: Language) -> &'static str {
    match state {
        PhotoState::Used => language.pick("in einen Antrag übernommen", "taken into an application"),
        PhotoState::Refused => language.pick("vom Amt abgelehnt", "refused by the office"),
        PhotoState::Withdrawn => language.pick("vom Fotostudio zurückgezogen", "withdrawn by the studio"),
        PhotoState::Expired => language.pick("Frist abgelaufen", "its time ran out"),
        PhotoState::Available | PhotoState::Leased | PhotoState::Kept => language.pick("noch da", "still there"),
    }
}

/// Writes the notice about old backups: whether one of them can still open the photo, and until when.
fn backup_notice(report: &ErasureReport, language: Language) -> String {
    let (end, epoch) = (report.epoch.ends_at, report.epoch.number);
    let (at_end, until) = (date_in_sentence(end, language), date_and_time(end, language));
    let month = format!("{:04}-{:02}", epoch / 12, epoch % 12 + 1);
    match (report.epoch.is_alive, language) {
        (Some(false), Language::German) => format!(
            "Sicherungen: Der Schlüssel des Monats {month} ist vernichtet. Keine Sicherung öffnet dieses Bild mehr, sofern auch die \
             Kopien der Schlüsseldatei erneuert wurden."
        ),
        (Some(false), Language::English) => format!(
            "Backups: the key of the month {month} is destroyed. No backup opens this picture any more, if the copies of the key \
             file were renewed too."
        ),
        (alive, Language::German) => format!(
            "Sicherungen: {} Eine Sicherung aus der Zeit vor der Löschung, die Schlüsseldatei und der Abrufcode zusammen öffnen das \
             Bild bis dahin noch; eines davon genügt nicht.",
            match alive {
                Some(_) => format!("Der Schlüssel des Monats {month} wird frühestens {at_end} vernichtet."),
                None => format!(
                    "Die Schlüsseldatei ist nicht lesbar; der Schlüssel des Monats {month} lebt mindestens bis {until}."
                ),
            }
        ),
        (alive, Language::English) => format!(
            "Backups: {} Until then a backup from before the erasure, the key file and the code together still open the picture; one \
             of them does not suffice.",
            match alive {
                Some(_) => format!("the key of the month {month} is destroyed {at_end} at the earliest."),
                None =>
                    format!("the key file cannot be read; the key of the month {month} lives until {until} at least."),
            }
        ),
    }
}
