//! The rules a photo is judged by: their stable names and what to tell the person who took it.

use serde::{Deserialize, Serialize};

use super::language::Language;

/// A rule; its name in snake case is stable, other programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The file is a JPEG.
    Format,
}

impl Check {
    /// What is wrong and what to do about it, for the photographer.
    pub fn message(self, language: Language) -> &'static str {
        match self {
            Self::Format => language.pick(
                "Die Datei ist kein JPEG. Bitte das Bild als JPEG exportieren.",
                "The file is not a JPEG. Export the picture as JPEG.",
            ),
        }
    }
}
