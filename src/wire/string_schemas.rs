//! Schemas of the values that JSON has as strings, for the API description.

use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, EventId, PartyId, PhotoId};

macro_rules! string_schemas {
    ($($type:ident: $format:expr, $pattern:expr, $description:literal;)*) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                let format: Option<&str> = $format;
                let pattern: Option<&str> = $pattern;
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(format.map(|format| SchemaFormat::Custom(format.to_owned())))
                    .pattern(pattern)
                    .description(Some($description))
                    .into()
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($type))
            }
        }
    )*};
}

string_schemas! {
    Timestamp: Some("date-time"), None, "Moment in UTC (RFC 3339), in milliseconds.";
    PhotoId: Some("uuid"), None, "Identifier of a photo.";
    CollectionId: Some("uuid"), None, "Identifier of a collection.";
    DeviceId: Some("uuid"), None, "Identifier of a device.";
    PartyId: Some("uuid"), None, "Identifier of a studio or an office.";
    EventId: Some("uuid"), None, "Identifier of an event.";
    Sha256Digest: None, Some("^[0-9a-f]{64}$"), "SHA-256 digest in hexadecimal.";
}
