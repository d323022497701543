//! A browser without scripts: cookies, forms, and one device's certificate.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::router_client::{RouterClient, RouterResponse};

pub struct ScriptlessBrowser {
    caller: RouterClient,
    cookies: Vec<Cookie>,
    /// The token of the last page that had one.
    pub token: String,
}

#[derive(Clone, Debug)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    pub path: String,
    pub attributes: String,
}

impl ScriptlessBrowser {
    /// A browser that has opened the first page of the desk.
    pub async fn of(caller: &RouterClient) -> Self {
        Self::at(caller, "/desk/").await
    }

    /// A browser that has opened this page.
    pub async fn at(caller: &RouterClient, path: &str) -> Self {
        let mut browser = Self { caller: caller.clone(), cookies: Vec::new(), token: String::new() };
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }

    pub async fn get(&mut self, path: &str) -> RouterResponse {
        let request = self.caller.request(Method::GET, path).header("cookie", self.cookies_for(path));
        let answer = self.caller.send(request.body(Body::empty()).unwrap()).await;
        self.remember(&answer);
        answer
    }

    pub async fn head(&mut self, path: &str) -> RouterResponse {
        let request = self.caller.request(Method::HEAD, path).header("cookie", self.cookies_for(path));
        self.caller.send(request.body(Body::empty()).unwrap()).await
    }

    /// Posts these fields and the token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> RouterResponse {
        let token = self.token.clone();
        let fields: Vec<_> = [("csrf", token.as_str())].iter().chain(fields).copied().collect();
        self.post_exactly(path, &fields, &[("sec-fetch-site", "same-origin")]).await
    }

    pub async fn post_exactly(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> RouterResponse {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let mut request = self.caller.request(Method::POST, path).header("cookie", self.cookies_for(path));
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.caller.send(request.body(Body::from(body.join("&"))).unwrap()).await;
        self.remember(&answer);
        answer
    }

    /// Posts a form with these parts, of which `photo` is a file, and the token first.
    pub async fn post_file(&mut self, path: &str, fields: &[(&str, &str)], photo: &[u8]) -> RouterResponse {
        let token = self.token.clone();
        let fields: Vec<_> = [("csrf", token.as_str())].iter().chain(fields).copied().collect();
        self.post_file_exactly(path, &fields, photo, &[("sec-fetch-site", "same-origin")]).await
    }

    pub async fn post_file_exactly(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        photo: &[u8],
        headers: &[(&str, &str)],
    ) -> RouterResponse {
        let answer = self.caller.send(self.file_request(path, fields, photo, headers)).await;
        self.remember(&answer);
        answer
    }

    /// The request that posts a form with a file.
    pub fn file_request(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        photo: &[u8],
        headers: &[(&str, &str)],
    ) -> Request<Body> {
        const BOUNDARY: &str = "--boundary-of-the-form";
        let disposition = "content-disposition: form-data";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--{BOUNDARY}\r\n{disposition}; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!("--{BOUNDARY}\r\n{disposition}; name=\"photo\"; filename=\"<b>.jpg\"\r\n\r\n");
        for part in [head.as_bytes(), photo, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()] {
            body.extend_from_slice(part);
        }
        let mut request = self.caller.request(Method::POST, path).header("cookie", self.cookies_for(path));
        request = request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from(body)).unwrap()
    }

    /// Follows a redirect.
    pub async fn follow(&mut self, answer: &RouterResponse) -> RouterResponse {
        assert_eq!(answer.status, 303, "{answer:?}");
        let path = answer.header("location").to_owned();
        self.get(&path).await
    }

    /// Enters a valid code and returns the address of the photo.
    pub async fn enter(&mut self, code: &str) -> String {
        let answer = self.post("/desk/", &[("code", code)]).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        answer.header("location").to_owned()
    }

    pub fn cookies(&self) -> &[Cookie] {
        &self.cookies
    }

    pub fn put_cookie(&mut self, cookie: Cookie) {
        self.cookies.push(cookie);
    }

    pub fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    fn cookies_for(&self, path: &str) -> String {
        let path = path.split('?').next().unwrap();
        let fits = |cookie: &&Cookie| {
            path.strip_prefix(&cookie.path)
                .is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'))
        };
        self.cookies
            .iter()
            .filter(fits)
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect::<Vec<_>>()
            .join("; ")
    }

    fn remember(&mut self, answer: &RouterResponse) {
        for header in answer.headers.get_all("set-cookie") {
            let text = header.to_str().unwrap();
            let (pair, attributes) = text.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let path = attributes.split("; ").find_map(|attribute| attribute.strip_prefix("Path=")).unwrap();
            self.cookies.retain(|cookie| (cookie.name.as_str(), cookie.path.as_str()) != (name, path));
            if !attributes.contains("Max-Age=0") {
                self.cookies.push(Cookie {
                    name: name.into(),
                    value: value.into(),
                    path: path.into(),
                    attributes: attributes.into(),
                });
            }
        }
        if let Some(token) = field(&page(answer), "csrf") {
            self.token = token;
        }
    }
}

/// The page's text.
pub fn page(answer: &RouterResponse) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The value of a hidden field.
pub fn field(page: &str, name: &str) -> Option<String> {
    let begin = format!("name=\"{name}\" value=\"");
    let rest = page.split(&begin).nth(1)?;
    Some(rest.split('"').next()?.to_owned())
}

/// Asserts that a page shows this problem.
#[track_caller]
pub fn assert_problem_page(answer: &RouterResponse, status: u16, problem: &str) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer:?}");
    let page = page(answer);
    assert!(page.contains(&format!("data-problem=\"{problem}\"")), "{page}");
    page
}

fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
