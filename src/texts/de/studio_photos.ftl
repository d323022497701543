### Seiten für Fotografinnen und Fotografen: eigene Fotos (`/studio/photos`) und dieser Computer (`/studio/computer`).

## Liste der Fotos.
studio-photos-lead = Alle Fotos Ihres Studios, das neueste zuerst. Bilder und Codes zeigt das Gateway nie. Die Foto-Nr. steht auch unten auf dem Beleg: Notieren Sie sie zum Auftrag, denn Namen und Dateinamen kennt das Gateway nicht.
studio-photos-column-deposited = Eingeliefert
studio-photos-column-state = Stand
studio-photos-column-number = Foto-Nr.
studio-photos-column-device = Gerät
studio-photos-column-profile = Fotoprofil
studio-photos-column-until = Gültig bis
studio-photos-column-size = Bild
studio-photos-filter-show = Anzeigen
studio-photos-filter-all = alle Fotos
studio-photos-filter-new = neue Ablehnungen
studio-photos-filter-available = wartet auf das Amt
studio-photos-filter-leased = wird im Amt bearbeitet
studio-photos-filter-kept = für ein zweites Dokument aufbewahrt
studio-photos-filter-used = verwendet
studio-photos-filter-refused = im Amt abgelehnt
studio-photos-filter-withdrawn = zurückgezogen
studio-photos-filter-expired = abgelaufen
studio-photos-none = Ihr Studio hat noch kein Foto eingeliefert.
studio-photos-none-new = Es gibt keine neue Ablehnung.
studio-photos-none-of-state = Kein Foto hat diesen Stand: { $state }.
studio-photos-page-empty = Auf dieser Seite steht kein Foto.
studio-photos-older = Ältere Fotos
studio-photos-newest = Zu den neuesten
studio-photos-new = { $count ->
        [one] Ein Amt hat ein Foto abgelehnt.
       *[other] Ämter haben { $counted } Fotos abgelehnt.
    }
studio-photos-new-hint = { $count ->
        [one] Die Person braucht ein neues Foto.
       *[other] Die Personen brauchen neue Fotos.
    }
studio-photos-new-mark = Neu
studio-photos-show-new = Nur neue Ablehnungen zeigen
studio-photos-mark-seen = { $count ->
        [one] Ablehnung als gesehen kennzeichnen
       *[other] Diese { $count } Ablehnungen als gesehen kennzeichnen
    }
studio-photos-reason = Grund:
studio-photos-note = Notiz des Amts:

## Ein Foto.
studio-photos-photo = Foto
studio-photos-size = { $width } × { $height } Pixel, { $kilobytes } kB
studio-photos-findings = Hinweise der Prüfung
studio-photos-refused = Im Amt abgelehnt
studio-photos-refused-next = Das Foto ist gelöscht, sein Code gilt nicht mehr. Benachrichtigen Sie die Person, und nehmen Sie ein neues Foto auf; es bekommt einen neuen Code.
studio-photos-new-photo = Neues Foto einliefern
studio-photos-receipt = Beleg noch einmal drucken
studio-photos-receipt-hint = Das Gateway merkt sich keinen Code. Wählen Sie an dem Computer, der das Foto eingeliefert hat, dieselbe Datei noch einmal und prüfen Sie sie; Sie bekommen denselben Beleg.
studio-photos-to-receipt = Zum Beleg
studio-photos-back = Zu meinen Fotos

## Zurückziehen.
studio-photos-withdraw = Foto zurückziehen
studio-photos-withdraw-hint = Etwa wenn die Person ein anderes Foto möchte.
studio-photos-withdraw-this = Dieses Foto zurückziehen
studio-photos-withdraw-kept = Ein Amt hat das Foto verwendet und bewahrt es auf Wunsch der Person bis { $until } für ein zweites Dokument auf. Es lässt sich nicht mehr zurückziehen.
studio-photos-withdraw-leased = Ein Amt bearbeitet das Foto gerade. Solange lässt es sich nicht zurückziehen.
studio-photos-withdraw-lead = Das Gateway löscht das Foto sofort. Der Code auf dem Beleg gilt danach nicht mehr, und kein Amt kann das Foto noch abrufen. Das lässt sich nicht rückgängig machen.
studio-photos-withdraw-receipt = Bitten Sie die Person, den Beleg zu vernichten.
studio-photos-withdraw-now = Endgültig zurückziehen
studio-photos-keep = Foto behalten

## Dieser Computer.
studio-computer-lead = Hier sehen Sie, ob an diesem Computer alles zum Einliefern bereit ist.
studio-computer-studio = Studio
studio-computer-known = Das Gateway kennt diesen Computer.
studio-computer-ends-soon = Das Zertifikat läuft bald ab. Erneuern Sie es jetzt; danach braucht dieser Computer eine neue Einladung.
studio-computer-connection = Verbindung
studio-computer-ready = Das Gateway ist erreichbar und nimmt Fotos an.
studio-computer-not-ready = Versuchen Sie es in einigen Minuten noch einmal. Codes, die Sie schon ausgegeben haben, bleiben gültig; nichts ist verloren.
studio-computer-cookies-failed = Der Browser schickt sie nicht zurück: Ohne sie zeigt er nach dem Einliefern keinen Beleg. Erlauben Sie Cookies für diese Adresse.
studio-computer-scripts-off = Ausgeschaltet. Einliefern funktioniert auch so, mit einem Foto nach dem anderen; jede Datei wählen Sie dann zweimal. Nur das Zertifikat lässt sich ohne Skripte nicht erneuern.
studio-computer-profile = Fotoprofil
studio-computer-profile-lead = Nach diesen Vorgaben prüft das Gateway jedes Foto. Bei Kindern gelten für das Gesicht teils andere.
studio-computer-age = Alter des Fotos
studio-computer-age-limit = höchstens { $months } Monate
studio-computer-help = Hilfe
studio-computer-contact = Fragen beantwortet der Betreiber des Gateways:
studio-computer-no-contact = Fragen beantwortet die Verwaltung des Gateways, von der die Einladung für diesen Computer kam.
studio-computer-further = Weitere Computer anschließen
studio-computer-further-lead = Jeder Computer und jedes Tablet bekommt ein eigenes Zertifikat. Kopieren Sie keines von einem Gerät auf ein anderes.
studio-computer-further-invitation = Bitten Sie die Verwaltung des Gateways um eine Einladung für jedes weitere Gerät. Ein Code gilt für ein Gerät und nur kurze Zeit.
studio-computer-further-connect = Öffnen Sie auf dem neuen Gerät im Browser die Adresse aus dem Brief, und geben Sie den Code ein.
studio-computer-further-import = Lesen Sie die gespeicherte Datei auf diesem Gerät ein, wie es die Seite zeigt. Danach öffnet es diese Seiten.
studio-computer-further-lost = Ist ein Gerät verloren oder gestohlen, melden Sie es sofort: Die Verwaltung sperrt dann sein Zertifikat.
