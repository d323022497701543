//! Responses that wait for events and that the client resumes after an interruption.

/// A response extension: the connection counts as idle while the response waits, so that a full listener closes it before one with
/// another running request. Nothing is lost, because the client resumes the response on another connection.
#[derive(Debug, Clone, Copy)]
pub struct Resumable;
