//! Files of a watched folder: stability, claiming, name reservation, filing, retention, log, overview.

pub mod claim_file;
pub mod filing;
pub mod folder;
pub mod message_log;
mod name_reservation;
pub mod overview;
pub mod retention;
pub mod skipped_files;
pub mod stability;
