//! The commit: what a transaction changed becomes durable together with the rows of the audit log that tell of it.

use super::audit_writer;
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};

impl WriteTransaction {
    /// Makes it durable, together with its rows in the audit log.
    ///
    /// # Errors
    /// [`StoreError::RolledBack`] when the log ends before a row that is known to be durable; nothing has changed then.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let log = std::mem::take(&mut self.audit_entries);
        let mut head = None;
        if !log.is_empty() {
            let (mut changed, row_keys) = (std::mem::take(&mut self.changed), self.row_keys.clone());
            // A row that was changed behind all of them is told of by the last.
            changed.iter_mut().for_each(|(index, _)| *index = (*index).min(log.len() - 1));
            let key = row_keys.key()?;
            // Before the lock, for which everybody waits.
            let digests = match key {
                Some(key) => audit_writer::row_digests(&mut self, &changed, key).await?,
                None => Vec::new(),
            };
            self.lock(Lock::Log).await?;
            let end = audit_writer::head(&mut self).await?;
            self.guard.check_head(end)?;
            head = Some(audit_writer::append_rows(&mut self, end, log, digests, key).await?);
        }
        match self.connection {
            StoreConnection::SqliteWriter(transaction) => transaction.commit().await?,
            StoreConnection::PostgresWriter(transaction) => transaction.commit().await?,
            // Readers are never handed out as this.
            StoreConnection::SqliteReader(_) | StoreConnection::PostgresReader(_) => {}
        }
        head.into_iter().for_each(|head| self.guard.advance(head));
        Ok(())
    }
}
