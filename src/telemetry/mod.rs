//! Telemetry of the gateway: a log for people, metrics for machines. No personal data but addresses, if they are wanted; no code, no file name.

mod exposition;
mod log;
mod metrics;
mod requests;

pub use exposition::MetricsFormat;
pub use log::{LogLevelError, start_log};
pub use metrics::Metrics;
pub use requests::{RequestObserver, observe_request};
