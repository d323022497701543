//! Quantisation tables (DQT; T.81, B.2.4.1) and the quality setting that they correspond to.

/// A table in the file's zigzag order.
pub(super) type QuantisationTable = [u16; 64];

/// Sum of all entries of the standard luminance table (T.81, K.1), the reference of the Independent JPEG Group's quality setting.
const STANDARD_LUMA_SUM: u32 = 3685;

/// Reads the tables of one segment and stores them under their numbers.
pub(super) fn parse(mut content: &[u8], tables: &mut [Option<QuantisationTable>; 4]) -> Result<(), &'static str> {
    while let Some((&head, rest)) = content.split_first() {
        let slot = tables.get_mut(usize::from(head & 0x0F)).ok_or("table number above 3")?;
        let mut table = [0; 64];
        content = match head >> 4 {
            0 => {
                let (values, rest) = rest.split_first_chunk::<64>().ok_or("table too short")?;
                table.iter_mut().zip(values).for_each(|(entry, value)| *entry = u16::from(*value));
                rest
            }
            1 => {
                let (values, rest) = rest.split_first_chunk::<128>().ok_or("table too short")?;
                let pairs = values.chunks_exact(2).filter_map(<[u8]>::first_chunk);
                table.iter_mut().zip(pairs).for_each(|(entry, pair)| *entry = u16::from_be_bytes(*pair));
                rest
            }
            _ => return Err("precision is neither 8 nor 16 bit"),
        };
        if table.contains(&0) {
            return Err("a quantisation step of zero");
        }
        *slot = Some(table);
    }
    Ok(())
}

/// The quality setting, 1 to 100, for which the Independent JPEG Group's formula gives this luminance table. For tables of that
/// formula it is exact to 1 from 25 upwards; for tables of other encoders it is an estimate.
pub(super) fn quality(luma: &QuantisationTable) -> u8 {
    let sum: u32 = luma.iter().map(|step| u32::from(*step)).sum();
    // The formula's scale in per cent, rounded: 0 at quality 100, 100 at 50, 5000 at 1.
    let scale = (100 * sum + STANDARD_LUMA_SUM / 2) / STANDARD_LUMA_SUM;
    let quality = if scale <= 100 { (200 - scale) / 2 } else { 5000 / scale };
    quality.clamp(1, 100) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_of_a_table_is_rounded() {
        for (per_mille, expected) in [(100, 95), (204, 90), (206, 89), (1_000, 50), (5_000, 10)] {
            let sum = STANDARD_LUMA_SUM * per_mille / 1_000;
            let mut table = [1; 64];
            table[0] = u16::try_from(sum - 63).unwrap();
            assert_eq!(quality(&table), expected, "{per_mille}");
        }
    }
}
