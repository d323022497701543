//! Codes that belong to no photo and get a known answer.
//!
//! One is printed as the test symbol of the desk. The others provoke each refusal of `POST /v1/collections`, so that a vendor can test
//! application software without a photo in that state. They are no secret, and a gateway answers them without a database query. Their third
//! group begins with the HTTP status. The operator can switch the answers off (`office.test_codes`).
//!
//! No test code leads to a picture. A citizen could bring it to a counter of a running office, whose application software would store a
//! photo that no studio deposited, without a row in the audit log; and answers without a state behind them would let a vendor believe that
//! software works which settles twice or never. The demo has real photos for that.
//!
//! The gateway does not avoid them when it issues codes. One deposit in 2^91 would get one of the fifteen; with ten million photos a year
//! for a hundred years the probability is 10^-18, and an untestable branch would be the greater risk.

use super::retrieval_code::RetrievalCode;

/// Code of the desk's test symbol, with digits and the letters that differ between keyboard layouts.
pub const TEST_CODE: &str = "TESTY-TESTZ-01234-5678Q";

/// All test codes.
pub const TEST_CODES: [(&str, TestCode); 15] = [
    (TEST_CODE, TestCode::Symbol),
    ("TESTY-TESTZ-40400-00003", TestCode::Unknown),
    ("TESTY-TESTZ-40901-0000S", TestCode::LeasedElsewhere),
    ("TESTY-TESTZ-40902-0000P", TestCode::HandedOverElsewhere),
    ("TESTY-TESTZ-40903-0000K", TestCode::DeviceRevoked),
    ("TESTY-TESTZ-40904-00008", TestCode::Restored),
    ("TESTY-TESTZ-41001-0000H", TestCode::Used),
    ("TESTY-TESTZ-41002-0000Y", TestCode::Refused),
    ("TESTY-TESTZ-41003-0000V", TestCode::Withdrawn),
    ("TESTY-TESTZ-41004-00000", TestCode::Expired),
    ("TESTY-TESTZ-42901-00003", TestCode::TooManyCodes),
    ("TESTY-TESTZ-42902-0000C", TestCode::TooManyRequests),
    ("TESTY-TESTZ-50001-00006", TestCode::Damaged),
    ("TESTY-TESTZ-50301-0000Z", TestCode::GatewayBusy),
    ("TESTY-TESTZ-50302-0000G", TestCode::StorageUnavailable),
];

/// A code that belongs to no photo, by the answer that it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestCode {
    /// The code of the test symbol: the answer says so.
    Symbol,
    Unknown,
    LeasedElsewhere,
    HandedOverElsewhere,
    /// In quarantine, because its device was revoked.
    DeviceRevoked,
    /// In quarantine, because it comes from a backup.
    Restored,
    Used,
    Refused,
    Withdrawn,
    Expired,
    TooManyCodes,
    TooManyRequests,
    Damaged,
    GatewayBusy,
    StorageUnavailable,
}

impl RetrievalCode {
    /// The test code that this code is; `None` for the code of a photo.
    pub fn test_code(&self) -> Option<TestCode> {
        let is_own = |text: &str| Self::parse(text).is_ok_and(|test| test == *self);
        TEST_CODES.iter().find(|(text, _)| is_own(text)).map(|(_, test)| *test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_code_is_a_code_and_no_other_code_is_one() {
        for (text, test) in TEST_CODES {
            let code = RetrievalCode::parse(text).unwrap();
            assert_eq!((code.test_code(), code.reveal().as_str()), (Some(test), text));
        }
        let photo = RetrievalCode::parse("G94ZJ-756FW-FHRWS-2ZVE8").unwrap();
        assert_eq!(photo.test_code(), None);
    }

    #[test]
    fn the_test_symbol_shows_what_scanners_get_wrong() {
        assert!(['Y', 'Z', '0', '1', 'Q', 'E'].iter().all(|symbol| TEST_CODE.contains(*symbol)));
        let swapped = |c| match c {
            'Y' => 'Z',
            'Z' => 'Y',
            other => other,
        };
        assert!(RetrievalCode::parse(&TEST_CODE.chars().map(swapped).collect::<String>()).is_err());
    }
}
