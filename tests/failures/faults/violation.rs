//! Violations that a run can have.

/// A broken guarantee. Photos are named by code if clients saw the violation, and by id if the log shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    TwoCodesForOneKey {
        key: String,
    },
    OneCodeForTwoKeys {
        code: String,
    },
    /// A code without a photo: no row reports its deposit, or it opened a photo that was never deposited.
    CodeWithoutPhoto {
        code: String,
    },
    /// Acknowledged, but at the end neither available nor settled by an office.
    LostDeposit {
        code: String,
    },
    OtherBytes {
        code: String,
    },
    /// Two offices received the photo, and neither released it.
    TwoReaders {
        code: String,
    },
    /// The photo was handed over after its erasure was acknowledged.
    ReadAfterErasure {
        code: String,
    },
    /// Leased while another office held it.
    TwoHolders {
        photo_id: String,
    },
    /// A step that the previous ones do not allow.
    ForbiddenTransition {
        photo_id: String,
        event: String,
    },
    /// Acknowledged but not in the log.
    MissingRow {
        event: String,
        subject: String,
    },
    /// In the log but never requested.
    UnrequestedRow {
        event: String,
        subject: String,
    },
    /// In the log after an operation that began later, or a refusal before its reason.
    OutOfOrder {
        code: String,
    },
    FalseRefusal {
        code: String,
        problem: String,
    },
}
