//! Sentences about each check for people: the message says what is wrong, the hint what to do about it.

use super::checks::Check;
use crate::texts::language::Language;

/// A rule's sentences in both languages.
pub(super) struct BilingualTexts {
    pub(super) german: Sentences,
    pub(super) english: Sentences,
}

/// A rule's sentences in one language.
#[derive(Clone, Copy)]
pub(super) struct Sentences {
    /// Description of the fault.
    pub(super) message: &'static str,
    /// Instruction for correcting it.
    pub(super) hint: &'static str,
}

/// Instructions for declaring that a rule does not fit this person: children have smaller faces and move, and some people cannot be
/// photographed as the rules ask. In German and in English.
const DECLARATION_HINT: (&str, &str) = (
    "Ist ein Kind unter zehn oder unter sechs Jahren abgebildet, dies bei der Einlieferung angeben (lichtbild-studio: --child under10 oder \
     --child under6). Steht eine Krankheit, eine Behinderung oder die Religion der Regel entgegen, auch das angeben (--exception medical \
     oder --exception religious).",
    "If this is a child under ten or under six, say so with the deposit (lichtbild-studio: --child under10 or --child under6). If an \
     illness, a disability or religion stands against the rule, say that too (--exception medical or --exception religious).",
);

/// In the order: German message and hint, English message and hint.
pub(super) const fn bilingual(german: [&'static str; 2], english: [&'static str; 2]) -> BilingualTexts {
    BilingualTexts {
        german: Sentences { message: german[0], hint: german[1] },
        english: Sentences { message: english[0], hint: english[1] },
    }
}

impl Check {
    /// Description of the fault for the photographer: one sentence or two.
    pub fn message(self, language: Language) -> &'static str {
        let BilingualTexts { german, english } = texts(self);
        language.pick(german, english).message
    }

    /// Instruction for the photographer to correct the fault.
    pub fn hint(self, language: Language) -> &'static str {
        let BilingualTexts { german, english } = texts(self);
        language.pick(german, english).hint
    }

    /// Instruction for declaring that the rule does not fit this person, to be given where the photo is refused by it; `None` if the rule
    /// has no exception.
    pub fn declaration_hint(self, language: Language) -> Option<&'static str> {
        let (german, english) = DECLARATION_HINT;
        // A second face is a second face, whoever is photographed.
        (self.is_about_face() && self != Self::FaceCount).then(|| language.pick(german, english))
    }
}

/// The sentences of `check`.
#[rustfmt::skip]
const fn texts(check: Check) -> BilingualTexts {
    match check {
        Check::Empty => bilingual(
            ["Die Datei ist leer.", "Bitte das Bild noch einmal exportieren und die neue Datei senden."],
            ["The file is empty.", "Export the picture again and send the new file."],
        ),
        Check::Format => bilingual(
            ["Die Datei ist kein JPEG.", "Bitte das Bild als JPEG exportieren; die Endung .jpg allein genügt nicht."],
            ["The file is not a JPEG.", "Export the picture as JPEG; the extension .jpg alone is not enough."],
        ),
        Check::Coding => bilingual(
            ["Das JPEG ist auf eine Weise gespeichert, die nicht jedes Programm liest.",
             "Bitte das Bild in einem gängigen Bildprogramm öffnen und als gewöhnliches JPEG („Baseline“) neu speichern."],
            ["The JPEG is stored in a way that not every program reads.",
             "Open the picture in a common picture program and save it as an ordinary JPEG (“baseline”)."],
        ),
        Check::BitDepth => bilingual(
            ["Das Bild hat nicht 8 Bit je Farbkanal.", "Bitte vor dem Export auf 8 Bit je Kanal umstellen."],
            ["The picture does not have 8 bits per colour channel.", "Switch to 8 bits per channel before exporting."],
        ),
        Check::Colour => bilingual(
            ["Die Farben des Bildes sind in einem Sonderformat gespeichert, das nicht jedes Programm richtig zeigt.",
             "Bitte das Bild in einem gängigen Bildprogramm öffnen, in sRGB umwandeln und als gewöhnliches JPEG neu speichern."],
            ["The colours of the picture are stored in a special format that not every program shows right.",
             "Open the picture in a common picture program, convert it to sRGB and save it as an ordinary JPEG."],
        ),
        Check::PixelDimensions => bilingual(
            ["Das Bild hat nicht die verlangte Größe in Pixeln.",
             "Bitte aus der Originalaufnahme in dieser Größe zuschneiden; nicht hochrechnen."],
            ["The picture does not have the required size in pixels.",
             "Crop it to that size from the original shot; do not enlarge it."],
        ),
        Check::AspectRatio => bilingual(
            ["Breite und Höhe stehen nicht im verlangten Verhältnis.",
             "Bitte neu zuschneiden, ohne das Bild zu verzerren."],
            ["Width and height are not in the required ratio.", "Crop again, without distorting the picture."],
        ),
        Check::FileSize => bilingual(
            ["Die Datei ist größer oder kleiner als erlaubt.",
             "Bitte aus dem Original neu exportieren: mit niedrigerer JPEG-Qualität, wenn die Datei zu groß ist, mit höherer oder mit \
              mehr Pixeln, wenn sie zu klein ist."],
            ["The file is larger or smaller than allowed.",
             "Export it again from the original: with a lower JPEG quality if the file is too large, with a higher one or with more \
              pixels if it is too small."],
        ),
        Check::Complete => bilingual(
            ["Die Datei bricht vor dem Ende des Bildes ab, vermutlich beim Kopieren oder Übertragen.",
             "Bitte die Datei neu exportieren und noch einmal senden."],
            ["The file ends before the picture does, probably while it was copied or transferred.",
             "Export the file again and send it once more."],
        ),
        Check::PictureData => bilingual(
            ["Die Bilddaten sind beschädigt.",
             "Bitte das Bild aus dem Original neu exportieren; wiederholt sich das, den Datenträger prüfen."],
            ["The picture data are damaged.",
             "Export the picture again from the original; if it happens again, check the storage medium."],
        ),
        Check::DeclaredSize => bilingual(
            ["Die angegebene Bildgröße und die Bilddaten passen nicht zusammen; die Datei wurde verändert oder beschädigt.",
             "Bitte das Bild aus dem Original neu exportieren."],
            ["The declared picture size and the picture data do not fit together; the file was altered or damaged.",
             "Export the picture again from the original."],
        ),
        Check::TrailingData => bilingual(
            ["Hinter dem Bild stehen noch weitere Daten in der Datei.",
             "Bitte das Bild in einem Bildprogramm öffnen und als neues JPEG speichern oder exportieren; Kopieren oder Umbenennen der \
              Datei genügt nicht."],
            ["The file holds more data behind the picture.",
             "Open the picture in a picture program and save or export it as a new JPEG; copying or renaming the file is not enough."],
        ),
        Check::Structure => bilingual(
            ["Die Datei ist nicht aufgebaut, wie es der JPEG-Standard verlangt.",
             "Bitte das Bild neu exportieren, wenn nötig mit einem anderen Programm."],
            ["The file is not built as the JPEG standard demands.",
             "Export the picture again, if necessary with another program."],
        ),
        Check::Ambiguous => bilingual(
            ["Zwei Prüfprogramme lesen die Datei verschieden; im Amt könnte ein anderes Bild erscheinen als bei Ihnen.",
             "Bitte das Bild neu exportieren, wenn nötig mit einem anderen Programm."],
            ["Two readers see different things in this file; the office might see another picture than you do.",
             "Export the picture again, if necessary with another program."],
        ),
        Check::Orientation => bilingual(
            ["Die Datei trägt einen Vermerk zur Ausrichtung, nach dem das Bild zum Anzeigen gedreht oder gespiegelt werden soll oder \
              der ungültig ist. Nicht jedes Programm beachtet ihn gleich.",
             "Bitte das Bild im Bildprogramm öffnen, wenn nötig aufrecht drehen und neu exportieren."],
            ["The file carries an orientation note that asks programs to turn or mirror the picture, or that is invalid. Programs do not \
              all treat it the same way.",
             "Open the picture in your picture program, turn it upright if necessary and export it again."],
        ),
        Check::Metadata => bilingual(
            ["Die Metadaten des Bildes (etwa EXIF) sind beschädigt oder ungewöhnlich groß.",
             "Bitte das Bild neu exportieren und nur die Aufnahmedaten mitgeben."],
            ["The picture's metadata (such as EXIF) are damaged or unusually large.",
             "Export the picture again and keep the capture data only."],
        ),
        Check::ExifBlocks => bilingual(
            ["Die Datei enthält mehrere EXIF-Blöcke mit verschiedenem Inhalt. Jedes Programm kann einen anderen davon lesen.",
             "Bitte die Metadaten neu schreiben lassen: das Bild im Bildprogramm neu exportieren und nur die Aufnahmedaten mitgeben."],
            ["The file contains several EXIF blocks whose contents differ. Each program may read a different one.",
             "Have the metadata written anew: export the picture again from your picture program and keep only the capture data."],
        ),
        Check::Compression => bilingual(
            ["Das Bild ist stark komprimiert (Verhältnis der unkomprimierten Größe zur Datei); feine Züge können verloren sein.",
             "Bitte mit der höchsten JPEG-Qualität direkt aus dem Original exportieren."],
            ["The picture is heavily compressed (ratio of the uncompressed size to the file); fine features may be lost.",
             "Export it with the highest JPEG quality straight from the original."],
        ),
        Check::CaptureTime => bilingual(
            ["Das Bild ist seinem Aufnahmedatum nach älter als erlaubt oder liegt in der Zukunft.",
             "Bitte ein neues Foto aufnehmen; ist nur die Uhr der Kamera falsch gestellt, Uhr und Aufnahmedatum berichtigen."],
            ["By its capture date the picture is older than allowed, or lies in the future.",
             "Take a new photo; if only the camera's clock is wrong, correct the clock and the capture date."],
        ),
        Check::CaptureTimeMissing => bilingual(
            ["Die Datei sagt nicht, wann das Bild aufgenommen wurde.",
             "Bitte beim Export die Aufnahmedaten (EXIF) mitgeben, damit das Amt das Alter des Bildes sieht."],
            ["The file does not say when the picture was taken.",
             "Export it with the capture data (EXIF), so that the office sees how old it is."],
        ),
        Check::CaptureTimeUnreadable => bilingual(
            ["Das Aufnahmedatum in der Datei ist nicht eindeutig lesbar.",
             "Bitte das Aufnahmedatum (EXIF DateTimeOriginal) als Jahr, Monat und Tag schreiben lassen, zum Beispiel 2026:11:20 10:15:00."],
            ["The capture date in the file cannot be read without doubt.",
             "Have the capture date (EXIF DateTimeOriginal) written as year, month and day, for example 2026:11:20 10:15:00."],
        ),
        Check::Location => bilingual(
            ["Die Datei verrät, wo das Bild aufgenommen wurde; das Amt braucht das nicht.",
             "Bitte ohne GPS-Daten exportieren (oft „Standort entfernen“) oder GPS in der Kamera ausschalten."],
            ["The file tells where the picture was taken, which the office does not need.",
             "Export it without GPS data (often “remove location”) or switch GPS off in the camera."],
        ),
        Check::Thumbnail => bilingual(
            ["In der Datei steckt ein Vorschaubild, das ein anderes Bild zeigt: meist die Aufnahme vor Zuschnitt oder Bearbeitung.",
             "Bitte ohne Vorschaubild exportieren (oft „Miniatur“ oder „Thumbnail“), die Aufnahmedaten aber mitgeben."],
            ["The file carries a thumbnail that shows another picture: mostly the shot before it was cropped or retouched.",
             "Export it without a thumbnail (often “preview” or “embed thumbnail”), but with the capture data."],
        ),
        Check::EmbeddedData => bilingual(
            ["In der Datei stecken neben dem Bild noch andere Daten; das können eine zweite Aufnahme, eine Vorschau oder Texte sein, \
              und das Amt braucht sie nicht.",
             "Bitte das Bild in einem Bildprogramm öffnen und als neues JPEG exportieren, nur mit den Aufnahmedaten (EXIF), ohne \
              Vorschau, HDR-Zusatzdaten, Kommentare und Bearbeitungsdaten."],
            ["The file carries other data beside the picture; these may be a second shot, a preview or texts, which the office does not need.",
             "Open the picture in a picture program and export it as a new JPEG with the capture data (EXIF) only, without previews, \
              HDR data, comments and editing data."],
        ),
        Check::ColourProfile => bilingual(
            ["Das Bild trägt ein anderes Farbprofil als sRGB; im Amt können die Farben falsch erscheinen.",
             "Bitte beim Export „in sRGB umwandeln“ wählen."],
            ["The picture carries a colour profile other than sRGB; its colours may look wrong at the office.",
             "Choose “convert to sRGB” when exporting."],
        ),
        Check::Density => bilingual(
            ["Die Datei gibt eine Druckauflösung an, mit der das Bild nicht in Passbildgröße gedruckt würde, oder zwei verschiedene.",
             "Bitte beim Export die Auflösung (dpi) auf den genannten Wert stellen, ohne die Pixel zu ändern."],
            ["The file states a resolution at which it would not print in passport size, or two different ones.",
             "Set the resolution (dpi) to the given value when exporting, without changing the pixels."],
        ),
        Check::Blank => bilingual(
            ["Auf dem Bild ist fast nichts zu sehen, es ist überall gleich hell.",
             "Bitte prüfen, ob die richtige Datei und alle Ebenen exportiert wurden."],
            ["There is next to nothing to be seen on the picture, it is equally bright everywhere.",
             "Check that the right file and all its layers were exported."],
        ),
        Check::Exposure => bilingual(
            ["Das Gesicht ist vermutlich zu dunkel, zu hell oder ohne Zwischentöne.",
             "Bitte Licht und Belichtung prüfen und das Bild wenn nötig neu aufnehmen."],
            ["The face is probably too dark, too bright or without tones in between.",
             "Check lamps and exposure, and take the picture again if necessary."],
        ),
        Check::Background => bilingual(
            ["Der Hintergrund ist vermutlich nicht einfarbig und gleichmäßig hell (Unterschied der Helligkeit).",
             "Bitte vor einer schlichten, hellen Wand ohne Schatten aufnehmen."],
            ["The background is probably not plain and evenly bright (difference in brightness).",
             "Take the picture before a plain, light wall without shadows."],
        ),
        Check::Sharpness => bilingual(
            ["Das Gesicht ist vermutlich unscharf (feinste Einzelheiten, in Prozent der möglichen).",
             "Bitte auf die Augen scharf stellen, verwackelte Bilder neu aufnehmen und nicht weichzeichnen."],
            ["The face is probably out of focus (finest detail, in per cent of what is possible).",
             "Focus on the eyes, take blurred pictures again and do not smooth them."],
        ),
        Check::Upscaled => bilingual(
            ["Dem Bild fehlen überall die feinen Einzelheiten; vermutlich wurde es aus einem kleineren hochgerechnet.",
             "Bitte aus der Originalaufnahme in voller Auflösung zuschneiden."],
            ["The picture has no fine detail anywhere; it was probably enlarged from a smaller one.",
             "Crop it from the original shot in full resolution."],
        ),
        Check::FaceMissing => bilingual(
            ["Im Bild ist kein Gesicht zu erkennen.",
             "Bitte eine Aufnahme von vorn senden, gleichmäßig ausgeleuchtet und mit freiem Gesicht."],
            ["No face can be seen in the picture.",
             "Send a shot from the front, evenly lit and with the face uncovered."],
        ),
        Check::FaceCount => bilingual(
            ["Im Bild ist mehr als ein Gesicht zu sehen.",
             "Bitte eine Aufnahme ohne weitere Personen, Bilder oder Spiegelungen im Hintergrund senden."],
            ["More than one face can be seen in the picture.",
             "Send a shot without other people, pictures or reflections in the background."],
        ),
        Check::Upright => bilingual(
            ["Der Kopf liegt im Bild auf der Seite oder steht auf dem Kopf.",
             "Bitte das Bild aufrecht drehen und neu exportieren."],
            ["The head lies on its side in the picture or stands upside down.",
             "Turn the picture upright and export it again."],
        ),
        Check::EyesCutOff => bilingual(
            ["Die Augen sind vom Bildrand abgeschnitten.",
             "Bitte so zuschneiden, dass der ganze Kopf im Bild ist."],
            ["The eyes are cut off by the edge of the picture.",
             "Crop it so that the whole head is in the picture."],
        ),
        Check::InterEyeDistance => bilingual(
            ["Die Augen liegen im Bild zu nah beieinander, das Gesicht ist zu klein aufgelöst.",
             "Bitte enger zuschneiden oder aus einer Aufnahme mit mehr Pixeln; nicht hochrechnen."],
            ["The eyes are too close together in the picture, the face has too few pixels.",
             "Crop closer or use a shot with more pixels; do not enlarge it."],
        ),
        Check::Roll => bilingual(
            ["Der Kopf ist zur Schulter geneigt.",
             "Bitte das Bild gerade drehen, so dass die Augen auf einer Höhe liegen, oder neu aufnehmen."],
            ["The head is tilted to a shoulder.",
             "Turn the picture so that the eyes are level, or take it again."],
        ),
        Check::Yaw => bilingual(
            ["Das Gesicht ist vermutlich zur Seite gedreht.",
             "Bitte von vorn aufnehmen, mit dem Blick gerade in die Kamera."],
            ["The face is probably turned to one side.",
             "Take the picture from the front, with the person looking straight into the camera."],
        ),
        Check::Pitch => bilingual(
            ["Das Kinn ist vermutlich angehoben oder gesenkt.",
             "Bitte die Kamera auf Augenhöhe stellen und das Kinn gerade halten lassen."],
            ["The chin is probably raised or lowered.",
             "Put the camera at eye level and have the chin held level."],
        ),
        Check::HorizontalPosition => bilingual(
            ["Das Gesicht sitzt nicht in der Mitte des Bildes.",
             "Bitte so zuschneiden, dass links und rechts gleich viel Platz bleibt."],
            ["The face is not in the middle of the picture.",
             "Crop it so that there is as much room on the left as on the right."],
        ),
        Check::VerticalPosition => bilingual(
            ["Die Augen liegen zu hoch oder zu tief im Bild.",
             "Bitte so zuschneiden, dass sie auf der verlangten Höhe liegen."],
            ["The eyes are too high or too low in the picture.",
             "Crop it so that they are at the required height."],
        ),
        Check::HeadSize => bilingual(
            ["Die Größe des Kopfs passt vermutlich nicht zum Bild.",
             "Bitte den Zuschnitt mit einer Schablone prüfen."],
            ["The size of the head probably does not fit the picture.",
             "Check the crop with a template."],
        ),
        Check::MouthOpen => bilingual(
            ["Der Mund ist vermutlich offen (Abstand der Lippen, in Prozent des Augenabstands).",
             "Bitte mit geschlossenem Mund aufnehmen; die Lippen berühren sich locker."],
            ["The mouth is probably open (gap between the lips, in per cent of the distance of the eyes).",
             "Take the picture with the mouth closed and the lips touching lightly."],
        ),
        Check::Smile => bilingual(
            ["Die Person lächelt vermutlich (Breite des Munds mit angehobenen Winkeln, in Prozent des Augenabstands).",
             "Bitte mit neutralem Gesicht und geschlossenem Mund aufnehmen."],
            ["The person is probably smiling (width of the mouth with raised corners, in per cent of the distance of the eyes).",
             "Take the picture with a neutral face and the mouth closed."],
        ),
        Check::EyesShut => bilingual(
            ["Mindestens ein Auge ist vermutlich geschlossen oder fast geschlossen (wie viel dunkler die Iris ist als das Weiß daneben).",
             "Bitte mit offenen Augen aufnehmen; am besten mehrere Bilder kurz hintereinander."],
            ["At least one eye is probably shut or nearly shut (by how much the iris is darker than the white beside it).",
             "Take the picture with both eyes open; several shots in a row are best."],
        ),
        Check::EyesCovered => bilingual(
            ["Mindestens ein Auge ist vermutlich verdeckt (Ähnlichkeit beider Augen).",
             "Bitte Haare aus den Augen nehmen und die Augen gleichmäßig beleuchten."],
            ["At least one eye is probably covered (likeness of both eyes).",
             "Move hair away from the eyes and light both eyes evenly."],
        ),
        Check::Lighting => bilingual(
            ["Eine Seite des Gesichts ist viel heller als die andere.",
             "Bitte das Licht von vorn oder von beiden Seiten gleich stark auf das Gesicht richten."],
            ["One side of the face is much brighter than the other.",
             "Light the face from the front, or equally from both sides."],
        ),
        Check::NaturalColour => bilingual(
            ["Die Hautfarbe wirkt nicht natürlich; vermutlich hat das Bild einen Farbstich.",
             "Bitte den Weißabgleich auf die Lampen einstellen und Farbfilter ausschalten."],
            ["The colour of the skin does not look natural; the picture probably has a colour cast.",
             "Set the white balance to the lamps and switch colour filters off."],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_message_and_a_hint_in_both_languages() {
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
    fn checks_with_exceptions_say_how_to_declare_one() {
        for language in [Language::German, Language::English] {
            for check in Check::ALL {
                let hint = check.declaration_hint(language);
                assert_eq!(hint.is_some(), check.is_about_face() && check != Check::FaceCount, "{check}");
                for way in ["--child", "--exception"] {
                    assert!(hint.is_none_or(|hint| hint.contains(way) && !hint.contains("  ")), "{check}: {way}");
                    assert!(!check.hint(language).contains(way), "{check}: said on refusals only");
                }
            }
        }
    }
}
