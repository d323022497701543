//! The rules a photo is judged by: their stable names and what to tell the person who took it.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// The picture was not compressed too much.
    Compression,
    /// The photo is young enough, by its own capture time.
    CaptureTime,
    /// The photo says when it was taken.
    CaptureTimeMissing,
    /// The photo does not say where it was taken.
    Location,
    /// Its colours are those of sRGB.
    ColourProfile,
    /// Printed at the resolution that it states, it has the size of a passport photo.
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
    /// The pupils are far enough apart, in pixels.
    InterEyeDistance,
    /// The head is not tilted to a shoulder.
    Roll,
    /// The face is in the middle between left and right.
    HorizontalPosition,
    /// The eyes are at the right height.
    VerticalPosition,
    /// The head fills the right part of the picture.
    HeadSize,
}

impl Check {
    /// Every rule, roughly in the order in which a file can fail them.
    pub const ALL: [Self; 33] = [
        Self::Empty,
        Self::Format,
        Self::Coding,
        Self::BitDepth,
        Self::Colour,
        Self::PixelDimensions,
        Self::AspectRatio,
        Self::Complete,
        Self::PictureData,
        Self::DeclaredSize,
        Self::TrailingData,
        Self::Structure,
        Self::Ambiguous,
        Self::Orientation,
        Self::Metadata,
        Self::Compression,
        Self::CaptureTime,
        Self::CaptureTimeMissing,
        Self::Location,
        Self::ColourProfile,
        Self::Density,
        Self::Blank,
        Self::Exposure,
        Self::Background,
        Self::Sharpness,
        Self::Upscaled,
        Self::FaceMissing,
        Self::FaceCount,
        Self::InterEyeDistance,
        Self::Roll,
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
            Self::Complete => "complete",
            Self::PictureData => "picture_data",
            Self::DeclaredSize => "declared_size",
            Self::TrailingData => "trailing_data",
            Self::Structure => "structure",
            Self::Ambiguous => "ambiguous",
            Self::Orientation => "orientation",
            Self::Metadata => "metadata",
            Self::Compression => "compression",
            Self::CaptureTime => "capture_time",
            Self::CaptureTimeMissing => "capture_time_missing",
            Self::Location => "location",
            Self::ColourProfile => "colour_profile",
            Self::Density => "density",
            Self::Blank => "blank",
            Self::Exposure => "exposure",
            Self::Background => "background",
            Self::Sharpness => "sharpness",
            Self::Upscaled => "upscaled",
            Self::FaceMissing => "face_missing",
            Self::FaceCount => "face_count",
            Self::InterEyeDistance => "inter_eye_distance",
            Self::Roll => "roll",
            Self::HorizontalPosition => "horizontal_position",
            Self::VerticalPosition => "vertical_position",
            Self::HeadSize => "head_size",
        }
    }

    /// Whether it looks at the face, and so depends on whose face it is.
    pub const fn concerns_face(self) -> bool {
        use Check::{FaceCount, FaceMissing, HeadSize, HorizontalPosition, InterEyeDistance, Roll, VerticalPosition};
        matches!(
            self,
            FaceMissing | FaceCount | InterEyeDistance | Roll | HorizontalPosition | VerticalPosition | HeadSize
        )
    }

    /// What is wrong and what to do about it, for the photographer.
    pub fn message(self, language: Language) -> String {
        let (german, english) = self.messages();
        // Whose face it is excuses much, but nobody else in the picture.
        let declare = if self.concerns_face() && self != Self::FaceCount { DECLARE } else { ("", "") };
        language.pick(format!("{german}{}", declare.0), format!("{english}{}", declare.1))
    }

    const fn messages(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => (
                "Die Datei ist leer. Bitte das Bild noch einmal exportieren und die neue Datei senden.",
                "The file is empty. Export the picture again and send the new file.",
            ),
            Self::Format => (
                "Die Datei ist kein JPEG. Bitte das Bild als JPEG exportieren; die Endung .jpg allein genügt nicht.",
                "The file is not a JPEG. Export the picture as JPEG; the extension .jpg alone is not enough.",
            ),
            Self::Coding => (
                "Das JPEG ist auf eine Weise kodiert, die nicht jedes Programm liest. Bitte als „Baseline (Standard)“ \
                 exportieren, nicht „progressiv“.",
                "The JPEG is coded in a way that not every program reads. Export it as “baseline (standard)”, not \
                 “progressive”.",
            ),
            Self::BitDepth => (
                "Das Bild hat nicht 8 Bit je Farbkanal. Bitte vor dem Export auf 8 Bit je Kanal umstellen.",
                "The picture does not have 8 bits per colour channel. Switch to 8 bits per channel before exporting.",
            ),
            Self::Colour => (
                "Das Bild ist kein gewöhnliches Farbbild (Graustufen, CMYK oder Sonderformat). Bitte in sRGB umwandeln und \
                 als JPEG exportieren.",
                "The picture is not an ordinary colour picture (grey, CMYK or a special format). Convert it to sRGB and \
                 export it as JPEG.",
            ),
            Self::PixelDimensions => (
                "Das Bild hat nicht die verlangte Größe in Pixeln. Bitte aus der Originalaufnahme in dieser Größe \
                 zuschneiden; nicht hochrechnen.",
                "The picture does not have the required size in pixels. Crop it to that size from the original shot; do \
                 not enlarge it.",
            ),
            Self::AspectRatio => (
                "Breite und Höhe stehen nicht im verlangten Verhältnis. Bitte neu zuschneiden, ohne das Bild zu verzerren.",
                "Width and height are not in the required ratio. Crop again, without distorting the picture.",
            ),
            Self::Complete => (
                "Die Datei bricht vor dem Ende des Bildes ab, vermutlich beim Kopieren oder Übertragen. Bitte die Datei \
                 neu exportieren und noch einmal senden.",
                "The file ends before the picture does, probably while it was copied or transferred. Export the file \
                 again and send it once more.",
            ),
            Self::PictureData => (
                "Die Bilddaten sind beschädigt. Bitte das Bild aus dem Original neu exportieren; wiederholt sich das, den \
                 Datenträger prüfen.",
                "The picture data are damaged. Export the picture again from the original; if it happens again, check \
                 the storage medium.",
            ),
            Self::DeclaredSize => (
                "Die angegebene Bildgröße und die Bilddaten passen nicht zusammen; die Datei wurde verändert oder beschädigt. Bitte \
                 das Bild aus dem Original neu exportieren.",
                "The declared picture size and the picture data do not fit together; the file was altered or damaged. \
                 Export the picture again from the original.",
            ),
            Self::TrailingData => (
                "Hinter dem Bild stehen noch weitere Daten in der Datei. Bitte das Bild neu exportieren, ohne angehängte \
                 Vorschau oder Zusatzdaten.",
                "The file holds more data behind the picture. Export the picture again, without an appended preview or \
                 extra data.",
            ),
            Self::Structure => (
                "Die Datei ist nicht aufgebaut, wie es der JPEG-Standard verlangt. Bitte das Bild neu exportieren, wenn \
                 nötig mit einem anderen Programm.",
                "The file is not built as the JPEG standard demands. Export the picture again, if necessary with another \
                 program.",
            ),
            Self::Ambiguous => (
                "Zwei Prüfprogramme lesen die Datei verschieden; im Amt könnte ein anderes Bild erscheinen als bei Ihnen. \
                 Bitte das Bild neu exportieren, wenn nötig mit einem anderen Programm.",
                "Two readers see different things in this file; the office might see another picture than you do. Export \
                 the picture again, if necessary with another program.",
            ),
            Self::Orientation => (
                "Das Bild ist gedreht oder gespiegelt gespeichert und nur durch einen Vermerk aufgerichtet, den nicht jedes \
                 Programm beachtet. Bitte im Bildprogramm aufrecht drehen und neu exportieren.",
                "The picture is stored turned or mirrored and only set upright by a note that not every program heeds. \
                 Turn it upright in your picture program and export it again.",
            ),
            Self::Metadata => (
                "Die Metadaten des Bildes (etwa EXIF) sind beschädigt oder ungewöhnlich groß. Bitte das Bild neu \
                 exportieren und nur die Aufnahmedaten mitgeben.",
                "The picture's metadata (such as EXIF) are damaged or unusually large. Export the picture again and \
                 keep the capture data only.",
            ),
            Self::Compression => (
                "Das Bild ist stark komprimiert; feine Züge können verloren sein. Bitte mit der höchsten JPEG-Qualität \
                 direkt aus dem Original exportieren.",
                "The picture is heavily compressed; fine features may be lost. Export it with the highest JPEG quality \
                 straight from the original.",
            ),
            Self::CaptureTime => (
                "Das Bild ist seinem Aufnahmedatum nach älter als erlaubt oder liegt in der Zukunft. Bitte ein neues Foto aufnehmen; ist \
                 nur die Uhr der Kamera falsch gestellt, Uhr und Aufnahmedatum berichtigen.",
                "By its capture date the picture is older than allowed, or lies in the future. Take a new photo; if only the \
                 camera's clock is wrong, correct the clock and the capture date.",
            ),
            Self::CaptureTimeMissing => (
                "Die Datei sagt nicht, wann das Bild aufgenommen wurde. Bitte beim Export die Aufnahmedaten (EXIF) mitgeben, damit das \
                 Amt das Alter des Bildes sieht.",
                "The file does not say when the picture was taken. Export it with the capture data (EXIF), so that the office \
                 sees how old it is.",
            ),
            Self::Location => (
                "Die Datei verrät, wo das Bild aufgenommen wurde; das Amt braucht das nicht. Bitte ohne GPS-Daten exportieren (oft \
                 „Standort entfernen“) oder GPS in der Kamera ausschalten.",
                "The file tells where the picture was taken, which the office does not need. Export it without GPS data (often \
                 “remove location”) or switch GPS off in the camera.",
            ),
            Self::ColourProfile => (
                "Das Bild trägt ein anderes Farbprofil als sRGB; im Amt können die Farben falsch erscheinen. Bitte beim Export „in sRGB \
                 umwandeln“ wählen.",
                "The picture carries a colour profile other than sRGB; its colours may look wrong at the office. Choose “convert \
                 to sRGB” when exporting.",
            ),
            Self::Density => (
                "Die Datei gibt eine Druckauflösung an, mit der das Bild nicht in Passbildgröße gedruckt würde. Bitte beim Export die \
                 Auflösung (dpi) auf den genannten Wert stellen, ohne die Pixel zu ändern.",
                "The file states a resolution at which it would not print in passport size. Set the resolution (dpi) to the given \
                 value when exporting, without changing the pixels.",
            ),
            Self::Blank => (
                "Auf dem Bild ist fast nichts zu sehen, es ist überall gleich hell. Bitte prüfen, ob die richtige Datei und alle Ebenen \
                 exportiert wurden.",
                "There is next to nothing to be seen on the picture, it is equally bright everywhere. Check that the right file \
                 and all its layers were exported.",
            ),
            Self::Exposure => (
                "Das Gesicht ist vermutlich zu dunkel, zu hell oder ohne Zwischentöne. Bitte Licht und Belichtung prüfen und das Bild \
                 wenn nötig neu aufnehmen.",
                "The face is probably too dark, too bright or without tones in between. Check lamps and exposure, and take the \
                 picture again if necessary.",
            ),
            Self::Background => (
                "Der Hintergrund ist vermutlich nicht einfarbig und gleichmäßig hell. Bitte vor einer schlichten, hellen Wand ohne \
                 Schatten aufnehmen.",
                "The background is probably not plain and evenly bright. Take the picture before a plain, light wall without \
                 shadows.",
            ),
            Self::Sharpness => (
                "Das Gesicht ist vermutlich unscharf. Bitte auf die Augen scharf stellen, verwackelte Bilder neu aufnehmen und nicht \
                 weichzeichnen.",
                "The face is probably out of focus. Focus on the eyes, take blurred pictures again and do not smooth them.",
            ),
            Self::Upscaled => (
                "Dem Bild fehlen überall die feinen Einzelheiten; vermutlich wurde es aus einem kleineren hochgerechnet. Bitte aus der \
                 Originalaufnahme in voller Auflösung zuschneiden.",
                "The picture has no fine detail anywhere; it was probably enlarged from a smaller one. Crop it from the original \
                 shot in full resolution.",
            ),
            Self::FaceMissing => (
                "Im Bild ist kein Gesicht zu erkennen. Bitte eine Aufnahme von vorn senden, gleichmäßig ausgeleuchtet und mit \
                 freiem Gesicht.",
                "No face can be seen in the picture. Send a shot from the front, evenly lit and with the face uncovered.",
            ),
            Self::FaceCount => (
                "Im Bild ist mehr als ein Gesicht zu sehen. Bitte eine Aufnahme ohne weitere Personen, Bilder oder \
                 Spiegelungen im Hintergrund senden.",
                "More than one face can be seen in the picture. Send a shot without other people, pictures or \
                 reflections in the background.",
            ),
            Self::InterEyeDistance => (
                "Die Augen liegen im Bild zu nah beieinander, das Gesicht ist zu klein aufgelöst. Bitte enger zuschneiden oder \
                 aus einer Aufnahme mit mehr Pixeln; nicht hochrechnen.",
                "The eyes are too close together in the picture, the face has too few pixels. Crop closer or use a shot \
                 with more pixels; do not enlarge it.",
            ),
            Self::Roll => (
                "Der Kopf ist zur Schulter geneigt. Bitte das Bild gerade drehen, so dass die Augen auf einer Höhe liegen, \
                 oder neu aufnehmen.",
                "The head is tilted to a shoulder. Turn the picture so that the eyes are level, or take it again.",
            ),
            Self::HorizontalPosition => (
                "Das Gesicht sitzt nicht in der Mitte des Bildes. Bitte so zuschneiden, dass links und rechts gleich viel Platz \
                 bleibt.",
                "The face is not in the middle of the picture. Crop it so that there is as much room on the left as on \
                 the right.",
            ),
            Self::VerticalPosition => (
                "Die Augen liegen zu hoch oder zu tief im Bild. Bitte so zuschneiden, dass sie auf der verlangten Höhe liegen.",
                "The eyes are too high or too low in the picture. Crop it so that they are at the required height.",
            ),
            Self::HeadSize => (
                "Der Kopf füllt vermutlich zu viel oder zu wenig vom Bild. Bitte den Zuschnitt mit einer Schablone prüfen.",
                "The head probably fills too much or too little of the picture. Check the crop with a template.",
            ),
        }
    }
}

/// What to do where the rules of the face do not fit the person. Begins with a space.
const DECLARE: (&str, &str) = (
    " Ein Kind unter zehn oder einen gesundheitlichen oder religiösen Grund bitte mit dem Bild angeben: Photo-Subject, \
     Photo-Exception (--child, --exception).",
    " Declare a child under ten, or a reason of health or religion, with the photo: Photo-Subject, Photo-Exception \
     (--child, --exception).",
);

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
    fn every_check_says_what_to_do_in_both_languages() {
        for check in Check::ALL {
            let (german, english) = check.messages();
            assert!(german.contains("Bitte"), "{check}");
            assert!(english.ends_with('.') && english.matches('.').count() >= 2, "{check}");
            assert!(!german.contains("  ") && !english.contains("  "), "{check}");
        }
    }
}
