### Commands of the program lichtbild-gateway.

# mod
gateway-unknown-language = Warnung: { $variable } nennt keine bekannte Sprache: „{ $value }“. Bitte de oder en angeben; ohne Sprache sind Ergebnisse und Meldungen englisch.
gateway-core-dumps = Warnung: Speicherabbilder lassen sich nicht abschalten ({ $error }); sie enthielten Lichtbilder, Codes und Schlüssel. Bitte setrlimit und prctl erlauben oder Speicherabbilder für diesen Dienst abschalten.
gateway-threads = Es lassen sich keine Threads starten. Bitte die Obergrenze für Prozesse dieses Benutzers erhöhen.

# output
gateway-output = Der Befehl ist ausgeführt, aber das Ergebnis lässt sich nicht ausgeben.

# span
gateway-span = „{ $span }“ ist keine Zeitspanne. Bitte Tage oder Stunden angeben, etwa 14d oder 36h.

# command_error
gateway-error = Fehler: { $message }
gateway-error-cause = Ursache: { $cause }
gateway-error-advice = Nächster Schritt: { $advice }
gateway-cannot-read = { $file } lässt sich nicht lesen. Bitte den Pfad prüfen.
gateway-folder-exists = { $folder } gibt es schon und wird nicht überschrieben. Bitte einen anderen Ordner wählen.
gateway-folder-failed = { $folder } lässt sich nicht schreiben; es bleibt nichts davon zurück. Bitte die Ursache beheben und noch einmal versuchen.
gateway-failed-config = Die Konfiguration lässt sich nicht benutzen. Bitte berichtigen und noch einmal versuchen. Ursache: { $error }
gateway-failed-start = Der Befehl ist gescheitert. Bitte die Ursache beheben und noch einmal versuchen. Ursache: { $error }
gateway-failed-certificate = Ein Schlüssel oder Zertifikat lässt sich nicht benutzen. Bitte die Dateien unter [certificates] in der Konfiguration prüfen. Ursache: { $error }
gateway-failed-secret = Eine Datei mit einem Schlüssel lässt sich nicht lesen. Bitte Pfad, Besitzer und Rechte prüfen. Ursache: { $error }
gateway-failed-rollback = Die Datenbank ist auf einen alten Stand zurückgefallen; es wird nichts geändert, bis die richtige wieder an ihrem Platz ist oder „lichtbild-gateway confirm-rollback“ diese bestätigt. Ursache: { $error }
gateway-failed-damaged = Die Datenbank ist beschädigt. Bitte eine Kopie behalten, mit „lichtbild-gateway verify“ prüfen und eine Sicherung wiederherstellen. Ursache: { $error }
gateway-failed-store = Die Datenbank lässt sich nicht benutzen. Bitte die Ursache beheben und noch einmal versuchen. Ursache: { $error }
gateway-refused-name-taken = Es gibt schon einen Beteiligten dieses Namens am selben Ort: siehe „studio list“ und „office list“.
gateway-refused-already-bound = Ein anderes Gerät hat dieses Zertifikat oder diesen Schlüssel schon, vielleicht ein gesperrtes: siehe „device list“. Nach einer Sperrung braucht es einen neuen Schlüssel.
gateway-refused-invalid-name = Der Name ist nicht zulässig. Bitte einen lesbaren, kürzeren Namen ohne unsichtbare Zeichen angeben. Ursache: { $error }
gateway-refused-no-such-studio = Es gibt kein Fotostudio „{ $wanted }“: „studio list“ zeigt Namen und Kennungen.
gateway-refused-no-such-office = Es gibt kein Amt „{ $wanted }“: „office list“ zeigt Namen und Kennungen.
gateway-refused-ambiguous-studio = Mehrere Fotostudios heißen „{ $wanted }“. Bitte die Kennung aus „studio list“ angeben.
gateway-refused-ambiguous-office = Mehrere Ämter heißen „{ $wanted }“. Bitte die Kennung aus „office list“ angeben.
gateway-refused-no-such-device = Es gibt kein solches Gerät: „lichtbild-gateway device list“ zeigt alle.
gateway-refused-device-revoked = Das Gerät ist gesperrt, und das lässt sich nicht rückgängig machen. Bitte ein neues einladen („studio invite“, „office invite“).
gateway-refused-key-reused = Ein anderes Gerät hat oder hatte diesen Schlüssel. Bitte auf dem Gerät einen neuen Schlüssel erzeugen.
gateway-refused-no-randomness = Das System liefert keine Zufallszahlen. Bitte noch einmal versuchen. Ursache: { $error }

# admin_context
gateway-rolled-back = Warnung: Die Datenbank ist auf einen alten Stand zurückgefallen: { $rollback }. Bitte die richtige wiederherstellen und neu starten oder diese mit „lichtbild-gateway confirm-rollback“ bestätigen, das alle ihre Lichtbilder sperrt (docs/operation/database.md, „What do I do when the database went back in time?“).
gateway-warning = Warnung: Der Pegelstand lässt sich nicht schreiben. Ursache: { $error }
gateway-key-file = Die Schlüsseldatei { $file } lässt sich nicht benutzen. Ursache: { $error }
gateway-database-unavailable = { $database } lässt sich nicht öffnen. Ursache: { $cause }{ $advice }
gateway-database-inactive = Die Datenbank { $database } ist stillgelegt. Ursache: { $cause }

# rollback_text
gateway-rollback-behind = das Protokoll der Datenbank hat { $found } Zeilen, bekannt waren { $known }
gateway-rollback-diverged = Zeile { $row } des Protokolls ist nicht die bekannte
gateway-rollback-generation = die Datenbank stammt aus der Zeit vor einer Wiederherstellung oder Bestätigung: ihre Generation ist { $found }, bekannt war { $known }
gateway-rollback-timeline = der PostgreSQL-Server ist auf der Zeitlinie { $found }, bekannt war { $known }
gateway-rollback-forged = Generation { $number } der Datenbank wurde nicht mit der Schlüsseldatei dieses Gateways bestätigt
gateway-rollback-replaced = die Datei der Datenbank wurde bei laufendem Gateway ersetzt

# parties/approve
gateway-approve-no-request = Von Gerät { $device } liegt kein Antrag vor, der auf Freigabe wartet: „lichtbild-gateway device list“ zeigt, welche Geräte einen haben.
gateway-approved = Freigegeben. Das Gerät holt sein Zertifikat bei der nächsten Anfrage, spätestens eine Woche nach der ersten.
gateway-approved-before = War schon freigegeben; nichts geändert. Das Gerät holt sein Zertifikat bei der nächsten Anfrage.
gateway-approve-other-key = Nicht freigegeben: Unter dem Namen dieses Geräts fragt ein anderer Schlüssel an. Bitte das Gerät mit „device revoke“ sperren und klären, wie der Code in andere Hände kam.
gateway-approve-no-fingerprint = --fingerprint: Bitte 64 hexadezimale Ziffern angeben, wie das Gerät sie zeigt.
gateway-approve-key = Schlüssel des Antrags: { $key }
gateway-approve-compare = Bitte mit dem Fingerabdruck vergleichen, den das Gerät zeigt, und dann --fingerprint oder --yes angeben.
gateway-approve-question = Zeigt das Gerät denselben? [j/N]
gateway-approve-no-answer = Die Antwort lässt sich nicht lesen. Bitte --yes angeben.

# parties/bind_device
gateway-bind-no-authority = Es wird keiner fremden Zertifizierungsstelle vertraut; das Gateway würde das Zertifikat ablehnen. Bitte [[office_authorities]] in die Konfiguration eintragen, das Gateway neu starten und dann das Gerät hinzufügen.
gateway-bound-device = Gerät       { $device }
gateway-bound-certificate = Zertifikat  { $fingerprint }
gateway-bound-key = Schlüssel   { $fingerprint }
gateway-bound-until = gültig bis  { $end }
gateway-bind-no-certificate = { $file }: Bitte ein X.509-Zertifikat angeben, in PEM oder DER.
gateway-bind-expired = { $file }: Das Zertifikat ist am { $end } abgelaufen. Bitte ein gültiges angeben.
gateway-bind-no-key = { $which }: Bitte ein Zertifikat, einen öffentlichen Schlüssel (-----BEGIN PUBLIC KEY-----) oder 64 hexadezimale Ziffern angeben.

# parties/new_device
gateway-no-identifier = Es lässt sich keine Kennung erzeugen. Bitte noch einmal versuchen.

# parties/device
gateway-add-for-whom = Bitte --studio oder --office angeben.
gateway-add-no-request = Der Zertifikatsantrag { $file } lässt sich nicht lesen; „openssl req -new“ erzeugt einen.
gateway-add-bad-request = { $file } ist kein gültiger Zertifikatsantrag. Ursache: { $error }
gateway-revoke-nothing = Es gibt kein Gerät { $device }, das nicht schon gesperrt ist: „lichtbild-gateway device list“ zeigt alle.
gateway-revoked = Gesperrt, samt Einladung. Ein laufendes Gateway lehnt die nächste Anfrage des Geräts ab und schließt seine Verbindungen innerhalb von zwei Sekunden. Nächster Schritt für ein neues Gerät: lichtbild-gateway device invite

# parties/device_list
gateway-devices-none = Noch keine. Nächster Schritt: lichtbild-gateway studio invite NAME --place ORT
gateway-devices-nothing-due = Nichts zu tun: Bis dahin läuft kein Zertifikat ab, und keine Einladung ist offen.
gateway-devices-pending = Nächster Schritt für Geräte, die auf Freigabe warten: lichtbild-gateway device approve KENNUNG
gateway-device-since = seit
gateway-device-until = bis
gateway-device-by-key = Schlüssel { $key }
gateway-device-of-studio = Studio
gateway-device-of-office = Amt
gateway-device-invited = eingeladen
gateway-device-pending = wartet
gateway-device-active = aktiv
gateway-device-expired = abgelaufen
gateway-device-revoked = gesperrt

# parties/invite
gateway-invite-validity = Eine Einladung gilt 1h bis 14d.
gateway-invite-kind-is-fixed = --for gilt nur für neue Geräte. Ein Gerät behält seine Art; bitte sperren und ein neues einladen.
gateway-invite-whom = Bitte --studio, --office oder --device angeben.
gateway-invite-other-key-file = { $file } ist nicht die Schlüsseldatei von { $database }. Bitte die Schlüsseldatei benutzen, die zur Datenbank gehört.
gateway-invite-port-0 = Port 0 steht für einen freien Port: „serve“ gibt die Adresse aus, die statt { $url } gilt.
gateway-invite-letter = Auch der Brief enthält den Code: { $file }. Bitte drucken, verschicken und dann die Datei löschen.
gateway-invited =
    für          { $name }, { $place }
    Gerät        { $device }
    Code         { $code }
    Adresse      { $url }
    CA Gateway   { $ca }
    gültig bis   { $end }
gateway-invited-next = Der Code gilt einmal und wird nicht noch einmal angezeigt. Nächster Schritt, auf dem Gerät: { $command }
gateway-invited-browser = Oder im Browser des Geräts, ohne etwas zu installieren: { $url }/connect/ (mit --for browser gilt das Zertifikat länger)
gateway-invited-browser-first = Der Code gilt einmal und wird nicht noch einmal angezeigt. Nächster Schritt, im Browser des Geräts: { $url }/connect/
gateway-invited-program = Oder mit dem Studioprogramm auf dem Gerät: { $command }
gateway-invited-est = Andere EST-Programme melden sich mit der Kennung des Geräts als Benutzer und dem Code als Passwort an; siehe docs/enrolment.md.
gateway-cannot-read-certificate = { $file } lässt sich nicht lesen. Bitte [certificates] in der Konfiguration prüfen.

# parties/letter
gateway-letter-exists = { $file } gibt es schon. Bitte einen anderen Namen für den Brief wählen.
gateway-letter-not-made = Der Brief lässt sich nicht erzeugen. Bitte die Zeilen oben verschicken.
gateway-letter-not-written = Der Brief { $file } lässt sich nicht schreiben. Bitte die Zeilen oben verschicken.

# parties/party
gateway-party-added = Hinzugefügt. Nächster Schritt: lichtbild-gateway device invite --{ $role } { $party }
gateway-party-suspended = gesperrt
gateway-party-active = aktiv
gateway-party-none = Noch keine. Nächster Schritt: lichtbild-gateway { $role } invite NAME --place ORT
gateway-party-now-suspended = { $name } ist jetzt gesperrt: Das Gateway lehnt die nächste Anfrage jedes Geräts ab. Rückgängig machen: lichtbild-gateway { $role } resume { $party }
gateway-party-now-active = { $name } ist jetzt aktiv: Das Gateway nimmt die nächste Anfrage jedes Geräts wieder an.
gateway-party-was-suspended = { $name } war schon gesperrt; nichts geändert.
gateway-party-was-active = { $name } war schon aktiv; nichts geändert.

# parties/release
gateway-release-nothing = { $name } hat kein gesperrtes Gerät, dessen Lichtbilder auf Freigabe warten: „lichtbild-gateway device list“ zeigt alle.
gateway-released = { $photos ->
        [one] { $photos } Lichtbild
       *[other] { $photos } Lichtbilder
    } von { $devices ->
        [one] { $devices } gesperrten Gerät
       *[other] { $devices } gesperrten Geräten
    } freigegeben.
gateway-released-anyway = Das war auch vorher möglich: photos_of_revoked steht auf „keep“. Die Freigabe gilt, falls sich das ändert.

# parties/provision_device
gateway-provisioned-device = Gerät        { $device }
gateway-provisioned-certificate = Zertifikat   { $file }
gateway-provisioned-key = Schlüssel    { $file }
gateway-provisioned-ca = CA Gateway   { $file }
gateway-provisioned-password = PKCS#12-Passwort  { $password }
gateway-provisioned-legacy = device.p12 braucht Windows 10 ab Version 1709 oder Windows Server 2019. Meldet ein älteres System (Server 2016) oder macOS ein falsches Passwort, bitte das Gerät mit --p12 legacy hinzufügen.
gateway-provisioned-until = gültig bis   { $end }
gateway-provisioned-next = Bitte diese Dateien von Hand auf das Gerät bringen und dann hier löschen: Wer den Schlüssel hat, kann als dieses Gerät auftreten.
gateway-provision-folder = Der Ordner { $folder } lässt sich nicht anlegen. Bitte ein anderes --out wählen.
gateway-provision-file = { $file } lässt sich nicht schreiben. Bitte mit --out einen leeren Ordner wählen.
gateway-provision-password = Es lässt sich kein Passwort erzeugen. Bitte noch einmal versuchen.
gateway-provision-p12 = device.p12 lässt sich nicht erzeugen. Ursache: { $error }
gateway-p12-until = bis

# parties/device_list
gateway-device-of-auditor = (Revision)
gateway-device-browser = (Browser)

# running/confirm_clock
gateway-clock-now = jetzt              { $time }
gateway-clock-last-sweep = letzter Löschlauf  { $time }
gateway-clock-confirmed = Bestätigt: Innerhalb einer Minute löscht das Gateway die Lichtbilder, deren Frist abgelaufen ist.

# running/init
gateway-init-done =
    In { $dir } ist ein neues Gateway angelegt.
      Konfiguration    { $dir }/gateway.toml
      Schlüsseldatei   { $dir }/gateway.key (eine Kopie getrennt von der Datenbank und ihren Sicherungen aufbewahren)
      CA des Servers   { $ca }
    Nächste Schritte:
      lichtbild-gateway studio invite "Foto Koch" --place Düsseldorf --config { $config }
      lichtbild-gateway serve --config { $config }
gateway-init-no-folder = { $dir } lässt sich nicht anlegen. Bitte ein anderes --dir wählen.
gateway-init-no-keys = Es lassen sich keine Schlüssel erzeugen. Bitte noch einmal versuchen.
gateway-init-key-file = Die Schlüsseldatei lässt sich nicht schreiben.
gateway-renew-failed = Das neue Serverzertifikat lässt sich nicht schreiben; das alte gilt weiter.
gateway-renew-done = Das neue Serverzertifikat ist an seinem Platz: Ein laufendes Gateway benutzt es innerhalb von Sekunden für neue Verbindungen.
gateway-init-not-written = { $file } lässt sich nicht schreiben. Bitte freien Speicherplatz und Rechte prüfen und noch einmal versuchen.
gateway-init-exists = { $file } gibt es schon und wird nicht überschrieben. Bitte ein anderes --dir wählen oder das alte Gateway verschieben.
gateway-init-database-in-use = { $database } gehört schon zu einem Gateway. Für einen weiteren Knoten bitte dessen Ordner kopieren (Konfiguration, Schlüsseldatei und certs), für ein anderes Gateway eine leere Datenbank angeben.
gateway-init-database-unavailable = { $database } lässt sich nicht benutzen. Ursache: { $cause }{ $advice }
gateway-init-not-read-back = Die gerade geschriebenen Dateien lassen sich nicht lesen.

# running/openapi
gateway-openapi-unwritten = { $file } lässt sich nicht schreiben
# running/profile
gateway-profile-unknown = Es gibt weder ein Profil noch eine Datei { $name }: „lichtbild-gateway profile list“ zeigt die Profile.
gateway-profile-wrong = Datei berichtigen und noch einmal prüfen; „lichtbild-gateway profile show de-tr03121“ gibt ein gültiges Profil aus
gateway-profile-good = Das Profil ist gültig. Nächster Schritt: profile_file = "{ $file }" in gateway.toml eintragen und das Gateway neu starten. Regeln, die nicht aufgeführt sind, werden nicht geprüft.
gateway-profile-no-limits = (wird ohne Grenzwerte geprüft)
gateway-unit-months = Monate
gateway-unit-degrees = Grad
gateway-unit-bytes = Byte
gateway-unit-bits = Bit
gateway-unit-of-the-width = der Breite
gateway-unit-of-the-height = der Höhe

# running/serve
gateway-serve-no-log = Das Log lässt sich nicht beginnen. Bitte [log] in der Konfiguration prüfen. Ursache: { $error }
gateway-serve-stopped = Beendet.
gateway-serve-no-signals = Signale des Systems lassen sich nicht empfangen.

# running/systemd_unit
gateway-unit-no-folder = Der Arbeitsordner ist nicht zu ermitteln.
gateway-unit-no-program = Der Pfad des Programms ist nicht zu ermitteln.
gateway-unit-bad-path = Ein Pfad lässt sich nicht in eine Unit schreiben. Bitte Pfade ohne Steuerzeichen wählen.
gateway-unit-next =
    In { $unit } speichern und dann als root ausführen:
      useradd --system --home-dir { $folder } --shell /usr/sbin/nologin lichtbild
      chown -R lichtbild: { $folder }
      systemctl daemon-reload && systemctl enable --now lichtbild
    Alle anderen Befehle als dieser Benutzer ausführen: sudo -u lichtbild lichtbild-gateway …

# audit/checkpoint_reader
gateway-checkpoint-no-key = { $file } lässt sich nicht lesen. Bitte audit.pub des Gateways mit --public-key angeben.
gateway-checkpoint-bad-key = { $file } ist kein öffentlicher Schlüssel (P-256, PEM). Bitte audit.pub des Gateways angeben.
gateway-checkpoint-stored = Ein Prüfpunkt in der Datenbank
gateway-checkpoint-out-of-place = Ein Prüfpunkt in der Datenbank steht nicht an seinem Platz. Bitte eine Sicherung wiederherstellen.
gateway-checkpoint-other-log = Die Prüfpunkte über { $first } und { $other } Zeilen gehören zu verschiedenen Protokollen. Bitte nur die eines Gateways angeben.
gateway-checkpoint-unreadable = { $file } lässt sich nicht lesen. Ein Prüfpunkt ist eine Datei .json mit ihrer .sig daneben.
gateway-checkpoint-give-key = diesen Schlüssel mit --public-key angeben, wenn er dem Gateway gehört
gateway-checkpoint-changed = klären, wer ihn geändert hat, und mit den Prüfpunkten der Revision vergleichen
gateway-checkpoint-untrusted = { $place } ist nicht vertrauenswürdig. Ursache: { $error }

# audit/export
gateway-export-moment = „{ $moment }“: Bitte einen Tag (2026-11-01) oder einen Zeitpunkt (2026-11-01T08:00:00Z) angeben.
gateway-export-failed = Der Auszug lässt sich nicht schreiben.

# audit/verify
gateway-audit-broken = Das Protokoll ist nicht mehr so, wie es geschrieben wurde. Ursache: { $error }
gateway-audit-broken-next = Gateway anhalten, eine Kopie der Datenbank behalten und mit Sicherungen und den Auszügen der Revision vergleichen
gateway-audit-bad-line = { $file }: Zeile { $number } stammt nicht von „audit export“.
gateway-audit-no-checkpoint = Kein Prüfpunkt deckt das Protokoll ab: Zeilen, die am Ende abgeschnitten oder bis zum Ende neu geschrieben wurden, fielen nicht auf.
gateway-audit-no-checkpoint-next = Prüfpunkte mit --checkpoint angeben: Ein laufendes Gateway unterschreibt stündlich einen, und die Revision holt sie ab
gateway-audit-empty = unversehrt      noch keine Zeilen
gateway-audit-whole = unversehrt      Zeilen { $first } bis { $last }
gateway-audit-last-row = letzte Zeile    { $sha256 }
gateway-audit-covered = abgedeckt       bis Zeile { $row } durch einen Prüfpunkt vom { $time }
gateway-audit-part-not-covered = Kein Prüfpunkt deckt diesen Teil ab. Bitte einen über eine Zeile darin angeben.

# data/confirm_rollback
gateway-rollback-none = Die Datenbank ist auf dem Stand, den die Pegelstände dieser Maschine kennen: Es gibt nichts zu bestätigen. Wurde sie dennoch zurückgesetzt, sperrt „lichtbild-gateway quarantine hold --as-of ZEITPUNKT“ ihre Lichtbilder.
gateway-rollback-confirmed = Bestätigt. Befund: { $rollback }.
gateway-rollback-as-of = Die Datenbank kennt alles, was bis { $time } geschah.
gateway-revoke-again = Seitdem gesperrte Geräte, Studios und Ämter bitte erneut sperren: „device revoke“, „studio suspend“, „office suspend“.

# data/erase_report
gateway-erasure-no-photo = Ein Lichtbild { $photo } ist nicht bekannt. Bitte die Kennung prüfen; auch die Einträge gelöschter Lichtbilder werden nach Fristablauf gelöscht.
gateway-erasure-none = Das Lichtbild ist nicht gelöscht: Das Fotostudio kann es zurückziehen, oder seine Frist läuft ab.
gateway-erasure-not-proven = Die Löschung ist nicht bewiesen: „lichtbild-gateway verify“ sagt, warum.
gateway-erasure-photo = Lichtbild
gateway-erasure-deposited = eingeliefert
gateway-erasure-erased = gelöscht
gateway-erasure-not-erased = NICHT gelöscht
gateway-erasure-collected = zuletzt abgerufen
gateway-erasure-picture = versiegeltes Bild
gateway-erasure-lookup-id = Suchmerkmal des Codes
gateway-erasure-log = Nachweis im Protokoll
gateway-erasure-rows = Zeilen:
gateway-erasure-by-device-at = { $time } durch Gerät { $device } von { $party }
gateway-erasure-by-device = durch Gerät { $device } von { $party }
gateway-erasure-at-the-latest = spätestens { $end }
gateway-erasure-left = vorhanden
gateway-erasure-gone = nicht mehr vorhanden
gateway-erasure-chain = {""}  Die Kette hält über alle { $rows } Zeilen, die letzte ist { $head }.
gateway-erasure-broken = {""}  DIE KETTE DES PROTOKOLLS IST GEBROCHEN.
gateway-erasure-because-used = in einen Antrag übernommen
gateway-erasure-because-refused = vom Amt abgelehnt
gateway-erasure-because-withdrawn = vom Fotostudio zurückgezogen
gateway-erasure-because-expired = Frist abgelaufen
gateway-erasure-because-available = noch da
gateway-erasure-key-destroyed = Sicherungen: Der Schlüssel des Monats { $month } ist vernichtet. Keine Sicherung öffnet dieses Bild mehr, sofern auch die Kopien der Schlüsseldatei erneuert wurden.
gateway-erasure-backups = Sicherungen: { $key } Eine Sicherung aus der Zeit vor der Löschung, die Schlüsseldatei und der Abrufcode zusammen öffnen das Bild bis dahin noch; eines davon genügt nicht.
gateway-erasure-key-alive = Der Schlüssel des Monats { $month } wird frühestens { $until } vernichtet.
gateway-erasure-key-unknown = Die Schlüsseldatei ist nicht lesbar; der Schlüssel des Monats { $month } lebt mindestens bis { $until }.

# data/migrate_store
gateway-migrate-one-kind = { $from } und { $to } sind von derselben Art: Eines muss eine Datei sein und das andere postgres://BENUTZER@RECHNER/DATENBANK (eine Datei kopieren „backup“ und „restore“, die Datenbank eines Servers pg_dump und pg_restore).
gateway-migrate-rows = Zeilen  { $sha256 }
gateway-migrated = Nach { $to } umgezogen: Alle Zeilen wurden unverändert übernommen.
gateway-migrated-next =
    { $from } ist stillgelegt: Kein Gateway startet mehr damit.
    Nächster Schritt: in der Konfiguration jedes Knotens  database = "{ $to }"  eintragen (mit dem Passwort, oder dieses in ~/.pgpass), dann „serve“.
    Danach die neue Datenbank sichern und die alte löschen: Lichtbilder werden von jetzt an nur noch in der neuen gelöscht.
gateway-migrate-damaged = { $from } ist beschädigt und bleibt in Betrieb. Bitte zuerst instand setzen oder mit --despite-faults so umziehen, wie sie ist.
gateway-migrate-not-empty = { $to } enthält schon Zeilen. Bitte eine leere Datenbank („createdb --owner BENUTZER NAME“) oder eine noch nicht vorhandene Datei angeben.
gateway-migrate-unavailable = { $from } oder { $to } lässt sich nicht benutzen; nichts wurde umgezogen. Bitte die Ursache beheben und noch einmal versuchen. Ursache: { $cause }
gateway-migrate-differs = Die Kopie weicht vom Original ab; { $from } bleibt in Betrieb. Bitte { $to } leeren und noch einmal versuchen. Ursache: { $what }
gateway-migrate-failed = Der Umzug von { $from } nach { $to } ist gescheitert. Ursache: { $error }

# data/quarantine
gateway-photo-available = abrufbar
gateway-photo-leased = reserviert
gateway-photo-kept = aufbewahrt
gateway-photo-used = übernommen
gateway-photo-refused = abgelehnt
gateway-photo-withdrawn = zurückgezogen
gateway-photo-expired = abgelaufen
gateway-quarantine-times = eingeliefert { $deposited }  Frist { $end }
gateway-quarantine-none = Keine: Seit einer Wiederherstellung ist kein Lichtbild mehr gesperrt.
gateway-quarantine-release-none = Keines davon ist seit einer Wiederherstellung gesperrt: „lichtbild-gateway quarantine list“ zeigt alle.
gateway-quarantine-released = { $photos ->
        [one] { $photos } Lichtbild kann
       *[other] { $photos } Lichtbilder können
    } wieder abgerufen werden.
gateway-quarantine-schema = Das Schema der Datenbank ist nicht so, wie dieses Programm es anlegt; die fremden Teile können diesen Befehl unwirksam machen. Bitte kein Gateway damit starten, solange „lichtbild-gateway verify“ sie noch findet:
gateway-quarantine-held = { $photos ->
        [one] { $photos } Lichtbild ist
       *[other] { $photos } Lichtbilder sind
    } gesperrt, { $invitations ->
        [one] { $invitations } Einladung
       *[other] { $invitations } Einladungen
    } beendet.
gateway-quarantine-next = Nächster Schritt: „quarantine list“ zeigt sie, „quarantine release“ gibt die seitdem nicht benutzten frei.
gateway-quarantine-checkpoints-left = Die Datenbank ist wieder in Betrieb, aber in { $folder } liegen noch Prüfpunkte über Zeilen, die sie nicht hat: Das Gateway verschiebt sie beim Start.
gateway-quarantine-checkpoints-moved = { $number ->
        [one] { $number } Prüfpunkt
       *[other] { $number } Prüfpunkte
    } über Zeilen, die diese Datenbank nicht hat: jetzt in { $folder }.
gateway-quarantine-watermarks = Der Pegelstand lässt sich nicht schreiben. Bitte als Benutzer des Gateways ausführen; das Gateway selbst arbeitet auch ohne. Ursache: { $error }
gateway-quarantine-moment = Bitte einen Zeitpunkt wie 2026-11-22T09:30:00Z angeben.

# data/verify
gateway-rows-parties = { $rows ->
        [one] { $rows } Beteiligter
       *[other] { $rows } Beteiligte
    }
gateway-rows-devices = { $rows ->
        [one] { $rows } Gerät
       *[other] { $rows } Geräte
    }
gateway-rows-certificates = { $rows ->
        [one] { $rows } Zertifikat
       *[other] { $rows } Zertifikate
    }
gateway-rows-bound_keys = { $rows ->
        [one] { $rows } eingetragener Schlüssel
       *[other] { $rows } eingetragene Schlüssel
    }
gateway-rows-invitations = { $rows ->
        [one] { $rows } Einladung
       *[other] { $rows } Einladungen
    }
gateway-rows-photos = { $rows ->
        [one] { $rows } Lichtbild
       *[other] { $rows } Lichtbilder
    }
gateway-rows-collections = { $rows ->
        [one] { $rows } Abruf
       *[other] { $rows } Abrufe
    }
gateway-rows-collection_devices = { $rows ->
        [one] { $rows } Gerät von Abrufen
       *[other] { $rows } Geräte von Abrufen
    }
gateway-verify-no-key-file = Ohne die Schlüsseldatei werden ihre Monatsschlüssel und die Prüfsummen der Zeilen nicht geprüft. Ursache: { $cause }
gateway-verify-no-audit-key = Ohne den Prüfschlüssel werden die Signaturen der Prüfpunkte nicht geprüft: { $file } ist kein öffentlicher Schlüssel.
gateway-verify-damaged = Die Datenbank ist beschädigt.
gateway-verify-damaged-next = eine unveränderte Kopie behalten und klären, wer sie geändert hat; dann eine Sicherung wiederherstellen, oder die genannten Lichtbilder zurückziehen und neu einliefern lassen
gateway-verify-other-key-file = { $file } ist nicht die Schlüsseldatei dieser Datenbank: Kein Lichtbild darin ließe sich öffnen. Bitte die zusammengehörigen Dateien benutzen.
gateway-verify-not-compared = Nicht verglichen: { $fault }
gateway-verify-photos = Lichtbilder     { $there } vorhanden, { $erased } gelöscht
gateway-verify-pictures = versiegelt      { $pictures } wie gespeichert
gateway-verify-pictures-old = versiegelt      { $pictures } wie gespeichert, { $some } aus der Zeit vor den Prüfsummen: nur ihre Form wurde geprüft
gateway-verify-collections = Abrufe          { $number }
gateway-verify-log = Protokoll       { $rows ->
        [one] { $rows } Zeile
       *[other] { $rows } Zeilen
    }, die letzte { $head }
gateway-verify-fault = FEHLER          { $times } x { $fault }
gateway-verify-compared = verglichen      { $tables }
gateway-verify-open = offen           { $text }
gateway-verify-replayed = Eine Wiederherstellung hat einen Auszug bis Zeile { $row } übernommen: Zeilen bis dahin werden nicht verglichen.
gateway-verify-older-nodes = { $rows ->
        [one] { $rows } Zeile des Protokolls wurde
       *[other] { $rows } Zeilen des Protokolls wurden
    } am Tag der Umstellung ohne Prüfsumme geschrieben.
gateway-verify-good = Die Datenbank ist unversehrt. Am Ende des Protokolls abgeschnittene Zeilen fallen nicht auf: Bitte die letzte Zeile mit einer anderswo notierten vergleichen.
gateway-verify-good-without-key-file = Die Datenbank ist unversehrt, soweit sich das ohne die Schlüsseldatei zeigt. Am Ende des Protokolls abgeschnittene Zeilen fallen nicht auf: Bitte die letzte Zeile mit einer anderswo notierten vergleichen.
gateway-verify-older-than-digests = { $rows } sind älter als die Prüfsummen der Zeilen: Namen, Bezeichnungen, Notizen, Befunde und alles, was nicht im Protokoll steht, werden nicht verglichen.
gateway-verify-without-key-file = { $rows } werden ohne die Schlüsseldatei nur mit dem Protokoll verglichen.
gateway-verify-older-than-log = { $rows } sind älter als die erste Zeile des Protokolls und werden nicht verglichen.

# data/backup/manifest
gateway-manifest-damaged = { $file } ist kein Inhaltsverzeichnis dieses Programms: beschädigt oder von einer neueren Version geschrieben.
gateway-manifest-stray = { $file } nennt { $stray }, das außerhalb des Ordners liegt: Das ist keine Sicherung dieses Programms.
gateway-manifest-format = { $file } hat das Format { $format }. Bitte das Programm benutzen, das es geschrieben hat.

# data/backup
gateway-backup-manifest = Das Inhaltsverzeichnis der Sicherung lässt sich nicht schreiben.
gateway-backup-copy-unreadable = Die Kopie der Datenbank lässt sich nicht lesen.
gateway-backup-unreadable = { $file } lässt sich nicht lesen. Bitte als Benutzer des Gateways ausführen.
gateway-backup-database = Datenbank       { $file }, Stand { $time }
gateway-backup-log = Protokoll       { $rows ->
        [one] { $rows } Zeile
       *[other] { $rows } Zeilen
    }, die letzte { $head }
gateway-backup-files = Dateien         { $files }, die die Konfiguration nennt
gateway-backup-signed = unterschrieben  mit dem Prüfschlüssel (SHA-256 { $key })
gateway-backup-unsigned = unterschrieben  nicht: „restore“ nimmt sie nur mit --unsigned
gateway-backup-broken-log = Die Kette des Protokolls ist gebrochen: „lichtbild-gateway verify“ sagt, wo.
gateway-backup-schema = „restore“ wird diese Sicherung ablehnen, weil das Schema der Datenbank nicht so ist, wie dieses Programm es anlegt. Bitte berichtigen und neu sichern:
gateway-backup-without-secret = ohne { $file }: geheim, nicht in dieser Sicherung
gateway-backup-without = ohne { $file }: nicht vorhanden
gateway-backup-keep-keys = Die Schlüssel bitte anderswo aufbewahren, auf einem anderen Datenträger: Ohne die Schlüsseldatei lässt sich kein Lichtbild mehr öffnen, ohne die Schlüssel der Zertifizierungsstellen kein Gerät mehr zulassen. „lichtbild-gateway backup ORDNER --keys only“ kopiert sie; nach jedem Monatsende wiederholen, damit die Kopie keinen Schlüssel behält, den das Gateway vernichtet hat.
gateway-backup-lock-keys = Bitte unter Verschluss aufbewahren, getrennt von der Datenbank und ihren Sicherungen, und die vorige Kopie vernichten: Sie enthält Schlüssel, die das Gateway nach Ablauf ihrer Monate vernichtet.
gateway-backup-lock-all = Dieser Ordner ist so viel wert wie das Gateway selbst: Mit ihm und einem Abrufcode lässt sich das Lichtbild öffnen, und man kann sich als Gateway ausgeben. Bitte verschlüsseln oder unter Verschluss aufbewahren.
gateway-backup-not-included = Ebenfalls nicht enthalten: die systemd-Unit, die das Gateway startet, die Firewall, Namen und Adressen dieser Maschine.
gateway-backup-server-steps =
    Eine stimmige Kopie bei laufenden Gateways, mit den Programmen in der Version des Servers:
      pg_dump --format=custom --file=lichtbild.dump 'postgres://BENUTZER@RECHNER/DATENBANK'
    und zurück, in eine leere Datenbank:
      createdb --owner=BENUTZER NEU
      pg_restore --no-owner --exit-on-error --single-transaction --dbname='postgres://BENUTZER@RECHNER/NEU' lichtbild.dump
      lichtbild-gateway quarantine hold        („database“ nennt NEU; bevor ein Gateway startet)
    Damit gar nichts verloren geht, den ganzen Server sichern: pg_basebackup --wal-method=stream, und sein Log laufend archivieren.
gateway-backup-server = { $database } liegt auf einem Server. Bitte mit dessen eigenen Mitteln sichern.
gateway-backup-server-keys = für die Schlüssel: lichtbild-gateway backup ORDNER --keys only; der Ordner jedes Knotens enthält das Übrige

# data/backup/signature
gateway-signature-no-key = { $file }, der Schlüssel für Unterschriften, fehlt. Bitte das Gateway einmal starten, das ihn anlegt, wenn es noch nie einen gab; oder ihn von einem anderen Knoten oder aus einer Sicherung der Schlüssel kopieren; oder mit --unsigned ohne Unterschrift sichern.
gateway-signature-no-backup = { $file } lässt sich nicht lesen. Bitte einen Ordner angeben, den „lichtbild-gateway backup“ angelegt hat.
gateway-signature-unreadable = { $file } lässt sich nicht lesen. Bitte die Rechte prüfen.
gateway-signature-missing = { $folder } ist nicht unterschrieben: Eine ältere Version hat es angelegt, oder { $file } wurde entfernt. Ist bekannt, in wessen Händen es war, nimmt --unsigned es so, wie es ist.
gateway-signature-other-key = { $folder } ist mit einem anderen Schlüssel unterschrieben (SHA-256 { $key }), als zur Prüfung dient (SHA-256 { $own }): Einer von beiden gehört einem anderen Gateway oder ist gefälscht. Bitte audit.pub des Gateways, das die Sicherung angelegt hat, mit --audit-key angeben.
gateway-signature-wrong = Die Unterschrift von { $folder } ist falsch: { $file } wurde nachträglich verändert. Bitte eine andere Sicherung nehmen. Ursache: { $error }
gateway-signature-no-digest = { $folder } enthält keine Prüfsumme seiner Datenbank: Das ist keine Sicherung dieses Programms.

# data/restore/database
gateway-restore-no-copy = { $file } lässt sich nicht kopieren; es bleibt nichts zurück. Bitte die Ursache beheben und noch einmal versuchen.
gateway-restore-no-file = { $file } ist keine gewöhnliche Datei. Bitte eine andere Sicherung nehmen.
gateway-restore-changed-database = { $file } ist nicht die gesicherte Datenbank: verändert oder beschädigt.
gateway-restore-other-database = { $file } ist nicht die gesicherte Datenbank: verändert oder beschädigt. Bitte eine andere Sicherung nehmen.
gateway-restore-schema = Das Schema der Datenbank ist nicht so, wie dieses Programm es anlegt; die fremden Teile könnten die Wiederherstellung unwirksam machen:
gateway-restore-schema-next = eine andere Sicherung nehmen, von einem Gateway, dessen „verify“ nichts davon findet
gateway-restore-other-end = Das Protokoll endet mit Zeile { $row } ({ $sha256 }), laut { $manifest } aber mit Zeile { $expected } ({ $digest }): Zeilen wurden abgeschnitten, ergänzt oder verändert. Bitte eine andere Sicherung nehmen.
gateway-restore-other-log = Das Protokoll beginnt mit einer anderen Zeile, als { $manifest } sagt: Es gehört einem anderen Gateway. Bitte eine andere Sicherung nehmen.

# data/restore/files
gateway-restore-unreadable = { $file } lässt sich nicht lesen, gehört aber zur Sicherung. Bitte eine andere Sicherung nehmen.
gateway-restore-other-file = { $file } ist nicht die gesicherte Datei: verändert oder beschädigt. Bitte eine andere Sicherung nehmen.
gateway-restore-configuration = Die Konfiguration { $file } lässt sich nicht benutzen. Ursache: { $error }
gateway-restore-other-key-file = Die Schlüsseldatei aus { $folder } gehört einem anderen Gateway: Kein Lichtbild dieser Sicherung ließe sich öffnen. Bitte die zugehörige suchen.

# data/restore/log_since
gateway-replay-not-confirmed = Nichts wurde übernommen, und nichts bleibt zurück. Bitte die Änderungen des Auszugs lesen und dann noch einmal mit --yes ausführen.
gateway-replay-no-export = { $file } ist kein Auszug des Protokolls. Bitte mit „lichtbild-gateway audit export“ einen anlegen.
gateway-replay-forged = { $file } hat nicht das Gateway geschrieben. Bitte den Auszug aus anderer Quelle beschaffen. Ursache: { $error }
gateway-replay-too-short = { $file } endet zu früh. Bitte einen längeren Auszug beschaffen, etwa von der Revision. Ursache: { $error }
gateway-replay-rows = Zeilen { $first } bis { $last } von { $file }
gateway-replay-uncovered = Kein Prüfpunkt deckt sie ab, sie werden trotzdem übernommen: { $rows }.
gateway-replay-left-out = Kein Prüfpunkt deckt sie ab, sie werden ausgelassen: { $rows }.
gateway-replay-refused = Kein unterschriebener Prüfpunkt deckt sie ab, sie könnten gefälscht sein: { $rows }. Bitte den Ordner mit Prüfpunkten des Gateways oder der Revision mit --checkpoints angeben, diese Zeilen mit --uncovered leave-out auslassen oder sie, wenn bekannt ist, in wessen Händen die Datei war, mit --uncovered carry-out übernehmen.
gateway-replay-no-key = Prüfpunkte lassen sich ohne öffentlichen Schlüssel nicht prüfen. Bitte audit.pub mit --audit-key angeben.
gateway-replay-same-gateway = die Prüfpunkte des Gateways angeben, das die Sicherung angelegt hat; auch die Revision hat sie
gateway-replay-other-log = Die Prüfpunkte in { $folder } gehören zu einem anderen Protokoll als die Sicherung. Bitte die desselben Gateways angeben.
gateway-replay-rewritten = Der Prüfpunkt über { $count } Zeilen kennt eine andere Zeile { $count } als die Sicherung: Deren Protokoll wurde neu geschrieben oder gehört einem anderen Gateway.
gateway-replay-gap = { $file } schließt nicht an die Sicherung an. Bitte ab dem Tag der Sicherung und vom selben Gateway ausziehen. Ursache: { $cause }
gateway-replay-plan-until = Der Auszug enthält { $rows ->
        [one] { $rows } Zeile
       *[other] { $rows } Zeilen
    } seit der Sicherung, die letzte vom { $until }. Zu übernehmen:
gateway-replay-plan = Der Auszug enthält { $rows ->
        [one] { $rows } Zeile
       *[other] { $rows } Zeilen
    } seit der Sicherung. Zu übernehmen:
gateway-replay-erase = löschen   { $photo }  { $state }  { $time }
gateway-replay-move = ändern    { $photo }  { $state }
gateway-replay-counts =
    Lichtbilder gelöscht     { $erased }
    Lichtbilder geändert     { $moved }
    Geräte gesperrt          { $revoked }
    Beteiligte gesperrt      { $suspended }
    Beteiligte freigegeben   { $resumed }
gateway-replay-question = Gelöschte Lichtbilder lassen sich nicht zurückholen. Übernehmen? Bitte „ja“ eingeben:

# data/restore
gateway-restore-keys-only = { $folder } enthält nur Schlüssel. Bitte die Sicherung mit der Datenbank angeben und diese mit --keys.
gateway-restore-replay-key-file = --log-since braucht die Schlüsseldatei. Bitte die Sicherung der Schlüssel mit --keys angeben.
gateway-restore-not-bound = Die Schlüsseldatei gehört nicht zu dieser Datenbank: Kein Lichtbild darin ließe sich öffnen. Bitte die richtige suchen.
gateway-restore-damaged = Die Datenbank der Sicherung ist beschädigt. Bitte eine andere Sicherung nehmen oder, wenn es keine gibt, mit --despite-faults wiederherstellen.

# data/restore/report
gateway-restored = In { $dir } ist ein Gateway mit Stand { $time } angelegt.
gateway-restored-replay =
    übernommen              { $rows } Zeilen des Protokolls
      Lichtbilder gelöscht  { $erased }
      Geräte gesperrt       { $revoked }
      Lichtbilder verloren  { $lost } (seit der Sicherung eingeliefert)
gateway-restored-counts =
    Lichtbilder gesperrt    { $photos }
    Einladungen beendet     { $invitations }
    Protokoll               { $rows } Zeilen, die letzte { $head }
gateway-restored-missing = fehlt                   { $file }
gateway-restored-next = Nächster Schritt: cd { $dir } && lichtbild-gateway verify && lichtbild-gateway serve
gateway-restored-unknown = Was nach { $time } geschah, ist dem Gateway nicht bekannt. Vor dem Betrieb:
gateway-restored-keys = - Die fehlenden Schlüssel an ihren Platz legen (Rechte 0600): Ohne die Schlüsseldatei lässt sich kein Lichtbild öffnen.
gateway-restored-steps =
    - Sicherstellen, dass das alte Gateway nie wieder startet: Zwei Gateways gäben dasselbe Lichtbild zweimal heraus.
    - Seitdem gesperrte Geräte, Studios und Ämter erneut sperren: „device revoke“, „studio suspend“, „office suspend“.
    - Geräte, die sich seit der Sicherung angemeldet haben, sind unbekannt: erneut einladen. Seitdem ausgestellte Quittungen führen zu keinem Lichtbild.
    - Den Ordner dem Benutzer geben, unter dem das Gateway läuft (chown -R).
    - Lichtbilder sind gesperrt, weil sie seitdem benutzt worden sein können: „quarantine list“ zeigt sie, „quarantine release“ gibt die nicht benutzten frei (docs/operation/backup.md, „What do I do after a restore?“).

# data/restore/signature_check
gateway-restore-no-public-key = { $folder } enthält keinen öffentlichen Schlüssel zur Prüfung. Bitte audit.pub des Gateways mit --audit-key angeben.
gateway-restore-own-key = Geprüft mit dem Prüfschlüssel aus der Sicherung selbst (SHA-256 { $sha256 }). Das beweist, dass die Sicherung nicht beschädigt ist, aber nicht, dass das Gateway sie angelegt hat: Bitte den SHA-256 mit einem anderswo notierten vergleichen oder den Schlüssel mit --audit-key angeben.
gateway-restore-unsigned = { $folder } ist nicht unterschrieben und kann verändert worden sein.
gateway-restore-no-verifier = { $folder } lässt sich ohne öffentlichen Schlüssel nicht prüfen. Bitte audit.pub des Gateways mit --audit-key angeben oder die Sicherung mit --unsigned so nehmen, wie sie ist.
gateway-restore-no-audit-key = { $file } ist kein Prüfschlüssel. Bitte eine andere Sicherung der Schlüssel nehmen.

# demo
gateway-demo-no-folder = Es lässt sich kein temporärer Ordner anlegen. Bitte mit --dir einen angeben.
gateway-demo-no-portrait = Das Porträt lässt sich nicht schreiben.
gateway-demo-serving =
    Ein Gateway mit einem Fotostudio und einem Amt läuft; Adressen, Zertifikate und Schlüssel stehen in dieser Datei. Strg-C beendet es.
    Das Studio liefert ein Lichtbild ein (refused.jpg wird abgelehnt), das Amt ruft es mit dem Code der Quittung ab:

    cd { $dir }
    curl --cert studio/certificate.pem --key studio/key.pem --cacert studio/gateway-ca.pem { $studio }/v1/photos -H "Idempotency-Key: photo-$(date +%s)-first" -H 'Content-Type: image/jpeg' --data-binary @portrait.jpg
    curl --cert office/certificate.pem --key office/key.pem --cacert office/gateway-ca.pem { $office }/v1/collections -H 'Content-Type: application/json' -d '{"{"}"code":"XXXXX-XXXXX-XXXXX-XXXXX"{"}"}'

    README.md und docs/api.md haben die übrigen Anfragen.

# demo/rough
gateway-rough-serving = Es baut mit der Rate { $rate } Störungen ein. „--rough={ $rate } --rough-seed { $seed }“ wiederholt diesen Lauf.
gateway-rough-connection = Verbindung { $number } zu { $listener }: { $fault }
gateway-rough-request = Anfrage { $number }, { $method } { $route }: { $fault }, Request-Id { $id }
gateway-rough-counts =
    { $connections } Verbindungen, { $requests } Anfragen, { $faults } Störungen
    { $counts }

# demo/environment
gateway-demo-exists = In { $dir } gibt es schon eine Vorführung: „lichtbild-gateway serve --config { $config }“ startet sie wieder; für eine neue bitte { $dir } löschen.
gateway-demo-no-address = { $url } ist keine Adresse.
gateway-demo-no-client = Zertifikat oder Schlüssel des Geräts lassen sich nicht benutzen. Ursache: { $error }
gateway-demo-not-written = { $file } lässt sich nicht schreiben.
gateway-demo-not-adapted = { $file } lässt sich nicht anpassen.

# demo/office
gateway-demo-download = Die Übertragung ist abgebrochen.
gateway-demo-unreadable = Die Antwort ist nicht lesbar.
gateway-demo-no-answer = Das Gateway antwortet nicht.
gateway-demo-unexpected = Unerwartete Antwort des Gateways: { $status }

# demo/story
gateway-story-begin = Ein Gateway, ein Fotostudio und ein Einwohnermeldeamt
gateway-story-setup =
    Schlüssel, Zertifizierungsstellen und Datenbank liegen in { $dir }.
    Fotostudios verbinden sich über beidseitiges TLS mit { $studio }, Ämter mit { $office }.
    „Foto Koch“ und „Bürgerbüro Mitte“ haben je ein Gerät mit eigenem Zertifikat.
gateway-story-deposit = Das Fotostudio liefert ein Porträt ein
gateway-story-accepted =
    { $width } x { $height } Pixel, { $bytes } Byte, geprüft nach { $profile }: angenommen.
    Das Gateway hat es unter einem Code versiegelt, den Code nicht behalten und geantwortet:

    {""}    { $code }

    Die Bürgerin bringt den Code ins Amt. Er gilt bis { $end }.
gateway-story-collect = Das Amt ruft es ab
gateway-story-collected = Die Sachbearbeiterin tippt ihn klein geschrieben mit Leerzeichen. Lichtbild von { $studio }; reserviert bis { $end }.
gateway-story-same =
    Gesendet   SHA-256 { $sent }
    Abgerufen  SHA-256 { $got }
    Byte für Byte gleich; zweimal übertragen, wie nach einem Abbruch.
gateway-story-settled = Am { $time } als übernommen abgeschlossen. Das Lichtbild ist gelöscht; nur der Vermerk bleibt.
gateway-story-refusals = Abgelehnte Anfragen
gateway-story-again = Derselbe Code noch einmal: { $title } - { $detail }
gateway-story-typo = Ein Tippfehler: { $title } - { $detail }
gateway-story-end =
    Die Vorführung dauerte { $milliseconds } ms.
    „demo --serve“ lässt ein solches Gateway laufen, für curl (siehe README).
gateway-story-cut = Ein Lichtbild, dem zwei Drittel der Bytes fehlen: { $title }
gateway-story-finding =
    {""}    { $message } (gemessen: { $measured }; Grenzwert: { $limit })
    {""}    { $hint }
gateway-story-revoked = Das Gerät des Fotostudios ist gesperrt: Seine nächste Anfrage auf der offenen Verbindung wird abgelehnt.
gateway-story-cut-off = Das Gerät des Fotostudios ist gesperrt: Seine offene Verbindung wurde geschlossen.
gateway-story-new-connection = Eine neue Verbindung: { $reason }
gateway-story-refused = Abgelehnt: { $title } - { $detail }
gateway-story-unkept = Die Vorführung ist gescheitert. Ursache: { $promise }

# Faults that verify finds, by their names in JSON.
gateway-fault-picture-missing = zu einem vorhandenen Lichtbild fehlt das versiegelte Bild
gateway-fault-picture-malformed = ein versiegeltes Bild hat eine unmögliche Länge oder Version
gateway-fault-picture-changed = ein versiegeltes Bild ist nicht das gespeicherte
gateway-fault-picture-left-behind = ein versiegeltes Bild ist von einem gelöschten Lichtbild übrig
gateway-fault-epoch-key-missing = der Schlüsseldatei fehlt der Schlüssel des Monats, in dem ein Lichtbild versiegelt wurde
gateway-fault-lease-differs = ein Lichtbild und sein Abruf widersprechen sich darin, ob es reserviert ist
gateway-fault-collection-missing = der letzte Abruf eines Lichtbilds fehlt oder gehört zu einem anderen
gateway-fault-photo-missing = zu einem Abruf fehlt das Lichtbild
gateway-fault-collection-left-open = ein Abruf ist offen, dessen Lichtbild einen anderen hat oder gelöscht ist
gateway-fault-log-broken = eine Zeile des Protokolls wurde verändert, entfernt oder verschoben
gateway-fault-file = die Datei der Datenbank ist beschädigt
gateway-fault-went-back = die Datenbank ist auf einen alten Stand zurückgefallen
gateway-fault-schema-changed = eine Tabelle, ein Index, Trigger, eine Sicht oder Funktion ist fremd, verändert oder fehlt
gateway-fault-row-differs = eine Spalte einer Zeile weicht vom Protokoll ab
gateway-fault-row-changed = eine Zeile weicht von ihrer Prüfsumme im Protokoll ab
gateway-fault-row-missing = eine Zeile, die im Protokoll steht, fehlt
gateway-fault-row-untold = eine Zeile ist vorhanden, die nicht im Protokoll steht
gateway-fault-log-unproved = eine Zeile des Protokolls trägt nicht die Prüfsumme, die nur die Schlüsseldatei ergibt
gateway-fault-handed-over-twice = ein Lichtbild wurde zwei Ämtern übergeben, ohne dazwischen zurückgegeben zu werden
gateway-fault-count-differs = die gezählten Lichtbilder eines Zustands stimmen nicht mit den vorhandenen überein
gateway-fault-checkpoint-differs = ein Prüfpunkt in der Datenbank ist nicht so, wie er unterschrieben wurde
gateway-fault-anchor-differs = der Anfang des Protokolls ist nicht unterschrieben
gateway-fault-proof-key-differs = der versiegelte Nachweisschlüssel einer Einladung ist nicht der gespeicherte
gateway-fault-key-file = die Schlüsseldatei ist nicht lesbar oder gehört einem anderen Gateway
gateway-fault-audit-key = der Schlüssel zur Prüfung der Prüfpunkte ist nicht lesbar
gateway-fault-out-of-use = die Datenbank ist stillgelegt

# Columns that verify does not cover.
gateway-uncovered-certificates-first_used_at = wird beim ersten Vorzeigen eines Zertifikats vermerkt, ohne Zeile im Protokoll
gateway-uncovered-certificates-der = wiederholt das Zertifikat, dessen Prüfsumme in certificates.sha256 steht, und wird beim Lesen damit verglichen
gateway-uncovered-collection_devices-hand_overs = zählt wiederholte Übergaben, von denen nicht jede eine Zeile im Protokoll hat; ist nie kleiner als die Zahl im Protokoll
gateway-uncovered-photos-refusal_seen = wird gesetzt, wenn das Studio eine Ablehnung auf seinen Seiten als gesehen kennzeichnet, ohne Zeile im Protokoll
gateway-uncovered-guesses = zählen falsche Codes über wenige Minuten und werden nach einem Tag gelöscht
gateway-uncovered-events = wiederholen 30 Tage lang für die Programme von Studios und Ämtern, was das Protokoll sagt, und kündigen Fristen an
gateway-uncovered-notes-name--notes-moment = sind Vermerke der Datenbank über sich selbst: letzter Löschlauf, letzte Probe, ihr Gebrauch
gateway-uncovered-photo_counts-number = zählt Zeilen, die ab und zu zusammengerechnet werden
gateway-uncovered-_sqlx_migrations = werden beim Öffnen der Datenbank mit denen des Programms verglichen

# Help: one message per command, with its arguments as attributes.
gateway-help-arguments =
    .lang = Sprache der Ergebnisse und Meldungen sowie der Briefe, Nachweise und Zertifikatsnamen (diese ohne Angabe auf Deutsch); ohne diese Option gilt die Umgebungsvariable LICHTBILD_LANG [Standard: en]
    .config = Konfiguration des Gateways
    .json = JSON ausgeben
    .which = Name oder Kennung
    .name = Name, wie ihn die Gegenseite sieht
    .place = Ort
    .label = Bezeichnung des Geräts, etwa „Kasse 2“
    .valid = Gültigkeit des Codes, höchstens 14d [Standard: invitation_hours der Konfiguration]
    .kind = Art der Software, die das Zertifikat benutzt. Im Browser gilt es länger (browser_certificate_days der Konfiguration), denn ein Browser erneuert nichts von selbst [Standard: browser am Schalter eines Amts, sonst program]
    .kind-program = Studioprogramm, Fachverfahren oder Skript: erneuert sein Zertifikat selbst
    .kind-browser = Browser, in den jedes Zertifikat von Hand eingelesen wird
    .letter = Einladung auch als Brief schreiben: PDF, A4, für einen Fensterumschlag. Die Post braucht Tage: siehe --valid
    .auditor = Gerät der Revision: liest Protokoll und Prüfpunkte und kann keine Lichtbilder abrufen
gateway-help-program = Ein Gateway, das biometrische Passfotos vom Fotostudio zum Einwohnermeldeamt bringt
    .after = Exit-Codes: 0 erledigt, 1 gescheitert (die Meldung sagt, was zu tun ist), 2 falscher Aufruf, 3 Protokoll oder Datenbank beschädigt („audit verify“, „verify“), 4 kein Prüfpunkt deckt das Protokoll ab („audit verify“).
gateway-help-init = Neues Gateway anlegen: Schlüssel, Zertifizierungsstellen, Serverzertifikat, Datenbank und Konfiguration
    .dir = Anzulegender Ordner; keine Datei darin wird je überschrieben
    .hosts = Name oder Adresse, unter der Fotostudios und Ämter das Gateway erreichen; der erste steht in den Dateien der Geräte. Mehrfach möglich
    .bind = Adresse für Fotostudios und Ämter: 0.0.0.0 oder ::, damit das Gateway von außen erreichbar ist
    .port-base = Vier aufeinanderfolgende Ports für Fotostudios, Ämter, Anmeldung und Überwachung; 0 für freie bei jedem Start
    .public-studio-url = Adresse für Fotostudios, wie sie ausgegeben wird, wenn sie nicht aus dem ersten --host und dem Port besteht; auch das Serverzertifikat nennt ihren Rechnernamen
    .public-office-url = Dasselbe für Ämter
    .public-enrolment-url = Dasselbe für die Anmeldung
    .database = Leere Datenbank auf einem PostgreSQL-Server, für mehrere Gateways: postgres://benutzer@rechner/datenbank. Ein Passwort gehört besser in ~/.pgpass
gateway-help-serve = Gateway betreiben
    .checkpoint = Prüfpunkt der Revision (checkpoint-N.json, die .sig daneben): Liegt die Datenbank dahinter zurück, gibt das Gateway kein Lichtbild heraus
    .print-systemd-unit = systemd-Unit ausgeben, die dieses Gateway als Benutzer lichtbild betreibt, sonst nichts
gateway-help-demo = Vorführung: Ein Porträt geht über beidseitiges TLS vom Fotostudio zum Amt
    .serve = Statt der Vorführung ein Gateway mit einem Fotostudio und einem Amt laufen lassen; schreibt demo.json und ein Porträt
    .rough = Mit --serve: in diesen Teil der Anfragen Störungen einbauen, damit Hersteller das Wiederholen in ihrer Software prüfen können [Standard: 0.2]. 503 und 429 mit Retry-After, bevor das Gateway handelt; eine späte Antwort (5 bis 35 s, damit Zeitgrenzen der Clients erreicht werden); Verbindung getrennt in der Anfrage, vor der Antwort oder in der Antwort. Ein Viertel so viele Verbindungen enden vor TLS. Nicht am Port der Überwachung und nicht in Anfragen an /connect, /desk, /problems, /readyz und /studio. Auf der Standardfehlerausgabe steht für jede Störung eine Zeile mit ihrer Request-Id, am Ende die Zahlen
    .rough-seed = Störungen eines anderen Laufs wiederholen: Derselbe Startwert gibt der Anfrage mit derselben Nummer dieselbe Störung [Standard: zufällig, wird ausgegeben]
    .rough-stall = Späteste Antwort in Sekunden; die früheste kommt nach einem Siebtel davon [Standard: 35]
    .dir = Arbeitsordner [Standard: ein temporärer, der am Ende gelöscht wird]
    .port-base = Vier aufeinanderfolgende Ports für Fotostudios, Ämter, Anmeldung und Überwachung; 0 für freie [Standard: freie; mit --serve 8443, 9443, 7443 und 9090]
    .database = Leere Datenbank auf einem PostgreSQL-Server statt einer Datei: postgres://benutzer@rechner/datenbank. Sie wird am Ende nicht gelöscht
gateway-help-studio = Fotostudios einladen, hinzufügen, auflisten, sperren, wieder zulassen; Lichtbilder gesperrter Geräte freigeben
gateway-help-studio-invite = Gerät eines Fotostudios einladen und das Studio, wenn es neu ist, hinzufügen: gibt den Code aus, mit dem sich das Gerät anmeldet
    .name = Name, wie ihn die Ämter sehen. Gibt es am Ort schon ein Studio dieses Namens, bekommt es ein weiteres Gerät
gateway-help-studio-add = Fotostudio ohne Gerät hinzufügen
gateway-help-studio-list = Alle Fotostudios auflisten
gateway-help-studio-suspend = Ab sofort alle Anfragen eines Fotostudios ablehnen, auch auf offenen Verbindungen
gateway-help-studio-resume = Anfragen eines gesperrten Fotostudios wieder annehmen
gateway-help-studio-release = Lichtbilder freigeben, die gesperrt sind, weil ihr Gerät gesperrt wurde
    .device = Nur die Lichtbilder dieses gesperrten Geräts
gateway-help-office = Ämter einladen, hinzufügen, auflisten, sperren oder wieder zulassen
gateway-help-office-invite = Gerät eines Amts einladen und das Amt, wenn es neu ist, hinzufügen: gibt den Code aus, mit dem sich das Gerät anmeldet
    .name = Name, wie ihn die Fotostudios sehen. Gibt es am Ort schon ein Amt dieses Namens, bekommt es ein weiteres Gerät
gateway-help-office-add = Amt ohne Gerät hinzufügen
gateway-help-office-list = Alle Ämter auflisten
gateway-help-office-suspend = Ab sofort alle Anfragen eines Amts ablehnen, auch auf offenen Verbindungen
gateway-help-office-resume = Anfragen eines gesperrten Amts wieder annehmen
gateway-help-device = Geräte von Fotostudios und Ämtern einladen, zulassen, hinzufügen, auflisten oder sperren
gateway-help-device-invite = Weiteres Gerät eines Fotostudios oder Amts einladen, oder einem Gerät einen neuen Code geben
    .studio = Weiteres Gerät dieses Fotostudios einladen: Name oder Kennung
    .office = Weiteres Gerät dieses Amts einladen: Name oder Kennung
    .device = Diesem Gerät einen neuen Code geben, weil seine Einladung erfolglos blieb oder sein Zertifikat abgelaufen ist
gateway-help-device-approve = Anmeldung eines Geräts nach dem Vier-Augen-Prinzip freigeben: Der Antrag wartet eine Woche
    .device-id = Kennung des Geräts aus „device list“
    .fingerprint = Fingerabdruck, den das Gerät zeigt; er wird ohne Rückfrage verglichen
    .yes = Nicht fragen: Die Fingerabdrücke sind verglichen
gateway-help-device-add = Gerät ohne Einladung hinzufügen und sein Zertifikat hier ausstellen
    .studio = Fotostudio, zu dem es gehört: Name oder Kennung
    .office = Amt, zu dem es gehört: Name oder Kennung
    .csr = Zertifikatsantrag (PKCS#10, PEM oder DER) vom Gerät, dessen Schlüssel es dann nie verlässt. Ohne Antrag wird hier ein Schlüssel erzeugt und neben dem Zertifikat abgelegt
    .out = Anzulegender Ordner für die Dateien des Geräts [Standard: nach dem Gerät benannt, hier]
    .p12 = Verfahren von device.p12. Windows Server 2016 und älter sowie manche Versionen von macOS lesen nur die alten und melden sonst ein falsches Passwort
    .p12-aes256 = AES-256 und SHA-256: Windows 10 ab Version 1709, Windows Server 2019, aktuelle Browser und Java
    .p12-legacy = Triple-DES und SHA-1, für Programme, die nichts Neueres lesen
    .certificate = Zertifikat, das das Gerät von einer der [[office_authorities]] hat (PEM oder DER): Hier wird keins ausgestellt. Ein erneuertes Zertifikat muss neu eingetragen werden
    .spki = Dasselbe über den Schlüssel, damit eine Erneuerung mit demselben Schlüssel gültig bleibt: Zertifikat, öffentlicher Schlüssel (PEM) oder SHA-256 seines SubjectPublicKeyInfo in Hexadezimal
gateway-help-device-list = Alle Geräte auflisten: eingeladen, wartend, aktiv, abgelaufen, gesperrt
    .expiring = Nur Geräte, um die man sich in dieser Zeit kümmern muss (14d, 36h) [Standard: 14d]: Zertifikate, die bis dahin ablaufen oder abgelaufen sind, und Geräte, die eingeladen sind oder auf Freigabe warten
gateway-help-device-revoke = Gerät endgültig sperren: Seine offenen Verbindungen werden geschlossen, sein Zertifikat wird abgelehnt
    .device-id = Kennung des Geräts aus „device list“
gateway-help-profile = Fotoprofile auflisten und anzeigen, oder ein eigenes prüfen
gateway-help-profile-list = Mitgelieferte Profile auflisten
gateway-help-profile-show = Profil ausgeben: seine Datei, in der neben jeder Zahl ihre Quelle steht. Ein guter Anfang für ein eigenes
    .which = Mitgeliefertes Profil oder Datei [Standard: das geltende laut gateway.toml]
    .json = JSON ausgeben, wie Fotostudios es unter /v1/profile sehen
gateway-help-profile-check = Eigene Datei prüfen: ihre Regeln ausgeben, oder was in welcher Zeile falsch ist
    .file = Datei des Profils
gateway-help-openapi = Beschreibung der HTTP-Schnittstelle ausgeben (OpenAPI 3.1), wie jeder Zugang sie unter /v1/openapi.json liefert
    .listener = Beschriebener Zugang; ohne Angabe mit --out alle
    .out = Je Zugang eine JSON-Datei in diesen Ordner schreiben
gateway-help-audit = Protokoll prüfen oder ausziehen
gateway-help-audit-verify = Protokoll oder einen Auszug davon prüfen und Zeilen finden, die verändert, entfernt, vertauscht, eingefügt oder abgeschnitten wurden
    .long = Endet mit Code 3, wenn es eine solche Zeile gibt, und nennt die erste. Zeilen, die am Ende abgeschnitten oder bis zum Ende neu geschrieben wurden, fallen nur durch unterschriebene Prüfpunkte auf: die von --checkpoint, sonst die im Ordner der Konfiguration, sonst die in der Datenbank. Endet mit Code 4, wenn kein Prüfpunkt das Protokoll abdeckt. Geht auch bei laufendem Gateway.
    .checkpoints = Prüfpunkt (die .json, mit der .sig daneben) oder ein Ordner mit solchen; mehrfach möglich [Standard: der Ordner der Konfiguration]
    .public-key = Öffentlicher Schlüssel, mit dem Prüfpunkte unterschrieben sind [Standard: der der Konfiguration]
    .file = Statt des eigenen Protokolls einen Auszug prüfen; dazu braucht es kein Gateway
    .part = Der Auszug ist ein Teil des Protokolls: Prüfpunkte dürfen Zeilen davor und dahinter kennen
gateway-help-audit-export = Protokoll als JSON Lines ausgeben, die „audit verify --file“ liest. Geht auch bei laufendem Gateway
    .from = Ab diesem Zeitpunkt: 2026-11-01 (Tagesbeginn, UTC) oder 2026-11-01T08:00:00Z [Standard: Anfang des Protokolls]
    .to = Bis zu diesem Zeitpunkt: 2026-11-30 (Tagesende, UTC) oder 2026-11-30T18:00:00Z [Standard: Ende des Protokolls]
gateway-help-confirm-clock = Bestätigen, dass die Uhr dieser Maschine richtig geht, nachdem sie gestellt wurde oder das Gateway länger als einen Monat stand
    .long = Bis dahin wird nichts gelöscht: Eine falsche Uhr würde alles löschen.
gateway-help-backup = Datenbank, Konfiguration und Zertifikate bei laufendem Gateway in einen neuen Ordner kopieren; oder die Schlüssel, oder beides
    .to = Anzulegender Ordner; es darf ihn noch nicht geben
    .keys = Schlüsseldatei und private Schlüssel mitnehmen oder weglassen. Datenbank, Schlüsseldatei und ein Abrufcode öffnen das Lichtbild; deshalb gehören Datenbank und Schlüssel auf verschiedene Datenträger: häufig eine Sicherung ohne Schlüssel, und eine nur der Schlüssel, wenn sie sich ändern
    .keys-without = Datenbank, Konfiguration und Zertifikate
    .keys-only = Schlüsseldatei und private Schlüssel
    .keys-with = Alles in einem Ordner, der so viel wert ist wie das Gateway selbst
    .unsigned = Nicht unterschreiben, für ein Gateway ohne Prüfschlüssel: „restore“ nimmt sie nur mit --unsigned
gateway-help-restore = Aus einer Sicherung ein Gateway anlegen, in einem neuen Ordner
    .long =
        Prüft die Unterschrift der Sicherung, bevor irgendeine Datei daraus benutzt wird, möglichst mit einem Schlüssel aus anderer Quelle.

        Änderungen nach der Sicherung fehlen darin. Damit kein seitdem benutztes Lichtbild herausgegeben wird, sind alle bis zu „quarantine release“ gesperrt.
    .from = Ordner, den „backup“ angelegt hat
    .dir = Anzulegender Ordner; es darf ihn noch nicht geben
    .keys = Ordner, den „backup --keys only“ angelegt hat, wenn die Sicherung keine Schlüssel enthält
    .audit-key = Öffentlicher Schlüssel, mit dem das Gateway unterschreibt (audit.pub), nicht aus der Sicherung [Standard: der aus --keys, sonst der aus der Sicherung]
    .unsigned = Sicherung oder Schlüssel ohne Unterschrift nehmen, wie ältere Versionen sie anlegten: Sie können verändert worden sein
    .log-since = Auszug des Protokolls (JSON Lines), der an die Sicherung anschließt: Seine Änderungen werden angezeigt und mit --yes oder nach Eingabe von „ja“ übernommen
    .checkpoints = Unterschriebene Prüfpunkte, die den Auszug abdecken: der Ordner des Gateways oder der Revision
    .uncovered = Zeilen des Auszugs nach dem neuesten Prüfpunkt, die gefälscht sein könnten
    .uncovered-refuse = Nichts wiederherstellen
    .uncovered-leave-out = Nur die Zeilen bis zum neuesten Prüfpunkt übernehmen
    .uncovered-carry-out = Auch diese übernehmen: für Notfälle, wenn die Datei stets in sicheren Händen war
    .yes = Änderungen des Auszugs ohne Rückfrage übernehmen
    .despite-faults = Trotz beschädigter Datenbank wiederherstellen, wenn es keine bessere Sicherung gibt
gateway-help-quarantine = Lichtbilder auflisten, freigeben oder sperren, die nach dem Stand der Datenbank benutzt worden sein können
gateway-help-quarantine-list = Lichtbilder auflisten, die seit einer Wiederherstellung oder einem Rückfall gesperrt sind
gateway-help-quarantine-release = Lichtbilder freigeben, die seit einer Wiederherstellung oder einem Rückfall gesperrt sind
    .photos = Kennungen der Lichtbilder
    .all = Alle Lichtbilder: nur, wenn nach der Sicherung keins herausgegeben, zurückgezogen oder abgeschlossen wurde
gateway-help-quarantine-hold = Alle vorhandenen Lichtbilder sperren, nachdem die Datenbank anders als mit „restore“ zurückgesetzt wurde
    .as-of = Zeitpunkt, bis zu dem die Datenbank alles weiß (2026-11-22T09:30:00Z) [Standard: jetzt]
gateway-help-confirm-rollback = Datenbank bestätigen, die auf einen alten Stand zurückgefallen ist
    .long = Bis dahin wird sie nur gelesen: Lichtbilder darin können seitdem benutzt worden sein. Die Bestätigung sperrt sie alle bis zu „quarantine release“.
gateway-help-verify = Datenbank prüfen: Lichtbilder, Abrufe, Schlüssel, Protokoll. Endet mit Code 0, wenn sie unversehrt ist
    .database = Andere Datenbank als die der Konfiguration, etwa die einer Sicherung
gateway-help-migrate-store = Gateway von einer Datei auf einen PostgreSQL-Server umziehen oder umgekehrt, während kein Gateway läuft
    .from = Benutzte Datenbank. Es darf kein Gateway laufen
    .to = Datenbank, die sie ersetzt: leer, von der anderen Art. Eine Datei wird angelegt
    .key-file = Schlüsseldatei des Gateways: Damit werden Zeilen beim Umzug mit ihren Prüfsummen verglichen
    .despite-faults = Datenbank umziehen, obwohl sie beschädigt ist
gateway-help-erase-report = Löschnachweis eines Lichtbilds: was davon wann und warum gelöscht wurde, und was das für Sicherungen heißt
    .photo-id = Kennung des Lichtbilds
gateway-help-renew-server-certificate = Neues Serverzertifikat mit der eigenen Zertifizierungsstelle ausstellen; ein laufendes Gateway lädt es von selbst
    .hosts = Weiterer Name oder weitere Adresse für das Zertifikat; die bisherigen bleiben. Mehrfach möglich
