//! Violations that a run can have.

/// A broken guarantee. Photos are named by code if clients saw the violation, and by id if the log shows it.
///
/// - `CodeWithoutPhoto`: no row reports the deposit of the code, or the code opened a photo that was never deposited.
/// - `LostDeposit`: acknowledged, but at the end neither available nor settled by an office.
/// - `TwoReaders`: two offices received the photo, and neither released it.
/// - `ReadAfterErasure`: the photo was handed over after its erasure was acknowledged.
/// - `TwoHolders`: leased while another office held it.
/// - `ForbiddenTransition`: a step that the previous ones do not allow.
/// - `MissingRow`: acknowledged but not in the log.
/// - `UnrequestedRow`: in the log but never requested.
/// - `OutOfOrder`: in the log after an operation that began later, or a refusal before its reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    TwoCodesForOneKey { key: String },
    OneCodeForTwoKeys { code: String },
    CodeWithoutPhoto { code: String },
    LostDeposit { code: String },
    OtherBytes { code: String },
    TwoReaders { code: String },
    ReadAfterErasure { code: String },
    TwoHolders { photo_id: String },
    ForbiddenTransition { photo_id: String, event: String },
    MissingRow { event: String, subject: String },
    UnrequestedRow { event: String, subject: String },
    OutOfOrder { code: String },
    FalseRefusal { code: String, problem: String },
}
