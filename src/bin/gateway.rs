//! The gateway's program; everything is in the library.

fn main() -> std::process::ExitCode {
    lichtbild::cli::gateway::main()
}
