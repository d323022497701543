//! A device that is about to be added, by issuing, binding or inviting.

use clap::{Args, ValueEnum};

use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::{DeviceScope, Party, Role};

/// Scope that the switch `--auditor` chooses.
pub(super) fn scope_of(auditor: bool) -> DeviceScope {
    if auditor { DeviceScope::Audit } else { DeviceScope::Photos }
}

/// A device that is about to be added.
pub(in crate::cli::gateway) struct NewDevice<'a> {
    pub(in crate::cli::gateway) party: &'a Party,
    pub(in crate::cli::gateway) label: &'a str,
    pub(in crate::cli::gateway) scope: DeviceScope,
    /// `None` where another authority certifies the device.
    pub(in crate::cli::gateway) kind: Option<DeviceKind>,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct KindArgument {
    /// Kind of software that will hold the certificate. A browser's lasts longer (browser_certificate_days of the configuration), for it
    /// renews nothing by itself [default: browser at an office's counter, program everywhere else]
    #[arg(long = "for", value_name = "KIND")]
    kind: Option<KindChoice>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindChoice {
    /// The studio program, a Fachverfahren, a script: it renews its certificate by itself
    Program,
    /// A browser, into which somebody imports each certificate
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

    /// Reports whether a kind was asked for.
    pub(super) fn is_given(&self) -> bool {
        self.kind.is_some()
    }
}
