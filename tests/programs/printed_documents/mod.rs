//! Printed documents, rendered and read by other programs: poppler (`pdftoppm`, `pdftotext`, `pdfinfo`) and libdmtx (`dmtxread`).
//! `tests/run` installs them.

skip_in!(quick, postgres: "reads pages with poppler and libdmtx, and has no database");

mod citizen;
mod command;
mod invitation;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A PDF file in a directory of its own.
struct PrintedPdf {
    directory: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl PrintedPdf {
    fn new(bytes: Vec<u8>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("page.pdf"), &bytes).unwrap();
        Self { directory, bytes }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("page.pdf")
    }

    /// The page in black and white at `dpi` dots per inch, as a printer renders it.
    fn rendered(&self, dpi: u32) -> PathBuf {
        let root = self.directory.path().join(format!("page-{dpi}"));
        run(Command::new("pdftoppm")
            .args(["-mono", "-singlefile", "-r", &dpi.to_string()])
            .arg(self.file())
            .arg(&root));
        root.with_extension("pbm")
    }

    /// Reads the text of the DataMatrix on the page.
    fn symbol(&self, dpi: u32) -> String {
        let page = self.rendered(dpi);
        // Thirty seconds for a busy machine; usually half a second is enough.
        run(Command::new("dmtxread").args(["--stop-after=1", "--milliseconds=30000"]).arg(page))
    }

    /// The text in reading order, with spaces for line ends.
    fn text(&self) -> String {
        let text = run(Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(self.file()).arg("-"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The structure and the text for screen readers.
    fn structure(&self) -> String {
        run(Command::new("pdfinfo").arg("-struct-text").arg(self.file()))
    }

    fn information(&self) -> String {
        run(Command::new("pdfinfo").arg(self.file()))
    }

    fn contains(&self, part: &[u8]) -> bool {
        self.bytes.windows(part.len()).any(|window| window == part)
    }
}

/// Runs a program and returns its output. The program must be installed, must succeed, and must not report anything wrong with the
/// file.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{:?} does not run ({error}): let tests/run install it", command.get_program()));
    // Poppler before 23 reports the value `false`, which PDF/UA requires (ISO 14289-1, 7.1), as an error.
    let stderr =
        String::from_utf8_lossy(&output.stderr).replace("Syntax Error: Suspects object is wrong type (boolean)\n", "");
    assert!(output.status.success() && stderr.is_empty(), "{command:?}: {} {stderr}", output.status);
    // Poppler before 23 prints titles of headings in their own encoding.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
