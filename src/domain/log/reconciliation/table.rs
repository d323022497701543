//! Tables that the audit log covers, with the columns of the row digests.

/// A table whose rows change only together with a row of the audit log. Each table follows the tables to which it refers.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum AuditedTable {
    Parties,
    Devices,
    Certificates,
    BoundKeys,
    Invitations,
    /// Photos with the digests of their envelopes.
    Photos,
    Collections,
    /// Devices that have sent the code of a collection.
    CollectionDevices,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditedColumnType {
    Text,
    /// A 64-bit integer; times are in milliseconds since the Unix epoch.
    Number,
    Bytes,
    Truth,
}

/// A column of a [`AuditedTable`].
#[derive(Debug, Clone, Copy)]
pub struct AuditedColumn {
    pub name: &'static str,
    pub kind: AuditedColumnType,
    /// True if the row digest covers it. Columns that change without a row of the log are excluded, and so are columns that one row of
    /// the log changes in many rows.
    pub is_digested: bool,
}

const fn column(name: &'static str, kind: AuditedColumnType) -> AuditedColumn {
    AuditedColumn { name, kind, is_digested: true }
}

/// A column that the digest does not cover.
const fn undigested_column(name: &'static str, kind: AuditedColumnType) -> AuditedColumn {
    AuditedColumn { name, kind, is_digested: false }
}

/// The digest of the envelope, from the table `frames` (`frames.sha256`).
pub const ENVELOPE_SHA256: &str = "frame_sha256";

const PARTIES: [AuditedColumn; 6] = [
    column("party_id", AuditedColumnType::Text),
    column("role", AuditedColumnType::Text),
    column("name", AuditedColumnType::Text),
    column("place", AuditedColumnType::Text),
    column("suspended", AuditedColumnType::Truth),
    column("created_at", AuditedColumnType::Number),
];

const DEVICES: [AuditedColumn; 8] = [
    column("device_id", AuditedColumnType::Text),
    column("party_id", AuditedColumnType::Text),
    column("label", AuditedColumnType::Text),
    column("created_at", AuditedColumnType::Number),
    column("revoked_at", AuditedColumnType::Number),
    column("photos_released_at", AuditedColumnType::Number),
    column("duty", AuditedColumnType::Text),
    column("kind", AuditedColumnType::Text),
];

const CERTIFICATES: [AuditedColumn; 9] = [
    column("sha256", AuditedColumnType::Bytes),
    column("device_id", AuditedColumnType::Text),
    column("serial", AuditedColumnType::Bytes),
    column("not_before", AuditedColumnType::Number),
    column("not_after", AuditedColumnType::Number),
    column("number", AuditedColumnType::Number),
    // Written at the first use of the certificate, without a row of the log.
    undigested_column("first_used_at", AuditedColumnType::Number),
    column("foreign_authority", AuditedColumnType::Truth),
    column("spki_sha256", AuditedColumnType::Bytes),
];

const BOUND_KEYS: [AuditedColumn; 3] = [
    column("spki_sha256", AuditedColumnType::Bytes),
    column("device_id", AuditedColumnType::Text),
    column("bound_at", AuditedColumnType::Number),
];

const INVITATIONS: [AuditedColumn; 12] = [
    column("lookup_id", AuditedColumnType::Bytes),
    column("device_id", AuditedColumnType::Text),
    column("number", AuditedColumnType::Number),
    column("state", AuditedColumnType::Text),
    // The sweep erases it after the expiry of the invitation, without a row of the log. It is sealed with the key file.
    undigested_column("sealed_proof_key", AuditedColumnType::Bytes),
    column("created_at", AuditedColumnType::Number),
    column("expires_at", AuditedColumnType::Number),
    column("wrong_tries", AuditedColumnType::Number),
    column("spki_sha256", AuditedColumnType::Bytes),
    column("requested_at", AuditedColumnType::Number),
    column("approved_at", AuditedColumnType::Number),
    column("spent_at", AuditedColumnType::Number),
];

const PHOTOS: [AuditedColumn; 22] = [
    column("photo_id", AuditedColumnType::Text),
    column("studio_id", AuditedColumnType::Text),
    column("device_id", AuditedColumnType::Text),
    column("epoch", AuditedColumnType::Number),
    column("state", AuditedColumnType::Text),
    column("kept", AuditedColumnType::Truth),
    column("request_id", AuditedColumnType::Bytes),
    column("lookup_id", AuditedColumnType::Bytes),
    column("tombstone_id", AuditedColumnType::Bytes),
    column("width", AuditedColumnType::Number),
    column("height", AuditedColumnType::Number),
    column("bytes", AuditedColumnType::Number),
    column("profile", AuditedColumnType::Text),
    column("findings", AuditedColumnType::Text),
    column("deposited_at", AuditedColumnType::Number),
    column("expires_at", AuditedColumnType::Number),
    column("settled_at", AuditedColumnType::Number),
    column("refusal_reason", AuditedColumnType::Text),
    column("refusal_note", AuditedColumnType::Text),
    column("collection_id", AuditedColumnType::Text),
    // One row of the log can set or release the quarantine of all photos, so it is replayed instead.
    undigested_column("held_back_since", AuditedColumnType::Number),
    column(ENVELOPE_SHA256, AuditedColumnType::Bytes),
];

const COLLECTIONS: [AuditedColumn; 11] = [
    column("collection_id", AuditedColumnType::Text),
    column("photo_id", AuditedColumnType::Text),
    column("office_id", AuditedColumnType::Text),
    column("device_id", AuditedColumnType::Text),
    column("state", AuditedColumnType::Text),
    column("leased_at", AuditedColumnType::Number),
    column("lease_until", AuditedColumnType::Number),
    column("handed_over_at", AuditedColumnType::Number),
    column("settle_due", AuditedColumnType::Number),
    column("settled_at", AuditedColumnType::Number),
    column("kept_until", AuditedColumnType::Number),
];

/// The photo of a row's collection, which is in the table of collections.
pub const PHOTO_OF_COLLECTION: &str = "photo_id";

const COLLECTION_DEVICES: [AuditedColumn; 7] = [
    column("collection_id", AuditedColumnType::Text),
    column("device_id", AuditedColumnType::Text),
    column(PHOTO_OF_COLLECTION, AuditedColumnType::Text),
    column("code_shown_at", AuditedColumnType::Number),
    column("handed_over_at", AuditedColumnType::Number),
    // Not each repeated hand-over has a row of the log.
    undigested_column("hand_overs", AuditedColumnType::Number),
    column("hand_over_logged_at", AuditedColumnType::Number),
];

impl AuditedTable {
    /// The name in SQL.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// All columns, in the order in which the schema grew.
    pub const fn columns(self) -> &'static [AuditedColumn] {
        match self {
            Self::Parties => &PARTIES,
            Self::Devices => &DEVICES,
            Self::Certificates => &CERTIFICATES,
            Self::BoundKeys => &BOUND_KEYS,
            Self::Invitations => &INVITATIONS,
            Self::Photos => &PHOTOS,
            Self::Collections => &COLLECTIONS,
            Self::CollectionDevices => &COLLECTION_DEVICES,
        }
    }

    /// The column with the time of the row's creation; for certificates the start of their validity.
    pub const fn creation_column(self) -> &'static str {
        match self {
            Self::Parties | Self::Devices | Self::Invitations => "created_at",
            Self::Certificates => "not_before",
            Self::BoundKeys => "bound_at",
            Self::Photos => "deposited_at",
            Self::Collections => "leased_at",
            Self::CollectionDevices => "code_shown_at",
        }
    }

    /// Number of columns of the primary key, which come first.
    pub const fn key_columns(self) -> usize {
        match self {
            Self::CollectionDevices => 2,
            _ => 1,
        }
    }

    /// True if its rows belong to photos, which are compared in partitions.
    pub const fn is_of_photos(self) -> bool {
        matches!(self, Self::Photos | Self::Collections | Self::CollectionDevices)
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn photos_have_collections_and_their_devices() {
        let of_photos: Vec<_> = AuditedTable::VARIANTS.iter().filter(|table| table.is_of_photos()).collect();
        let expected = [&AuditedTable::Photos, &AuditedTable::Collections, &AuditedTable::CollectionDevices];
        assert_eq!(of_photos, expected);
    }

    /// Pages of a table end within a collection, too.
    #[test]
    fn the_key_of_a_collections_device_is_both_identifiers() {
        let names = |table: AuditedTable| -> Vec<_> {
            table.columns()[..table.key_columns()].iter().map(|column| column.name).collect()
        };
        assert_eq!(names(AuditedTable::Collections), ["collection_id"]);
        assert_eq!(names(AuditedTable::CollectionDevices), ["collection_id", "device_id"]);
    }
}
