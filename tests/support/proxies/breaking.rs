//! A TCP proxy that breaks connections after a number of bytes.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Direction of the counted bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToGateway,
    FromGateway,
}

/// Kind of signal with which a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseKind {
    Fin,
    Reset,
}

/// Point at which connections break; by default they do not.
#[derive(Debug, Clone, Copy, Default)]
struct BreakPoint(Option<(Direction, u64, CloseKind)>);

impl BreakPoint {
    fn limit(self, way: Direction) -> u64 {
        self.0.filter(|(broken, ..)| *broken == way).map_or(u64::MAX, |(_, after, _)| after)
    }
}

pub struct BreakingProxy {
    address: SocketAddr,
    state: Arc<ProxyState>,
}

#[derive(Default)]
struct ProxyState {
    next: Mutex<BreakPoint>,
    /// One of how many new connections breaks, and the number of connections since that was set.
    every: [AtomicU32; 2],
    carried: [AtomicU64; 2],
    connections: AtomicU32,
}

impl BreakingProxy {
    /// A proxy for the listener with this URL.
    pub async fn to(url: &str) -> Self {
        let port = reqwest::Url::parse(url).unwrap().port().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = Self { address, state: Arc::default() };
        proxy.break_every(1);
        let state = Arc::clone(&proxy.state);
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                // Without a listener the caller's connection is closed.
                let Ok(gateway) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                state.connections.fetch_add(1, Ordering::SeqCst);
                let number = state.every[1].fetch_add(1, Ordering::SeqCst) + 1;
                let breaks = number.is_multiple_of(state.every[0].load(Ordering::SeqCst));
                let broken = if breaks { *state.next.lock().unwrap() } else { BreakPoint::default() };
                tokio::spawn(carry(caller, gateway, broken, Arc::clone(&state)));
            }
        });
        proxy
    }

    /// For callers.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// New connections break after this number of bytes.
    pub fn break_after(&self, bytes: u64, way: Direction, ending: CloseKind) {
        *self.state.next.lock().unwrap() = BreakPoint(Some((way, bytes, ending)));
    }

    /// Only one of this number of new connections breaks.
    pub fn break_every(&self, connections: u32) {
        self.state.every[0].store(connections, Ordering::SeqCst);
        self.state.every[1].store(0, Ordering::SeqCst);
    }

    pub fn stop_breaking(&self) {
        *self.state.next.lock().unwrap() = BreakPoint(None);
    }

    /// Number of connections to the listener.
    pub fn connections(&self) -> u32 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Bytes carried since the last call.
    pub fn carried(&self, way: Direction) -> u64 {
        self.state.carried[way as usize].swap(0, Ordering::SeqCst)
    }
}

async fn carry(mut caller: TcpStream, mut gateway: TcpStream, broken: BreakPoint, state: Arc<ProxyState>) {
    let ended = {
        let (from_caller, to_caller) = caller.split();
        let (from_gateway, to_gateway) = gateway.split();
        let [there, back] = [Direction::ToGateway, Direction::FromGateway];
        tokio::try_join!(
            copy(from_caller, to_gateway, broken.limit(there), &state.carried[there as usize]),
            copy(from_gateway, to_caller, broken.limit(back), &state.carried[back as usize]),
        )
    };
    if ended.is_err() && matches!(broken.0, Some((.., CloseKind::Reset))) {
        let _ = caller.set_zero_linger();
        let _ = gateway.set_zero_linger();
    }
}

/// Copies until the end, or until `limit` bytes have passed, which is an error.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    limit: u64,
    carried: &AtomicU64,
) -> io::Result<()> {
    let mut remaining = limit;
    let mut buffer = vec![0; 16 * 1024];
    while remaining > 0 {
        let room = buffer.len().min(usize::try_from(remaining).unwrap_or(usize::MAX));
        let count = from.read(&mut buffer[..room]).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..count]).await?;
        carried.fetch_add(count as u64, Ordering::SeqCst);
        remaining -= count as u64;
    }
    Err(io::ErrorKind::BrokenPipe.into())
}

/// Offsets at which an exchange of `total` bytes breaks: in the handshake, in the head, in the body, and one byte before its end.
pub fn offsets(total: u64) -> Vec<(u64, CloseKind)> {
    let at = [1, 700, total / 4, total / 2, total / 4 * 3, total - 1];
    at.into_iter().zip([CloseKind::Fin, CloseKind::Reset].into_iter().cycle()).collect()
}
