//! Statements about parties, devices, invitations and certificates.

pub mod certificates;
pub mod cut_off;
mod device_rows;
pub mod enrolment;
pub mod external_devices;
pub mod invitations;
pub mod parties;
pub mod reused_keys;
pub mod row_mapping;
