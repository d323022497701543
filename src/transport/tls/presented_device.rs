//! The device named by a client certificate that a handshake refuses, for the log.
//!
//! rustls returns nothing about a refused client, so the verifier passes the device to its handshake in a task-local variable.

use std::cell::Cell;

use crate::identity::issue::ClientSubject;

tokio::task_local! {
    static PRESENTED: Cell<Option<ClientSubject>>;
}

/// Runs a handshake, and returns the device whose certificate was refused in it. One of the gateway's own CAs issued the certificate, but
/// the client has not proved that it holds the key, since TLS checks the certificate first.
pub(in crate::transport) async fn with_presented_device<T>(
    handshake: impl Future<Output = T>,
) -> (T, Option<ClientSubject>) {
    let observed = async {
        let outcome = handshake.await;
        (outcome, PRESENTED.get().get())
    };
    PRESENTED.scope(Cell::new(None), observed).await
}

/// Sets the device of the current handshake.
pub(super) fn note(device: Option<ClientSubject>) {
    // Certificates of open connections are verified again outside of a handshake.
    let _ = PRESENTED.try_with(|presented| presented.set(device));
}
