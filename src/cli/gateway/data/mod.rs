//! Commands about the database: backup, restore, migration, verification, quarantine.

pub mod backup;
pub mod confirm_rollback;
pub mod erase_report;
pub mod migrate_store;
mod new_folder;
pub mod quarantine;
pub mod restore;
pub mod verify;
