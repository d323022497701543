//! `lichtbild-studio`: what runs in a photo shop.

fn main() -> std::process::ExitCode {
    lichtbild::cli::studio::main()
}
