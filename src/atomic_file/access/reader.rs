//! Users who can read a file.

/// Users who can read a file besides its owner, the operating system and administrators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherReader {
    Everyone,
    /// Everyone with an account.
    AuthenticatedUsers,
    /// The accounts of this computer.
    Users,
    /// Security identifier (SID), or its abbreviation in the security descriptor definition language.
    Account(String),
}
