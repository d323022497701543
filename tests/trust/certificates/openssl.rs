//! A directory with files, and `openssl` run inside it.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

pub struct OpenSsl(TempDir);

impl OpenSsl {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path().join(name), content).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    /// Lossy, because `openssl pkcs12` writes friendly names in Latin-1.
    pub fn read_text(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.read(name)).into_owned()
    }

    /// Runs `openssl` with these arguments; it may fail.
    pub fn try_run(&self, command: &str) -> Output {
        Command::new("openssl").args(command.split_whitespace()).current_dir(self.path()).output().unwrap()
    }

    /// Runs `openssl` with these arguments; it must succeed. Returns its standard output and error.
    pub fn run(&self, command: &str) -> String {
        let output = self.try_run(command);
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "openssl {command}\n{said}");
        said
    }
}
