//! What the store notes about itself: its key file, its last sweep.

use super::{SqlStore, rows};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::storage::contract::StoreError;

pub(super) const LAST_SWEPT_AT: &str = "last_swept_at";
pub(super) const LAST_PROBED_AT: &str = "last_probed_at";
const KEY_FILE: &str = "key_file";

pub(super) async fn bind_key_file(store: &SqlStore, fingerprint: &Sha256Digest) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    transaction
        .query("INSERT INTO notes (name, digest) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(KEY_FILE)
        .bind(fingerprint.as_bytes().as_slice())
        .execute()
        .await?;
    let row = transaction.query("SELECT digest FROM notes WHERE name = $1").bind(KEY_FILE).fetch_one().await?;
    let bound = rows::bytes32(&row, "digest")?;
    transaction.commit().await?;
    Ok(bound == *fingerprint.as_bytes())
}

pub(super) async fn oldest_epoch_in_use(store: &SqlStore) -> Result<Option<u32>, StoreError> {
    let row = store
        .read()
        .await?
        .query("SELECT min(epoch) AS oldest FROM photos WHERE lookup_id IS NOT NULL")
        .fetch_one()
        .await?;
    let oldest = row.try_get::<Option<i64>>("oldest")?;
    oldest.map(|_| row.number("oldest")).transpose()
}

pub(super) async fn moment(store: &SqlStore, name: &str) -> Result<Option<Timestamp>, StoreError> {
    let row = store.read().await?.query("SELECT moment FROM notes WHERE name = $1").bind(name).fetch_optional().await?;
    row.map_or(Ok(None), |row| rows::optional_moment(&row, "moment"))
}

pub(super) async fn note_moment(store: &SqlStore, name: &str, moment: Timestamp) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    transaction
        .query("INSERT INTO notes (name, moment) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET moment = $2")
        .bind(name)
        .bind(moment.unix_milliseconds())
        .execute()
        .await?;
    transaction.commit().await?;
    Ok(())
}
