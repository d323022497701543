//! Files of a watched folder: stability, claiming, name reservation, filing, retention.

pub mod claim_file;
pub mod filing;
pub mod folder;
mod name_reservation;
pub mod retention;
pub mod skipped_files;
pub mod stability;
