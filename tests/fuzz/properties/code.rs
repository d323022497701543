//! Properties of retrieval codes.

use lichtbild::domain::code::retrieval_code::RetrievalCode;

/// A text, and a secret made of the same bytes.
pub fn code(bytes: &[u8]) {
    if let Some(code) = std::str::from_utf8(bytes).ok().and_then(|text| RetrievalCode::parse(text).ok()) {
        assert_reads_back(&code, 0..20);
    }
    let mut secret = [0; 12];
    secret.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let position = usize::from(*bytes.get(12).unwrap_or(&0)) % 20;
    assert_reads_back(&RetrievalCode::from_secret(&secret), position..position + 1);
}

/// It is written in one way, read back from it, and found wrong with any other symbol at one of `positions`.
fn assert_reads_back(code: &RetrievalCode, positions: std::ops::Range<usize>) {
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let text = code.reveal();
    let groups: Vec<&str> = text.split('-').collect();
    assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 5), "{text}");
    assert!(groups.concat().chars().all(|symbol| ALPHABET.contains(symbol)), "{text}");
    for way in [text.clone(), text.to_lowercase(), groups.concat(), text.replace('0', "O").replace('1', "l")] {
        assert_eq!(RetrievalCode::parse(&way).map(|read| read.reveal()), Ok(text.clone()), "{way}");
    }
    for position in positions {
        let at = position + position / 5;
        for other in ALPHABET.chars().filter(|other| !text[at..].starts_with(*other)) {
            let mut wrong = text.clone();
            wrong.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
            assert!(RetrievalCode::parse(&wrong).is_err(), "{wrong} beside {text}");
        }
    }
}
