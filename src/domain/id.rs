//! Identifiers: UUIDs of version 7 (RFC 9562), with one type for each kind of record, so that they cannot be confused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::digest::Sha256Digest;
use crate::clock::Timestamp;
use crate::entropy::{Entropy, EntropyError, random_bytes};

macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Generates an identifier that sorts by `now`.
            ///
            /// # Errors
            /// [`EntropyError`] when the source of randomness fails.
            pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
                generate(now, entropy).map(Self)
            }

            /// The smallest identifier that can be generated at this moment.
            pub fn first_at(at: Timestamp) -> Self {
                Self(identifier_at(at, &[0; 10]))
            }

            /// The last six characters, for pages and papers. They are random, so two identifiers of one day at one counter hardly ever
            /// have the same ones.
            pub fn short(&self) -> String {
                let [.., first, second, third] = *self.0.as_bytes();
                format!("{first:02x}{second:02x}{third:02x}")
            }

            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                // Only one spelling is valid, so that logs can be searched.
                let uuid = Uuid::try_parse(text).map_err(|_| IdError)?;
                if text.len() == 36 { Ok(Self(uuid)) } else { Err(IdError) }
            }
        }
    };
}

identifier!(
    /// A photo, from deposit to tombstone.
    PhotoId
);
identifier!(
    /// A studio or an office.
    PartyId
);
identifier!(
    /// One computer of a studio or office.
    DeviceId
);
identifier!(
    /// One collection of a photo by an office.
    CollectionId
);
identifier!(
    /// An event for the program of a studio or an office.
    EventId
);

impl EventId {
    /// The identifier that a digest gives, so that it can be computed again.
    pub fn of_digest(at: Timestamp, digest: &Sha256Digest) -> Self {
        Self(identifier_at(at, &std::array::from_fn(|place| digest.as_bytes()[place])))
    }
}

/// The text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected a UUID such as 0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e")]
pub struct IdError;

fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Uuid, EntropyError> {
    Ok(identifier_at(now, &random_bytes(entropy)?))
}

fn identifier_at(at: Timestamp, random: &[u8; 10]) -> Uuid {
    let milliseconds = u64::try_from(at.unix_milliseconds()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(milliseconds, random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_form_is_the_end_of_the_long_one() {
        let id: PhotoId = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b0c9d0e".parse().unwrap();
        assert_eq!(id.short(), "0c9d0e");
        assert!(id.to_string().ends_with(&id.short()));
    }
}
