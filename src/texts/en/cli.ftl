### Words of clap, which both programs share.

cli-word-help-summary = Print help (see a summary with '-h')
cli-word-help-more = Print help (see more with '--help')
cli-word-help-command = Print this message or the help of the given subcommand(s)
cli-word-help = Print help
cli-word-version = Print version
cli-word-commands = Commands:
cli-word-arguments = Arguments:
cli-word-options = Options:
cli-word-usage = Usage:
cli-word-values-list = Possible values:
cli-word-values = [possible values:
cli-word-default = [default:
cli-word-environment = [env:
cli-word-aliases = [alias:
cli-word-any-options = [OPTIONS]
cli-word-any-command = <COMMAND>

# clap words these itself in English.
cli-usage =
    error: { $message }

    { $usage }

    For more information, try '--help'.
cli-usage-value = invalid value '{ $value }' for '{ $argument }' (possible values: { $choices })
cli-usage-invalid = invalid value '{ $value }' for '{ $argument }': { $cause }
cli-usage-option = unexpected argument '{ $argument }' found
cli-usage-command = unrecognized subcommand '{ $value }'
cli-usage-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
cli-usage-missing = the following required arguments were not provided: { $argument }
cli-usage-no-command = a subcommand is required but one was not provided
cli-usage-other = { $cause }
