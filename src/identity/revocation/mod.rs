//! Certificate revocation lists: our own, and those of external CAs.

pub mod external_revocation_list;
pub mod revocation_list;
