//! Words of systemd's unit files.

use crate::domain::display_text::is_displayable;

/// One argument of a command (systemd.syntax(7), systemd.service(5)): in double quotes backslash and quote are escaped, `%` and `$` are
/// doubled. `None` for a character that cannot be displayed.
pub(super) fn quoted_argument(text: &str) -> Option<String> {
    quoted(text, &['%', '$'])
}

/// One path of a setting that takes several, in which systemd expands specifiers and no variables.
pub(super) fn quoted_path(text: &str) -> Option<String> {
    quoted(text, &['%'])
}

fn quoted(text: &str, doubled: &[char]) -> Option<String> {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' | '"' => quoted.extend(['\\', character]),
            _ if doubled.contains(&character) => quoted.extend([character, character]),
            _ if !is_displayable(character) => return None,
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_escaped_as_their_place_demands() {
        assert_eq!(quoted_argument("a b$1 50 % \"c\" \\").as_deref(), Some("\"a b$$1 50 %% \\\"c\\\" \\\\\""));
        assert_eq!(quoted_path("/a b$1/50 %").as_deref(), Some("\"/a b$1/50 %%\""));
        assert_eq!((quoted_argument("/a\nb"), quoted_path("/a\u{202e}b")), (None, None));
    }
}
