//! An HTTP proxy for CONNECT with scripted behaviour.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// Answer of the proxy to a request for a tunnel.
#[derive(Debug, Clone)]
pub enum ProxyBehaviour {
    /// A tunnel to the requested address.
    Tunnel,
    /// A tunnel for requests with this value of `Proxy-Authorization`; 407 for all others.
    Password(&'static str),
    /// Only this line.
    Answers(&'static str),
    /// No answer until the client closes the connection.
    Silence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TunnelRequest {
    pub destination: String,
    pub authorization: Option<String>,
}

pub struct ConnectProxy {
    port: u16,
    behaviour: Arc<Mutex<ProxyBehaviour>>,
    seen: Arc<Mutex<Vec<TunnelRequest>>>,
}

impl ConnectProxy {
    pub async fn start(behaviour: ProxyBehaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            behaviour: Arc::new(Mutex::new(behaviour)),
            seen: Arc::default(),
        };
        let (behaviour, seen) = (Arc::clone(&proxy.behaviour), Arc::clone(&proxy.seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (behaviour, seen) = (Arc::clone(&behaviour), Arc::clone(&seen));
                tokio::spawn(async move { serve(stream, &behaviour, &seen).await });
            }
        });
        proxy
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn behave(&self, behaviour: ProxyBehaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// Every request for a tunnel, in order.
    pub fn seen(&self) -> Vec<TunnelRequest> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, behaviour: &Mutex<ProxyBehaviour>, seen: &Mutex<Vec<TunnelRequest>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    let behaviour = behaviour.lock().unwrap().clone();
    let answer = match behaviour {
        ProxyBehaviour::Tunnel => "",
        ProxyBehaviour::Password(expected) if request.authorization.as_deref() == Some(expected) => "",
        ProxyBehaviour::Password(_) => {
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"shop\"\r\n\r\n"
        }
        ProxyBehaviour::Answers(line) => line,
        ProxyBehaviour::Silence => {
            let _ = stream.read_u8().await;
            return;
        }
    };
    let destination = request.destination.clone();
    seen.lock().unwrap().push(request);
    if !answer.is_empty() {
        let _ = stream.write_all(answer.as_bytes()).await;
        return;
    }
    let Ok(mut gateway) = TcpStream::connect(destination).await else {
        let _ = stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").await;
        return;
    };
    if stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.is_ok() {
        let _ = copy_bidirectional(&mut stream, &mut gateway).await;
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<TunnelRequest> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let destination = head.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned();
    let authorization = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("proxy-authorization").then(|| value.trim().to_owned())
    });
    Some(TunnelRequest { destination, authorization })
}
