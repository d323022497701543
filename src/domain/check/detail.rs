//! Cases of a rule for which its general sentences would be untrue or of no use. A finding names its case, and the sentences
//! follow it.

use serde::{Deserialize, Serialize};

use super::checks::Check;

/// A case of a rule. The name in snake case is stored with a finding, never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingDetail {
    /// [`Check::Colour`]: a grey picture.
    Grey,
    /// [`Check::Colour`]: four colours, for printing.
    Cmyk,
    /// [`Check::Colour`]: RGB that was not converted to YCbCr.
    StoredAsRgb,
    /// [`Check::Colour`]: the file says two things of its colours.
    ColourContradictory,
    /// [`Check::Coding`]: one scan for each colour.
    SeparateScans,
    /// [`Check::Coding`]: arithmetic, lossless or hierarchical.
    RareCoding,
    /// [`Check::PictureData`]: zeros at the end, which may have replaced the last codes.
    EndsInZeros,
    /// [`Check::TrailingData`]: another picture.
    PictureAppended,
    /// [`Check::TrailingData`]: a film.
    FilmAppended,
    /// [`Check::Metadata`]: sound, but out of proportion.
    TooMuchMetadata,
    /// [`Check::Coding`]: saved in several passes, coarse to fine.
    Progressive,
    /// [`Check::PixelDimensions`]: wider than tall, and of the right size once it is turned.
    Landscape,
    /// [`Check::FileSize`]: too many bytes.
    FileTooLarge,
    /// [`Check::FileSize`]: too few bytes.
    FileTooSmall,
    /// [`Check::CaptureTime`]: before the earliest date allowed.
    PhotoTooOld,
    /// [`Check::CaptureTime`]: after today.
    PhotoInFuture,
    /// [`Check::Exposure`]: nothing in the photo is bright.
    TooDark,
    /// [`Check::Exposure`]: parts of the face are white.
    TooBright,
    /// [`Check::Exposure`]: few tones between dark and bright.
    FlatTones,
    /// [`Check::Roll`]: the head leans to the left of the photo.
    TiltedLeft,
    /// [`Check::Roll`]: the head leans to the right of the photo.
    TiltedRight,
    /// [`Check::Yaw`]: the face looks to the left of the photo.
    TurnedLeft,
    /// [`Check::Yaw`]: the face looks to the right of the photo.
    TurnedRight,
    /// [`Check::Pitch`]: the face looks up.
    ChinRaised,
    /// [`Check::Pitch`]: the face looks down.
    ChinLowered,
    /// [`Check::HorizontalPosition`]: left of the middle.
    FaceTooFarLeft,
    /// [`Check::HorizontalPosition`]: right of the middle.
    FaceTooFarRight,
    /// [`Check::VerticalPosition`]: above the range.
    EyesTooHigh,
    /// [`Check::VerticalPosition`]: below the range.
    EyesTooLow,
    /// [`Check::HeadSize`]: width above the range.
    HeadTooWide,
    /// [`Check::HeadSize`]: width below the range.
    HeadTooNarrow,
    /// [`Check::HeadSize`]: height above the range.
    HeadTooTall,
    /// [`Check::HeadSize`]: height below the range.
    HeadTooShort,
    /// [`Check::HeadSize`]: the upper edge of the photo cuts through the head or the hair.
    HeadCutOff,
    /// [`Check::Smile`]: with parted lips.
    SmileWithTeeth,
    /// [`Check::EyesCovered`]: no eye can be seen behind dark glass.
    DarkGlasses,
    /// [`Check::EyesCovered`]: a reflection over an eye.
    GlareOnEyes,
    /// [`Check::Lighting`]: the side of the face on the left of the photo is darker.
    ShadowOnLeft,
    /// [`Check::Lighting`]: the side of the face on the right of the photo is darker.
    ShadowOnRight,
    /// [`Check::NaturalColour`]: too red.
    SkinReddish,
    /// [`Check::NaturalColour`]: too green.
    SkinGreenish,
    /// [`Check::NaturalColour`]: too yellow.
    SkinYellowish,
    /// [`Check::NaturalColour`]: too blue.
    SkinBluish,
    /// [`Check::Background`]: the head throws a shadow.
    ShadowOnBackground,
    /// [`Check::Background`]: parts of it differ, by the person mask.
    BackgroundVaries,
}

impl FindingDetail {
    /// Every case.
    pub const ALL: [Self; 45] = [
        Self::Grey,
        Self::Cmyk,
        Self::StoredAsRgb,
        Self::ColourContradictory,
        Self::SeparateScans,
        Self::RareCoding,
        Self::EndsInZeros,
        Self::PictureAppended,
        Self::FilmAppended,
        Self::TooMuchMetadata,
        Self::Progressive,
        Self::Landscape,
        Self::FileTooLarge,
        Self::FileTooSmall,
        Self::PhotoTooOld,
        Self::PhotoInFuture,
        Self::TooDark,
        Self::TooBright,
        Self::FlatTones,
        Self::TiltedLeft,
        Self::TiltedRight,
        Self::TurnedLeft,
        Self::TurnedRight,
        Self::ChinRaised,
        Self::ChinLowered,
        Self::FaceTooFarLeft,
        Self::FaceTooFarRight,
        Self::EyesTooHigh,
        Self::EyesTooLow,
        Self::HeadTooWide,
        Self::HeadTooNarrow,
        Self::HeadTooTall,
        Self::HeadTooShort,
        Self::HeadCutOff,
        Self::SmileWithTeeth,
        Self::DarkGlasses,
        Self::GlareOnEyes,
        Self::ShadowOnLeft,
        Self::ShadowOnRight,
        Self::SkinReddish,
        Self::SkinGreenish,
        Self::SkinYellowish,
        Self::SkinBluish,
        Self::ShadowOnBackground,
        Self::BackgroundVaries,
    ];

    /// The rule that it is a case of.
    pub const fn check(self) -> Check {
        match self {
            Self::Grey | Self::Cmyk | Self::StoredAsRgb | Self::ColourContradictory => Check::Colour,
            Self::SeparateScans | Self::RareCoding | Self::Progressive => Check::Coding,
            Self::EndsInZeros => Check::PictureData,
            Self::PictureAppended | Self::FilmAppended => Check::TrailingData,
            Self::TooMuchMetadata => Check::Metadata,
            Self::Landscape => Check::PixelDimensions,
            Self::FileTooLarge | Self::FileTooSmall => Check::FileSize,
            Self::PhotoTooOld | Self::PhotoInFuture => Check::CaptureTime,
            Self::TooDark | Self::TooBright | Self::FlatTones => Check::Exposure,
            Self::TiltedLeft | Self::TiltedRight => Check::Roll,
            Self::TurnedLeft | Self::TurnedRight => Check::Yaw,
            Self::ChinRaised | Self::ChinLowered => Check::Pitch,
            Self::FaceTooFarLeft | Self::FaceTooFarRight => Check::HorizontalPosition,
            Self::EyesTooHigh | Self::EyesTooLow => Check::VerticalPosition,
            Self::HeadTooWide | Self::HeadTooNarrow | Self::HeadTooTall | Self::HeadTooShort | Self::HeadCutOff => {
                Check::HeadSize
            }
            Self::SmileWithTeeth => Check::Smile,
            Self::DarkGlasses | Self::GlareOnEyes => Check::EyesCovered,
            Self::ShadowOnLeft | Self::ShadowOnRight => Check::Lighting,
            Self::SkinReddish | Self::SkinGreenish | Self::SkinYellowish | Self::SkinBluish => Check::NaturalColour,
            Self::ShadowOnBackground | Self::BackgroundVaries => Check::Background,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::texts::Sentences;
    use crate::texts::language::Language;

    #[test]
    fn every_case_has_sentences_of_its_own_in_both_languages() {
        for detail in FindingDetail::ALL {
            for language in [Language::German, Language::English] {
                let Sentences { message, hint } = detail.sentences(language);
                for text in [message, hint] {
                    assert!(text.ends_with('.') && !text.contains("  "), "{detail:?}: {text}");
                }
                assert_ne!(message, detail.check().message(language), "{detail:?}");
                assert!(!message.contains("Bitte"), "{detail:?}: what to do belongs into the hint");
                assert!(language == Language::English || hint.contains("Bitte"), "{detail:?}: {hint}");
            }
        }
    }
}
