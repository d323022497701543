//! Alarm about many wrong codes. It keeps nobody from collecting: a limit that all offices share would be one that a few can use up.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::storage::requests::WrongCodeAlarm;

/// Counts the alarms since the gateway started.
#[derive(Debug, Default)]
pub(crate) struct WrongCodeAlarms(AtomicU64);

impl WrongCodeAlarms {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts an alarm, and names in the log the office that most of the wrong codes come from.
    pub(crate) fn report(&self, alarm: Option<WrongCodeAlarm>) {
        let Some(WrongCodeAlarm { in_total, office_id, of_office }) = alarm else { return };
        self.0.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            wrong_codes = in_total,
            %office_id,
            of_office,
            "unusually many wrong codes in this window; the office with the most is named (limits.wrong_codes_over_all)"
        );
    }
}
