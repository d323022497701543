//! Parser of access lists in the security descriptor definition language, in the part that names readers.
//! Source: Microsoft, "Security Descriptor String Format" and "ACE Strings".

use super::reader::OtherReader;

/// Rights by which a user can read a file, or take the right to read it.
const READING: [&str; 7] = ["GA", "GR", "FA", "FR", "CC", "WD", "WO"];
/// `FILE_READ_DATA`, `WRITE_DAC`, `WRITE_OWNER`, `GENERIC_ALL`, `GENERIC_READ`.
const READING_MASK: u32 = 0x0000_0001 | 0x0004_0000 | 0x0008_0000 | 0x1000_0000 | 0x8000_0000;

/// Operating system, administrators, the rights of any owner.
const TRUSTED: [&str; 9] = ["SY", "BA", "LA", "DA", "OW", "CO", "S-1-5-18", "S-1-5-32-544", "S-1-3-4"];

/// Entries that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// For the file or folder itself.
    Itself,
    /// For a folder: also entries that only new files in it get.
    WithNewFiles,
}

/// The readers besides `owner` (a SID), each once; entries that deny access are not considered. `None` for a text without an access list.
pub fn other_readers(descriptor: &str, owner: &str, scope: Scope) -> Option<Vec<OtherReader>> {
    let list = &descriptor[descriptor.find("D:")? + 2..];
    if list.starts_with("NO_ACCESS_CONTROL") {
        return Some(vec![OtherReader::Everyone]);
    }
    let mut readers = Vec::new();
    for entry in entries(list) {
        let mut fields = entry.split(';');
        let (kind, flags, rights) = (fields.next()?, fields.next()?, fields.next()?);
        let account = fields.nth(2)?.trim_end_matches(')');
        // "XA" permits under a condition, "OA" a part of an object.
        let is_counted = matches!(kind, "A" | "XA" | "OA")
            && (scope == Scope::WithNewFiles || !pairs(flags).any(|flag| flag == "IO"))
            && can_read(rights)
            && !TRUSTED.contains(&account)
            && account != owner;
        let reader = named(account);
        if is_counted && !readers.contains(&reader) {
            readers.push(reader);
        }
    }
    Some(readers)
}

/// The entries of the first list, without their outer parentheses; a condition may contain inner ones.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let begin = rest.find('(')?;
        // The system access list, which names no readers, comes last.
        if rest[..begin].contains("S:") {
            return None;
        }
        let mut depth = 0_u32;
        let end = rest[begin..].find(|c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        let entry = &rest[begin + 1..begin + end];
        rest = &rest[begin + end + 1..];
        Some(entry)
    })
}

fn can_read(rights: &str) -> bool {
    match rights.strip_prefix("0x") {
        Some(mask) => u32::from_str_radix(mask, 16).is_ok_and(|mask| mask & READING_MASK != 0),
        None => pairs(rights).any(|right| READING.contains(&right)),
    }
}

/// The two-letter abbreviations of a field.
fn pairs(field: &str) -> impl Iterator<Item = &str> {
    (0..field.len()).step_by(2).filter_map(|begin| field.get(begin..begin + 2))
}

fn named(account: &str) -> OtherReader {
    match account {
        "WD" | "S-1-1-0" => OtherReader::Everyone,
        "AU" | "S-1-5-11" => OtherReader::AuthenticatedUsers,
        "BU" | "S-1-5-32-545" => OtherReader::Users,
        other => OtherReader::Account(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "S-1-5-21-1004336348-1177238915-682003330-1001";

    fn readers(descriptor: &str) -> Option<Vec<OtherReader>> {
        other_readers(&descriptor.replace("OWNER", OWNER), OWNER, Scope::Itself)
    }

    #[test]
    fn the_owner_the_system_and_administrators_are_no_others() {
        assert_eq!(readers("D:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OWNER)"), Some(vec![]));
        assert_eq!(readers("O:OWNERG:BUD:P(A;OICI;FA;;;OWNER)S:AI(AU;SAFA;FA;;;WD)"), Some(vec![]));
        assert_eq!(readers("D:P"), Some(vec![]));
    }

    #[test]
    fn all_others_that_can_read_are_named_once() {
        use OtherReader::{Account, AuthenticatedUsers, Everyone, Users};
        // A folder in C:\ gives its files to all users.
        let inherited = "D:AI(A;ID;FA;;;BA)(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)";
        assert_eq!(readers(inherited), Some(vec![Users, AuthenticatedUsers]));
        assert_eq!(readers("D:(A;;FR;;;WD)(A;;GR;;;S-1-1-0)"), Some(vec![Everyone]));
        assert_eq!(readers("D:NO_ACCESS_CONTROL"), Some(vec![Everyone]));
        assert_eq!(readers("D:(A;;FA;;;S-1-5-21-7-7-7-1002)"), Some(vec![Account("S-1-5-21-7-7-7-1002".into())]));
        // Under a condition; permitted to change the list.
        assert_eq!(readers("D:(XA;;FR;;;AU;(@User.Title==\"PM\"))(A;;FR;;;BU)"), Some(vec![AuthenticatedUsers, Users]));
        assert_eq!(readers("D:(A;;0x40000;;;BU)(A;;WD;;;WD)"), Some(vec![Users, Everyone]));
    }

    #[test]
    fn entries_without_reading_do_not_count() {
        assert_eq!(readers("D:(A;;0x100002;;;WD)(A;;WP;;;BU)(D;;FA;;;WD)(A;;;;;WD)"), Some(vec![]));
    }

    #[test]
    fn entries_for_new_files_count_only_for_those() {
        let list = "D:(A;OICIIO;GR;;;BU)";
        assert_eq!(other_readers(list, OWNER, Scope::Itself), Some(vec![]));
        assert_eq!(other_readers(list, OWNER, Scope::WithNewFiles), Some(vec![OtherReader::Users]));
    }

    #[test]
    fn a_text_without_a_list_tells_nothing() {
        for text in ["", "O:BAG:BA", "D:(A;;FA", "D:(A)", "D:(A;;FA)", "D:)(", "D:(((("] {
            let found = readers(text);
            assert!(found.as_ref().is_none_or(Vec::is_empty), "{text}: {found:?}");
        }
    }
}
