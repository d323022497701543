//! Commands of an administrator.

pub mod administer;
pub mod erase_report;
pub mod migrate_store;
pub mod quarantine;
pub mod rollback;
mod table_comparison;
pub mod verify;
