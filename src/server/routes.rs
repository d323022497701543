//! All routes with their listeners, and so with the role that may call them.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, VARY};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Extension, Router};

use super::faults::FaultInjector;
use crate::api::problem::help::link_help;
use crate::api::readiness::SharedReadiness;
use crate::api::{
    App, Problem, audit, caller, est, events, invitations, message_head, negotiate, office, openapi, ops,
    revocation_list, studio,
};
use crate::pages::desk::pages as desk;
use crate::pages::root_redirect::redirect_browsers;
use crate::pages::studio::pages;
use crate::pages::{connect, desk as desk_pages, problem_help, refused_certificate, studio as studio_pages};
use crate::storage::deadline::with_deadline;
use crate::telemetry::{Metrics, MetricsFormat, RequestObserver, observe_request};

/// The four listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ListenerKind {
    /// Mutual TLS with certificates of the studio CA. A browser without one gets a page that explains it, a program an alert.
    Studio,
    /// Mutual TLS with certificates of the office CA or an external CA. A caller without one gets a refusal that explains it.
    Office,
    /// Server certificate only, for anonymous callers: enrolment and revocation lists.
    Enrolment,
    /// Plain HTTP on loopback, for monitoring.
    Ops,
}

impl ListenerKind {
    /// The name in logs and metrics.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One route.
pub struct Route {
    pub listener: ListenerKind,
    pub method: &'static str,
    /// With parameters in braces.
    pub path: &'static str,
    handler: MethodRouter<App>,
}

/// All routes.
pub fn routes() -> Vec<Route> {
    use ListenerKind::{Enrolment, Office, Ops, Studio};
    vec![
        post(Studio, "/v1/photos", studio::deposit::create),
        get(Studio, "/v1/photos", studio::photos::list),
        post(Studio, "/v1/photos/check", studio::check::create),
        get(Studio, "/v1/photos/{photo_id}", studio::photos::show),
        delete(Studio, "/v1/photos/{photo_id}", studio::photos::delete),
        get(Studio, "/v1/profile", studio::profile::show),
        get(Studio, "/v1/me", studio::me::show),
        get(Studio, "/v1/events", events::routes::studio),
        get(Studio, "/v1/openapi.json", openapi::show_studio),
        post(Office, "/v1/collections", office::collections::create),
        get(Office, "/v1/collections", office::collections::list),
        get(Office, "/v1/collections/{collection_id}", office::collections::show),
        get(Office, "/v1/collections/{collection_id}/photo", office::photo::show),
        head(Office, "/v1/collections/{collection_id}/photo", office::photo::head),
        post(Office, "/v1/collections/{collection_id}/settle", office::settle::create),
        get(Office, "/v1/me", office::me::show),
        get(Office, "/v1/events", events::routes::office),
        get(Office, "/v1/openapi.json", openapi::show_office),
        get(Office, "/desk", desk::code_entry::redirect),
        get(Office, "/desk/", desk::code_entry::show),
        post(Office, "/desk/", desk::code_entry::create),
        get(Office, "/desk/language", desk::code_entry::redirect),
        post(Office, "/desk/language", desk::language::create),
        get(Office, "/desk/today", desk::today::show),
        get(Office, "/desk/self-test", desk::self_test::show),
        post(Office, "/desk/self-test", desk::self_test::create),
        get(Office, "/desk/renewal", desk::renewal::show),
        get(Office, "/desk/collections/{collection_id}", desk::photo::show),
        get(Office, "/desk/collections/{collection_id}/photo.jpg", desk::photo_download::show),
        head(Office, "/desk/collections/{collection_id}", desk::photo::head),
        head(Office, "/desk/collections/{collection_id}/photo.jpg", desk::photo::head),
        get(Office, "/desk/collections/{collection_id}/use", desk::use_photo::show),
        get(Office, "/desk/collections/{collection_id}/refuse", desk::refuse::show),
        get(Office, "/desk/collections/{collection_id}/settle", desk::settle::show),
        post(Office, "/desk/collections/{collection_id}/settle", desk::settle::create),
        get(Office, "/desk/collections/{collection_id}/done", desk::done::show),
        get(Office, "/v1/audit/checkpoints", audit::checkpoints::list),
        get(Office, "/v1/audit/checkpoints/{count}", audit::checkpoints::show),
        get(Office, "/v1/audit/checkpoints/{count}/signature", audit::checkpoints::signature),
        get(Office, "/v1/audit/log", audit::log::show),
        get(Enrolment, "/connect", connect::routes::redirect),
        get(Enrolment, "/connect/", connect::routes::show),
        post(Enrolment, "/v1/invitations/lookup", invitations::look_up),
        get(Enrolment, "/v1/openapi.json", openapi::show_enrolment),
        get(Enrolment, "/.well-known/est/cacerts", est::cacerts::show),
        get(Enrolment, "/.well-known/est/csrattrs", est::csrattrs::show),
        post(Enrolment, "/.well-known/est/simpleenroll", est::enrol::create),
        get(Studio, "/studio", pages::deposit::redirect),
        get(Studio, "/studio/", pages::deposit::show),
        get(Studio, "/studio/check", pages::deposit::redirect),
        post(Studio, "/studio/check", pages::check::create),
        get(Studio, "/studio/deposit", pages::deposit::redirect),
        post(Studio, "/studio/deposit", pages::deposit::create),
        get(Studio, "/studio/language", pages::deposit::redirect),
        post(Studio, "/studio/language", pages::language::create),
        get(Studio, "/studio/photos", pages::photos::show),
        get(Studio, "/studio/photos/seen", pages::photos::redirect),
        post(Studio, "/studio/photos/seen", pages::photos::mark_seen),
        get(Studio, "/studio/photos/{photo_id}", pages::photo::show),
        get(Studio, "/studio/photos/{photo_id}/withdraw", pages::withdraw::show),
        post(Studio, "/studio/photos/{photo_id}/withdraw", pages::withdraw::create),
        get(Studio, "/studio/computer", pages::computer::show),
        get(Studio, "/studio/renewal", pages::renewal::show),
        get(Studio, "/studio/photos/{photo_id}/receipt", pages::receipt::show),
        get(Studio, "/studio/photos/{photo_id}/receipt.pdf", pages::receipt::download),
        get(Studio, "/.well-known/est/cacerts", est::cacerts::show_studio),
        get(Studio, "/.well-known/est/csrattrs", est::csrattrs::show_studio),
        post(Studio, "/.well-known/est/simplereenroll", est::reenrol::create_studio),
        get(Office, "/.well-known/est/cacerts", est::cacerts::show_office),
        get(Office, "/.well-known/est/csrattrs", est::csrattrs::show_office),
        post(Office, "/.well-known/est/simplereenroll", est::reenrol::create_office),
        get(Studio, "/problems/", problem_help::list),
        get(Studio, "/problems/{problem_type}", problem_help::show),
        get(Office, "/problems/", problem_help::list),
        get(Office, "/problems/{problem_type}", problem_help::show),
        get(Enrolment, "/problems/", problem_help::list),
        get(Enrolment, "/problems/{problem_type}", problem_help::show),
        get(Enrolment, "/crl/studio.crl", revocation_list::studio),
        get(Enrolment, "/crl/office.crl", revocation_list::office),
        get(Enrolment, "/readyz", ops::readyz_without_details),
        get(Ops, "/healthz", ops::healthz),
        get(Ops, "/readyz", ops::readyz),
        get(Ops, "/metrics", show_metrics),
    ]
}

/// The router of one listener.
pub fn router(listener: ListenerKind, app: &App, metrics: &Arc<Metrics>) -> Router {
    router_with_faults(listener, app, metrics, None)
}

/// The router of one listener, with the faults of the demo.
pub(super) fn router_with_faults(
    listener: ListenerKind,
    app: &App,
    metrics: &Arc<Metrics>,
    faults: Option<&dyn FaultInjector>,
) -> Router {
    let mut router = Router::new();
    for route in routes().into_iter().filter(|route| route.listener == listener) {
        router = router.route(route.path, route.handler);
    }
    let observer = RequestObserver::new(Arc::clone(metrics), listener.name());
    let router = router
        .with_state(app.clone())
        .fallback(async || Problem::RouteUnknown)
        .method_not_allowed_fallback(async || Problem::MethodNotAllowed);
    let router = match faults {
        Some(faults) => faults.around_handlers(router),
        None => router,
    };
    // These layers run around all handlers and fallbacks but inside `render_problems`, which renders their refusals too.
    let router = match listener {
        ListenerKind::Office => router
            .layer(from_fn(caller::require_certificate))
            .layer(from_fn(|request, next| redirect_browsers(desk_pages::ROOT, request, next))),
        ListenerKind::Enrolment => {
            router.layer(from_fn(|request, next| redirect_browsers(connect::ROOT, request, next)))
        }
        ListenerKind::Ops => router.layer(from_fn(ops::refuse_web_pages)),
        ListenerKind::Studio => router
            .layer(from_fn(caller::require_certificate))
            .layer(from_fn_with_state(app.clone(), refused_certificate::render_page))
            .layer(from_fn(|request, next| redirect_browsers(studio_pages::ROOT, request, next))),
    };
    let router = router
        .layer(from_fn(message_head::check_message_head))
        .layer(from_fn_with_state(app.clone(), desk::problem_page::render_pages))
        .layer(from_fn_with_state(app.clone(), pages::problem_page::render_pages))
        .layer(from_fn(negotiate::render_problems))
        .layer(from_fn(est::spell_header_names));
    let router = match listener {
        // It has no pages to link to.
        ListenerKind::Ops => router.layer(from_fn(ops::forbid_caching)),
        ListenerKind::Studio | ListenerKind::Office | ListenerKind::Enrolment => router.layer(from_fn(link_help)),
    };
    let router = router
        .layer(Extension(Arc::clone(metrics)))
        .layer(Extension(SharedReadiness::default()))
        .layer(from_fn(limit_database_time))
        .layer(from_fn_with_state(observer, observe_request));
    match listener {
        // Outside of the observer: a refused handshake is not counted as a request.
        ListenerKind::Studio => router.layer(from_fn(caller::alert_programs)),
        ListenerKind::Office | ListenerKind::Enrolment | ListenerKind::Ops => router,
    }
}

async fn limit_database_time(request: Request, next: Next) -> Response {
    with_deadline(next.run(request)).await
}

async fn show_metrics(
    State(app): State<App>,
    Extension(metrics): Extension<Arc<Metrics>>,
    headers: HeaderMap,
) -> Response {
    // Operators need the other metrics most when the database is unavailable.
    let photo_counts = app.gateway.store.photo_counts().await.unwrap_or_default();
    let format = MetricsFormat::from_accept(&headers);
    let text = format.rewrite(metrics.encode(&photo_counts, &app.trust));
    ([(CONTENT_TYPE, format.content_type()), (VARY, "accept")], text).into_response()
}

fn get<T: 'static>(listener: ListenerKind, path: &'static str, handler: impl Handler<T, App>) -> Route {
    Route { listener, method: "GET", path, handler: on(MethodFilter::GET, handler) }
}

fn head<T: 'static>(listener: ListenerKind, path: &'static str, handler: impl Handler<T, App>) -> Route {
    Route { listener, method: "HEAD", path, handler: on(MethodFilter::HEAD, handler) }
}

fn post<T: 'static>(listener: ListenerKind, path: &'static str, handler: impl Handler<T, App>) -> Route {
    Route { listener, method: "POST", path, handler: on(MethodFilter::POST, handler) }
}

fn delete<T: 'static>(listener: ListenerKind, path: &'static str, handler: impl Handler<T, App>) -> Route {
    Route { listener, method: "DELETE", path, handler: on(MethodFilter::DELETE, handler) }
}
