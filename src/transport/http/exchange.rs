//! Bodies of requests and responses that report to the connection's progress.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use super::deadlines::{ConnectionProgress, ResponseInProgress};

/// A request body that reports when hyper has read it to its end.
pub(in crate::transport) struct ObservedBody {
    body: Incoming,
    progress: ConnectionProgress,
}

impl ObservedBody {
    pub(in crate::transport) fn new(body: Incoming, progress: ConnectionProgress) -> Self {
        if body.is_end_stream() {
            progress.request_body_ended();
        }
        Self { body, progress }
    }
}

impl HttpBody for ObservedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let is_end = match &frame {
            None => true,
            Some(Ok(_)) => self.body.is_end_stream(),
            Some(Err(_)) => false,
        };
        if is_end {
            self.progress.request_body_ended();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response body that keeps its request open until hyper has taken the last piece.
pub(in crate::transport) struct TrackedBody {
    body: Body,
    _in_progress: ResponseInProgress,
}

impl TrackedBody {
    pub(in crate::transport) fn new(body: Body, in_progress: ResponseInProgress) -> Self {
        Self { body, _in_progress: in_progress }
    }
}

impl HttpBody for TrackedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
