//! `device add --office … --certificate FILE` and `--spki WHICH`: a device whose certificate was issued elsewhere

use std::fs;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::new_device::NewDevice;
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::Device;
use crate::entropy::OsEntropy;
use crate::identity::certificate::{
    CertificateFacts, certificates_from_pem, group_fingerprint, parse_fingerprint, read_certificate,
};
use crate::identity::pem;
use crate::storage::requests::{Binding, CertificateRecord};

/// Certificate or key by which the gateway knows the device.
#[derive(Args)]
#[group(multiple = false)]
pub(super) struct ExternalCertificateArguments {
    /// The device brings this certificate, issued by one of the [[office_authorities]] (PEM or DER): nothing is issued here. A
    /// renewed certificate has to be bound anew.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["studio", "csr", "out"])]
    certificate: Option<std::path::PathBuf>,
    /// The same by its key, so that a renewal with the same key goes on working: a certificate, a public key (PEM), or the SHA-256
    /// of its SubjectPublicKeyInfo in hexadecimal.
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["studio", "csr", "out"])]
    spki: Option<String>,
}

/// Output of the command: the bound device.
#[derive(Serialize)]
struct BoundDevice {
    device_id: DeviceId,
    party_id: PartyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_sha256: Option<Sha256Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_sha256: Option<Sha256Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl ExternalCertificateArguments {
    /// Reads the certificate or key to bind; `None` if neither argument was given.
    pub(super) fn binding(&self) -> Result<Option<Binding>, CommandError> {
        match (&self.certificate, &self.spki) {
            (Some(file), _) => Ok(Some(Binding::Certificate(certificate(file)?))),
            (None, Some(which)) => Ok(Some(Binding::Key(key(which)?))),
            (None, None) => Ok(None),
        }
    }
}

/// Makes the device known.
pub(super) async fn bind_device(
    context: AdminContext,
    NewDevice { party: office, label, scope, kind }: &NewDevice<'_>,
    binding: &Binding,
    json: bool,
) -> Result<(), CommandError> {
    if context.config.office_authorities.is_empty() {
        return Err(CommandError::plain(
            "no foreign authority is trusted, so that the certificate would open nothing: add [[office_authorities]] to the \
             configuration and start the gateway anew, then add the device",
        ));
    }
    let now = SystemClock.now();
    let device = Device {
        device_id: DeviceId::generate(now, &OsEntropy)
            .map_err(|error| CommandError::new("no identifier could be made: try again", error))?,
        party_id: office.party_id,
        label: (*label).to_owned(),
        scope: *scope,
        kind: *kind,
        created_at: now,
        revoked_at: None,
        certificate_expires_at: None,
    };
    context.administration().bind_device(&device, binding).await?;
    context.close().await;
    let (certificate, key_sha256) = match binding {
        Binding::Certificate(certificate) => (Some(certificate), None),
        Binding::Key(key) => (None, Some(*key)),
    };
    let bound = BoundDevice {
        device_id: device.device_id,
        party_id: device.party_id,
        certificate_sha256: certificate.map(|certificate| certificate.sha256),
        key_sha256,
        expires_at: certificate.map(|certificate| certificate.not_after),
    };
    if json {
        return print_json(&serde_json::json!(bound));
    }
    print(format!("device       {}", bound.device_id))?;
    if let Some(sha256) = bound.certificate_sha256 {
        print(format!("certificate  {}", group_fingerprint(&sha256)))?;
    }
    if let Some(key) = bound.key_sha256 {
        print(format!("key          {}", group_fingerprint(&key)))?;
    }
    if let Some(end) = bound.expires_at {
        print(format!("valid until  {}", local_time(end)))?;
    }
    Ok(())
}

fn certificate(file: &Path) -> Result<CertificateRecord, CommandError> {
    let facts = certificate_facts(&read(file)?)
        .ok_or_else(|| CommandError::plain(format!("{}: give one X.509 certificate, in PEM or DER", file.display())))?;
    if facts.not_after <= SystemClock.now() {
        return Err(CommandError::plain(format!(
            "{}: it ended on {}: bring a valid one",
            file.display(),
            local_time(facts.not_after)
        )));
    }
    Ok(CertificateRecord {
        sha256: facts.sha256,
        serial: facts.serial.as_bytes().to_vec(),
        not_before: facts.not_before,
        not_after: facts.not_after,
        key: Some(facts.spki_sha256),
    })
}

/// The digest of a key: written out, or of a file that holds the key or a certificate for it.
fn key(which: &str) -> Result<Sha256Digest, CommandError> {
    if let Some(digest) = parse_fingerprint(which) {
        return Ok(digest);
    }
    let bytes = read(Path::new(which))?;
    if let Some(facts) = certificate_facts(&bytes) {
        return Ok(facts.spki_sha256);
    }
    let public_key = std::str::from_utf8(&bytes).ok().and_then(|text| pem::decode_one("PUBLIC KEY", text));
    public_key.map(|der| Sha256Digest::of(&der)).ok_or_else(|| {
        CommandError::plain(format!(
            "{which}: give a certificate, a public key (-----BEGIN PUBLIC KEY-----), or 64 hexadecimal digits"
        ))
    })
}

/// The first certificate of a chain is the device's own.
fn certificate_facts(bytes: &[u8]) -> Option<CertificateFacts> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read_certificate(certificates_from_pem(text).ok()?.first()?).ok(),
        Err(_) => read_certificate(bytes).ok(),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    fs::read(file).map_err(|error| CommandError::new(format!("cannot read {}: check its path", file.display()), error))
}
