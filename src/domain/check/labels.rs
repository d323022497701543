//! Every rule in two or three words, for tables and headings.

use super::checks::Check;
use crate::texts::language::Language;

impl Check {
    /// The rule in two or three words, for tables and headings.
    pub fn label(self, language: Language) -> &'static str {
        let (german, english) = label(self);
        language.pick(german, english)
    }
}

/// German and English.
const fn label(check: Check) -> (&'static str, &'static str) {
    match check {
        Check::Empty => ("Leere Datei", "Empty file"),
        Check::Format => ("Dateiformat", "File format"),
        Check::Coding => ("JPEG-Kodierung", "JPEG coding"),
        Check::BitDepth => ("Farbtiefe", "Bit depth"),
        Check::Colour => ("Farbe", "Colour"),
        Check::PixelDimensions => ("Größe in Pixeln", "Size in pixels"),
        Check::AspectRatio => ("Seitenverhältnis", "Aspect ratio"),
        Check::FileSize => ("Dateigröße", "File size"),
        Check::Complete => ("Vollständigkeit", "Completeness"),
        Check::PictureData => ("Bilddaten", "Picture data"),
        Check::DeclaredSize => ("Angegebene Größe", "Declared size"),
        Check::TrailingData => ("Angehängte Daten", "Trailing data"),
        Check::Structure => ("Dateiaufbau", "File structure"),
        Check::Ambiguous => ("Eindeutigkeit", "Ambiguity"),
        Check::Orientation => ("Ausrichtung", "Orientation"),
        Check::Metadata => ("Metadaten", "Metadata"),
        Check::ExifBlocks => ("Mehrere EXIF-Blöcke", "Several EXIF blocks"),
        Check::Compression => ("Kompression", "Compression"),
        Check::CaptureTime => ("Alter des Bildes", "Age of the picture"),
        Check::CaptureTimeMissing => ("Aufnahmedatum fehlt", "No capture date"),
        Check::CaptureTimeUnreadable => ("Aufnahmedatum unlesbar", "Capture date unreadable"),
        Check::Location => ("Standortdaten", "Location data"),
        Check::Thumbnail => ("Vorschaubild", "Thumbnail"),
        Check::EmbeddedData => ("Eingebettete Daten", "Embedded data"),
        Check::ColourProfile => ("Farbprofil", "Colour profile"),
        Check::Density => ("Druckauflösung", "Print resolution"),
        Check::Blank => ("Leeres Bild", "Blank picture"),
        Check::Exposure => ("Belichtung", "Exposure"),
        Check::Background => ("Hintergrund", "Background"),
        Check::Sharpness => ("Schärfe", "Sharpness"),
        Check::Upscaled => ("Hochgerechnet", "Enlarged"),
        Check::FaceMissing => ("Kein Gesicht", "No face"),
        Check::FaceCount => ("Mehrere Gesichter", "Several faces"),
        Check::Upright => ("Aufrechter Kopf", "Upright head"),
        Check::EyesCutOff => ("Augen abgeschnitten", "Eyes cut off"),
        Check::InterEyeDistance => ("Augenabstand", "Distance of the eyes"),
        Check::Roll => ("Kopfneigung", "Tilt of the head"),
        Check::Yaw => ("Drehung des Kopfs", "Turn of the head"),
        Check::Pitch => ("Kopf gehoben/gesenkt", "Head raised or lowered"),
        Check::HorizontalPosition => ("Seitliche Lage", "Horizontal position"),
        Check::VerticalPosition => ("Augenhöhe", "Height of the eyes"),
        Check::HeadSize => ("Kopfgröße", "Size of the head"),
        Check::MouthOpen => ("Mund offen", "Mouth open"),
        Check::Smile => ("Lächeln", "Smile"),
        Check::EyesShut => ("Augen geschlossen", "Eyes shut"),
        Check::EyesCovered => ("Augen verdeckt", "Eyes covered"),
        Check::Lighting => ("Licht auf dem Gesicht", "Light on the face"),
        Check::NaturalColour => ("Hautfarbe", "Colour of the skin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_and_no_two_are_the_same() {
        for language in [Language::German, Language::English] {
            let labels = Check::ALL.map(|check| check.label(language));
            assert!(labels.iter().all(|label| (1..=24).contains(&label.chars().count())), "{labels:?}");
            assert_eq!(std::collections::HashSet::from(labels).len(), Check::ALL.len());
        }
    }
}
