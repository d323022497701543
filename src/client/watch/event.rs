//! Events of a watch, and its receipts and reports. The caller (`cli`) provides the words.

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

/// An event of a push.
#[derive(Debug)]
pub enum WatchEvent<'a> {
    /// The watch continues photos of an earlier one.
    Resuming {
        photos: usize,
    },
    /// A photo was deposited and moved to `sent/`.
    Sent {
        name: &'a OsStr,
        receipt_file: &'a Path,
        receipt: &'a ReceiptBody,
    },
    /// A photo was moved to `refused/`.
    Refused {
        name: &'a OsStr,
        report: &'a Path,
        /// `None` if an earlier watch has begun to move the photo.
        refusal: Option<&'a PhotoRefusal>,
    },
    RefusedByOffice {
        /// Name in `sent/`.
        name: &'a str,
        report: &'a Path,
        refusal: &'a OfficeRefusal,
    },
    /// A photo with the same bytes was sent before and is open. Both files have the same code.
    HasCodeAlready {
        name: &'a OsStr,
        earlier: &'a DepositNote,
    },
    /// The receipt of the earlier deposit is deleted, so that the photo got a second code.
    HasSecondCode {
        name: &'a OsStr,
        earlier: &'a DepositNote,
    },
    /// The note about a deposit could not be written, so that a refusal by an office will not be reported.
    NoteFailed {
        name: &'a OsStr,
        error: &'a io::Error,
    },
    /// A sent photo and its receipt were erased at the end of their retention.
    Erased {
        /// Without extension.
        name: &'a OsStr,
    },
    /// A file of a sent photo is due and could not be erased; other photos are. It is tried again.
    ErasureFailed {
        path: &'a Path,
        error: &'a io::Error,
    },
    /// A program wrote to a photo after it was sent.
    ChangedAfterSending {
        name: &'a OsStr,
        /// Receipt for the sent bytes. The changed file becomes another photo.
        receipt_file: &'a Path,
    },
    /// A photo was removed from the working folder.
    Vanished {
        name: &'a OsStr,
    },
    /// A file of a deposit could not be filed.
    LeftoverKept {
        /// New path.
        path: &'a Path,
    },
    GatewayDown {
        error: &'a TransientError,
    },
    GatewayRecovered {
        /// Begin of the outage.
        since: Timestamp,
    },
    /// The gateway rejects this device. Requests are repeated with a long pause.
    Unauthorized {
        error: &'a ClientDepositError,
    },
    /// One photo cannot be deposited, although it is not refused. It is tried again with a long pause.
    Stuck {
        name: &'a OsStr,
        error: &'a PushError,
    },
    /// The file stays where it is.
    FileUnreadable {
        name: &'a OsStr,
        error: &'a io::Error,
    },
    /// The file stays where it is.
    FileEmpty {
        name: &'a OsStr,
    },
    /// Files that are not photos stay where they are.
    FilesSkipped {
        /// Sorted.
        names: &'a [OsString],
    },
    SubFolderSkipped {
        name: &'a OsStr,
    },
    /// The watched folder is not available; in most cases a network share was disconnected.
    FolderLost {
        folder: &'a Path,
        error: &'a io::Error,
    },
    FolderRecovered,
    /// Reading or writing failed; in most cases the disk is full.
    StorageFailed {
        error: &'a io::Error,
    },
    StorageRecovered,
    /// A complete file cannot be moved, because another program has it open.
    ClaimFailed {
        name: &'a OsStr,
        error: &'a io::Error,
    },
    Progress {
        name: &'a OsStr,
        event: &'a ProgressEvent,
    },
    /// The profile for photo checks has changed.
    ProfileLoaded {
        profile: &'a str,
        /// Checks that this version does not know.
        unknown_checks: &'a [String],
    },
    /// The gateway's profile is not known yet. Only the gateway checks photos.
    ProfileUnknown,
    /// Uploads use a new certificate from now on.
    ClientRenewed,
    /// The certificate is due and could not be renewed. The renewal is tried again.
    RenewalFailed {
        error: &'a ClientRenewError,
        /// End of the certificate in use.
        not_after: Timestamp,
        /// Earliest time of the next try.
        next_try: Timestamp,
    },
}

/// Number of photos in each state since the start, and the outage of the gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatchStatus {
    /// Files that are not complete yet.
    pub arriving: usize,
    /// Files that have been empty or unreadable for long. A person has to act.
    pub unusable: usize,
    /// In the working folder, without an attempt.
    pub waiting: usize,
    /// With an attempt.
    pub in_progress: usize,
    pub sent: usize,
    pub refused: usize,
    /// Refused, but possibly stored by an earlier try. Also counted as refused.
    pub maybe_stored: usize,
    /// Begin of the outage.
    pub gateway_down_since: Option<Timestamp>,
}

/// Receives events and states. The methods must not block.
pub trait WatchObserver: Send + Sync {
    fn event(&self, event: &WatchEvent<'_>);

    /// Called after every round.
    fn status(&self, status: &WatchStatus);
}

/// Reason why a photo was refused.
#[derive(Debug)]
pub enum PhotoRefusal {
    /// The check on this computer.
    Findings(Vec<Finding>),
    Gateway(ProblemBody),
    /// The gateway, but an earlier try got no answer and may have stored the photo. The spool is beside the photo.
    GatewayMaybeStored(ProblemBody),
    /// An image file whose name is not that of a JPEG.
    NotJpeg,
    /// Larger than [`MAX_BYTES`](crate::client::photo::photo_file::MAX_BYTES).
    TooLarge,
}

/// Writes the texts of receipts and reports.
pub trait ReceiptWriter: Send + Sync {
    fn receipt_text(&self, receipt: &ReceiptBody) -> String;

    /// The citizen receipt as PDF; `None` if there is no printed form.
    fn receipt_pdf(&self, receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>>;

    /// The report on a refused photo.
    fn report(&self, name: &OsStr, refusal: &PhotoRefusal) -> String;

    /// The report on a photo that an office refused.
    fn office_report(&self, note: &DepositNote, photo: &PhotoStatus) -> String;
}
