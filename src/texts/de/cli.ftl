### Words of clap, which both programs share.

cli-word-help-summary = Hilfe anzeigen (kurz mit „-h“)
cli-word-help-more = Hilfe anzeigen (ausführlich mit „--help“)
cli-word-help-command = Diese Hilfe oder die eines Unterbefehls anzeigen
cli-word-help = Hilfe anzeigen
cli-word-version = Version anzeigen
cli-word-commands = Befehle:
cli-word-arguments = Argumente:
cli-word-options = Optionen:
cli-word-usage = Aufruf:
cli-word-values-list = Mögliche Werte:
cli-word-values = [mögliche Werte:
cli-word-default = [Standard:
cli-word-environment = [Umgebungsvariable:
cli-word-aliases = [auch:
cli-word-any-options = [OPTIONEN]
cli-word-any-command = <BEFEHL>

# clap words these itself in English.
cli-usage = Fehler: { $message }
cli-usage-help = Weitere Hilfe: „--help“.
cli-usage-choices = Möglich: { $choices }
cli-usage-no-value = für „{ $argument }“ fehlt ein Wert
cli-usage-value = „{ $value }“ ist kein Wert für „{ $argument }“
cli-usage-invalid = „{ $value }“ ist kein Wert für „{ $argument }“. { $advice }
cli-usage-too-many = „{ $value }“ ist ein Wert zu viel für „{ $argument }“
cli-usage-values = die Werte von „{ $argument }“ sind nicht vollständig
cli-usage-option = unbekanntes Argument „{ $argument }“
cli-usage-command = unbekannter Befehl „{ $argument }“
cli-usage-twice = „{ $argument }“ ist mehrfach angegeben; erlaubt ist es einmal
cli-usage-conflict = „{ $argument }“ lässt sich nicht zusammen mit „{ $other }“ angeben
cli-usage-missing = es fehlt: { $argument }
cli-usage-no-command = es fehlt ein Befehl
cli-usage-utf-8 = ein Argument ist kein gültiges UTF-8
cli-usage-other = die Argumente passen nicht zum Befehl
cli-tip-similar = Vielleicht gemeint: „{ $similar }“
cli-tip-as-value = Als Wert, der mit einem Bindestrich beginnt: „{ $written }“
cli-advice-identifier = Bitte eine Kennung angeben, wie die Listen sie zeigen, etwa 0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e.
cli-advice-host = Bitte einen vollständigen DNS-Namen (Umlaute als xn--…, ohne *) oder eine IP-Adresse angeben, unter der das Gateway erreichbar ist, ohne https://, Pfad und Port.
cli-advice-public-url = Bitte https://, einen Rechnernamen und höchstens einen Port angeben, sonst nichts, etwa https://gateway.stadt.example:443.
cli-advice-ip-address = Bitte eine IP-Adresse ohne Port angeben, etwa 0.0.0.0 oder ::.
cli-advice-number = Bitte eine ganze Zahl angeben.
cli-advice-range = Bitte eine Zahl aus { $range } angeben.
cli-advice-cause = Ursache: { $cause }
