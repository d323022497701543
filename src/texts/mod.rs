//! Texts for people, in German and English: one [Fluent](https://projectfluent.org) catalogue per area and language, read with [`text!`](crate::text).
//!
//! A message may have attributes (`.hint`); their ids are written `message.hint`. The layer tests check that every id in the sources
//! exists in both languages with the same variables, and that every message is used.

pub mod language;

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use language::Language;

#[doc(hidden)]
pub use fluent_bundle::FluentValue;

/// The text `id` in `language`, with values for its variables: `text!(language, "deposit-done", code = code, days = 3)`.
///
/// Values are numbers or strings. A number selects a plural form in the catalogue.
#[macro_export]
macro_rules! text {
    ($language:expr, $id:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::texts::format_text($language, &$id, &[$((stringify!($name), $crate::texts::FluentValue::from($value))),*])
    };
}

pub use crate::text;

type Catalogue = FluentBundle<FluentResource>;

static GERMAN: LazyLock<Catalogue> = LazyLock::new(|| {
    catalogue(
        Language::German,
        &[
            include_str!("de/checks.ftl"),
            include_str!("de/problems.ftl"),
            include_str!("de/pages.ftl"),
            include_str!("de/desk.ftl"),
            include_str!("de/connect.ftl"),
            include_str!("de/paper.ftl"),
            include_str!("de/studio.ftl"),
            include_str!("de/studio_overview.ftl"),
            include_str!("de/studio_pages.ftl"),
            include_str!("de/studio_photos.ftl"),
            include_str!("de/studio_setup.ftl"),
            include_str!("de/gateway.ftl"),
            include_str!("de/cli.ftl"),
        ],
    )
});

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| {
    catalogue(
        Language::English,
        &[
            include_str!("en/checks.ftl"),
            include_str!("en/problems.ftl"),
            include_str!("en/pages.ftl"),
            include_str!("en/desk.ftl"),
            include_str!("en/connect.ftl"),
            include_str!("en/paper.ftl"),
            include_str!("en/studio.ftl"),
            include_str!("en/studio_overview.ftl"),
            include_str!("en/studio_pages.ftl"),
            include_str!("en/studio_photos.ftl"),
            include_str!("en/studio_setup.ftl"),
            include_str!("en/gateway.ftl"),
            include_str!("en/cli.ftl"),
        ],
    )
});

fn catalogue(language: Language, sources: &[&str]) -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    // Isolation marks around values would be printed on paper and on terminals.
    bundle.set_use_isolating(false);
    for source in sources {
        // A syntax error or an id that exists twice leaves a message out, which the layer tests find.
        let (Ok(resource) | Err((resource, _))) = FluentResource::try_new((*source).to_owned());
        let _ = bundle.add_resource(resource);
    }
    bundle
}

/// The text that [`text!`](crate::text) asks for. An id without a text gives the id.
#[doc(hidden)]
pub fn format_text(language: Language, id: &str, values: &[(&'static str, FluentValue<'_>)]) -> String {
    let bundle = language.pick(&*GERMAN, &*ENGLISH);
    let (message, attribute) = message_and_attribute(id);
    let message = bundle.get_message(message);
    let pattern = message.and_then(|message| match attribute {
        Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
        None => message.value(),
    });
    let Some(pattern) = pattern else {
        debug_assert!(false, "no text {id:?}");
        return id.to_owned();
    };
    let values: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    let mut errors = Vec::new();
    let text: Cow<'_, str> = bundle.format_pattern(pattern, Some(&values), &mut errors);
    debug_assert!(errors.is_empty(), "text {id:?}: {errors:?}");
    text.into_owned()
}

/// True if both languages have the text `id`; for messages whose id is put together from a name that a later version may extend.
pub fn has_text(id: &str) -> bool {
    let (message, attribute) = message_and_attribute(id);
    let has = |bundle: &Catalogue| match (bundle.get_message(message), attribute) {
        (Some(message), Some(name)) => message.get_attribute(name).is_some(),
        (message, _) => message.is_some(),
    };
    has(&GERMAN) && has(&ENGLISH)
}

fn message_and_attribute(id: &str) -> (&str, Option<&str>) {
    match id.split_once('.') {
        Some((message, attribute)) => (message, Some(attribute)),
        None => (id, None),
    }
}
