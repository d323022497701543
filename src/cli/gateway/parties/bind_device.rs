//! `device add --office … --certificate FILE` and `--spki KEY`: a device whose certificate was issued elsewhere

use std::fs;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::new_device::{NewDevice, no_identifier};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::{CommandError, cannot_read};
use crate::cli::gateway::language::phrase;
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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["studio", "csr", "out"])]
    certificate: Option<std::path::PathBuf>,
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["studio", "csr", "out"])]
    spki: Option<String>,
}

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

pub(super) async fn bind_device(
    context: AdminContext,
    NewDevice { party: office, label, scope, kind }: &NewDevice<'_>,
    binding: &Binding,
    json: bool,
) -> Result<(), CommandError> {
    if context.config.office_authorities.is_empty() {
        return Err(CommandError::plain(phrase!("gateway-bind-no-authority")));
    }
    let now = SystemClock.now();
    let device = Device {
        device_id: DeviceId::generate(now, &OsEntropy).map_err(no_identifier)?,
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
    let rows = [
        Some(phrase!("gateway-bound-device", device = bound.device_id)),
        bound
            .certificate_sha256
            .map(|sha256| phrase!("gateway-bound-certificate", fingerprint = group_fingerprint(&sha256))),
        bound.key_sha256.map(|key| phrase!("gateway-bound-key", fingerprint = group_fingerprint(&key))),
        bound.expires_at.map(|end| phrase!("gateway-bound-until", end = local_time(end))),
    ];
    rows.into_iter().flatten().try_for_each(print)
}

fn certificate(file: &Path) -> Result<CertificateRecord, CommandError> {
    let facts = certificate_facts(&read(file)?)
        .ok_or_else(|| CommandError::plain(phrase!("gateway-bind-no-certificate", file = file.display())))?;
    if facts.not_after <= SystemClock.now() {
        return Err(CommandError::plain(phrase!(
            "gateway-bind-expired",
            file = file.display(),
            end = local_time(facts.not_after)
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
    public_key
        .map(|der| Sha256Digest::of(&der))
        .ok_or_else(|| CommandError::plain(phrase!("gateway-bind-no-key", which = which)))
}

/// The first certificate of a chain is the device's own.
fn certificate_facts(bytes: &[u8]) -> Option<CertificateFacts> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read_certificate(certificates_from_pem(text).ok()?.first()?).ok(),
        Err(_) => read_certificate(bytes).ok(),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CommandError> {
    fs::read(file).map_err(cannot_read(file))
}
