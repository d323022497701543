//! Page that renews the certificate of a browser, for both roles. The role's set of pages registers the route and the layout.

use std::sync::LazyLock;

use maud::html;

use super::device_file_section::{device_file_section, failure_template, no_script_notice};
use crate::clock::Timestamp;
use crate::domain::local_time::day;
use crate::domain::party::credential::Credential;
use crate::domain::party::{Caller, Device};
use crate::flows::Gateway;
use crate::pages::frame::page::{PageContent, PageScript};
use crate::texts::language::Language;
use crate::texts::text;

/// Script of the page. The layout needs it, because its requests need another content security policy than other pages have.
pub(in crate::pages) static RENEWAL_SCRIPT: LazyLock<PageScript> = LazyLock::new(|| {
    PageScript::with_requests(concat!(
        "\"use strict\";\n",
        include_str!("der.js"),
        include_str!("device_file.js"),
        include_str!("page_parts.js"),
        include_str!("renewal.js")
    ))
});

/// The certificate that a page offers to renew.
#[derive(Debug, Clone, Copy)]
pub(in crate::pages) struct BrowserCertificate {
    expires_at: Timestamp,
    /// Beginning of the last third of the lifetime; `None` if this gateway cannot renew the certificate.
    renewable_from: Option<Timestamp>,
    now: Timestamp,
}

impl BrowserCertificate {
    /// The certificate of the caller. The store does not keep the begin of a certificate, so the validity of new ones of the same kind of
    /// device counts.
    pub(in crate::pages) fn of(gateway: &Gateway, caller: &Caller, device: Option<&Device>) -> Self {
        let expires_at = caller.certificate_expires_at;
        let issuer = gateway.certificate_issuer().filter(|_| matches!(caller.credential, Credential::Own { .. }));
        let validity = issuer.map(|issuer| issuer.validity.of(device.and_then(|device| device.kind)));
        Self { expires_at, renewable_from: validity.map(|validity| expires_at - validity / 3), now: gateway.now() }
    }

    /// True from two thirds of the lifetime on, if this gateway issued the certificate: an external CA renews its own.
    pub(in crate::pages) fn is_due(&self) -> bool {
        self.renewable_from.is_some_and(|from| from <= self.now)
    }
}

/// The page. `test` is the path of the page that shows which certificate the browser uses.
pub(in crate::pages) fn renewal_page(language: Language, certificate: &BrowserCertificate, test: &str) -> PageContent {
    let title = text!(language, "certificate-renewal");
    let main = html! {
        h1 { (title) }
        section #renewal data-test=(test) {
            p.lead { (text!(language, "certificate-renewal.lead", date = day(certificate.expires_at, language))) }
            @if certificate.is_due() {
                (no_script_notice(&text!(language, "certificate-renewal.no-script")))
                p { (text!(language, "certificate-renewal.hint")) }
                p.finish {
                    // The script shows the button.
                    button.primary #renew type="button" hidden data-busy=(text!(language, "certificate-busy")) {
                        (text!(language, "certificate-renewal.button"))
                    }
                    span #renewal-progress role="status" {}
                }
            } @else if let Some(from) = certificate.renewable_from {
                p { (text!(language, "certificate-renewal.from", date = day(from, language))) }
            } @else {
                p { (text!(language, "certificate-renewal.elsewhere")) }
            }
        }
        @if certificate.is_due() { (device_file_section(language)) (failure_template()) }
    };
    PageContent { title, problem: None, main }
}
