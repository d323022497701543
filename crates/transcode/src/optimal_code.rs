//! Huffman codes made from the frequencies of their symbols (T.81, K.2 and C.2).

/// Maximum length of a code in a file, in bits.
const MAX_LENGTH: usize = 16;
/// Reserves the code of all ones, which must remain unused (T.81, annex C): an extra symbol with the lowest frequency.
const RESERVED: usize = 256;

/// A code with short codes for frequent symbols.
pub(crate) struct OptimalCode {
    /// Number of codes of each length, 1 to 16 bits.
    pub(crate) counts: [u8; MAX_LENGTH],
    pub(crate) symbols: Vec<u8>,
    /// Code and length in bits of each symbol; 0 for symbols that do not occur.
    codes: [(u16, u8); 256],
}

impl OptimalCode {
    pub(crate) fn new(frequencies: &[u32; 256]) -> Self {
        let lengths = code_lengths(frequencies);
        // `shorten` shortens codes that are too long, so lengths of up to 256 bits may occur before it.
        let mut counts = [0_usize; RESERVED + 1];
        lengths.iter().filter(|length| **length > 0).for_each(|length| counts[*length] += 1);
        shorten(&mut counts);
        // The longest code is the one of all ones.
        if let Some(count) = counts.iter_mut().rev().find(|count| **count > 0) {
            *count -= 1;
        }
        let mut symbols: Vec<u8> = (0..=u8::MAX).filter(|symbol| lengths[usize::from(*symbol)] > 0).collect();
        symbols.sort_by_key(|symbol| lengths[usize::from(*symbol)]);

        let mut codes = [(0, 0); 256];
        let mut code = 0_u16;
        let mut coming = symbols.iter();
        for (length, count) in (1_u8..).zip(&counts[1..=MAX_LENGTH]) {
            code <<= 1;
            for symbol in coming.by_ref().take(*count) {
                codes[usize::from(*symbol)] = (code, length);
                code += 1;
            }
        }
        // At most 255 of each length: there are 256 symbols, and more than 255 symbols have at least two lengths.
        let counts = std::array::from_fn(|index| counts[index + 1] as u8);
        Self { counts, symbols, codes }
    }

    /// The code of a symbol and its length in bits.
    #[inline(always)]
    pub(crate) fn code(&self, symbol: u8) -> (u16, u8) {
        self.codes[usize::from(symbol)]
    }
}

/// Code lengths of a Huffman tree, 0 for symbols that do not occur (T.81, figure K.1).
fn code_lengths(frequencies: &[u32; 256]) -> [usize; RESERVED + 1] {
    let mut lengths = [0; RESERVED + 1];
    // Trees with their weight and their leaves. The number is that of the last leaf and decides between equal weights.
    let leaves = frequencies.iter().map(|frequency| u64::from(*frequency)).chain([1]);
    let mut trees: Vec<(u64, Vec<usize>)> =
        leaves.enumerate().filter(|(_, weight)| *weight > 0).map(|(symbol, weight)| (weight, vec![symbol])).collect();
    while trees.len() > 1 {
        let mut take_lightest = || {
            let lightest = trees
                .iter()
                .enumerate()
                .min_by_key(|(_, (weight, leaves))| (*weight, std::cmp::Reverse(leaves.first().copied())));
            let index = lightest.map_or(0, |(index, _)| index);
            trees.swap_remove(index)
        };
        let (first, second) = (take_lightest(), take_lightest());
        let leaves = [first.1, second.1].concat();
        leaves.iter().for_each(|symbol| lengths[*symbol] += 1);
        trees.push((first.0 + second.0, leaves));
    }
    lengths
}

/// Moves codes that are too long to shorter lengths (T.81, figure K.3).
fn shorten(counts: &mut [usize; RESERVED + 1]) {
    for length in (MAX_LENGTH + 1..counts.len()).rev() {
        while counts[length] > 0 {
            // The two longest codes differ in their last bit. Their common prefix replaces the pair, and the other code is placed
            // beside a shorter code, which becomes one bit longer.
            let Some(shorter) = (1..length - 1).rev().find(|shorter| counts[*shorter] > 0) else { return };
            counts[length] -= 2;
            counts[length - 1] += 1;
            counts[shorter + 1] += 2;
            counts[shorter] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kraft_sum(code: &OptimalCode) -> u32 {
        code.counts.iter().enumerate().map(|(index, count)| u32::from(*count) << (15 - index)).sum()
    }

    #[test]
    fn frequent_symbols_have_short_codes_and_all_ones_stay_free() {
        let mut frequencies = [0; 256];
        for (symbol, frequency) in [(3, 1000), (0, 400), (9, 100), (200, 1)] {
            frequencies[symbol] = frequency;
        }
        let code = OptimalCode::new(&frequencies);
        assert_eq!(code.symbols, [3, 0, 9, 200]);
        assert_eq!([3, 0, 9, 200].map(|symbol| code.code(symbol)), [(0, 1), (0b10, 2), (0b110, 3), (0b1110, 4)]);
        assert_eq!(code.code(7), (0, 0));
    }

    #[test]
    fn one_symbol_has_one_bit() {
        let mut frequencies = [0; 256];
        frequencies[0xF0] = 1;
        let code = OptimalCode::new(&frequencies);
        assert_eq!((code.counts[0], code.code(0xF0)), (1, (0, 1)));
    }

    /// Fibonacci frequencies give the deepest tree; with 256 equal frequencies all lengths are about 8.
    #[test]
    fn no_code_is_longer_than_16_bits() {
        let mut fibonacci = [0_u32; 256];
        let (mut one, mut two) = (1_u32, 1_u32);
        for frequency in fibonacci.iter_mut().take(40) {
            *frequency = one;
            (one, two) = (two, one + two);
        }
        for (frequencies, symbols) in [(fibonacci, 40), ([1; 256], 256), ([u32::MAX; 256], 256)] {
            let code = OptimalCode::new(&frequencies);
            assert_eq!(code.symbols.len(), symbols);
            assert_eq!(code.counts.iter().map(|count| usize::from(*count)).sum::<usize>(), symbols);
            let longest = code.counts.iter().rposition(|count| *count > 0).unwrap();
            assert_eq!(kraft_sum(&code), (1 << 16) - (1 << (15 - longest)), "one code stays free");
        }
    }
}
