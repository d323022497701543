//! Arguments of `lichtbild-studio watch`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::studio::config_option::StudioConfigOption;
use crate::cli::studio::declaration;
use crate::cli::studio::options::argument_text;
use crate::client::watch::files::retention::SentRetention;
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;
use crate::validation::profile::Profile;

/// Watch a folder: check and deposit every photo that is exported to it, and file it with its receipt
///
/// A photo is moved to DIR/sent with its receipt, or to DIR/refused with a report. After an interruption, the next start continues with the
/// same codes.
#[derive(Args)]
pub struct Arguments {
    /// Folder to which photos are exported [default: the setting folder of the configuration]
    pub(super) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) config: StudioConfigOption,
    /// Process the photos that are in the folder, then exit
    #[arg(long)]
    pub(super) once: bool,
    /// With --once: time after which to give up if the gateway cannot be reached
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub(super) give_up_after: u64,
    /// Number of photos that are checked and sent at the same time
    #[arg(long, value_name = "N", default_value = "4")]
    pub(super) parallel: NonZeroUsize,
    /// Time at which sent photos and their receipts are deleted: workday (same time on the next day from Monday to Friday), never, 2h, 3d
    #[arg(long, value_name = "SPAN", default_value = "workday")]
    pub(super) delete_sent_after: SentRetention,
    /// Time for which a file must not change before it is processed
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    pub(super) settle: u64,
    /// Time for which a file must not change if it does not end like a complete JPEG
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub(super) cut_after: u64,
    /// Profile to check against until the gateway's is known [default: none, only the gateway checks photos]
    #[arg(long, value_parser = PossibleValuesParser::new(Profile::builtin_names()))]
    pub(super) profile: Option<String>,
    #[command(flatten)]
    pub(super) declaration: declaration::Arguments,
    /// Paper of the citizen receipts
    #[arg(long, default_value = "a6")]
    pub(super) paper: Paper,
    /// Name and town of the studio on the receipts [default: as the gateway knows them]
    #[arg(long, value_name = "NAME")]
    pub(super) studio: Option<String>,
    /// Print a systemd unit that watches DIR for this user with the given options, and exit
    #[arg(long, hide = cfg!(windows))]
    pub(super) print_systemd_unit: bool,
    /// Print a task for the Windows Task Scheduler that watches DIR for this user with the given options, and exit
    #[arg(long, hide = cfg!(not(windows)), conflicts_with = "print_systemd_unit")]
    pub(super) print_task: bool,
    /// Language of messages, reports and receipts [default: the configuration's, or de]
    #[arg(long)]
    pub(super) lang: Option<Language>,
}

impl Arguments {
    /// The options of this watch as a user types them, for the file that starts it at logon.
    pub(super) fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut add = |option: &str, value: String| options.extend([option.to_owned(), value]);
        add("--parallel", self.parallel.to_string());
        add("--delete-sent-after", self.delete_sent_after.to_string());
        add("--settle", self.settle.to_string());
        add("--cut-after", self.cut_after.to_string());
        if let Some(profile) = &self.profile {
            add("--profile", profile.clone());
        }
        for (option, value) in self.declaration.to_arguments() {
            add(option, value);
        }
        add("--paper", argument_text(self.paper));
        if let Some(studio) = &self.studio {
            add("--studio", studio.clone());
        }
        if let Some(language) = self.lang {
            add("--lang", argument_text(language));
        }
        options
    }
}
