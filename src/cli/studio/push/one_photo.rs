//! Push of one photo, from its file to its result on stdout.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::arguments::Arguments;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::{self, Failure};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, fail, print, print_json};
use crate::cli::studio::receipt_text;
use crate::client::deposited::journal::{DepositJournal, DepositNote};
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::photo_paths::NamedPhoto;
use crate::client::photo::printed_receipt::{self, PrintOptions};
use crate::client::photo::push::{PushContext, PushError, PushedPhoto, push_photo};
use crate::client::photo::spool::RepeatPolicy;
use crate::client::photo::stored_receipt::{self, StoredReceipt};
use crate::client::timer::TokioTimer;
use crate::clock::{Clock, SystemClock};
use crate::entropy::OsEntropy;
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::photo::ReceiptBody;

/// Settings that all photos of a push share.
pub(super) struct PhotoPush<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) client: GatewayClient,
    pub(super) journal: DepositJournal,
    pub(super) is_one_of_several: bool,
    pub(super) language: Language,
}

/// Decision about the photos that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Continue,
    /// The cause of the failure is the same for every photo.
    Stop,
}

/// Decision after the check for earlier deposits.
pub(super) enum Decision {
    Deposit(RepeatPolicy),
    /// The receipt is shown with this state.
    ShowReceipt(Box<PhotoStatus>),
    /// The result has been reported.
    Reported(Exit, Next),
}

#[derive(Serialize)]
struct PushedLine<'a> {
    #[serde(flatten)]
    receipt: &'a ReceiptBody,
    replayed: bool,
}

impl PhotoPush<'_> {
    /// Pushes a photo and prints its result.
    pub(super) async fn push(&self, photo: &NamedPhoto) -> (Exit, Next) {
        let path = match photo {
            NamedPhoto::File(path) => path,
            NamedPhoto::NoMatch(pattern) => {
                let message = text!(self.language, "studio-no-match", pattern = shown_path(pattern));
                let failure = Failure::new(Exit::Setup, message);
                return (self.report_failure(pattern, failure, None), Next::Continue);
            }
        };
        let photo = match PhotoFile::read(path) {
            Ok(photo) => photo,
            Err(error) => {
                let failure = advice::about_photo(&error, self.language);
                return (self.report_failure(path, failure, None), Next::Continue);
            }
        };
        let timer = TokioTimer::begin();
        let on_progress = |event| eprint(self.about(path, &advice::about_progress(&event, self.language)));
        let retry = RetryContext {
            clock: &SystemClock,
            entropy: &OsEntropy,
            timer: &timer,
            give_up_after: Duration::from_secs(self.arguments.give_up_after),
            on_progress: &on_progress,
        };
        let mut decision = self.decide(path, &photo, &retry).await;
        // The gateway may repeat the receipt of an unfinished deposit. A new deposit cannot have ended.
        let mut may_be_replay = true;
        loop {
            let (repeat, status) = match decision {
                Decision::Deposit(repeat) => (repeat, None),
                // This also finishes a push that crashed after it stored the receipt.
                Decision::ShowReceipt(status) => (RepeatPolicy::ReturnReceipt, Some(status)),
                Decision::Reported(exit, next) => return (exit, next),
            };
            let context = PushContext {
                client: &self.client,
                language: self.language,
                repeat,
                declared: self.arguments.declaration.to_declaration(),
                retry,
            };
            match push_photo(&photo, &context).await {
                Ok(mut pushed) => {
                    if let Some(status) = status {
                        status.apply_to(&mut pushed.receipt);
                    }
                    let ended = if may_be_replay { self.decide_after_replay(path, &pushed.receipt) } else { None };
                    match ended {
                        Some(next) => (decision, may_be_replay) = (next, false),
                        None => return (self.report_pushed(path, &photo, &pushed), Next::Continue),
                    }
                }
                Err(error) => return self.report_error(path, &error),
            }
        }
    }

    fn report_pushed(&self, path: &Path, photo: &PhotoFile, pushed: &PushedPhoto) -> Exit {
        self.note(photo, pushed);
        let message = advice::after_receipt(pushed, SystemClock.now(), self.language);
        self.report_receipt(path, pushed, &message)
    }

    fn report_error(&self, path: &Path, error: &PushError) -> (Exit, Next) {
        let problem = match error {
            PushError::Deposit(ClientDepositError::Refused(problem))
            | PushError::RefusedMaybeStored { problem, .. } => serde_json::to_value(problem).ok(),
            _ => None,
        };
        let next = match error {
            PushError::Deposit(error) => after_deposit_error(error),
            _ => Next::Continue,
        };
        (self.report_failure(path, advice::about_push(error, self.language), problem), next)
    }

    /// Reports that a photo was not tried, because an earlier one failed for a reason that affects all photos.
    pub(super) fn report_untried(&self, photo: &NamedPhoto) -> Result<(), Exit> {
        let (NamedPhoto::File(path) | NamedPhoto::NoMatch(path)) = photo;
        let message = text!(self.language, "studio-not-sent");
        eprint(self.about(path, &message));
        if self.arguments.json {
            let line = json!({ "file": path.to_string_lossy(), "exit": Value::Null, "message": message });
            print_json(&line, self.language)?;
        }
        Ok(())
    }

    /// Writes the note for `photos` and `withdraw`. A failure does not affect the deposit.
    pub(super) fn note(&self, photo: &PhotoFile, pushed: &PushedPhoto) {
        let receipt = photo.sidecar_path(stored_receipt::SUFFIX);
        let Ok(Some(stored)) = StoredReceipt::read(&receipt) else { return };
        if stored.body.photo_id != pushed.receipt.photo_id {
            return;
        }
        let note = DepositNote::new(&stored, &photo.path, &receipt, None, self.client.gateway().as_str());
        if let Err(error) = self.journal.add(&note) {
            eprint(text!(
                self.language,
                "studio-note-unwritable",
                cause = error.to_string(),
                held = advice::held(&error)
            ));
        }
    }

    pub(super) fn report_receipt(&self, path: &Path, pushed: &PushedPhoto, message: &str) -> Exit {
        let shown = if self.arguments.json {
            let line = PushedLine { receipt: &pushed.receipt, replayed: pushed.replayed };
            match self.is_one_of_several {
                true => {
                    print_json(&self.line_of_several(path, serde_json::to_value(&line).ok(), Exit::Done), self.language)
                }
                false => print_json(&line, self.language),
            }
        } else {
            let receipt = receipt_text::for_people(&pushed.receipt, self.language);
            match self.is_one_of_several {
                true => print(format!("{}\n{receipt}\n", shown_path(path)), self.language),
                false => print(receipt, self.language),
            }
        };
        let printed = shown.and_then(|()| match self.arguments.pdf {
            Some(paper) => self.write_pdf(path, &pushed.receipt, paper),
            None => Ok(()),
        });
        if let Err(exit) = printed {
            return exit;
        }
        eprint(self.about(path, message));
        Exit::Done
    }

    /// Shows a stored receipt as not checked, and writes no PDF.
    pub(super) fn report_unchecked_receipt(&self, path: &Path, receipt: &ReceiptBody, failure: Failure) -> Exit {
        if self.arguments.json {
            let mut line = serde_json::to_value(receipt).unwrap_or_default();
            if let Value::Object(fields) = &mut line {
                // The stored state is that of the deposit.
                fields.remove("state");
                fields.insert("state_checked".to_owned(), false.into());
            }
            return self.report_failure(path, failure, Some(line));
        }
        let heading = text!(self.language, "studio-receipt-unchecked");
        let receipt = receipt_text::for_people(receipt, self.language);
        let shown = match self.is_one_of_several {
            true => print(format!("{}\n{heading}\n{receipt}\n", shown_path(path)), self.language),
            false => print(format!("{heading}\n{receipt}"), self.language),
        };
        if let Err(exit) = shown {
            return exit;
        }
        eprint(self.about(path, &failure.message));
        failure.exit
    }

    /// Reports a photo without a receipt. If it is the only photo, it has a line of JSON only for a problem.
    pub(super) fn report_failure(&self, path: &Path, failure: Failure, line: Option<Value>) -> Exit {
        let Failure { exit, message } = failure;
        let line = match self.is_one_of_several {
            true => {
                let without_problem = || json!({ "message": message });
                Some(self.line_of_several(path, Some(line.unwrap_or_else(without_problem)), exit))
            }
            false => line,
        };
        if let (true, Some(line)) = (self.arguments.json, line)
            && let Err(exit) = print_json(&line, self.language)
        {
            return exit;
        }
        eprint(self.about(path, &message));
        exit
    }

    fn line_of_several(&self, path: &Path, line: Option<Value>, exit: Exit) -> Value {
        let mut line = line.unwrap_or_else(|| json!({}));
        line["file"] = path.to_string_lossy().into();
        line["exit"] = (exit as u8).into();
        line
    }

    /// A message. It begins with the photo's path if there are several photos.
    pub(super) fn about(&self, path: &Path, message: &str) -> String {
        if self.is_one_of_several { format!("{}: {message}", shown_path(path)) } else { message.to_owned() }
    }

    /// Writes the PDF beside the photo. The code has been shown before, so that a failure does not hide it.
    fn write_pdf(&self, path: &Path, receipt: &ReceiptBody, paper: Paper) -> Result<(), Exit> {
        let mut pdf = OsString::from(path);
        pdf.push(printed_receipt::SUFFIX);
        let studio = self.arguments.studio.as_deref();
        let printing = PrintOptions { paper, language: self.language, studio };
        printing.write(receipt, Path::new(&pdf)).map_err(|error| fail(advice::about_printing(&error, self.language)))
    }
}

/// The photos that follow are tried unless the gateway cannot be reached, is not trusted, or rejects this device.
pub(super) fn after_deposit_error(error: &ClientDepositError) -> Next {
    match error {
        ClientDepositError::GaveUp { .. }
        | ClientDepositError::NotAllowed(_)
        | ClientDepositError::Tls(_)
        | ClientDepositError::Proxy(_)
        | ClientDepositError::NotAGateway { .. } => Next::Stop,
        _ => Next::Continue,
    }
}
