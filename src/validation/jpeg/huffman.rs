//! Huffman tables (DHT; T.81, B.2.4.2 and annex C), and the lookup that finds a code in a window of bits.

/// A table as the file defines it. The lookup is built later, and only for tables that a scan uses, because a hostile header can
/// define the same table fifty thousand times.
#[derive(Debug, Clone)]
pub(super) struct HuffmanSpec {
    /// Number of codes of each length, 1 to 16 bits.
    counts: [u8; 16],
    symbols: Vec<u8>,
}

/// Reads the tables of one segment and stores them under their numbers.
pub(super) fn parse(
    mut content: &[u8],
    dc: &mut [Option<HuffmanSpec>; 4],
    ac: &mut [Option<HuffmanSpec>; 4],
) -> Result<(), &'static str> {
    while let Some((&head, rest)) = content.split_first() {
        let tables = match head >> 4 {
            0 => &mut *dc,
            1 => &mut *ac,
            _ => return Err("table class"),
        };
        let slot = tables.get_mut(usize::from(head & 0x0F)).ok_or("table number above 3")?;
        let (counts, rest) = rest.split_first_chunk::<16>().ok_or("table too short")?;
        let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
        if total > 256 {
            return Err("more than 256 codes");
        }
        let (symbols, rest) = rest.split_at_checked(total).ok_or("table too short")?;
        // A symbol is the bit count of a difference. Decoders refuse a table with a larger one, even if the picture does not use
        // that code.
        if head >> 4 == 0 && symbols.iter().any(|bits| *bits > 15) {
            return Err("a DC value of more than 15 bits");
        }
        let list = HuffmanSpec { counts: *counts, symbols: symbols.to_vec() };
        if !list.is_prefix_code() {
            return Err("code lengths that leave no prefix code");
        }
        *slot = Some(list);
        content = rest;
    }
    Ok(())
}

impl HuffmanSpec {
    /// Reports whether each length has room for its codes and the code of all ones is unused (T.81, annex C).
    fn is_prefix_code(&self) -> bool {
        let mut next = 0_u32;
        self.counts.iter().enumerate().all(|(index, count)| {
            next = (next << 1) + u32::from(*count);
            *count == 0 || next < 2 << index
        })
    }

    /// Each code with its length in bits and its symbol, shortest first (T.81, annex C).
    fn codes(&self) -> impl Iterator<Item = (usize, u32, u8)> {
        let mut code = 0;
        let lengths = (1_u32..).zip(self.counts).flat_map(move |(length, count)| {
            let first = code << 1;
            code = first + usize::from(count);
            (first..code).map(move |code| (code, length))
        });
        lengths.zip(&self.symbols).map(|((code, length), symbol)| (code, length, *symbol))
    }
}

/// Kind of values that a table codes. It determines the valid symbols (T.81, F.1.2, for 8-bit samples).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableClass {
    /// Differences of DC values, 0 to 11 bits.
    Dc,
    /// Runs of zeros and a value of 1 to 10 bits; 00 ends the block, F0 means 16 zeros.
    Ac,
}

impl TableClass {
    const fn allows(self, symbol: u8) -> bool {
        match self {
            Self::Dc => symbol <= 11,
            Self::Ac => symbol == 0 || symbol == 0xF0 || matches!(symbol & 0x0F, 1..=10),
        }
    }
}

/// Codes up to this length are found in one step; longer ones are rare.
const LOOKUP_BITS: u32 = 10;
/// Marks a symbol that must not occur; neither kind allows this value.
const FORBIDDEN: u8 = 0xFF;

/// A table with its lookup.
pub(super) struct HuffmanLookup {
    /// For each window of [`LOOKUP_BITS`] bits: code length << 8 | symbol; 0 if no code of at most that length fits.
    lookup: Box<[u16; 1 << LOOKUP_BITS]>,
    /// For each length: the first code, the number of codes, and the index of their first symbol.
    lengths: [(u32, u32, u32); 17],
    symbols: Vec<u8>,
}

impl HuffmanLookup {
    pub(super) fn new(list: &HuffmanSpec, kind: TableClass) -> Self {
        let symbols: Vec<u8> = list.symbols.iter().map(|s| if kind.allows(*s) { *s } else { FORBIDDEN }).collect();
        let mut lookup = Box::new([0; 1 << LOOKUP_BITS]);
        for (code, length, symbol) in list.codes().take_while(|(_, length, _)| *length <= LOOKUP_BITS) {
            if kind.allows(symbol) {
                let span = 1 << (LOOKUP_BITS - length);
                // The table is a prefix code, so the span lies within the lookup.
                lookup.iter_mut().skip(code * span).take(span).for_each(|slot| {
                    *slot = (length as u16) << 8 | u16::from(symbol);
                });
            }
        }
        let mut lengths = [(0, 0, 0); 17];
        let (mut code, mut offset) = (0_u32, 0_u32);
        for (slot, count) in lengths.iter_mut().skip(1).zip(list.counts) {
            code <<= 1;
            *slot = (code, u32::from(count), offset);
            code += u32::from(count);
            offset += u32::from(count);
        }
        Self { lookup, lengths, symbols }
    }

    /// Length and symbol of the code at the top of 16 bits.
    #[inline(always)]
    pub(super) fn find(&self, window: u16) -> Option<(u32, u8)> {
        let entry = self.lookup[usize::from(window >> (16 - LOOKUP_BITS))];
        if entry != 0 { Some((u32::from(entry >> 8), entry as u8)) } else { self.find_long(window) }
    }

    #[cold]
    fn find_long(&self, window: u16) -> Option<(u32, u8)> {
        for length in LOOKUP_BITS + 1..=16 {
            let code = u32::from(window) >> (16 - length);
            let (first, count, offset) = self.lengths[length as usize];
            if let Some(index) = code.checked_sub(first).filter(|index| *index < count) {
                let symbol = *self.symbols.get((offset + index) as usize)?;
                return (symbol != FORBIDDEN).then_some((length, symbol));
            }
        }
        None
    }
}

/// Bits of the window that [`AcLookup::step`] uses. Measured with photos of quality 95: 12 bits are a tenth slower (fewer codes
/// per step), and so are 14 (two tables no longer fit into the first-level cache).
pub(super) const STEP_BITS: u32 = 13;

/// AC codes with a second table that skips several of them in one step.
pub(super) struct AcLookup {
    pub(super) single: HuffmanLookup,
    /// Steps for windows of every width up to [`STEP_BITS`]; those of `width` bits begin at `1 << width`. The narrower ones are
    /// needed only to build the wider ones.
    steps: Box<[u16; 2 << STEP_BITS]>,
}

/// Several codes with their value bits, skipped together.
#[derive(Clone, Copy)]
pub(super) struct SkipStep {
    /// Number of bits; 0 if the window contains no complete code.
    pub bits: u32,
    /// Number of coefficients; [`SkipStep::END_OF_BLOCK`] is added if the last code ends the block.
    pub advance: u32,
}

impl SkipStep {
    pub(super) const END_OF_BLOCK: u32 = 64;
}

impl AcLookup {
    pub(super) fn new(list: &HuffmanSpec) -> Self {
        let mut steps = Box::new([0; 2 << STEP_BITS]);
        // The bits after a code form a narrower window, whose step is already known.
        for width in 1..=STEP_BITS {
            for (code, length, symbol) in list.codes().take_while(|(_, length, _)| *length <= width) {
                let bits = length + u32::from(symbol & 0x0F);
                if bits <= width && TableClass::Ac.allows(symbol) {
                    let rest = 1 << (width - bits);
                    for window in (code << (width - length)..).take(1 << (width - length)) {
                        let next = SkipStep::from_entry(steps[rest | (window & (rest - 1))]);
                        steps[1 << width | window] = SkipStep::of_code(bits, symbol).followed_by(next).into_entry();
                    }
                }
            }
        }
        Self { single: HuffmanLookup::new(list, TableClass::Ac), steps }
    }

    /// Looks up the step for the top of a window of [`STEP_BITS`] bits.
    #[inline(always)]
    pub(super) fn step(&self, window: usize) -> SkipStep {
        SkipStep::from_entry(self.steps[1 << STEP_BITS | (window & ((1 << STEP_BITS) - 1))])
    }
}

impl SkipStep {
    /// The step for one code with its value bits, `bits` in total.
    fn of_code(bits: u32, symbol: u8) -> Self {
        Self { bits, advance: if symbol == 0 { Self::END_OF_BLOCK } else { u32::from(symbol >> 4) + 1 } }
    }

    /// Joins both steps, unless the block ends between them (end-of-block code or 63 coefficients).
    fn followed_by(self, next: Self) -> Self {
        let within = self.advance + next.advance % Self::END_OF_BLOCK < Self::END_OF_BLOCK;
        if within { Self { bits: self.bits + next.bits, advance: self.advance + next.advance } } else { self }
    }

    #[inline(always)]
    fn from_entry(entry: u16) -> Self {
        Self { bits: u32::from(entry) & 0x0F, advance: u32::from(entry) >> 4 }
    }

    fn into_entry(self) -> u16 {
        // At most 13 bits and 63 + 64 coefficients.
        (self.advance << 4 | self.bits) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_at_most_256_codes() {
        let table = |of_15_bits: u8| {
            let mut counts = [0; 16];
            (counts[14], counts[15]) = (of_15_bits, 255);
            [&[0x10][..], &counts, &vec![0; 255 + usize::from(of_15_bits)]].concat()
        };
        for (of_15_bits, expected) in [(1, Ok(())), (2, Err("more than 256 codes"))] {
            let mut tables = [const { None }; 4];
            assert_eq!(parse(&table(of_15_bits), &mut [const { None }; 4], &mut tables), expected);
            assert_eq!(tables[0].is_some(), expected.is_ok());
        }
    }
}
