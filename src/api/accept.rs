//! The media types that a client accepts (RFC 9110 section 12.5.1).

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// Ranges of all `Accept` headers of a request.
pub struct AcceptedTypes<'a>(Vec<MediaRange<'a>>);

/// Precision with which a range names a media type. The most exact range decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Precision {
    /// `*/*`, or no range matches.
    #[default]
    AnyType,
    /// All subtypes: `text/*`.
    AnySubtype,
    Exact,
}

/// Rank of a media type for a client; the default is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct AcceptedRank {
    pub precision: Precision,
    /// In thousandths; 0 if the client does not accept the type.
    pub quality: u16,
}

impl<'a> AcceptedTypes<'a> {
    /// Reads the headers and ignores everything that is not a range.
    pub fn of(headers: &'a HeaderMap) -> Self {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        Self(values.flat_map(|value| value.split(',')).filter_map(MediaRange::parse).collect())
    }

    pub fn rank(&self, kind: &str, subtype: &str) -> AcceptedRank {
        self.0.iter().filter_map(|range| range.rank(kind, subtype)).max().unwrap_or_default()
    }
}

/// Reports whether a client accepts HTML by name, as browsers do for pages. Programs accept everything or JSON.
pub fn names_html(headers: &HeaderMap) -> bool {
    let accepted = AcceptedTypes::of(headers);
    [("text", "html"), ("application", "xhtml+xml")].into_iter().any(|(kind, subtype)| {
        let rank = accepted.rank(kind, subtype);
        rank.precision == Precision::Exact && rank.quality > 0
    })
}

/// Part of an `Accept` header.
struct MediaRange<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

impl<'a> MediaRange<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let quality = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| parse_quality(value.trim()))
        });
        Some(Self { kind, subtype, quality: quality.unwrap_or(1000) })
    }

    fn rank(&self, kind: &str, subtype: &str) -> Option<AcceptedRank> {
        let precision = match (self.kind, self.subtype) {
            ("*", "*") => Precision::AnyType,
            (own, "*") if own.eq_ignore_ascii_case(kind) => Precision::AnySubtype,
            (own, own_subtype) if own.eq_ignore_ascii_case(kind) && own_subtype.eq_ignore_ascii_case(subtype) => {
                Precision::Exact
            }
            _ => return None,
        };
        Some(AcceptedRank { precision, quality: self.quality })
    }
}

/// A weight in thousandths; an invalid weight counts as missing.
fn parse_quality(text: &str) -> u16 {
    text.parse::<f32>()
        .ok()
        .filter(|weight| (0.0..=1.0).contains(weight))
        .map_or(1000, |weight| (weight * 1000.0) as u16)
}
