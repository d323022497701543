//! The judge over whole files.

mod hostile;
mod plain;
