//! Results of `status`, one line for each aspect.

use std::path::Path;

use serde::Serialize;

use super::failure::Failure;
use super::gateway_error::about_gateway_error;
use super::proxy::about_proxy;
use super::renewal::about_expired;
use super::setup::{about_config, about_credentials, setup_command};
use crate::atomic_file::OtherReader;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::moment;
use crate::client::config::StudioConfig;
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::self_test::{DeviceCredentials, ReachabilityError, ReachedAt, SelfTest, is_gateway_verified};
use crate::client::transient_error::TransientError;
use crate::clock::Timestamp;
use crate::domain::display_text::escaped;
use crate::identity::certificate::group_fingerprint;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::studio::MeBody;

/// Largest difference of the clocks that needs no attention. Certificates begin ten minutes before they are issued (`BACKDATED`).
const CLOCK_TOLERANCE_MILLISECONDS: u64 = 60_000;

/// One line of a status.
#[derive(Debug, Serialize)]
pub struct SelfTestLine {
    #[serde(rename = "check")]
    pub aspect: SelfTestCheck,
    pub state: CheckState,
    /// The state in words.
    pub text: String,
    /// The next step; `None` if the text tells it, or if there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Exit code of the program if no other line has a worse one.
    #[serde(skip)]
    pub exit: Exit,
}

/// Aspects that are checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::AsRefStr, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum SelfTestCheck {
    /// `studio.toml`
    Configuration,
    /// Key, certificate and authority: whether they can be used, and until when.
    Certificate,
    /// Name, address and port of the gateway.
    #[serde(rename = "reach")]
    Connection,
    /// Identity of the gateway.
    Gateway,
    /// Admission of this device by the gateway.
    #[serde(rename = "standing")]
    Admission,
    /// This computer's clock against the gateway's.
    Clock,
    /// Upload of a test photo, which the gateway checks and does not store.
    Deposit,
}

impl SelfTestCheck {
    /// Name for people.
    pub fn name(self, language: Language) -> String {
        text!(language, format!("studio-aspect-{}", self.as_ref()))
    }

    fn good(self, text: String) -> SelfTestLine {
        SelfTestLine { aspect: self, state: CheckState::Good, text, advice: None, exit: Exit::Done }
    }

    fn attention(self, text: String, advice: String) -> SelfTestLine {
        let (state, advice, exit) = (CheckState::Attention, Some(advice), Exit::Attention);
        SelfTestLine { state, advice, exit, ..self.good(text) }
    }

    fn fault(self, Failure { exit, message }: Failure) -> SelfTestLine {
        SelfTestLine { state: CheckState::Fault, exit, ..self.good(message) }
    }

    fn not_tried(self, language: Language) -> SelfTestLine {
        let text = text!(language, "studio-status-not-tried");
        SelfTestLine { state: CheckState::NotTried, ..self.good(text) }
    }
}

/// Result of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::AsRefStr, strum::VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum CheckState {
    Good,
    /// Works now, but needs an action soon.
    Attention,
    /// Photos cannot be deposited until this is repaired.
    Fault,
    /// Depends on an aspect that is at fault.
    NotTried,
}

impl CheckState {
    /// Name for people.
    pub fn name(self, language: Language) -> String {
        text!(language, format!("studio-check-state-{}", self.as_ref()))
    }
}

/// Every aspect with its state, in the order in which a deposit meets them.
pub fn about_self_test(test: &SelfTest, language: Language) -> Vec<SelfTestLine> {
    use SelfTestCheck::{Admission, Certificate, Clock, Configuration, Connection, Deposit, Gateway};
    let config = test.configuration.as_ref().ok();
    let certificate = test.credentials.as_ref().map(|credentials| match credentials {
        Ok(device) => certificate(device, test.now, language),
        Err(error) => Certificate.fault(about_credentials(error, language)),
    });
    let connection = test.reachability.as_ref().map(|reachability| match reachability {
        Ok(ReachedAt::Address(address)) => {
            Connection.good(text!(language, "studio-status-reached", address = address.to_string()))
        }
        Ok(ReachedAt::Proxy(proxy)) => {
            Connection.good(text!(language, "studio-status-reached-by-proxy", proxy = proxy))
        }
        Err(error) => Connection.fault(about_reachability(error, config, language)),
    });
    let gateway = test.admission.as_ref().map(|admission| gateway(test, admission, language));
    let verified = test.admission.as_ref().filter(|me| is_gateway_verified(me));
    let deposit = test.deposit.as_ref().map(|deposit| match deposit {
        Ok(()) => Deposit.good(text!(language, "studio-status-deposit-possible")),
        // The handshake went well up to here: the gateway can be reached, but a large request does not get through.
        Err(GatewayError::Transient(TransientError::ConnectionLost(_))) => {
            Deposit.fault(Failure::new(Exit::GaveUp, text!(language, "studio-status-upload-broke")))
        }
        Err(error) => Deposit.fault(about_gateway_error(error, language)),
    });
    let not_tried = |aspect: SelfTestCheck| move || aspect.not_tried(language);
    vec![
        match &test.configuration {
            Ok(config) => Configuration.good(about_configured(config, &test.config_file, language)),
            Err(unconfigured) => Configuration.fault(match unconfigured.enrolment_pending {
                true => Failure::new(
                    Exit::Setup,
                    text!(language, "studio-status-enrolment-pending", again = setup_command(language)),
                ),
                false => about_config(&unconfigured.error, language),
            }),
        },
        certificate.unwrap_or_else(not_tried(Certificate)),
        connection.unwrap_or_else(not_tried(Connection)),
        gateway.unwrap_or_else(not_tried(Gateway)),
        verified.map(|me| admission(me, language)).unwrap_or_else(not_tried(Admission)),
        test.clock_ahead_milliseconds.map(|ahead| clock(ahead, language)).unwrap_or_else(not_tried(Clock)),
        deposit.unwrap_or_else(not_tried(Deposit)),
    ]
}

fn about_configured(config: &StudioConfig, file: &Path, language: Language) -> String {
    let gateway = config.gateway.as_str();
    let gateway = match &config.proxy {
        Some(proxy) => {
            let (address, setting) = (proxy.address(), proxy.origin().name());
            text!(language, "studio-status-proxy", gateway = gateway, address = address, setting = setting)
        }
        None => text!(language, "studio-status-gateway", gateway = gateway),
    };
    let configured = text!(language, "studio-status-file", configured = gateway, file = shown_path(file));
    match &config.folder {
        Some(folder) => {
            text!(language, "studio-status-hot-folder", configured = configured, folder = shown_path(folder))
        }
        None => configured,
    }
}

fn certificate(device: &DeviceCredentials, now: Timestamp, language: Language) -> SelfTestLine {
    let aspect = SelfTestCheck::Certificate;
    let DeviceCredentials { certificate, renewal_due, key_readers, .. } = device;
    if certificate.not_after < now {
        return aspect.fault(Failure::new(Exit::NotAllowed, about_expired(certificate.not_after, language)));
    }
    if certificate.not_before > now {
        let from = moment(certificate.not_before, language);
        let message = text!(language, "studio-status-certificate-too-early", from = from);
        return aspect.fault(Failure::new(Exit::Setup, message));
    }
    let (until, due) = (moment(certificate.not_after, language), moment(*renewal_due, language));
    let text = text!(language, "studio-status-certificate-valid", until = until, due = due);
    match *renewal_due < now {
        true => aspect.attention(text, text!(language, "studio-status-renewal-overdue")),
        false => with_key_readers(&text, key_readers.as_deref(), language),
    }
}

/// The line about a valid certificate, `text`, and about the readers of its key.
fn with_key_readers(text: &str, readers: Option<&[OtherReader]>, language: Language) -> SelfTestLine {
    let aspect = SelfTestCheck::Certificate;
    match readers {
        Some([]) => aspect.good(text.to_owned()),
        Some(readers) => {
            let readers: Vec<_> = readers.iter().map(|reader| about_reader(reader, language)).collect();
            let readable = text!(language, "studio-status-key-readable", readers = readers.join(", "));
            aspect.attention(format!("{text}. {readable}"), text!(language, "studio-status-renew-key"))
        }
        None => aspect.good(format!("{text}. {}", text!(language, "studio-status-key-readers-unknown"))),
    }
}

fn about_reader(reader: &OtherReader, language: Language) -> String {
    match reader {
        OtherReader::Everyone => text!(language, "studio-reader-everyone"),
        OtherReader::AuthenticatedUsers => text!(language, "studio-reader-authenticated"),
        OtherReader::Users => text!(language, "studio-reader-users"),
        OtherReader::Account(sid) => escaped(sid).into_owned(),
    }
}

fn about_reachability(error: &ReachabilityError, config: Option<&StudioConfig>, language: Language) -> Failure {
    let gateway = config.map(|config| config.gateway.to_string()).unwrap_or_default();
    let message = match error {
        ReachabilityError::Proxy(error) => return about_proxy(error, language),
        ReachabilityError::DnsLookup(cause) => {
            text!(language, "studio-status-dns-lookup", gateway = gateway, cause = cause.to_string())
        }
        ReachabilityError::ConnectFailed(address, cause) => {
            let (address, cause) = (address.to_string(), cause.to_string());
            text!(language, "studio-status-connect-failed", address = address, cause = cause)
        }
        ReachabilityError::TimedOut => text!(language, "studio-status-timed-out", gateway = gateway),
    };
    Failure::new(Exit::GaveUp, message)
}

fn gateway(test: &SelfTest, admission: &Result<MeBody, GatewayError>, language: Language) -> SelfTestLine {
    match admission {
        Err(error) if !is_gateway_verified(admission) => {
            SelfTestCheck::Gateway.fault(about_gateway_error(error, language))
        }
        _ => {
            let authority = test.credentials.as_ref().and_then(|credentials| credentials.as_ref().ok());
            let fingerprint = authority.map(|device| group_fingerprint(&device.ca_sha256)).unwrap_or_default();
            SelfTestCheck::Gateway.good(text!(language, "studio-status-gateway-known", fingerprint = fingerprint))
        }
    }
}

fn admission(admission: &Result<MeBody, GatewayError>, language: Language) -> SelfTestLine {
    match admission {
        Ok(me) => {
            let (name, place) = (escaped(&me.studio.name), escaped(&me.studio.place));
            let device = me.device_id.to_string();
            let text = text!(language, "studio-status-admitted", name = name, place = place, device = device);
            SelfTestCheck::Admission.good(text)
        }
        Err(error) => SelfTestCheck::Admission.fault(about_gateway_error(error, language)),
    }
}

fn clock(ahead_milliseconds: i64, language: Language) -> SelfTestLine {
    let off = ahead_milliseconds.unsigned_abs();
    let seconds = format!("{:.0}", off as f64 / 1000.0);
    let text = match (off, ahead_milliseconds.is_positive()) {
        (0..1000, _) => text!(language, "studio-status-clock-right"),
        (_, true) => text!(language, "studio-status-clock-fast", seconds = seconds),
        (_, false) => text!(language, "studio-status-clock-slow", seconds = seconds),
    };
    match off <= CLOCK_TOLERANCE_MILLISECONDS {
        true => SelfTestCheck::Clock.good(text),
        false => SelfTestCheck::Clock.attention(text, text!(language, "studio-status-set-clock")),
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn a_key_that_others_can_read_needs_attention() {
        let line = |readers| with_key_readers("valid", readers, Language::English);
        assert_eq!(line(Some(&[])).state, CheckState::Good);
        let unknown = line(None);
        assert!(unknown.state == CheckState::Good && unknown.text.contains("could not be checked"), "{}", unknown.text);
        let readable = line(Some(&[OtherReader::Users, OtherReader::Account("S-1-5-21-7".into())]));
        assert_eq!(readable.state, CheckState::Attention);
        assert!(readable.text.ends_with("the users of this computer, S-1-5-21-7"), "{}", readable.text);
        assert!(readable.advice.unwrap().contains("renew --force"));
    }

    #[test]
    fn every_aspect_and_state_has_a_name() {
        for language in [Language::German, Language::English] {
            assert!(SelfTestCheck::VARIANTS.iter().all(|aspect| !aspect.name(language).is_empty()));
            assert!(CheckState::VARIANTS.iter().all(|state| !state.name(language).is_empty()));
        }
    }
}
