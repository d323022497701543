//! The gateway's secrets, in one file outside the database.

use std::fmt;
use std::time::Duration;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::hkdf::hkdf_32;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::entropy::{Entropy, EntropyError, random_bytes};

/// A 256-bit secret; wiped on drop, hidden from `Debug`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    fn random(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        random_bytes(entropy).map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    fn from_hex(text: &str) -> Option<Self> {
        let mut secret = Self([0; 32]);
        hex::decode_to_slice(text, &mut secret.0).ok()?;
        Some(secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A key that enters every seal made in its month. It is destroyed when no photo of that month can exist any more; after that
/// nothing opens those photos in a backup, not even the codes.
#[derive(Debug, Clone)]
pub struct Epoch {
    /// Stored with each photo; months since year 0.
    pub number: u32,
    /// First moment of its month, UTC.
    pub begins_at: Timestamp,
    pub(super) key: Secret,
}

/// All secrets that the gateway needs to issue codes and open seals.
#[derive(Debug, Clone)]
pub struct KeyFile {
    pub(super) issuing_key: Secret,
    pub(super) pepper: Secret,
    epochs: Vec<Epoch>,
}

/// Epoch keys are made in advance, so that all nodes can share one file that does not change.
const EPOCHS_AHEAD_MONTHS: u32 = 120;

impl KeyFile {
    /// New secrets, with epoch keys for the next ten years.
    ///
    /// # Errors
    /// [`EntropyError`] when the source of randomness fails.
    pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let first = month_number(now);
        let epochs = (first..first + EPOCHS_AHEAD_MONTHS)
            .map(|number| Ok(Epoch { number, begins_at: month_start(number), key: Secret::random(entropy)? }))
            .collect::<Result<_, EntropyError>>()?;
        Ok(Self { issuing_key: Secret::random(entropy)?, pepper: Secret::random(entropy)?, epochs })
    }

    /// The epoch whose key seals photos at `now`; `None` if `now` is before the first epoch or after the last.
    pub fn epoch_at(&self, now: Timestamp) -> Option<&Epoch> {
        let epoch = self.epochs.iter().rev().find(|epoch| epoch.begins_at <= now)?;
        (now < month_start(epoch.number + 1)).then_some(epoch)
    }

    /// The epoch with this number; `None` once it has been destroyed.
    pub fn epoch(&self, number: u32) -> Option<&Epoch> {
        self.epochs.iter().find(|epoch| epoch.number == number)
    }

    pub fn epochs_end_at(&self) -> Option<Timestamp> {
        self.epochs.last().map(|epoch| month_start(epoch.number + 1))
    }

    pub fn oldest_epoch(&self) -> Option<u32> {
        self.epochs.first().map(|epoch| epoch.number)
    }

    /// Digest that binds the store to this key file, so that it is not used with another gateway's keys. No key can be derived from it.
    pub fn fingerprint(&self) -> Sha256Digest {
        let (salt, input) = (self.issuing_key.as_bytes(), self.pepper.as_bytes());
        Sha256Digest::from_bytes(hkdf_32(salt, input, "lichtbild/fingerprint/v1"))
    }

    /// The file without the epochs whose photos are all erased at `now`; `None` if there is no such epoch. Epochs from
    /// `oldest_in_use` on stay at any time, and so does the last one.
    pub fn without_expired_epochs(
        &self,
        now: Timestamp,
        longest_retention: Duration,
        oldest_in_use: Option<u32>,
    ) -> Option<Self> {
        let last = self.epochs.last()?.number;
        let may_be_in_use = |epoch: &&Epoch| {
            epoch.number == last
                || oldest_in_use.is_some_and(|oldest| epoch.number >= oldest)
                || month_start(epoch.number + 1) + longest_retention > now
        };
        let epochs: Vec<_> = self.epochs.iter().filter(may_be_in_use).cloned().collect();
        (epochs.len() < self.epochs.len()).then(|| Self { epochs, ..self.clone() })
    }

    /// # Errors
    /// The serializer's error.
    pub fn to_toml(&self) -> Result<Zeroizing<String>, toml::ser::Error> {
        let written = KeyFileToml {
            version: VERSION,
            issuing_key: self.issuing_key.to_hex(),
            pepper: self.pepper.to_hex(),
            epoch: self
                .epochs
                .iter()
                .map(|epoch| EpochToml { number: epoch.number, key: epoch.key.to_hex() })
                .collect(),
        };
        let body = Zeroizing::new(toml::to_string(&written)?);
        Ok(Zeroizing::new(format!("{HEADER}{}", body.as_str())))
    }

    /// Reads the form that [`KeyFile::to_toml`] writes.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn parse(text: &str) -> Result<Self, KeyFileError> {
        let written: KeyFileToml = toml::from_str(text).map_err(|_| KeyFileError::NotAKeyFile)?;
        if written.version != VERSION {
            return Err(KeyFileError::Version { found: written.version });
        }
        let secret = |text: &str| Secret::from_hex(text).ok_or(KeyFileError::NotAKeyFile);
        let mut epochs = written
            .epoch
            .iter()
            .map(|epoch| {
                Ok(Epoch { number: epoch.number, begins_at: month_start(epoch.number), key: secret(&epoch.key)? })
            })
            .collect::<Result<Vec<_>, KeyFileError>>()?;
        epochs.sort_by_key(|epoch| epoch.number);
        Ok(Self { issuing_key: secret(&written.issuing_key)?, pepper: secret(&written.pepper)?, epochs })
    }
}

/// The text is not a key file that this program can use. The message contains nothing from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("not a key file, or damaged: restore it from the backup of the key file")]
    NotAKeyFile,
    #[error("key file version {found}, this program reads version {VERSION}: use the matching program")]
    Version { found: u32 },
}

const VERSION: u32 = 1;

const HEADER: &str = "\
# The secrets of this Lichtbild gateway. Whoever has this file AND the database AND a citizen's code can open that photo;
# without this file no photo can be opened any more. Keep one copy away from the database and its backups.
# Epoch keys are removed by the gateway itself when no photo of their month is left.
";

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct KeyFileToml {
    version: u32,
    issuing_key: String,
    pepper: String,
    epoch: Vec<EpochToml>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct EpochToml {
    number: u32,
    key: String,
}

fn month_number(moment: Timestamp) -> u32 {
    let utc = moment.to_utc();
    // Timestamps lie in the years 1970 to 9999.
    u32::from(utc.year().unsigned_abs()) * 12 + u32::from(utc.month().unsigned_abs()) - 1
}

/// The first moment of an epoch's month, UTC.
pub fn month_start(number: u32) -> Timestamp {
    let year = i16::try_from(number / 12).unwrap_or(i16::MAX);
    let month = i8::try_from(number % 12 + 1).unwrap_or(i8::MAX);
    // The calendar ends with the year 9999.
    Timestamp::from_utc(DateTime::new(year, month, 1, 0, 0, 0, 0).unwrap_or(DateTime::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const NOVEMBER_2026: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const DAY: Duration = Duration::from_secs(86_400);

    fn keys() -> KeyFile {
        KeyFile::generate(NOVEMBER_2026, &SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn a_key_file_survives_its_text() {
        let read = KeyFile::parse(&keys().to_toml().unwrap()).unwrap();
        assert_eq!(read.pepper, keys().pepper);
        assert_eq!(read.issuing_key, keys().issuing_key);
        assert_eq!(read.epochs.len(), 120);
        assert_eq!(read.epoch_at(NOVEMBER_2026).unwrap().key, keys().epoch_at(NOVEMBER_2026).unwrap().key);
    }

    #[test]
    fn damaged_key_files_are_refused() {
        let text = keys().to_toml().unwrap();
        assert_eq!(KeyFile::parse("").unwrap_err(), KeyFileError::NotAKeyFile);
        assert_eq!(
            KeyFile::parse(&text.replace("version = 1", "version = 9")).unwrap_err(),
            KeyFileError::Version { found: 9 }
        );
        assert_eq!(KeyFile::parse(&text[..text.len() - 20]).unwrap_err(), KeyFileError::NotAKeyFile);
    }

    #[test]
    fn an_epoch_lasts_a_month_and_the_last_one_ends() {
        let keys = keys();
        let first = keys.epoch_at(NOVEMBER_2026).unwrap().number;
        assert_eq!(keys.epoch_at(NOVEMBER_2026 + 20 * DAY).unwrap().number, first + 1);
        assert!(keys.epoch_at(NOVEMBER_2026 - 30 * DAY).is_none());
        assert_eq!(keys.epochs_end_at().unwrap().to_string(), "2036-11-01T00:00:00.000Z");
        assert!(keys.epoch_at(keys.epochs_end_at().unwrap()).is_none());
    }

    #[test]
    fn expired_epochs_are_destroyed_and_no_others() {
        let keys = keys();
        let retention = 396 * DAY;
        assert!(keys.without_expired_epochs(NOVEMBER_2026 + 400 * DAY, retention, None).is_none());
        let in_use = Some(keys.epochs[0].number);
        assert!(keys.without_expired_epochs(NOVEMBER_2026 + 420 * DAY, retention, in_use).is_none());
        let later = keys.without_expired_epochs(NOVEMBER_2026 + 420 * DAY, retention, None).unwrap();
        assert!(later.epoch(keys.epochs[0].number).is_none());
        assert_eq!(later.epochs.len(), 119);
        assert!(later.epoch_at(NOVEMBER_2026 + 420 * DAY).is_some());
    }

    #[test]
    fn a_wrong_clock_never_destroys_the_last_epoch() {
        let centuries = keys().without_expired_epochs(NOVEMBER_2026 + 365_000 * DAY, DAY, None).unwrap();
        assert_eq!(centuries.epochs.len(), 1);
    }

    #[test]
    fn a_fingerprint_is_one_key_files_own() {
        let other = KeyFile::generate(NOVEMBER_2026, &SeededEntropy::new(2)).unwrap();
        assert_eq!(keys().fingerprint(), keys().fingerprint());
        assert_ne!(keys().fingerprint(), other.fingerprint());
    }

    #[test]
    fn debug_output_holds_no_key() {
        let text = format!("{:?}", keys());
        assert!(!text.contains(&keys().pepper.to_hex()[..8]));
    }
}
