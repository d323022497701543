//! Files of checkpoints: names, the newest checkpoint of a folder, and superseded checkpoints.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::atomic_file::{self, FileMode};
use crate::domain::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::domain::log::watermark::Generation;
use crate::identity::signing::checkpoint_key::CheckpointVerifier;

/// File names of a checkpoint's document and signature, which sort by count.
pub fn file_names(count: i64) -> [String; 2] {
    ["json", "sig"].map(|end| format!("checkpoint-{count:012}.{end}"))
}

/// The newest valid checkpoint of a folder.
#[derive(Debug, Default)]
pub(super) struct NewestCheckpoint {
    pub(super) checkpoint: Option<Checkpoint>,
    /// Counts of newer files that are not valid checkpoints of this key.
    pub(super) invalid: Vec<i64>,
}

/// Finds the newest checkpoint in a folder, which need not exist.
pub(super) fn find_newest(folder: &Path, verifier: &CheckpointVerifier) -> io::Result<NewestCheckpoint> {
    let mut newest = NewestCheckpoint::default();
    for count in counts(folder)?.into_iter().rev() {
        match read(folder, count).map(|signed| verifier.verify(&signed)) {
            Ok(Ok(checkpoint)) if checkpoint.count == count => {
                newest.checkpoint = Some(checkpoint);
                return Ok(newest);
            }
            _ => newest.invalid.push(count),
        }
    }
    Ok(newest)
}

/// Moves checkpoints of rows that this generation gave up into a folder of their own: they stay as evidence, and their names become
/// free. With `include_later`, also those that a wrong clock signed with a later time. Returns the number of checkpoints; after an
/// error the next call continues.
pub(super) fn archive_superseded(folder: &Path, generation: &Generation, include_later: bool) -> io::Result<usize> {
    let mut moved = 0;
    for count in counts(folder)?.into_iter().filter(|count| *count > generation.begins_behind.sequence) {
        let is_superseded = Checkpoint::parse(&fs::read(folder.join(&file_names(count)[0]))?).is_ok_and(|found| {
            generation.supersedes(found.count, if include_later { generation.confirmed_at } else { found.time })
        });
        if is_superseded {
            let aside = folder.join(format!("superseded-{}", generation.number));
            atomic_file::make_folder(&aside, FileMode::WorldReadable)?;
            // The document last: a signature without a document is ignored.
            for name in file_names(count).iter().rev() {
                match fs::rename(folder.join(name), aside.join(name)) {
                    // Another node that shares the folder has moved it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    done => done?,
                }
            }
            atomic_file::sync_dir(&aside.join("any name in it"))?;
            moved += 1;
        }
    }
    Ok(moved)
}

/// Reads a checkpoint by the path of its document; the signature is beside it.
pub(super) fn read_file(document: &Path) -> io::Result<SignedCheckpoint> {
    let signature: PathBuf = document.with_extension("sig");
    Ok(SignedCheckpoint { document: fs::read(document)?, signature: fs::read(signature)? })
}

fn read(folder: &Path, count: i64) -> io::Result<SignedCheckpoint> {
    read_file(&folder.join(&file_names(count)[0]))
}

/// Counts of the checkpoints in a folder, in ascending order.
pub(super) fn counts(folder: &Path) -> io::Result<Vec<i64>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut counts = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let count = name.to_str().and_then(|name| name.strip_prefix("checkpoint-")?.strip_suffix(".json"));
        counts.extend(count.and_then(|count| count.parse::<i64>().ok()));
    }
    counts.sort_unstable();
    Ok(counts)
}
