### Texts that the pages for clerks and for photographers share.

page-certificate = Zertifikat
page-today-at = heute
page-guide-lines = Hilfslinien
page-limit = verlangt
page-certificate-heading = Zertifikat
page-device = Gerät
page-valid-until = Gültig bis
page-not-ready = Nicht bereit.
page-clock = Uhr
page-clock-minutes = { $count } min
page-clock-hours = { $count } Stunden
page-clock-days = { $count } Tage
page-clock-right = Die Uhr dieses Computers stimmt.
page-clock-fast = Die Uhr dieses Computers geht { $by } vor. Lassen Sie sie stellen: Von ihr hängt ab, welche Zertifikate gelten.
page-clock-slow = Die Uhr dieses Computers geht { $by } nach. Lassen Sie sie stellen: Von ihr hängt ab, welche Zertifikate gelten.
page-missing-storage = Der Speicher des Gateways nimmt nichts an: Er ist voll oder nicht erreichbar.
page-missing-clock = Die Uhr des Gateways muss bestätigt werden.
page-missing-epoch-key = Der Schlüssel für diesen Monat fehlt.
page-missing-server-certificate = Das Zertifikat des Gateways ist abgelaufen.
page-missing-other = Etwas fehlt; die Überwachung des Gateways nennt es (/readyz).
page-scripts = Skripte
page-scripts-on = Eingeschaltet.
page-cookies-done = Der Browser schickt sie zurück.
page-cookies-unchecked = Noch nicht geprüft.
page-check-now = Jetzt prüfen
page-mark-good = In Ordnung:
page-mark-advice = Hinweis:
page-mark-fault = Fehler:
page-skip = Zum Inhalt
page-sections = Bereiche
page-until-today = heute bis { $time }
page-until-day = bis { $day }
page-days-left = { $days ->
        [0] der letzte Tag
        [one] noch ein Tag
       *[other] noch { $days } Tage
    }
page-gateway-time = Beim Gateway ist es { $time }. Die Uhr dieses Computers sollte dasselbe zeigen.
