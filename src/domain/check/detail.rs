//! Cases of a rule for which its general sentences would be untrue or of no use. A finding names its case, and the sentences
//! follow it.

use serde::{Deserialize, Serialize};

use super::checks::Check;
use super::texts::{BilingualTexts, Sentences, bilingual};
use crate::domain::language::Language;

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
}

impl FindingDetail {
    /// Every case.
    pub const ALL: [Self; 10] = [
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
    ];

    /// The rule that it is a case of.
    pub const fn check(self) -> Check {
        match self {
            Self::Grey | Self::Cmyk | Self::StoredAsRgb | Self::ColourContradictory => Check::Colour,
            Self::SeparateScans | Self::RareCoding => Check::Coding,
            Self::EndsInZeros => Check::PictureData,
            Self::PictureAppended | Self::FilmAppended => Check::TrailingData,
            Self::TooMuchMetadata => Check::Metadata,
        }
    }

    /// The sentences in `language`.
    pub(super) fn sentences(self, language: Language) -> Sentences {
        let BilingualTexts { german, english } = texts(self);
        language.pick(german, english)
    }
}

#[rustfmt::skip]
const fn texts(detail: FindingDetail) -> BilingualTexts {
    match detail {
        FindingDetail::Grey => bilingual(
            ["Das Bild ist ein Graustufenbild.",
             "Bitte ein Farbfoto senden: aus der farbigen Originalaufnahme exportieren oder neu in Farbe aufnehmen. Ein graues Bild \
              wird durch Umwandeln nicht farbig."],
            ["The picture is grey.",
             "Send a colour photo: export it from the original colour shot, or take it again in colour. Converting a grey picture \
              does not bring colours back."],
        ),
        FindingDetail::Cmyk => bilingual(
            ["Das Bild ist in Druckfarben (CMYK) gespeichert.", "Bitte in sRGB umwandeln und als JPEG exportieren."],
            ["The picture is stored in printing colours (CMYK).", "Convert it to sRGB and export it as JPEG."],
        ),
        FindingDetail::StoredAsRgb => bilingual(
            ["Das JPEG speichert seine Farben als RGB statt als YCbCr; nicht jedes Programm zeigt sie richtig.",
             "Bitte das Bild in einem anderen Bildprogramm öffnen und dort als gewöhnliches JPEG neu speichern; eine Option wie „RGB \
              beibehalten“ dabei ausschalten."],
            ["The JPEG stores its colours as RGB instead of YCbCr; not every program shows them right.",
             "Open the picture in another picture program and save it there as an ordinary JPEG, with any option such as “keep RGB” \
              switched off."],
        ),
        FindingDetail::ColourContradictory => bilingual(
            ["Die Datei macht zwei Angaben dazu, wie ihre Farben gespeichert sind (RGB und YCbCr); Programme zeigen sie verschieden.",
             "Bitte das Bild in einem Bildprogramm öffnen, die Farben ansehen und als gewöhnliches JPEG neu speichern."],
            ["The file says two things about how its colours are stored (RGB and YCbCr); programs show them differently.",
             "Open the picture in a picture program, look at its colours and save it as an ordinary JPEG."],
        ),
        FindingDetail::SeparateScans => bilingual(
            ["Das JPEG speichert die Farben nacheinander, jede in einem eigenen Durchgang; nicht jedes Programm liest das.",
             "Bitte das Bild in einem gängigen Bildprogramm öffnen und als gewöhnliches JPEG („Baseline“) neu speichern; wer ein \
              Werkzeug zum Verkleinern von JPEG-Dateien benutzt, lässt es weg."],
            ["The JPEG stores its colours one after the other, each in a scan of its own; not every program reads that.",
             "Open the picture in a common picture program and save it as an ordinary JPEG (“baseline”); leave out any tool that \
              optimises JPEG files."],
        ),
        FindingDetail::RareCoding => bilingual(
            ["Das JPEG ist auf eine seltene Weise kodiert (arithmetisch, verlustfrei oder hierarchisch), die kaum ein Programm liest.",
             "Bitte das Bild mit einem gängigen Bildprogramm als gewöhnliches JPEG („Baseline“) exportieren."],
            ["The JPEG is coded in a rare way (arithmetic, lossless or hierarchical) that hardly any program reads.",
             "Export the picture as an ordinary JPEG (“baseline”) with a common picture program."],
        ),
        FindingDetail::EndsInZeros => bilingual(
            ["Die Bilddaten enden mit Nullen; ob das Bild unten rechts vollständig ist, lässt sich nicht erkennen.",
             "Bitte das Bild in einem Bildprogramm öffnen, unten rechts genau ansehen und als neues JPEG speichern."],
            ["The picture data end with zeros; it cannot be told whether the picture is complete at the lower right.",
             "Open the picture in a picture program, look closely at its lower right corner and save it as a new JPEG."],
        ),
        FindingDetail::PictureAppended => bilingual(
            ["Hinter dem Bild steht ein zweites Bild in der Datei, etwa die Zusatzdaten eines HDR-Fotos oder eine Vorschau.",
             "Bitte das Foto ohne HDR exportieren: „Ultra HDR“, „HDR-Foto“ oder „HDR-Ausgabe“ in der Kamera-App oder beim Export \
              ausschalten, ebenso Bewegtbild („Motion Photo“); oder das Bild in einem Bildprogramm öffnen und als neues JPEG speichern."],
            ["There is a second picture in the file behind the first, such as the extra data of an HDR photo or a preview.",
             "Export the photo without HDR: switch off “Ultra HDR”, “HDR photo” or “HDR output” in the camera app or when exporting, \
              and motion photos too; or open the picture in a picture program and save it as a new JPEG."],
        ),
        FindingDetail::FilmAppended => bilingual(
            ["Hinter dem Bild stehen Zusatzdaten der Kamera-App in der Datei, meist ein kurzer Film (Bewegtbild).",
             "Bitte „Motion Photo“, „Bewegtes Foto“ oder „Live-Foto“ in der Kamera-App ausschalten; oder in der Galerie „Als Standbild \
              exportieren“ wählen oder das Bild in einem Bildprogramm als neues JPEG speichern."],
            ["There are extra data of the camera app in the file behind the picture, mostly a short film (motion photo).",
             "Switch off “motion photo”, “live photo” or “top shot” in the camera app; or choose “export still image” in the gallery, \
              or save the picture as a new JPEG in a picture program."],
        ),
        FindingDetail::TooMuchMetadata => bilingual(
            ["Vor dem Bild stehen ungewöhnlich viele Metadaten in der Datei, etwa ein großes Farbprofil für den Druck, ein \
              Bearbeitungsverlauf oder eine Vorschau.",
             "Bitte in sRGB umwandeln und neu exportieren, nur mit den Aufnahmedaten (EXIF) und ohne Bearbeitungsverlauf und Vorschau."],
            ["The file holds an unusual amount of metadata before the picture, such as a large colour profile for printing, an editing \
              history or a preview.",
             "Convert the picture to sRGB and export it again with the capture data (EXIF) only, without editing history and preview."],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
