//! Telemetry of the gateway: a log for people, metrics for machines. No personal data, no code, no file name.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::clock::Timestamp;
use crate::config::{LogConfig, LogFormat};
use crate::domain::display_text::{escaped, escaped_json};
use crate::domain::photo::PhotoState;
use crate::storage::requests::SweepReport;
use crate::transport::accept::peer::{Admission, Peer};
use crate::transport::metrics::{HandshakeFailure, TimeLimit, TransportMetrics};
use crate::transport::tls::trust_status::TrustFacts;

/// Starts the log on the standard error stream. A second call changes nothing.
///
/// # Errors
/// [`LogLevelError`] if the level cannot be parsed.
pub fn start_log(log: &LogConfig) -> Result<(), LogLevelError> {
    let filter = log_filter(&log.level)?;
    let format = log.format;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || LogWriter { stream: io::stderr(), format });
    let started = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // Refused only when a log has been started before, as in-process tests do.
    let _ = started;
    Ok(())
}

/// Writes each event on one line, as text that is displayable: errors quote certificates, files and other programs. The log hands each
/// event over as a whole.
struct LogWriter<W> {
    stream: W,
    format: LogFormat,
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.trim_end_matches('\n');
        let shown = match self.format {
            LogFormat::Text => escaped(line),
            LogFormat::Json => escaped_json(line),
        };
        self.stream.write_all(format!("{shown}\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Parses the filter of log lines. A word that is no level is refused: it would be taken for the name of a module, and silence all others.
fn log_filter(level: &str) -> Result<EnvFilter, LogLevelError> {
    let invalid = || LogLevelError { level: level.to_owned() };
    let mut bare = level.split(',').filter(|directive| !directive.contains(['=', '[']));
    if bare.any(|word| word.is_empty() || word.parse::<LevelFilter>().is_err()) {
        return Err(invalid());
    }
    EnvFilter::try_new(level).map_err(|_| invalid())
}

/// The configured level is not one.
#[derive(Debug)]
pub struct LogLevelError {
    level: String,
}

impl fmt::Display for LogLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log.level = \"{}\": use error, warn, info or debug", self.level)
    }
}

impl std::error::Error for LogLevelError {}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    listener: &'static str,
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabel {
    listener: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    listener: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RootsLabel {
    roots: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SweptLabel {
    what: &'static str,
}

type AtomicGauge = Gauge<u64, AtomicU64>;

/// All metrics, in the OpenMetrics text format at `/metrics`.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    duration: Family<ListenerLabel, Histogram>,
    photos: Family<StateLabel, AtomicGauge>,
    swept: Family<SweptLabel, Counter>,
    open_connections: Family<ListenerLabel, AtomicGauge>,
    accepted: Family<ListenerLabel, Counter>,
    handshakes_failed: Family<ReasonLabels, Counter>,
    timed_out: Family<ReasonLabels, Counter>,
    revoked_cancelled: Family<ListenerLabel, Counter>,
    rejected: Family<ListenerLabel, Counter>,
    over_device_limit: Family<ListenerLabel, Counter>,
    without_certificate: Family<ListenerLabel, Counter>,
    accept_errors: Family<ListenerLabel, Counter>,
    panicked: Family<ListenerLabel, Counter>,
    certificate_expires: AtomicGauge,
    lists_expire: Family<RootsLabel, AtomicGauge>,
    trust_faults: AtomicGauge,
    reloads: Counter,
    reload_failures: Counter,
    wrong_code_alarms: Counter,
    listeners: Vec<(&'static str, Arc<TransportMetrics>)>,
}

impl Metrics {
    /// Metrics over these listeners.
    pub fn new(listeners: Vec<(&'static str, Arc<TransportMetrics>)>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("lichtbild"),
            requests: Family::default(),
            duration: Family::new_with_constructor(duration_histogram),
            photos: Family::default(),
            swept: Family::default(),
            open_connections: Family::default(),
            accepted: Family::default(),
            handshakes_failed: Family::default(),
            timed_out: Family::default(),
            revoked_cancelled: Family::default(),
            rejected: Family::default(),
            over_device_limit: Family::default(),
            without_certificate: Family::default(),
            accept_errors: Family::default(),
            panicked: Family::default(),
            certificate_expires: AtomicGauge::default(),
            lists_expire: Family::default(),
            trust_faults: AtomicGauge::default(),
            reloads: Counter::default(),
            reload_failures: Counter::default(),
            wrong_code_alarms: Counter::default(),
            listeners,
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register("request_seconds", "Time from request head to answer", metrics.duration.clone());
        registry.register("photos", "Photos by state", metrics.photos.clone());
        registry.register("swept", "What time demanded and was done", metrics.swept.clone());
        registry.register("connections_open", "Open connections", metrics.open_connections.clone());
        registry.register("connections_accepted", "Connections accepted since the start", metrics.accepted.clone());
        registry.register("handshakes_failed", "Handshakes refused since the start", metrics.handshakes_failed.clone());
        registry.register("connections_timed_out", "Connections cut by a limit", metrics.timed_out.clone());
        registry.register(
            "connections_cut_revoked",
            "Connections of revoked devices cut",
            metrics.revoked_cancelled.clone(),
        );
        registry.register("connections_turned_away", "Connections a full listener closed", metrics.rejected.clone());
        registry.register(
            "connections_over_device_limit",
            "Connections beyond what one device may have",
            metrics.over_device_limit.clone(),
        );
        registry.register(
            "connections_without_certificate",
            "Connections that showed no certificate and were told so",
            metrics.without_certificate.clone(),
        );
        registry.register("accept_errors", "Connections the system could not hand over", metrics.accept_errors.clone());
        registry.register("panics", "Connections ended by a fault of the program", metrics.panicked.clone());
        registry.register(
            "server_certificate_expires_timestamp",
            "End of the server certificate, in seconds since 1970",
            metrics.certificate_expires.clone(),
        );
        registry.register(
            "revocation_list_expires_timestamp",
            "When the first revocation list of a foreign authority runs out, in seconds since 1970",
            metrics.lists_expire.clone(),
        );
        registry.register("tls_faults", "What is told as degraded by /readyz", metrics.trust_faults.clone());
        registry.register("tls_reloads", "Certificates, authorities and lists put in force", metrics.reloads.clone());
        registry.register("tls_reload_failures", "Such changes that were refused", metrics.reload_failures.clone());
        registry.register(
            "wrong_code_alarms",
            "Times that the wrong codes of all devices reached limits.wrong_codes_over_all in a window",
            metrics.wrong_code_alarms.clone(),
        );
        metrics
    }

    /// Counts what a sweep did.
    pub fn count_sweep(&self, report: &SweepReport) {
        for (what, number) in
            [("lapsed", report.lapsed), ("used_by_default", report.used_by_default), ("expired", report.expired)]
        {
            self.swept.get_or_create(&SweptLabel { what }).inc_by(number);
        }
    }

    /// The text, with the photos of each state, what the lines trust, and the alarms about wrong codes as they are now.
    pub fn encode(&self, photo_counts: &[(PhotoState, u64)], trust: &TrustFacts, wrong_code_alarms: u64) -> String {
        self.update_trust(trust);
        self.wrong_code_alarms.inner().store(wrong_code_alarms, Ordering::Relaxed);
        for state in PhotoState::ALL {
            let number = photo_counts.iter().find(|(counted, _)| *counted == state).map_or(0, |(_, number)| *number);
            self.photos.get_or_create(&StateLabel { state: state.name() }).set(number);
        }
        for (listener, transport) in &self.listeners {
            self.update_listener(listener, transport);
        }
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }

    fn update_trust(&self, trust: &TrustFacts) {
        let seconds = |moment: Timestamp| u64::try_from(moment.unix_milliseconds() / 1000).unwrap_or(0);
        self.certificate_expires.set(seconds(trust.server_certificate_expires_at));
        for (roots, end) in &trust.external_list_expiry {
            self.lists_expire.get_or_create(&RootsLabel { roots: roots.clone() }).set(seconds(*end));
        }
        self.trust_faults.set(trust.faults.len() as u64);
        self.reloads.inner().store(trust.reloads, Ordering::Relaxed);
        self.reload_failures.inner().store(trust.reload_failures, Ordering::Relaxed);
    }

    fn update_listener(&self, listener: &'static str, transport: &TransportMetrics) {
        let label = ListenerLabel { listener };
        self.open_connections.get_or_create(&label).set(transport.open());
        for (family, number) in [
            (&self.accepted, transport.accepted()),
            (&self.revoked_cancelled, transport.cancelled()),
            (&self.rejected, transport.rejected()),
            (&self.over_device_limit, transport.over_device_limit()),
            (&self.without_certificate, transport.without_certificate()),
            (&self.accept_errors, transport.accept_errors()),
            (&self.panicked, transport.panicked()),
        ] {
            // The line counts; here its count is only shown.
            family.get_or_create(&label).inner().store(number, Ordering::Relaxed);
        }
        for failure in HandshakeFailure::ALL {
            let labels = ReasonLabels { listener, reason: failure.as_str() };
            let shown = self.handshakes_failed.get_or_create(&labels);
            shown.inner().store(transport.handshake_failed(failure), Ordering::Relaxed);
        }
        for limit in TimeLimit::ALL {
            let labels = ReasonLabels { listener, reason: limit.as_str() };
            self.timed_out.get_or_create(&labels).inner().store(transport.timed_out(limit), Ordering::Relaxed);
        }
    }
}

/// From a refusal's fraction of a millisecond to the slowest upload that is borne, in seconds.
fn duration_histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0])
}

/// State of the request observer.
#[derive(Clone)]
pub struct RequestObserver {
    /// Metrics in which it counts requests.
    pub metrics: Arc<Metrics>,
    /// The listener's name.
    pub listener: &'static str,
}

/// Counts and logs each request by its route as declared, never by its path: paths hold identifiers.
pub async fn observe_request(State(observer): State<RequestObserver>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("(none)".to_owned(), |path| path.as_str().to_owned());
    let admission = request.extensions().get::<Peer>().map(Peer::admission);
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    let listener = observer.listener;
    let milliseconds = elapsed.as_secs_f64() * 1000.0;
    if admission == Some(Admission::NoCertificate) {
        // Anybody can come without a certificate, as often as he likes: counted, but nobody fills the log with it.
        tracing::debug!(listener, method, route, status, milliseconds, "request without a certificate");
    } else {
        tracing::info!(listener, method, route, status, milliseconds, "request");
    }
    observer.metrics.duration.get_or_create(&ListenerLabel { listener }).observe(elapsed.as_secs_f64());
    observer.metrics.requests.get_or_create(&RequestLabels { listener, method, route, status }).inc();
    response
}

/// A method by name; one that no route has counts as "other", so that nobody can invent labels without end.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::domain::display_text::is_displayable;

    #[derive(Clone, Default)]
    struct SharedBuffer(Arc<Mutex<Vec<u8>>>);

    impl Write for SharedBuffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_displayable_line_in_both_formats() {
        let subject = "Foto\u{202e}hcoK\n2026-11-22T09:30:00Z ERROR forged\u{9b}2J\u{2028}";
        for format in [LogFormat::Text, LogFormat::Json] {
            let buffer = SharedBuffer::default();
            let stream = buffer.clone();
            let builder = tracing_subscriber::fmt().with_writer(move || LogWriter { stream: stream.clone(), format });
            let log = || tracing::warn!(%subject, "certificate of {subject} refused");
            match format {
                LogFormat::Text => tracing::subscriber::with_default(builder.with_ansi(false).finish(), log),
                LogFormat::Json => tracing::subscriber::with_default(builder.json().finish(), log),
            }
            let written = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
            let line = written.strip_suffix('\n').unwrap();
            assert!(line.chars().all(is_displayable) && line.contains("202e"), "{line}");
            if format == LogFormat::Json {
                let event: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(event["fields"]["subject"], subject);
            }
        }
    }

    #[test]
    fn a_level_is_a_level_and_not_the_name_of_a_module() {
        for level in ["error", "warn", "info", "debug", "info,lichtbild::transport=debug", "warn,sqlx=off"] {
            assert!(log_filter(level).is_ok(), "{level}");
        }
        for level in ["loud", "", "info,lichtbild", "lichtbild=loud"] {
            assert!(log_filter(level).is_err(), "{level}");
        }
    }
}
