//! A large store: parties, photos, collections and an audit log, written by SQL statements.
//!
//! Each row has a number, from which its identifiers are computed: those of photos grow with age, lookup ids are scattered like
//! random ones. The rows of the log form no chain.

use lichtbild::domain::code::lookup::LookupId;

/// Number of rows of each kind.
#[derive(Debug, Clone, Copy)]
pub struct SeedData {
    /// Half of them studios, half offices; each with one device, which has a certificate, a bound key, an invitation and a wrong code.
    pub parties: u64,
    /// Available photos with their sealed bytes.
    pub photos: u64,
    /// Older photos that were collected and erased.
    pub erased: u64,
    /// Newer photos that an office holds.
    pub leased: u64,
    pub log: u64,
    /// Size of each sealed photo, in bytes.
    pub frame_bytes: u64,
}

/// Dialect of the database that the rows are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlDialect {
    Sqlite,
    Postgres,
}

/// Returns the lookup id of the photo of this number.
pub fn lookup_of(number: u64) -> LookupId {
    let text = format!("{:08x}{number:024x}", number * HASH_MULTIPLIER % (1 << 32));
    LookupId::from_bytes(text.as_bytes().try_into().unwrap())
}

/// The identifier of the party, device or photo of this number.
pub fn identifier_of(kind: char, number: u64) -> String {
    format!("0193{kind}000-0000-7000-8000-{number:012x}")
}

pub const STUDIO: char = 'a';
pub const OFFICE: char = 'b';
pub const DEVICE_OF_STUDIO: char = 'c';
pub const DEVICE_OF_OFFICE: char = 'd';
pub const PHOTO: char = 'e';
const COLLECTION: char = 'f';

/// A prime near the golden ratio of 2^32, which scatters consecutive numbers.
const HASH_MULTIPLIER: u64 = 2_654_435_761;
/// Some day in November 2026.
const THEN: i64 = 1_795_339_000_000;
const EXPIRES: i64 = 1_895_339_000_000;

impl SeedData {
    /// The statements, to be run one after another on one connection.
    pub fn statements(&self, dialect: SqlDialect) -> Vec<String> {
        let (half, last) = (self.parties / 2, self.erased + self.photos);
        let bytes_of = |number: &str| bytes(dialect, number);
        let id = |kind, number: &str| identifier(dialect, kind, number);
        let photo = id(PHOTO, "i");
        let (studio, studio_device) =
            (id(STUDIO, &format!("i % {half} + 1")), id(DEVICE_OF_STUDIO, &format!("i % {half} + 1")));
        let (office, office_device) =
            (id(OFFICE, &format!("i % {half} + 1")), id(DEVICE_OF_OFFICE, &format!("i % {half} + 1")));
        let frame = match dialect {
            SqlDialect::Sqlite => format!("randomblob({})", self.frame_bytes),
            SqlDialect::Postgres => format!("convert_to(repeat('x', {}), 'UTF8')", self.frame_bytes),
        };
        let mut statements: Vec<String> = match dialect {
            SqlDialect::Sqlite => {
                ["PRAGMA foreign_keys = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"]
                    .map(Into::into)
                    .into()
            }
            // Disables triggers and foreign keys.
            SqlDialect::Postgres => vec!["SET session_replication_role = replica".into()],
        };
        for (role, kind, device) in [("studio", STUDIO, DEVICE_OF_STUDIO), ("office", OFFICE, DEVICE_OF_OFFICE)] {
            let (party, device, of) = (id(kind, "i"), id(device, "i"), numbers(1, half));
            let certificate = bytes_of(if role == "studio" { "i" } else { "(i + 1000000000)" });
            statements.extend([
                format!("INSERT INTO parties (party_id, role, name, place, created_at) {of} SELECT {party}, '{role}', 'House ' || i, 'Town', {THEN} FROM n"),
                format!("INSERT INTO devices (device_id, party_id, label, created_at) {of} SELECT {device}, {party}, '', {THEN} FROM n"),
                format!("INSERT INTO certificates (sha256, device_id, serial, not_before, not_after) {of} SELECT {certificate}, {device}, {certificate}, {THEN}, {EXPIRES} FROM n"),
                format!("INSERT INTO invitations (lookup_id, device_id, number, state, created_at, expires_at) {of} SELECT {certificate}, {device}, 1, 'withdrawn', {THEN}, {THEN} FROM n"),
                format!("INSERT INTO bound_keys (spki_sha256, device_id, bound_at) {of} SELECT {certificate}, {device}, {THEN} FROM n"),
                format!("INSERT INTO guesses (scope, window_start, count) {of} SELECT {device}, {THEN} + 900000 * (i % 96), 1 FROM n"),
            ]);
        }
        let columns =
            "photo_id, studio_id, device_id, epoch, state, request_id, lookup_id, tombstone_id, width, height,
             bytes, profile, findings, deposited_at, expires_at, settled_at, collection_id";
        let (bytes, collection) = (bytes_of("i"), id(COLLECTION, "i"));
        let first_leased = last + 1;
        let (erased, waiting) = (numbers(1, self.erased), numbers(self.erased + 1, last));
        let leased = numbers(first_leased, last + self.leased);
        let facts = "1244, 1600, 550000, 'de-tr03121', '[]'";
        for (of, state, leads_to, settled, collection) in [
            (&erased, "used", format!("NULL, {bytes}"), THEN.to_string(), collection.as_str()),
            (&waiting, "available", format!("{bytes}, NULL"), "NULL".into(), "NULL"),
            (&leased, "leased", format!("{bytes}, NULL"), "NULL".into(), collection.as_str()),
        ] {
            statements.push(format!(
                "INSERT INTO photos ({columns}) {of}
                 SELECT {photo}, {studio}, {studio_device}, 24322, '{state}', {bytes}, {leads_to}, {facts}, {THEN}, {EXPIRES},
                        {settled}, {collection} FROM n"
            ));
        }
        for (of, state, until, settled) in
            [(&erased, "used", THEN, THEN.to_string()), (&leased, "leased", EXPIRES, "NULL".into())]
        {
            statements.push(format!(
                "INSERT INTO collections (collection_id, photo_id, office_id, device_id, state, leased_at, lease_until, settled_at)
                 {of} SELECT {collection}, {photo}, {office}, {office_device}, '{state}', {THEN}, {until}, {settled} FROM n"
            ));
        }
        let collected = [&erased, &leased].map(|of| {
            format!(
                "INSERT INTO collection_devices (collection_id, device_id, code_shown_at) {of}
                 SELECT {collection}, {office_device}, {THEN} FROM n"
            )
        });
        statements.extend(collected);
        let with_frame = numbers(self.erased + 1, last + self.leased);
        statements.extend([
            format!("INSERT INTO frames (photo_id, frame) {with_frame} SELECT {photo}, {frame} FROM n"),
            format!(
                "INSERT INTO audit (sequence, at, actor, event, subject, details, prev, sha256) {}
                 SELECT i, {THEN}, {studio_device}, 'photo.deposited', {photo}, '{{}}', {bytes}, {bytes} FROM n",
                numbers(1, self.log)
            ),
            format!(
                "INSERT INTO events (position, event_id, at, party_id, kind, photo_id, due, deduplication_key) {}
                 SELECT i, {photo}, {THEN}, {studio}, 'photo.expiring', {photo}, {EXPIRES}, 'photo.expiring/{EXPIRES}/' || {photo}
                 FROM n",
                numbers(1, self.photos)
            ),
            "DELETE FROM photo_counts".into(),
            "INSERT INTO photo_counts (state, photos) SELECT state, count(*) FROM photos GROUP BY state".into(),
        ]);
        if dialect == SqlDialect::Postgres {
            // The server would do this by itself after a while.
            statements.push("VACUUM ANALYZE".into());
        }
        statements
    }
}

fn numbers(first: u64, last: u64) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT CAST({first} AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last})")
}

fn identifier(dialect: SqlDialect, kind: char, number: &str) -> String {
    let begin = &identifier_of(kind, 0)[..24];
    match dialect {
        SqlDialect::Sqlite => format!("printf('{begin}%012x', {number})"),
        SqlDialect::Postgres => format!("'{begin}' || lpad(to_hex({number}), 12, '0')"),
    }
}

/// 32 bytes that follow from a number.
fn bytes(dialect: SqlDialect, number: &str) -> String {
    let scattered = format!("{number} * {HASH_MULTIPLIER} % 4294967296");
    match dialect {
        SqlDialect::Sqlite => format!("CAST(printf('%08x%024x', {scattered}, {number}) AS BLOB)"),
        SqlDialect::Postgres => {
            format!("(lpad(to_hex({scattered}), 8, '0') || lpad(to_hex({number}), 24, '0'))::bytea")
        }
    }
}
