//! HTTP proxy through which the gateway is reached (CONNECT, RFC 9110 section 9.3.6).
//!
//! The proxy only carries TLS. The gateway's certificate is verified as without a proxy.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

/// A proxy, possibly with user name and password. `Debug` and `Display` do not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpProxy {
    url: Url,
    origin: ProxyOrigin,
}

/// Source of a proxy's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyOrigin {
    /// `proxy` in `studio.toml`, or `--proxy`.
    Configuration,
    /// Name of the environment variable.
    Environment(&'static str),
}

impl ProxyOrigin {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "proxy",
            Self::Environment(variable) => variable,
        }
    }
}

impl HttpProxy {
    /// Parses `http://host:port` or `http://user:password@host:port`; `http://` is optional.
    ///
    /// # Errors
    /// [`ProxyUrlError`], which does not contain the text, because that may contain a password.
    pub fn parse(text: &str, origin: ProxyOrigin) -> Result<Self, ProxyUrlError> {
        let error = |reason| ProxyUrlError { origin, reason };
        let text = text.trim();
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&with_scheme).map_err(|_| error(ProxyUrlFault::NotAnAddress))?;
        if url.scheme() != "http" {
            return Err(error(ProxyUrlFault::Scheme));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(error(ProxyUrlFault::Path));
        }
        Ok(Self { url, origin })
    }

    pub fn origin(&self) -> ProxyOrigin {
        self.origin
    }

    /// Host and port.
    pub fn address(&self) -> String {
        host_and_port(&self.url)
    }

    /// Host without brackets, and port.
    pub(super) fn endpoint(&self) -> (&str, u16) {
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        (host, self.url.port_or_known_default().unwrap_or(80))
    }

    /// Value of `Proxy-Authorization`, if there is a user name.
    pub(super) fn authorization(&self) -> Option<HeaderValue> {
        let intercept =
            Matcher::builder().all(self.url.as_str()).build().intercept(&Uri::from_static("https://gateway"));
        intercept?.basic_auth().cloned()
    }

    /// Reports whether the setting contains a password, so that only the owner may read a file with it.
    pub fn has_password(&self) -> bool {
        self.url.password().is_some()
    }

    /// The setting for `studio.toml`, with the password.
    pub(in crate::client) fn reveal(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The setting for the HTTP client.
    pub(in crate::client) fn to_reqwest(&self) -> reqwest::Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.as_str())
    }
}

impl fmt::Display for HttpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.address())
    }
}

impl fmt::Debug for HttpProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpProxy({self} from {})", self.origin.name())
    }
}

/// Host and port of an address. The port is shown even if it is the default of the scheme.
pub fn host_and_port(url: &Url) -> String {
    let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

/// Environment variables about proxies.
#[derive(Debug, Default)]
pub struct ProxyEnvironment {
    https_proxy: Option<(&'static str, String)>,
    no_proxy: Option<String>,
}

impl ProxyEnvironment {
    /// The variables of this process. Empty variables count as not set.
    pub fn read() -> Self {
        let first = |names: [&'static str; 2]| {
            names.into_iter().find_map(|name| {
                std::env::var(name).ok().filter(|value| !value.trim().is_empty()).map(|value| (name, value))
            })
        };
        Self {
            https_proxy: first(["HTTPS_PROXY", "https_proxy"]),
            no_proxy: first(["NO_PROXY", "no_proxy"]).map(|(_, value)| value),
        }
    }

    /// The proxy for `gateway`. There is none for this computer and for addresses in `NO_PROXY`.
    pub fn proxy_for(&self, gateway: &Url) -> Result<Option<HttpProxy>, ProxyUrlError> {
        let Some((name, value)) = &self.https_proxy else { return Ok(None) };
        if is_loopback(gateway) || !self.allows_proxy_for(gateway) {
            return Ok(None);
        }
        HttpProxy::parse(value, ProxyOrigin::Environment(name)).map(Some)
    }

    fn allows_proxy_for(&self, gateway: &Url) -> bool {
        let no_proxy = self.no_proxy.clone().unwrap_or_default();
        // The proxy's address does not matter here.
        let matcher = Matcher::builder().all("http://proxy").no(no_proxy).build();
        gateway.as_str().parse::<Uri>().is_ok_and(|uri| matcher.intercept(&uri).is_some())
    }
}

/// Chooses the proxy for `gateway`: the configuration's, or else the environment's. The configuration's value `none` means no proxy.
pub fn choose_proxy(
    configured: Option<&str>,
    environment: &ProxyEnvironment,
    gateway: &Url,
) -> Result<Option<HttpProxy>, ProxyUrlError> {
    match configured {
        Some("none") => Ok(None),
        Some(text) => HttpProxy::parse(text, ProxyOrigin::Configuration).map(Some),
        None => environment.proxy_for(gateway),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The text is not the address of a proxy that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", origin.name())]
pub struct ProxyUrlError {
    pub origin: ProxyOrigin,
    pub reason: ProxyUrlFault,
}

/// Fault in the address of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, strum::AsRefStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ProxyUrlFault {
    #[error("not an address such as http://proxy.example:3128")]
    NotAnAddress,
    /// Another kind of proxy than an HTTP proxy, or an HTTP proxy over TLS.
    #[error("does not begin with http://")]
    Scheme,
    #[error("has more text after host and port")]
    Path,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn environment(no_proxy: &str) -> ProxyEnvironment {
        ProxyEnvironment {
            https_proxy: Some(("HTTPS_PROXY", "http://user:secret@proxy.example:3128".to_owned())),
            no_proxy: Some(no_proxy.to_owned()),
        }
    }

    #[test]
    fn no_text_of_a_proxy_shows_its_password() {
        let proxy = HttpProxy::parse("http://koch:gehe%40im@proxy.example:3128", ProxyOrigin::Configuration).unwrap();
        assert_eq!(proxy.address(), "proxy.example:3128");
        let shown = format!("{proxy} {proxy:?} {}", proxy.address());
        assert!(!shown.contains("gehe") && !shown.contains("koch"), "{shown}");
        // RFC 7617: base64 of koch:gehe@im, which HTTP clients mark as sensitive.
        assert_eq!(proxy.authorization().unwrap(), "Basic a29jaDpnZWhlQGlt");
        assert!(proxy.has_password() && proxy.reveal().contains("gehe"));
    }

    #[test]
    fn a_proxy_may_be_written_without_its_scheme_and_must_be_an_http_proxy() {
        let parse = |text| HttpProxy::parse(text, ProxyOrigin::Configuration).map(|proxy| proxy.address());
        assert_eq!(parse("proxy.example:3128").unwrap(), "proxy.example:3128");
        assert_eq!(parse("http://[2001:db8::1]:80/").unwrap(), "[2001:db8::1]:80");
        for (text, reason) in [
            ("https://proxy.example", ProxyUrlFault::Scheme),
            ("socks5://proxy.example", ProxyUrlFault::Scheme),
            ("http://proxy.example/path", ProxyUrlFault::Path),
            ("", ProxyUrlFault::NotAnAddress),
        ] {
            assert_eq!(parse(text).unwrap_err().reason, reason, "{text}");
        }
    }

    #[test]
    fn the_environment_is_asked_only_where_the_configuration_says_nothing() {
        let gateway = url("https://gateway.stadt.example:8443");
        let address = |configured| {
            let chosen = choose_proxy(configured, &environment(""), &gateway).unwrap();
            chosen.map(|proxy| (proxy.address(), proxy.origin()))
        };
        assert_eq!(address(None), Some(("proxy.example:3128".into(), ProxyOrigin::Environment("HTTPS_PROXY"))));
        assert_eq!(address(Some("other:80")), Some(("other:80".into(), ProxyOrigin::Configuration)));
        assert_eq!(address(Some("none")), None);
    }

    #[test]
    fn no_proxy_and_this_computer_are_reached_directly() {
        let through = |gateway: &str, no_proxy| environment(no_proxy).proxy_for(&url(gateway)).unwrap().is_some();
        assert!(through("https://gateway.stadt.example", "other.example, 10.0.0.0/8"));
        assert!(!through("https://gateway.stadt.example", "other.example, .stadt.example"));
        assert!(!through("https://10.1.2.3:8443", "10.0.0.0/8"));
        assert!(!through("https://gateway.stadt.example", "*"));
        for here in ["https://localhost:8443", "https://127.0.0.1:8443", "https://[::1]:8443", "https://a.localhost"] {
            assert!(!through(here, ""), "{here}");
            let asked = choose_proxy(Some("http://proxy:80"), &environment(""), &url(here)).unwrap();
            assert!(asked.is_some(), "the configuration asks for it");
        }
    }
}
