//! Name of a device for people, in its certificate and in the certificate list of a browser.

use crate::domain::id::DeviceId;

/// The longest common name (RFC 5280 appendix A.1, ub-common-name).
pub const MAX_COMMON_NAME_CHARACTERS: usize = 64;

/// Length of the end of a device's identifier that replaces a missing label.
const SHORT_ID_SYMBOLS: usize = 6;

/// Party and label: `Bürgerbüro Mitte, counter 3`, at most [`MAX_COMMON_NAME_CHARACTERS`] characters. The end of the identifier replaces
/// a missing label. The party's name is cut before the label.
pub fn device_name(party_name: &str, label: &str, device_id: DeviceId) -> String {
    let label = device_label(label, device_id);
    let party = shortened(party_name, MAX_COMMON_NAME_CHARACTERS.saturating_sub(label.chars().count() + 2).max(20));
    shortened(&format!("{party}, {label}"), MAX_COMMON_NAME_CHARACTERS)
}

/// The label, or the end of the identifier if there is none.
pub fn device_label(label: &str, device_id: DeviceId) -> String {
    if label.is_empty() { short_id(device_id) } else { label.to_owned() }
}

/// The last, random symbols of an identifier.
pub fn short_id(device_id: DeviceId) -> String {
    let id = device_id.to_string();
    id.get(id.len().saturating_sub(SHORT_ID_SYMBOLS)..).unwrap_or(&id).to_owned()
}

/// Cuts the text to `max` characters, of which the last is `…`.
fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> DeviceId {
        "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap()
    }

    #[test]
    fn a_device_is_named_by_its_party_and_its_label() {
        assert_eq!(device_name("Bürgerbüro Mitte", "counter 3", id()), "Bürgerbüro Mitte, counter 3");
        assert_eq!(device_name("Bürgerbüro Mitte", "", id()), "Bürgerbüro Mitte, 8c9d0e");
    }

    #[test]
    fn a_name_has_sixty_four_characters_at_most_and_keeps_its_label() {
        for party in ["ö".repeat(60), "ö".repeat(200), "📷".repeat(70)] {
            let name = device_name(&party, "Schalter 3", id());
            assert_eq!(name.chars().count(), MAX_COMMON_NAME_CHARACTERS);
            assert!(name.ends_with("…, Schalter 3"), "{name}");
        }
        let name = device_name(&"ö".repeat(60), &"s".repeat(100), id());
        assert!(name.chars().count() == MAX_COMMON_NAME_CHARACTERS && name.ends_with("s…"), "{name}");
    }
}
