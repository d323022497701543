//! Huffman tables (DHT; T.81, B.2.4.2 and annex C), and the lookup that finds a code in a window of bits.

/// A table as the file defines it; the lookup is built later and only for tables that a scan uses, because a hostile header
/// can define the same table fifty thousand times.
#[derive(Debug, Clone)]
pub(super) struct CodeList {
    /// How many codes there are of each length, 1 to 16 bits.
    counts: [u8; 16],
    /// Their symbols in the order of the codes.
    symbols: Vec<u8>,
}

/// Reads the tables of one segment into their places.
pub(super) fn parse(
    mut content: &[u8],
    dc: &mut [Option<CodeList>; 4],
    ac: &mut [Option<CodeList>; 4],
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
        let list = CodeList { counts: *counts, symbols: symbols.to_vec() };
        if !list.is_prefix_code() {
            return Err("code lengths that leave no prefix code");
        }
        *slot = Some(list);
        content = rest;
    }
    Ok(())
}

impl CodeList {
    /// Each length has room for its codes, and the code of all ones stays free (T.81, annex C).
    fn is_prefix_code(&self) -> bool {
        let mut next = 0_u32;
        self.counts.iter().enumerate().all(|(index, count)| {
            next = (next << 1) + u32::from(*count);
            *count == 0 || next < 2 << index
        })
    }
}

/// Which symbols make sense depends on what is coded (T.81, F.1.2, for 8-bit samples).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Differences of DC values, 0 to 11 bits.
    Dc,
    /// Runs of zeros and a value of 1 to 10 bits; 00 ends the block, F0 stands for 16 zeros.
    Ac,
}

impl Kind {
    const fn allows(self, symbol: u8) -> bool {
        match self {
            Self::Dc => symbol <= 11,
            Self::Ac => symbol == 0 || symbol == 0xF0 || matches!(symbol & 0x0F, 1..=10),
        }
    }
}

/// Codes up to this length are found in one step; longer ones are rare.
const LOOKUP_BITS: u32 = 10;
/// Stands for a symbol that must not occur; it is not allowed for either kind.
const FORBIDDEN: u8 = 0xFF;

/// A table ready for use.
pub(super) struct Codes {
    /// For each window of [`LOOKUP_BITS`] bits: code length << 8 | symbol; 0 where no code of that length or less fits.
    lookup: Box<[u16; 1 << LOOKUP_BITS]>,
    /// For each length: the first code, how many there are, and where their symbols begin.
    lengths: [(u32, u32, u32); 17],
    symbols: Vec<u8>,
}

impl Codes {
    pub(super) fn new(list: &CodeList, kind: Kind) -> Self {
        let symbols: Vec<u8> = list.symbols.iter().map(|s| if kind.allows(*s) { *s } else { FORBIDDEN }).collect();
        let mut lookup = Box::new([0; 1 << LOOKUP_BITS]);
        let mut lengths = [(0, 0, 0); 17];
        let (mut code, mut offset) = (0_u32, 0_u32);
        for (length, count) in (1_u32..).zip(list.counts) {
            let count = u32::from(count);
            code <<= 1;
            lengths[length as usize] = (code, count, offset);
            if length <= LOOKUP_BITS {
                let span = 1_usize << (LOOKUP_BITS - length);
                for (code, symbol) in (code as usize..).zip(symbols.iter().skip(offset as usize).take(count as usize)) {
                    if *symbol != FORBIDDEN {
                        let entry = (length as u16) << 8 | u16::from(*symbol);
                        // A prefix code by construction, so the span lies within the table.
                        lookup.iter_mut().skip(code * span).take(span).for_each(|slot| *slot = entry);
                    }
                }
            }
            code += count;
            offset += count;
        }
        Self { lookup, lengths, symbols }
    }

    /// The code at the top of 16 bits: its length and its symbol.
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

/// Bits of the window that [`AcCodes::step`] looks at: measured with photos of quality 95, 12 are a tenth slower
/// (fewer codes at once) and 14 too (two tables no longer fit the first-level cache).
pub(super) const STEP_BITS: u32 = 13;

/// AC codes with a second table that skips several of them at once.
pub(super) struct AcCodes {
    pub(super) single: Codes,
    steps: Box<[u16; 1 << STEP_BITS]>,
}

/// Several codes with their value bits, skipped together.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// Bits they take; 0 when not even one lies wholly within the window.
    pub bits: u32,
    /// Coefficients they stand for; [`Step::END_OF_BLOCK`] is added when the last of them ends the block.
    pub advance: u32,
}

impl Step {
    pub(super) const END_OF_BLOCK: u32 = 64;
}

impl AcCodes {
    pub(super) fn new(list: &CodeList) -> Self {
        let single = Codes::new(list, Kind::Ac);
        let mut steps = Box::new([0; 1 << STEP_BITS]);
        for (window, slot) in (0_u16..).zip(steps.iter_mut()) {
            *slot = measure_step(&single, window << (16 - STEP_BITS));
        }
        Self { single, steps }
    }

    /// What can be skipped at the top of a window of [`STEP_BITS`] bits.
    #[inline(always)]
    pub(super) fn step(&self, window: usize) -> Step {
        let entry = u32::from(self.steps[window & ((1 << STEP_BITS) - 1)]);
        Step { bits: entry & 0x0F, advance: entry >> 4 }
    }
}

fn measure_step(codes: &Codes, window: u16) -> u16 {
    let (mut bits, mut advance) = (0_u32, 0_u32);
    while let Some((length, symbol)) = codes.find(window << bits) {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 0x0F));
        let taken = bits + length + size;
        if taken > STEP_BITS {
            break;
        }
        if symbol == 0 {
            (bits, advance) = (taken, advance + Step::END_OF_BLOCK);
            break;
        }
        if advance + run + 1 > 63 {
            break;
        }
        (bits, advance) = (taken, advance + run + 1);
        if bits == STEP_BITS {
            break;
        }
    }
    // At most 13 bits and 63 + 64 coefficients.
    (advance << 4 | bits) as u16
}
