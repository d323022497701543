//! Address of an enrolment listener, as users type it.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

use crate::client::network::proxy::host_and_port;

/// Port of the enrolment listener, if the address names none.
const DEFAULT_PORT: u16 = 7443;

/// URL of an enrolment listener: `https`, a host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentAddress(Url);

impl EnrolmentAddress {
    /// URL of a path at this address.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    pub fn host_and_port(&self) -> String {
        host_and_port(&self.0)
    }
}

impl FromStr for EnrolmentAddress {
    type Err = AddressError;

    /// `gateway.stadt.example`, with or without `https://`, port, a slash at its end, and the path `/connect/`.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let authority = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") => return Err(AddressError::NotEncrypted),
            Some(_) => return Err(AddressError::Malformed),
            None => text,
        };
        let authority = authority.trim_end_matches('/');
        // Letters show the page for browsers, which is at the same address.
        let authority = authority.strip_suffix("/connect").unwrap_or(authority);
        if authority.contains(['/', '?', '#']) {
            return Err(AddressError::Path);
        }
        if authority.is_empty() || authority.contains('@') {
            return Err(AddressError::Malformed);
        }
        let mut url = Url::parse(&format!("https://{authority}")).map_err(|_| AddressError::Malformed)?;
        // A parsed URL does not distinguish port 443 from no port.
        let host_end = authority.rfind(']').map_or(0, |end| end + 1);
        if !authority[host_end..].contains(':') {
            url.set_port(Some(DEFAULT_PORT)).map_err(|()| AddressError::Malformed)?;
        }
        Ok(Self(url))
    }
}

impl fmt::Display for EnrolmentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// The text is not the address of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum AddressError {
    #[error("an address that begins with http:// would send the code unencrypted")]
    NotEncrypted,
    #[error("the address has more text after host and port")]
    Path,
    #[error("not a host, with or without a port")]
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_written_in_several_ways() {
        for (written, meant) in [
            ("gateway.stadt.example", "https://gateway.stadt.example:7443"),
            (" HTTPS://Gateway.Stadt.example/ ", "https://gateway.stadt.example:7443"),
            ("gateway.stadt.example:8000", "https://gateway.stadt.example:8000"),
            ("https://gateway.stadt.example:443", "https://gateway.stadt.example"),
            ("192.0.2.7", "https://192.0.2.7:7443"),
            ("[2001:db8::7]", "https://[2001:db8::7]:7443"),
            ("[2001:db8::7]:99", "https://[2001:db8::7]:99"),
        ] {
            assert_eq!(written.parse::<EnrolmentAddress>().unwrap().to_string(), meant, "{written}");
        }
    }

    #[test]
    fn an_invalid_address_is_refused_with_its_reason() {
        for (written, why) in [
            ("http://gateway.stadt.example", AddressError::NotEncrypted),
            ("HTTP://gateway.stadt.example", AddressError::NotEncrypted),
            ("https://gateway.stadt.example/enrol", AddressError::Path),
            ("gateway.stadt.example?x", AddressError::Path),
            ("ftp://gateway.stadt.example", AddressError::Malformed),
            ("user@gateway.stadt.example", AddressError::Malformed),
            ("gateway.stadt.example:99999", AddressError::Malformed),
            ("", AddressError::Malformed),
            ("https://", AddressError::Malformed),
        ] {
            assert_eq!(written.parse::<EnrolmentAddress>(), Err(why), "{written}");
        }
    }
}
