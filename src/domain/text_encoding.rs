//! Encodings of text files that people write. Editors and shells of Windows save UTF-8 with a byte order mark, and UTF-16.

use std::borrow::Cow;
use std::io;

/// Reason why bytes are not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextEncodingError {
    #[error("it is UTF-16 without a byte order mark: save it as UTF-8")]
    UnmarkedUtf16,
    #[error("it is not UTF-8: save it as UTF-8")]
    NotUtf8,
}

impl From<TextEncodingError> for io::Error {
    fn from(error: TextEncodingError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Decodes UTF-8, or UTF-16 that begins with a byte order mark. The text is without the mark.
///
/// # Errors
/// [`TextEncodingError`] for other bytes, and for text that contains NUL, which no text file does.
pub fn decode_text(bytes: &[u8]) -> Result<Cow<'_, str>, TextEncodingError> {
    let text = match bytes {
        [0xFF, 0xFE, units @ ..] => decode_utf16(units, u16::from_le_bytes)?.into(),
        [0xFE, 0xFF, units @ ..] => decode_utf16(units, u16::from_be_bytes)?.into(),
        [0, second, ..] if *second != 0 => return Err(TextEncodingError::UnmarkedUtf16),
        [first, 0, ..] if *first != 0 => return Err(TextEncodingError::UnmarkedUtf16),
        _ => {
            let unmarked = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            Cow::Borrowed(std::str::from_utf8(unmarked).map_err(|_| TextEncodingError::NotUtf8)?)
        }
    };
    if text.contains('\0') { Err(TextEncodingError::NotUtf8) } else { Ok(text) }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextEncodingError> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return Err(TextEncodingError::NotUtf8) };
    let decoded = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    decoded.collect::<Result<_, _>>().map_err(|_| TextEncodingError::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "folder = 'C:\\Büro 🙂'\r\n";

    fn utf16(mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = format!("{}{TEXT}", if mark { "\u{feff}" } else { "" });
        marked.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf8_and_marked_utf16_give_the_same_text_without_the_mark() {
        let marked = format!("\u{feff}{TEXT}").into_bytes();
        for bytes in [TEXT.into(), marked, utf16(true, u16::to_le_bytes), utf16(true, u16::to_be_bytes)] {
            assert_eq!(decode_text(&bytes).unwrap(), TEXT);
        }
        assert_eq!(decode_text(b"").unwrap(), "");
    }

    #[test]
    fn other_encodings_are_refused() {
        for bytes in [utf16(false, u16::to_le_bytes), utf16(false, u16::to_be_bytes)] {
            assert_eq!(decode_text(&bytes), Err(TextEncodingError::UnmarkedUtf16));
        }
        let utf32 = b"\xFF\xFE\0\0a\0\0\0";
        for bytes in [&b"B\xFCro"[..], utf32, b"\xFF\xFEa", b"\xFF\xFE\0\xD8", b"ab\0"] {
            assert_eq!(decode_text(bytes), Err(TextEncodingError::NotUtf8), "{bytes:?}");
        }
    }
}
