//! `audit export`

use std::io::{self, BufWriter, ErrorKind, Write};

use clap::Args;
use jiff::civil::Date;

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::language::phrase;
use crate::clock::Timestamp;
use crate::domain::local_time::parse_iso_date;
use crate::flows::maintenance::chain_verifier::LOG_PAGE_ROWS;
use crate::storage::{SqlStore, StoreError};
use crate::wire::audit::to_json_line;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[arg(long, value_name = "WHEN", value_parser = parse_from)]
    from: Option<Timestamp>,
    #[arg(long, value_name = "WHEN", value_parser = parse_to)]
    to: Option<Timestamp>,
    #[command(flatten)]
    config: ConfigOption,
}

fn parse_from(text: &str) -> Result<Timestamp, String> {
    parse(text, Some)
}

fn parse_to(text: &str) -> Result<Timestamp, String> {
    parse(text, |day| day.tomorrow().ok())
}

fn parse(text: &str, edge: impl Fn(Date) -> Option<Date>) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    let day = parse_iso_date(text).and_then(edge);
    let invalid = || phrase!("gateway-export-moment", moment = text);
    Ok(Timestamp::from_utc(day.ok_or_else(invalid)?.into()))
}

/// Rows are in the order of their commits. The clocks of nodes differ by less than this, so a search by time that starts this much
/// earlier misses no row.
const MAX_CLOCK_SKEW: std::time::Duration = std::time::Duration::from_secs(3600);

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.config).await?;
    let log = context.administration().store;
    let mut after = log.log_anchor().await?.sequence;
    if let Some(from) = arguments.from {
        after = last_row_before(log, after, from - MAX_CLOCK_SKEW).await?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut has_begun = false;
    'pages: loop {
        let rows = log.log_rows(after, LOG_PAGE_ROWS).await?;
        let Some(last) = rows.last() else { break };
        after = last.sequence;
        for row in &rows {
            // An export with gaps could not be verified: it goes from the first row that is meant to the first that is not.
            has_begun |= arguments.from.is_none_or(|from| from <= row.at);
            if has_begun && arguments.to.is_some_and(|to| to <= row.at) {
                break 'pages;
            }
            if has_begun && !ignore_broken_pipe(out.write_all(to_json_line(row).as_bytes()))? {
                break 'pages;
            }
        }
    }
    ignore_broken_pipe(out.flush())?;
    drop(out);
    context.close().await;
    Ok(())
}

/// The number of a row behind which no row is older than `moment`; a binary search, since times rise with numbers.
async fn last_row_before(log: &SqlStore, begin: i64, moment: Timestamp) -> Result<i64, StoreError> {
    let (mut older, mut newer) = (begin, log.log_head().await?.sequence);
    while newer - older > 1 {
        let middle = older + (newer - older) / 2;
        match log.log_rows(middle - 1, 1).await?.first() {
            Some(row) if row.at < moment => older = middle,
            _ => newer = middle,
        }
    }
    Ok(older)
}

/// True if the export goes on: a closed pipe (`| head`) ends it without an error.
fn ignore_broken_pipe(done: io::Result<()>) -> Result<bool, CommandError> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(CommandError::new(phrase!("gateway-export-failed"), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_read_a_day_from_its_beginning_to_its_end() {
        assert_eq!(parse_from("2026-11-01").unwrap().to_string(), "2026-11-01T00:00:00.000Z");
        assert_eq!(parse_to("2026-11-30").unwrap().to_string(), "2026-12-01T00:00:00.000Z");
        assert_eq!(parse_to("2026-11-30T18:00:00+01:00").unwrap().to_string(), "2026-11-30T17:00:00.000Z");
        for text in ["", "yesterday", "2026-11", "2026-02-30", "2026-11-01T08:00:00"] {
            assert!(parse_from(text).is_err(), "{text}");
        }
    }
}
