//! The scan header (SOS; T.81, B.2.3), checked against the coefficients that earlier scans have coded.

use crate::TranscodeError;
use crate::frame::{CoefficientFrame, NOT_CODED};

/// Part of the coefficients that a scan codes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanPass {
    /// All coefficients at once.
    Sequential,
    /// DC coefficients without their lowest bits.
    DcFirst,
    /// One more bit of each DC coefficient.
    DcRefinement,
    /// A band of AC coefficients without their lowest bits.
    AcFirst,
    /// One more bit of each coefficient of a band.
    AcRefinement,
}

/// A scan that matches the frame and the scans before it.
pub(crate) struct ScanHeader {
    pub(crate) colours: Vec<ScanColour>,
    pub(crate) pass: ScanPass,
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Number of lowest bits that this scan omits.
    pub(crate) shift: u32,
}

/// One colour of a scan.
pub(crate) struct ScanColour {
    pub(crate) plane: usize,
    pub(crate) dc_table: usize,
    pub(crate) ac_table: usize,
}

/// Maximum number of bits that a scan may omit (T.81, table B.3).
const MAX_SHIFT: u8 = 13;

impl ScanHeader {
    /// Reads a scan header and records in `frame` the bits that the scan adds.
    pub(crate) fn parse(content: &[u8], frame: &mut CoefficientFrame) -> Result<Self, TranscodeError> {
        let damaged = TranscodeError::Damaged("scan header");
        let (&count, rest) = content.split_first().ok_or(damaged)?;
        let (selectors, spectral) = rest.split_at_checked(2 * usize::from(count)).ok_or(damaged)?;
        let &[first, last, approximation] = spectral else { return Err(damaged) };
        let (selectors, _) = selectors.as_chunks::<2>();
        let mut colours: Vec<ScanColour> = Vec::new();
        for &[id, tables] in selectors {
            let plane = frame.planes.iter().position(|plane| plane.id == id).ok_or(damaged)?;
            // Must be in the order of the frame (T.81, B.2.3), so each colour occurs at most once.
            if colours.last().is_some_and(|before| before.plane >= plane) || tables >> 4 > 3 || tables & 0x0F > 3 {
                return Err(damaged);
            }
            colours.push(ScanColour {
                plane,
                dc_table: usize::from(tables >> 4),
                ac_table: usize::from(tables & 0x0F),
            });
        }
        if colours.is_empty() {
            return Err(damaged);
        }
        let (high, low) = (approximation >> 4, approximation & 0x0F);
        let pass = match (frame.is_progressive, first, last, high) {
            (false, 0, 63, 0) if low == 0 => ScanPass::Sequential,
            (true, 0, 0, 0) => ScanPass::DcFirst,
            (true, 0, 0, _) => ScanPass::DcRefinement,
            (true, 1..=63, _, 0) if first <= last && last <= 63 && count == 1 => ScanPass::AcFirst,
            (true, 1..=63, _, _) if first <= last && last <= 63 && count == 1 => ScanPass::AcRefinement,
            _ => return Err(damaged),
        };
        if low > MAX_SHIFT || high > 0 && high != low + 1 {
            return Err(damaged);
        }
        let (first, last) = (usize::from(first), usize::from(last));
        let before = if high == 0 { NOT_CODED } else { high };
        for colour in &colours {
            let missing_bits = &mut frame.planes[colour.plane].missing_bits;
            let (dc, band) = (missing_bits[0], &mut missing_bits[first..=last]);
            if first > 0 && dc == NOT_CODED || band.iter().any(|missing| *missing != before) {
                return Err(TranscodeError::Damaged("scans in the wrong order"));
            }
            band.fill(low);
        }
        Ok(Self { colours, pass, first, last, shift: u32::from(low) })
    }
}
