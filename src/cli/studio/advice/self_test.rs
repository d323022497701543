//! Results of `status`, one line for each thing that it looked at.

use serde::Serialize;

use super::gateway_error::about_gateway_error;
use super::proxy::{about_proxy, exit_for_proxy};
use super::renewal::about_expired;
use super::setup::{about_config, about_credentials};
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
use crate::wire::studio::MeBody;

/// Beyond this a clock is worth a word; certificates are lenient by ten minutes (`BACKDATED`).
const CLOCK_TOLERANCE_MILLISECONDS: u64 = 60_000;

/// One line of a status.
#[derive(Debug, Serialize)]
pub struct SelfTestLine {
    /// The aspect that was checked.
    #[serde(rename = "check")]
    pub aspect: SelfTestCheck,
    /// Result of the check.
    pub state: CheckState,
    /// The same in words.
    pub text: String,
    /// The next step, if something has to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Exit code of the program if no other line has a worse one.
    #[serde(skip)]
    pub exit: Exit,
}

/// Aspects that are checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// Upload of a test photo to the judge.
    Deposit,
}

impl SelfTestCheck {
    /// For people.
    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::Configuration => language.pick("Konfiguration", "configuration"),
            Self::Certificate => language.pick("Zertifikat", "certificate"),
            Self::Connection => language.pick("Verbindung", "connection"),
            Self::Gateway => "Gateway",
            Self::Admission => language.pick("Zulassung", "standing"),
            Self::Clock => language.pick("Uhr", "clock"),
            Self::Deposit => language.pick("Einlieferung", "deposit"),
        }
    }
}

/// Result of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Good,
    /// Works now; something has to be seen to.
    Attention,
    /// No deposit until this is mended.
    Fault,
    /// Hangs on something that is at fault.
    NotTried,
}

/// Every aspect with its state, in the order in which a deposit meets them.
pub fn about_self_test(test: &SelfTest, language: Language) -> Vec<SelfTestLine> {
    vec![
        configuration(test, language),
        tried(SelfTestCheck::Certificate, test.credentials.as_ref(), language, |credentials| match credentials {
            Ok(device) => certificate(device, test.now, language),
            Err(error) => fault(SelfTestCheck::Certificate, Exit::Setup, about_credentials(error, language)),
        }),
        tried(SelfTestCheck::Connection, test.reachability.as_ref(), language, |reachability| match reachability {
            Ok(ReachedAt::Address(address)) => good(
                SelfTestCheck::Connection,
                language.pick(format!("{address} antwortet"), format!("{address} answers")),
            ),
            Ok(ReachedAt::Proxy(proxy)) => good(
                SelfTestCheck::Connection,
                language.pick(
                    format!("der Proxy {proxy} verbindet mit dem Gateway"),
                    format!("the proxy {proxy} connects to the gateway"),
                ),
            ),
            Err(ReachabilityError::Proxy(error)) => {
                fault(SelfTestCheck::Connection, exit_for_proxy(error), about_proxy(error, language))
            }
            Err(error) => fault(
                SelfTestCheck::Connection,
                Exit::GaveUp,
                about_reachability(error, test.configuration.as_ref().ok(), language),
            ),
        }),
        tried(SelfTestCheck::Gateway, test.admission.as_ref(), language, |admission| {
            gateway(test, admission, language)
        }),
        match &test.admission {
            Some(me) if is_gateway_verified(me) => admission(me, language),
            _ => not_tried(SelfTestCheck::Admission, language),
        },
        tried(SelfTestCheck::Clock, test.clock_ahead_milliseconds, language, |ahead| clock(ahead, language)),
        tried(SelfTestCheck::Deposit, test.deposit.as_ref(), language, |deposit| match deposit {
            Ok(()) => good(
                SelfTestCheck::Deposit,
                language
                    .pick(
                        "möglich: ein Testbild kam an und wurde geprüft (nichts wurde gespeichert)",
                        "possible: a test picture got through and was judged (nothing was stored)",
                    )
                    .to_owned(),
            ),
            Err(error) => fault_from_error(SelfTestCheck::Deposit, error, language),
        }),
    ]
}

fn configuration(test: &SelfTest, language: Language) -> SelfTestLine {
    match &test.configuration {
        Ok(config) => {
            let mut text = language.pick("Gateway ", "gateway ").to_owned();
            text.push_str(config.gateway.as_str());
            if let Some(proxy) = &config.proxy {
                let (address, setting) = (proxy.address(), proxy.origin().name());
                text.push_str(&language.pick(
                    format!("; Proxy {address} (Angabe {setting})"),
                    format!("; proxy {address} (by {setting})"),
                ));
            }
            good(SelfTestCheck::Configuration, text)
        }
        Err(unconfigured) if unconfigured.enrolment_pending => fault(
            SelfTestCheck::Configuration,
            Exit::Setup,
            language
                .pick(
                    "Die Anmeldung dieses Rechners ist begonnen und nicht abgeschlossen. Denselben Befehl `lichtbild-studio enrol …` im selben Ordner \
                     noch einmal ausführen.",
                    "The enrolment of this computer was begun and is not finished. Run the same command `lichtbild-studio enrol …` in the same folder again.",
                )
                .to_owned(),
        ),
        Err(unconfigured) => {
            let mut message = about_config(&unconfigured.error, language);
            message.push_str(language.pick(
                " Ist dieser Rechner noch nicht angemeldet: `lichtbild-studio enrol ADRESSE CODE` mit der Einladung des Amts.",
                " If this computer is not enrolled yet: `lichtbild-studio enrol URL CODE` with the office's invitation.",
            ));
            fault(SelfTestCheck::Configuration, Exit::Setup, message)
        }
    }
}

fn certificate(device: &DeviceCredentials, now: Timestamp, language: Language) -> SelfTestLine {
    let DeviceCredentials { certificate, renewal_due, .. } = device;
    let (until, due) = (moment(certificate.not_after, language), moment(*renewal_due, language));
    if certificate.not_after < now {
        return fault(SelfTestCheck::Certificate, Exit::NotAllowed, about_expired(certificate.not_after, language));
    }
    if certificate.not_before > now {
        let from = moment(certificate.not_before, language);
        return fault(
            SelfTestCheck::Certificate,
            Exit::Setup,
            language.pick(
                format!("gilt nach der Uhr dieses Rechners erst ab {from}. Wahrscheinlich geht die Uhr nach: Datum und Uhrzeit stellen."),
                format!("is by this computer's clock not valid before {from}. Its clock is probably slow: set date and time."),
            ),
        );
    }
    let text = language.pick(
        format!("gültig bis {until}; zu erneuern ab {due}"),
        format!("valid until {until}; due for renewal from {due}"),
    );
    if *renewal_due < now {
        let advice = language.pick(
            "Die Erneuerung ist überfällig: `lichtbild-studio renew` ausführen.",
            "The renewal is overdue: run `lichtbild-studio renew`.",
        );
        return SelfTestLine {
            state: CheckState::Attention,
            advice: Some(advice.to_owned()),
            exit: Exit::Attention,
            ..good(SelfTestCheck::Certificate, text)
        };
    }
    good(SelfTestCheck::Certificate, text)
}

fn about_reachability(error: &ReachabilityError, config: Option<&StudioConfig>, language: Language) -> String {
    let gateway = config.map(|config| config.gateway.to_string()).unwrap_or_default();
    match error {
        ReachabilityError::Proxy(error) => about_proxy(error, language),
        ReachabilityError::DnsLookup(cause) => language.pick(
            format!("Zum Namen in {gateway} gibt es keine Adresse ({cause}). Die Internetverbindung prüfen, dann die Zeile gateway in der Konfiguration."),
            format!("The name in {gateway} leads to no address ({cause}). Check the internet connection, then the line gateway in the configuration."),
        ),
        ReachabilityError::ConnectFailed(address, cause) => language.pick(
            format!("Unter {address} nimmt niemand die Verbindung an ({cause}). Eine Firewall fragen, ob sie diesen Port sperrt; sonst später noch einmal versuchen."),
            format!("Nobody takes the connection at {address} ({cause}). Ask whether a firewall bars this port; otherwise try again later."),
        ),
        ReachabilityError::TimedOut => language.pick(
            format!("{gateway} antwortet nicht. Die Internetverbindung prüfen; besteht sie, sperrt wohl eine Firewall diesen Port."),
            format!("{gateway} does not answer. Check the internet connection; if it stands, a firewall probably bars this port."),
        ),
    }
}

fn gateway(test: &SelfTest, admission: &Result<MeBody, GatewayError>, language: Language) -> SelfTestLine {
    match admission {
        Err(error) if !is_gateway_verified(admission) => fault_from_error(SelfTestCheck::Gateway, error, language),
        _ => {
            let authority = test.credentials.as_ref().and_then(|credentials| credentials.as_ref().ok());
            let fingerprint = authority.map(|device| group_fingerprint(&device.ca_sha256)).unwrap_or_default();
            good(
                SelfTestCheck::Gateway,
                language.pick(format!("erkannt an {fingerprint}"), format!("known by {fingerprint}")),
            )
        }
    }
}

fn admission(admission: &Result<MeBody, GatewayError>, language: Language) -> SelfTestLine {
    match admission {
        Ok(me) => {
            let (name, place) = (escaped(&me.studio.name), escaped(&me.studio.place));
            let (studio, device) = (format!("{name}, {place}"), me.device_id);
            let text = language.pick(format!("{studio}; Gerät {device}"), format!("{studio}; device {device}"));
            good(SelfTestCheck::Admission, text)
        }
        Err(error) => fault_from_error(SelfTestCheck::Admission, error, language),
    }
}

fn clock(ahead_milliseconds: i64, language: Language) -> SelfTestLine {
    let off = ahead_milliseconds.unsigned_abs();
    let seconds = off as f64 / 1000.0;
    let text = match (off, ahead_milliseconds.is_positive()) {
        (0..1000, _) => language.pick("geht richtig".to_owned(), "is right".to_owned()),
        (_, true) => language.pick(format!("geht {seconds:.0} s vor"), format!("is {seconds:.0} s fast")),
        (_, false) => language.pick(format!("geht {seconds:.0} s nach"), format!("is {seconds:.0} s slow")),
    };
    if off <= CLOCK_TOLERANCE_MILLISECONDS {
        return good(SelfTestCheck::Clock, text);
    }
    let advice = language.pick(
        "Datum, Uhrzeit und Zeitzone stellen, am besten automatisch: mit einer falschen Uhr gelten Zertifikate als abgelaufen.",
        "Set date, time and time zone, best automatically: with a wrong clock certificates count as expired.",
    );
    SelfTestLine {
        state: CheckState::Attention,
        advice: Some(advice.to_owned()),
        exit: Exit::Attention,
        ..good(SelfTestCheck::Clock, text)
    }
}

fn tried<T>(
    aspect: SelfTestCheck,
    found: Option<T>,
    language: Language,
    line: impl FnOnce(T) -> SelfTestLine,
) -> SelfTestLine {
    found.map_or_else(|| not_tried(aspect, language), line)
}

fn not_tried(aspect: SelfTestCheck, language: Language) -> SelfTestLine {
    let text = language.pick("nicht geprüft, solange das Obige nicht stimmt", "not tried while the above is not right");
    SelfTestLine { state: CheckState::NotTried, ..good(aspect, text.to_owned()) }
}

fn good(aspect: SelfTestCheck, text: String) -> SelfTestLine {
    SelfTestLine { aspect, state: CheckState::Good, text, advice: None, exit: Exit::Done }
}

/// The message says what to do itself.
fn fault(aspect: SelfTestCheck, exit: Exit, message: String) -> SelfTestLine {
    SelfTestLine { state: CheckState::Fault, exit, ..good(aspect, message) }
}

fn fault_from_error(aspect: SelfTestCheck, error: &GatewayError, language: Language) -> SelfTestLine {
    let (exit, message) = match error {
        // The handshake went well up to here: not the line at large, the gateway or what stands before it.
        GatewayError::Transient(TransientError::ConnectionLost(_)) if aspect == SelfTestCheck::Deposit => {
            let message = language.pick(
                "Das Testbild kam nicht durch: die Verbindung brach dabei ab. Auf dem Weg begrenzt etwas große Sendungen; Router und Firewall prüfen.",
                "The test picture did not get through: the connection broke over it. Something on the way limits large messages; check router and firewall.",
            );
            (Exit::GaveUp, message.to_owned())
        }
        _ => about_gateway_error(error, language),
    };
    fault(aspect, exit, message)
}
