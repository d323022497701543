//! Commit: the changes of a transaction become durable together with their rows in the audit log.

use super::{audit_log, audit_writer};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::WriteTransaction;

impl WriteTransaction {
    /// Commits the changes and their rows in the audit log.
    /// [`StoreError::RolledBack`] if the log ends before a row that is known to be durable; then nothing has changed.
    pub(in crate::storage::sql) async fn commit(mut self) -> Result<(), StoreError> {
        let mut pending = self.take_pending_log();
        let mut head = None;
        if !pending.entries.is_empty() {
            // The last entry also reports rows that were changed after it.
            let last = pending.entries.len() - 1;
            pending.changed.iter_mut().for_each(|(index, _)| *index = (*index).min(last));
            let key = pending.row_keys.key()?;
            // Computed before the lock of the log, for which all other transactions wait.
            let digests = match key {
                Some(key) => audit_writer::row_digests(&mut self, &pending.changed, key).await?,
                None => Vec::new(),
            };
            self.lock(Lock::Log).await?;
            let end = audit_log::head(&mut self).await?;
            self.check_log_end(end)?;
            head = Some(audit_writer::append_rows(&mut self, end, pending.entries, digests, key).await?);
        }
        self.commit_logged(head).await
    }
}
