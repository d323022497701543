//! The signature of a backup's manifest: the gateway's audit key, ECDSA in DER in a file beside it, so that
//! `openssl dgst -sha256 -verify audit.pub -signature backup.sig backup.json` reads it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest;
use super::manifest::{FORMAT, Manifest};
use crate::cli::gateway::command_error::CommandError;
use crate::domain::digest::Sha256Digest;
use crate::identity::signing::checkpoint_key::{CheckpointKey, CheckpointVerifier};
use crate::server::checkpoint_signer::read_checkpoint_key;

pub(in crate::cli::gateway) const FILE_NAME: &str = "backup.sig";

/// Larger than any file of a backup but the database: keys, certificates, revocation lists.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a file of a backup, of which nothing is known yet: a regular file of a size that fits into memory.
///
/// # Errors
/// The system's error; `InvalidData` for anything else than such a file.
pub(in crate::cli::gateway) fn read_regular(file: &Path) -> io::Result<Vec<u8>> {
    // Asked before it is opened: a named pipe would wait for a writer for ever.
    let found = fs::metadata(file)?;
    if !found.is_file() || found.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file, or far too large"));
    }
    let mut bytes = Vec::new();
    fs::File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The audit key of a gateway.
pub(super) fn signing_key(file: &Path) -> Result<CheckpointKey, CommandError> {
    if !file.exists() {
        return Err(CommandError::plain(format!(
            "{} is not there, the key that signs backups: start the gateway once, which makes it where there never was one; or \
             copy it from another node or from a backup of the keys; or make a backup that is not signed with --unsigned",
            file.display()
        )));
    }
    Ok(read_checkpoint_key(file)?)
}

/// A manifest as it lies in a folder: no signature has been verified yet.
pub(in crate::cli::gateway) struct SignedManifest {
    folder: PathBuf,
    text: Vec<u8>,
    signature: Option<Vec<u8>>,
}

impl SignedManifest {
    pub(in crate::cli::gateway) fn read(folder: &Path) -> Result<Self, CommandError> {
        let file = folder.join(manifest::FILE_NAME);
        let text = read_regular(&file).map_err(|error| {
            let shown = file.display();
            CommandError::new(
                format!("cannot read {shown}: name a folder that `lichtbild-gateway backup` has made"),
                error,
            )
        })?;
        let file = folder.join(FILE_NAME);
        let signature = match read_regular(&file) {
            Ok(signature) => Some(signature),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(CommandError::new(format!("cannot read {}: check its mode", file.display()), error));
            }
        };
        Ok(Self { folder: folder.to_owned(), text, signature })
    }

    /// The manifest, believed or not: good for finding the key that it is verified with, and for telling why it is refused.
    pub(in crate::cli::gateway) fn parse_unverified(&self) -> Result<Manifest, CommandError> {
        Manifest::parse(&self.folder.join(manifest::FILE_NAME), &self.text)
    }

    pub(in crate::cli::gateway) fn is_signed(&self) -> bool {
        self.signature.is_some()
    }

    /// The manifest, its signature being good.
    pub(in crate::cli::gateway) fn verify(&self, verifier: &CheckpointVerifier) -> Result<Manifest, CommandError> {
        let folder = self.folder.display();
        let Some(signature) = &self.signature else {
            return Err(CommandError::plain(format!(
                "{folder} is not signed: an older version made it, or somebody took its {FILE_NAME} away; if you know in whose hands it \
                 has been, --unsigned takes it as it is"
            )));
        };
        if let Err(error) = verifier.verify_document(FORMAT, &self.text, signature) {
            let stated = self.parse_unverified().ok().and_then(|manifest| manifest.key);
            let own = verifier.sha256();
            return Err(CommandError::plain(match stated {
                Some(key) if key != own => format!(
                    "{folder} is signed with another key (SHA-256 {key}) than the one it is to be verified with (SHA-256 {own}): one of \
                     the two is another gateway's, or forged; the audit.pub of the gateway that made it can be given with --audit-key"
                ),
                _ => format!(
                    "the signature of {folder} is wrong ({error}): {} is not as it was written; take another backup",
                    manifest::FILE_NAME
                ),
            }));
        }
        let manifest = self.parse_unverified()?;
        match &manifest.database {
            Some(database) if database.sha256.is_none() => Err(CommandError::plain(format!(
                "{folder} has no digest of its database: this is no backup of this program"
            ))),
            _ => Ok(manifest),
        }
    }
}

/// Copies a file of any size; its SHA-256.
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
