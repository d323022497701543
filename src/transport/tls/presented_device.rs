//! The device named by a client certificate that a handshake refuses, for the log.
//!
//! rustls keeps nothing of a refused client, so the verifier notes the device where the handshake that it is called from can find it.

use std::cell::Cell;

use crate::identity::issue::ClientSubject;

tokio::task_local! {
    static PRESENTED: Cell<Option<ClientSubject>>;
}

/// Runs a handshake, and gives the device whose certificate was refused in it. That the certificate was issued by one of the gateway's own
/// authorities is certain; that the client has its key is not, since TLS checks the certificate first.
pub(in crate::transport) async fn with_presented_device<T>(
    handshake: impl Future<Output = T>,
) -> (T, Option<ClientSubject>) {
    let observed = async {
        let outcome = handshake.await;
        (outcome, PRESENTED.get().get())
    };
    PRESENTED.scope(Cell::new(None), observed).await
}

/// Notes a device for the handshake that runs now.
pub(super) fn note(device: Option<ClientSubject>) {
    // Connections that are open have their certificates verified anew outside of any handshake.
    let _ = PRESENTED.try_with(|presented| presented.set(device));
}
