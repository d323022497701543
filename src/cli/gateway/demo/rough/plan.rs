//! Choice of the faults: a function of seed and number, so that a run can be repeated.

use std::str::FromStr;
use std::time::Duration;

use sha2::{Digest, Sha256};

/// Kind of a fault. The name in kebab case is in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum FaultKind {
    /// The connection is closed before its TLS handshake.
    ConnectionRefused,
    /// 503 before the handler acts.
    GatewayBusy,
    /// 503 before the handler acts.
    StorageUnavailable,
    /// 429 before the handler acts.
    TooManyRequests,
    /// The handler acts late.
    Stall,
    /// The connection is cut in the middle of the request's body; the handler does not act.
    CutRequest,
    /// The handler acts, and the connection is cut before the answer.
    LostAnswer,
    /// The handler acts, and the connection is cut in the middle of the answer's body.
    CutAnswer,
}

impl FaultKind {
    pub(super) fn name(self) -> &'static str {
        self.into()
    }
}

/// Faults of requests, each equally frequent.
const REQUEST_FAULTS: [FaultKind; 7] = [
    FaultKind::GatewayBusy,
    FaultKind::StorageUnavailable,
    FaultKind::TooManyRequests,
    FaultKind::Stall,
    FaultKind::CutRequest,
    FaultKind::LostAnswer,
    FaultKind::CutAnswer,
];

/// Part of the requests that meet a fault, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli::gateway) struct FaultRate(f64);

impl FromStr for FaultRate {
    type Err = FaultRateError;

    fn from_str(text: &str) -> Result<Self, FaultRateError> {
        let rate: f64 = text.parse().map_err(|_| FaultRateError)?;
        if (0.0..=1.0).contains(&rate) { Ok(Self(rate)) } else { Err(FaultRateError) }
    }
}

impl std::fmt::Display for FaultRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is not a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a number from 0 to 1, such as 0.2")]
pub(in crate::cli::gateway) struct FaultRateError;

/// A fault of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// Length of a stall.
    pub(super) stall: Duration,
    /// Wait that [`FaultKind::TooManyRequests`] asks for.
    pub(super) wait: Duration,
}

/// Plan of all faults of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct FaultPlan {
    pub(super) rate: FaultRate,
    pub(super) seed: u32,
    pub(super) longest_stall: Duration,
}

impl FaultPlan {
    /// The fault of the request with this number, if it meets one.
    pub(super) fn of_request(&self, number: u64) -> Option<Fault> {
        let draws = self.draws("request", number);
        let kind = REQUEST_FAULTS[usize::from(draws.byte(0)) % REQUEST_FAULTS.len()];
        // The shortest stall is a seventh of the longest: from 5 to 35 s by default.
        let stall = self.longest_stall.mul_f64((1.0 + 6.0 * draws.fraction(1)) / 7.0);
        let wait = Duration::from_secs(1 + u64::from(draws.byte(1) % 3));
        (draws.fraction(0) < self.rate.0).then_some(Fault { kind, stall, wait })
    }

    /// True if the connection with this number is refused. Clients need a connection for each request or for many, so that connections are
    /// refused less often than requests.
    pub(super) fn refuses_connection(&self, number: u64) -> bool {
        self.draws("connection", number).fraction(0) < self.rate.0 / 4.0
    }

    fn draws(&self, stream: &str, number: u64) -> Draws {
        let seeded = Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(stream);
        Draws(seeded.chain_update(number.to_be_bytes()).finalize().into())
    }
}

/// Random values of one number.
struct Draws([u8; 32]);

impl Draws {
    /// At least 0 and below 1.
    fn fraction(&self, place: usize) -> f64 {
        let [a, b, c, d] = std::array::from_fn(|at| self.0[4 * place + at]);
        f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
    }

    fn byte(&self, place: usize) -> u8 {
        self.0[16 + place]
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    fn plan(rate: &str, seed: u32) -> FaultPlan {
        FaultPlan { rate: rate.parse().unwrap(), seed, longest_stall: Duration::from_secs(35) }
    }

    #[test]
    fn one_seed_gives_one_run_and_another_seed_another_one() {
        let faults = |seed| (0..200).map(|number| plan("0.4", seed).of_request(number)).collect::<Vec<_>>();
        assert_eq!(faults(1), faults(1));
        assert_ne!(faults(1), faults(2));
    }

    #[test]
    fn faults_are_as_frequent_as_asked_for_and_every_kind_occurs() {
        let count = |rate: &str| (0..4000).filter_map(|number| plan(rate, 7).of_request(number)).count();
        assert_eq!((count("0"), count("1")), (0, 4000));
        assert!((1500..1700).contains(&count("0.4")), "{}", count("0.4"));
        let refused = (0..4000).filter(|number| plan("0.4", 7).refuses_connection(*number)).count();
        assert!((340..460).contains(&refused), "{refused}");
        for kind in REQUEST_FAULTS {
            let share = (0..4000).filter_map(|n| plan("1", 7).of_request(n)).filter(|fault| fault.kind == kind).count();
            assert!((480..660).contains(&share), "{kind:?} {share}");
        }
        assert_eq!(REQUEST_FAULTS.len() + 1, FaultKind::VARIANTS.len());
    }

    #[test]
    fn stalls_and_waits_stay_within_their_limits() {
        for fault in (0..4000).filter_map(|number| plan("1", 7).of_request(number)) {
            assert!((Duration::from_secs(5)..=Duration::from_secs(35)).contains(&fault.stall), "{fault:?}");
            assert!((1..=3).contains(&fault.wait.as_secs()), "{fault:?}");
        }
    }

    #[test]
    fn a_rate_is_from_zero_to_one() {
        for text in ["0", "0.2", "1", "1.0"] {
            assert!(text.parse::<FaultRate>().is_ok(), "{text}");
        }
        for text in ["", "-0.1", "1.1", "NaN", "inf", "20%"] {
            assert_eq!(text.parse::<FaultRate>(), Err(FaultRateError), "{text}");
        }
    }
}
