//! One photo from the disk to its receipt: read, spool, deposit, store the receipt.

pub mod deposit;
pub mod file_kind;
pub mod photo_file;
pub mod photo_paths;
pub mod printed_receipt;
pub mod push;
pub mod spool;
pub mod stored_receipt;
