//! A device that is about to be added, by issuing, binding or inviting.

use clap::{Args, ValueEnum};

use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::{DeviceScope, Party, Role};
use crate::entropy::EntropyError;

pub(super) fn scope_of(auditor: bool) -> DeviceScope {
    if auditor { DeviceScope::Audit } else { DeviceScope::Photos }
}

pub(in crate::cli::gateway) struct NewDevice<'a> {
    pub(in crate::cli::gateway) party: &'a Party,
    pub(in crate::cli::gateway) label: &'a str,
    pub(in crate::cli::gateway) scope: DeviceScope,
    /// `None` where another authority certifies the device.
    pub(in crate::cli::gateway) kind: Option<DeviceKind>,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct KindArgument {
    #[arg(long = "for", value_name = "KIND")]
    kind: Option<KindChoice>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindChoice {
    Program,
    Browser,
}

impl KindArgument {
    /// The kind asked for; else a browser for the desk of an office.
    pub(super) fn kind(&self, role: Role, scope: DeviceScope) -> DeviceKind {
        match (self.kind, role, scope) {
            (Some(KindChoice::Program), ..) => DeviceKind::Program,
            (Some(KindChoice::Browser), ..) | (None, Role::Office, DeviceScope::Photos) => DeviceKind::Browser,
            (None, ..) => DeviceKind::Program,
        }
    }

    pub(super) fn is_given(&self) -> bool {
        self.kind.is_some()
    }
}

/// Error of the random numbers that identifiers are made of.
pub(super) fn no_identifier(error: EntropyError) -> CommandError {
    CommandError::new(phrase!("gateway-no-identifier"), error)
}
