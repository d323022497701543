//! The checks a photo goes through, with their stable names.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// The mouth is closed.
    MouthOpen,
    /// The person does not smile.
    Smile,
    /// The eyes are open.
    EyesShut,
    /// No hair, glare or dark glass covers the eyes.
    EyesCovered,
    /// Both sides of the face have the same light.
    Lighting,
    /// The skin has natural colours.
    NaturalColour,
}

impl Check {
    /// Every rule, roughly in the order in which a file can fail them.
    pub const ALL: [Self; 48] = [
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
        Self::MouthOpen,
        Self::Smile,
        Self::EyesShut,
        Self::EyesCovered,
        Self::Lighting,
        Self::NaturalColour,
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
            Self::MouthOpen => "mouth_open",
            Self::Smile => "smile",
            Self::EyesShut => "eyes_shut",
            Self::EyesCovered => "eyes_covered",
            Self::Lighting => "lighting",
            Self::NaturalColour => "natural_colour",
        }
    }

    /// Reports whether the check looks at the face, and so depends on the person in the photo.
    pub const fn is_about_face(self) -> bool {
        matches!(
            self,
            Self::FaceMissing
                | Self::FaceCount
                | Self::Upright
                | Self::EyesCutOff
                | Self::InterEyeDistance
                | Self::Roll
                | Self::Yaw
                | Self::Pitch
                | Self::HorizontalPosition
                | Self::VerticalPosition
                | Self::HeadSize
                | Self::MouthOpen
                | Self::Smile
                | Self::EyesShut
                | Self::EyesCovered
                | Self::Lighting
                | Self::NaturalColour
        )
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
}
