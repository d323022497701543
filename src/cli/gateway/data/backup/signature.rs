//! The signature of a backup's manifest with the gateway's audit key: ECDSA in DER, in a file beside it, so that
//! `openssl dgst -sha256 -verify audit.pub -signature backup.sig backup.json` reads it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest;
use super::manifest::{FORMAT, Manifest};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::domain::digest::Sha256Digest;
use crate::identity::signing::checkpoint_key::{CheckpointKey, CheckpointVerifier};
use crate::server::checkpoint_signer::read_checkpoint_key;

pub(in crate::cli::gateway) const FILE_NAME: &str = "backup.sig";

/// Larger than any file of a backup except the database: keys, certificates, revocation lists.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a file of an unverified backup: it must be a regular file of a size that fits into memory.
///
/// # Errors
/// The system's error; `InvalidData` for another kind of file.
pub(in crate::cli::gateway) fn read_regular(file: &Path) -> io::Result<Vec<u8>> {
    // Checked before it is opened: a named pipe would wait for a writer for ever.
    let found = fs::metadata(file)?;
    if !found.is_file() || found.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file, or far too large"));
    }
    let mut bytes = Vec::new();
    fs::File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn signing_key(file: &Path) -> Result<CheckpointKey, CommandError> {
    if !file.exists() {
        return Err(CommandError::plain(phrase!("gateway-signature-no-key", file = file.display())));
    }
    Ok(read_checkpoint_key(file)?)
}

/// A manifest whose signature has not been verified yet.
pub(in crate::cli::gateway) struct SignedManifest {
    folder: PathBuf,
    text: Vec<u8>,
    signature: Option<Vec<u8>>,
}

impl SignedManifest {
    pub(in crate::cli::gateway) fn read(folder: &Path) -> Result<Self, CommandError> {
        let file = folder.join(manifest::FILE_NAME);
        let text = read_regular(&file)
            .map_err(|error| CommandError::new(phrase!("gateway-signature-no-backup", file = file.display()), error))?;
        let file = folder.join(FILE_NAME);
        let signature = match read_regular(&file) {
            Ok(signature) => Some(signature),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(CommandError::new(phrase!("gateway-signature-unreadable", file = file.display()), error));
            }
        };
        Ok(Self { folder: folder.to_owned(), text, signature })
    }

    /// Parses the manifest without a proof: enough to find the key that it is verified with, and to explain a refusal.
    pub(in crate::cli::gateway) fn parse_unverified(&self) -> Result<Manifest, CommandError> {
        Manifest::parse(&self.folder.join(manifest::FILE_NAME), &self.text)
    }

    pub(in crate::cli::gateway) fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// Parses the manifest if its signature is good.
    pub(in crate::cli::gateway) fn verify(&self, verifier: &CheckpointVerifier) -> Result<Manifest, CommandError> {
        let folder = self.folder.display().to_string();
        let Some(signature) = &self.signature else {
            return Err(CommandError::plain(phrase!("gateway-signature-missing", folder = folder, file = FILE_NAME)));
        };
        if let Err(error) = verifier.verify_document(FORMAT, &self.text, signature) {
            let stated = self.parse_unverified().ok().and_then(|manifest| manifest.key);
            let own = verifier.sha256();
            return Err(CommandError::plain(match stated {
                Some(key) if key != own => {
                    phrase!("gateway-signature-other-key", folder = folder, key = key, own = own)
                }
                _ => phrase!("gateway-signature-wrong", folder = folder, file = manifest::FILE_NAME, error = error),
            }));
        }
        let manifest = self.parse_unverified()?;
        match &manifest.database {
            Some(database) if database.sha256.is_none() => {
                Err(CommandError::plain(phrase!("gateway-signature-no-digest", folder = folder)))
            }
            _ => Ok(manifest),
        }
    }
}

/// Copies a file of any size and returns its SHA-256.
pub(in crate::cli::gateway) fn copy_with_digest(from: &mut impl Read, to: &mut impl Write) -> io::Result<Sha256Digest> {
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1024 * 1024]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(Sha256Digest::from_bytes(hasher.finalize().into()));
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}
