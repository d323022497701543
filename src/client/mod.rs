//! Client of the gateway in a studio: from a photo on the studio's disk to a receipt beside it.
//!
//! ```text
//! push   read -> spool -> deposit (again, until an answer came) -> store receipt -> remove spool
//! enrol  an invitation becomes a key, a certificate and a configuration; see `enrolment`
//! watch  a folder: every photo that arrives is judged, pushed and put away; see `watch`
//! photos, withdraw  what became of the photos that were deposited; see `deposited`
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

pub mod backoff;
pub mod config;
pub mod credentials;
pub mod deposited;
pub mod enrolment;
pub mod gateway_client;
pub mod network;
pub mod photo;
pub mod progress;
pub mod response;
pub mod self_test;
pub mod timer;
pub mod transient_error;
pub mod watch;
