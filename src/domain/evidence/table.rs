//! Tables that the transfer log tells of, and which of their columns a row's digest covers.

/// A table whose rows change only together with a row of the transfer log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Studios and offices.
    Parties,
    /// Their devices.
    Devices,
    /// Certificates of devices.
    Certificates,
    /// Keys that devices are bound to.
    BoundKeys,
    /// Invitations to enrol.
    Invitations,
    /// Photos, each with the digest of its sealed picture.
    Photos,
    /// Collections.
    Collections,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A 64-bit number; moments are milliseconds since the Unix epoch.
    Number,
    /// Bytes.
    Bytes,
    /// A truth value.
    Truth,
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// True if the row's digest covers it. A column that changes without a row of the log is left out, and so is one that a
    /// single row of the log changes in any number of rows.
    pub is_digested: bool,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_digested: true }
}

/// A column that the digest leaves out.
const fn left_out(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_digested: false }
}

/// The digest of the sealed picture, which lies in a table of its own (`frames.sha256`) and goes with it.
pub const FRAME_SHA256: &str = "frame_sha256";

const PARTIES: [Column; 6] = [
    column("party_id", Kind::Text),
    column("role", Kind::Text),
    column("name", Kind::Text),
    column("place", Kind::Text),
    column("suspended", Kind::Truth),
    column("created_at", Kind::Number),
];

const DEVICES: [Column; 7] = [
    column("device_id", Kind::Text),
    column("party_id", Kind::Text),
    column("label", Kind::Text),
    column("created_at", Kind::Number),
    column("revoked_at", Kind::Number),
    column("photos_released_at", Kind::Number),
    column("duty", Kind::Text),
];

const CERTIFICATES: [Column; 8] = [
    column("sha256", Kind::Bytes),
    column("device_id", Kind::Text),
    column("serial", Kind::Bytes),
    column("not_before", Kind::Number),
    column("not_after", Kind::Number),
    column("number", Kind::Number),
    // Noted when the certificate is first shown, without a row of the log.
    left_out("first_used_at", Kind::Number),
    column("foreign_authority", Kind::Truth),
];

const BOUND_KEYS: [Column; 3] =
    [column("spki_sha256", Kind::Bytes), column("device_id", Kind::Text), column("bound_at", Kind::Number)];

const INVITATIONS: [Column; 12] = [
    column("lookup_id", Kind::Bytes),
    column("device_id", Kind::Text),
    column("number", Kind::Number),
    column("state", Kind::Text),
    // The sweeper erases it without a row of the log once the invitation's time is over. It is sealed under the key file.
    left_out("sealed_proof_key", Kind::Bytes),
    column("created_at", Kind::Number),
    column("expires_at", Kind::Number),
    column("wrong_tries", Kind::Number),
    column("spki_sha256", Kind::Bytes),
    column("requested_at", Kind::Number),
    column("approved_at", Kind::Number),
    column("spent_at", Kind::Number),
];

const PHOTOS: [Column; 22] = [
    column("photo_id", Kind::Text),
    column("studio_id", Kind::Text),
    column("device_id", Kind::Text),
    column("epoch", Kind::Number),
    column("state", Kind::Text),
    column("kept", Kind::Truth),
    column("request_id", Kind::Bytes),
    column("lookup_id", Kind::Bytes),
    column("tombstone_id", Kind::Bytes),
    column("width", Kind::Number),
    column("height", Kind::Number),
    column("bytes", Kind::Number),
    column("profile", Kind::Text),
    column("findings", Kind::Text),
    column("deposited_at", Kind::Number),
    column("expires_at", Kind::Number),
    column("settled_at", Kind::Number),
    column("refusal_reason", Kind::Text),
    column("refusal_note", Kind::Text),
    column("collection_id", Kind::Text),
    // A restore sets it on every photo with one row of the log, and one row releases all: it is replayed instead.
    left_out("held_back_since", Kind::Number),
    column(FRAME_SHA256, Kind::Bytes),
];

const COLLECTIONS: [Column; 11] = [
    column("collection_id", Kind::Text),
    column("photo_id", Kind::Text),
    column("office_id", Kind::Text),
    column("device_id", Kind::Text),
    column("state", Kind::Text),
    column("leased_at", Kind::Number),
    column("lease_until", Kind::Number),
    column("handed_over_at", Kind::Number),
    column("settle_due", Kind::Number),
    column("settled_at", Kind::Number),
    column("kept_until", Kind::Number),
];

impl Table {
    /// Every table, each behind those that its rows refer to.
    pub const ALL: [Self; 7] = [
        Self::Parties,
        Self::Devices,
        Self::Certificates,
        Self::BoundKeys,
        Self::Invitations,
        Self::Photos,
        Self::Collections,
    ];

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parties => "parties",
            Self::Devices => "devices",
            Self::Certificates => "certificates",
            Self::BoundKeys => "bound_keys",
            Self::Invitations => "invitations",
            Self::Photos => "photos",
            Self::Collections => "collections",
        }
    }

    /// Every column, in the order in which the schema grew.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Parties => &PARTIES,
            Self::Devices => &DEVICES,
            Self::Certificates => &CERTIFICATES,
            Self::BoundKeys => &BOUND_KEYS,
            Self::Invitations => &INVITATIONS,
            Self::Photos => &PHOTOS,
            Self::Collections => &COLLECTIONS,
        }
    }

    /// The column that says when a row was made; certificates only know when they begin.
    pub const fn made_at(self) -> &'static str {
        match self {
            Self::Parties | Self::Devices | Self::Invitations => "created_at",
            Self::Certificates => "not_before",
            Self::BoundKeys => "bound_at",
            Self::Photos => "deposited_at",
            Self::Collections => "leased_at",
        }
    }
}
