//! The folder that the photographers' programs export to: every photo that arrives is judged, deposited and put away.
//!
//! The place of a photo's file is its only state. Each arrow is one atomic step of the file system; the name beside it is the step
//! at which crash tests stop (`failpoint`). The next run continues from the files that it finds.
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
//! *Two photos of one name.* The first paper of a photo claims the name (`NAME (2)` and so on where it is taken) and says whose
//! it is, so that after a crash the same photo finds its own name (`files::name_reservation`).
//!
//! *A program that goes on writing* into a file that was taken (Unix lets it): what is judged and sent are the bytes that were
//! read once. Before the file is put away it is compared with them. Where it differs, the receipt with its code goes to `sent/`
//! without a picture, the person is told, and the changed file is a photo of its own with a code of its own. Windows refuses to
//! rename a file that is open: then it is waited for.
//!
//! *A job that was begun is not judged here again*: what may already lie at the gateway is decided there.
//!
//! *A photo that an office refuses later* is told once, with a report in `refused/` that stays when the sent photo is deleted
//! (`office_refusals`). The notes by which it is found are beside the configuration (`client::deposited`).
//!
//! *A second file with the same bytes* gets no second code while the first one's receipt is stored and its photo is open.
//!
//! *A folder that is gone* (a network share): nothing is decided until it is back, and then the jobs in it go on (`folder_loss`).
//! Files that cannot be read, are empty or are no photos stay where they are and are named once (`files::skipped_files`).
//!
//! *The gateway's rules* are fetched and kept (`profile_cache`). Where they were never known, nothing is refused here by other ones.

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
