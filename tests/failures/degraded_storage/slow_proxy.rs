//! A proxy that delays every answer of a server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// Proxy in front of a server's socket.
pub struct SlowProxy {
    folder: tempfile::TempDir,
    milliseconds: Arc<AtomicU64>,
}

impl SlowProxy {
    /// Starts a proxy for the socket in this folder, at first without a delay.
    pub fn before(server: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(socket(folder.path())).unwrap();
        let (milliseconds, server) = (Arc::new(AtomicU64::new(0)), socket(server));
        let line = Self { folder, milliseconds: Arc::clone(&milliseconds) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), Arc::clone(&milliseconds)));
            }
        });
        line
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Delays every answer from now on.
    pub fn set_delay(&self, span: Duration) {
        self.milliseconds.store(span.as_millis() as u64, Ordering::SeqCst);
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join(".s.PGSQL.5432")
}

async fn carry(client: UnixStream, server: PathBuf, milliseconds: Arc<AtomicU64>) {
    let Ok(server) = UnixStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
            tokio::time::sleep(Duration::from_millis(milliseconds.load(Ordering::SeqCst))).await;
            if to_client.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    let requests = async { tokio::io::copy(&mut from_client, &mut to_server).await };
    // The first side that ends closes both connections.
    tokio::select! {
        () = answers => {}
        _ = requests => {}
    }
}
