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
cli-usage =
    Fehler: { $message }

    { $usage }

    Weitere Hilfe: „--help“.
cli-usage-value = „{ $value }“ ist kein Wert für „{ $argument }“ (möglich: { $choices })
cli-usage-invalid = „{ $value }“ ist kein Wert für „{ $argument }“. Ursache: { $cause }
cli-usage-option = unbekanntes Argument „{ $argument }“
cli-usage-command = unbekannter Befehl „{ $value }“
cli-usage-conflict = „{ $argument }“ lässt sich nicht zusammen mit „{ $other }“ angeben
cli-usage-missing = es fehlt: { $argument }
cli-usage-no-command = es fehlt ein Befehl
cli-usage-other = der Aufruf ist falsch. Ursache: { $cause }
