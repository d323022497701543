//! Signals that stop a watch: Ctrl-C, and on Unix SIGTERM.

use std::io;

/// Future that is ready at the first signal.
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

/// Future that is ready at the first Ctrl-C.
#[cfg(not(unix))]
pub(super) fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Ctrl-C cannot be received; only the end of the process stops the watch.
            std::future::pending::<()>().await;
        }
    })
}
