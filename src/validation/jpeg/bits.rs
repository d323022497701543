//! Reading bits from entropy-coded data (T.81, F.2.2.5): FF00 stands for FF, any other FF begins a marker.

/// A position in the data, with up to 64 bits read ahead. Small and `Copy`, so that it stays in registers.
#[derive(Clone, Copy)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// Index of the next byte to read; stays at the FF of a marker.
    position: usize,
    /// The bits read ahead, the next one at the top. The bits below them are zeros or bits that will be read again.
    buffer: u64,
    bits: u32,
}

/// Minimum number of bits after [`BitReader::refill`], except at the end of the data.
const REFILLED_BITS: u32 = 32;

impl<'a> BitReader<'a> {
    pub(super) fn at(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position, buffer: 0, bits: 0 }
    }

    /// Reads ahead until [`REFILLED_BITS`] or the end of the data.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        self.refill_below(REFILLED_BITS);
    }

    /// Reads ahead if fewer than `least` bits are buffered (at most [`REFILLED_BITS`]), until the buffer is full. Loops that need
    /// few bits at a time refill less often.
    #[inline(always)]
    pub(super) fn refill_below(&mut self, least: u32) {
        if self.bits >= least {
            return;
        }
        let chunk = self.bytes.get(self.position..).and_then(<[u8]>::first_chunk::<8>);
        match chunk.map(|chunk| u64::from_be_bytes(*chunk)) {
            Some(word) if !contains_ff(word) => {
                self.buffer |= word >> self.bits;
                let taken = (63 - self.bits) / 8;
                self.position += taken as usize;
                self.bits += taken * 8;
            }
            _ => *self = self.refilled_by_bytes(),
        }
    }

    #[inline(never)]
    fn refilled_by_bytes(mut self) -> Self {
        while self.bits <= 56 {
            let Some(&byte) = self.bytes.get(self.position) else { break };
            let taken = match (byte, self.bytes.get(self.position + 1)) {
                (0xFF, Some(0)) => 2,
                (0xFF, _) => break,
                _ => 1,
            };
            self.buffer |= u64::from(byte) << (56 - self.bits);
            self.position += taken;
            self.bits += 8;
        }
        self
    }

    /// Number of buffered bits; [`BitReader::window`] pads the bits after them.
    #[inline(always)]
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// The next `width` bits, 1 to 63, without consuming them.
    #[inline(always)]
    pub(super) fn window(&self, width: u32) -> u64 {
        self.buffer >> (64 - width)
    }

    /// Consumes `count` bits, at most [`BitReader::bits`].
    #[inline(always)]
    pub(super) fn consume(&mut self, count: u32) {
        self.buffer <<= count;
        self.bits -= count;
    }

    /// Classifies the bits before a marker. Must follow a refill, and the next thing in the data must be the marker.
    ///
    /// T.81, F.1.2.3, requires fewer than eight one bits. Decoders skip these bits unread, so some encoders write zeros or the
    /// old content of a register. jpeg-js and programs based on it write a whole byte of ones if the last code ends at a byte
    /// boundary. These bits contain nothing of the picture.
    pub(super) fn remainder(&self) -> PaddingBits {
        let bits = match self.bits {
            bits @ 0..8 => bits,
            // The buffer ends at a byte boundary of the data, so these eight bits are one byte.
            bits @ 8..16 if self.buffer >> (64 - bits) & 0xFF == 0xFF => bits - 8,
            _ => return PaddingBits::NotPadding,
        };
        if self.buffer.leading_ones() >= bits { PaddingBits::Ones } else { PaddingBits::OtherBits }
    }

    /// Reads the marker at which the data ended; `None` at the end of the file.
    pub(super) fn marker(&self) -> Option<Marker> {
        let rest = self.bytes.get(self.position..)?;
        let ones = rest.iter().take_while(|byte| **byte == 0xFF).count();
        let code = *rest.get(ones)?;
        (ones > 0).then(|| Marker { code, offset: self.position, fill: ones - 1, end: self.position + ones + 1 })
    }

    /// Reports two whole bytes of zeros before `marker`. The stuffed zero after FF does not count.
    pub(super) fn has_zeros_before(&self, marker: &Marker) -> bool {
        let before = self.bytes.get(..marker.offset).unwrap_or_default();
        before.strip_suffix(&[0, 0]).is_some_and(|rest| rest.last() != Some(&0xFF))
    }

    /// Continues after `marker`.
    pub(super) fn skip(&mut self, marker: &Marker) {
        *self = Self::at(self.bytes, marker.end);
    }
}

/// A marker in or after the picture data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    /// Second byte of the marker. 0 if fill bytes precede a stuffed FF00, which T.81 does not allow.
    pub code: u8,
    /// Offset of the first byte, including fill bytes.
    pub offset: usize,
    /// Number of fill bytes FF before the marker (T.81, B.1.1.2).
    pub fill: usize,
    /// Offset of the first byte after the marker.
    pub end: usize,
}

/// The bits between the last code and the next marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaddingBits {
    /// At most seven one bits, optionally followed by one byte of ones.
    Ones,
    /// As `Ones`, but the bits of the last code's byte are not all ones.
    OtherBits,
    /// More bits than the other variants allow.
    NotPadding,
}

impl PaddingBits {
    /// Reports whether the bits can be padding.
    pub(super) fn is_padding(self) -> bool {
        self != Self::NotPadding
    }
}

/// Reports whether one of eight bytes is FF, without a branch for each byte.
#[inline(always)]
fn contains_ff(word: u64) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let inverted = !word;
    inverted.wrapping_sub(LOW) & !inverted & HIGH != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ff_is_found_in_any_of_eight_bytes() {
        for place in 0..8 {
            let mut bytes = [0xFE, 0x00, 0x01, 0x80, 0x7F, 0xFE, 0x00, 0xFD];
            assert!(!contains_ff(u64::from_be_bytes(bytes)));
            bytes[place] = 0xFF;
            assert!(contains_ff(u64::from_be_bytes(bytes)), "{place}");
        }
    }

    #[test]
    fn stuffing_is_taken_out_and_markers_stop_the_reader() {
        let data = [0x12, 0xFF, 0x00, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0xFF, 0x00, 0xFF, 0xD9];
        let mut reader = BitReader::at(&data, 0);
        let mut seen = Vec::new();
        loop {
            reader.refill();
            if reader.bits() < 8 {
                break;
            }
            seen.push(reader.window(8) as u8);
            reader.consume(8);
        }
        assert_eq!(seen, [0x12, 0xFF, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0xFF]);
        assert_eq!(reader.marker(), Some(Marker { code: 0xD9, offset: 12, fill: 0, end: 14 }));
        assert_eq!(reader.remainder(), PaddingBits::Ones);
    }

    /// A reader after the first `bits` bits of `data`.
    fn after(data: &[u8], bits: u32) -> BitReader<'_> {
        let mut reader = BitReader::at(data, 0);
        reader.refill();
        reader.consume(bits);
        reader.refill();
        reader
    }

    #[test]
    fn fill_bytes_are_counted_and_passed_over() {
        for fill in 0..5 {
            let data = [&[0x12][..], &vec![0xFF; fill], &[0xFF, 0xD3, 0x34]].concat();
            let mut reader = after(&data, 8);
            let marker = reader.marker().unwrap();
            assert_eq!(marker, Marker { code: 0xD3, offset: 1, fill, end: fill + 3 });
            reader.skip(&marker);
            reader.refill();
            assert_eq!((reader.bits(), reader.window(8)), (8, 0x34));
        }
        assert_eq!(after(&[0x12, 0xFF, 0xFF, 0xFF], 8).marker(), None);
        assert_eq!(after(&[0x12], 8).marker(), None);
        // Fill bytes are allowed before markers only, not before a stuffed byte.
        assert_eq!(after(&[0x12, 0xFF, 0xFF, 0x00, 0xFF, 0xD9], 8).marker().unwrap().code, 0);
    }

    #[test]
    fn two_bytes_of_zeros_before_a_marker_are_seen() {
        for (data, expected) in [
            (&[0x12, 0x00, 0x00][..], true),
            (&[0x00, 0x00, 0x00], true),
            (&[0x12, 0x34, 0x00], false),
            (&[0x12, 0xFF, 0x00], false),
            (&[0xFF, 0x00, 0x00], false),
            (&[0x00, 0x00, 0x80], false),
        ] {
            let bytes = [data, &[0xFF, 0xFF, 0xD9]].concat();
            let mut reader = BitReader::at(&bytes, 0);
            reader.refill();
            let marker = reader.marker().unwrap();
            assert_eq!(reader.has_zeros_before(&marker), expected, "{data:02X?}");
        }
    }

    #[test]
    fn less_than_a_byte_and_one_byte_of_ones_are_padding() {
        const EOI: [u8; 2] = [0xFF, 0xD9];
        let remainder = |data: &[u8], bits| after(&[data, &EOI].concat(), bits).remainder();
        for (data, bits, expected) in [
            (&[0xAF][..], 8, PaddingBits::Ones),
            (&[0xAF], 4, PaddingBits::Ones),
            (&[0xA0], 4, PaddingBits::OtherBits),
            (&[0xA5], 4, PaddingBits::OtherBits),
            (&[0xA0], 1, PaddingBits::OtherBits),
            (&[0xA0], 0, PaddingBits::NotPadding),
            (&[0xAF, 0xFF, 0x00], 8, PaddingBits::Ones),
            (&[0xAF, 0xFF, 0x00], 4, PaddingBits::Ones),
            (&[0xA0, 0xFF, 0x00], 4, PaddingBits::OtherBits),
            (&[0xAF, 0xFE], 8, PaddingBits::NotPadding),
            (&[0xAF, 0x7F], 4, PaddingBits::NotPadding),
            (&[0xAF, 0x00], 8, PaddingBits::NotPadding),
            (&[0xAF, 0xFF, 0x00, 0xFF, 0x00], 8, PaddingBits::NotPadding),
            (&[0xAF, 0xFF, 0x00], 0, PaddingBits::NotPadding),
        ] {
            assert_eq!(remainder(data, bits), expected, "{data:02X?} after {bits} bits");
        }
    }
}
