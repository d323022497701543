//! A builder for EXIF segments whose entries have any type, in both byte orders.

use super::jpeg::{new_segment, with_inserted};

pub const ORIENTATION: u16 = 0x0112;
pub const X_RESOLUTION: u16 = 0x011A;
pub const Y_RESOLUTION: u16 = 0x011B;
pub const RESOLUTION_UNIT: u16 = 0x0128;
pub const DATE_TIME_ORIGINAL: u16 = 0x9003;
pub const OFFSET_TIME_ORIGINAL: u16 = 0x9011;
pub const DATE_TIME_DIGITIZED: u16 = 0x9004;
pub const GPS_LATITUDE: u16 = 2;

pub const BYTE: u16 = 1;
pub const ASCII: u16 = 2;
pub const SHORT: u16 = 3;
pub const LONG: u16 = 4;
pub const RATIONAL: u16 = 5;
pub const SBYTE: u16 = 6;
pub const UNDEFINED: u16 = 7;
pub const SSHORT: u16 = 8;
pub const SLONG: u16 = 9;
pub const SRATIONAL: u16 = 10;
pub const FLOAT: u16 = 11;
pub const DOUBLE: u16 = 12;
pub const IFD: u16 = 13;
pub const LONG8: u16 = 16;
pub const SLONG8: u16 = 17;
pub const IFD8: u16 = 18;
pub const UTF8: u16 = 129;

pub const INTEGERS: [u16; 8] = [BYTE, SHORT, LONG, SBYTE, UNDEFINED, SSHORT, SLONG, IFD];

#[derive(Debug, Clone, Copy)]
pub enum ExifByteOrder {
    Big,
    Little,
}

pub const BYTE_ORDERS: [ExifByteOrder; 2] = [ExifByteOrder::Big, ExifByteOrder::Little];

/// An entry of a directory with its values.
#[derive(Clone)]
pub struct ExifEntry {
    tag: u16,
    kind: u16,
    values: ExifValues,
}

#[derive(Clone)]
enum ExifValues {
    Text(Vec<u8>),
    Numbers(Vec<f64>),
    Ratio(u32, u32),
}

impl ExifEntry {
    pub fn number(tag: u16, kind: u16, number: f64) -> Self {
        Self::numbers(tag, kind, &[number])
    }

    pub fn numbers(tag: u16, kind: u16, numbers: &[f64]) -> Self {
        Self { tag, kind, values: ExifValues::Numbers(numbers.to_vec()) }
    }

    pub fn ratio(tag: u16, kind: u16, numerator: u32, denominator: u32) -> Self {
        Self { tag, kind, values: ExifValues::Ratio(numerator, denominator) }
    }

    /// Text with one byte per character; a final zero must be part of `text`.
    pub fn text(tag: u16, kind: u16, text: impl AsRef<[u8]>) -> Self {
        Self { tag, kind, values: ExifValues::Text(text.as_ref().to_vec()) }
    }

    /// The encoded values, and their number.
    fn encoded(&self, order: ExifByteOrder) -> (Vec<u8>, u32) {
        match &self.values {
            ExifValues::Text(text) => (text.clone(), text.len() as u32),
            ExifValues::Numbers(numbers) => {
                let values: Vec<u8> = numbers.iter().flat_map(|number| encoded(order, self.kind, *number)).collect();
                let is_text = matches!(self.kind, ASCII | UTF8);
                let count = if is_text { values.len() } else { numbers.len() };
                (values, count as u32)
            }
            ExifValues::Ratio(numerator, denominator) => {
                ([order.long(*numerator), order.long(*denominator)].concat(), 1)
            }
        }
    }
}

impl ExifByteOrder {
    fn ordered<const N: usize>(self, big_endian: [u8; N]) -> [u8; N] {
        let mut bytes = big_endian;
        if matches!(self, Self::Little) {
            bytes.reverse();
        }
        bytes
    }

    fn short(self, number: u16) -> [u8; 2] {
        self.ordered(number.to_be_bytes())
    }

    fn long(self, number: u32) -> [u8; 4] {
        self.ordered(number.to_be_bytes())
    }
}

fn encoded(order: ExifByteOrder, kind: u16, number: f64) -> Vec<u8> {
    let whole = number as i64;
    match kind {
        BYTE | SBYTE | UNDEFINED => vec![whole as u8],
        ASCII | UTF8 => format!("{number}\0").into_bytes(),
        SHORT | SSHORT => order.short(whole as u16).to_vec(),
        LONG | SLONG | IFD => order.long(whole as u32).to_vec(),
        RATIONAL | SRATIONAL => [order.long(whole as u32), order.long(1)].concat(),
        FLOAT => order.ordered((number as f32).to_be_bytes()).to_vec(),
        DOUBLE => order.ordered(number.to_be_bytes()).to_vec(),
        LONG8 | SLONG8 | IFD8 => order.ordered((whole as u64).to_be_bytes()).to_vec(),
        _ => panic!("{kind} is no type"),
    }
}

/// The directories of an EXIF segment. An EXIF or GPS directory without entries is left out, together with its pointer.
#[derive(Clone)]
pub struct ExifBlock {
    pub order: ExifByteOrder,
    pub first: Vec<ExifEntry>,
    pub exif: Vec<ExifEntry>,
    pub gps: Vec<ExifEntry>,
    /// JPEG bytes of a thumbnail in the second directory, and the type of the entries that locate it.
    pub thumbnail: Option<(Vec<u8>, u16)>,
    /// Type of the pointers to the EXIF and GPS directories.
    pub pointer_kind: u16,
    /// Number of unknown entries before the others in each directory.
    pub entries_before: usize,
}

impl ExifBlock {
    pub fn new(order: ExifByteOrder) -> Self {
        let [first, exif, gps] = [(); 3].map(|()| Vec::new());
        Self { order, first, exif, gps, thumbnail: None, pointer_kind: LONG, entries_before: 0 }
    }

    /// With a capture time in the standard format.
    pub fn captured(order: ExifByteOrder, text: &str) -> Self {
        Self::new(order).with_exif(ExifEntry::text(DATE_TIME_ORIGINAL, ASCII, format!("{text}\0")))
    }

    pub fn with_first(mut self, entry: ExifEntry) -> Self {
        self.first.push(entry);
        self
    }

    pub fn with_exif(mut self, entry: ExifEntry) -> Self {
        self.exif.push(entry);
        self
    }

    pub fn with_gps(mut self, entry: ExifEntry) -> Self {
        self.gps.push(entry);
        self
    }

    pub fn tiff(&self) -> Vec<u8> {
        let order = self.order;
        let filler = (0..self.entries_before).map(|index| ExifEntry::number(0x0100 + index as u16, SHORT, 2.0));
        let padded = |entries: &[ExifEntry]| filler.clone().chain(entries.iter().cloned()).collect::<Vec<_>>();
        let pointers = [(0x8769, &self.exif), (0x8825, &self.gps)];
        let pointed: Vec<_> = pointers.into_iter().filter(|(_, entries)| !entries.is_empty()).collect();
        let mut first = padded(&self.first);
        first.extend(pointed.iter().map(|(tag, _)| ExifEntry::number(*tag, self.pointer_kind, 0.0)));
        // Laid out twice, because the pointers in the first directory are only known after the first pass.
        let mut bytes =
            [if matches!(order, ExifByteOrder::Big) { b"MM\0*" } else { b"II*\0" }, &order.long(8)[..]].concat();
        let at = bytes.len() + directory(order, &first, 8, 0).len();
        let mut behind = Vec::new();
        let count = first.len();
        for (index, (tag, entries)) in pointed.iter().enumerate() {
            let start = at + behind.len();
            first[count - pointed.len() + index] = ExifEntry::number(*tag, self.pointer_kind, start as f64);
            behind.extend(directory(order, &padded(entries), start, 0));
        }
        let second = at + behind.len();
        if let Some((jpeg, kind)) = &self.thumbnail {
            let entries = |start: usize| {
                let values = [(0x0201, start), (0x0202, jpeg.len())];
                values.map(|(tag, value)| ExifEntry::number(tag, *kind, value as f64)).to_vec()
            };
            let length = directory(order, &entries(0), second, 0).len();
            behind.extend(directory(order, &entries(second + length), second, 0));
            behind.extend(jpeg);
        }
        bytes.extend(directory(order, &first, 8, if self.thumbnail.is_some() { second as u32 } else { 0 }));
        [bytes, behind].concat()
    }

    pub fn segment(&self) -> Vec<u8> {
        new_segment(0xE1, &[b"Exif\0\0", self.tiff().as_slice()].concat())
    }

    /// `bytes` with this segment at the beginning.
    pub fn within(&self, bytes: &[u8]) -> Vec<u8> {
        with_inserted(bytes, 2, &self.segment())
    }
}

/// A directory that begins at `start`, followed by the values that do not fit into its entries.
fn directory(order: ExifByteOrder, entries: &[ExifEntry], start: usize, following: u32) -> Vec<u8> {
    let values_start = start + 2 + entries.len() * 12 + 4;
    let mut values = Vec::new();
    let mut bytes = order.short(entries.len() as u16).to_vec();
    for entry in entries {
        let (mut own, count) = entry.encoded(order);
        bytes.extend([order.short(entry.tag), order.short(entry.kind)].concat());
        bytes.extend(order.long(count));
        if own.len() <= 4 {
            own.resize(4, 0);
            bytes.extend(own);
        } else {
            bytes.extend(order.long((values_start + values.len()) as u32));
            values.extend(own);
        }
    }
    bytes.extend(order.long(following));
    [bytes, values].concat()
}
