//! Bodies in whose middle the connection is cut.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::transport::accept::connection_handle::ConnectionHandle;

/// Time in which the first half of an answer gets onto the network before the connection is cut.
const TIME_TO_SEND: Duration = Duration::from_millis(100);

/// A request body that cuts the connection when half of it has arrived.
pub(super) struct CutRequestBody<OnCut> {
    body: Body,
    /// Bytes until the cut.
    left: u64,
    connection: ConnectionHandle,
    on_cut: Option<OnCut>,
}

impl<OnCut: FnOnce() + Unpin> CutRequestBody<OnCut> {
    pub(super) fn new(body: Body, connection: ConnectionHandle, on_cut: OnCut) -> Self {
        // A body of unknown length may be one short chunk, so it is cut at its first bytes.
        let left = body.size_hint().exact().map_or(0, |length| length / 2);
        Self { body, left, connection, on_cut: Some(on_cut) }
    }
}

impl<OnCut: FnOnce() + Unpin> HttpBody for CutRequestBody<OnCut> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX)),
            _ => return Poll::Ready(frame),
        };
        if length <= self.left {
            self.left -= length;
            return Poll::Ready(frame);
        }
        if let Some(on_cut) = self.on_cut.take() {
            on_cut();
        }
        self.connection.inject_cut();
        // The end of the connection ends the handler.
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response body of which the client gets one half.
pub(super) struct CutAnswerBody {
    length: u64,
    first_half: Option<Bytes>,
    until_cut: Pin<Box<Sleep>>,
    connection: ConnectionHandle,
}

impl CutAnswerBody {
    pub(super) fn new(whole: Bytes, connection: ConnectionHandle) -> Self {
        let length = u64::try_from(whole.len()).unwrap_or(u64::MAX);
        let first_half = Some(whole.slice(..whole.len() / 2));
        Self { length, first_half, until_cut: Box::pin(sleep(TIME_TO_SEND)), connection }
    }
}

/// A response body of unknown length, such as an event stream, of which the client gets the first piece.
pub(super) struct CutStreamBody {
    body: Body,
    /// `None` before the first piece.
    until_cut: Option<Pin<Box<Sleep>>>,
    connection: ConnectionHandle,
}

impl CutStreamBody {
    pub(super) fn new(body: Body, connection: ConnectionHandle) -> Self {
        Self { body, until_cut: None, connection }
    }
}

impl HttpBody for CutStreamBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(until_cut) = &mut self.until_cut else {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
            self.until_cut = Some(Box::pin(sleep(TIME_TO_SEND)));
            return Poll::Ready(frame);
        };
        ready!(until_cut.as_mut().poll(cx));
        self.connection.inject_cut();
        Poll::Pending
    }
}

impl HttpBody for CutAnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(half) = self.first_half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        ready!(self.until_cut.as_mut().poll(cx));
        self.connection.inject_cut();
        Poll::Pending
    }

    /// The length of the whole body, so that the client knows that a part is missing.
    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
