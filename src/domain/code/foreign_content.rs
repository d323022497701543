//! Content of other symbols and bar codes, which a scanner reads as well as a code.

/// A shorter text may be a code that was scanned twice.
const SYMBOL_MIN_CHARACTERS: usize = 60;
/// Symbols of the nationwide E-Passfoto procedure have 164 to 252 characters of Base64.
const CLOUD_PHOTO_CHARACTERS: std::ops::RangeInclusive<usize> = 120..=400;

/// Kind of a text that is not a code and was not meant as one. It contains no character of the text, so it may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignContent {
    /// Base64 with the length of a 2D symbol of the nationwide E-Passfoto procedure, whose photos are in another service.
    CloudPhoto,
    /// Usually from a QR code.
    WebAddress,
    /// The number of a bar code on goods (GTIN, formerly EAN).
    ArticleNumber,
    /// Another symbol with far more characters than a code; spaces are not counted.
    Other { characters: usize },
}

impl ForeignContent {
    /// Classifies a text; `None` if it may be a code.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let characters = text.chars().filter(|c| !c.is_whitespace()).count();
        if is_web_address(text) {
            Some(Self::WebAddress)
        } else if is_article_number(text) {
            Some(Self::ArticleNumber)
        } else if characters < SYMBOL_MIN_CHARACTERS {
            None
        } else if CLOUD_PHOTO_CHARACTERS.contains(&characters) && is_like_base64(text) {
            Some(Self::CloudPhoto)
        } else {
            Some(Self::Other { characters })
        }
    }
}

/// A scanner set to a US keyboard types `httpsÖ--` for `https://` on a German computer.
fn is_web_address(text: &str) -> bool {
    let start: String = text.chars().take(8).flat_map(char::to_lowercase).collect();
    ["http:", "https:", "httpö", "httpsö", "www."].iter().any(|scheme| start.starts_with(scheme))
}

/// The check digit of GTIN-8, 12, 13 and 14 (GS1 General Specifications, section 7.9): weights 3 and 1 from the right.
fn is_article_number(text: &str) -> bool {
    // Fields for codes write hyphens between groups.
    let digits: Option<Vec<u32>> = text.chars().filter(|c| *c != '-').map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| matches!(digits.len(), 8 | 12 | 13 | 14)) else { return false };
    digits.iter().rev().zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum::<u32>() % 10 == 0
}

/// True for text without spaces that is at least 7/8 letters and digits: the characters for `+`, `/` and `=` depend on the keyboard
/// layout of the scanner.
fn is_like_base64(text: &str) -> bool {
    let characters = text.chars().count();
    let plain = text.chars().filter(char::is_ascii_alphanumeric).count();
    !text.contains(char::is_whitespace) && text.contains(|c: char| c.is_ascii_digit()) && plain * 8 >= characters * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the length of the shortest and the longest symbols of the procedure.
    fn base64(characters: usize) -> String {
        "q83vASNFZ4mrze/9+AEjRWeJq83vASNFZ4mrze8".chars().cycle().take(characters - 1).chain(['=']).collect()
    }

    #[test]
    fn symbols_of_other_procedures_are_recognized() {
        for characters in [164, 252] {
            let symbol = base64(characters);
            assert_eq!(ForeignContent::of(&symbol), Some(ForeignContent::CloudPhoto));
            // As typed by a scanner with a US keyboard setting on a German computer.
            let mangled = symbol.replace('/', "-").replace('+', "`").replace('=', "´");
            assert_eq!(ForeignContent::of(&mangled), Some(ForeignContent::CloudPhoto));
        }
        for text in ["a".repeat(164), base64(164).replace('/', " "), "q8/".repeat(60)] {
            assert!(matches!(ForeignContent::of(&text), Some(ForeignContent::Other { .. })), "{text}");
        }
        let card = "Muster; Erika; Heidestraße 17; 51147 Köln; 12.08.1983; Personalausweis; T22000129";
        assert_eq!(ForeignContent::of(card), Some(ForeignContent::Other { characters: 73 }));
    }

    #[test]
    fn addresses_and_article_numbers_are_recognized() {
        for address in ["https://example.org/a", "HTTP://EXAMPLE.ORG", "www.example.org", "httpsÖ--example.org-a"] {
            assert_eq!(ForeignContent::of(address), Some(ForeignContent::WebAddress), "{address}");
        }
        for number in ["4006381333931", "40063-81333-931", "96385074", "036000291452", "10012345000017"] {
            assert_eq!(ForeignContent::of(number), Some(ForeignContent::ArticleNumber), "{number}");
        }
        // Wrong check digit.
        assert_eq!(ForeignContent::of("4006381333932"), None);
    }

    #[test]
    fn codes_and_parts_of_them_are_not_foreign() {
        let code = "G94ZJ-756FW-FHRWS-2ZVE8";
        for text in ["", "HTTPG-94ZJ7", "G94ZJ", code, &format!("{code}{code}"), "12345678901234567890"] {
            assert_eq!(ForeignContent::of(text), None, "{text}");
        }
    }
}
