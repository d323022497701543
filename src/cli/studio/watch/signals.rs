//! Signals that stop a watch: Ctrl-C, and on Unix the one that systemd sends.

use std::io;

/// Ready at the first signal.
///
/// # Errors
/// The operating system's error when it does not deliver signals.
#[cfg(unix)]
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ready at the first Ctrl-C.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody can ask: then only the end of the process stops it.
            std::future::pending::<()>().await;
        }
    })
}
