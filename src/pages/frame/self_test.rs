//! Parts of the pages that test a computer: cookies, clock, and the state of the gateway.

use axum::http::{HeaderMap, HeaderValue, Uri};
use maud::{Markup, html};
use strum::IntoStaticStr;

use super::cookies;
use super::elements::mark;
use crate::api::Problem;
use crate::clock::Timestamp;
use crate::domain::local_time::clock_time;
use crate::texts::language::Language;
use crate::texts::text;

/// Query of the link that repeats the cookie test.
const RETRY_QUERY: &str = "again";
/// Cookie for the test whether the browser returns cookies.
const TEST_COOKIE: &str = "lichtbild_self_test";

/// Result of the test whether the browser returns cookies.
#[derive(Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(in crate::pages) enum CookieTest {
    Done,
    /// The browser did not return the cookie.
    Failed,
    /// This first response sends the cookie.
    NotYet,
}

impl CookieTest {
    /// The result at a page that sends the cookie.
    pub(in crate::pages) fn of_page(headers: &HeaderMap, uri: &Uri) -> Self {
        match cookies::read(headers, TEST_COOKIE) {
            Some(_) => Self::Done,
            None if uri.query() == Some(RETRY_QUERY) => Self::Failed,
            None => Self::NotYet,
        }
    }

    /// The result at a form of such a page.
    pub(in crate::pages) fn of_form(headers: &HeaderMap) -> Self {
        if cookies::read(headers, TEST_COOKIE).is_some() { Self::Done } else { Self::Failed }
    }

    /// The result in words for the page at `path`; `failed` tells the consequence of a browser without cookies.
    pub(in crate::pages) fn in_words(self, path: &str, failed: &str, language: Language) -> Markup {
        match self {
            Self::Done => html! { (mark("✓", "good", language)) (text!(language, "page-cookies-done")) },
            Self::Failed => html! { (mark("✕", "fault", language)) strong { (failed) } },
            Self::NotYet => html! {
                (text!(language, "page-cookies-unchecked")) " "
                a #round-trip href={ (path) "?" (RETRY_QUERY) } { (text!(language, "page-check-now")) }
            },
        }
    }
}

/// The cookie of the test, for the page at `path`.
///
/// # Errors
/// None in practice: the value is always allowed in a header.
pub(in crate::pages) fn test_cookie(path: &str) -> Result<HeaderValue, Problem> {
    cookies::set_cookie(TEST_COOKIE, "here", path, None)
}

/// Shows the gateway's time. A wrong clock on the computer makes certificates invalid; the script shows the difference.
pub(in crate::pages) fn clock(now: Timestamp, language: Language) -> Markup {
    html! {
        span #clock data-now=(now.unix_milliseconds())
            data-minutes=(text!(language, "page-clock-minutes", count = "{count}"))
            data-hours=(text!(language, "page-clock-hours", count = "{count}"))
            data-days=(text!(language, "page-clock-days", count = "{count}"))
            data-right=(text!(language, "page-clock-right"))
            data-fast=(text!(language, "page-clock-fast", by = "{by}"))
            data-slow=(text!(language, "page-clock-slow", by = "{by}")) {
            (text!(language, "page-gateway-time", time = clock_time(now, language)))
        }
    }
}

/// Lists in words the parts that a gateway lacks to be ready.
pub(in crate::pages) fn missing_list(missing: &[&'static str], language: Language) -> Markup {
    html! { ul { @for missing in missing { li data-missing=(missing) { (missing_text(missing, language)) } } } }
}

fn missing_text(missing: &str, language: Language) -> String {
    match missing {
        "storage" | "clock" | "epoch-key" | "server-certificate" => {
            text!(language, format!("page-missing-{missing}"))
        }
        _ => text!(language, "page-missing-other"),
    }
}
