//! What the person at the screen learns, and what is written for people: the words are somebody else's (`cli`).

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use crate::client::deposit::DepositError;
use crate::client::notice::Notice;
use crate::client::push::PushError;
use crate::client::setback::Setback;
use crate::clock::Timestamp;
use crate::domain::finding::Finding;
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// One thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// Photos that an earlier watch did not finish are gone on with.
    Continuing {
        /// How many.
        photos: usize,
    },
    /// A photo is at the gateway and in `sent/`.
    Sent {
        /// Its name.
        name: &'a OsStr,
        /// The receipt in words.
        receipt_file: &'a Path,
        /// The receipt.
        receipt: &'a ReceiptBody,
    },
    /// A photo is in `refused/`.
    Refused {
        /// Its name.
        name: &'a OsStr,
        /// The report.
        report: &'a Path,
        /// Why; not known where an earlier watch had begun to put it there.
        refusal: Option<&'a Refusal>,
    },
    /// A sent photo and its receipt were erased in time.
    Erased {
        /// Its name without its extension.
        name: &'a OsStr,
    },
    /// A program wrote into a photo that was sent already.
    ChangedAfterSending {
        /// Its name.
        name: &'a OsStr,
        /// The receipt for what was sent; what lies there now becomes a photo of its own.
        receipt_file: &'a Path,
    },
    /// Somebody removed a photo from the working folder.
    Vanished {
        /// Its name.
        name: &'a OsStr,
    },
    /// Something without a place of its own.
    KeptAside {
        /// Where it is.
        path: &'a Path,
    },
    /// The gateway is not there for now.
    LineDown {
        /// Why.
        setback: &'a Setback,
    },
    /// The gateway answers again.
    LineBack {
        /// Since when it did not.
        since: Timestamp,
    },
    /// The gateway does not let this studio in; it is asked again slowly.
    Barred {
        /// Why.
        error: &'a DepositError,
    },
    /// One photo cannot be deposited for a reason that is not its own; it is tried again slowly.
    Stuck {
        /// Its name.
        name: &'a OsStr,
        /// Why.
        error: &'a PushError,
    },
    /// Reading or writing failed here: a full disk, most often.
    StorageTrouble {
        /// Why.
        error: &'a io::Error,
    },
    /// It works again.
    StorageFine,
    /// A complete file that cannot be moved: another program holds it.
    CannotTake {
        /// Its name.
        name: &'a OsStr,
        /// Why.
        error: &'a io::Error,
    },
    /// What a push says on its way.
    Notice {
        /// The photo's name.
        name: &'a OsStr,
        /// The notice.
        notice: &'a Notice,
    },
    /// Photos are judged by these rules from now on.
    Rules {
        /// The profile's name.
        profile: &'a str,
        /// Rules that only the gateway knows.
        left_to_gateway: &'a [String],
    },
    /// The gateway's rules are not known yet: it judges alone.
    RulesUnknown,
    /// Uploads go over a new connection from now on.
    ConnectionRenewed,
}

/// Where all photos stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    /// Not complete yet.
    pub arriving: usize,
    /// Taken, not under way.
    pub waiting: usize,
    /// Being judged or sent.
    pub under_way: usize,
    /// Sent since the beginning.
    pub sent: usize,
    /// Refused since the beginning.
    pub refused: usize,
    /// Refused, but perhaps stored; counted among the refused too.
    pub perhaps_deposited: usize,
    /// Since when the gateway does not take photos.
    pub line_down_since: Option<Timestamp>,
}

/// Learns what happens. Must not wait.
pub trait Observer: Send + Sync {
    /// One event.
    fn event(&self, event: &Event<'_>);

    /// The present state, after every round.
    fn status(&self, status: &Status);
}

/// Why a photo was refused.
#[derive(Debug)]
pub enum Refusal {
    /// The judge here.
    Findings(Vec<Finding>),
    /// The gateway.
    Gateway(ProblemBody),
    /// The gateway, after an earlier try that got no answer and may have stored it: the spool lies beside the photo.
    GatewayAfterSilence(ProblemBody),
    /// A picture, but no JPEG by its name.
    NotJpeg,
    /// Larger than anything that is read.
    TooLarge,
}

/// Writes what is laid beside a photo.
pub trait Papers: Send + Sync {
    /// The receipt in words.
    fn receipt_text(&self, receipt: &ReceiptBody) -> String;

    /// The citizen's receipt to print; `None` where there is no printed form.
    ///
    /// # Errors
    /// What the writer says.
    fn receipt_pdf(&self, receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>>;

    /// The report on a refused photo.
    fn report(&self, name: &OsStr, refusal: &Refusal) -> String;
}
