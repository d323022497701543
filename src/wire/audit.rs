//! The audit log and its checkpoints, for auditors' tools.

use serde::Serialize;

use crate::domain::log::chain::ChainRow;
use crate::domain::log::checkpoint::Checkpoint;

/// A page of checkpoints.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CheckpointListBody {
    /// Oldest first.
    pub checkpoints: Vec<Checkpoint>,
    /// Value of `after` for the next page; absent on the last one.
    #[schema(required = true)]
    pub next_after: Option<i64>,
}

/// Rows as JSON Lines.
pub fn to_json_lines(rows: &[ChainRow]) -> String {
    rows.iter().map(to_json_line).collect()
}

/// One row with its line feed.
pub fn to_json_line(row: &ChainRow) -> String {
    let mut line = serde_json::to_string(row).unwrap_or_default();
    line.push('\n');
    line
}

/// Parses a line only in the exact spelling of [`to_json_line`]: another spelling of the same row does not come from a gateway.
pub fn parse_json_line(line: &str) -> Option<ChainRow> {
    let row: ChainRow = serde_json::from_str(line).ok()?;
    (to_json_line(&row).trim_end() == line.trim_end_matches(['\r', '\n'])).then_some(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::log::CHAIN_START;

    #[test]
    fn a_line_is_read_as_it_was_written_and_not_otherwise() {
        let row = ChainRow {
            sequence: 1,
            at: Timestamp::from_unix_milliseconds(1_795_339_800_000),
            actor: "gateway".into(),
            event: "photo.expired".into(),
            subject: None,
            details: "{\"a\":1}".into(),
            prev: CHAIN_START,
            sha256: CHAIN_START,
        };
        let line = to_json_line(&row);
        assert_eq!(parse_json_line(&line), Some(row));
        for (from, to) in [("{", "{ "), ("00Z", "00+00:00"), (".000Z", ".0001Z"), ("null", "null,\"x\":1")] {
            let other = line.replacen(from, to, 1);
            assert_ne!(other, line);
            assert_eq!(parse_json_line(&other), None, "{other}");
        }
    }
}
