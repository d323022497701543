//! Client of the gateway in a studio.
//!
//! ```text
//! push   read -> spool -> deposit (again, until an answer came) -> store receipt -> remove spool
//! enrol  exchange an invitation for a key, a certificate and a configuration; see `enrolment`
//! watch  check, push and file every photo that arrives in a folder; see `watch`
//! photos, withdraw  list and withdraw deposited photos; see `deposited`
//! ```
//!
//! Files beside `PHOTO.jpg`. The first two exist together only for a moment:
//!
//! | file | from | until |
//! |---|---|---|
//! | `PHOTO.jpg.lichtbild-spool` | before the first byte is sent | the receipt is on the disk, or the photo was refused and all tries were answered |
//! | `PHOTO.jpg.lichtbild-receipt.json` | the gateway's answer | the studio deletes it |
//! | `PHOTO.jpg.lichtbild-receipt.pdf` | it is printed | the studio deletes it |
//! | `….lichtbild-spool.<n>`, `….lichtbild-receipt.json.<n>` | renamed because the photo changed or was deposited again | the studio deletes it |

pub mod backoff;
pub mod config;
pub mod config_folder;
pub mod config_location;
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
