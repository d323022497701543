//! Watch of a folder to which photo programs export: every photo is checked, deposited and filed.
//!
//! The files are the only state of a photo. Each arrow is one atomic step of the file system; the name beside it is the step at which crash
//! tests stop (`failpoint`). The next run continues from the files that it finds.
//!
//! ```text
//! DIR/NAME.jpg                                       exported, perhaps still being written
//!    |  unchanged for a while, ends as a JPEG does   (files::stability)
//!    |  make .lichtbild/<job>/NAME.jpg/              watch.place_made
//!    v  rename                                       watch.taken
//! DIR/.lichtbild/<job>/NAME.jpg/photo.jpg            out of the exporting program's way    (files::claim_file)
//!    |  read once, judge                             watch.judged
//!    |
//!    +-- refused ----------------------------------------------------------+    (files::filing)
//!    |  photo.jpg.lichtbild-spool   push.spooled                           |  refused/NAME.txt, names the job
//!    |  sent, until answered        push.sent       -- the gateway refuses +     watch.refusal_claimed
//!    |  photo.jpg.lichtbild-receipt.json                                   |  rename to refused/NAME.jpg
//!    v                              push.receipt_stored                    |     watch.refused_moved
//! receipt on the disk, spool gone                                          |  its spool, if a try went unanswered
//!    |  sent/NAME.receipt.json, names the photo   watch.sent_claimed       |
//!    |  sent/NAME.receipt.txt and .pdf            watch.papers_written     |
//!    |  rename to sent/NAME.jpg                   watch.sent_moved         |
//!    v                                                                     v
//! remove what is left of <job>                    watch.emptied, watch.closed
//! ```
//!
//! *Two photos with one name.* The first file that is written for a photo claims the name, or `NAME (2)` and so on if it is taken. It
//! identifies the photo, so that the same photo finds its name after a crash (`files::name_reservation`).
//!
//! *A program that continues to write* to a claimed file, which Unix allows: the bytes are read once, then checked and sent. Before the
//! file is filed, it is compared with them. If it differs, the receipt goes to `sent/` without a photo, the user is told, and the changed
//! file is treated as another photo with another code. Windows does not rename an open file; then the watch waits.
//!
//! *A deposit that was begun is not checked here again*: the gateway decides about a photo that it may have stored.
//!
//! *A photo that an office refuses later* is reported once, with a report in `refused/` that stays when the sent photo is deleted
//! (`office_refusals`). It is found by the notes beside the configuration (`client::deposited`).
//!
//! *A second file with the same bytes* gets no second code while the first one's receipt is stored and its photo is open.
//!
//! *A folder that is lost* (a network share): no decision is made until it is back; then its jobs continue (`folder_loss`). Files that
//! cannot be read, are empty or are not photos stay where they are and are reported once (`files::skipped_files`).
//!
//! *The gateway's profile* is fetched and stored (`profile_cache`). As long as it is not known, no photo is refused because of another
//! profile, unless the command line names one.

mod attempt;
mod circuit_breaker;
pub mod client_provider;
mod deposit_notes;
mod equal_photos;
mod erasure;
mod event;
pub mod files;
mod folder_loss;
mod office_refusals;
mod profile_cache;
mod queue;
mod refresh;
mod scheduling;
pub mod watch_loop;

pub use event::{PhotoRefusal, ReceiptWriter, WatchEvent, WatchObserver, WatchStatus};
