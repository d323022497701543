//! Memory of another process, as its owner or an attacker with the same rights can read it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

/// Bytes that are read at once, a multiple of every page size.
const BLOCK: usize = 1 << 16;
/// Bytes of the next block that are read together with a block; at least the length of the searched pattern.
const OVERLAP: usize = 64;

/// Calls `visit` for all writable memory of a process, in overlapping blocks; blocks of zeros are skipped.
pub fn for_each_block(process_id: u32, mut visit: impl FnMut(&str, &[u8])) {
    let maps = fs::read_to_string(format!("/proc/{process_id}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process_id}/mem")).unwrap();
    let (mut block, zeros) = (vec![0; BLOCK + OVERLAP], vec![0; BLOCK + OVERLAP]);
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (range, permissions) = (fields.next().unwrap(), fields.next().unwrap());
        if !permissions.starts_with("rw") {
            continue;
        }
        let name = fields.nth(3).unwrap_or("anonymous");
        let (start, end) = range.split_once('-').unwrap();
        let [mut start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
        while start < end {
            let length = usize::try_from(end - start).unwrap().min(block.len());
            // A mapping may have been removed meanwhile, and some belong to devices.
            if memory.read_exact_at(&mut block[..length], start).is_ok() && block[..length] != zeros[..length] {
                visit(name, &block[..length]);
            }
            start += BLOCK as u64;
        }
    }
}
