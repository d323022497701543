//! Readers of files on Windows, where a file without an access list of its own has that of its folder. The standard
//! library cannot change access lists, so that the program `icacls` of the operating system does it.

#[cfg(any(windows, test))]
mod access_list;
#[cfg(windows)]
mod icacls;
#[cfg(any(windows, test))]
mod private_folders;
mod reader;

#[cfg(windows)]
pub(super) use icacls::{protect_file, protect_folder};
pub use reader::OtherReader;

/// The users besides its owner who can read a file, by its access list; `None` if it cannot be read, as on a disk without access lists.
/// On Unix the permission bits tell it, and this list is empty.
pub fn other_readers(path: &std::path::Path) -> Option<Vec<OtherReader>> {
    #[cfg(windows)]
    return icacls::other_readers(path);
    #[cfg(not(windows))]
    {
        let _ = path;
        Some(Vec::new())
    }
}
