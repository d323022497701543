//! `device list`

use std::collections::HashMap;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::cli::gateway::span::parse_span;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::device_state::DeviceState;
use crate::domain::party::invitation::Invitation;
use crate::domain::party::{Device, DeviceScope, Party, Role};
use crate::identity::certificate::group_fingerprint;
use crate::texts::text;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[arg(long, value_name = "SPAN", value_parser = parse_span, num_args = 0..=1, default_missing_value = "14d")]
    expiring: Option<Duration>,
    #[command(flatten)]
    common: CommonOptions,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.common.file).await?;
    let now = SystemClock.now();
    let store = context.administration().store;
    let mut keys: HashMap<DeviceId, Sha256Digest> = store.bound_keys().await?.into_iter().collect();
    let mut rows = Vec::new();
    for role in [Role::Studio, Role::Office] {
        let mut invitations: HashMap<DeviceId, Invitation> = store.invitations(role).await?.into_iter().collect();
        for (party, device) in store.devices(role).await? {
            let invitation = invitations.remove(&device.device_id);
            let bound_key = keys.remove(&device.device_id);
            let state = DeviceState::of(&device, bound_key.as_ref(), invitation.as_ref(), now);
            rows.push(DeviceRow { state, party, device, bound_key, invitation });
        }
    }
    context.close().await;
    if let Some(span) = arguments.expiring {
        rows.retain(|row| row.needs_attention(now + span));
    }
    if arguments.common.json {
        print_json(&Value::from(rows.iter().map(|row| row.to_json(now)).collect::<Vec<_>>()))?;
        return Ok(());
    }
    for row in &rows {
        print(row.to_line())?;
    }
    match (rows.is_empty(), arguments.expiring) {
        (true, None) => eprint(phrase!("gateway-devices-none")),
        (true, Some(_)) => eprint(phrase!("gateway-devices-nothing-due")),
        (false, _) if rows.iter().any(|row| row.state == DeviceState::Pending) => {
            eprint(phrase!("gateway-devices-pending"));
        }
        (false, _) => {}
    }
    Ok(())
}

struct DeviceRow {
    state: DeviceState,
    party: Party,
    device: Device,
    /// SHA-256 of the key that the device is bound to, if an external CA certifies it.
    bound_key: Option<Sha256Digest>,
    invitation: Option<Invitation>,
}

impl DeviceRow {
    fn needs_attention(&self, by: Timestamp) -> bool {
        match self.state {
            DeviceState::Revoked => false,
            DeviceState::Invited | DeviceState::Pending | DeviceState::Expired => true,
            DeviceState::Active => self.device.certificate_expires_at.is_some_and(|end| end <= by),
        }
    }

    /// The moment that matters most in its state.
    fn relevant_time(&self) -> Option<Timestamp> {
        match self.state {
            DeviceState::Revoked => self.device.revoked_at,
            DeviceState::Active => self.device.certificate_expires_at,
            DeviceState::Invited | DeviceState::Pending => self.invitation.as_ref().map(Invitation::ends_at),
            DeviceState::Expired => {
                self.device.certificate_expires_at.or(self.invitation.as_ref().map(Invitation::ends_at))
            }
        }
    }

    fn to_line(&self) -> String {
        let Self { state, party, device, bound_key, .. } = self;
        let ended = matches!(state, DeviceState::Revoked | DeviceState::Expired);
        let preposition = if ended { phrase!("gateway-device-since") } else { phrase!("gateway-device-until") };
        let moment = match (self.relevant_time(), bound_key) {
            (Some(moment), _) => format!("{preposition} {:<18}", local_time(moment)),
            // The gateway does not know the certificates of such a device.
            (None, Some(key)) => phrase!("gateway-device-by-key", key = key),
            (None, None) => format!("{preposition} -"),
        };
        let role = text!(language(), format!("gateway-device-of-{}", party.role));
        let state = text!(language(), format!("gateway-device-{}", state.name()));
        let width = language().pick(10, 7);
        let notes = [
            (device.scope == DeviceScope::Audit).then(|| phrase!("gateway-device-of-auditor")),
            (device.kind == Some(DeviceKind::Browser)).then(|| phrase!("gateway-device-browser")),
        ];
        let notes: String = notes.into_iter().flatten().map(|note| format!(" {note}")).collect();
        format!(
            "{}  {role:<6}  {state:<width$}  {moment}  {}, {}  {}{notes}",
            device.device_id, party.name, party.place, device.label,
        )
    }

    fn to_json(&self, now: Timestamp) -> Value {
        let open = self.invitation.as_ref().filter(|invitation| invitation.counts_wrong_codes(now));
        json!({
            "party": self.party,
            "device": self.device,
            "key_sha256": self.bound_key,
            "state": self.state,
            "invitation": open.map(|invitation| json!({
                "state": invitation.state,
                "expires_at": invitation.ends_at(),
                "fingerprint": invitation.key.as_ref().map(group_fingerprint),
            })),
        })
    }
}
