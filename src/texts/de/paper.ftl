### Printed receipts, letters and reports; dates and times.

### Citizen receipt.
paper-receipt = Abrufcode
    .document = Abrufcode für ein biometrisches Lichtbild
    .subtitle = für Ihr biometrisches Lichtbild (Passfoto)
    .symbol = DataMatrix mit dem Abrufcode
    .valid-until = Gültig bis einschließlich
    .issued-by = Ausgestellt von
    .number = Foto-Nr. { $number }
paper-receipt-purpose = Wofür ist dieser Beleg?
    .text = Zeigen Sie ihn im Bürgerbüro, wenn Sie Ausweis oder Reisepass beantragen. Das Amt ruft damit Ihr Lichtbild ab; danach wird es gelöscht. Der Code gilt nur einmal: Brauchen Sie zwei Dokumente, sagen Sie es gleich zu Beginn.
paper-receipt-confidential = Bitte vertraulich behandeln
    .text = Bewahren Sie den Beleg auf wie Bargeld und geben Sie den Code nur im Amt weiter.
paper-receipt-lost = Verloren?
    .text = Fragen Sie im Fotostudio: Es kann den Beleg noch einmal drucken oder das Lichtbild zurückziehen. Das Amt kennt den Code nicht. Hat auch das Studio ihn nicht mehr, brauchen Sie ein neues Lichtbild.

### Invitation letter.
paper-letter = Einladung: ein Gerät an das Lichtbild-Gateway anschließen
    .document = Einladung an das Lichtbild-Gateway
    .device = Gerät
    .device-number = Gerätenummer
    .valid-until = Gültig bis
    .for-studios = Mit diesem Brief schließen Sie das oben genannte Gerät an das Gateway an, über das Ihr Studio biometrische Lichtbilder an das Einwohnermeldeamt gibt.
    .for-offices = Mit diesem Brief schließen Sie das oben genannte Gerät an das Gateway an, über das Ihr Amt biometrische Lichtbilder aus den Fotostudios abruft.
    .key-stays = Der Schlüssel entsteht dabei auf dem Gerät und verlässt es nie.
    .address = Seite
    .code = Einladungscode
paper-letter-browser = 1. Das Gerät anschließen, im Browser oder mit dem Studioprogramm
    .text = Im Browser wird nichts installiert. Öffnen Sie auf dem Gerät diese Seite, und geben Sie den Code ein:
    .untrusted = Im Browser wird nichts installiert. Öffnen Sie auf dem Gerät diese Seite. Der Browser warnt, weil er dieses Gateway noch nicht kennt: „Erweitert“ (Safari: „Details“), dann „Weiter“ wählen. Geben Sie den Code erst ein, wenn der Fingerabdruck stimmt (2.).
    .program = Mit dem Programm: unter Windows im Startmenü „Lichtbild einrichten“ öffnen und die Adresse der Seite und den Code eintippen; sonst auf dem Gerät in einer Zeile:
paper-letter-compare = 2. Fingerabdruck vergleichen
    .browser = Im Browser, bevor Sie den Code eingeben: Klicken Sie auf das Zeichen vor der Adresse, und öffnen Sie das Zertifikat der Seite, dort das oberste.
    .trusted = Im Browser ist nichts zu vergleichen, solange er nicht vor der Seite warnt.
    .text = Das Programm zeigt den Fingerabdruck, bevor es den Code sendet. So lautet der richtige Fingerabdruck (SHA-256) der Zertifizierungsstelle:
    .differs = Weicht er ab, sagen Sie es der Stelle, die Sie eingeladen hat, und arbeiten Sie nicht weiter.
    .other-programs = Andere Programme (EST, RFC 7030) erkennen das Gateway an ihm.
paper-letter-failure = Wenn es nicht klappt
    .text = Der Einladungscode gilt einmal, nur bis zum oben genannten Zeitpunkt und für drei Versuche. Danach bitten Sie die Stelle, die Sie eingeladen hat, um eine neue Einladung; der Code in diesem Brief ist dann wertlos.
paper-letter-confidential = Bitte vertraulich behandeln
    .text = Wer den Code vor Ihnen benutzt, schließt sein eigenes Gerät in Ihrem Namen an. War der Umschlag offen, benutzen Sie den Code nicht und melden Sie es. Ist das Gerät angeschlossen, vernichten Sie den Brief.

### Report of checked photos.
paper-report = Prüfbericht
    .document = Lichtbild: Prüfbericht
    .judged-by = Geprüft nach
    .foot = Diese Seite enthält die Fotos selbst, Byte für Byte; sie ist so vertraulich wie diese. Geprüft wurde auf diesem Rechner, es wurde nichts gesendet. Ein Programm irrt sich: über ein Foto entscheidet das Amt.
    .overview = Übersicht
    .file = Datei
    .verdict = Urteil
    .size = Größe
    .eyes = Augen
    .tilt = Neigung
    .findings-and-advice = Befunde (Hinweise)
paper-report-photo = Foto { $file }, { $width } x { $height } Pixel
    .none = Kein Bild: Die Datei ließ sich nicht sicher als Bild lesen und ist hier nicht enthalten.
    .show-guides = Hilfslinien zeigen
    .found-or-estimated = gefunden oder geschätzt
    .findings = Befunde
    .no-findings = Keine. Es ist nichts zu tun.
    .refusal = Ablehnung
    .advice = Hinweis
    .measurements = Messwerte
    .measurement = Messung
    .measured = gemessen
    .asked-for = verlangt
paper-made-at-studio = nur im Studio gemessen
paper-made-at-desk = nur hier gemessen
paper-result-accepted = angenommen
paper-result-remarks = angenommen mit Hinweisen
paper-result-refused = abgelehnt
paper-result-unreadable = nicht lesbar
paper-photo-count = { $count ->
    [one] { $count } Foto
   *[other] { $count } Fotos
}
paper-measurement-bytes = Dateigröße
paper-measurement-size = Bildgröße
paper-measurement-quality = JPEG-Qualität
paper-measurement-resolution = Druckauflösung
paper-measurement-faces = Gesichter
paper-measurement-pupils = Pupillen (x, y)
paper-measurement-chin = Kinn (x, y)
paper-measurement-crown = Scheitel mit Haar (y)
paper-measurement-eye-distance = Augenabstand
paper-measurement-roll = Kopfneigung
paper-measurement-yaw = Drehung des Kopfs zur Seite
paper-measurement-pitch = Neigung des Kopfs nach vorn
paper-measurement-horizontal = Gesichtsmitte, Anteil der Breite
paper-measurement-vertical = Augenhöhe von oben, Anteil der Höhe
paper-measurement-head-width = Kopfbreite, Anteil der Breite
paper-measurement-head-height = Kopfhöhe (geschätzt), Anteil der Höhe
paper-guides = Hilfslinien: Pupillen { $distance } Pixel auseinander, Gesichtsmitte bei { $across } % der Breite, Augen bei { $down } % der Höhe von oben.
    .pose = Kopf um { $yaw } zur Seite gedreht, um { $pitch } nach unten geneigt.
    .no-eyes = Hilfslinien des Profils; im Bild wurden keine Augen gefunden.
    .centre = Mitte
    .crown = Scheitel in diesem Bereich
    .eyes = Augen in diesem Bereich
    .chin = Kinn in diesem Bereich
    .crown-estimated = Scheitel, geschätzt
    .chin-found = Kinn
