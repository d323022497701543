//! Proxy in front of the Unix socket of a PostgreSQL server.

use std::path::{Path, PathBuf};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{UnixListener, UnixStream};

/// Proxy whose folder takes the place of the server's folder.
pub struct ServerSocketProxy {
    folder: tempfile::TempDir,
}

impl ServerSocketProxy {
    /// Passes each client and its connection to the server to `relay`.
    pub fn start<F>(server: &Path, relay: impl Fn(UnixStream, UnixStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(socket(folder.path())).unwrap();
        let server = socket(server);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = UnixStream::connect(&server).await {
                    tokio::spawn(relay(client, server));
                }
            }
        });
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join(".s.PGSQL.5432")
}

/// Forwards both directions until one side ends, or until `passes` refuses a part of an answer.
pub async fn relay_answers<F>(client: UnixStream, server: UnixStream, passes: impl Fn(Vec<u8>) -> F)
where
    F: Future<Output = Option<Vec<u8>>>,
{
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
            let Some(answer) = passes(bytes[..length].to_vec()).await else { return };
            if to_client.write_all(&answer).await.is_err() {
                return;
            }
        }
    };
    // The first side that ends closes both connections.
    tokio::select! {
        () = answers => {}
        _ = copy(&mut from_client, &mut to_server) => {}
    }
}
