//! Page for a browser that reaches the studio listener without an accepted certificate. It names the cause and the way to a certificate.

use std::sync::LazyLock;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use maud::{Markup, html};

use super::connect;
use super::frame::elements::contact_line;
use super::frame::language_choice::switched_language;
use super::frame::page::{PageContent, PageLayout, PageScript, page_response};
use super::frame::time_element::dated_time_element;
use super::studio;
use crate::api::accept::names_html;
use crate::api::negotiate::PreferredLanguage;
use crate::api::problem::StudioProblem;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::texts::language::Language;
use crate::texts::text;
use crate::transport::accept::peer::Peer;

static NO_SCRIPT: LazyLock<PageScript> = LazyLock::new(PageScript::none);

/// Renders the refusal of a browser without an accepted certificate as a page, whatever the path, and leaves other responses unchanged.
/// A certificate that ended while its connection was open is refused in the same words on the studio pages.
pub async fn render_page(State(app): State<App>, request: Request, next: Next) -> Response {
    let has_certificate = request.extensions().get::<Peer>().and_then(Peer::certificate).is_some();
    let is_page = !has_certificate || request.uri().path().starts_with(studio::ROOT);
    if !is_page || !names_html(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Nobody can switch the language here, so the browser's own counts too.
    let Ok(PreferredLanguage(preferred)) = PreferredLanguage::from_request_parts(&mut parts, &app).await;
    let language = switched_language(&parts.headers).unwrap_or(preferred);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if has_certificate && !problem.is_about_device() {
        response.extensions_mut().insert(problem);
        return response;
    }
    let refusal = RefusalPage {
        problem: &problem,
        language,
        now: app.gateway.now(),
        connect_url: connect::url(&app),
        contact: app.operator_contact.text(),
    };
    let mut page = problem.response_with(|status| refusal.respond(status));
    for name in [ACCEPT, ACCEPT_LANGUAGE] {
        page.headers_mut().append(VARY, HeaderValue::from(name));
    }
    page
}

struct RefusalPage<'a> {
    problem: &'a Problem,
    language: Language,
    now: Timestamp,
    /// `None` if the gateway issues no certificates.
    connect_url: Option<String>,
    /// The operator's words about how to reach the administrator.
    contact: Option<&'a str>,
}

impl RefusalPage<'_> {
    fn respond(&self, status: StatusCode) -> Response {
        let layout = PageLayout {
            language: self.language,
            party: None,
            sections: &[],
            current_path: None,
            language_switch: None,
            head_links: None,
            head_note: None,
            banner: None,
            script: &NO_SCRIPT,
        };
        page_response(status, &self.content(), &layout)
    }

    fn content(&self) -> PageContent {
        let language = self.language;
        let StudioProblem { title, explanation } = self.problem.at_studio(language);
        let main = html! {
            div.explanation {
                h1 { (title) }
                p { (explanation) }
                h2 { (text!(language, "refused-page-steps")) }
                ol #steps { @for step in self.steps() { li { (step) } } }
                @if let Some(contact) = self.contact { (contact_line(contact, language)) }
                // The configuration may hold back the photos of a revoked device.
                @if !matches!(self.problem, Problem::DeviceRevoked { .. }) { p { (text!(language, "refused-page-photos")) } }
            }
        };
        PageContent { title, problem: Some(self.problem.kind()), main }
    }

    fn steps(&self) -> Vec<Markup> {
        let language = self.language;
        let import = || Some(html! { (text!(language, "refused-page-import")) });
        let choose = || Some(html! { (text!(language, "refused-page-choose")) });
        let connect = || self.connect_link(text!(language, "refused-page-connect"));
        let reconnect = || self.connect_link(text!(language, "refused-page-reconnect"));
        let call = || Some(html! { (text!(language, "refused-page-call")) " " code { (self.problem.kind()) } });
        let steps = match self.problem {
            Problem::CertificateExpired { .. } => vec![import(), reconnect(), choose(), call()],
            Problem::DeviceRevoked { .. } => {
                vec![Some(html! { (text!(language, "refused-page-call-first")) }), reconnect(), choose()]
            }
            Problem::CertificateUnusable { valid_from: Some(_), .. } => {
                let time = dated_time_element(self.now, language);
                vec![Some(html! { (text!(language, "refused-page-clock")) " " (time) "." }), call()]
            }
            Problem::CertificateUnusable { .. } => vec![choose(), connect(), call()],
            _ => vec![connect(), import(), choose(), call()],
        };
        steps.into_iter().flatten().collect()
    }

    fn connect_link(&self, text: String) -> Option<Markup> {
        let url = self.connect_url.as_ref()?;
        Some(html! { (text) " " a #connect href=(url) { (url) } })
    }
}
