//! Bits of entropy-coded data (T.81, F.2.2.5): FF00 stands for FF, any other FF begins a marker.

use crate::TranscodeError;

/// A position in the data, with up to 64 bits read ahead.
pub(crate) struct BitSource<'a> {
    bytes: &'a [u8],
    /// Index of the next byte to read; stays at the FF of a marker.
    position: usize,
    /// The bits read ahead, the next one at the top, with zeros below them.
    buffer: u64,
    available: u32,
}

impl<'a> BitSource<'a> {
    pub(crate) fn new(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position, buffer: 0, available: 0 }
    }

    fn fill(&mut self) {
        while self.available <= 56 {
            let Some(&byte) = self.bytes.get(self.position) else { break };
            self.position += match (byte, self.bytes.get(self.position + 1)) {
                (0xFF, Some(0)) => 2,
                (0xFF, _) => break,
                _ => 1,
            };
            self.buffer |= u64::from(byte) << (56 - self.available);
            self.available += 8;
        }
    }

    /// Returns the next 16 bits without consuming them, padded with zeros at the end of the data.
    #[inline(always)]
    pub(crate) fn window(&mut self) -> u16 {
        if self.available < 16 {
            self.fill();
        }
        (self.buffer >> 48) as u16
    }

    /// Consumes `count` bits, at most 16.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u32) -> Result<(), TranscodeError> {
        if self.available < count {
            self.fill();
            if self.available < count {
                return Err(self.end_error());
            }
        }
        self.buffer <<= count;
        self.available -= count;
        Ok(())
    }

    /// Reads `count` bits, at most 16, as a number.
    #[inline(always)]
    pub(crate) fn read(&mut self, count: u32) -> Result<u32, TranscodeError> {
        let value = u32::from(self.window()) >> (16 - count);
        self.skip(count)?;
        Ok(value)
    }

    #[inline(always)]
    pub(crate) fn read_bit(&mut self) -> Result<bool, TranscodeError> {
        self.read(1).map(|bit| bit == 1)
    }

    /// Reads a signed number of `category` bits, at most 15; values below half of the range are negative (T.81, F.2.2.1: EXTEND).
    #[inline(always)]
    pub(crate) fn read_signed(&mut self, category: u32) -> Result<i32, TranscodeError> {
        let value = self.read(category)? as i32;
        let is_negative = category > 0 && value < 1 << (category - 1);
        Ok(if is_negative { value + 1 - (1 << category) } else { value })
    }

    /// Skips the padding before a marker and reads the marker. Returns its code and the position after it.
    pub(crate) fn marker(&mut self) -> Result<(u8, usize), TranscodeError> {
        self.fill();
        if self.available >= 8 {
            return Err(TranscodeError::Damaged("more picture data than the header promises"));
        }
        // `fill` stops only at a marker or at the end of the file.
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let fill_bytes = rest.iter().take_while(|byte| **byte == 0xFF).count();
        let code = *rest.get(fill_bytes).ok_or(TranscodeError::Truncated)?;
        Ok((code, self.position + fill_bytes + 1))
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn seek(&mut self, position: usize) {
        *self = Self::new(self.bytes, position);
    }

    fn end_error(&self) -> TranscodeError {
        // A single FF at the end may be half of a stuffed byte or of a marker.
        if self.position + 1 < self.bytes.len() {
            TranscodeError::Damaged("less picture data than the header promises")
        } else {
            TranscodeError::Truncated
        }
    }
}
