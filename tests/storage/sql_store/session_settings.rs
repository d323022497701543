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
use tokio::net::UnixStream;

use crate::support::postgres::{PostgresServer, execute_on, location};
use crate::support::proxies::server_socket::ServerSocketProxy;
use crate::support::test_gateway::START;

struct Pooler {
    proxy: ServerSocketProxy,
    drops_options: Arc<AtomicBool>,
}

impl Pooler {
    fn start(server: &Path) -> Self {
        let drops_options = Arc::new(AtomicBool::new(false));
        let drops = Arc::clone(&drops_options);
        let proxy = ServerSocketProxy::start(server, move |client, server| {
            let drops = drops.load(Ordering::SeqCst);
            async move {
                let _ = relay(client, server, drops).await;
            }
        });
        Self { proxy, drops_options }
    }
}

/// Forwards the start message, without `options` if requested, and everything else unchanged.
async fn relay(mut client: UnixStream, mut server: UnixStream, drops_options: bool) -> io::Result<()> {
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
    let pooler = Pooler::start(cluster.folder());
    let through = url.replace(&cluster.folder().display().to_string(), &pooler.proxy.folder().display().to_string());
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
