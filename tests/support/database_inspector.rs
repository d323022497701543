//! Read-only access to a gateway's database while it runs.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};

use super::raw_database::{STORED_LOG, chain_fault};

pub struct DatabaseInspector(SqliteConnection);

impl DatabaseInspector {
    pub async fn open(database: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(database).read_only(true);
        Self(SqliteConnection::connect_with(&options).await.unwrap())
    }

    pub async fn count(&mut self, query: &'static str) -> i64 {
        sqlx::query(query).fetch_one(&mut self.0).await.unwrap().get(0)
    }

    pub async fn photos(&mut self) -> i64 {
        self.count("SELECT count(*) FROM photos").await
    }

    /// Checks that rows belong together: each photo has its bytes, each change its audit row, and the chain of the log holds.
    pub async fn assert_consistent(&mut self) {
        for (what, query) in [
            ("damage", "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
            ("a dangling reference", "SELECT count(*) FROM pragma_foreign_key_check"),
            (
                "a picture without its row, or of a photo that is gone",
                "SELECT count(*) FROM frames f LEFT JOIN photos p USING (photo_id) WHERE p.lookup_id IS NULL",
            ),
            (
                "a row that waits for collection without its picture",
                "SELECT count(*) FROM photos p LEFT JOIN frames f USING (photo_id)
                 WHERE p.lookup_id IS NOT NULL AND f.photo_id IS NULL",
            ),
            (
                "a deposit with other than one audit row",
                "SELECT count(*) FROM photos p WHERE
                 (SELECT count(*) FROM audit a WHERE a.event = 'photo.deposited' AND a.subject = p.photo_id) <> 1",
            ),
            (
                "an audit row of a deposit that is not there",
                "SELECT count(*) FROM audit a LEFT JOIN photos p ON p.photo_id = a.subject
                 WHERE a.event = 'photo.deposited' AND p.photo_id IS NULL",
            ),
            (
                "a lease that photo and collection do not agree on",
                "SELECT count(*) FROM photos p LEFT JOIN collections c
                 ON c.collection_id = p.collection_id AND c.state = 'leased'
                 WHERE (p.state = 'leased') <> (c.collection_id IS NOT NULL)",
            ),
            (
                "a collection with other than one audit row of its lease",
                "SELECT count(*) FROM collections c WHERE
                 (SELECT count(*) FROM audit a WHERE a.event = 'collection.leased' AND a.subject = c.collection_id) <> 1",
            ),
            (
                "a hand-over without its audit row, or the other way round",
                "SELECT count(*) FROM collections c WHERE (c.handed_over_at IS NOT NULL) <>
                 EXISTS (SELECT * FROM audit a WHERE a.event = 'collection.handed_over' AND a.subject = c.collection_id)",
            ),
            (
                "a settlement without its audit row, or the other way round",
                "SELECT count(*) FROM collections c WHERE (c.settled_at IS NOT NULL) <> EXISTS (SELECT * FROM audit a
                 WHERE a.event = 'collection.' || c.state AND c.state <> 'leased' AND a.subject = c.collection_id)",
            ),
            (
                "a settlement without its event for the studio, or the other way round",
                "SELECT count(*) FROM collections c WHERE (c.state IN ('used', 'kept', 'refused')) <> EXISTS
                 (SELECT * FROM events e WHERE e.collection_id = c.collection_id AND e.kind = 'photo.' || c.state)",
            ),
        ] {
            assert_eq!(self.count(query).await, 0, "there is {what}");
        }
        let rows = sqlx::query_as(STORED_LOG).fetch_all(&mut self.0).await.unwrap();
        assert_eq!(chain_fault(rows), None);
    }
}
