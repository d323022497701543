//! `lichtbild-studio photos`

use std::collections::HashMap;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;
use strum::VariantArray;

use super::texts;
use crate::cli::studio::advice;
use crate::cli::studio::check::table::aligned;
use crate::cli::studio::config_option::StudioConfigOption;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, fail, print, print_json};
use crate::cli::studio::receipt_text::moment;
use crate::cli::studio::runtime::GatewayAccess;
use crate::client::deposited::journal::DepositJournal;
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::deposited::requests::{DepositedQuery, list};
use crate::clock::{Clock, SystemClock};
use crate::domain::display_text::escaped;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;
use crate::texts::text;

/// List this studio's photos at the gateway, newest first, with their states and the reasons of refusals
///
/// The list contains the photos of all computers of the studio. File names are only known for the photos that this computer deposited.
#[derive(Args)]
pub struct Arguments {
    /// Only photos in this state
    #[arg(long, value_parser = PossibleValuesParser::new(PhotoState::VARIANTS.iter().map(|state| state.name())))]
    state: Option<String>,
    /// Only photos that an office refused; the same as --state refused
    #[arg(long, conflicts_with = "state")]
    refused: bool,
    /// Largest number of photos
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    config: StudioConfigOption,
    /// Print one line of JSON per photo: the gateway's object, with the `file` if it is known
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of messages [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

impl Arguments {
    fn query(&self) -> DepositedQuery {
        let state = self.state.as_deref().and_then(|state| state.parse().ok());
        DepositedQuery {
            state: if self.refused { Some(PhotoState::Refused) } else { state },
            limit: self.limit as usize,
            oldest: None,
        }
    }
}

/// Asks the gateway for the photos, and prints them.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config = arguments.config.file(arguments.lang);
    let access = GatewayAccess::open(&config, arguments.lang)?;
    let language = access.language;
    let found = access
        .runtime
        .block_on(list(&access.client, &arguments.query(), language))
        .map_err(|error| fail(advice::about_gateway_error(&error, language)))?;
    let files = files(&DepositJournal::beside(&config), language);
    if arguments.json {
        found.photos.iter().try_for_each(|photo| print_json(&with_file(photo, &files), language))?;
    } else if !found.photos.is_empty() {
        print(table(&found.photos, &files, language), language)?;
    }
    if found.photos.is_empty() {
        eprint(text!(language, "studio-no-photos"));
    } else if found.is_cut {
        eprint(text!(language, "studio-more-photos", count = found.photos.len()));
    }
    Ok(Exit::Done)
}

/// Names of the files that this computer deposited. If the notes cannot be read, the list is shown without names.
pub(in crate::cli::studio) fn files(journal: &DepositJournal, language: Language) -> HashMap<PhotoId, String> {
    let notes = journal.all(SystemClock.now()).unwrap_or_else(|error| {
        eprint(text!(language, "studio-notes-unreadable", cause = error.to_string()));
        Vec::new()
    });
    notes.into_iter().map(|note| (note.photo_id, note.name)).collect()
}

/// The photo as JSON, with its file name if this computer deposited it.
pub(in crate::cli::studio) fn with_file(photo: &PhotoStatus, files: &HashMap<PhotoId, String>) -> Value {
    let mut body = photo.body.clone();
    if let (Some(file), Value::Object(fields)) = (files.get(&photo.photo_id), &mut body) {
        fields.insert("file".to_owned(), file.clone().into());
    }
    body
}

/// One line per photo, followed by the reason of a refusal.
pub(in crate::cli::studio) fn table(
    photos: &[PhotoStatus],
    files: &HashMap<PhotoId, String>,
    language: Language,
) -> String {
    let mut lines = vec![[
        text!(language, "studio-column-deposited"),
        text!(language, "studio-column-file"),
        text!(language, "studio-column-number"),
        text!(language, "studio-column-state"),
    ]];
    lines.extend(photos.iter().map(|photo| {
        [
            moment(photo.deposited_at, language),
            // A name must not begin new lines.
            files.get(&photo.photo_id).map_or_else(|| "-".to_owned(), |file| escaped(file).into_owned()),
            photo.photo_id.short(),
            texts::state(photo, language),
        ]
    }));
    let mut lines = aligned(&lines).into_iter();
    let mut text = lines.next().unwrap_or_default();
    for (line, photo) in lines.zip(photos) {
        text.push('\n');
        text.push_str(&line);
        for reason in photo.refusal.iter().flat_map(|refusal| texts::refusal_lines(refusal, language)) {
            text.push_str("\n    ");
            text.push_str(&reason);
        }
    }
    text
}
