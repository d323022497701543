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
cli-usage = error: { $message }
cli-usage-help = For more information, try '--help'.
cli-usage-choices = [possible values: { $choices }]
cli-usage-no-value = a value is required for '{ $argument }' but none was supplied
cli-usage-value = invalid value '{ $value }' for '{ $argument }'
cli-usage-invalid = invalid value '{ $value }' for '{ $argument }': { $advice }
cli-usage-too-many = unexpected value '{ $value }' for '{ $argument }' found; no more were expected
cli-usage-values = the values of '{ $argument }' are incomplete
cli-usage-option = unexpected argument '{ $argument }' found
cli-usage-command = unrecognized subcommand '{ $argument }'
cli-usage-twice = the argument '{ $argument }' cannot be used multiple times
cli-usage-conflict = the argument '{ $argument }' cannot be used with '{ $other }'
cli-usage-missing = the following required arguments were not provided: { $argument }
cli-usage-no-command = a subcommand is required but one was not provided
cli-usage-utf-8 = invalid UTF-8 was detected in one or more arguments
cli-usage-other = the arguments do not fit the command
cli-tip-similar = tip: a similar one exists: '{ $similar }'
cli-tip-as-value = tip: as a value that begins with a hyphen: '{ $written }'
cli-advice-identifier = give an identifier as the lists show it, such as 0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e
cli-advice-host = give a DNS name (without *, and with xn-- for other letters) or an IP address that clients can connect to, without https://, path and port
cli-advice-public-url = give https://, a host and at most a port, such as https://gateway.stadt.example:443
cli-advice-ip-address = give an IP address without a port, such as 0.0.0.0 or ::
cli-advice-number = give a whole number
cli-advice-range = give a number from { $range }
cli-advice-cause = { $cause }
