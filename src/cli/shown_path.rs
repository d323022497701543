//! Paths as users of a system write them, for messages and for commands that are copied into a terminal.

use std::path::Path;

use crate::domain::display_text::escaped;

/// Rules of a system for paths and for the arguments of its shells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathStyle {
    /// `/`, and the quotes of POSIX shells.
    Posix,
    /// `\`, and quotes that cmd.exe and PowerShell read alike.
    Windows,
}

const OWN_STYLE: PathStyle = if cfg!(windows) { PathStyle::Windows } else { PathStyle::Posix };

/// A path on one line, with one kind of slash. On Unix a file name may contain line ends, which must not begin a line that looks like a
/// result.
pub(super) fn shown_path(path: impl AsRef<Path>) -> String {
    OWN_STYLE.path(&path.as_ref().display().to_string())
}

/// A path as an argument of a command that is copied into a terminal.
pub(super) fn path_argument(path: impl AsRef<Path>) -> String {
    OWN_STYLE.argument(&path.as_ref().display().to_string())
}

impl PathStyle {
    fn path(self, path: &str) -> String {
        let shown = match self {
            Self::Posix => path.to_owned(),
            Self::Windows => without_verbatim_prefix(path).replace('/', "\\"),
        };
        escaped(&shown).into_owned()
    }

    fn argument(self, path: &str) -> String {
        let mut path = self.path(path);
        if path.starts_with('-') {
            // It would be an option.
            path.insert_str(0, if self == Self::Windows { ".\\" } else { "./" });
        }
        let is_plain = |c: char| c.is_alphanumeric() || "/._-+:".contains(c) || (self == Self::Windows && c == '\\');
        if !path.is_empty() && path.chars().all(is_plain) {
            return path;
        }
        match self {
            Self::Posix => format!("'{}'", path.replace('\'', r"'\''")),
            // A file name contains no double quote. cmd.exe knows no other quotes and would read `%NAME%` as a variable, PowerShell
            // `$name`; no spelling of these holds for both. A backslash before the closing quote would escape it.
            Self::Windows => format!("\"{}\"", path.trim_end_matches('\\')),
        }
    }
}

/// The path without the prefix `\\?\`, which `canonicalize` and long paths have and which many programs do not understand. A prefix that
/// is part of another notation stays.
fn without_verbatim_prefix(path: &str) -> String {
    let Some(rest) = path.strip_prefix(r"\\?\") else { return path.to_owned() };
    if let Some(share) = rest.strip_prefix(r"UNC\") {
        return format!(r"\\{share}");
    }
    let has_drive = matches!(rest.as_bytes(), [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic());
    if has_drive { rest.to_owned() } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::PathStyle::{Posix, Windows};

    #[test]
    fn a_windows_path_is_shown_with_backslashes_and_without_the_verbatim_prefix() {
        for (path, shown) in [
            (r"\\?\C:\Foto Koch\Gerät 1/studio.toml", r"C:\Foto Koch\Gerät 1\studio.toml"),
            (r"\\?\UNC\server\Fotos\a.jpg", r"\\server\Fotos\a.jpg"),
            (
                r"\\?\Volume{b75e2c83-0000-0000-0000-602f00000000}\a",
                r"\\?\Volume{b75e2c83-0000-0000-0000-602f00000000}\a",
            ),
            ("K3/studio.toml", r"K3\studio.toml"),
            ("a\nb", r"a\u{a}b"),
        ] {
            assert_eq!(Windows.path(path), shown);
        }
    }

    #[test]
    fn a_posix_path_is_shown_as_it_is_on_one_line() {
        assert_eq!(Posix.path(r"/home/k/\\?\C:\a b"), r"/home/k/\\?\C:\a b");
        assert_eq!(Posix.path("a\nsent b"), r"a\u{a}sent b");
    }

    #[test]
    fn an_argument_is_quoted_for_posix_shells_where_it_is_not_plain() {
        for (path, argument) in [
            ("/home/müller/studio.toml", "/home/müller/studio.toml"),
            ("Foto Koch/studio.toml", "'Foto Koch/studio.toml'"),
            ("Koch's & $Co", r"'Koch'\''s & $Co'"),
            ("~/a", "'~/a'"),
            (r"a\b", r"'a\b'"),
            ("-x", "./-x"),
            ("", "''"),
        ] {
            assert_eq!(Posix.argument(path), argument);
        }
    }

    #[test]
    fn an_argument_is_quoted_for_both_shells_of_windows_where_it_is_not_plain() {
        for (path, argument) in [
            (r"C:\Lichtbild\studio.toml", r"C:\Lichtbild\studio.toml"),
            (r"\\?\C:\Foto Müller & Söhne/studio.toml", r#""C:\Foto Müller & Söhne\studio.toml""#),
            (r"C:\100%\(neu), 'x'.toml", r#""C:\100%\(neu), 'x'.toml""#),
            ("D:\\Foto Koch\\", "\"D:\\Foto Koch\""),
            ("-x", r".\-x"),
        ] {
            assert_eq!(Windows.argument(path), argument);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_posix_shell_gives_back_the_path() {
        for path in ["Koch's & $Co `x` \"y\" %z !1", "~/a b", "*[ab]?;|<>()#", r"a\b"] {
            let script = format!("printf %s {}", Posix.argument(path));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), path);
        }
    }
}
