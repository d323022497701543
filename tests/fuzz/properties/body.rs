//! Properties of one request with its body, as a route reads it.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, Request};
use hyper::body::Frame;

use super::answer::FuzzAnswer;
use super::gateway::{FuzzCaller, FuzzGateway, MAX_PHOTO_BYTES, with_gateway};

/// A letter for the caller, one for the way in which the body arrives, then a request as text: the method and the address, fields, an
/// empty line and the body. Lines end with a line feed.
///
/// The answer is sound; a refused request is refused again for the same reason; and no photo is stored without a receipt. A body over
/// the limit is never accepted.
pub fn body(bytes: &[u8]) {
    body_status(bytes);
}

/// The same, with the status of the answer; `None` for an input that is no request.
pub fn body_status(bytes: &[u8]) -> Option<u16> {
    let [letter, arrival, text @ ..] = bytes else { return None };
    let caller = FuzzCaller::of(*letter);
    with_gateway(|gateway| {
        let text = gateway.fill_in(text);
        let sent = SentRequest::parse(&text, *arrival)?;
        let photos = gateway.photos();
        let answer = sent.send(gateway, caller);
        answer.assert_sound(&sent.method, &sent.path, gateway.codes());
        let stored = gateway.photos() - photos;
        let is_deposit = sent.method == Method::POST && sent.path == "/v1/photos" && answer.status == 201;
        assert!(stored <= u64::from(is_deposit), "{stored} photos were stored: {answer:?}");
        // The other routes take no body.
        let is_taken = answer.is_accepted() && sent.method == Method::POST;
        assert!(!is_taken || sent.body.len() as u64 <= MAX_PHOTO_BYTES, "a body over the limit: {answer:?}");
        assert!(!is_taken || !sent.is_cut, "a body that was cut: {answer:?}");
        let again = sent.send(gateway, caller);
        again.assert_sound(&sent.method, &sent.path, gateway.codes());
        if answer.status >= 400 {
            assert_eq!((answer.status, answer.problem()), (again.status, again.problem()), "refused in another way");
            assert_eq!(gateway.photos(), photos);
        }
        if !sent.method.is_safe() && (answer.is_accepted() || again.is_accepted()) {
            gateway.renew_photos();
        }
        Some(answer.status)
    })
}

struct SentRequest<'a> {
    method: Method,
    path: String,
    head: Request<()>,
    body: &'a [u8],
    piece: usize,
    /// The connection ends behind the body.
    is_cut: bool,
}

impl<'a> SentRequest<'a> {
    /// `None` for a text that no HTTP parser would give to the routes.
    fn parse(text: &'a [u8], arrival: u8) -> Option<Self> {
        let end = text.windows(2).position(|window| window == b"\n\n")?;
        let (head, body) = (std::str::from_utf8(&text[..end]).ok()?, &text[end + 2..]);
        let mut lines = head.split('\n');
        let (method, address) = lines.next()?.split_once(' ')?;
        let mut request = Request::builder().method(method).uri(address).header("host", "localhost");
        for line in lines {
            let (name, value) = line.split_once(": ")?;
            request = request.header(name, value);
        }
        let head = request.body(()).ok()?;
        let (method, path) = (head.method().clone(), head.uri().path().to_owned());
        let piece = 1 << (arrival & 0x0F);
        Some(Self { method, path, head, body, piece, is_cut: arrival & 0x80 != 0 })
    }

    fn send(&self, gateway: &FuzzGateway, caller: FuzzCaller) -> FuzzAnswer {
        let pieces = self.body.chunks(self.piece).map(Bytes::copy_from_slice).collect();
        let body = Body::new(BodyInPieces { pieces, is_cut: self.is_cut });
        let (parts, ()) = self.head.clone().into_parts();
        FuzzAnswer::of(gateway, caller, Request::from_parts(parts, body))
    }
}

struct BodyInPieces {
    pieces: VecDeque<Bytes>,
    is_cut: bool,
}

impl HttpBody for BodyInPieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let piece = self.pieces.pop_front().map(|piece| Ok(Frame::data(piece)));
        let cut = || self.is_cut.then(|| Err(std::io::ErrorKind::ConnectionReset.into()));
        Poll::Ready(piece.or_else(cut))
    }
}
