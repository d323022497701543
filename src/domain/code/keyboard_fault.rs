//! Keyboard layouts of computers and hand scanners that change a code into other characters, and the reverse substitutions.
//!
//! A scanner does not send characters. It sends the keys of those characters by its own keyboard layout, and the computer translates
//! the keys by another one.

/// A longer text is not a typed code.
const MAX_CHARACTERS: usize = 60;
/// Number of signs in place of digits that does not occur by chance.
const MIN_SIGNS: usize = 5;
/// Letters that French keyboards have where others have digits.
const FRENCH_DIGITS: [char; 4] = ['à', 'ç', 'è', 'é'];

/// A wrong setting that shows in the received characters. Swapped Y and Z do not belong here, because both are symbols of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyboardFault {
    /// The scanner is set to a US keyboard, the computer to a German one.
    HyphenAsEszett,
    /// The signs of the number keys arrive instead of the digits.
    ShiftLock,
    /// Scanner or computer is set to a French or Belgian keyboard (AZERTY).
    French,
}

/// A fault with the received characters and, in the same order, the intended ones.
struct Substitution {
    fault: KeyboardFault,
    arrived: &'static str,
    meant: &'static str,
}

const SUBSTITUTIONS: [Substitution; 6] = [
    Substitution { fault: KeyboardFault::HyphenAsEszett, arrived: "ß", meant: "-" },
    // German; a scanner set to a US keyboard presses the key of ? for the hyphen.
    Substitution { fault: KeyboardFault::ShiftLock, arrived: "=!\"§$%&/()_?", meant: "0123456789--" },
    // US.
    Substitution { fault: KeyboardFault::ShiftLock, arrived: ")!@#$%^&*(_", meant: "0123456789-" },
    // A French scanner at a German computer: its digits need the shift key, its hyphen is on the key of 6.
    Substitution { fault: KeyboardFault::French, arrived: "=!\"§$%&/()6QAYWZÖ", meant: "0123456789-AQWZYM" },
    // A US scanner at a French computer, then at a Belgian one.
    Substitution { fault: KeyboardFault::French, arrived: "à&é\"'(-è_ç)QAZW?,", meant: "0123456789-AQWZMM" },
    Substitution { fault: KeyboardFault::French, arrived: "à&é\"'(§è!ç)QAZW?,", meant: "0123456789-AQWZMM" },
];

impl Substitution {
    /// The intended text, if a character can be explained only by this fault.
    fn undo(&self, text: &str) -> Option<String> {
        let place = |c: char| self.arrived.chars().position(|arrived| arrived == upper(c));
        let is_sign = |c: char| place(c).is_some() && !c.is_ascii_alphanumeric() && c != '-';
        text.contains(is_sign)
            .then(|| text.chars().map(|c| place(c).and_then(|at| self.meant.chars().nth(at)).unwrap_or(c)).collect())
    }

    /// True if the text consists of letters and at least [`MIN_SIGNS`] signs in place of digits.
    fn is_likely(&self, text: &str) -> bool {
        let signs = text.chars().filter(|c| self.arrived.contains(*c)).count();
        signs >= MIN_SIGNS && text.chars().all(|c| c.is_ascii_alphabetic() || c == '-' || self.arrived.contains(c))
    }
}

impl KeyboardFault {
    /// Finds the fault whose reversal makes `text` `is_expected`, else the fault that is typical of its characters. Returns the intended
    /// text, too.
    pub fn find(text: &str, is_expected: impl Fn(&str) -> bool) -> Option<(Self, String)> {
        if text.chars().count() > MAX_CHARACTERS {
            return None;
        }
        let undone = || SUBSTITUTIONS.iter().filter_map(|substitution| Some((substitution, substitution.undo(text)?)));
        undone()
            .find(|(_, meant)| is_expected(meant))
            .or_else(|| undone().find(|(substitution, _)| substitution.is_typical(text)))
            .map(|(substitution, meant)| (substitution.fault, meant))
    }
}

impl Substitution {
    fn is_typical(&self, text: &str) -> bool {
        match self.fault {
            KeyboardFault::HyphenAsEszett => true,
            KeyboardFault::ShiftLock => self.is_likely(text),
            KeyboardFault::French => text.contains(FRENCH_DIGITS),
        }
    }
}

/// Capital letter for comparisons; no keyboard sends a capital ß.
fn upper(character: char) -> char {
    match character {
        'ö' => 'Ö',
        other => other.to_ascii_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "TESTY-TESTZ-01234-5678Q";

    fn found(text: &str) -> Option<KeyboardFault> {
        KeyboardFault::find(text, |meant| meant == CODE).map(|(fault, _)| fault)
    }

    #[test]
    fn a_code_is_read_through_each_fault() {
        for (arrived, fault) in [
            ("TESTYßTESTZß01234ß5678Q", KeyboardFault::HyphenAsEszett),
            ("TESTY_TESTZ_=!\"§$_%&/(Q", KeyboardFault::ShiftLock),
            ("TESTY?TESTZ?=!\"§$?%&/(Q", KeyboardFault::ShiftLock),
            ("TESTY_TESTZ_)!@#$_%^&*Q", KeyboardFault::ShiftLock),
            ("TESTZ6TESTW6=!\"§$6%&/(A", KeyboardFault::French),
            ("TESTY)TESTW)à&é\"')(-è_A", KeyboardFault::French),
            ("TESTY)TESTW)à&é\"')(§è!A", KeyboardFault::French),
        ] {
            let meant = KeyboardFault::find(arrived, |meant| meant == CODE);
            assert_eq!(meant, Some((fault, CODE.to_owned())), "{arrived}");
        }
    }

    #[test]
    fn what_is_no_code_even_so_is_told_by_its_characters() {
        assert_eq!(found("TESTYßTEST"), Some(KeyboardFault::HyphenAsEszett));
        assert_eq!(found("ABC=!\"§$"), Some(KeyboardFault::ShiftLock));
        assert_eq!(found("ABCé"), Some(KeyboardFault::French));
        for text in ["", "TESTY", "TESTÄ", "AB!", CODE, "https://", &"=".repeat(80)] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
