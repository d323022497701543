//! The studio's side of the line: from a photo on the shop's disk to a receipt beside it.
//!
//! ```text
//! push   read -> spool -> deposit (again, until an answer came) -> store receipt -> remove spool
//! watch  a folder: every photo that arrives is judged, pushed and put away; see hot_folder
//! ```
//!
//! These files stand beside `PHOTO.jpg`, never two of the first two for longer than a moment:
//!
//! | file | from | until |
//! |---|---|---|
//! | `PHOTO.jpg.lichtbild-spool` | before the first byte is sent | the receipt is on the disk, or the photo was refused and no try went unanswered |
//! | `PHOTO.jpg.lichtbild-receipt.json` | the gateway's answer | the studio deletes it |
//! | `PHOTO.jpg.lichtbild-receipt.pdf` | it is printed | the studio deletes it |
//! | `….lichtbild-spool.<n>`, `….lichtbild-receipt.json.<n>` | set aside because the photo changed or was deposited again | the studio deletes it |

pub mod answer;
pub mod backoff;
pub mod config;
pub mod connection;
pub mod credentials;
pub mod deposit;
pub mod hot_folder;
pub mod notice;
pub mod patience;
pub mod photo_file;
pub mod printed_receipt;
pub mod push;
pub mod setback;
pub mod spool;
pub mod stored_receipt;
