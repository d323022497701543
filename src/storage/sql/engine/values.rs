//! Values of parameters and columns, and their conversion from and to types of the program.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};

use crate::clock::Timestamp;
use crate::domain::code::lookup::{LookupId, TombstoneId};
use crate::domain::digest::Sha256Digest;
use crate::domain::event::EventKind;
use crate::domain::id::{CollectionId, DeviceId, EventId, PartyId, PhotoId};
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::invitation::{InvitationLookupId, InvitationState};
use crate::domain::party::{DeviceScope, Role};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::storage::error::StoreError;

/// A value of one of the column types that both databases have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::storage::sql) enum SqlValue {
    Text(Option<String>),
    /// PostgreSQL has no other integers that SQLite has too.
    Number(Option<i64>),
    Bytes(Option<Vec<u8>>),
    Truth(Option<bool>),
}

/// The values of a statement's parameters, in the order of `$1`, `$2`, …
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        {
            use $crate::storage::sql::engine::values::ToSql as _;
            [$($value.to_sql()),*]
        }
    };
}
pub(in crate::storage::sql) use params;

/// A type that the drivers of both databases encode and decode.
pub(in crate::storage::sql) trait DriverType:
    for<'v> Encode<'v, Sqlite>
    + for<'v> Encode<'v, Postgres>
    + for<'r> Decode<'r, Sqlite>
    + for<'r> Decode<'r, Postgres>
    + Type<Sqlite>
    + Type<Postgres>
{
    fn into_value(value: Option<Self>) -> SqlValue;
}

/// A type that columns hold, in the form of a [`DriverType`].
pub(in crate::storage::sql) trait SqlType: Sized {
    type Stored: DriverType;

    fn to_stored(&self) -> Self::Stored;

    /// `None` if this program never writes such a value.
    fn from_stored(stored: Self::Stored) -> Option<Self>;
}

/// A value that can be bound to a parameter.
pub(in crate::storage::sql) trait ToSql {
    fn to_sql(&self) -> SqlValue;
}

/// A row of either database.
pub(in crate::storage::sql) enum DatabaseRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl DatabaseRow {
    pub(in crate::storage::sql) fn get<T: FromSql>(&self, column: &str) -> Result<T, StoreError> {
        T::from_sql(self, column)
    }

    fn decode<'r, T>(&'r self, column: &str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => sqlx::Row::try_get(row, column)?,
            Self::Postgres(row) => sqlx::Row::try_get(row, column)?,
        })
    }
}

/// A value that can be read from a column.
pub(in crate::storage::sql) trait FromSql: Sized {
    /// [`StoreError::Damaged`] if the column holds another kind of value.
    fn from_sql(row: &DatabaseRow, column: &str) -> Result<Self, StoreError>;
}

impl<T: SqlType> ToSql for T {
    fn to_sql(&self) -> SqlValue {
        DriverType::into_value(Some(self.to_stored()))
    }
}

impl<T: SqlType> ToSql for Option<T> {
    fn to_sql(&self) -> SqlValue {
        DriverType::into_value(self.as_ref().map(SqlType::to_stored))
    }
}

impl ToSql for str {
    fn to_sql(&self) -> SqlValue {
        SqlValue::Text(Some(self.to_owned()))
    }
}

impl ToSql for [u8] {
    fn to_sql(&self) -> SqlValue {
        SqlValue::Bytes(Some(self.to_owned()))
    }
}

impl<T: SqlType> FromSql for T {
    fn from_sql(row: &DatabaseRow, column: &str) -> Result<Self, StoreError> {
        from_stored(column, row.decode(column)?)
    }
}

impl<T: SqlType> FromSql for Option<T> {
    fn from_sql(row: &DatabaseRow, column: &str) -> Result<Self, StoreError> {
        row.decode::<Option<T::Stored>>(column)?.map(|stored| from_stored(column, stored)).transpose()
    }
}

fn from_stored<T: SqlType>(column: &str, stored: T::Stored) -> Result<T, StoreError> {
    T::from_stored(stored).ok_or_else(|| StoreError::Damaged(format!("column {column}: unexpected value")))
}

/// Implements [`SqlType`] for types in a column of type `$stored`.
macro_rules! sql_types {
    ($stored:ty, $to_stored:expr, $from_stored:expr; $($type:ty),+) => {
        $(impl SqlType for $type {
            type Stored = $stored;

            fn to_stored(&self) -> $stored {
                ($to_stored)(self)
            }

            fn from_stored(stored: $stored) -> Option<Self> {
                ($from_stored)(stored)
            }
        })+
    };
}

/// Implements [`DriverType`] and [`SqlType`] for a type that is stored as it is.
macro_rules! driver_type {
    ($type:ty, $variant:ident) => {
        impl DriverType for $type {
            fn into_value(value: Option<Self>) -> SqlValue {
                SqlValue::$variant(value)
            }
        }

        sql_types!($type, Clone::clone, Some; $type);
    };
}

driver_type!(String, Text);
driver_type!(i64, Number);
driver_type!(Vec<u8>, Bytes);
driver_type!(bool, Truth);
sql_types!(i64, |number: &Self| i64::from(*number), |stored| Self::try_from(stored).ok(); u32);
sql_types!(i64, |number: &Self| i64::try_from(*number).unwrap_or(i64::MAX), |stored| Self::try_from(stored).ok(); u64);
sql_types!(i64, |time: &Self| time.unix_milliseconds(), |stored| Some(Self::from_unix_milliseconds(stored)); Timestamp);
sql_types!(Vec<u8>, |bytes: &Self| bytes.to_vec(), |stored: Vec<u8>| stored.try_into().ok(); [u8; 32]);
sql_types!(
    Vec<u8>, |digest: &Self| digest.as_bytes().to_vec(), |stored: Vec<u8>| Some(Self::from_bytes(stored.try_into().ok()?));
    Sha256Digest, LookupId, TombstoneId, InvitationLookupId
);
sql_types!(
    String, ToString::to_string, |stored: String| stored.parse().ok();
    CollectionId, DeviceId, EventId, PartyId, PhotoId
);
sql_types!(
    String, |value: &Self| value.name().to_owned(), |stored: String| stored.parse().ok();
    CollectionState, DeviceKind, DeviceScope, EventKind, InvitationState, PhotoState, Role
);
