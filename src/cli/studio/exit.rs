//! Exit codes of `lichtbild-studio`, for scripts.

use std::process::ExitCode;

/// Exit codes. The numbers are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// An error that should not happen.
    Unexpected = 1,
    /// Wrong usage, reported by clap, or a mistyped code.
    Usage = 2,
    /// A photo was refused by the gateway or the local check. It is not stored.
    PhotoRefused = 3,
    /// The gateway was not reached in time.
    GaveUp = 4,
    /// Certificate or invitation rejected, studio suspended or device revoked.
    NotAllowed = 5,
    /// A file or the configuration cannot be used.
    Setup = 6,
    /// A photo was refused, but an earlier try got no answer and may have stored it.
    MaybeDeposited = 7,
    /// Another watch has locked the folder.
    AlreadyWatched = 8,
    /// Everything works, but something needs an action soon.
    Attention = 9,
    /// A photo already has a code whose receipt is no longer stored, or an office has used it. Nothing was sent.
    AlreadyDeposited = 10,
    /// The photo cannot be withdrawn: an office has leased, used or refused it, or it has expired.
    NothingToWithdraw = 11,
}

impl Exit {
    /// Ordered by the need of an action.
    const BY_WEIGHT: [Self; 12] = [
        Self::Done,
        Self::Attention,
        Self::NothingToWithdraw,
        Self::AlreadyDeposited,
        Self::PhotoRefused,
        Self::Setup,
        Self::MaybeDeposited,
        Self::Usage,
        Self::AlreadyWatched,
        Self::GaveUp,
        Self::NotAllowed,
        Self::Unexpected,
    ];

    /// The worse of two exit codes.
    pub(super) fn worse(self, other: Self) -> Self {
        let weight = |exit: Self| Self::BY_WEIGHT.iter().position(|known| *known == exit);
        if weight(other) > weight(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Text for `--help`.
pub const HELP: &str = "\
Exit codes:
  0  done
  1  unexpected error; see the message
  2  wrong usage, or a mistyped code
  3  photo refused; the findings tell why, and nothing was stored
  4  gateway not reached in time; run the same command again, it gives the same code
  5  not allowed: certificate or invitation rejected, studio suspended or device revoked
  6  a file or the configuration cannot be used; see the message
  7  photo refused, but an earlier try got no answer and may have stored it; its key is kept; see the message
  8  another watch runs on this folder
  9  done, but an action is needed soon: the certificate could not be renewed, or status reports a problem; see the message
  10 push: the photo already has a code, but its receipt is not stored here or an office has used it; nothing was sent; see the message
  11 withdraw: nothing to withdraw, because an office has leased, used or refused the photo or it has expired; see the message

Results go to stdout, messages to stderr.";
