//! `lichtbild-studio push PHOTO`

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::exit::Exit;
use super::options::{LanguageArgument, PaperArgument};
use super::output::{eprint, print, print_json};
use super::runtime::runtime;
use super::{advice, declaration, receipt_text};
use crate::client::config::StudioConfig;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::printed_receipt;
use crate::client::photo::printed_receipt::PrintOptions;
use crate::client::photo::push::{PushContext, PushError, PushedPhoto, push};
use crate::client::photo::spool::RepeatPolicy;
use crate::client::timer::TokioTimer;
use crate::clock::{Clock, SystemClock};
use crate::domain::language::Language;
use crate::entropy::OsEntropy;
use crate::wire::photo::ReceiptBody;

/// Deposit one photo and print the receipt with the citizen's code
///
/// However often it is interrupted: the same command again gives the same code.
#[derive(Args)]
pub struct Arguments {
    /// The photo, a JPEG file; its receipt is stored beside it
    photo: PathBuf,
    /// Gateway address, certificate and key of this computer
    #[arg(long, value_name = "FILE", env = "LICHTBILD_STUDIO_CONFIG", default_value = "studio.toml")]
    config: PathBuf,
    #[command(flatten)]
    declaration: declaration::Arguments,
    /// Print one line of JSON: the receipt, or the problem of a refused photo
    #[arg(long)]
    pub(crate) json: bool,
    /// Deposit a photo once more that has its receipt already; it gets a second code
    #[arg(long)]
    again: bool,
    /// Also write the citizen's receipt as PDF beside the photo
    #[arg(long, value_name = "PAPER", num_args = 0..=1, require_equals = true, default_missing_value = "a6")]
    pdf: Option<PaperArgument>,
    /// Name and town of the studio, to be shown on the PDF
    #[arg(long, value_name = "NAME", requires = "pdf")]
    studio: Option<String>,
    /// Time to go on trying while the gateway cannot be reached
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    give_up_after: u64,
    /// Language of messages and findings [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<LanguageArgument>,
}

#[derive(Serialize)]
struct PushedLine<'a> {
    #[serde(flatten)]
    receipt: &'a ReceiptBody,
    replayed: bool,
}

/// Pushes the photo and says how it went.
pub fn run(arguments: &Arguments) -> Exit {
    let requested_language = arguments.lang.map(Language::from);
    match prepare(arguments, requested_language) {
        Ok((connection, language, runtime)) => runtime.block_on(push_photo(arguments, &connection, language)),
        Err(exit) => exit,
    }
}

fn prepare(
    arguments: &Arguments,
    requested_language: Option<Language>,
) -> Result<(GatewayClient, Language, tokio::runtime::Runtime), Exit> {
    let setup_error = |language: Language, message: String| {
        eprint(message);
        eprint(advice::after_setup_error(language));
        Exit::Setup
    };
    let config = StudioConfig::load(&arguments.config).map_err(|error| {
        let language = requested_language.unwrap_or_default();
        setup_error(language, advice::about_config(&error, language))
    })?;
    let language = requested_language.unwrap_or(config.language);
    let connection = GatewayClient::from_config(&config)
        .map_err(|error| setup_error(language, advice::about_credentials(&error, language)))?;
    Ok((connection, language, runtime(language)?))
}

async fn push_photo(arguments: &Arguments, connection: &GatewayClient, language: Language) -> Exit {
    let timer = TokioTimer::begin();
    let on_progress = |event| eprint(advice::about_progress(&event, language));
    let context = PushContext {
        client: connection,
        language,
        repeat: if arguments.again { RepeatPolicy::DepositAgain } else { RepeatPolicy::ReturnReceipt },
        declared: arguments.declaration.to_declaration(),
        retry: RetryContext {
            clock: &SystemClock,
            entropy: &OsEntropy,
            timer: &timer,
            give_up_after: Duration::from_secs(arguments.give_up_after),
            on_progress: &on_progress,
        },
    };
    match push(&arguments.photo, &context).await {
        Ok(pushed) => show(&pushed, arguments, language),
        Err(error) => {
            if arguments.json
                && let PushError::Deposit(ClientDepositError::Refused(problem))
                | PushError::RefusedMaybeStored { problem, .. } = &error
                && let Err(exit) = print_json(problem, language)
            {
                return exit;
            }
            let (exit, message) = advice::about_push(&error, language);
            eprint(message);
            exit
        }
    }
}

fn show(pushed: &PushedPhoto, arguments: &Arguments, language: Language) -> Exit {
    let shown = if arguments.json {
        print_json(&PushedLine { receipt: &pushed.receipt, replayed: pushed.replayed }, language)
    } else {
        print(receipt_text::for_people(&pushed.receipt, language), language)
    };
    if let Err(exit) = shown {
        return exit;
    }
    if let Some(paper) = arguments.pdf
        && let Err(exit) = write_pdf(pushed, arguments, paper, language)
    {
        return exit;
    }
    eprint(advice::after_receipt(pushed, SystemClock.now(), language));
    Exit::Done
}

/// The PDF beside the photo. The code was shown before: whatever goes wrong here, it is known.
fn write_pdf(
    pushed: &PushedPhoto,
    arguments: &Arguments,
    paper: PaperArgument,
    language: Language,
) -> Result<(), Exit> {
    let mut path = OsString::from(&arguments.photo);
    path.push(printed_receipt::SUFFIX);
    let printing = PrintOptions { paper: paper.into(), language, studio: arguments.studio.as_deref() };
    printing.write(&pushed.receipt, Path::new(&path)).map_err(|error| {
        let (exit, message) = advice::about_printing(&error, language);
        eprint(message);
        exit
    })
}
