//! Alarm about many wrong codes. It blocks no office: one office could use up a limit that all offices share.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use crate::storage::requests::WrongCodeAlarm;

/// The alarms since the gateway started.
#[derive(Debug, Default)]
pub struct WrongCodeAlarms(Counter);

impl WrongCodeAlarms {
    /// Adds the counter of alarms to the metrics.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Times that the wrong codes of all devices reached limits.wrong_codes_over_all in a window";
        registry.register("wrong_code_alarms", help, self.0.clone());
    }

    pub fn count(&self) -> u64 {
        self.0.get()
    }

    /// Counts an alarm, and logs the office with the most wrong codes.
    pub(crate) fn report(&self, alarm: Option<WrongCodeAlarm>) {
        let Some(WrongCodeAlarm { in_total, office_id, of_office }) = alarm else { return };
        self.0.inc();
        tracing::warn!(
            wrong_codes = in_total,
            %office_id,
            of_office,
            "too many wrong codes in this window (limits.wrong_codes_over_all): ask the office with the most"
        );
    }
}
