//! Commit: the changes of a transaction become durable together with their rows in the audit log and their events.

use super::{audit_log, audit_writer, event_writer};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::WriteTransaction;

impl WriteTransaction {
    /// Commits the changes, their rows in the audit log and their events. The lock of the log orders events too.
    /// [`StoreError::RolledBack`] if the log ends before a row that is known to be durable; then nothing has changed.
    pub(in crate::storage::sql) async fn commit(mut self) -> Result<(), StoreError> {
        let mut pending = self.take_pending_log();
        let (mut head, mut has_events) = (None, false);
        if !pending.entries.is_empty() || !pending.events.is_empty() {
            // The last entry also reports rows that were changed after it.
            let last = pending.entries.len().saturating_sub(1);
            pending.changed.iter_mut().for_each(|(index, _)| *index = (*index).min(last));
            let key = if pending.entries.is_empty() { None } else { pending.row_keys.key()? };
            // Computed before the lock of the log, for which all other transactions wait.
            let digests = match key {
                Some(key) => audit_writer::row_digests(&mut self, &pending.changed, key).await?,
                None => Vec::new(),
            };
            self.lock(Lock::Log).await?;
            let end = audit_log::head(&mut self).await?;
            self.check_log_end(end)?;
            if !pending.entries.is_empty() {
                head = Some(audit_writer::append_rows(&mut self, end, pending.entries, digests, key).await?);
            }
            has_events = event_writer::append(&mut self, pending.events).await?;
        }
        self.commit_logged(head, has_events).await
    }
}
