//! Arguments of `lichtbild-studio push`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::studio::config_option::StudioConfigOption;
use crate::cli::studio::declaration;
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;

/// Deposit photos and print the receipts with the citizens' codes
///
/// After an interruption, the same command gives the same codes. A photo whose bytes this computer has deposited before gets no second
/// code. The certificate is renewed when it is due. Each photo has its own result, a failed photo does not stop the others, and the exit
/// code is the worst one.
#[derive(Args)]
pub struct Arguments {
    /// JPEG files; their receipts are stored beside them. Patterns such as *.jpg are expanded
    #[arg(required = true, value_name = "PHOTO")]
    pub(super) photos: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) config: StudioConfigOption,
    #[command(flatten)]
    pub(super) declaration: declaration::Arguments,
    /// Print one line of JSON per photo: the receipt, or the problem of a refused photo. With several photos, each photo has a line with
    /// its `file` and `exit` code
    #[arg(long)]
    pub(crate) json: bool,
    /// Deposit a photo again that already has a receipt or a code; it gets a second code
    #[arg(long)]
    pub(super) again: bool,
    /// Also write the citizen receipt as PDF beside the photo
    #[arg(long, value_name = "PAPER", num_args = 0..=1, require_equals = true, default_missing_value = "a6")]
    pub(super) pdf: Option<Paper>,
    /// Name and town of the studio on the PDF [default: as the gateway knows them]
    #[arg(long, value_name = "NAME", requires = "pdf")]
    pub(super) studio: Option<String>,
    /// Time after which to give up if the gateway cannot be reached
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub(super) give_up_after: u64,
    /// Language of messages and findings [default: the configuration's, or de]
    #[arg(long)]
    pub(super) lang: Option<Language>,
}
