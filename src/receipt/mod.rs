//! Two printable documents as PDF: the citizen's receipt and the letter that invites a device.
//!
//! ```text
//! citizen     code -> symbol -> decode again -> page -> PDF
//! invitation  address, fingerprint, code, line   -> page -> PDF
//! ```
//!
//! The same input gives the same bytes every time: no clock, no random identifiers. A receipt can so be printed again and
//! compared.
//!
//! Type is set in Noto Sans, of which the glyphs in use are embedded: every name that German registers can hold (DIN 91379) is printed and
//! can be read out of the file again.

pub mod citizen_receipt;
pub mod data_matrix;
pub mod font;
pub mod invitation_letter;
pub mod page;
pub mod pdf;
pub mod text_style;
