//! Log and metrics of the gateway. They contain no personal data except addresses, if configured; no codes and no file names.

mod exposition;
mod log;
mod metrics;
mod requests;

pub use exposition::MetricsFormat;
pub use log::{LogLevelError, start_log};
pub use metrics::Metrics;
pub use requests::{RequestId, RequestObserver, observe_request};
