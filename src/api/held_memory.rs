//! Answers that keep a photo's memory counted until the caller has read them.

use axum::body::Body;
use axum::response::Response;
use http_body_util::BodyExt;

/// Keeps `held` until the answer's body is sent or given up: a slow reader holds the photo for as long.
pub fn hold<T: Send + 'static>(response: Response, held: T) -> Response {
    let held = std::sync::Mutex::new(held);
    // The closure lives as long as the body does, and changes nothing.
    response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _held = &held;
            error
        }))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn the_memory_is_held_as_long_as_the_body() {
        let memory = Arc::new(());
        let response = hold("a photo".into_response(), Arc::clone(&memory));
        let body = response.into_body();
        assert_eq!(axum::body::HttpBody::size_hint(&body).exact(), Some(7), "the length is still known");
        assert_eq!(Arc::strong_count(&memory), 2);
        drop(body);
        assert_eq!(Arc::strong_count(&memory), 1);
    }
}
