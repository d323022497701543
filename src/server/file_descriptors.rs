//! Limit of file descriptors, raised for all connections that the configuration allows.
//!
//! Most systems start a program with a soft limit of 1024 and a much higher hard limit; raising the soft limit needs no privilege.
//! Without free descriptors the gateway can neither accept a connection nor open a file of its database.

use crate::config::Config;

/// Studio, office, enrolment and monitoring.
const LISTENERS: u64 = 4;
/// Studio and office: they explain a missing certificate.
const EXPLAINING_LISTENERS: u64 = 2;
/// Studio, office and enrolment.
const TLS_LISTENERS: u64 = 3;
/// Descriptors besides connections, doubled: five database connections with three files each, listening sockets, standard streams, the
/// async runtime, and a key file that is being replaced.
const RESERVED_DESCRIPTORS: u64 = 64;

/// Raises the limit of this process if the configuration needs it, and logs a warning if the hard limit is too low.
pub fn raise_limit(config: &Config) {
    let needed = needed_descriptors(config);
    #[cfg(unix)]
    limit::raise(needed);
    // Other systems do not count sockets as files.
    #[cfg(not(unix))]
    let _ = needed;
}

/// Descriptors in use when every listener is full.
pub fn needed_descriptors(config: &Config) -> u64 {
    let limits = &config.limits;
    let of_one_listener = (limits.connections as u64).saturating_add(limits.handshakes as u64);
    let without_certificate = if config.listen.explain_missing_certificate { limits.handshakes as u64 } else { 0 };
    // Connections of load balancers that wait for their PROXY header.
    let without_header = if config.listen.proxy_protocol_from.is_empty() { 0 } else { limits.handshakes as u64 };
    LISTENERS
        .saturating_mul(of_one_listener)
        .saturating_add(EXPLAINING_LISTENERS.saturating_mul(without_certificate))
        .saturating_add(TLS_LISTENERS.saturating_mul(without_header))
        .saturating_add(RESERVED_DESCRIPTORS)
}

#[cfg(unix)]
mod limit {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    pub(super) fn raise(needed: u64) {
        let Rlimit { current: soft, maximum: hard } = getrlimit(Resource::Nofile);
        let Some(raised) = raised(needed, soft, hard) else { return };
        if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: hard }) {
            let soft = soft.unwrap_or(u64::MAX);
            return warn(needed, soft, &format!("the limit of {soft} file descriptors cannot be raised ({error})"));
        }
        tracing::debug!(limit = raised, "limit of file descriptors raised");
        if raised < needed {
            warn(
                needed,
                raised,
                "the limit of file descriptors is too low for the connections the configuration allows",
            );
        }
    }

    fn warn(needed: u64, limit: u64, fault: &str) {
        tracing::warn!(
            needed,
            limit,
            "{fault}: give the gateway more (LimitNOFILE={needed} in its systemd unit, or `ulimit -n {needed}` before it \
             starts), or lower limits.connections and limits.handshakes"
        );
    }

    /// The soft limit to set, if it must change. A limit of `None` means no limit.
    pub(super) fn raised(needed: u64, soft: Option<u64>, hard: Option<u64>) -> Option<u64> {
        if soft.is_none_or(|soft| soft >= needed) {
            return None;
        }
        // Without a hard limit only as much as needed: some systems refuse very high soft limits.
        Some(hard.unwrap_or(needed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_listeners_full_and_the_database_open_are_provided_for() {
        let mut config = Config::default();
        assert_eq!(needed_descriptors(&config), 4 * (1024 + 256) + 2 * 256 + 64);
        config.listen.proxy_protocol_from = vec!["10.1.2.3".to_owned()].try_into().unwrap();
        assert_eq!(needed_descriptors(&config), 4 * (1024 + 256) + 2 * 256 + 3 * 256 + 64);
    }

    #[cfg(unix)]
    #[test]
    fn the_soft_limit_is_raised_only_where_needed() {
        assert_eq!(limit::raised(5000, Some(1024), Some(524_288)), Some(524_288));
        assert_eq!(limit::raised(5000, Some(1024), Some(4096)), Some(4096), "as far as it goes");
        assert_eq!(limit::raised(5000, Some(1024), None), Some(5000));
        assert_eq!(limit::raised(5000, Some(5000), Some(524_288)), None);
        assert_eq!(limit::raised(5000, None, None), None);
    }
}
