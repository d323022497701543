//! Choice of the primary, the one host of the URL that accepts writes.
//!
//! A promotion increases the timeline of a server. If two hosts accept writes, the one that was promoted last is the primary, and a host on
//! an older timeline than the last primary is never used: it lacks what was committed since. All nodes decide alike.

use std::fmt::Write;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Row};
use tokio::task::JoinSet;

use crate::storage::location::{LastPrimary, ServerLocation};
use crate::storage::primary_error::PrimaryError;

/// Name of the sessions that only ask for the state of a host. A command that needs the database for itself does not count them.
const PROBE_NAME: &str = "lichtbild-probe";

/// State of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
enum HostState {
    AcceptsWrites {
        timeline: i64,
        started_at: String,
    },
    InRecovery,
    ReadOnly,
    /// The host cannot be asked, for this reason.
    Unreachable(String),
}

/// The chosen host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FoundPrimary {
    pub(super) host: usize,
    /// Other hosts that accept writes and must be stopped, as text for administrators.
    pub(super) conflict: Option<String>,
}

/// Asks all hosts at once and chooses the primary. Waits for each host at most for `patience`; not for the last primary if another host
/// was promoted since, and not for the others if, with `trusts_last`, the last primary still accepts writes.
pub(super) async fn find_primary(
    location: &ServerLocation,
    patience: Duration,
    trusts_last: bool,
) -> Result<FoundPrimary, PrimaryError> {
    let last = location.last_primary();
    let mut probes = JoinSet::new();
    for host in 0..location.host_count() {
        let options = location.options(host).application_name(PROBE_NAME);
        probes.spawn(async move {
            let state = tokio::time::timeout(patience, probe(options)).await;
            (host, state.unwrap_or_else(|_| HostState::Unreachable(format!("no answer within {patience:?}"))))
        });
    }
    let mut states = vec![None; location.host_count()];
    while let Some(probed) = probes.join_next().await {
        let Ok((host, state)) = probed else { continue };
        states[host] = Some(state);
        if last.is_some_and(|last| is_decided(&states, last, trusts_last)) {
            break;
        }
    }
    let unasked = || HostState::Unreachable("not asked".into());
    let states: Vec<_> = states.into_iter().map(|state| state.unwrap_or_else(unasked)).collect();
    let names: Vec<_> = (0..states.len()).map(|host| location.host_name(host)).collect();
    let found = choose(&names, &states, last)?;
    if let HostState::AcceptsWrites { timeline, .. } = states[found.host] {
        location.remember_primary(LastPrimary { host: found.host, timeline });
    }
    Ok(found)
}

/// Reports whether the answers of the other hosts do not matter.
fn is_decided(states: &[Option<HostState>], last: LastPrimary, trusts_last: bool) -> bool {
    let timeline = |state: &Option<HostState>| match state {
        Some(HostState::AcceptsWrites { timeline, .. }) => Some(*timeline),
        _ => None,
    };
    if trusts_last && timeline(&states[last.host]) == Some(last.timeline) {
        return true;
    }
    let mut others = states.iter().enumerate().filter(|(host, _)| *host != last.host).map(|(_, state)| state);
    others.clone().all(Option::is_some) && others.any(|state| timeline(state) > Some(last.timeline))
}

async fn probe(options: PgConnectOptions) -> HostState {
    match ask(&options).await {
        Ok(state) => state,
        Err(sqlx::Error::Database(error)) => HostState::Unreachable(error.message().to_owned()),
        Err(sqlx::Error::Io(error)) => HostState::Unreachable(error.to_string()),
        Err(error) => HostState::Unreachable(error.to_string()),
    }
}

async fn ask(options: &PgConnectOptions) -> Result<HostState, sqlx::Error> {
    let mut connection = options.connect().await?;
    // The first eight digits of the name of a write-ahead log file are the timeline; a standby has no such file. The start time tells
    // two servers apart that are on the same timeline.
    let sql = "SELECT pg_is_in_recovery() AS in_recovery, current_setting('transaction_read_only') = 'on' AS read_only,
                      CASE WHEN pg_is_in_recovery() THEN 0
                           ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END AS timeline,
                      pg_postmaster_start_time()::text AS started_at";
    let row = sqlx::query(sql).fetch_one(&mut connection).await?;
    let state = if row.try_get("in_recovery")? {
        HostState::InRecovery
    } else if row.try_get("read_only")? {
        HostState::ReadOnly
    } else {
        HostState::AcceptsWrites { timeline: row.try_get("timeline")?, started_at: row.try_get("started_at")? }
    };
    connection.close().await?;
    Ok(state)
}

fn choose(names: &[&str], states: &[HostState], last: Option<LastPrimary>) -> Result<FoundPrimary, PrimaryError> {
    let writable = states.iter().enumerate().filter_map(|(host, state)| match state {
        HostState::AcceptsWrites { timeline, started_at } => Some((host, *timeline, started_at.as_str())),
        _ => None,
    });
    let writable: Vec<_> = writable.collect();
    let newest = writable.iter().map(|(_, timeline, _)| *timeline).max();
    let Some(newest) = newest.filter(|newest| last.is_none_or(|last| last.timeline <= *newest)) else {
        return Err(PrimaryError::NoPrimary(listed(names, states, last)));
    };
    let mut candidates = writable.iter().filter(|(_, timeline, _)| *timeline == newest);
    let first = candidates.clone().next().map_or((0, 0, ""), |first| *first);
    let known = last.filter(|last| last.timeline == newest);
    let known = known.and_then(|last| candidates.clone().find(|(host, ..)| *host == last.host));
    // Two names may lead to the same server.
    let is_one_server = candidates.all(|(.., started_at)| *started_at == first.2);
    let chosen = match known {
        Some(known) => *known,
        None if is_one_server => first,
        None => return Err(PrimaryError::SeveralPrimaries(listed(names, states, last))),
    };
    let has_conflict = writable.iter().any(|(.., started_at)| *started_at != chosen.2);
    Ok(FoundPrimary { host: chosen.0, conflict: has_conflict.then(|| listed(names, states, last)) })
}

/// All hosts with their states.
fn listed(names: &[&str], states: &[HostState], last: Option<LastPrimary>) -> String {
    let mut text = String::new();
    for (name, state) in names.iter().zip(states) {
        let separator = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{separator}{name}: ");
        let _ = match (state, last) {
            (HostState::AcceptsWrites { timeline, .. }, Some(last)) if *timeline < last.timeline => write!(
                text,
                "on timeline {timeline}, but {} was in use, so it lacks what was committed since",
                last.timeline
            ),
            (HostState::AcceptsWrites { timeline, .. }, _) => write!(text, "accepts writes on timeline {timeline}"),
            (HostState::InRecovery, _) => write!(text, "in recovery"),
            (HostState::ReadOnly, _) => write!(text, "read-only"),
            (HostState::Unreachable(reason), _) => write!(text, "{reason}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["db1", "db2"];

    /// A host that accepts writes. Hosts with the same start are one server.
    fn writable(timeline: i64, started_at: u32) -> HostState {
        HostState::AcceptsWrites { timeline, started_at: started_at.to_string() }
    }

    fn chosen(states: [HostState; 2], last: Option<(usize, i64)>) -> Result<(usize, bool), String> {
        let last = last.map(|(host, timeline)| LastPrimary { host, timeline });
        let found = choose(&NAMES, &states, last).map_err(|error| error.to_string())?;
        Ok((found.host, found.conflict.is_some()))
    }

    #[test]
    fn the_host_that_was_promoted_last_is_the_primary() {
        use HostState::{InRecovery, ReadOnly};
        let down = || HostState::Unreachable("connection refused".into());
        for (states, last, expected) in [
            ([writable(1, 7), InRecovery], None, (0, false)),
            ([InRecovery, writable(2, 8)], Some((0, 1)), (1, false)),
            ([down(), writable(1, 8)], Some((0, 1)), (1, false)),
            ([ReadOnly, writable(2, 8)], Some((0, 1)), (1, false)),
            ([writable(1, 7), writable(2, 8)], None, (1, true)),
            ([writable(1, 7), writable(2, 8)], Some((0, 1)), (1, true)),
            ([writable(3, 7), writable(2, 8)], Some((1, 2)), (0, true)),
            // On one timeline, the host in use stays in use.
            ([writable(1, 7), writable(1, 8)], Some((1, 1)), (1, true)),
            // Two names of one server.
            ([writable(1, 7), writable(1, 7)], None, (0, false)),
            ([writable(1, 7), writable(1, 7)], Some((1, 1)), (1, false)),
        ] {
            assert_eq!(chosen(states.clone(), last), Ok(expected), "{states:?} {last:?}");
        }
    }

    #[test]
    fn no_host_is_used_if_none_is_the_primary_or_it_is_unclear_which() {
        let down = HostState::Unreachable("connection refused".into());
        assert_eq!(
            chosen([down.clone(), HostState::InRecovery], Some((0, 1))).unwrap_err(),
            "no host of the database URL accepts writes: db1: connection refused, db2: in recovery"
        );
        let older = chosen([writable(1, 7), down], Some((1, 2))).unwrap_err();
        assert!(older.contains("db1: on timeline 1, but 2 was in use") && older.starts_with("no host"), "{older}");
        let unclear = chosen([writable(1, 7), writable(1, 8)], None).unwrap_err();
        assert!(
            unclear.starts_with("several hosts") && unclear.contains("db2: accepts writes on timeline 1"),
            "{unclear}"
        );
        // A timeline that both have taken since is no proof either.
        chosen([writable(2, 7), writable(2, 8)], Some((0, 1))).unwrap_err();
    }
}
