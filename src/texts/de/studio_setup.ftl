### Einrichtung Schritt für Schritt (`lichtbild-studio setup`).

studio-setup-welcome = Diese Einrichtung schließt den Rechner an das Gateway an. Sie brauchen dazu den Brief des Amtes mit Adresse und Code.
    Jede Frage beantworten Sie mit der Eingabetaste. Strg+C bricht ab; ein neuer Aufruf macht dort weiter.

studio-setup-address = Adresse aus dem Brief (etwa gateway.stadt.example):
studio-setup-address-again = Adresse (Eingabetaste allein behält { $address }):
studio-setup-code = Code aus dem Brief:
studio-setup-again = Adresse und Code mit dem Brief vergleichen und noch einmal eingeben.
studio-setup-enrolled-already = Dieser Rechner ist schon angeschlossen ({ $gateway }). Eingabetaste allein behält das; „{ $new }“ schließt ihn mit einer neuen Einladung an:
# Antwort auf die Frage studio-setup-enrolled-already.
studio-setup-new = neu
studio-setup-office = Dieser Code gehört einem Amt. Ein überwachter Ordner ist dort nicht nötig.
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
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und setup noch einmal aufrufen.
   *[no] Rechte und freien Platz prüfen und setup noch einmal aufrufen.
}
studio-setup-test = Prüfung der Verbindung:
studio-setup-done = Fertig. Passbilder nach { $folder } exportieren. Der Beleg mit dem Abrufcode liegt danach in „sent“, ein abgelehntes Bild mit dem Grund in „refused“.
    Den Stand zeigt { $overview }.
studio-setup-unfinished = Noch nicht fertig: Die Zeilen darüber nennen, was fehlt. Danach macht { $again } weiter; Erledigtes bleibt. Der Ordner ist { $folder }.
studio-setup-not-started = Die Überwachung des Ordners beginnt mit der nächsten Anmeldung.
studio-setup-interrupted = Die Einrichtung ist nicht fertig. { $again } macht dort weiter.
studio-setup-input-ended = Es kam keine Antwort mehr. Die Einrichtung in einem Fenster starten, in dem sich tippen lässt.
studio-setup-press-enter = Eingabetaste schließt das Fenster.
studio-setup-in-terminal = `lichtbild-studio setup`
studio-setup-in-start-menu = „Lichtbild einrichten“ (im Startmenü)
studio-overview-in-terminal = `lichtbild-studio status --html`
studio-overview-in-start-menu = „Lichtbild Übersicht“ (im Startmenü)
studio-autostart-removed = Der Ordner wird nicht mehr überwacht, auch nicht nach der nächsten Anmeldung. Konfiguration, Schlüssel und Fotos bleiben.
studio-autostart-none = Es war kein Start bei der Anmeldung eingerichtet.
