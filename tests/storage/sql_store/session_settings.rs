//! A connection pooler between gateway and server drops the settings of sessions, as `PgBouncer` does if its
//! configuration ignores the parameter `options`.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lichtbild::domain::party::Role;
use lichtbild::storage::{SqlStore, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::AbortHandle;

use crate::support::postgres::{PostgresServer, execute_on, location};
use crate::support::test_gateway::START;

const PORT_FILE: &str = ".s.PGSQL.5432";

struct Pooler {
    dir: tempfile::TempDir,
    drops_options: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pooler {
    fn start(server: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(dir.path().join(PORT_FILE)).unwrap();
        let drops_options = Arc::new(AtomicBool::new(false));
        let (server, drops) = (server.to_owned(), Arc::clone(&drops_options));
        let serve = async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server.clone(), drops.load(Ordering::SeqCst)));
            }
        };
        Self { dir, drops_options, task: tokio::spawn(serve).abort_handle() }
    }
}

/// Forwards the start message, without `options` if requested, and everything else unchanged.
async fn relay(mut client: UnixStream, server: std::path::PathBuf, drops_options: bool) -> io::Result<()> {
    let mut server = UnixStream::connect(server).await?;
    let mut message = read_start(&mut client).await?;
    if message.len() == 4 {
        // The client requests TLS.
        client.write_all(b"N").await?;
        message = read_start(&mut client).await?;
    }
    if drops_options {
        // Version, then names and values, each ended by zero; an empty name ends the list.
        let texts: Vec<&[u8]> = message[4..].split(|byte| *byte == 0).collect();
        let kept = texts.chunks_exact(2).filter(|pair| !pair[0].is_empty() && pair[0] != b"options");
        let kept: Vec<u8> = kept.flat_map(|pair| [pair[0], b"\0", pair[1], b"\0"].concat()).collect();
        message = [&message[..4], &kept, b"\0"].concat();
    }
    server.write_u32(u32::try_from(message.len()).unwrap() + 4).await?;
    server.write_all(&message).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Body of a message without a type, as the first ones of a connection are.
async fn read_start(client: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut message = vec![0; client.read_u32().await? as usize - 4];
    client.read_exact(&mut message).await?;
    Ok(message)
}

#[tokio::test]
async fn a_session_without_its_settings_is_refused_and_a_later_one_with_them_serves() {
    let cluster = PostgresServer::start().await;
    let url = cluster.empty_database().await;
    let direct_socket = cluster.folder().join(PORT_FILE);
    let pooler = Pooler::start(&direct_socket);
    let through = url.replace(&cluster.folder().display().to_string(), &pooler.dir.path().display().to_string());
    assert_ne!(through, url);

    pooler.drops_options.store(true, Ordering::SeqCst);
    assert_refused(SqlStore::create(&location(&through)).await.err());

    pooler.drops_options.store(false, Ordering::SeqCst);
    let store = SqlStore::create(&location(&through)).await.unwrap();
    store.check_ready(START).await.unwrap();

    // From now on the settings are dropped: neither the running node nor a new one serves.
    pooler.drops_options.store(true, Ordering::SeqCst);
    end_sessions(&url).await;
    assert_refused(store.check_ready(START).await.err());
    assert_refused(store.parties(Role::Studio).await.err());
    for opened in [SqlStore::open(&location(&through)).await, SqlStore::open_read_only(&location(&through)).await] {
        assert_refused(opened.err());
    }

    // No restart is needed.
    pooler.drops_options.store(false, Ordering::SeqCst);
    while let Err(error) = store.check_ready(START).await {
        assert_refused(Some(error));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn end_sessions(url: &str) {
    let sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
    execute_on(url, sessions).await;
}

#[track_caller]
fn assert_refused(error: Option<StoreError>) {
    let Some(StoreError::SessionSettings(missing)) = error else { panic!("{error:?}") };
    let told = missing.to_string();
    assert!(told.contains("has ") && told.contains("pooler") && told.contains("`options`"), "{told}");
}
