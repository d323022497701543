//! The same vectors through a second implementation.

skip_in!(quick, postgres: "starts python3");

use std::process::Command;

#[test]
fn a_second_implementation_in_python_agrees_with_every_vector() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/check.py");
    let output = Command::new("python3").args(["-B", script]).output().unwrap();
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && printed.contains(" cases in 8 files, 0 wrong"), "{printed}{errors}");
}
