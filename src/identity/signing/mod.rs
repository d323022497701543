//! Signatures over checkpoints of the audit log and over documents.

pub mod checkpoint_key;
pub mod signed_document;
