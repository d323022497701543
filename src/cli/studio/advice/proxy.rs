//! Messages about the HTTP proxy on the way to the gateway. None shows a password.

use super::failure::Failure;
use crate::cli::studio::exit::Exit;
use crate::client::network::connect_probe::{ProxyError, ProxyErrorKind};
use crate::client::network::proxy::{ProxyOrigin, ProxyUrlError};
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why the address of a proxy is invalid. The value itself is not shown: it may hold a password.
pub fn about_proxy_url(error: &ProxyUrlError, language: Language) -> String {
    let setting = match error.origin {
        ProxyOrigin::Configuration => text!(language, "studio-proxy-setting"),
        ProxyOrigin::Environment(name) => text!(language, "studio-proxy-variable", name = name),
    };
    let fault = text!(language, format!("studio-proxy-url-{}", error.reason.as_ref()));
    text!(language, "studio-proxy-url", setting = setting, fault = fault)
}

/// Explains why a proxy gave no tunnel to the gateway.
pub(super) fn about_proxy(error: &ProxyError, language: Language) -> Failure {
    let ProxyError { proxy, destination, kind } = error;
    let message = match kind {
        ProxyErrorKind::Unreachable(cause) => {
            text!(language, "studio-proxy-unreachable", proxy = proxy, cause = cause)
        }
        ProxyErrorKind::TimedOut => text!(language, "studio-proxy-timed-out", proxy = proxy),
        ProxyErrorKind::PasswordRequired { was_sent: false } => {
            text!(language, "studio-proxy-password-missing", proxy = proxy)
        }
        ProxyErrorKind::PasswordRequired { was_sent: true } => {
            text!(language, "studio-proxy-password-wrong", proxy = proxy)
        }
        ProxyErrorKind::Refused { status } => {
            text!(language, "studio-proxy-refused", proxy = proxy, destination = destination, status = status)
        }
        ProxyErrorKind::GatewayUnreachable { status } => {
            let id = "studio-proxy-gateway-unreachable";
            text!(language, id, proxy = proxy, destination = destination, status = status)
        }
        ProxyErrorKind::NotAProxy => text!(language, "studio-proxy-not-a-proxy", proxy = proxy),
    };
    Failure::new(if error.is_transient() { Exit::GaveUp } else { Exit::Setup }, message)
}
