### The program lichtbild-studio.

## The connection to the gateway.
studio-unreachable = Das Gateway ist nicht erreichbar ({ $cause }).
studio-timed-out = Das Gateway hat nicht rechtzeitig geantwortet.
studio-connection-lost = Die Verbindung zum Gateway ist abgebrochen ({ $cause }).
studio-unavailable = Das Gateway ist gerade nicht aufnahmebereit (Status { $status }).
studio-no-common-tls = Dieses Programm und das Gateway haben kein gemeinsames TLS-Verfahren. Adresse in der Zeile gateway prüfen und Lichtbild aktualisieren.
studio-no-tls = { $address } antwortet ohne TLS. { $next }
studio-no-deposits = Unter { $address } ist nicht die Einlieferung des Lichtbild-Gateways, zu dem das Zertifikat dieses Geräts gehört. Die Zeilen gateway (meist :8443) und certificate in der Konfiguration prüfen.
studio-client-certificate-revoked = Das Gateway lehnt das Zertifikat dieses Geräts ab: es ist gesperrt. Beim Amt ein neues Gerät anmelden; danach denselben Befehl ausführen.
studio-client-certificate-expired-or-not-yet-valid = Das Gateway lehnt das Zertifikat dieses Geräts ab: es ist abgelaufen oder noch nicht gültig. Uhr dieses Rechners prüfen; ist das Zertifikat abgelaufen, beim Amt ein neues holen.
studio-client-certificate-unknown-issuer = Das Gateway kennt den Aussteller des Zertifikats nicht. Prüfen, ob certificate und gateway in der Konfiguration zusammengehören.
studio-client-certificate-unsuitable = Das Gateway lehnt das Zertifikat dieses Geräts ab. Beim Amt ein neues holen und in der Konfiguration eintragen.
studio-server-certificate-other-gateway = Dem Zertifikat des Gateways wird nicht vertraut: sein Aussteller { $issuer } steht nicht in der Datei ca. Es wurde kein Foto gesendet. In der Zeile ca die Datei des Gateways eintragen, die das Amt ausgegeben hat.
studio-server-certificate-name-mismatch = Dem Zertifikat des Gateways wird nicht vertraut: es gilt für einen anderen Rechnernamen. Es wurde kein Foto gesendet. Die Zeile gateway genau so schreiben, wie das Amt die Adresse angegeben hat.
studio-server-certificate-not-yet-valid = Dem Zertifikat des Gateways wird nicht vertraut: nach der Uhr dieses Rechners ist es noch nicht gültig. Es wurde kein Foto gesendet. Wahrscheinlich geht die Uhr nach: Datum und Uhrzeit stellen.
studio-server-certificate-expired = Dem Zertifikat des Gateways wird nicht vertraut: nach der Uhr dieses Rechners ist es abgelaufen. Es wurde kein Foto gesendet. Datum und Uhrzeit prüfen; stimmen sie, die Betreuung des Gateways anrufen.
studio-server-certificate-other = Dem Zertifikat des Gateways wird nicht vertraut: { $cause }. Es wurde kein Foto gesendet. Die Betreuung des Gateways anrufen.
studio-server-certificate-unknown-issuer = { $cause } Es wurde kein Foto gesendet. Prüft hier nichts TLS, antwortet unter { $address } ein anderer Server: die Zeilen gateway und ca in der Konfiguration prüfen.
studio-unknown-issuer = einem unbekannten Aussteller
studio-tls-inspected = Das Zertifikat kommt von { $issuer }, nicht vom Gateway: eine Firewall oder ein Virenscanner liest TLS-Verbindungen mit. Dort { $address } von der Prüfung ausnehmen.

## The HTTP proxy.
studio-proxy-setting = Die Angabe proxy
studio-proxy-variable = Die Umgebungsvariable { $name }
studio-proxy-url-not-an-address = ist keine Adresse
studio-proxy-url-scheme = beginnt nicht mit http:// (andere Arten von Proxys kann dieses Programm nicht benutzen)
studio-proxy-url-path = hat hinter Rechnername und Port noch etwas
studio-proxy-url = { $setting } { $fault }. Erwartet wird http://HOST:PORT oder http://NAME:KENNWORT@HOST:PORT, oder none für keinen Proxy.
studio-proxy-unreachable = Der Proxy { $proxy } ist nicht erreichbar ({ $cause }). Die Angabe proxy oder HTTPS_PROXY und die Netzverbindung prüfen.
studio-proxy-timed-out = Der Proxy { $proxy } antwortet nicht. Die Angabe proxy oder HTTPS_PROXY und die Netzverbindung prüfen.
studio-proxy-password-missing = Der Proxy { $proxy } verlangt ein Kennwort (407). In der Konfiguration angeben: proxy = "http://NAME:KENNWORT@{ $proxy }"
studio-proxy-password-wrong = Der Proxy { $proxy } nimmt Name und Kennwort nicht an (407). Beide in der Angabe proxy oder in HTTPS_PROXY berichtigen.
studio-proxy-refused = Der Proxy { $proxy } lässt die Adresse { $destination } nicht zu (Status { $status }). Wer den Proxy betreut, muss CONNECT zu { $destination } erlauben.
studio-proxy-gateway-unreachable = Der Proxy { $proxy } erreicht { $destination } nicht (Status { $status }). Die Adresse prüfen, sonst später noch einmal versuchen.
studio-proxy-not-a-proxy = Unter { $proxy } antwortet kein HTTP-Proxy. Die Angabe proxy oder HTTPS_PROXY prüfen.

## The configuration and its files.
studio-config-of-current-folder = Benutzt wird { $file } aus dem aktuellen Ordner, nicht { $own }. Ist das nicht gemeint: in einen anderen Ordner wechseln, oder --config angeben.
studio-config-missing = Die Konfiguration { $path } gibt es nicht. Ohne --config und LICHTBILD_STUDIO_CONFIG wird studio.toml in { $current } und dann in { $profile } gesucht. Ist dieser Rechner noch nicht angemeldet: `lichtbild-studio setup`, oder `lichtbild-studio enrol ADRESSE CODE` mit der Einladung des Amts. Ist er es, mit --config die richtige Datei angeben.
studio-config-unreadable = Die Konfiguration { $path } lässt sich nicht lesen ({ $cause }). Mit --config die richtige Datei angeben.
studio-config-invalid =
    Die Konfiguration { $path } enthält einen Fehler:
    { $cause }
    Bitte diese Zeile berichtigen.
studio-config-backslash =
    In der Konfiguration { $path } ist ein Fehler:
    { $cause }
    In doppelten Anführungszeichen beginnt mit \ ein Sonderzeichen. Pfade in einfache setzen, wie 'C:\Fotos\Export', oder mit / schreiben, wie "C:/Fotos/Export".
studio-not-utf8 = { $path } ist nicht als UTF-8 gespeichert. Die Datei als UTF-8 neu speichern: im Editor (Notepad) mit „Speichern unter“, Codierung UTF-8. Dann denselben Befehl noch einmal ausführen.
studio-config-gateway = { $path }: gateway = { $value } ist keine Adresse eines Gateways. Erwartet wird https://HOST:PORT ohne Zusatz.
studio-credentials-unreadable = { $setting } = { $path }: lässt sich nicht lesen ({ $cause }). Den Pfad in der Konfiguration prüfen.
studio-credentials-not-pem = { $setting } = { $path }: ist keine PEM-Datei mit »{ $expected }«. Die richtige Datei eintragen.
studio-credentials-unusable = { $setting } = { $path }: ist nicht brauchbar: beschädigt, oder Zertifikat und Schlüssel gehören nicht zusammen. Beide Dateien neu ausstellen lassen.
studio-credentials-readable-by-others = { $setting } = { $path }: dürfen auch andere Benutzer lesen (Modus { $mode }); damit könnten sie im Namen des Studios einliefern. Ausführen: chmod 600 { $argument }
studio-nothing-sent = Es wurde nichts gesendet. Danach denselben Befehl noch einmal ausführen.

## Photos, and the files beside them.
studio-photo-unreadable = { $path } lässt sich nicht lesen ({ $cause }). Dateinamen und Rechte prüfen.
studio-photo-not-a-file = { $path } ist keine Datei. Bitte eine JPEG-Datei angeben.
studio-photo-too-large = { $path } ist größer als { $mebibytes } MiB und kein Passfoto. Bitte das fertige Bild angeben.
studio-spool-corrupt = { $path } ist beschädigt oder von einer neueren Version; das Foto kann schon eingeliefert sein. Es wurde nichts gesendet. Beim Gateway nachfragen, ob es angekommen ist; erst dann diese Datei löschen und den Befehl wiederholen (es entsteht ein neuer Abrufcode).
studio-spool-in-use = { $path } gehört zu einer anderen laufenden Einlieferung. Warten, bis sie fertig ist, und den Befehl wiederholen.
studio-receipt-corrupt = Die Quittung { $path } ist beschädigt oder von einer neueren Version. Ist der Abrufcode noch bekannt, ist nichts zu tun; sonst die Datei umbenennen und den Befehl wiederholen (es entsteht ein neuer Abrufcode).
studio-file-unreadable = { $path } lässt sich nicht lesen ({ $cause }). Rechte prüfen und den Befehl wiederholen.
studio-file-unwritable = { $path } lässt sich nicht schreiben ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und den Befehl wiederholen.
   *[no] Das Foto in einen beschreibbaren Ordner mit freiem Platz legen und den Befehl wiederholen.
}
studio-notes-unreadable = Die Notizen über frühere Einlieferungen (Ordner deposits neben der Konfiguration) lassen sich nicht lesen ({ $cause }). Rechte prüfen.
studio-note-unwritable = Die Einlieferung ließ sich nicht vermerken ({ $cause }); `photos` kennt den Dateinamen nicht. { $held ->
    [yes] Eine Datei im Ordner deposits neben der Konfiguration ist vermutlich in einem anderen Programm geöffnet: dort schließen.
   *[no] Rechte und Platz im Ordner der Konfiguration prüfen.
}

## Deposits.
studio-deposit-refused =
    { $problem }
    Es wurde nichts gespeichert. Das Foto berichtigen oder neu aufnehmen und wieder einliefern.
studio-device-revoked =
    { $problem }
    Das Gerät ist gesperrt, und das endgültig. Bitte das Amt anrufen, das dieses Studio angemeldet hat, und mit einer neuen Einladung neu anmelden. Danach ergibt derselbe Befehl einen Abrufcode.
studio-certificate-superseded =
    { $problem }
    Das neueste Zertifikat dieses Geräts verwenden (certificate und key in der Konfiguration), oder das Amt, das dieses Studio angemeldet hat, um eine neue Einladung bitten und damit anmelden. Danach ergibt derselbe Befehl einen Abrufcode.
studio-studio-suspended =
    { $problem }
    Bitte das Amt anrufen, das dieses Studio angemeldet hat. Wird es wieder freigegeben, ergibt derselbe Befehl einen Abrufcode.
studio-not-allowed =
    { $problem }
    Bitte das Amt anrufen, das dieses Studio angemeldet hat.
studio-gave-up = { $cause } Nach { $tries } Versuchen aufgegeben. Später denselben Befehl noch einmal ausführen: es wird derselbe Abrufcode vergeben.
studio-unexpected-problem =
    { $problem }
    Das sollte nicht vorkommen. Bitte diese Meldung der Betreuung des Gateways geben; derselbe Befehl ergibt danach denselben Abrufcode.
studio-wrong-receipt = Die Quittung des Gateways passt nicht zum Foto ({ $cause }). Keinen Abrufcode ausgeben. Lichtbild aktualisieren und denselben Befehl noch einmal ausführen; bleibt es dabei, die Betreuung des Gateways anrufen.
studio-refused-maybe-stored =
    { $problem }
    Ein früherer Versuch blieb aber ohne Antwort: das Foto kann schon eingeliefert sein. Der Vorgang bleibt in { $spool } erhalten. Bei der Betreuung des Gateways nachfragen, ob das Foto angekommen ist. Wenn ja, ergibt derselbe Befehl den Abrufcode, sobald das Gateway das Foto wieder annimmt; wenn nein, diese Datei löschen, das Foto berichtigen und wieder einliefern.

## A push.
studio-receipt-not-stored = { $cause } Das Foto ist eingeliefert. Derselbe Befehl ergibt danach denselben Abrufcode.
studio-push-resuming = Eine Einlieferung dieses Fotos vom { $since } war nicht abgeschlossen und wird fortgesetzt; der Abrufcode bleibt derselbe.
studio-push-gateway-changed = Sie ging an { $earlier }; dort kann das Foto ebenfalls liegen und wird nach Ablauf der Frist gelöscht. Es ist nichts zu tun.
studio-push-spool-rotated = Die Fotodatei wurde seit einer nicht abgeschlossenen Einlieferung geändert; sie wird als neues Foto eingeliefert. Der frühere Vorgang steht in { $path }; die Datei kann gelöscht werden, wenn niemand auf den alten Stand wartet.
studio-push-retrying = { $cause } Nächster Versuch in { $seconds } s. Bitte warten.
studio-pushed-expired = Die Frist ist abgelaufen, der Abrufcode gilt nicht mehr. Mit --again neu einliefern.
studio-pushed-before = Dieses Foto war schon eingeliefert; der Abrufcode ist derselbe. Den Abrufcode der Kundin oder dem Kunden mitgeben.
studio-pushed = Das Foto ist eingeliefert. Den Abrufcode der Kundin oder dem Kunden mitgeben.

## Earlier deposits of the same photo.
studio-earlier-with-receipt = Dieses Foto hat schon einen Abrufcode: dieselbe Datei wurde am { $at } als { $name } eingeliefert. Es wurde nichts noch einmal gesendet; dieser Abrufcode gilt. Mit --again entsteht ein zweiter.
studio-earlier-without-receipt = Dieses Foto hat schon einen Abrufcode: dieselbe Datei wurde am { $at } als { $name } eingeliefert (Foto-Nr. { $number }). Er steht auf der Quittung, die hier nicht mehr gespeichert ist. Es wurde nichts gesendet. Ist die Quittung verloren: zuerst `lichtbild-studio withdraw { $number }`, dann mit --again neu einliefern.
studio-on-day = {" "}am { $day }
studio-earlier-used = Ein Amt hat dieses Foto{ $on } verwendet (Foto-Nr. { $number }); sein Abrufcode gilt nicht mehr. Es wurde nichts gesendet. Wird es noch einmal gebraucht, etwa für ein zweites Dokument: mit --again neu einliefern.
studio-earlier-withdrawn = wurde{ $on } zurückgezogen
studio-earlier-refused = wurde{ $on } im Amt abgelehnt
studio-earlier-expired = ist{ $on } abgelaufen
studio-earlier-unknown = ist diesem Gateway nicht bekannt
studio-earlier-ended = Die frühere Einlieferung dieses Fotos (Foto-Nr. { $number }) { $end }; ihr Abrufcode gilt nicht. Das Foto wird neu eingeliefert und bekommt einen neuen Abrufcode. Eine Quittung mit dem alten vernichten.
studio-earlier-unchecked = { $cause } Nach { $tries } Versuchen aufgegeben. Dieses Foto wurde schon einmal eingeliefert; ob sein Abrufcode noch gilt, ließ sich nicht prüfen, und es wurde nichts gesendet. Später denselben Befehl noch einmal ausführen.
studio-receipt-unchecked = NICHT GEPRÜFT: gespeicherte Quittung. Das Gateway hat nicht geantwortet; der Abrufcode kann ungültig geworden sein.

## Requests of an enrolment, a renewal or a status.
studio-check-connection = { $cause } Die Internetverbindung prüfen und denselben Befehl später noch einmal ausführen.
studio-try-later =
    { $problem }
    Später denselben Befehl noch einmal ausführen.
studio-call-inviting-office =
    { $problem }
    Bitte das Amt anrufen, von dem die Einladung kam.
studio-no-certificate = Das Gateway hat kein Zertifikat für den Schlüssel dieses Geräts geschickt. Lichtbild aktualisieren und denselben Befehl noch einmal ausführen; bleibt es dabei, die Betreuung des Gateways anrufen.

## Enrolment.
studio-input-unreadable = Der Code lässt sich nicht aus der Standardeingabe lesen ({ $cause }). Es wurde nichts gesendet.
studio-address-not-encrypted = Eine Adresse mit http:// wird nicht benutzt: der Code ginge unverschlüsselt über die Leitung. Mit https:// oder ohne Vorsatz schreiben.
studio-address-path = Hinter Rechnername und Port steht noch etwas. Nur die Adresse aus der Einladung schreiben, etwa gateway.stadt.example.
studio-address-malformed = Das ist keine Adresse. Sie so schreiben, wie sie in der Einladung steht, etwa gateway.stadt.example.
studio-code-not-sent = { $cause } Es wurde nichts gesendet und kein Versuch verbraucht. Den Code noch einmal aus der Einladung abschreiben.
studio-code-length = Der Code hat 20 Zeichen, getippt wurden { $symbols }.
studio-code-group-length = Gruppe { $group } des Codes hat { $symbols } statt 5 Zeichen.
studio-code-unknown-symbol = Das { $position }. Zeichen der Gruppe { $group } kommt in keinem Code vor.
studio-code-unknown-character = Darin ist ein Zeichen, das in keinem Code vorkommt.
studio-code-shift-lock = Statt Ziffern kamen die Zeichen darüber an: Die Feststelltaste ist gedrückt.
studio-code-other-layout = Die Tastatur ist auf die Belegung eines anderen Landes eingestellt.
studio-code-foreign = Das ist der Inhalt eines anderen Symbols.
studio-code-swapped-layout = Y und Z sind wohl vertauscht: die Tastatur ist auf die Belegung eines anderen Landes eingestellt.
studio-code-check-symbol = Ein Zeichen des Codes ist falsch, oder zwei sind vertauscht.
studio-enrolment-gateway-verified =
    Das Gateway { $gateway } hat sich ausgewiesen; es lädt ein: { $name }, { $place }.
    Sein Fingerabdruck, zum Vergleich mit dem Brief:
    {""}  { $fingerprint }
studio-enrolment-waiting =
    Das Amt muss dieses Gerät noch freigeben. Dort anrufen und vorlesen:
      Gerät { $device_id }
      Schlüssel { $fingerprint }
    Freigegeben wird, wenn dort dieselben Zeichen stehen. Dieses Programm wartet; nach Strg+C macht derselbe Befehl mit derselben Adresse und demselben Code weiter.
studio-enrolment-poll-failed =
    { $cause }
    Nächste Frage in { $seconds } s. Bitte warten.
studio-enrolled-next-here = Als Nächstes: lichtbild-studio push FOTO.jpg
studio-enrolled-next = Als Nächstes: lichtbild-studio push FOTO.jpg --config { $config }
studio-enrolled-office-next = Als Nächstes: device.p12 mit dem Kennwort in den Browser einlesen und die Datei dann löschen. Das Zertifikat eines Browsers erneuert sich nicht selbst: vor seinem Ende eine neue Einladung holen. Sagt ein altes Windows (Server 2016) oder macOS, das Kennwort sei falsch: `openssl pkcs12 -in device.p12 -nodes | openssl pkcs12 -export -legacy -out alt.p12`. Für ein Fachverfahren: `lichtbild-studio renew` einmal am Tag.
studio-key-reused =
    { $problem }
    Die Datei { $file } löschen und die Anmeldung mit demselben Code wiederholen: dann entsteht ein neuer.
studio-foreign-certificate = { $cause } Das Zertifikat dort kommt von { $issuer }: ist das eine Firewall oder ein Virenscanner, dort { $address } von der Prüfung ausnehmen.
studio-invalid-proof = Was unter dieser Adresse antwortet, kennt den Code nicht und gibt sich doch als Gateway aus. Der Code wurde nicht gesendet. Die Adresse mit der Einladung vergleichen; stimmt sie, das Amt anrufen: vielleicht sitzt jemand in der Leitung.
studio-ca-mismatch =
    Das Gateway hat einen anderen Fingerabdruck als den getippten. Der Code wurde nicht gesendet.
      getippt:  { $expected }
      Gateway:  { $actual }
    Noch einmal aus dem Brief abschreiben; bleibt es dabei, das Amt anrufen.
studio-no-enrolment = Unter { $address } ist nicht die Anmeldung. Adresse mit der Einladung vergleichen (meist :7443).
studio-enrolment-silent = { $cause } Unter { $address } ist nicht die Anmeldung, oder es fehlt die Verbindung. Adresse mit der Einladung vergleichen (meist :7443), dann die Internetverbindung prüfen.
studio-enrolment-tls-inspected = { $cause } Der Code wurde nicht gesendet. Ist hier nichts dergleichen bekannt, aus einem anderen Netz versuchen oder das Amt anrufen: es kann auch ein Angreifer sein.
studio-enrolment-name-mismatch = Das Zertifikat des Gateways gilt für einen anderen Rechnernamen. Der Code wurde nicht gesendet. Die Adresse genau so schreiben, wie sie in der Einladung steht.
studio-enrolment-certificate-time = Nach der Uhr dieses Rechners ist das Zertifikat des Gateways abgelaufen oder noch nicht gültig. Der Code wurde nicht gesendet. Datum und Uhrzeit stellen; stimmen sie, das Amt anrufen.
studio-enrolment-certificate-unusable = Das Zertifikat des Gateways ist nicht brauchbar. Der Code wurde nicht gesendet. Das Amt anrufen.
studio-already-enrolled = { $path } ist schon da: dieser Rechner ist angemeldet. Es wurde nichts gesendet. `lichtbild-studio status` zeigt, ob alles stimmt; eine neue Anmeldung an ihrer Stelle geht mit --replace, eine zweite daneben mit --dir.
studio-device-folder-unwritable = { $path } lässt sich nicht schreiben ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und den Befehl wiederholen.
   *[no] Mit --dir einen beschreibbaren Ordner mit freiem Platz wählen, oder Platz schaffen und den Befehl wiederholen.
}
studio-device-key-damaged = { $path } enthält keinen Schlüssel. Diese Datei entfernen und mit einer neuen Einladung von vorn beginnen.

## Renewal of the certificate.
studio-old-certificate-in-use = { $cause } Das bisherige Zertifikat ist weiter in Gebrauch.
studio-new-certificate-rejected = Das neue Zertifikat ließ sich nicht benutzen: { $cause }
studio-renewal-unwritable = { $path } lässt sich nicht schreiben ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und den Befehl wiederholen.
   *[no] Rechte und freien Platz prüfen und den Befehl wiederholen.
}
studio-config-not-editable = In { $path } sind die Zeilen certificate und key so geschrieben, dass sie sich nicht ändern lassen. Sie in der Form key = "key.pem" schreiben und den Befehl wiederholen.
studio-renewed = Das Zertifikat dieses Geräts wurde erneuert und gilt bis { $until }; es ist nichts zu tun.
studio-renewal-overdue =
    { $cause }
    Die Erneuerung des Zertifikats ist überfällig; es gilt noch bis { $until }, danach hilft nur eine neue Einladung. Die Einlieferung geht weiter; `lichtbild-studio renew` versucht die Erneuerung noch einmal.
studio-certificate-expired = Das Zertifikat dieses Geräts ist am { $at } abgelaufen und lässt sich nicht mehr erneuern. Die Uhr dieses Rechners prüfen; stimmt sie, beim Amt eine neue Einladung holen und mit `lichtbild-studio enrol --replace` neu anmelden.

## Printed receipts.
studio-not-a-receipt = { $path } ist keine gespeicherte Quittung. Die Datei angeben, die push neben das Foto gelegt hat: FOTO.jpg.lichtbild-receipt.json.
studio-pdf-name-taken = { $path } ist schon da und kein PDF; die Datei bleibt, wie sie ist. Das Foto ist eingeliefert, der Abrufcode gilt. Mit `lichtbild-studio receipt --out` einen anderen Namen wählen.
studio-pdf-unwritable = { $path } lässt sich nicht schreiben ({ $cause }). Das Foto ist eingeliefert, der Abrufcode gilt. { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und den Befehl wiederholen.
   *[no] Platz und Rechte prüfen und denselben Befehl noch einmal ausführen.
}
studio-no-pdf = { $cause }. Das Foto ist eingeliefert, der Abrufcode gilt. Es wurde kein PDF geschrieben. Den Abrufcode von Hand auf eine Quittung schreiben und die Betreuung des Gateways anrufen.
studio-printed-expired = Die Frist ist abgelaufen, der Abrufcode gilt nicht mehr: nicht ausgeben, das Foto mit push --again neu einliefern.
studio-printed = Die Quittung drucken und der Kundin oder dem Kunden mitgeben.

## The status.
studio-aspect-configuration = Konfiguration
studio-aspect-certificate = Zertifikat
studio-aspect-connection = Verbindung
studio-aspect-gateway = Gateway
studio-aspect-admission = Zulassung
studio-aspect-clock = Uhr
studio-aspect-deposit = Einlieferung
studio-status-reached = { $address } antwortet
studio-status-reached-by-proxy = der Proxy { $proxy } verbindet mit dem Gateway
studio-status-deposit-possible = möglich: ein Testbild kam an und wurde geprüft (nichts wurde gespeichert)
studio-status-gateway = Gateway { $gateway }
studio-status-proxy = Gateway { $gateway }; Proxy { $address } (Angabe { $setting })
studio-status-file = { $configured }; Datei { $file }
studio-status-hot-folder = { $configured }; überwachter Ordner { $folder }
studio-status-enrolment-pending = Die Anmeldung dieses Rechners ist begonnen und nicht abgeschlossen: mit { $again }, derselben Adresse und demselben Code fortsetzen.
studio-status-certificate-too-early = gilt nach der Uhr dieses Rechners erst ab { $from }. Wahrscheinlich geht die Uhr nach: Datum und Uhrzeit stellen.
studio-status-certificate-valid = gültig bis { $until }; zu erneuern ab { $due }
studio-status-renewal-overdue = Die Erneuerung ist überfällig: `lichtbild-studio renew` ausführen.
studio-status-key-readable = Den Schlüssel können auch andere lesen: { $readers }
studio-status-renew-key = `lichtbild-studio renew --force` erzeugt einen neuen Schlüssel, den nur Ihr Benutzerkonto lesen kann.
studio-status-key-readers-unknown = Ob andere Benutzer den Schlüssel lesen können, ließ sich nicht prüfen.
studio-reader-everyone = alle
studio-reader-authenticated = alle angemeldeten Benutzer
studio-reader-users = die Benutzer dieses Rechners
studio-status-dns-lookup = Zum Namen in { $gateway } gibt es keine Adresse ({ $cause }). Die Internetverbindung prüfen, dann die Zeile gateway in der Konfiguration.
studio-status-connect-failed = Unter { $address } nimmt niemand die Verbindung an ({ $cause }). Eine Firewall fragen, ob sie diesen Port sperrt; sonst später noch einmal versuchen.
studio-status-timed-out = { $gateway } antwortet nicht. Die Internetverbindung prüfen; besteht sie, sperrt wohl eine Firewall diesen Port.
studio-status-gateway-known = erkannt an { $fingerprint }
studio-status-admitted = { $name }, { $place }; Gerät { $device }
studio-status-clock-right = geht richtig
studio-status-clock-fast = geht { $seconds } s vor
studio-status-clock-slow = geht { $seconds } s nach
studio-status-set-clock = Datum, Uhrzeit und Zeitzone stellen, am besten automatisch: mit einer falschen Uhr gelten Zertifikate als abgelaufen.
studio-status-not-tried = nicht geprüft, solange das Obige nicht stimmt
studio-status-upload-broke = Das Testbild kam nicht durch: die Verbindung brach dabei ab. Auf dem Weg begrenzt etwas große Sendungen; Router und Firewall prüfen.
studio-check-state-good = OK
studio-check-state-attention = ACHTUNG
studio-check-state-fault = FEHLER
studio-check-state-not-tried = OFFEN
studio-refused-at-office = Im Amt abgelehnt (letzte 14 Tage):
studio-refusals-unknown = Ob Fotos im Amt abgelehnt wurden, ließ sich nicht erfragen: { $cause }

## Errors that should not happen.
studio-unexpected = Unerwarteter Fehler: { $cause }. Bitte denselben Befehl noch einmal ausführen und sonst die Betreuung des Gateways anrufen.
studio-output-failed = Das Ergebnis lässt sich nicht ausgeben ({ $cause }). Bitte denselben Befehl noch einmal ausführen.

## Events of a watched folder.
studio-watch-has-code = { $name } ist dieselbe Datei wie { $before } (eingeliefert { $at }) und hat deren Abrufcode bekommen; gesendet wurde nichts. Es ist nichts zu tun.
studio-watch-second-code = { $name } ist dieselbe Datei wie { $before } (eingeliefert { $at }), deren Quittung hier nicht mehr gespeichert ist: das Foto hat jetzt zwei Abrufcodes. Wird der erste nicht mehr gebraucht: `lichtbild-studio withdraw { $number }`.
studio-watch-resuming = { $photos } Foto(s) von vorhin waren nicht fertig; es geht mit ihnen weiter.
studio-watch-changed-after-sending = { $name } wurde nach dem Einlesen noch verändert. Der Abrufcode für den früheren Stand liegt in { $receipt_file }; der jetzige Stand wird als neues Foto behandelt. Es ist nichts zu tun; im Exportprogramm das nachträgliche Schreiben abstellen.
studio-watch-vanished = { $name } wurde aus dem Arbeitsordner entfernt, bevor es fertig war. Wird es noch gebraucht, neu exportieren.
studio-watch-leftover = { $path } enthält Reste eines Vorgangs und kann gelöscht werden, wenn niemand mehr danach fragt.
studio-watch-gateway-down = { $cause } Die Fotos warten und gehen von selbst hinaus; es ist nichts zu tun.
studio-watch-gateway-recovered = Das Gateway antwortet wieder (seit { $since } tat es das nicht). Die wartenden Fotos gehen hinaus.
studio-watch-enrol-anew =
    { $cause }
    Die Fotos bleiben sicher im Arbeitsordner und gehen hinaus, sobald dieser Rechner mit `lichtbild-studio enrol --replace` neu angemeldet ist.
studio-watch-not-admitted =
    { $cause }
    Die Fotos bleiben sicher im Arbeitsordner; alle 5 Minuten wird von selbst neu gefragt.
studio-watch-stuck =
    { $name }: { $cause }
    Das Foto bleibt im Arbeitsordner; alle 5 Minuten wird es von selbst neu versucht.
studio-watch-file-unreadable = { $name } lässt sich nicht lesen ({ $cause }) und bleibt liegen. Leserechte geben oder die Datei im anderen Programm schließen; dann geht es von selbst weiter.
studio-watch-file-empty = { $name } ist leer und bleibt liegen. Das Foto noch einmal exportieren.
studio-watch-files-skipped = Keine Fotos und darum nicht angesehen: { $shown }. Gehört eine dieser Dateien eingeliefert: als .jpg exportieren.
studio-watch-sub-folder = In den Unterordner { $name } wird nicht hineingesehen. Für Fotos darin einen eigenen watch starten oder sie hierher exportieren.
studio-watch-folder-lost = Der Ordner { $folder } ist nicht mehr erreichbar ({ $cause }). Netzlaufwerk oder Datenträger wieder verbinden; dann geht es von selbst weiter, und kein Foto geht verloren. Wurde der Ordner neu angelegt, dieses Programm neu starten.
studio-watch-folder-recovered = Der Ordner ist wieder da; es geht weiter.
studio-watch-storage-failed = { $held ->
    [yes] Eine Datei im überwachten Ordner ist vermutlich in einem anderen Programm geöffnet ({ $cause }). Dort schließen; die Fotos bleiben liegen, und es geht von selbst weiter.
   *[no] Der Datenträger nimmt nichts an ({ $cause }). Platz schaffen oder Rechte prüfen; die Fotos bleiben liegen, und es geht von selbst weiter.
}
studio-watch-erasure-failed = { $path } ist zu löschen und lässt sich nicht löschen ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen; sie wird dann von selbst gelöscht.
   *[no] Rechte prüfen oder die Datei von Hand löschen; es wird jede Minute wieder versucht.
}
studio-watch-storage-recovered = Der überwachte Ordner lässt sich wieder beschreiben; es geht weiter.
studio-watch-claim-failed = { $name } lässt sich nicht übernehmen ({ $cause }). Wahrscheinlich ist die Datei noch geöffnet; sie im anderen Programm schließen.
studio-watch-profile = Geprüft wird nach den Regeln des Gateways: { $profile }.
studio-watch-profile-partly-known = Geprüft wird nach den Regeln des Gateways: { $profile }; { $unknown } prüft nur das Gateway. Lichtbild bei Gelegenheit aktualisieren.
studio-watch-profile-unknown = Die Regeln des Gateways sind noch nicht bekannt; bis dahin prüft nur das Gateway. Es ist nichts zu tun.
studio-watch-client-renewed = Das Zertifikat dieses Geräts wurde erneuert; es ist nichts zu tun.
studio-watch-renewal-failed =
    { $cause }
    Das Zertifikat gilt bis { $until }; ab { $next_try } wird die Erneuerung von selbst neu versucht.

## Output of enrol and renew.
studio-fingerprint-malformed = Der Fingerabdruck hinter --ca-sha256 hat nicht 64 Ziffern von 0 bis F. Ihn noch einmal aus dem Brief abschreiben.
studio-enrolled =
    Angemeldet:     { $name }, { $place }
    Gerät:          { $device }
    Gateway:        { $gateway }
    Aussteller:     { $authority }
    Zertifikat bis: { $until }
    Dateien:        { $files }
studio-enrolled-browser =
    Für den Browser: { $path }
    Kennwort:       { $password }
studio-certificate-name = { $name }, bis { $until }
studio-renewal-still-locked = Ein anderes Programm erneuert dieses Zertifikat noch immer. Später denselben Befehl noch einmal ausführen.
studio-new-certificate-until = Neues Zertifikat bis: { $until }
studio-renewal-not-due = Das Zertifikat ist erst am { $due } zu erneuern. Es ist nichts zu tun; mit --force geschieht es trotzdem.
studio-renewal-locked = Ein anderes Programm erneuert dieses Zertifikat gerade. Bitte warten.

## Receipts and findings.
studio-no-findings = {"  "}keine
studio-receipt =
    Abrufcode:   { $code }

    Gültig bis:  einschließlich { $until }
    Foto-Nr.:    { $number }
    Bild:        { $width } x { $height } Pixel, { $bytes } Byte, geprüft nach { $profile }
    Hinweise:
    { $findings }
studio-refusal = Ablehnung:{" "}
studio-advice = Hinweis:{" "}
studio-finding = {"  "}- { $mark }{ $message } (gemessen: { $measured }; verlangt: { $limit })

## Photo checks.
studio-profile-unreadable = { $file } lässt sich nicht lesen ({ $cause }). Dateinamen und Rechte prüfen. Es wurde nichts geprüft.
studio-profile-invalid =
    { $file } ist kein Profil: { $cause }{ $place }
    Die Datei berichtigen oder beim Gateway neu anfordern. Es wurde nichts geprüft.
studio-profile-not-json = { $file } ist kein lesbares JSON ({ $cause }). Die Antwort von GET /v1/profile noch einmal ganz speichern. Es wurde nichts geprüft.
studio-profile-not-a-response = { $file } ist nicht die Antwort auf GET /v1/profile: name, title oder pixels fehlen oder sind unbekannt. Es wurde nichts geprüft; die Antwort noch einmal speichern.
studio-profile-missing = Dieses Profil lässt sich nicht lesen. Mit --profile ein anderes wählen.
studio-unknown-checks = { $unknown } prüft nur das Gateway; dieses Programm kennt die Regel noch nicht. Lichtbild bei Gelegenheit aktualisieren.
studio-check-no-match = Auf { $pattern } passt keine Datei. Den Ordner und die Endung prüfen, oder den Ordner angeben: dann werden alle seine JPEG-Dateien geprüft.
studio-folder-without-jpeg = { $folder } enthält keine JPEG-Datei. Den Ordner angeben, in dem die fertigen Fotos liegen.
studio-other-images =
    { $count ->
        [one] 1 Bild, das kein JPEG ist, wurde nicht angesehen. Soll es geprüft werden: als JPEG exportieren.
       *[other] { $count } Bilder, die kein JPEG sind, wurden nicht angesehen. Sollen sie geprüft werden: als JPEG exportieren.
    }
studio-other-files = Keine Bilder und darum nicht angesehen: { $shown }.
studio-sub-folders = In Unterordner wird nicht hineingesehen: { $shown }. Sollen ihre Fotos geprüft werden, sie selbst angeben.
studio-rewritten = { $photo } wurde ohne Verlust als Baseline-JPEG geschrieben: { $checked }. Geprüft wurde diese Datei; wird sie angenommen, sie statt des Originals einliefern.
studio-rewritten-before = { $photo } liegt schon als Baseline-JPEG vor: { $checked }. Geprüft wurde diese Datei; wird sie angenommen, sie statt des Originals einliefern.
studio-rewrite-name-taken = { $photo } wurde nicht umgeschrieben: { $path } gibt es schon, mit anderem Inhalt; es bleibt, wie es ist. { $photo } unter einem anderen Namen speichern und noch einmal prüfen.
studio-rewrite-unwritable = { $path } lässt sich nicht schreiben ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und den Befehl wiederholen.
   *[no] Das Foto in einen beschreibbaren Ordner mit freiem Platz legen und noch einmal prüfen.
}
studio-rewrite-failed = { $photo } lässt sich nicht umschreiben: { $reason }. Das Foto neu als JPEG exportieren, „Baseline (Standard)“.
studio-transcode-not-jpeg = Es ist kein JPEG
studio-transcode-truncated = Die Datei endet vor dem Ende des Bildes
studio-transcode-damaged = Die Datei ist beschädigt
studio-transcode-other-coding = Arithmetische, verlustfreie und hierarchische JPEGs kann dieses Programm nicht lesen
studio-transcode-colours = Es hat { $count } Farbkanäle statt 3, wie etwa CMYK-Bilder
studio-transcode-bit-depth = Es hat { $bits } Bit je Farbe statt 8
studio-transcode-unsupported = Es nutzt Teile des JPEG-Standards, die es in Baseline-Dateien nicht gibt
studio-transcode-incomplete = Die letzten Durchgänge fehlen, erst sie machen das Bild scharf
studio-transcode-too-many-scans = Es hat mehr als { $scans } Durchgänge
studio-transcode-too-large = Es ist viel größer als ein Passfoto
studio-html-not-a-report = { $path } gibt es schon, und es ist keine Seite von --html; sie bleibt, wie sie ist. Einen anderen Namen angeben.
studio-html-unwritable = { $path } lässt sich nicht schreiben ({ $cause }). { $held ->
    [yes] Vermutlich ist die Datei in einem anderen Programm geöffnet: dort schließen und den Befehl wiederholen.
   *[no] Einen Namen in einem beschreibbaren Ordner mit freiem Platz angeben.
}
studio-html-written = Zum Ansehen im Browser öffnen: { $path }
studio-check-again = Abgelehnte Fotos berichtigen oder neu aufnehmen und noch einmal prüfen.
studio-column-file = Datei
studio-column-verdict = Urteil
studio-column-size = Größe
studio-column-eyes = Augen
studio-column-roll = Neigung
studio-column-findings = Befunde (Hinweise)

## Photos at the gateway.
studio-column-deposited = Eingeliefert
studio-column-number = Foto-Nr.
studio-column-state = Stand
studio-no-photos = Keine solchen Lichtbilder.
studio-more-photos = Das sind die { $count } neuesten, es gibt mehr: mit --limit N werden es mehr.
studio-state-on-day = { $state } am { $day }
studio-state-available = wartet auf das Amt, gültig bis { $until }
studio-state-leased = wird im Amt bearbeitet
studio-state-kept = verwendet und für ein zweites Dokument aufbewahrt, bis { $until }
studio-state-used = verwendet
studio-state-refused = im Amt abgelehnt
studio-state-withdrawn = zurückgezogen
studio-state-expired = abgelaufen
studio-refusal-reason = Grund: { $reason }
studio-refusal-note = Notiz des Amts: { $note }

## Withdrawals.
studio-withdraw-not-a-code = Das ist weder eine Datei noch eine Foto-Nr., und als Abrufcode: { $cause } Es wurde nichts gesendet; die Eingabe mit der Quittung vergleichen.
studio-photo-unknown = Foto unbekannt
studio-withdraw-ambiguous =
    Auf { $number } enden mehrere Foto-Nummern; es wurde nichts zurückgezogen. Die ganze Nummer angeben:
    {""}  { $numbers }
studio-withdraw-unknown-number = Das Gateway kennt von diesem Studio kein Foto mit der Nr. { $number }. Sie mit der Quittung vergleichen; `lichtbild-studio photos` listet alle auf.
studio-withdraw-no-receipt = { $path } ist keine gespeicherte Quittung, und daneben liegt keine. Es wurde nichts gesendet. Den Abrufcode oder die Foto-Nr. von der Quittung angeben.
studio-withdraw-printed-receipt = { $path } ist eine gedruckte Quittung, die das Programm nicht liest. Es wurde nichts zurückgezogen. Den Abrufcode oder die Foto-Nr. angeben, die darauf stehen.
studio-withdraw-other-receipt = Die Quittung neben { $path } gehört zu einem anderen Foto, das vorher so hieß. Es wurde nichts zurückgezogen. Den Abrufcode oder die Foto-Nr. von der Quittung der Person angeben, deren Foto gemeint ist.
studio-withdraw-unknown-code = Auf diesem Rechner ist keine Quittung mit diesem Abrufcode gespeichert; das Gateway kennt Abrufcodes nicht, und es wurde nichts gesendet. Stattdessen die Foto-Nr. angeben: sie steht unten auf der Quittung, und `lichtbild-studio photos` listet sie auf.
studio-withdrawn-before = Schon zurückgezogen { $at }: Foto-Nr. { $number }{ $file }. Es ist nichts mehr zu tun.
studio-withdrawn = Zurückgezogen: Foto-Nr. { $number }{ $file }. Das Bild ist beim Gateway gelöscht, der Abrufcode gilt nicht mehr; die Quittung vernichten.
studio-withdraw-leased = Ein Amt bearbeitet das Lichtbild gerade, es wurde nicht zurückgezogen. Die Frist des Amts endet spätestens { $until }; danach noch einmal versuchen oder das Amt anrufen.
studio-withdraw-kept = Ein Amt hat das Lichtbild schon verwendet und bewahrt es auf Wunsch der Person für ein zweites Dokument auf; zurückziehen lässt es sich nicht mehr.
studio-withdraw-expired = Die Frist des Lichtbilds ist { $at } abgelaufen; es ist gelöscht, und es gibt nichts zurückzuziehen.
studio-withdraw-used = Ein Amt hat das Lichtbild { $at } verwendet; es ist gelöscht, und es gibt nichts zurückzuziehen.
studio-withdraw-refused = Ein Amt hat das Lichtbild { $at } abgelehnt; es ist gelöscht. Den Grund zeigt `lichtbild-studio photos --refused`.

## Output of push.
studio-not-sent = Nicht gesendet. Denselben Befehl später noch einmal ausführen.
studio-no-match = Auf { $pattern } passt keine Datei. Den Ordner und die Endung prüfen.

## Output of watch.
studio-watch-no-folder = Es ist kein Ordner angegeben. Ihn hinter watch nennen, oder in { $config }: folder = 'PFAD'
studio-already-watched = { $path } wird schon überwacht. Das andere Fenster weiterlaufen lassen oder zuerst beenden.
studio-folder-unusable = { $path } lässt sich nicht überwachen ({ $cause }). Einen vorhandenen, beschreibbaren Ordner angeben.
studio-watch-sent = eingeliefert
studio-watch-code = Abrufcode { $code }
studio-watch-refused = abgelehnt
studio-watch-erased = gelöscht
studio-watch-progress = wartend { $waiting }, unterwegs { $in_progress }, eingeliefert { $sent }, abgelehnt { $refused }
studio-watch-progress-down = ; kein Gateway seit { $since }
studio-report =
    { $name } wurde nicht eingeliefert.

    { $reason }

    Das Foto berichtigen oder neu aufnehmen und wieder exportieren. Diese beiden Dateien können danach gelöscht werden.
studio-office-report =
    { $name }: { $refused }.

    Foto-Nr. { $number }, eingeliefert { $deposited }.
    { $reasons }

    Das Bild ist beim Gateway gelöscht, der Abrufcode gilt nicht mehr. Die Person verständigen, ein neues Foto aufnehmen und exportieren; sie bekommt einen neuen Abrufcode. Dieser Bericht kann danach gelöscht werden.
studio-report-maybe-stored =
    { $problem }

    Ein früherer Versuch blieb aber ohne Antwort: das Foto kann schon eingeliefert sein. Bei der Betreuung des Gateways nachfragen. Ist es angekommen, ergibt »lichtbild-studio push« mit der Fotodatei in diesem Ordner den Abrufcode, sobald das Gateway das Foto wieder annimmt; solange die Datei daneben, die auf .lichtbild-spool endet, nicht löschen.
studio-report-not-jpeg = {"  "}- Die Datei ist kein JPEG. Im Bildprogramm »Exportieren« oder »Speichern unter« wählen, als Format JPEG, Qualität 95 oder höher, Farbraum sRGB, Dateiname auf .jpg.
studio-report-too-large = {"  "}- Die Datei ist größer als { $mebibytes } MiB und kein Passfoto. Das fertige, zugeschnittene Bild exportieren.
studio-unit-impossible = Ein Pfad oder ein Name lässt sich nicht in die Datei für den Autostart schreiben. Ordner und Konfiguration in Pfade ohne Steuer- und Sonderzeichen legen.
studio-unit-elsewhere = Windows hat kein systemd. »lichtbild-studio watch --print-task« gibt die Aufgabe für die Aufgabenplanung aus.
studio-task-elsewhere = Die Aufgabenplanung gibt es nur unter Windows. »lichtbild-studio watch --print-systemd-unit« gibt eine Unit für systemd aus.
studio-task-next =
    In eine Datei schreiben (… > watch.xml), dann ausführen:
      schtasks /create /tn "Lichtbild %USERNAME%" /xml watch.xml
      schtasks /run /tn "Lichtbild %USERNAME%"    # in der PowerShell $env:USERNAME statt %USERNAME%
studio-autostart-task = Die Überwachung startet bei jeder Anmeldung von selbst (Aufgabenplanung, Aufgabe »Lichtbild« mit dem Benutzernamen), und nach einem Ende binnen fünf Minuten wieder.
studio-autostart-run-key = Die Überwachung startet bei jeder Anmeldung von selbst. Die Aufgabenplanung hat die Aufgabe nicht angenommen ({ $cause }), daher steht der Start in der Registrierung, und eine beendete Überwachung startet erst mit der nächsten Anmeldung wieder.
studio-autostart-unit =
    Die Überwachung startet bei jeder Anmeldung von selbst ({ $file }).
    Damit sie auch ohne Anmeldung läuft: loginctl enable-linger
studio-autostart-not-supported = Auf diesem System richtet das Programm keinen Autostart ein. »lichtbild-studio watch« von Hand starten, oder als Anmeldeobjekt eintragen.
studio-autostart-unknown-user = Der Name oder der Ordner des Benutzers ist nicht zu ermitteln, daher gibt es keinen Autostart. In der eigenen Sitzung des Benutzers ausführen, nicht als Dienst.
studio-autostart-file = { $path } lässt sich nicht schreiben ({ $cause }), daher gibt es keinen Autostart. Platz und Rechte prüfen, dann noch einmal ausführen.
studio-autostart-program = Es gibt keinen Autostart: { $cause }. »lichtbild-studio watch« von Hand starten, oder die Betreuung des Computers fragen.
studio-unit-next =
    Nach { $file } schreiben, dann ausführen:
      systemctl --user enable --now lichtbild-watch.service
      loginctl enable-linger    # damit es auch ohne Anmeldung läuft
