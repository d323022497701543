//! A device that is about to be added, by issuing, binding or inviting.

use crate::domain::party::{DeviceScope, Party};

/// Scope that the switch `--auditor` chooses.
pub(super) fn scope_of(auditor: bool) -> DeviceScope {
    if auditor { DeviceScope::Audit } else { DeviceScope::Photos }
}

/// A device that is about to be added.
pub(crate) struct NewDevice<'a> {
    pub(crate) party: &'a Party,
    pub(crate) label: &'a str,
    pub(crate) scope: DeviceScope,
}
