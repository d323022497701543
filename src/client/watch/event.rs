//! Events of a watch, and the receipts and reports that it has written; the words come from the caller (`cli`).

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use crate::client::deposited::journal::DepositNote;
use crate::client::deposited::photo_status::{OfficeRefusal, PhotoStatus};
use crate::client::enrolment::renew::ClientRenewError;
use crate::client::photo::deposit::ClientDepositError;
use crate::client::photo::push::PushError;
use crate::client::progress::ProgressEvent;
use crate::client::transient_error::TransientError;
use crate::clock::Timestamp;
use crate::domain::check::finding::Finding;
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// One thing that happened.
#[derive(Debug)]
pub enum WatchEvent<'a> {
    /// Photos that an earlier watch did not finish are gone on with.
    Resuming {
        /// Number of photos.
        photos: usize,
    },
    /// A photo is at the gateway and in `sent/`.
    Sent {
        name: &'a OsStr,
        /// The receipt in words.
        receipt_file: &'a Path,
        receipt: &'a ReceiptBody,
    },
    /// A photo is in `refused/`.
    Refused {
        name: &'a OsStr,
        report: &'a Path,
        /// Reason for the refusal; not known where an earlier watch had begun to put the photo there.
        refusal: Option<&'a PhotoRefusal>,
    },
    /// An office refused a photo that was sent from this folder.
    RefusedByOffice {
        /// Its name in `sent/`.
        name: &'a str,
        report: &'a Path,
        /// Reason and note.
        refusal: &'a OfficeRefusal,
    },
    /// A photo with the same bytes was sent before and is open: the same code is good for both files.
    HasCodeAlready {
        name: &'a OsStr,
        /// The earlier deposit.
        earlier: &'a DepositNote,
    },
    /// The same, but the receipt of the earlier deposit is deleted: the photo got a second code.
    HasSecondCode {
        name: &'a OsStr,
        /// The earlier deposit.
        earlier: &'a DepositNote,
    },
    /// A deposit could not be noted, so that its refusal would not be told.
    NoteFailed {
        name: &'a OsStr,
        /// Cause.
        error: &'a io::Error,
    },
    /// A sent photo and its receipt were erased in time.
    Erased {
        /// Its name without its extension.
        name: &'a OsStr,
    },
    /// A program wrote into a photo that was sent already.
    ChangedAfterSending {
        name: &'a OsStr,
        /// The receipt for what was sent; what lies there now becomes a photo of its own.
        receipt_file: &'a Path,
    },
    /// Somebody removed a photo from the working folder.
    Vanished { name: &'a OsStr },
    /// Something without a place of its own.
    LeftoverKept {
        /// Path at which it is kept.
        path: &'a Path,
    },
    /// The gateway is not there for now.
    GatewayDown {
        /// Cause.
        error: &'a TransientError,
    },
    /// The gateway answers again.
    GatewayRecovered {
        /// Since when it did not.
        since: Timestamp,
    },
    /// The gateway does not let this studio in; it is asked again slowly.
    Unauthorized {
        /// Cause.
        error: &'a ClientDepositError,
    },
    /// One photo cannot be deposited for a reason that is not its own; it is tried again slowly.
    Stuck {
        name: &'a OsStr,
        /// Cause.
        error: &'a PushError,
    },
    /// A file stays where it is because it cannot be read.
    FileUnreadable {
        name: &'a OsStr,
        /// Cause.
        error: &'a io::Error,
    },
    /// A file stays where it is because it has no content.
    FileEmpty { name: &'a OsStr },
    /// Files stay where they are because they are no photos.
    FilesSkipped {
        /// Their names, sorted.
        names: &'a [OsString],
    },
    /// A folder inside is not looked into.
    SubFolderSkipped { name: &'a OsStr },
    /// The watched folder is gone: a network share, most often.
    FolderLost {
        folder: &'a Path,
        /// Cause.
        error: &'a io::Error,
    },
    /// It is back.
    FolderRecovered,
    /// Reading or writing failed here: a full disk, most often.
    StorageFailed {
        /// Cause.
        error: &'a io::Error,
    },
    /// It works again.
    StorageRecovered,
    /// A complete file that cannot be moved: another program holds it.
    ClaimFailed {
        name: &'a OsStr,
        /// Cause.
        error: &'a io::Error,
    },
    /// An event of a push in progress.
    Progress {
        /// The photo's name.
        name: &'a OsStr,
        /// The notice.
        event: &'a ProgressEvent,
    },
    /// Photos are judged by these rules from now on.
    ProfileLoaded {
        /// The profile's name.
        profile: &'a str,
        /// Rules that only the gateway knows.
        unknown_checks: &'a [String],
    },
    /// The gateway's rules are not known yet: it judges alone.
    ProfileUnknown,
    /// Uploads go over a new connection from now on.
    ClientRenewed,
    /// The certificate is due and could not be renewed; it will be tried again.
    RenewalFailed {
        /// Cause.
        error: &'a ClientRenewError,
        /// The end of the certificate in use.
        not_after: Timestamp,
        /// Not tried again before.
        next_try: Timestamp,
    },
}

/// Number of photos in each state, and the outage of the gateway if there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatchStatus {
    /// Not complete yet.
    pub arriving: usize,
    /// Empty or unreadable for long: a person has to act.
    pub unusable: usize,
    /// Taken, not under way.
    pub waiting: usize,
    /// Being judged or sent.
    pub in_progress: usize,
    /// Sent since the beginning.
    pub sent: usize,
    /// Refused since the beginning.
    pub refused: usize,
    /// Refused, but perhaps stored; counted among the refused too.
    pub maybe_stored: usize,
    /// Since when the gateway does not take photos.
    pub gateway_down_since: Option<Timestamp>,
}

/// Learns what happens. Must not wait.
pub trait WatchObserver: Send + Sync {
    /// One event.
    fn event(&self, event: &WatchEvent<'_>);

    /// The present state, after every round.
    fn status(&self, status: &WatchStatus);
}

/// Reason why a photo was refused.
#[derive(Debug)]
pub enum PhotoRefusal {
    /// The judge here.
    Findings(Vec<Finding>),
    Gateway(ProblemBody),
    /// The gateway, after an earlier try that got no answer and may have stored it: the spool lies beside the photo.
    GatewayMaybeStored(ProblemBody),
    /// A picture, but no JPEG by its name.
    NotJpeg,
    /// Larger than anything that is read.
    TooLarge,
}

/// Writes what is laid beside a photo.
pub trait ReceiptWriter: Send + Sync {
    /// The receipt in words.
    fn receipt_text(&self, receipt: &ReceiptBody) -> String;

    /// The citizen's receipt to print; `None` where there is no printed form.
    ///
    /// # Errors
    /// The error of the writer.
    fn receipt_pdf(&self, receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>>;

    /// The report on a refused photo.
    fn report(&self, name: &OsStr, refusal: &PhotoRefusal) -> String;

    /// The report on a photo that an office refused.
    fn office_report(&self, note: &DepositNote, photo: &PhotoStatus) -> String;
}
