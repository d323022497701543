//! Properties of PROXY headers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use lichtbild::transport::proxy_protocol::header::{MAX_HEADER_BYTES, is_recognised, read_header};
use tokio::io::{AsyncRead, ReadBuf};

/// A connection that begins with these bytes and ends behind them.
pub fn proxy_header(bytes: &[u8]) {
    let mut left = bytes;
    let at_once = outcome(&mut left);
    let used = &bytes[..bytes.len() - left.len()];
    assert!(used.len() <= MAX_HEADER_BYTES, "{} bytes were read", used.len());

    let mut in_pieces = SingleBytes(bytes);
    assert_eq!(outcome(&mut in_pieces), at_once, "in pieces");
    if let Ok(address) = at_once {
        assert_eq!(in_pieces.0.len(), left.len(), "in pieces another number of bytes was read");
        assert!(is_recognised(used));
        assert_eq!(address, stated_address(used));
        for length in [0, 1, 11, 12, 15, 16, used.len() / 2, used.len() - 1] {
            let cut = &used[..length.min(used.len() - 1)];
            assert!(outcome(&mut &*cut).is_err(), "a header of {} bytes was read from {}", used.len(), cut.len());
        }
    }
}

/// The client's address in words, `none` if the load balancer speaks for itself or states no address; an error if no header is read.
pub fn proxy_header_address(bytes: &[u8]) -> Result<String, ()> {
    let address = outcome(&mut &*bytes).map_err(|_| ())?;
    Ok(address.map_or("none".to_owned(), |address| address.to_string()))
}

fn outcome(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<SocketAddr>, String> {
    let Poll::Ready(outcome) = pin!(read_header(stream)).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the reader waits, and all bytes are there");
    };
    outcome.map_err(|error| format!("{error:?}"))
}

/// The address of an accepted header, found in another way.
fn stated_address(header: &[u8]) -> Option<SocketAddr> {
    let address = |ip: IpAddr, port| Some(SocketAddr::new(ip.to_canonical(), port));
    if let Some(line) = header.strip_prefix(b"PROXY ") {
        let words: Vec<_> = std::str::from_utf8(line).expect("text").trim_end_matches("\r\n").split(' ').collect();
        return match words[..] {
            ["TCP4" | "TCP6", client, _, port, _] => {
                address(client.parse().expect("an address"), port.parse().expect("a port"))
            }
            _ => {
                assert_eq!(words[0], "UNKNOWN", "{words:?}");
                None
            }
        };
    }
    let port = |place: usize| u16::from_be_bytes([header[place], header[place + 1]]);
    match header[12..14] {
        [0x20, _] | [0x21, 0x00] => None,
        [0x21, 0x11] => address(IpAddr::from(<[u8; 4]>::try_from(&header[16..20]).expect("four bytes")), port(24)),
        [0x21, 0x21] => address(IpAddr::from(<[u8; 16]>::try_from(&header[16..32]).expect("sixteen bytes")), port(48)),
        _ => panic!("accepted: {}", header.escape_ascii()),
    }
}

/// A stream whose bytes arrive one by one.
struct SingleBytes<'a>(&'a [u8]);

impl AsyncRead for SingleBytes<'_> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some((first, rest)) = self.0.split_first().filter(|_| buffer.remaining() > 0) {
            buffer.put_slice(&[*first]);
            self.0 = rest;
        }
        Poll::Ready(Ok(()))
    }
}
