//! Messages about the HTTP proxy on the way to the gateway. None shows a password.

use crate::cli::studio::exit::Exit;
use crate::client::network::connect_probe::{ProxyError, ProxyErrorKind};
use crate::client::network::proxy::{ProxyOrigin, ProxyUrlError, ProxyUrlFault};
use crate::texts::language::Language;

/// Explains why the address of a proxy is not usable. The value itself is not shown: it may hold a password.
pub fn about_proxy_url(error: &ProxyUrlError, language: Language) -> String {
    let setting = match error.origin {
        ProxyOrigin::Configuration => language.pick("Die Angabe proxy", "The setting proxy").to_owned(),
        ProxyOrigin::Environment(name) => {
            language.pick(format!("Die Umgebungsvariable {name}"), format!("The environment variable {name}"))
        }
    };
    let fault = match error.reason {
        ProxyUrlFault::NotAnAddress => language.pick("ist keine Adresse", "is no address"),
        ProxyUrlFault::Scheme => language.pick(
            "beginnt nicht mit http:// (andere Arten von Proxys kann dieses Programm nicht benutzen)",
            "does not begin with http:// (this program cannot use other kinds of proxies)",
        ),
        ProxyUrlFault::Path => {
            language.pick("hat hinter Rechnername und Port noch etwas", "has something behind host and port")
        }
    };
    language.pick(
        format!("{setting} {fault}. Erwartet wird http://HOST:PORT oder http://NAME:KENNWORT@HOST:PORT, oder none für keinen Proxy."),
        format!("{setting} {fault}. Write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, or none for no proxy."),
    )
}

/// Explains why a proxy gave no tunnel to the gateway, and what to do.
pub(super) fn about_proxy(error: &ProxyError, language: Language) -> String {
    let ProxyError { proxy, destination, kind } = error;
    match kind {
        ProxyErrorKind::Unreachable(cause) => language.pick(
            format!("Der Proxy {proxy} ist nicht erreichbar ({cause}). Die Angabe proxy oder HTTPS_PROXY und die Netzverbindung prüfen."),
            format!("The proxy {proxy} cannot be reached ({cause}). Check the setting proxy or HTTPS_PROXY, and the network."),
        ),
        ProxyErrorKind::TimedOut => language.pick(
            format!("Der Proxy {proxy} antwortet nicht. Die Angabe proxy oder HTTPS_PROXY und die Netzverbindung prüfen."),
            format!("The proxy {proxy} does not answer. Check the setting proxy or HTTPS_PROXY, and the network."),
        ),
        ProxyErrorKind::PasswordRequired { was_sent: false } => language.pick(
            format!("Der Proxy {proxy} verlangt ein Kennwort (407). In der Konfiguration angeben: proxy = \"http://NAME:KENNWORT@{proxy}\""),
            format!("The proxy {proxy} wants a password (407). Write into the configuration: proxy = \"http://USER:PASSWORD@{proxy}\""),
        ),
        ProxyErrorKind::PasswordRequired { was_sent: true } => language.pick(
            format!("Der Proxy {proxy} nimmt Name und Kennwort nicht an (407). Beide in der Angabe proxy oder in HTTPS_PROXY berichtigen."),
            format!("The proxy {proxy} does not take user name and password (407). Correct them in the setting proxy or in HTTPS_PROXY."),
        ),
        ProxyErrorKind::Refused { status } => language.pick(
            format!("Der Proxy {proxy} lässt die Adresse {destination} nicht zu (Status {status}). Wer den Proxy betreut, muss CONNECT zu {destination} erlauben."),
            format!("The proxy {proxy} refuses the address {destination} (status {status}). Its administrator has to allow CONNECT to {destination}."),
        ),
        ProxyErrorKind::GatewayUnreachable { status } => language.pick(
            format!("Der Proxy {proxy} erreicht {destination} nicht (Status {status}). Die Adresse prüfen, sonst später noch einmal versuchen."),
            format!("The proxy {proxy} does not reach {destination} (status {status}). Check the address, otherwise try again later."),
        ),
        ProxyErrorKind::NotAProxy => language.pick(
            format!("Unter {proxy} antwortet kein HTTP-Proxy. Die Angabe proxy oder HTTPS_PROXY prüfen."),
            format!("What answers at {proxy} is no HTTP proxy. Check the setting proxy or HTTPS_PROXY."),
        ),
    }
}

/// Exit code for a proxy that gave no tunnel.
pub(super) fn exit_for_proxy(error: &ProxyError) -> Exit {
    if error.is_transient() { Exit::GaveUp } else { Exit::Setup }
}
