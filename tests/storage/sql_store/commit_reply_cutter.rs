//! A proxy that drops the connection after a commit and before its answer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// Proxy in front of a server's socket. Drops one answer each time it is armed.
pub struct CommitReplyCutter {
    folder: tempfile::TempDir,
    armed: Arc<AtomicBool>,
}

impl CommitReplyCutter {
    /// Starts a proxy for the socket in this folder.
    pub fn before(server: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(socket(folder.path())).unwrap();
        let (armed, server) = (Arc::new(AtomicBool::new(false)), socket(server));
        let cutter = Self { folder, armed: Arc::clone(&armed) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server.clone(), Arc::clone(&armed)));
            }
        });
        cutter
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Drops the answer of the next commit.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    pub fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join(".s.PGSQL.5432")
}

async fn carry(client: UnixStream, server: PathBuf, armed: Arc<AtomicBool>) {
    let server = UnixStream::connect(server).await.unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = tokio::spawn(async move {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
            // The server reports success with "C" and the tag of the command.
            let is_answer = bytes[..length].windows(7).any(|window| window == b"COMMIT\0");
            if is_answer && armed.swap(false, Ordering::SeqCst) {
                return;
            }
            if to_client.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    });
    let requests = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
            if to_server.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    };
    // The first side that ends closes both connections.
    let stop = answers.abort_handle();
    tokio::select! {
        _ = answers => {}
        () = requests => stop.abort(),
    }
}
