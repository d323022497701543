//! Calls of `icacls`, which reads and changes access lists.

use std::ffi::OsString;
use std::path::Path;
use std::process::Output;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use super::access_list::{Scope, other_readers as readers_in};
use super::private_folders::PrivateFolders;
use super::reader::OtherReader;
use crate::atomic_file::names::parent_dir;
use crate::system_program::system_program;

/// Well-known SIDs of the operating system and of the administrators, whom no access list keeps out.
const ALWAYS_PERMITTED: [&str; 2] = ["S-1-5-18", "S-1-5-32-544"];

static FOLDERS: PrivateFolders = PrivateFolders::new();

/// Length from which a path counts as long, with some room: Windows permits 260 characters, folders 248.
const MAX_SHORT_PATH: usize = 240;

/// Set if `icacls` reports success and does nothing, as that of Wine: it is not called again.
static IS_WITHOUT_EFFECT: AtomicBool = AtomicBool::new(false);

/// Limits a new, empty file to its owner, unless its folder does. Best effort, since not every disk has access lists: `status` names the
/// readers of the key.
pub(in crate::atomic_file) fn protect_file(path: &Path) {
    if !is_private(parent_dir(path)) {
        let _ = restrict(path, "F");
    }
}

/// Limits a new folder to its owner, as [`protect_file`].
pub(in crate::atomic_file) fn protect_folder(path: &Path) {
    if is_private(parent_dir(path)) || restrict(path, "(OI)(CI)F").is_ok() {
        FOLDERS.remember(path, true);
    }
}

/// The users besides its owner who can read a file; `None` if `icacls` does not tell.
pub(super) fn other_readers(path: &Path) -> Option<Vec<OtherReader>> {
    readers_in(&descriptor(path)?, owner()?, Scope::Itself)
}

/// Reports whether new files in the folder are for their owner only. Without an answer of `icacls` they count as readable, and the next call asks
/// again.
fn is_private(folder: &Path) -> bool {
    let ask = || {
        let readers = readers_in(&descriptor(folder)?, owner()?, Scope::WithNewFiles)?;
        Some(readers.is_empty())
    };
    FOLDERS.is_private(folder, ask).unwrap_or_else(|| IS_WITHOUT_EFFECT.load(Ordering::Relaxed))
}

/// Permits `right` to the owner, the system and administrators, and removes what the folder permits.
fn restrict(path: &Path, right: &str) -> io::Result<()> {
    let owner = owner().ok_or_else(|| io::Error::other("the account of this user is not known"))?;
    let mut arguments = vec![short_form(path), "/inheritance:r".into(), "/grant:r".into()];
    for sid in [owner].into_iter().chain(ALWAYS_PERMITTED) {
        arguments.push(format!("*{sid}:{right}").into());
    }
    arguments.push("/q".into());
    run("icacls.exe", arguments).map(drop)
}

/// The access list in the security descriptor definition language.
fn descriptor(path: &Path) -> Option<String> {
    if IS_WITHOUT_EFFECT.load(Ordering::Relaxed) {
        return None;
    }
    let saved = tempfile::tempdir().ok()?;
    let file = saved.path().join("access");
    run("icacls.exe", vec![short_form(path), "/save".into(), file.as_os_str().to_owned(), "/q".into()]).ok()?;
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() == io::ErrorKind::NotFound {
                IS_WITHOUT_EFFECT.store(true, Ordering::Relaxed);
            }
            return None;
        }
    };
    let units: Vec<u16> = bytes.as_chunks().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    // The first line is the file's name.
    String::from_utf16(&units).ok()?.lines().nth(1).map(str::to_owned)
}

/// The SID of the user whose program this is.
fn owner() -> Option<&'static str> {
    static OWNER: OnceLock<String> = OnceLock::new();
    if let Some(known) = OWNER.get() {
        return Some(known);
    }
    let output = run("whoami.exe", ["/user", "/fo", "csv", "/nh"].map(OsString::from).to_vec()).ok()?;
    // "computer\user","S-1-5-21-…", the name in the console's code page.
    let text = String::from_utf8_lossy(&output.stdout);
    let sid = text.trim_end().trim_end_matches('"').rsplit('"').next()?;
    sid.starts_with("S-1-").then(|| OWNER.get_or_init(|| sid.to_owned()).as_str())
}

/// The path without the prefix for long paths, which older programs do not know, unless it is long.
fn short_form(path: &Path) -> OsString {
    let text = path.to_str().filter(|text| text.len() < MAX_SHORT_PATH).unwrap_or_default();
    match (text.strip_prefix(r"\\?\UNC\"), text.strip_prefix(r"\\?\")) {
        (Some(share), _) => format!(r"\\{share}").into(),
        (None, Some(short)) => short.into(),
        (None, None) => path.as_os_str().to_owned(),
    }
}

fn run(program: &str, arguments: Vec<OsString>) -> io::Result<Output> {
    let output = system_program(program)?.args(arguments).output()?;
    match output.status.success() {
        true => Ok(output),
        false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}
