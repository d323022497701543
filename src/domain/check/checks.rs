//! Photo checks and their cases. A new row here needs its texts in `src/texts/{de,en}/checks.ftl` and its code in `src/validation`.

use serde::{Deserialize, Serialize};
use strum::EnumProperty;

/// A rule that a photo must meet. Programs decide by `severity`, and show `message` and `hint` also for a check that they do not know.
//
// The order is roughly that in which a file can fail the rules. The name in snake case is stable: it appears in JSON, metrics and the
// audit log. Properties: `about_face` for a check that depends on the person in the photo, `no_exception` if no declaration lifts such a
// check, `quotes_file` if the measured value is text from the file, which is not translated.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumProperty,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Check {
    Empty,
    /// JPEG.
    Format,
    /// Baseline, Huffman coding, all colours in one scan.
    Coding,
    /// Eight bits per colour.
    BitDepth,
    /// YCbCr, not grey, CMYK or RGB.
    Colour,
    PixelDimensions,
    AspectRatio,
    FileSize,
    /// The image data reach the last pixel and the end marker.
    Complete,
    /// The image data can be decoded.
    PictureData,
    /// The header declares the size of the image data.
    DeclaredSize,
    /// Data after the end marker.
    TrailingData,
    /// Segments and tables follow the JPEG standard.
    Structure,
    /// Two independent readers see the same image.
    Ambiguous,
    /// EXIF orientation.
    Orientation,
    /// EXIF and other metadata are readable and of a usual size.
    Metadata,
    /// One block of EXIF, or several identical ones.
    ExifBlocks,
    Compression,
    /// Age of the photo, by its own capture time.
    CaptureTime,
    CaptureTimeMissing,
    #[strum(props(quotes_file = true))]
    CaptureTimeUnreadable,
    /// GPS position.
    Location,
    /// EXIF thumbnail that shows another image.
    Thumbnail,
    /// Other large data before the end marker.
    EmbeddedData,
    /// sRGB.
    #[strum(props(quotes_file = true))]
    ColourProfile,
    /// The stated resolution is unambiguous and prints the photo in passport size.
    Density,
    /// One shade everywhere.
    Blank,
    Exposure,
    Background,
    Sharpness,
    Upscaled,
    #[strum(props(about_face = true))]
    FaceMissing,
    #[strum(props(about_face = true, no_exception = true))]
    FaceCount,
    /// The head neither lies on its side nor stands upside down.
    #[strum(props(about_face = true))]
    Upright,
    #[strum(props(about_face = true))]
    EyesCutOff,
    /// Distance of the pupils in pixels.
    #[strum(props(about_face = true))]
    InterEyeDistance,
    /// Tilt to a shoulder.
    #[strum(props(about_face = true))]
    Roll,
    /// Turn to the left or right.
    #[strum(props(about_face = true))]
    Yaw,
    /// Turn up or down.
    #[strum(props(about_face = true))]
    Pitch,
    #[strum(props(about_face = true))]
    HorizontalPosition,
    /// Height of the eyes in the photo.
    #[strum(props(about_face = true))]
    VerticalPosition,
    #[strum(props(about_face = true))]
    HeadSize,
    #[strum(props(about_face = true))]
    MouthOpen,
    #[strum(props(about_face = true))]
    Smile,
    #[strum(props(about_face = true))]
    EyesShut,
    /// Hair, glare or dark glass.
    #[strum(props(about_face = true))]
    EyesCovered,
    /// Both sides of the face have the same light.
    #[strum(props(about_face = true))]
    Lighting,
    /// Colour of the skin.
    #[strum(props(about_face = true))]
    NaturalColour,
}

impl Check {
    /// The name in JSON, metrics and the audit log.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// True if the check depends on the person in the photo.
    pub fn is_about_face(self) -> bool {
        self.is("about_face")
    }

    /// True if a declaration about the person can lift the check.
    pub fn has_exception(self) -> bool {
        self.is_about_face() && !self.is("no_exception")
    }

    /// True if the measured value is text from the file.
    pub(super) fn quotes_file(self) -> bool {
        self.is("quotes_file")
    }

    fn is(self, property: &str) -> bool {
        self.get_bool(property).unwrap_or(false)
    }
}

/// A case of a check with sentences of its own, because the sentences of the check would be wrong or useless. Left and right are those
/// of the photo. The name in snake case is stored with a finding.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FindingDetail {
    Grey,
    Cmyk,
    StoredAsRgb,
    ColourContradictory,
    /// One scan for each colour.
    SeparateScans,
    /// Arithmetic, lossless or hierarchical.
    RareCoding,
    /// Zeros at the end, which may have replaced the last codes.
    EndsInZeros,
    PictureAppended,
    FilmAppended,
    /// Undamaged, but unusually large.
    TooMuchMetadata,
    Progressive,
    /// Wider than tall, and of the right size once it is turned.
    Landscape,
    FileTooLarge,
    FileTooSmall,
    PhotoTooOld,
    PhotoInFuture,
    /// Nothing in the photo is bright.
    TooDark,
    /// Parts of the face are white.
    TooBright,
    /// Few tones between dark and bright.
    FlatTones,
    TiltedLeft,
    TiltedRight,
    TurnedLeft,
    TurnedRight,
    ChinRaised,
    ChinLowered,
    FaceTooFarLeft,
    FaceTooFarRight,
    EyesTooHigh,
    EyesTooLow,
    HeadTooWide,
    HeadTooNarrow,
    HeadTooTall,
    HeadTooShort,
    /// The upper edge of the photo cuts through the head or the hair.
    HeadCutOff,
    SmileWithTeeth,
    DarkGlasses,
    GlareOnEyes,
    ShadowOnLeft,
    ShadowOnRight,
    SkinReddish,
    SkinGreenish,
    SkinYellowish,
    SkinBluish,
    ShadowOnBackground,
    /// By the person mask.
    BackgroundVaries,
}

impl FindingDetail {
    /// The check of which it is a case.
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
    use strum::VariantArray;

    use super::*;

    #[test]
    fn the_name_is_the_one_in_json() {
        for check in Check::VARIANTS {
            assert_eq!(serde_json::to_value(check).unwrap(), check.name());
        }
    }
}
