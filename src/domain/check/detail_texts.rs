//! Sentences about the cases of a rule, in both languages.

use super::detail::FindingDetail;
use super::texts::{BilingualTexts, Sentences, bilingual};
use crate::texts::language::Language;

impl FindingDetail {
    /// The sentences in `language`.
    pub(super) fn sentences(self, language: Language) -> Sentences {
        let BilingualTexts { german, english } = detail_texts(self);
        language.pick(german, english)
    }
}

/// The sentences of `detail`.
#[rustfmt::skip]
const fn detail_texts(detail: FindingDetail) -> BilingualTexts {
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
             "Bitte das Bild in einem gängigen Bildprogramm als gewöhnliches JPEG („Baseline“) neu speichern, ohne ein Werkzeug zum \
              Verkleinern von JPEG-Dateien, oder die Datei mit lichtbild-studio check --rewrite ohne Verlust umschreiben lassen."],
            ["The JPEG stores its colours one after the other, each in a scan of its own; not every program reads that.",
             "Save the picture as an ordinary JPEG (“baseline”) in a common picture program, without any tool that optimises JPEG \
              files, or have lichtbild-studio check --rewrite rewrite the file without loss."],
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
        FindingDetail::Progressive => bilingual(
            ["Das JPEG ist „progressiv“ gespeichert, also in mehreren Durchgängen von grob nach fein; nicht jedes Programm liest \
              das.",
             "Bitte beim Export „progressiv“ ausschalten („Baseline“ wählen), oder die Datei mit lichtbild-studio check \
              --rewrite ohne Verlust umschreiben lassen."],
            ["The JPEG is stored as “progressive”, in several passes from coarse to fine; not every program reads that.",
             "Switch “progressive” off when exporting (choose “baseline”), or have lichtbild-studio check --rewrite rewrite the \
              file without loss."],
        ),
        FindingDetail::Landscape => bilingual(
            ["Das Bild liegt quer.",
             "Bitte das Bild um 90 Grad drehen, so dass der Kopf oben ist, und neu exportieren; zuschneiden ist nicht nötig."],
            ["The picture lies on its side.",
             "Turn the picture by 90 degrees, so that the head is at the top, and export it again; it need not be cropped."],
        ),
        FindingDetail::FileTooLarge => bilingual(
            ["Die Datei ist größer als erlaubt.",
             "Bitte aus dem Original mit etwas niedrigerer JPEG-Qualität neu exportieren."],
            ["The file is larger than allowed.",
             "Export it again from the original with a slightly lower JPEG quality."],
        ),
        FindingDetail::FileTooSmall => bilingual(
            ["Die Datei ist kleiner als erlaubt.",
             "Bitte aus dem Original mit höherer JPEG-Qualität oder mit mehr Pixeln neu exportieren."],
            ["The file is smaller than allowed.",
             "Export it again from the original with a higher JPEG quality or with more pixels."],
        ),
        FindingDetail::PhotoTooOld => bilingual(
            ["Das Bild ist seinem Aufnahmedatum nach älter als erlaubt.",
             "Bitte ein neues Foto aufnehmen; ging nur die Uhr der Kamera falsch, Uhr und Aufnahmedatum berichtigen."],
            ["By its capture date the picture is older than allowed.",
             "Take a new photo; if only the camera's clock was wrong, correct the clock and the capture date."],
        ),
        FindingDetail::PhotoInFuture => bilingual(
            ["Das Aufnahmedatum des Bildes liegt in der Zukunft.",
             "Bitte die Uhr der Kamera stellen und das Aufnahmedatum berichtigen."],
            ["The capture date of the picture lies in the future.",
             "Set the camera's clock and correct the capture date."],
        ),
        FindingDetail::TooDark => bilingual(
            ["Das Bild ist vermutlich zu dunkel: Auch die hellsten Stellen um das Gesicht sind grau.",
             "Bitte reichlicher belichten und neu aufnehmen, oder aus der Rohaufnahme heller entwickeln."],
            ["The picture is probably too dark: even the brightest parts around the face are grey.",
             "Take it again with a longer exposure or more light, or develop it brighter from the raw file."],
        ),
        FindingDetail::TooBright => bilingual(
            ["Das Gesicht ist vermutlich zu hell: Teile der Haut sind reines Weiß, und ihre Züge sind verloren.",
             "Bitte knapper belichten, das Licht weicher machen und neu aufnehmen."],
            ["The face is probably too bright: parts of the skin are pure white, and their features are lost.",
             "Take it again with a shorter exposure and softer light."],
        ),
        FindingDetail::FlatTones => bilingual(
            ["Dem Gesicht fehlen vermutlich die Zwischentöne.",
             "Bitte ohne starken Kontrast und ohne Filter aus dem Original exportieren oder neu aufnehmen."],
            ["The face probably lacks tones between dark and bright.",
             "Export it from the original without strong contrast and filters, or take it again."],
        ),
        FindingDetail::TiltedLeft => bilingual(
            ["Der Kopf ist im Bild nach links geneigt.",
             "Bitte das Bild im Uhrzeigersinn gerade drehen, bis die Augen auf einer Höhe liegen, oder neu aufnehmen."],
            ["The head leans to the left of the picture.",
             "Turn the picture clockwise until the eyes are level, or take it again."],
        ),
        FindingDetail::TiltedRight => bilingual(
            ["Der Kopf ist im Bild nach rechts geneigt.",
             "Bitte das Bild gegen den Uhrzeigersinn gerade drehen, bis die Augen auf einer Höhe liegen, oder neu aufnehmen."],
            ["The head leans to the right of the picture.",
             "Turn the picture counterclockwise until the eyes are level, or take it again."],
        ),
        FindingDetail::TurnedLeft => bilingual(
            ["Das Gesicht ist vermutlich nach links gedreht (im Bild gesehen).",
             "Bitte von vorn aufnehmen, mit dem Gesicht gerade zur Kamera."],
            ["The face is probably turned to the left of the picture.",
             "Take the picture from the front, with the face straight to the camera."],
        ),
        FindingDetail::TurnedRight => bilingual(
            ["Das Gesicht ist vermutlich nach rechts gedreht (im Bild gesehen).",
             "Bitte von vorn aufnehmen, mit dem Gesicht gerade zur Kamera."],
            ["The face is probably turned to the right of the picture.",
             "Take the picture from the front, with the face straight to the camera."],
        ),
        FindingDetail::ChinRaised => bilingual(
            ["Das Kinn ist vermutlich angehoben.",
             "Bitte das Kinn etwas senken lassen und die Kamera auf Augenhöhe stellen."],
            ["The chin is probably raised.",
             "Have the chin lowered a little, and put the camera at eye level."],
        ),
        FindingDetail::ChinLowered => bilingual(
            ["Das Kinn ist vermutlich gesenkt.",
             "Bitte das Kinn etwas heben lassen und die Kamera auf Augenhöhe stellen."],
            ["The chin is probably lowered.",
             "Have the chin raised a little, and put the camera at eye level."],
        ),
        FindingDetail::FaceTooFarLeft => bilingual(
            ["Das Gesicht sitzt {offset} links von der Bildmitte.",
             "Bitte links mehr Rand lassen oder rechts mehr abschneiden, bis das Gesicht in der Mitte sitzt."],
            ["The face is {offset} left of the middle of the picture.",
             "Leave more room on the left or crop more on the right, until the face is in the middle."],
        ),
        FindingDetail::FaceTooFarRight => bilingual(
            ["Das Gesicht sitzt {offset} rechts von der Bildmitte.",
             "Bitte rechts mehr Rand lassen oder links mehr abschneiden, bis das Gesicht in der Mitte sitzt."],
            ["The face is {offset} right of the middle of the picture.",
             "Leave more room on the right or crop more on the left, until the face is in the middle."],
        ),
        FindingDetail::EyesTooHigh => bilingual(
            ["Die Augen liegen zu hoch im Bild.",
             "Bitte über dem Kopf mehr Rand lassen oder unten mehr abschneiden."],
            ["The eyes are too high in the picture.",
             "Leave more room above the head or crop more at the bottom."],
        ),
        FindingDetail::EyesTooLow => bilingual(
            ["Die Augen liegen zu tief im Bild.",
             "Bitte über dem Kopf mehr abschneiden oder unten mehr Rand lassen."],
            ["The eyes are too low in the picture.",
             "Crop more above the head or leave more room at the bottom."],
        ),
        FindingDetail::HeadTooWide => bilingual(
            ["Der Kopf ist vermutlich zu breit für das Bild.",
             "Bitte mit mehr Rand um den Kopf zuschneiden oder mit mehr Abstand neu aufnehmen."],
            ["The head is probably too wide for the picture.",
             "Leave more room around the head when cropping, or take the picture again from farther away."],
        ),
        FindingDetail::HeadTooNarrow => bilingual(
            ["Der Kopf ist vermutlich zu schmal für das Bild.",
             "Bitte enger zuschneiden, wenn das Original genug Pixel hat, oder näher aufnehmen."],
            ["The head is probably too narrow for the picture.",
             "Crop closer if the original has enough pixels, or take the picture from nearer."],
        ),
        FindingDetail::HeadTooTall => bilingual(
            ["Der Kopf ist vom Kinn bis zum Scheitel vermutlich zu hoch für das Bild.",
             "Bitte mit mehr Rand um den Kopf zuschneiden oder mit mehr Abstand neu aufnehmen."],
            ["The head, from chin to crown, is probably too tall for the picture.",
             "Leave more room around the head when cropping, or take the picture again from farther away."],
        ),
        FindingDetail::HeadTooShort => bilingual(
            ["Der Kopf ist vom Kinn bis zum Scheitel vermutlich zu klein im Bild.",
             "Bitte enger zuschneiden, wenn das Original genug Pixel hat, oder näher aufnehmen."],
            ["The head, from chin to crown, is probably too small in the picture.",
             "Crop closer if the original has enough pixels, or take the picture from nearer."],
        ),
        FindingDetail::HeadCutOff => bilingual(
            ["Der obere Bildrand schneidet vermutlich den Kopf an (geschätzte Lage des Scheitels, vom oberen Rand).",
             "Bitte so zuschneiden, dass über dem Haar noch Hintergrund zu sehen ist."],
            ["The upper edge of the picture probably cuts off the head (estimated place of the crown, from the upper edge).",
             "Crop it so that some background can be seen above the hair."],
        ),
        FindingDetail::SmileWithTeeth => bilingual(
            ["Die Person lächelt vermutlich mit offenen Lippen, so dass Zähne zu sehen sind (Breite des Munds mit angehobenen Winkeln, in \
              Prozent des Augenabstands).",
             "Bitte mit neutralem Gesicht und geschlossenem Mund neu aufnehmen."],
            ["The person is probably smiling with parted lips, so that teeth can be seen (width of the mouth with raised corners, in per \
              cent of the distance of the eyes).",
             "Take the picture again with a neutral face and the mouth closed."],
        ),
        FindingDetail::DarkGlasses => bilingual(
            ["Hinter der Brille sind die Augen vermutlich nicht zu erkennen (Kontrast der Augenpartie).",
             "Bitte ohne Sonnenbrille und ohne getönte Gläser aufnehmen."],
            ["The eyes probably cannot be seen behind the glasses (contrast around the eyes).",
             "Take the picture without sunglasses or tinted glasses."],
        ),
        FindingDetail::GlareOnEyes => bilingual(
            ["Eine Spiegelung verdeckt vermutlich ein Auge (Helligkeit des Auges gegenüber der Haut).",
             "Bitte die Lampen höher oder weiter zur Seite stellen, die Brille etwas neigen oder abnehmen lassen."],
            ["A reflection probably covers an eye (brightness of the eye compared with the skin).",
             "Put the lamps higher or farther to the side, tilt the glasses a little or have them taken off."],
        ),
        FindingDetail::ShadowOnLeft => bilingual(
            ["Die linke Seite des Gesichts (im Bild gesehen) ist viel dunkler als die rechte.",
             "Bitte die linke Seite (im Bild gesehen) aufhellen: die Lampe nach vorn rücken oder links eine zweite oder einen Aufheller stellen."],
            ["The side of the face on the left of the picture is much darker than the other.",
             "Brighten the side on the left of the picture: move the lamp to the front, or put a second one or a reflector there."],
        ),
        FindingDetail::ShadowOnRight => bilingual(
            ["Die rechte Seite des Gesichts (im Bild gesehen) ist viel dunkler als die linke.",
             "Bitte die rechte Seite (im Bild gesehen) aufhellen: die Lampe nach vorn rücken oder rechts eine zweite oder einen Aufheller stellen."],
            ["The side of the face on the right of the picture is much darker than the other.",
             "Brighten the side on the right of the picture: move the lamp to the front, or put a second one or a reflector there."],
        ),
        FindingDetail::SkinReddish => bilingual(
            ["Die Haut wirkt unnatürlich rot; vermutlich hat das Bild einen Farbstich.",
             "Bitte den Weißabgleich auf die Lampen einstellen; farbige Wände und Kleidung werfen rotes Licht zurück."],
            ["The skin looks unnaturally red; the picture probably has a colour cast.",
             "Set the white balance to the lamps; coloured walls and clothes reflect red light."],
        ),
        FindingDetail::SkinGreenish => bilingual(
            ["Die Haut wirkt grünlich oder grau; vermutlich hat das Bild einen Farbstich.",
             "Bitte den Weißabgleich auf die Lampen einstellen und Leuchtstoffröhren im Raum ausschalten."],
            ["The skin looks greenish or grey; the picture probably has a colour cast.",
             "Set the white balance to the lamps and switch fluorescent lamps in the room off."],
        ),
        FindingDetail::SkinYellowish => bilingual(
            ["Die Haut wirkt unnatürlich gelb; vermutlich hat das Bild einen Farbstich.",
             "Bitte den Weißabgleich auf die Lampen einstellen; warmes Glühlicht im Raum ausschalten."],
            ["The skin looks unnaturally yellow; the picture probably has a colour cast.",
             "Set the white balance to the lamps, and switch warm lamps in the room off."],
        ),
        FindingDetail::SkinBluish => bilingual(
            ["Die Haut wirkt bläulich; vermutlich hat das Bild einen Farbstich.",
             "Bitte den Weißabgleich auf die Lampen einstellen; Tageslicht vom Fenster abschirmen."],
            ["The skin looks bluish; the picture probably has a colour cast.",
             "Set the white balance to the lamps, and keep daylight from the window out."],
        ),
        FindingDetail::ShadowOnBackground => bilingual(
            ["Auf dem Hintergrund ist vermutlich ein Schatten des Kopfs zu sehen (um so viel dunkler).",
             "Bitte mit mehr Abstand zur Wand aufnehmen oder die Wand eigens beleuchten."],
            ["The head probably throws a shadow on the background (darker by that much).",
             "Take the picture farther away from the wall, or light the wall separately."],
        ),
        FindingDetail::BackgroundVaries => bilingual(
            ["Der Hintergrund neben oder über dem Kopf ist vermutlich nicht einfarbig (Anteil der Fläche, der abweicht).",
             "Bitte vor einer schlichten, hellen Wand aufnehmen, auf der nichts zu sehen ist."],
            ["The background beside or above the head is probably not plain (share of the area that differs).",
             "Take the picture before a plain, light wall with nothing on it."],
        ),
    }
}
