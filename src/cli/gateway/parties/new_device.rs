//! A device that is about to be added, by issuing, binding or inviting.

use crate::domain::party::{DeviceScope, Party};

/// Scope that the switch `--auditor` chooses.
pub(super) fn scope_of(auditor: bool) -> DeviceScope {
    if auditor { DeviceScope::Audit } else { DeviceScope::Photos }
}

/// A device that is about to be added.
pub(in crate::cli::gateway) struct NewDevice<'a> {
    pub(in crate::cli::gateway) party: &'a Party,
    pub(in crate::cli::gateway) label: &'a str,
    pub(in crate::cli::gateway) scope: DeviceScope,
}
