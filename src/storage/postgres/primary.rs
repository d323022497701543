//! Search for the primary, the one host of the URL that accepts writes.
//!
//! ```text
//! ask all hosts (host_state) -> compare the logs of those that accept writes -> choose (primary_choice)
//! ```

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};

use super::host_state::{HostState, WritableHost, contains, probe};
use super::primary_choice::{Candidates, FoundPrimary};
use crate::domain::log::chain::ChainLink;
use crate::storage::location::{LastPrimary, ServerLocation};
use crate::storage::primary_error::PrimaryError;

/// Wait for the other hosts after a promoted one has answered: one of them may show that this one is an older copy.
const GRACE: Duration = Duration::from_millis(150);

/// Conditions of a search.
#[derive(Debug, Clone, Copy)]
pub(super) struct PrimarySearch {
    /// Longest wait for the answer of one host.
    pub(super) patience: Duration,
    /// Does not wait for the other hosts if the last primary still accepts writes.
    pub(super) trusts_last: bool,
    /// Last row of the audit log that this process knows to be durable.
    pub(super) known: Option<ChainLink>,
    /// The search before this one found no primary: then a host counts that was not promoted, or that lacks rows.
    pub(super) is_repeated: bool,
}

/// Asks all hosts at once and chooses the primary. A complete one is remembered.
pub(super) async fn find_primary(
    location: &ServerLocation,
    search: PrimarySearch,
) -> Result<FoundPrimary, PrimaryError> {
    let mut last = location.last_primary();
    let states = ask_all(location, search, last).await;
    // It was found before anything was known to compare it with.
    let lacks_known = |last: LastPrimary| states[last.host].writable().is_some_and(|host| !host.is_complete);
    if last.is_some_and(lacks_known) {
        location.remember_primary(None);
        last = None;
    }
    let newer = newer_hosts(location, &states, search.patience).await;
    let names: Vec<_> = (0..states.len()).map(|host| location.host_name(host)).collect();
    let candidates = Candidates { names: &names, states: &states, newer: &newer, last };
    let found = candidates.choose(search.is_repeated)?;
    if let Some(host) = states[found.host].writable().filter(|host| host.is_complete) {
        let (timeline, system) = (host.timeline, host.system);
        location.remember_primary(Some(LastPrimary { host: found.host, timeline, system }));
    }
    Ok(found)
}

async fn ask_all(location: &ServerLocation, search: PrimarySearch, last: Option<LastPrimary>) -> Vec<HostState> {
    let PrimarySearch { patience, known, .. } = search;
    let mut probes = JoinSet::new();
    for host in 0..location.host_count() {
        let options = location.options(host);
        probes.spawn(async move {
            let state = timeout(patience, probe(options, known)).await;
            (host, state.unwrap_or_else(|_| HostState::silent(patience)))
        });
    }
    let mut states = vec![HostState::silent(patience); location.host_count()];
    let mut end = Instant::now() + patience * 2;
    while let Ok(Some(probed)) = timeout_at(end, probes.join_next()).await {
        let Ok((number, state)) = probed else { continue };
        states[number] = state;
        let complete = states[number].writable().filter(|host| host.is_complete);
        let (Some(host), Some(last)) = (complete, last) else { continue };
        if search.trusts_last && number == last.host && host.timeline == last.timeline {
            break;
        }
        if number != last.host && host.timeline > last.timeline {
            end = end.min(Instant::now() + GRACE);
        }
    }
    states
}

/// For each host that accepts writes, another one that has all its rows and later ones.
async fn newer_hosts(location: &ServerLocation, states: &[HostState], patience: Duration) -> Vec<Option<usize>> {
    let writable = || states.iter().enumerate().filter_map(|(number, state)| Some((number, state.writable()?)));
    let mut newer = vec![None; states.len()];
    for (number, host) in writable() {
        for (other_number, other) in writable().filter(|(_, other)| other.started_at != host.started_at) {
            if newer[number].is_none() && is_older(host, other, location, other_number, patience).await {
                newer[number] = Some(other_number);
            }
        }
    }
    newer
}

async fn is_older(
    host: &WritableHost,
    other: &WritableHost,
    location: &ServerLocation,
    other_number: usize,
    patience: Duration,
) -> bool {
    let contained = match (host.log_end, other.log_end) {
        (Some(end), Some(other_end)) if end.sequence < other_end.sequence => {
            timeout(patience, contains(location.options(other_number), end)).await.ok().flatten()
        }
        (Some(_), Some(_)) => Some(false),
        _ => None,
    };
    contained.unwrap_or(!host.is_complete && other.is_complete)
}
