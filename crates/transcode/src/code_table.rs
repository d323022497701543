//! Huffman tables of a file (DHT; T.81, B.2.4.2 and annex C).

use crate::TranscodeError;
use crate::bit_source::BitSource;

/// A table as the file defines it. The lookup is built only for tables that a scan uses, because a header can define a table many
/// times.
#[derive(Clone)]
pub(crate) struct CodeDefinition {
    /// Number of codes of each length, 1 to 16 bits.
    counts: [u8; 16],
    symbols: Vec<u8>,
}

/// The current tables, by their numbers.
#[derive(Default)]
pub(crate) struct CodeDefinitions {
    pub(crate) dc: [Option<CodeDefinition>; 4],
    pub(crate) ac: [Option<CodeDefinition>; 4],
}

impl CodeDefinitions {
    pub(crate) fn take(&mut self, mut content: &[u8]) -> Result<(), TranscodeError> {
        let too_short = TranscodeError::Damaged("a Huffman table is too short");
        while let Some((&head, rest)) = content.split_first() {
            let tables = match head >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(TranscodeError::Damaged("class of a Huffman table")),
            };
            let slot =
                tables.get_mut(usize::from(head & 0x0F)).ok_or(TranscodeError::Damaged("number of a Huffman table"))?;
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(too_short)?;
            let total = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(total).ok_or(too_short)?;
            let definition = CodeDefinition { counts: *counts, symbols: symbols.to_vec() };
            if !definition.is_prefix_code() {
                return Err(TranscodeError::Damaged("a Huffman table is no prefix code"));
            }
            *slot = Some(definition);
            content = rest;
        }
        Ok(())
    }
}

impl CodeDefinition {
    /// Reports whether each length has room for its codes and the code of all ones is unused (T.81, annex C).
    fn is_prefix_code(&self) -> bool {
        let mut next = 0_u32;
        self.counts.iter().enumerate().all(|(index, count)| {
            next = (next << 1) + u32::from(*count);
            *count == 0 || next < 2 << index
        })
    }
}

/// Codes up to this length are found in one step.
const LOOKUP_BITS: u32 = 9;

/// A table with its lookup.
pub(crate) struct CodeTable {
    /// For each window of [`LOOKUP_BITS`] bits: code length << 8 | symbol; 0 if no code of at most that length fits.
    lookup: [u16; 1 << LOOKUP_BITS],
    /// For each length: the first code, the number of codes, and the index of their first symbol.
    lengths: [(u32, u32, usize); 17],
    symbols: Vec<u8>,
}

impl CodeTable {
    pub(crate) fn new(definition: &CodeDefinition) -> Self {
        let mut lookup = [0; 1 << LOOKUP_BITS];
        let mut lengths = [(0, 0, 0); 17];
        let (mut code, mut offset) = (0_u32, 0_usize);
        for (length, count) in (1_u32..).zip(definition.counts) {
            code <<= 1;
            lengths[length as usize] = (code, u32::from(count), offset);
            if length <= LOOKUP_BITS {
                let span = 1 << (LOOKUP_BITS - length);
                let symbols = definition.symbols.iter().skip(offset).take(usize::from(count));
                for (slots, symbol) in lookup[code as usize * span..].chunks_mut(span).zip(symbols) {
                    slots.fill((length as u16) << 8 | u16::from(*symbol));
                }
            }
            code += u32::from(count);
            offset += usize::from(count);
        }
        Self { lookup, lengths, symbols: definition.symbols.clone() }
    }

    #[inline(always)]
    pub(crate) fn read(&self, bits: &mut BitSource<'_>) -> Result<u8, TranscodeError> {
        let window = bits.window();
        let entry = self.lookup[usize::from(window >> (16 - LOOKUP_BITS))];
        let (length, symbol) =
            if entry != 0 { (u32::from(entry >> 8), entry as u8) } else { self.find_long(window, bits)? };
        bits.skip(length)?;
        Ok(symbol)
    }

    #[cold]
    fn find_long(&self, window: u16, bits: &mut BitSource<'_>) -> Result<(u32, u8), TranscodeError> {
        for length in LOOKUP_BITS + 1..=16 {
            let code = u32::from(window) >> (16 - length);
            let (first, count, offset) = self.lengths[length as usize];
            if let Some(index) = code.checked_sub(first).filter(|index| *index < count) {
                let symbol = self.symbols.get(offset + index as usize);
                return symbol
                    .map(|symbol| (length, *symbol))
                    .ok_or(TranscodeError::Damaged("a Huffman table is too short"));
            }
        }
        // At the end of a truncated file the window is padded with zeros or ends early.
        bits.skip(16)?;
        Err(TranscodeError::Damaged("a code that is in no Huffman table"))
    }
}
