//! One photo of a push, from its file to its result on stdout.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::photo_paths::NamedPhoto;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::options::PaperArgument;
use crate::cli::studio::output::{eprint, print, print_json};
use crate::cli::studio::receipt_text::on_one_line;
use crate::cli::studio::{advice, receipt_text};
use crate::client::deposited::duplicates::{self, EarlierDeposit};
use crate::client::deposited::journal::{DepositJournal, DepositNote};
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::printed_receipt;
use crate::client::photo::printed_receipt::PrintOptions;
use crate::client::photo::push::{PushContext, PushError, PushedPhoto, push_photo};
use crate::client::photo::spool::RepeatPolicy;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::client::photo::{spool, stored_receipt};
use crate::client::timer::TokioTimer;
use crate::clock::{Clock, SystemClock};
use crate::domain::language::Language;
use crate::entropy::OsEntropy;
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
                let message = about_no_match(pattern, self.language);
                return (self.report_failure(pattern, Exit::Setup, None, message), Next::Continue);
            }
        };
        let photo = match PhotoFile::read(path) {
            Ok(photo) => photo,
            Err(error) => {
                let message = advice::about_photo(&error, self.language);
                return (self.report_failure(path, Exit::Setup, None, message), Next::Continue);
            }
        };
        if let Some(earlier) = self.earlier_deposit(&photo).await {
            return (self.report_earlier(path, &earlier), Next::Continue);
        }
        let timer = TokioTimer::begin();
        let on_progress = |event| eprint(self.about(path, &advice::about_progress(&event, self.language)));
        let context = PushContext {
            client: &self.client,
            language: self.language,
            repeat: self.repeat_policy(),
            declared: self.arguments.declaration.to_declaration(),
            retry: RetryContext {
                clock: &SystemClock,
                entropy: &OsEntropy,
                timer: &timer,
                give_up_after: Duration::from_secs(self.arguments.give_up_after),
                on_progress: &on_progress,
            },
        };
        match push_photo(&photo, &context).await {
            Ok(pushed) => {
                self.note(&photo, &pushed);
                let message = advice::after_receipt(&pushed, SystemClock.now(), self.language);
                (self.report_receipt(path, &pushed, message), Next::Continue)
            }
            Err(error) => {
                let (exit, message) = advice::about_push(&error, self.language);
                let problem = match &error {
                    PushError::Deposit(ClientDepositError::Refused(problem))
                    | PushError::RefusedMaybeStored { problem, .. } => serde_json::to_value(problem).ok(),
                    _ => None,
                };
                (self.report_failure(path, exit, problem, message), after(&error))
            }
        }
    }

    /// Tells that a photo was not tried, because those before it failed for a reason that holds for all.
    pub(super) fn report_untried(&self, photo: &NamedPhoto) -> Result<(), Exit> {
        let (NamedPhoto::File(path) | NamedPhoto::NoMatch(path)) = photo;
        let message = self.language.pick(
            "Nicht gesendet. Denselben Befehl später noch einmal ausführen.",
            "Not sent. Run the same command again later.",
        );
        eprint(self.about(path, message));
        if self.arguments.json {
            let line = json!({ "file": path.to_string_lossy(), "exit": Value::Null, "message": message });
            print_json(&line, self.language)?;
        }
        Ok(())
    }

    fn repeat_policy(&self) -> RepeatPolicy {
        if self.arguments.again { RepeatPolicy::DepositAgain } else { RepeatPolicy::ReturnReceipt }
    }

    /// An open deposit of the same bytes under another name. A photo with a receipt or an unfinished deposit of its own goes on with that.
    async fn earlier_deposit(&self, photo: &PhotoFile) -> Option<EarlierDeposit> {
        let has_own = [stored_receipt::SUFFIX, spool::SUFFIX].iter().any(|suffix| photo.sidecar_path(suffix).exists());
        if self.arguments.again || has_own {
            return None;
        }
        match duplicates::find_open(photo, &self.journal, &self.client, self.language, SystemClock.now()).await {
            Ok(earlier) => earlier,
            // Its code was given, and nobody says that it ended.
            Err(error) => Some(*error.earlier),
        }
    }

    /// Notes the deposit for `photos` and `withdraw`. Without a note the deposit is as good.
    fn note(&self, photo: &PhotoFile, pushed: &PushedPhoto) {
        let receipt = photo.sidecar_path(stored_receipt::SUFFIX);
        let Ok(Some(stored)) = StoredReceipt::read(&receipt) else { return };
        if stored.body.photo_id != pushed.receipt.photo_id {
            return;
        }
        if let Err(error) = self.journal.add(&DepositNote::new(&stored, &photo.path, &receipt, None)) {
            eprint(advice::about_unwritable_note(&error, self.language));
        }
    }

    fn report_earlier(&self, path: &Path, earlier: &EarlierDeposit) -> Exit {
        let message = advice::about_earlier_deposit(earlier, self.language);
        match &earlier.stored {
            Some(stored) => {
                let pushed = PushedPhoto { receipt: stored.body.clone(), replayed: true };
                self.report_receipt(path, &pushed, &message)
            }
            None => {
                let DepositNote { photo_id, name, deposited_at, .. } = &earlier.note;
                let line = json!({ "photo_id": photo_id, "name": name, "deposited_at": deposited_at });
                self.report_failure(path, Exit::AlreadyDeposited, Some(line), message)
            }
        }
    }

    fn report_receipt(&self, path: &Path, pushed: &PushedPhoto, message: &str) -> Exit {
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
                true => print(format!("{}\n{receipt}\n", on_one_line(path)), self.language),
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

    /// Reports a photo without a receipt. Alone, only a photo with something to tell has a line of JSON.
    fn report_failure(&self, path: &Path, exit: Exit, line: Option<Value>, message: String) -> Exit {
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

    /// A message, with the photo that it is about where there are several.
    fn about(&self, path: &Path, message: &str) -> String {
        if self.is_one_of_several { format!("{}: {message}", on_one_line(path)) } else { message.to_owned() }
    }

    /// The PDF beside the photo. The code was shown before: whatever goes wrong here, it is known.
    fn write_pdf(&self, path: &Path, receipt: &ReceiptBody, paper: PaperArgument) -> Result<(), Exit> {
        let mut pdf = OsString::from(path);
        pdf.push(printed_receipt::SUFFIX);
        let studio = self.arguments.studio.as_deref();
        let printing = PrintOptions { paper: paper.into(), language: self.language, studio };
        printing.write(receipt, Path::new(&pdf)).map_err(|error| {
            let (exit, message) = advice::about_printing(&error, self.language);
            eprint(message);
            exit
        })
    }
}

/// Photos that follow are tried unless the gateway cannot be reached, is not trusted, or does not let this device in.
fn after(error: &PushError) -> Next {
    match error {
        PushError::Deposit(
            ClientDepositError::GaveUp { .. }
            | ClientDepositError::NotAllowed(_)
            | ClientDepositError::Tls(_)
            | ClientDepositError::Proxy(_)
            | ClientDepositError::NotAGateway { .. },
        ) => Next::Stop,
        _ => Next::Continue,
    }
}

fn about_no_match(pattern: &Path, language: Language) -> String {
    let pattern = on_one_line(pattern);
    language.pick(
        format!("Auf {pattern} passt keine Datei. Den Ordner und die Endung prüfen."),
        format!("No file matches {pattern}. Check the folder and the extension."),
    )
}
