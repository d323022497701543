//! Redaction of passwords in messages that quote input.

/// Replaces the passwords of URLs and connection strings by `…`.
pub fn redact_passwords(text: &str) -> String {
    redact_bare_passwords(&redact_password_settings(&redact_url_passwords(text)))
}

fn redact_url_passwords(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    // A URL with one slash is a typing error, but the password in it is still secret.
    while let Some(start) = rest.find(":/") {
        let slashes = rest[start + 1..].bytes().take_while(|byte| *byte == b'/').count();
        let (before, after) = rest.split_at(start + 1 + slashes);
        shown.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "\"'".contains(c)).unwrap_or(after.len());
        rest = after;
        if let Some(at) = after[..end].rfind('@') {
            let user = after[..at].split(':').next().unwrap_or_default();
            shown.push_str(user);
            shown.push_str(if user.len() < at { ":…" } else { "" });
            rest = &after[at..];
        }
    }
    shown + rest
}

/// Redacts `password=secret` and `password = 'a secret'`, up to the next space or quote.
fn redact_password_settings(text: &str) -> String {
    const SETTING: &str = "password";
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.to_ascii_lowercase().find(SETTING) {
        let (before, after) = rest.split_at(start + SETTING.len());
        shown.push_str(before);
        let value = after.trim_start_matches(' ');
        let Some(value) = value.strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start_matches(' ');
        let is_end =
            |c: char| if value.starts_with('\'') { "'\n".contains(c) } else { c.is_whitespace() || "\"'".contains(c) };
        let quote = usize::from(value.starts_with('\''));
        let end = value[quote..].find(is_end).map_or(value.len(), |end| quote + end);
        shown.push_str(&after[..after.len() - value.len()]);
        shown.push('…');
        rest = value[end..].strip_prefix('\'').filter(|_| quote == 1).unwrap_or(&value[end..]);
    }
    shown + rest
}

/// Redacts `user:secret@host` without a scheme, as proxies may be configured.
fn redact_bare_passwords(text: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || "\"'`".contains(c);
    let shown = text.split_inclusive(is_end).map(|word| match word.rsplit_once('@') {
        Some((before, host)) if !before.contains(":/") => match before.split_once(':') {
            Some((user, _)) => format!("{user}:…@{host}"),
            None => word.to_owned(),
        },
        _ => word.to_owned(),
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hidden_in_what_is_no_url_too() {
        for (text, shown) in [
            (
                r#"database = "host=db user=u password=GEHEIM dbname=l""#,
                r#"database = "host=db user=u password=… dbname=l""#,
            ),
            (r#"database = "password = 'ein GEHEIM' host=db""#, r#"database = "password = … host=db""#),
            (r#"database = "PASSWORD=GEHEIM""#, r#"database = "PASSWORD=…""#),
            ("postgres:/anna:GEHEIM@h/l", "postgres:/anna:…@h/l"),
            ("postgres:///anna:GEHEIM@h/l", "postgres:///anna:…@h/l"),
            ("proxy = \"koch:GEHEIM@proxy:3128\"", "proxy = \"koch:…@proxy:3128\""),
            ("koch:GE:H@IM@proxy koch@proxy https://h:8443", "koch:…@proxy koch@proxy https://h:8443"),
            ("a password is needed: see https://h/l", "a password is needed: see https://h/l"),
        ] {
            assert_eq!(redact_passwords(text), shown);
        }
    }
}
