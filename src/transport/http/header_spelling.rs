//! Spelling of header names, for clients that compare them by case although they are case-insensitive (RFC 9110 section 5.1).

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Extension of a response: its header names are written as RFC 9110 spells them.
#[derive(Debug, Clone, Copy)]
pub struct StandardSpelling;

/// Flag from the service to the stream below it: the next head is respelled.
#[derive(Debug, Clone, Default)]
pub(in crate::transport) struct SpellingRequest(Arc<AtomicBool>);

impl SpellingRequest {
    pub(in crate::transport) fn make(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// A stream that respells header names in the heads for which this was requested.
#[derive(Debug)]
pub(in crate::transport) struct SpelledStream<S> {
    inner: S,
    request: SpellingRequest,
    /// Bytes to replace in the next output: distance from the next byte, and the new byte.
    replacements: Vec<(usize, u8)>,
}

impl<S> SpelledStream<S> {
    pub(in crate::transport) fn new(inner: S, request: SpellingRequest) -> Self {
        Self { inner, request, replacements: Vec::new() }
    }

    pub(in crate::transport) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncWrite + Unpin> SpelledStream<S> {
    /// Writes all of `buf` in one piece: some clients expect the whole answer in one TLS record.
    fn poll_write_respelled(&mut self, cx: &mut Context<'_>, mut buf: Vec<u8>) -> Poll<io::Result<usize>> {
        for (position, byte) in &self.replacements {
            if let Some(place) = buf.get_mut(*position) {
                *place = *byte;
            }
        }
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &buf))?;
        self.replacements.retain(|(position, _)| *position >= written);
        for (position, _) in &mut self.replacements {
            *position -= written;
        }
        Poll::Ready(Ok(written))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for SpelledStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.request.take() {
            self.replacements = replacements(buf);
        }
        if self.replacements.is_empty() {
            return Pin::new(&mut self.inner).poll_write(cx, buf);
        }
        self.poll_write_respelled(cx, buf.to_vec())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let is_requested = self.request.take();
        if !is_requested && self.replacements.is_empty() {
            return Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        }
        let all = bufs.iter().flat_map(|buf| buf.iter().copied()).collect::<Vec<u8>>();
        if is_requested {
            self.replacements = replacements(&all);
        }
        self.poll_write_respelled(cx, all)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for SpelledStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

/// Positions of the letters of the final head that become capital, with the new byte. An interim head (`100 Continue`), or its end,
/// may come before the final head.
fn replacements(bytes: &[u8]) -> Vec<(usize, u8)> {
    let mut found = Vec::new();
    let (mut start, mut is_final) = (0, false);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"HTTP/1.") {
            is_final = line.get(9) != Some(&b'1');
        } else if is_final && line == b"\r\n" {
            break;
        } else if is_final {
            let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
            let capitals =
                name.iter().enumerate().filter(|(index, byte)| byte.is_ascii_lowercase() && is_capital(name, *index));
            found.extend(capitals.map(|(index, byte)| (start + index, byte.to_ascii_uppercase())));
        }
        start += line.len();
    }
    found
}

/// `Content-Length`, `WWW-Authenticate`: the first letter of each word is a capital, and so is all of an abbreviation.
fn is_capital(name: &[u8], index: usize) -> bool {
    index == 0 || name[index - 1] == b'-' || (name.starts_with(b"www-") && index < 3)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const HEADS: &[u8] =
        b"HTTP/1.1 100 Continue\r\ncontent-type: not mine\r\n\r\nHTTP/1.1 401 Unauthorized\r\ncontent-type: a\r\n\
        www-authenticate: Basic\r\nwww-authenticate: b\r\ndate: x\r\n\r\ncontent-type: body\r\n\r\n";
    const SPELLED: &[u8] =
        b"HTTP/1.1 100 Continue\r\ncontent-type: not mine\r\n\r\nHTTP/1.1 401 Unauthorized\r\nContent-Type: a\r\n\
        WWW-Authenticate: Basic\r\nWWW-Authenticate: b\r\nDate: x\r\n\r\ncontent-type: body\r\n\r\n";

    async fn written(room: usize, is_requested: bool) -> Vec<u8> {
        let (mut peer, own) = tokio::io::duplex(room);
        let request = SpellingRequest::default();
        let mut stream = SpelledStream::new(own, request.clone());
        let writing = async move {
            if is_requested {
                request.make();
            }
            stream.write_all(HEADS).await.unwrap();
            // The next answer was not asked for.
            stream.write_all(HEADS).await.unwrap();
        };
        let mut all = Vec::new();
        let ((), read) = tokio::join!(writing, peer.read_to_end(&mut all));
        read.unwrap();
        all
    }

    #[tokio::test]
    async fn the_final_head_is_respelled_however_it_is_cut() {
        for room in [1, 2, 7, 60, 1000] {
            assert_eq!(written(room, true).await, [SPELLED, HEADS].concat(), "{room}");
        }
        assert_eq!(written(1000, false).await, [HEADS, HEADS].concat());
    }

    #[tokio::test]
    async fn a_head_in_slices_is_respelled() {
        let (mut peer, own) = tokio::io::duplex(1000);
        let request = SpellingRequest::default();
        request.make();
        let mut stream = SpelledStream::new(own, request);
        let slices = [IoSlice::new(b""), IoSlice::new(HEADS), IoSlice::new(b"body")];
        assert_eq!(stream.write_vectored(&slices).await.unwrap(), HEADS.len() + 4);
        drop(stream);
        let mut all = Vec::new();
        peer.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, [SPELLED, b"body"].concat());
    }
}
