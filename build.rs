//! Finds the face model in the package `rustface` and copies it to where `src/validation/face/model.rs` includes it.
//!
//! Cargo itself is asked where the package lies, so the answer holds for the registry cache, for vendored sources and for a
//! patched one alike. Offline: Cargo has unpacked the package before it runs this script, which depends on it.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const MODEL: &str = "model/seeta_fd_frontal_v1.0.bin";
/// Its size in rustface 0.1.7, in bytes: another file by this name is better noticed here than by every photo refused.
const MODEL_BYTES: usize = 1_209_904;
/// For a build where Cargo cannot be asked: the path of the model.
const OVERRIDE: &str = "LICHTBILD_FACE_MODEL";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    if let Err(error) = provide_model() {
        println!(
            "cargo::error=no face model: {error}. It comes with the package rustface 0.1.7 as {MODEL}: run `cargo fetch`, or \
             set {OVERRIDE} to the file's path"
        );
    }
}

fn provide_model() -> Result<(), Box<dyn Error>> {
    let path = match env::var_os(OVERRIDE) {
        Some(path) => PathBuf::from(path),
        None => package_folder()?.join(MODEL),
    };
    let model = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if model.len() != MODEL_BYTES {
        return Err(format!("{} has {} bytes, not {MODEL_BYTES}", path.display(), model.len()).into());
    }
    fs::write(Path::new(&variable("OUT_DIR")?).join("face_model.bin"), model)?;
    Ok(())
}

fn package_folder() -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(variable("CARGO")?)
        .args(["metadata", "--offline", "--locked", "--format-version=1", "--filter-platform"])
        .arg(variable("TARGET")?)
        .arg("--manifest-path")
        .arg(Path::new(&variable("CARGO_MANIFEST_DIR")?).join("Cargo.toml"))
        .output()?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        return Err(format!("cargo metadata says: {message}").into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let manifest = packages
        .iter()
        .find(|package| package["name"] == "rustface")
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or("cargo metadata does not list the package rustface")?;
    Ok(Path::new(manifest).parent().ok_or("the package rustface has no folder")?.to_owned())
}

fn variable(name: &str) -> Result<OsString, Box<dyn Error>> {
    env::var_os(name).ok_or_else(|| format!("Cargo did not set {name}").into())
}
