//! A line of the standard input.

use std::io::{self, BufRead, Read};

use zeroize::Zeroizing;

use crate::domain::text_encoding::decode_text;

/// In bytes. A longer line is cut.
const MAX_LENGTH: u64 = 4096;

/// The first line of the standard input, without its end; empty if there is none. A pipe of PowerShell may put a byte order mark before it,
/// or write UTF-16.
pub(super) fn read_typed_line() -> io::Result<Zeroizing<String>> {
    first_line(&mut io::stdin().lock())
}

/// The next line of the standard input, without its end; `None` at the end of the input.
pub(super) fn read_next_line() -> io::Result<Option<Zeroizing<String>>> {
    let mut input = io::stdin().lock();
    if input.fill_buf()?.is_empty() { Ok(None) } else { first_line(&mut input).map(Some) }
}

fn first_line(input: &mut impl BufRead) -> io::Result<Zeroizing<String>> {
    let mut input = input.take(MAX_LENGTH);
    let mut line = Zeroizing::new(Vec::new());
    input.read_until(b'\n', &mut line)?;
    if line.starts_with(b"\xFF\xFE") && line.len() % 2 == 1 {
        // The second byte of the line feed.
        input.read_until(0, &mut line)?;
    }
    Ok(Zeroizing::new(decode_text(&line)?.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_in_the_encodings_of_pipes() {
        let utf16 =
            |bytes: fn(u16) -> [u8; 2]| "\u{feff}AB-1\r\nmore".encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let inputs = [
            b"AB-1\nmore".to_vec(),
            b"\xEF\xBB\xBFAB-1\r\n".to_vec(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
        ];
        for input in inputs {
            assert_eq!(*first_line(&mut &input[..]).unwrap(), "AB-1", "{input:?}");
        }
        assert_eq!(*first_line(&mut &b""[..]).unwrap(), "");
        let unmarked = first_line(&mut &b"A\0B\0\n\0"[..]).unwrap_err();
        assert_eq!(unmarked.kind(), io::ErrorKind::InvalidData);
    }
}
