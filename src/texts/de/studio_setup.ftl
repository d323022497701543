### Einrichtung Schritt für Schritt (`lichtbild-studio setup`).

studio-setup-welcome = Diese Einrichtung verbindet den Computer mit der Meldebehörde. Sie brauchen dazu Adresse und Code der Einladung.
    Jede Antwort mit der Eingabetaste abschließen. Strg+C bricht ab; ein neuer Aufruf macht weiter.

studio-setup-address = Adresse der Einladung (etwa gateway.stadt.example):
studio-setup-address-again = Adresse (Eingabetaste allein behält { $address }):
studio-setup-code = Code der Einladung:
studio-setup-again = Adresse und Code mit der Einladung vergleichen und noch einmal eingeben.
studio-setup-enrolled-already = Dieser Computer ist schon verbunden ({ $gateway }). Eingabetaste allein behält das; „{ $new }“ verbindet ihn mit einer neuen Einladung:
# Antwort auf die Frage studio-setup-enrolled-already.
studio-setup-new = neu
studio-setup-office = Dieser Computer gehört einem Amt und braucht keinen überwachten Ordner. Die Datei device.p12 mit dem Kennwort in den Browser einlesen.
studio-setup-folder = Ordner, in den Ihr Fotoprogramm die Passbilder exportiert (Eingabetaste allein: { $proposed }):
studio-setup-folder-unproposed = Ordner, in den Ihr Fotoprogramm die Passbilder exportiert:
studio-setup-folder-kept = Überwachter Ordner: { $folder }
studio-setup-folder-made = Überwachter Ordner: { $folder }. Fertige Passbilder hierhin exportieren.
studio-setup-folder-relative = Bitte den ganzen Pfad angeben, etwa { $example }.
studio-setup-folder-in-cloud = „{ $cloud }“ wird in eine Cloud kopiert; Passbilder dürfen dort nicht liegen. Bitte einen anderen Ordner angeben.
studio-setup-folder-unusable = Der Ordner { $folder } lässt sich nicht anlegen ({ $cause }). Bitte einen anderen angeben.
studio-setup-folder-not-unicode = Der Name des Ordners enthält ungültige Zeichen. Bitte einen anderen angeben.
studio-setup-folder-line = Der Ordner lässt sich nicht in { $config } eintragen. In die Datei von Hand eine Zeile schreiben: folder = 'ORDNER', vor der ersten Zeile mit eckigen Klammern.
studio-setup-folder-differs = { $config } nennt schon einen Ordner: { $folder }. Dort die Zeile folder ändern und setup ohne --folder aufrufen.
studio-setup-config-unwritable = { $config } lässt sich nicht schreiben ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und die Einrichtung wiederholen.
   *[no] Rechte und freien Platz prüfen und die Einrichtung wiederholen.
}
studio-setup-test = Prüfung der Verbindung:
studio-setup-done = Fertig. Passbilder nach { $folder } exportieren. Die Quittung mit dem Abrufcode liegt danach in „sent“, ein abgelehntes Bild mit dem Grund in „refused“.
    Den Stand zeigt { $overview }.
studio-setup-unfinished = Noch nicht fertig: Die Zeilen darüber nennen, was fehlt. Ist es behoben, macht { $again } weiter; Erledigtes bleibt. Mit einer neuen Einladung die erste Frage mit „{ $new }“ beantworten. Der Ordner ist { $folder }.
studio-setup-interrupted = Die Einrichtung ist nicht fertig. { $again } macht dort weiter.
studio-setup-input-ended = Es kam keine Antwort mehr. Die Einrichtung in einem Fenster starten, in dem sich tippen lässt.
studio-setup-press-enter = Eingabetaste schließt das Fenster.
studio-setup-in-terminal = `lichtbild-studio setup`
studio-setup-in-start-menu = „Lichtbild einrichten“ (im Startmenü; ohne Installation: „Einrichten“ im entpackten Ordner)
studio-overview-in-terminal = `lichtbild-studio status --html`
studio-overview-in-start-menu = „Lichtbild Übersicht“ (im Startmenü; ohne Installation: „Uebersicht“ im entpackten Ordner)
studio-autostart-removed = Der Ordner wird nicht mehr überwacht, auch nicht nach der nächsten Anmeldung. Konfiguration, Schlüssel und Fotos bleiben.
studio-autostart-none = Es war kein Start bei der Anmeldung eingerichtet.
studio-setup-enter-or-new = Bitte nur die Eingabetaste drücken oder „{ $new }“ eintippen.
studio-setup-code-again = Code (Eingabetaste allein behält ihn):
studio-setup-folder-with-photos = In { $folder } liegen schon { $count } Fotos; die Überwachung würde sie alle prüfen und wegräumen. Bitte einen leeren oder neuen Ordner angeben.
studio-setup-folder-inside = { $folder } lässt sich nicht überwachen: Es ist ein ganzes Laufwerk oder gehört zu einem überwachten Ordner. Bitte einen anderen angeben.
studio-autostart-not-begun = Die Überwachung ließ sich jetzt nicht starten ({ $cause }). Sie beginnt mit der nächsten Anmeldung an diesem Computer.
studio-autostart-not-removed = Der Start bei der Anmeldung ließ sich nicht entfernen ({ $cause }). Noch einmal versuchen, oder die Betreuung des Computers fragen.
studio-setup-watch-not-seen = Die Überwachung ist noch nicht zu sehen. Ob sie läuft, zeigt { $overview }.
