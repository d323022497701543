//! Plain HTTP on a TLS port: the client gets a readable answer, since browsers do not show TLS alerts.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time;

/// The answer to every request. It does not depend on the request, which is not read.
const ANSWER: &str = concat!(
    "HTTP/1.1 400 Bad Request\r\n",
    "content-type: text/plain; charset=utf-8\r\n",
    "content-length: 215\r\n",
    "cache-control: no-store\r\n",
    "connection: close\r\n",
    "\r\n",
    "Dieser Anschluss spricht nur HTTPS. Bitte beginnen Sie die Adresse mit https:// statt mit http://.\n",
    "\n",
    "This port speaks HTTPS only. Begin the address with https:// instead of http://. Nothing of your request was read.\n",
);

/// Reports whether the first bytes begin an HTTP request: a method is written in capitals, and a TLS handshake begins with 22.
pub(in crate::transport) fn is_recognised(first: &[u8]) -> bool {
    first.first().is_some_and(u8::is_ascii_uppercase)
}

/// Tells the client to use https; the answer fits into the buffer of a new socket.
pub(in crate::transport) async fn answer(socket: &mut (impl AsyncWrite + Unpin), limit: Duration) {
    // An error means that the client has left.
    let _ = time::timeout(limit, socket.write_all(ANSWER.as_bytes())).await;
}

#[derive(Debug, thiserror::Error)]
#[error("the client speaks plain HTTP; its address has to begin with https://")]
pub(in crate::transport) struct PlainHttpError;

impl PlainHttpError {
    pub(in crate::transport) fn is_cause_of(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_states_its_own_length() {
        let (head, body) = ANSWER.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
