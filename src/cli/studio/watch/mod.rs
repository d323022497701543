//! `lichtbild-studio watch DIR`

mod output;
mod papers;
mod signals;
mod unit;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::exit::Exit;
use super::{LanguageArgument, PaperArgument, advice, declaration, tell, typed};
use crate::client::config::StudioConfig;
use crate::client::connection::Connection;
use crate::client::enrolment::keep_fresh::Renewal;
use crate::client::hot_folder::arrival::Settling;
use crate::client::hot_folder::connections::Renewing;
use crate::client::hot_folder::folder::{Folder, FolderError};
use crate::client::hot_folder::keeping::KeepSent;
use crate::client::hot_folder::watch::{Left, Parts, Settings, Until, Watch};
use crate::client::patience::RealPatience;
use crate::clock::SystemClock;
use crate::domain::language::Language;
use crate::entropy::OsEntropy;
use crate::validation::profile::Profile;
use output::Output;
use papers::ForPeople;

/// Watch a folder: every photo exported to it is judged, deposited and put away with its receipt
///
/// A photo goes to DIR/sent with its receipt, or to DIR/refused with a report. Whatever interrupts it: the next start goes on
/// where this one stopped, with the same codes.
#[derive(Args)]
pub struct Arguments {
    /// The folder that photos are exported to
    dir: PathBuf,
    /// Gateway address, certificate and key of this computer
    #[arg(long, value_name = "FILE", env = "LICHTBILD_STUDIO_CONFIG", default_value = "studio.toml")]
    config: PathBuf,
    /// Handle the photos that are there, then end
    #[arg(long)]
    once: bool,
    /// With --once: how long to go on trying while the gateway cannot be reached
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    give_up_after: u64,
    /// How many photos are judged and sent at a time
    #[arg(long, value_name = "N", default_value = "4")]
    parallel: NonZeroUsize,
    /// When sent photos and their receipts are deleted: workday (same time on the next day from Monday to Friday), never, 2h, 3d
    #[arg(long, value_name = "SPAN", default_value = "workday")]
    delete_sent_after: KeepSent,
    /// How long a file must be left alone before it is taken
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    settle: u64,
    /// How long a file that does not end as a JPEG does is waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    cut_after: u64,
    /// The rules to judge by until the gateway's own are known [default: none, the gateway judges alone]
    #[arg(long, value_parser = PossibleValuesParser::new(Profile::builtin_names()))]
    profile: Option<String>,
    #[command(flatten)]
    declaration: declaration::Arguments,
    /// What the citizen's receipts will be printed on
    #[arg(long, default_value = "a6")]
    paper: PaperArgument,
    /// Name and town of the studio, to be shown on the receipts
    #[arg(long, value_name = "NAME")]
    studio: Option<String>,
    /// Print a unit for systemd that watches DIR for this user as the other options say, and do nothing else
    #[arg(long)]
    print_systemd_unit: bool,
    /// Language of messages, reports and receipts [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<LanguageArgument>,
}

impl Arguments {
    /// All that makes this watch another one than an ordinary one of the same folder, as it is typed.
    fn wishes(&self) -> Vec<String> {
        let mut wishes = Vec::new();
        let mut wish = |option: &str, value: String| wishes.extend([option.to_owned(), value]);
        wish("--parallel", self.parallel.to_string());
        wish("--delete-sent-after", self.delete_sent_after.to_string());
        wish("--settle", self.settle.to_string());
        wish("--cut-after", self.cut_after.to_string());
        if let Some(profile) = &self.profile {
            wish("--profile", profile.clone());
        }
        for (option, value) in self.declaration.typed() {
            wish(option, value);
        }
        wish("--paper", typed(self.paper));
        if let Some(studio) = &self.studio {
            wish("--studio", studio.clone());
        }
        if let Some(language) = self.lang {
            wish("--lang", typed(language));
        }
        wishes
    }
}

/// Watches until it is told to stop, or with `--once` until nothing is left to do.
pub fn run(arguments: &Arguments) -> Exit {
    let wished = arguments.lang.map(Language::from);
    let say = |language: Language, message: String| {
        tell(message);
        tell(advice::after_setup_error(language));
        Exit::Setup
    };
    if arguments.print_systemd_unit {
        return unit::print(arguments, wished.unwrap_or_default());
    }
    let config = match StudioConfig::load(&arguments.config) {
        Ok(config) => config,
        Err(error) => {
            let language = wished.unwrap_or_default();
            return say(language, advice::about_config(&error, language));
        }
    };
    let language = wished.unwrap_or(config.language);
    let (renewal, connection) = match Renewal::begin(&arguments.config) {
        Ok(both) => both,
        Err(error) => return say(language, advice::about_renewal(&error, language).1),
    };
    let folder = match Folder::open(&arguments.dir) {
        Ok(folder) => folder,
        Err(error) => return about_folder(&error, language),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tell(advice::about_unexpected(&error, language));
            return Exit::Unexpected;
        }
    };
    runtime.block_on(watch(arguments, folder, renewal, connection, language))
}

async fn watch(
    arguments: &Arguments,
    folder: Folder,
    renewal: Renewal,
    connection: Connection,
    language: Language,
) -> Exit {
    let output = Arc::new(Output::new(language, Arc::new(SystemClock)));
    let parts = Parts {
        folder,
        connection,
        connections: Arc::new(Renewing { renewal, clock: Arc::new(SystemClock), observer: output.clone() }),
        profile: arguments.profile.as_deref().and_then(Profile::builtin),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        patience: Arc::new(RealPatience::begin()),
        papers: Arc::new(ForPeople { language, paper: arguments.paper.into(), studio: arguments.studio.clone() }),
        observer: output.clone(),
        language,
        declared: arguments.declaration.declared(),
    };
    let seconds = Duration::from_secs;
    let settings = Settings {
        settling: Settling {
            whole: seconds(arguments.settle),
            cut: seconds(arguments.cut_after.max(arguments.settle)),
        },
        parallel: arguments.parallel,
        keep_sent: arguments.delete_sent_after,
    };
    let (watch, stop) = match Watch::begin(parts, settings).and_then(|watch| Ok((watch, signals::stop()?))) {
        Ok(both) => both,
        Err(error) => {
            tell(advice::about_unexpected(&error, language));
            return Exit::Unexpected;
        }
    };
    let until = match arguments.once {
        true => Until::Empty { give_up_after: seconds(arguments.give_up_after) },
        false => Until::Stopped,
    };
    let left = watch.run(until, stop).await;
    output.end();
    match until {
        Until::Stopped => Exit::Done,
        Until::Empty { .. } => exit_of(&left),
    }
}

/// What still waits comes before what was refused: it asks for another run.
fn exit_of(left: &Left) -> Exit {
    let waiting = left.status.waiting + left.status.under_way + left.status.arriving;
    match waiting {
        1.. if left.is_barred => Exit::NotAllowed,
        1.. if left.storage_is_in_trouble || left.status.line_down_since.is_none() => Exit::Setup,
        1.. => Exit::GaveUp,
        0 if left.status.perhaps_deposited > 0 => Exit::PerhapsDeposited,
        0 if left.status.refused > 0 => Exit::PhotoRefused,
        0 => Exit::Done,
    }
}

fn about_folder(error: &FolderError, language: Language) -> Exit {
    match error {
        FolderError::AlreadyWatched { path } => {
            tell(language.pick(
                format!(
                    "{} wird schon überwacht. Das andere Fenster weiterlaufen lassen oder zuerst beenden.",
                    path.display()
                ),
                format!("{} is being watched already. Leave the other watch running or end it first.", path.display()),
            ));
            Exit::AlreadyWatched
        }
        FolderError::Unusable { path, source } => {
            tell(language.pick(
                format!(
                    "{} lässt sich nicht überwachen ({source}). Einen vorhandenen, beschreibbaren Ordner angeben.",
                    path.display()
                ),
                format!(
                    "{} cannot be watched ({source}). Name a folder that exists and can be written.",
                    path.display()
                ),
            ));
            Exit::Setup
        }
    }
}
