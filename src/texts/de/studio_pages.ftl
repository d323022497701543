### Pages for photographers in the browser (`/studio/`).

## Navigation and messages of all pages.
studio-page-deposit = Foto einliefern
studio-page-photos = Meine Fotos
studio-page-computer = Dieser Computer
studio-page-expiry = Das Zertifikat dieses Computers endet
    .remedy = Jetzt erneuern
studio-page-failed = Das hat nicht geklappt
studio-page-try-again = Noch einmal versuchen
studio-page-to-start = Zum Anfang

## Choice of photos.
studio-page-deposit-lead = Das Foto wird zuerst nur geprüft. Erst wenn Sie es danach einliefern, wird es gespeichert, und Sie bekommen den Beleg mit dem Abrufcode.
studio-page-choose = Foto wählen
studio-page-choose-hint = Eine JPEG-Datei, so wie sie aus der Bildbearbeitung kommt.
studio-page-choose-several = JPEG-Fotos oder einen Ordner hierher ziehen, einfügen oder wählen
studio-page-declaration = Kind, oder Ausnahme aus gesundheitlichen oder religiösen Gründen
studio-page-declaration-hint = Gilt für die Fotos, die Sie danach wählen. Diese Angaben sehen nur Sie und das Amt, das den Code bekommt.
studio-page-subject = Alter der Person
studio-page-subject-adult = zehn Jahre oder älter
studio-page-subject-under10 = unter zehn Jahren
studio-page-subject-under6 = unter sechs Jahren
studio-page-exception = Ausnahme
studio-page-exception-none = keine
studio-page-exception-medical = gesundheitlicher Grund
studio-page-exception-religious = religiöser Grund, etwa eine Kopfbedeckung
studio-page-check = Foto prüfen
studio-page-nothing-chosen = Es ist keine Datei gewählt
    .hint = Wählen Sie ein JPEG-Foto und prüfen Sie es dann.
studio-page-other-file = Das ist nicht das geprüfte Foto
    .hint = Eingeliefert wird nur die Datei, die vorher geprüft wurde. Nichts wurde gespeichert. Wählen Sie das Foto noch einmal und prüfen Sie es.

## Result of a check.
studio-page-checked = Geprüftes Foto
studio-page-verdict-accepted = Geprüft, in Ordnung – noch nicht eingeliefert
studio-page-verdict-remarks = Geprüft, mit Hinweisen – noch nicht eingeliefert
studio-page-verdict-refused = Nicht angenommen
studio-page-photo-alt = Das gewählte Foto
studio-page-no-findings = Alle gemessenen Regeln sind eingehalten.
studio-page-nothing-stored = Dieses Foto kann nicht eingeliefert werden. Nichts wurde gespeichert.
studio-page-choose-again = Dieselbe Datei noch einmal wählen (vom geprüften Foto ist noch nichts gespeichert)
studio-page-deposit-now = Einliefern
studio-page-deposit-repeat = Beleg noch einmal zeigen
studio-page-deposit-again = Noch einmal einliefern, mit neuem Code
studio-page-other-photo = Anderes Foto
studio-page-last-deposit = Dieses Foto wurde { $day } schon eingeliefert.
studio-page-last-open = Sein Code gilt noch; Sie bekommen denselben Beleg.
studio-page-last-used = Ein Amt hat das Foto verwendet, der Code gilt nicht mehr.
studio-page-last-refused = Ein Amt hat das Foto abgelehnt, der Code gilt nicht mehr.
studio-page-last-withdrawn = Das Foto wurde zurückgezogen, der Code gilt nicht mehr.
studio-page-last-expired = Die Frist ist abgelaufen, der Code gilt nicht mehr.
studio-page-last-again = Wenn Sie es noch einmal einliefern, bekommt es einen neuen Code.

## Texts of the script.
studio-page-no-preview = Keine Vorschau: Die Datei ist kein lesbares Bild.
studio-page-deposit-all = { $count } Fotos einliefern
studio-page-repeat-all = { $count } Belege noch einmal zeigen
studio-page-print-all = { $count } Belege drucken
studio-page-progress-checked = { $done } von { $total } Fotos geprüft
studio-page-progress-deposited = { $done } von { $total } Fotos eingeliefert
studio-page-waiting = Wartet
studio-page-uploading = Wird übertragen
studio-page-checking = Wird geprüft
studio-page-depositing = Wird eingeliefert
studio-page-busy = Das Gateway ist gerade ausgelastet. Weiter in { $seconds } s, von selbst.
studio-page-offline = Das Gateway ist nicht erreichbar
    .hint = Prüfen Sie die Verbindung. Nichts geht verloren: Wenn Sie es noch einmal versuchen, entsteht kein zweiter Code.
studio-page-other-answer = Das Gateway hat nicht wie erwartet geantwortet
studio-page-unreadable = Diese Datei lässt sich nicht mehr lesen
    .hint = Sie wurde verschoben, geändert oder gelöscht, seit Sie sie gewählt haben. Wählen Sie sie noch einmal.
studio-page-folder-empty = In diesem Ordner ist keine JPEG-Datei.
studio-page-folder-unreadable = Der Ordner ließ sich nicht ganz lesen. Wählen Sie die fehlenden Fotos einzeln.
studio-page-deposited = Eingeliefert
studio-page-open-receipt = Beleg öffnen
studio-page-same-file = Diese Datei steht schon in der Liste.
studio-page-remove = Aus der Liste nehmen

## Receipt.
studio-page-receipt = Beleg
studio-page-receipt-again = Beleg verloren? Wählen Sie dieselbe Datei noch einmal, an irgendeinem Computer Ihres Studios. Das Gateway merkt sich keinen Code; aus der Datei entsteht derselbe Code wieder.
studio-page-paper = Papier zum Drucken
studio-page-paper-a6 = Blatt A6
studio-page-paper-roll = Rolle 80 mm
studio-page-print = Drucken
studio-page-pdf-a6 = PDF, A6
studio-page-pdf-roll = PDF, Rolle 80 mm
studio-page-file-name = beleg
studio-page-show-photo = Stand dieses Fotos
studio-page-no-receipt = Kein Beleg
studio-page-code-ended = Dieser Code gilt nicht mehr
studio-page-choose-for-new-code = Brauchen Sie einen neuen Code, wählen Sie die Datei noch einmal und prüfen Sie sie.
studio-page-code-not-here = Der Code ist in diesem Browser nicht mehr da
    .hint = Wählen Sie dieselbe Datei noch einmal; Sie bekommen denselben Beleg. Das Gateway merkt sich keinen Code.
studio-page-choose-photo-again = Foto noch einmal wählen
