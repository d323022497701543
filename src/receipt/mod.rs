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
//! Type is set in Helvetica and Courier, of the fourteen fonts that every PDF reader has (ISO 32000-1, section 9.6.2.2); nothing
//! is embedded. That keeps a receipt at some kilobytes and prints everywhere, and it is why these are not PDF/A: they are
//! meant for paper. Letters beyond Windows-1252 cannot be set so; see [`windows_1252`].

pub mod citizen_receipt;
pub mod data_matrix;
pub mod date_format;
pub mod font;
pub mod invitation_letter;
pub mod page;
pub mod pdf;
pub mod windows_1252;
