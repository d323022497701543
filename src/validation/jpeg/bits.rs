//! Reading bits from entropy-coded data (T.81, F.2.2.5): FF00 stands for FF, any other FF begins a marker.

/// A position in the data, with up to 64 bits read ahead. Small and copied freely, so that it stays in registers.
#[derive(Clone, Copy)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next byte to read; stays at the FF of a marker.
    position: usize,
    /// The bits read ahead, the next one topmost. Below them lie either zeros or bits that will be read again.
    buffer: u64,
    bits: u32,
}

/// After [`BitReader::refill`] there are at least this many bits, unless the data end.
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

    /// Reads ahead when there are fewer bits than `least`, at most [`REFILLED_BITS`]; as far as there is room. Loops that need
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

    /// Bits that are there; what [`BitReader::window`] shows beyond them is filled up.
    #[inline(always)]
    pub(super) fn bits(&self) -> u32 {
        self.bits
    }

    /// The next `width` bits, 1 to 63, without consuming them.
    #[inline(always)]
    pub(super) fn window(&self, width: u32) -> u64 {
        self.buffer >> (64 - width)
    }

    /// Goes on by `count` bits, not more than [`BitReader::bits`].
    #[inline(always)]
    pub(super) fn consume(&mut self, count: u32) {
        self.buffer <<= count;
        self.bits -= count;
    }

    /// After a refill: whether nothing but padding is left before a marker, less than a byte of one bits (T.81, F.1.2.3).
    pub(super) fn remainder(&self) -> Remainder {
        if self.bits >= 8 {
            Remainder::Data
        } else if self.buffer.leading_ones() >= self.bits {
            Remainder::Padding
        } else {
            Remainder::WrongPadding
        }
    }

    /// The marker at which the data ended; `None` at the end of the file.
    pub(super) fn marker(&self) -> Option<u8> {
        match self.bytes.get(self.position..)? {
            [0xFF, marker, ..] => Some(*marker),
            _ => None,
        }
    }

    /// Where that marker begins.
    pub(super) fn marker_position(&self) -> usize {
        self.position
    }

    /// Goes on behind that marker.
    pub(super) fn skip_marker(&mut self) {
        *self = Self::at(self.bytes, self.position + 2);
    }
}

/// What lies between the last code and the next marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remainder {
    /// Nothing, or less than a byte of one bits.
    Padding,
    /// Less than a byte, but not all ones.
    WrongPadding,
    /// A byte or more.
    Data,
}

/// Whether one of eight bytes is FF, without a branch for each.
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
        assert_eq!((reader.marker(), reader.marker_position()), (Some(0xD9), 12));
        assert_eq!(reader.remainder(), Remainder::Padding);
    }
}
