//! Promises that a run can break.

/// A promise that was broken. Photos are named by their codes where clients saw it, by their identifiers where the log tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    TwoCodesForOneKey {
        key: String,
    },
    OneCodeForTwoKeys {
        code: String,
    },
    /// A code without a photo: no row tells of its deposit, or it opened what nobody had deposited.
    CodeWithoutPhoto {
        code: String,
    },
    /// Acknowledged, and in the end neither there nor settled by an office that said so.
    LostDeposit {
        code: String,
    },
    OtherBytes {
        code: String,
    },
    /// Two offices had the bytes, and neither gave them back.
    TwoReaders {
        code: String,
    },
    /// The bytes went out after it had been acknowledged that the photo is erased.
    ReadAfterErasure {
        code: String,
    },
    /// It was leased while another office held it.
    TwoHolders {
        photo_id: String,
    },
    /// A step that is not allowed after the ones before it.
    ForbiddenTransition {
        photo_id: String,
        event: String,
    },
    /// Acknowledged, and not in the log.
    MissingRow {
        event: String,
        subject: String,
    },
    /// In the log, and nobody had asked for it.
    UnrequestedRow {
        event: String,
        subject: String,
    },
    /// In the log behind something that began when this was over; or a refusal whose reason came later.
    OutOfOrder {
        code: String,
    },
    /// A refusal without a reason.
    FalseRefusal {
        code: String,
        problem: String,
    },
}
