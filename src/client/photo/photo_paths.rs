//! Photos of the command line. Patterns are expanded here, because the shells of Windows do not do that.

use std::path::{Path, PathBuf};

use glob::{MatchOptions, glob_with};

/// A photo of the command line, or a pattern that matches no file.
#[derive(Debug, PartialEq, Eq)]
pub enum NamedPhoto {
    File(PathBuf),
    NoMatch(PathBuf),
}

/// The photos in the order of the command line. A pattern (`*`, `?`) stands for its files, sorted by name.
pub fn expand(named: &[PathBuf]) -> Vec<NamedPhoto> {
    named.iter().flat_map(|path| expand_one(path)).collect()
}

fn expand_one(path: &Path) -> Vec<NamedPhoto> {
    // A file with this exact name is not a pattern.
    if path.symlink_metadata().is_ok() || !path.to_string_lossy().contains(['*', '?']) {
        return vec![NamedPhoto::File(path.to_owned())];
    }
    let options =
        MatchOptions { case_sensitive: !cfg!(windows), require_literal_leading_dot: true, ..MatchOptions::new() };
    // Shells of Windows know no sets, and folders may have brackets in their names.
    let literal = |character| match character {
        '[' => "[[]".to_owned(),
        ']' => "[]]".to_owned(),
        other => other.to_string(),
    };
    let pattern = path.to_str().map(|pattern| pattern.chars().map(literal).collect::<String>());
    let found = pattern.and_then(|pattern| glob_with(&pattern, options).ok()).into_iter().flatten().flatten();
    let photos: Vec<_> = found.filter(|path| path.is_file()).map(NamedPhoto::File).collect();
    if photos.is_empty() { vec![NamedPhoto::NoMatch(path.to_owned())] } else { photos }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_part_of_names() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("Foto [neu]");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("a.jpg"), "").unwrap();
        assert_eq!(expand(&[inner.join("?.jpg")]), [NamedPhoto::File(inner.join("a.jpg"))]);
        assert_eq!(expand(&[inner.join("[a].jpg")]), [NamedPhoto::File(inner.join("[a].jpg"))]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_the_name_of_a_pattern_is_that_file() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["*.jpg", "a.jpg"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let named = folder.path().join("*.jpg");
        assert_eq!(expand(std::slice::from_ref(&named)), [NamedPhoto::File(named)]);
    }

    #[test]
    fn a_pattern_stands_for_the_files_that_it_matches() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.jpg", "a.jpg", "a.jpg.lichtbild-receipt.json", ".c.jpg", "d.png"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::fs::create_dir(at("e.jpg")).unwrap();
        let expanded = expand(&[at("d.png"), at("*.jpg"), at("x?.jpg"), at("none.jpg")]);
        let files = ["d.png", "a.jpg", "b.jpg"].map(|name| NamedPhoto::File(at(name)));
        assert_eq!(expanded[..3], files);
        assert_eq!(expanded[3..], [NamedPhoto::NoMatch(at("x?.jpg")), NamedPhoto::File(at("none.jpg"))]);
    }
}
