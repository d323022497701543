### Seite von `lichtbild-studio status --html`.

studio-overview-title = Lichtbild: Übersicht
studio-overview-made-at = Stand: { $at }. Die Seite ändert sich nicht von selbst: für den neuen Stand die Übersicht noch einmal aufrufen.
studio-overview-no-codes = Abrufcodes stehen nicht auf dieser Seite, sondern nur auf den Quittungen.
studio-overview-offline = Das Gateway ließ sich nicht befragen. Diese Seite zeigt, was auf diesem Computer bekannt ist.
studio-overview-written = Die Übersicht: { $path }
studio-overview-not-opened = Die Übersicht lässt sich nicht im Browser öffnen ({ $cause }). Die Datei selbst öffnen: { $path }

## Überwachung des Ordners.
studio-overview-watch = Überwachung des Ordners
studio-overview-watch-running = läuft
studio-overview-watch-stopped = läuft nicht
studio-overview-watch-unknown = nicht festzustellen
studio-overview-watch-advice = Neue Fotos bleiben liegen, bis sie läuft. { $setup } öffnen und die erste Frage mit der Eingabetaste beantworten: das startet sie wieder.
studio-overview-folder = Ordner
studio-overview-since = Läuft seit
studio-overview-last-message = Letzte Meldung
studio-overview-last-failure = Letzter Fehler
studio-overview-no-folder = Zu welchem Ordner die Übersicht gehört, ist nicht bekannt; gezeigt wird, was sich ohne ihn sagen lässt. Den Ordner in studio.toml eintragen (folder = 'PFAD') oder mit `--folder PFAD` angeben.
studio-overview-folder-unreadable = Der Ordner { $path } lässt sich nicht lesen ({ $cause }). Den Namen prüfen, oder Netzlaufwerk oder Datenträger verbinden, und die Übersicht noch einmal aufrufen.
studio-overview-notes-unreadable = Die Notizen über die eingelieferten Fotos lassen sich nicht lesen ({ $cause }).

## Prüfungen.
studio-overview-checks = Kann dieser Computer einliefern?
studio-overview-checks-good = ja
studio-overview-checks-attention = ja, mit Hinweis
studio-overview-checks-fault = nein
studio-overview-checks-details = Einzelheiten
studio-overview-column-check = Prüfung
studio-overview-column-result = Ergebnis
studio-overview-column-explanation = Erklärung

## Fotos.
studio-overview-today = Heute eingeliefert ({ $count })
studio-overview-today-none = Heute wurde von diesem Computer noch kein Foto eingeliefert.
studio-overview-column-time = Zeit
studio-overview-column-photo = Foto
studio-overview-column-state = Stand
studio-overview-column-receipt = Quittung
studio-overview-column-reason = Grund
studio-overview-column-message = Meldung
studio-overview-receipt-pdf = PDF
studio-overview-receipt-text = Text
studio-overview-receipt-of = Quittung zu { $name } ({ $kind })
studio-overview-receipt-gone = gelöscht
studio-overview-state-deposited = eingeliefert
studio-overview-refused = Abgelehnt, nicht eingeliefert ({ $count })
studio-overview-refused-none = Kein abgelehntes Foto liegt im Ordner refused.
studio-overview-refused-advice = Berichtigen oder neu aufnehmen und noch einmal exportieren. Erledigte Fotos und Berichte im Ordner refused löschen.
studio-overview-office = Im Amt abgelehnt ({ $count })
studio-overview-office-advice = Die Kundin oder den Kunden verständigen, ein neues Foto aufnehmen und exportieren; der alte Abrufcode gilt nicht mehr.
studio-overview-state-refused = im Amt abgelehnt
studio-overview-receipt-void = gilt nicht mehr
studio-overview-office-none = In den letzten 14 Tagen hat kein Amt ein Foto abgelehnt.
studio-overview-office-none-known = Auf diesem Computer ist keine Ablehnung bekannt.
studio-overview-other-computer = Foto eines anderen Computers
studio-overview-waiting = Wartet ({ $count })
studio-overview-waiting-none = Kein Foto wartet.
studio-overview-stage-exported = liegt im Ordner
studio-overview-stage-claimed = wird geprüft und eingeliefert
studio-overview-stage-spooled = wird bei der nächsten Verbindung gesendet
studio-overview-messages = Letzte Meldungen
studio-overview-messages-none = Aus den letzten zwei Tagen gibt es keine Meldung.
studio-overview-message-start = gestartet
studio-overview-message-end = beendet
