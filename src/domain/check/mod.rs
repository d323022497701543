//! The rules a photo is judged by: their stable names. What people are told is in `check_texts` and `check_labels`.

pub mod detail;
pub mod finding;
mod labels;
mod texts;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::labels::label;
use super::check::texts::{BilingualTexts, DECLARATION_HINT, texts};
use super::language::Language;

/// A rule; its name in snake case is stable, other programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// There is something in the file.
    Empty,
    /// The file is a JPEG.
    Format,
    /// It is coded the plain way: baseline, Huffman, all colours in one scan.
    Coding,
    /// Eight bits for each colour.
    BitDepth,
    /// Colour, stored as YCbCr: neither grey nor CMYK nor RGB.
    Colour,
    /// Width and height are what the profile asks for.
    PixelDimensions,
    /// Width and height stand in the ratio the profile asks for.
    AspectRatio,
    /// The file has no fewer and no more bytes than the profile asks for.
    FileSize,
    /// The picture data go on to the last pixel and to the end marker.
    Complete,
    /// The picture data can be decoded.
    PictureData,
    /// The header declares the size that the picture data have.
    DeclaredSize,
    /// Nothing follows the end marker.
    TrailingData,
    /// Segments and tables are built as the standard says.
    Structure,
    /// Two independent readers see the same picture in the file.
    Ambiguous,
    /// The picture is stored upright.
    Orientation,
    /// EXIF and other metadata can be read and are not out of proportion.
    Metadata,
    /// The file has one block of EXIF, or several that are the same.
    ExifBlocks,
    /// The picture was not compressed too much.
    Compression,
    /// The photo is young enough, by its own capture time.
    CaptureTime,
    /// The photo says when it was taken.
    CaptureTimeMissing,
    /// The time at which it was taken is written in a form that can be read.
    CaptureTimeUnreadable,
    /// The photo does not say where it was taken.
    Location,
    /// EXIF carries no small picture beside the photo.
    Thumbnail,
    /// The file carries no other large data beside the picture.
    EmbeddedData,
    /// Its colours are those of sRGB.
    ColourProfile,
    /// Printed at the resolution that it states, and it states only one, it has the size of a passport photo.
    Density,
    /// There is something to be seen on the picture.
    Blank,
    /// The face is neither too dark nor too bright.
    Exposure,
    /// The background is plain and evenly lit.
    Background,
    /// The face is in focus.
    Sharpness,
    /// The picture was not enlarged.
    Upscaled,
    /// There is a face in the picture.
    FaceMissing,
    /// There is no other face in it.
    FaceCount,
    /// The head is upright: it neither lies nor stands upside down.
    Upright,
    /// The eyes are within the picture.
    EyesCutOff,
    /// The pupils are far enough apart, in pixels.
    InterEyeDistance,
    /// The head is not tilted to a shoulder.
    Roll,
    /// The face looks neither to the left nor to the right.
    Yaw,
    /// The face looks neither up nor down.
    Pitch,
    /// The face is in the middle between left and right.
    HorizontalPosition,
    /// The eyes are at the right height.
    VerticalPosition,
    /// The head fills the right part of the picture.
    HeadSize,
}

impl Check {
    /// Every rule, roughly in the order in which a file can fail them.
    pub const ALL: [Self; 42] = [
        Self::Empty,
        Self::Format,
        Self::Coding,
        Self::BitDepth,
        Self::Colour,
        Self::PixelDimensions,
        Self::AspectRatio,
        Self::FileSize,
        Self::Complete,
        Self::PictureData,
        Self::DeclaredSize,
        Self::TrailingData,
        Self::Structure,
        Self::Ambiguous,
        Self::Orientation,
        Self::Metadata,
        Self::ExifBlocks,
        Self::Compression,
        Self::CaptureTime,
        Self::CaptureTimeMissing,
        Self::CaptureTimeUnreadable,
        Self::Location,
        Self::Thumbnail,
        Self::EmbeddedData,
        Self::ColourProfile,
        Self::Density,
        Self::Blank,
        Self::Exposure,
        Self::Background,
        Self::Sharpness,
        Self::Upscaled,
        Self::FaceMissing,
        Self::FaceCount,
        Self::Upright,
        Self::EyesCutOff,
        Self::InterEyeDistance,
        Self::Roll,
        Self::Yaw,
        Self::Pitch,
        Self::HorizontalPosition,
        Self::VerticalPosition,
        Self::HeadSize,
    ];

    /// The name in JSON, metrics and the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Format => "format",
            Self::Coding => "coding",
            Self::BitDepth => "bit_depth",
            Self::Colour => "colour",
            Self::PixelDimensions => "pixel_dimensions",
            Self::AspectRatio => "aspect_ratio",
            Self::FileSize => "file_size",
            Self::Complete => "complete",
            Self::PictureData => "picture_data",
            Self::DeclaredSize => "declared_size",
            Self::TrailingData => "trailing_data",
            Self::Structure => "structure",
            Self::Ambiguous => "ambiguous",
            Self::Orientation => "orientation",
            Self::Metadata => "metadata",
            Self::ExifBlocks => "exif_blocks",
            Self::Compression => "compression",
            Self::CaptureTime => "capture_time",
            Self::CaptureTimeMissing => "capture_time_missing",
            Self::CaptureTimeUnreadable => "capture_time_unreadable",
            Self::Location => "location",
            Self::Thumbnail => "thumbnail",
            Self::EmbeddedData => "embedded_data",
            Self::ColourProfile => "colour_profile",
            Self::Density => "density",
            Self::Blank => "blank",
            Self::Exposure => "exposure",
            Self::Background => "background",
            Self::Sharpness => "sharpness",
            Self::Upscaled => "upscaled",
            Self::FaceMissing => "face_missing",
            Self::FaceCount => "face_count",
            Self::Upright => "upright",
            Self::EyesCutOff => "eyes_cut_off",
            Self::InterEyeDistance => "inter_eye_distance",
            Self::Roll => "roll",
            Self::Yaw => "yaw",
            Self::Pitch => "pitch",
            Self::HorizontalPosition => "horizontal_position",
            Self::VerticalPosition => "vertical_position",
            Self::HeadSize => "head_size",
        }
    }

    /// Whether it looks at the face, and so depends on whose face it is.
    pub const fn is_about_face(self) -> bool {
        use Check::{
            EyesCutOff, FaceCount, FaceMissing, HeadSize, HorizontalPosition, InterEyeDistance, Pitch, Roll, Upright,
            VerticalPosition, Yaw,
        };
        matches!(
            self,
            FaceMissing
                | FaceCount
                | Upright
                | EyesCutOff
                | InterEyeDistance
                | Roll
                | Yaw
                | Pitch
                | HorizontalPosition
                | VerticalPosition
                | HeadSize
        )
    }

    /// What is wrong, for the photographer: one sentence or two.
    pub fn message(self, language: Language) -> &'static str {
        let BilingualTexts { german, english } = texts(self);
        language.pick(german, english).message
    }

    /// What to do about it, for the photographer.
    pub fn hint(self, language: Language) -> &'static str {
        let BilingualTexts { german, english } = texts(self);
        language.pick(german, english).hint
    }

    /// How the studio declares that the rule does not fit this person, to be said where the photo is refused by it; `None` where
    /// nobody is excepted.
    pub fn declaration_hint(self, language: Language) -> Option<&'static str> {
        let (german, english) = DECLARATION_HINT;
        // A second face is a second face, whoever is photographed.
        (self.is_about_face() && self != Self::FaceCount).then(|| language.pick(german, english))
    }

    /// The rule in two or three words, for tables and headings.
    pub fn label(self, language: Language) -> &'static str {
        let (german, english) = label(self);
        language.pick(german, english)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_one_in_json() {
        for check in Check::ALL {
            assert_eq!(serde_json::to_value(check).unwrap(), check.name());
        }
    }

    #[test]
    fn every_check_says_what_is_wrong_and_what_to_do_in_both_languages() {
        for check in Check::ALL {
            for language in [Language::German, Language::English] {
                let (message, hint) = (check.message(language), check.hint(language));
                for text in [message, hint] {
                    assert!(text.ends_with('.') && !text.contains("  "), "{check}: {text}");
                }
                assert!(!message.contains("Bitte"), "{check}: what to do belongs into the hint");
                assert!(language == Language::English || hint.contains("Bitte"), "{check}: {hint}");
            }
        }
    }

    #[test]
    fn labels_are_short_and_no_two_are_the_same() {
        for language in [Language::German, Language::English] {
            let labels = Check::ALL.map(|check| check.label(language));
            assert!(labels.iter().all(|label| (1..=24).contains(&label.chars().count())), "{labels:?}");
            assert_eq!(std::collections::HashSet::from(labels).len(), Check::ALL.len());
        }
    }

    #[test]
    fn whoever_may_be_excepted_from_a_rule_is_told_how() {
        for language in [Language::German, Language::English] {
            for check in Check::ALL {
                let told = check.declaration_hint(language);
                assert_eq!(told.is_some(), check.is_about_face() && check != Check::FaceCount, "{check}");
                for way in ["--child", "Photo-Subject", "--exception", "Photo-Exception"] {
                    assert!(told.is_none_or(|told| told.contains(way) && !told.contains("  ")), "{check}: {way}");
                    assert!(!check.hint(language).contains(way), "{check}: said on refusals only");
                }
            }
        }
    }
}
