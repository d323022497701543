//! Arguments of `lichtbild-studio push`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::studio::declaration;
use crate::receipt::citizen_receipt::Paper;
use crate::texts::language::Language;

/// Deposit photos and print the receipts with the citizens' codes
///
/// However often it is interrupted: the same command again gives the same codes. A photo whose bytes this computer deposited before
/// gets no second code. The certificate is renewed when it is due. With several photos each has its own result, a photo that
/// fails does not hold up the others, and the exit code is that of the worst.
#[derive(Args)]
pub struct Arguments {
    /// The photos, JPEG files; their receipts are stored beside them. Patterns such as *.jpg are expanded
    #[arg(required = true, value_name = "PHOTO")]
    pub(super) photos: Vec<PathBuf>,
    /// Gateway address, certificate and key of this computer
    #[arg(long, value_name = "FILE", env = "LICHTBILD_STUDIO_CONFIG", default_value = "studio.toml")]
    pub(super) config: PathBuf,
    #[command(flatten)]
    pub(super) declaration: declaration::Arguments,
    /// Print one line of JSON for each photo: the receipt, or the problem of a refused photo. With several photos every photo has a
    /// line, with its `file` and `exit` code
    #[arg(long)]
    pub(crate) json: bool,
    /// Deposit a photo once more that has its receipt or its code already; it gets a second code
    #[arg(long)]
    pub(super) again: bool,
    /// Also write the citizen's receipt as PDF beside the photo
    #[arg(long, value_name = "PAPER", num_args = 0..=1, require_equals = true, default_missing_value = "a6")]
    pub(super) pdf: Option<Paper>,
    /// Name and town of the studio, to be shown on the PDF [default: as the gateway knows them]
    #[arg(long, value_name = "NAME", requires = "pdf")]
    pub(super) studio: Option<String>,
    /// Time to go on trying while the gateway cannot be reached
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub(super) give_up_after: u64,
    /// Language of messages and findings [default: the configuration's, or de]
    #[arg(long)]
    pub(super) lang: Option<Language>,
}
