//! Choice among the hosts that accept writes.
//!
//! A promotion increases the timeline of a server, so the host on the newest one is the primary, with two exceptions: a host whose log is
//! the beginning of another host's log is an older copy, and a host on an older timeline than the last primary may lack what was committed
//! since. If each of two hosts has rows that the other one lacks, the newest timeline counts, and nodes that know more refuse to work on it:
//! all nodes decide alike, so that no two of them hand out the same photo.

use std::fmt::Write;

use super::host_state::{HostState, WritableHost};
use crate::storage::location::LastPrimary;
use crate::storage::primary_error::PrimaryError;

/// The chosen host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FoundPrimary {
    pub(super) host: usize,
    /// Other hosts that accept writes and must be stopped, as text for administrators.
    pub(super) conflict: Option<String>,
}

/// All hosts, in the order of the URL.
pub(super) struct Candidates<'a> {
    pub(super) names: &'a [&'a str],
    pub(super) states: &'a [HostState],
    /// For an older copy, the host that has all its rows and later ones.
    pub(super) newer: &'a [Option<usize>],
    pub(super) last: Option<LastPrimary>,
}

impl Candidates<'_> {
    /// Chooses the primary. If `is_repeated` is false, the last primary does not answer, and the other host was not promoted, it may be a
    /// copy and the silence a short one: then there is none.
    pub(super) fn choose(&self, is_repeated: bool) -> Result<FoundPrimary, PrimaryError> {
        let writable = || self.states.iter().enumerate().filter_map(|(host, state)| Some((host, state.writable()?)));
        let has_own = writable().any(|(_, host)| !self.is_foreign(host));
        let own: Vec<_> = writable().filter(|(_, host)| !has_own || !self.is_foreign(host)).collect();
        let is_older_copy =
            |host: usize| self.newer[host].is_some_and(|newer| own.iter().any(|(own, _)| *own == newer));
        let current: Vec<_> = own.iter().filter(|(host, _)| !is_older_copy(*host)).collect();
        let is_late = |last: LastPrimary, newest: i64| newest < last.timeline && has_own && !is_older_copy(last.host);
        let newest = current.iter().map(|(_, host)| host.timeline).max();
        let Some(newest) = newest.filter(|newest| !self.last.is_some_and(|last| is_late(last, *newest))) else {
            return Err(self.no_primary());
        };
        let candidates: Vec<_> = current.iter().filter(|(_, host)| host.timeline == newest).collect();
        let known = self.last.filter(|last| last.timeline == newest);
        let known = known.and_then(|last| candidates.iter().find(|(host, _)| *host == last.host));
        // Two names may lead to the same server.
        let is_one_server = candidates.iter().all(|(_, host)| host.started_at == candidates[0].1.started_at);
        let has_systems = self.last.is_none() && current.iter().any(|(_, host)| host.system != current[0].1.system);
        let (number, chosen) = match known {
            Some(known) => ***known,
            None if is_one_server && !has_systems => **candidates[0],
            None => return Err(PrimaryError::SeveralPrimaries(self.listed())),
        };
        if !is_repeated && self.is_unsure(number, chosen) {
            return Err(self.no_primary());
        }
        let has_conflict = writable().any(|(_, host)| host.started_at != chosen.started_at);
        Ok(FoundPrimary { host: number, conflict: has_conflict.then(|| self.listed()) })
    }

    fn is_foreign(&self, host: &WritableHost) -> bool {
        let system = self.last.and_then(|last| last.system);
        system.is_some() && host.system.is_some() && system != host.system
    }

    /// The last primary is silent, and this host may be no promoted standby of it.
    fn is_unsure(&self, number: usize, host: &WritableHost) -> bool {
        self.last.is_some_and(|last| {
            let is_replaced = number != last.host && self.states[last.host].writable().is_none();
            is_replaced && (host.timeline == last.timeline || !host.is_complete || self.is_foreign(host))
        })
    }

    fn no_primary(&self) -> PrimaryError {
        PrimaryError::NoPrimary { hosts: self.listed(), advice: self.advice() }
    }

    /// Next step for the operator. A promotion beside a primary that runs would split the data.
    fn advice(&self) -> &'static str {
        let refused = self.states.iter().find_map(|state| match state {
            HostState::Unreachable { advice, .. } => *advice,
            _ => None,
        });
        let is_down = |state: &HostState| matches!(state, HostState::Unreachable { advice: None, .. });
        let is_standby = |state: &HostState| *state == HostState::InRecovery;
        if let Some(advice) = refused {
            advice
        } else if self.states.iter().all(is_down) {
            "; check that the servers run and can be reached from this machine"
        } else if self.states.iter().all(|state| is_down(state) || is_standby(state)) {
            "; start the primary, or see to it that it stays down and promote a standby"
        } else {
            "; start the server that was in use last, or see its log"
        }
    }

    /// All hosts with their states.
    fn listed(&self) -> String {
        let mut text = String::new();
        for (number, (name, state)) in self.names.iter().zip(self.states).enumerate() {
            let separator = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{separator}{name}: ");
            let _ = match state {
                HostState::AcceptsWrites(host) => write!(text, "{}", self.described(number, host)),
                HostState::InRecovery => write!(text, "in recovery"),
                HostState::ReadOnly => write!(text, "read-only"),
                HostState::Unreachable { reason, .. } => write!(text, "{reason}"),
            };
        }
        text
    }

    fn described(&self, number: usize, host: &WritableHost) -> String {
        let timeline = host.timeline;
        if self.is_foreign(host) {
            return "accepts writes, but is another database server (it has another system identifier): stop it".into();
        }
        if let Some(newer) = self.newer[number] {
            let newer = self.names[newer];
            return format!(
                "accepts writes on timeline {timeline}, but is an older copy that lacks rows of {newer}: stop it"
            );
        }
        match self.last {
            Some(last) if timeline < last.timeline => {
                format!(
                    "on timeline {timeline}, but {} was in use: it may lack what was committed since",
                    last.timeline
                )
            }
            _ if !host.is_complete => format!("accepts writes on timeline {timeline}, but lacks acknowledged rows"),
            _ => format!("accepts writes on timeline {timeline}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["db1", "db2"];

    /// A host that accepts writes. Hosts with the same start are one server.
    fn writable(timeline: i64, started_at: u32) -> HostState {
        HostState::AcceptsWrites(WritableHost {
            timeline,
            started_at: started_at.to_string(),
            system: Some(7),
            log_end: None,
            is_complete: true,
        })
    }

    fn changed(state: HostState, change: impl Fn(&mut WritableHost)) -> HostState {
        let HostState::AcceptsWrites(mut host) = state else { panic!("it accepts no writes") };
        change(&mut host);
        HostState::AcceptsWrites(host)
    }

    fn incomplete(state: HostState) -> HostState {
        changed(state, |host| host.is_complete = false)
    }

    fn foreign(state: HostState) -> HostState {
        changed(state, |host| host.system = Some(8))
    }

    fn down() -> HostState {
        HostState::Unreachable { reason: "connection refused".into(), advice: None }
    }

    fn found(
        states: &[HostState; 2],
        newer: [Option<usize>; 2],
        last: Option<(usize, i64)>,
        is_repeated: bool,
    ) -> Result<FoundPrimary, PrimaryError> {
        let last = last.map(|(host, timeline)| LastPrimary { host, timeline, system: Some(7) });
        Candidates { names: &NAMES, states, newer: &newer, last }.choose(is_repeated)
    }

    fn chosen(states: [HostState; 2], last: Option<(usize, i64)>) -> Result<(usize, bool), String> {
        let found = found(&states, [None; 2], last, false).map_err(|error| error.to_string())?;
        Ok((found.host, found.conflict.is_some()))
    }

    #[test]
    fn the_host_that_was_promoted_last_is_the_primary() {
        use HostState::{InRecovery, ReadOnly};
        for (states, last, expected) in [
            ([writable(1, 7), InRecovery], None, (0, false)),
            ([InRecovery, writable(2, 8)], Some((0, 1)), (1, false)),
            ([down(), writable(1, 8)], Some((1, 1)), (1, false)),
            ([down(), writable(2, 8)], Some((0, 1)), (1, false)),
            ([ReadOnly, writable(2, 8)], Some((0, 1)), (1, false)),
            ([writable(1, 7), writable(2, 8)], None, (1, true)),
            ([writable(1, 7), writable(2, 8)], Some((0, 1)), (1, true)),
            ([writable(3, 7), writable(2, 8)], Some((1, 2)), (0, true)),
            // Each has rows that the other one lacks.
            ([writable(1, 7), incomplete(writable(2, 8))], Some((0, 1)), (1, true)),
            // On one timeline, the host in use stays in use.
            ([writable(1, 7), writable(1, 8)], Some((1, 1)), (1, true)),
            // Two names of one server.
            ([writable(1, 7), writable(1, 7)], None, (0, false)),
            ([writable(1, 7), writable(1, 7)], Some((1, 1)), (1, false)),
            // Another server's database.
            ([writable(1, 7), foreign(writable(9, 8))], Some((0, 1)), (0, true)),
        ] {
            assert_eq!(chosen(states.clone(), last), Ok(expected), "{states:?} {last:?}");
        }
    }

    #[test]
    fn an_older_copy_is_never_used_beside_the_host_that_has_all_its_rows() {
        for last in [None, Some((0, 1)), Some((1, 2))] {
            let states = [writable(1, 7), incomplete(writable(2, 8))];
            let found = found(&states, [None, Some(0)], last, false).unwrap();
            assert_eq!(found.host, 0, "{last:?}");
            let told = found.conflict.unwrap();
            assert!(told.contains("db2: accepts writes on timeline 2, but is an older copy"), "{told}");
            assert!(told.contains("lacks rows of db1: stop it"), "{told}");
        }
    }

    #[test]
    fn a_host_that_was_not_promoted_or_that_lacks_rows_replaces_a_silent_primary_only_at_the_second_search() {
        for other in [writable(1, 8), incomplete(writable(2, 8)), foreign(writable(2, 8))] {
            let states = [down(), other];
            found(&states, [None; 2], Some((0, 1)), false).unwrap_err();
            assert_eq!(found(&states, [None; 2], Some((0, 1)), true).unwrap().host, 1);
        }
    }

    #[test]
    fn no_host_is_used_if_none_is_the_primary_or_it_is_unclear_which() {
        assert_eq!(
            chosen([down(), HostState::InRecovery], Some((0, 1))).unwrap_err(),
            "no host of the database URL accepts writes: db1: connection refused, db2: in recovery"
        );
        let older = chosen([writable(1, 7), down()], Some((1, 2))).unwrap_err();
        assert!(older.contains("db1: on timeline 1, but 2 was in use") && older.starts_with("no host"), "{older}");
        let unclear = chosen([writable(1, 7), writable(1, 8)], None).unwrap_err();
        assert!(
            unclear.starts_with("several hosts") && unclear.contains("db2: accepts writes on timeline 1"),
            "{unclear}"
        );
        // A timeline that both have taken since is no proof either.
        chosen([writable(2, 7), writable(2, 8)], Some((0, 1))).unwrap_err();
        // Nothing tells which of two different servers is the right one.
        chosen([writable(1, 7), foreign(writable(2, 8))], None).unwrap_err();
    }

    #[test]
    fn a_promotion_is_advised_only_if_the_network_or_the_server_is_down() {
        use HostState::{InRecovery, ReadOnly};
        let refused = || HostState::Unreachable { reason: "no such role".into(), advice: Some("; check user") };
        for (states, advice) in [
            ([down(), InRecovery], "; start the primary, or see to it that it stays down and promote a standby"),
            ([refused(), InRecovery], "; check user"),
            ([InRecovery, refused()], "; check user"),
            ([down(), down()], "; check that the servers run and can be reached from this machine"),
            ([ReadOnly, InRecovery], "; start the server that was in use last, or see its log"),
        ] {
            let error = found(&states, [None; 2], None, true).unwrap_err();
            assert!(matches!(error, PrimaryError::NoPrimary { advice: told, .. } if told == advice), "{error:?}");
        }
    }
}
