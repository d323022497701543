//! Answers to the codes with which vendors test their application software.

use std::time::Duration;

use crate::api::Problem;
use crate::api::problem::TestProblem;
use crate::clock::Timestamp;
use crate::domain::code::test_code::TestCode;
use crate::domain::photo::PhotoState;
use crate::domain::photo::quarantine::{QuarantineReason, Quarantined};
use crate::wire::collection::StudioBody;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The problem that a test code provokes, with times that a photo in that state could have at `now`.
pub(super) fn test_answer(code: TestCode, now: Timestamp) -> TestProblem {
    let settled = |outcome| {
        let office = StudioBody { name: "Testamt".to_owned(), place: "Teststadt".to_owned() };
        Problem::PhotoSettled { outcome, settled_at: now - DAY, office: Some(office) }
    };
    TestProblem(match code {
        TestCode::Symbol => Problem::CodeIsTest { code },
        TestCode::Unknown => Problem::CodeUnknown,
        TestCode::LeasedElsewhere => {
            Problem::PhotoLeasedElsewhere { lease_until: now + 10 * MINUTE, handed_over: false }
        }
        TestCode::HandedOverElsewhere => {
            Problem::PhotoLeasedElsewhere { lease_until: now + 6 * DAY, handed_over: true }
        }
        TestCode::DeviceRevoked => Quarantined { since: now - DAY, reason: QuarantineReason::DeviceRevoked }.into(),
        TestCode::Restored => Quarantined { since: now - DAY, reason: QuarantineReason::Restored }.into(),
        TestCode::Used => settled(PhotoState::Used),
        TestCode::Refused => settled(PhotoState::Refused),
        TestCode::Withdrawn => Problem::PhotoWithdrawn { withdrawn_at: now - DAY },
        TestCode::Expired => Problem::PhotoExpired { expired_at: now - DAY },
        // A real one can last a quarter of an hour. The code may be entered at a counter, whose software then waits.
        TestCode::TooManyCodes => Problem::TooManyCodes { wait: MINUTE },
        TestCode::TooManyRequests => Problem::TooManyRequests { wait: Duration::from_secs(2) },
        TestCode::Damaged => Problem::PhotoDamaged,
        TestCode::GatewayBusy => Problem::GatewayBusy,
        TestCode::StorageUnavailable => Problem::StorageUnavailable,
    })
}
