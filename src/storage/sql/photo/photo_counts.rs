//! Number of photos in each state. Triggers of the database add a row to `photo_counts` for each change, so that photos
//! need not be counted one by one. This module adds the rows up and compacts them.

use strum::VariantArray;

use crate::domain::photo::PhotoState;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

/// Up to this number, rows are cheap to add up. A busy gateway adds some thousands between two sweeps.
const COMPACT_ABOVE: i64 = 100;
/// Rows per sweep; the next sweep compacts the rest.
const BATCH: i64 = 20_000;

impl SqlStore {
    pub async fn photo_counts(&self) -> Result<Vec<(PhotoState, u64)>, StoreError> {
        self.with_retry(|| async {
            // The sum of PostgreSQL is a decimal number, which SQLite does not have.
            let mut connection = self.read().await?;
            connection
                .query(
                    "SELECT state, CAST(sum(photos) AS BIGINT) AS photos FROM photo_counts
             GROUP BY state ORDER BY state",
                )
                .fetch_all_as(|row| Ok((row.get("state")?, row.get("photos")?)))
                .await
        })
        .await
    }
}

/// Replaces many rows by one for each state. Rows of transactions that have not committed yet are left for the next
/// sweep.
pub(super) async fn compact(transaction: &mut WriteTransaction) -> Result<(), StoreError> {
    let counted = transaction.query("SELECT count(*) AS notes FROM photo_counts").fetch_one().await?;
    if counted.get::<i64>("notes")? <= COMPACT_ABOVE {
        return Ok(());
    }
    let taken = transaction
        .query(
            "DELETE FROM photo_counts WHERE number IN (SELECT number FROM photo_counts ORDER BY number LIMIT $1)
             RETURNING state, photos",
        )
        .bind(params![BATCH])
        .fetch_all()
        .await?;
    for &state in PhotoState::VARIANTS {
        let mut sum = 0;
        for row in &taken {
            if row.get::<String>("state")? == state.name() {
                sum += row.get::<i64>("photos")?;
            }
        }
        insert_count(transaction, state, sum).await?;
    }
    Ok(())
}

async fn insert_count(connection: &mut StoreConnection, state: PhotoState, photos: i64) -> Result<(), StoreError> {
    connection
        .query("INSERT INTO photo_counts (state, photos) VALUES ($1, $2)")
        .bind(params![state, photos])
        .execute()
        .await?;
    Ok(())
}
