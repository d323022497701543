//! The PROXY header in both versions: a line of text (1), which nginx sends, and binary (2), which HAProxy and cloud load balancers send.

use std::io;
use std::net::{IpAddr, SocketAddr};

use proxy_protocol_rs::{ParseError, ProxyAddress, ProxyInfo, TransportProtocol, V2_SIGNATURE, parse};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest header that is read. The specification permits 64 KiB; with all that cloud load balancers add, a header has some hundred bytes.
pub const MAX_HEADER_BYTES: usize = 4096;

/// Number of bytes by which a header is recognised. Every header is longer.
pub const SIGNATURE_BYTES: usize = V2_SIGNATURE.len();

/// Version 2 with the command `LOCAL`.
const LOCAL: u8 = 0x20;

/// Version 2 with the command `PROXY`.
const PROXY: u8 = 0x21;

/// Family and protocol of version 2 that the sender does not know or cannot state, as `UNKNOWN` in version 1.
const UNSPEC: u8 = 0x00;

const TEXT_SIGNATURE: &[u8] = b"PROXY ";

const LINE_END: &[u8] = b"\r\n";

/// Longest line of version 1 with its end (specification, section 2.1).
const MAX_TEXT_BYTES: usize = 107;

/// Least number of bytes of a signature that no method of HTTP begins with: `PROPFIND` has three of `PROXY`.
const DISTINCT_BYTES: usize = 4;

/// Reports whether the first bytes of a connection begin a PROXY header.
pub fn is_recognised(first: &[u8]) -> bool {
    first.len() >= DISTINCT_BYTES && can_begin_header(first)
}

/// Reads a header and not one byte behind it. Returns the client's address; `None` if the load balancer speaks for itself, as in its health
/// checks, or states no address. The specification leaves it to the receiver whether it serves the latter; refused, the health checks of load
/// balancers that send them this way (older HAProxy, version 1) would fail. Such a connection has the address of the load balancer.
///
/// # Errors
/// If the stream does not begin with a complete and plausible header. The stream is of no use then.
pub async fn read_header(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<SocketAddr>, ProxyHeaderError> {
    let mut bytes = vec![0; SIGNATURE_BYTES];
    let mut filled = 0;
    while filled < bytes.len() {
        let count = stream.read(&mut bytes[filled..]).await?;
        if count == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        filled += count;
        if !can_begin_header(&bytes[..filled]) {
            return Err(ProxyHeaderError::Missing);
        }
    }
    if bytes.starts_with(TEXT_SIGNATURE) {
        read_line(stream, &mut bytes).await?;
    } else {
        read_binary(stream, &mut bytes).await?;
        if let [LOCAL, _] | [PROXY, UNSPEC] = bytes[SIGNATURE_BYTES..SIGNATURE_BYTES + 2] {
            // Addresses and fields have no meaning (specification, section 2.2), and the parser would look for fields among the addresses.
            return Ok(None);
        }
    }
    // `bytes` ends where the header ends, so the parser leaves none of them.
    let (header, _) = parse(&bytes)?;
    client_address(&header)
}

/// True for a part of a signature, and for all that begins with a signature.
fn can_begin_header(first: &[u8]) -> bool {
    [V2_SIGNATURE.as_slice(), TEXT_SIGNATURE].iter().any(|signature| {
        let count = first.len().min(signature.len());
        first[..count] == signature[..count]
    })
}

/// Reads byte by byte, because the line does not state its length.
async fn read_line(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> io::Result<()> {
    while bytes.len() < MAX_TEXT_BYTES && !bytes.windows(LINE_END.len()).any(|end| end == LINE_END) {
        bytes.push(stream.read_u8().await?);
    }
    Ok(())
}

async fn read_binary(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> Result<(), ProxyHeaderError> {
    // Version with command, family with protocol, and the length of the rest.
    let mut fixed = [0; 4];
    stream.read_exact(&mut fixed).await?;
    bytes.extend(fixed);
    let begin = bytes.len();
    let end = begin + usize::from(u16::from_be_bytes([fixed[2], fixed[3]]));
    if end > MAX_HEADER_BYTES {
        return Err(ProxyHeaderError::TooLong { bytes: end });
    }
    bytes.resize(end, 0);
    stream.read_exact(&mut bytes[begin..]).await?;
    Ok(())
}

fn client_address(header: &ProxyInfo) -> Result<Option<SocketAddr>, ProxyHeaderError> {
    let Some(transport) = header.transport else {
        // `UNKNOWN` in version 1.
        return Ok(None);
    };
    match header.source {
        Some(ProxyAddress::Inet(address)) if transport.protocol == TransportProtocol::Stream => {
            let address = canonical(address);
            if can_be_of_client(address.ip()) { Ok(Some(address)) } else { Err(ProxyHeaderError::ImpossibleAddress) }
        }
        _ => Err(ProxyHeaderError::NotTcp),
    }
}

/// Loopback addresses are possible: a client may run beside the load balancer. No right depends on them.
fn can_be_of_client(address: IpAddr) -> bool {
    let is_broadcast = matches!(address, IpAddr::V4(four) if four.is_broadcast());
    !(address.is_unspecified() || address.is_multicast() || is_broadcast)
}

/// The address with an IPv4 address as such. A dual-stack listener shows it within IPv6 (RFC 4291 section 2.5.5.2).
pub fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        four @ IpAddr::V4(_) => SocketAddr::new(four, address.port()),
        // Keeps the zone of a link-local address.
        IpAddr::V6(_) => address,
    }
}

/// Reason why a connection from a load balancer is not served. Messages contain nothing of what the header says about its client.
#[derive(Debug, thiserror::Error)]
pub enum ProxyHeaderError {
    #[error(
        "the connection does not begin with a PROXY header: let the load balancer send it, or remove its address from listen.proxy_protocol_from"
    )]
    Missing,
    #[error("the connection ended before the end of its PROXY header")]
    Ended(#[from] io::Error),
    #[error("the PROXY header has {bytes} bytes; {MAX_HEADER_BYTES} are accepted")]
    TooLong { bytes: usize },
    #[error("the PROXY header cannot be read")]
    Unreadable(#[from] ParseError),
    #[error("the PROXY header describes no TCP connection")]
    NotTcp,
    #[error("the PROXY header states an unspecified, multicast or broadcast address as that of the client")]
    ImpossibleAddress,
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// The beginning of a TLS handshake, which follows a header.
    const HELLO: &[u8] = &[22, 3, 1, 0, 200];

    /// A header of version 2 with this content behind its length.
    fn binary(command: u8, family: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [V2_SIGNATURE.as_slice(), &[command, family], &length, content].concat()
    }

    /// Client, load balancer and their ports.
    fn ipv4(client: [u8; 4]) -> Vec<u8> {
        [client.as_slice(), &[10, 0, 0, 5], &50_000_u16.to_be_bytes(), &443_u16.to_be_bytes()].concat()
    }

    fn ipv6(client: &str) -> Vec<u8> {
        let client: std::net::Ipv6Addr = client.parse().unwrap();
        [client.octets().as_slice(), &[0xFD; 16], &50_000_u16.to_be_bytes(), &443_u16.to_be_bytes()].concat()
    }

    /// A field behind the addresses.
    fn field(kind: u8, value: &[u8]) -> Vec<u8> {
        [&[kind], u16::try_from(value.len()).unwrap().to_be_bytes().as_slice(), value].concat()
    }

    /// CRC-32C (RFC 3720 appendix B.4), bit by bit.
    fn crc32c(bytes: &[u8]) -> u32 {
        !bytes
            .iter()
            .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82F6_3B78 * (crc & 1))))
    }

    /// A header whose last field is its checksum, changed by `error`.
    fn with_checksum(error: u32) -> Vec<u8> {
        let mut header = binary(PROXY, 0x11, &[ipv4([203, 0, 113, 7]), field(3, &[0; 4])].concat());
        let checksum = crc32c(&header) ^ error;
        let begin = header.len() - 4;
        header[begin..].copy_from_slice(&checksum.to_be_bytes());
        header
    }

    /// Reads a header that TLS follows; returns what is left of both.
    async fn read(header: &[u8]) -> (Result<Option<SocketAddr>, ProxyHeaderError>, Vec<u8>) {
        let bytes = [header, HELLO].concat();
        let mut left = bytes.as_slice();
        let outcome = read_header(&mut left).await;
        (outcome, left.to_vec())
    }

    fn accepted() -> Vec<(Vec<u8>, Option<&'static str>)> {
        let client = [203, 0, 113, 7];
        let fields = [field(1, b"http/1.1"), field(2, b"studio.example"), field(4, &[0; 9]), field(0xEA, &[1; 300])];
        let tls = field(0x20, &[&[1, 0, 0, 0, 0], field(0x21, b"TLSv1.3").as_slice()].concat());
        let text = |line: &str| line.as_bytes().to_vec();
        vec![
            (binary(PROXY, 0x11, &ipv4(client)), Some("203.0.113.7:50000")),
            (binary(PROXY, 0x21, &ipv6("2001:db8::7")), Some("[2001:db8::7]:50000")),
            (binary(PROXY, 0x21, &ipv6("::ffff:203.0.113.7")), Some("203.0.113.7:50000")),
            (binary(PROXY, 0x11, &[ipv4(client), fields.concat(), tls].concat()), Some("203.0.113.7:50000")),
            (with_checksum(0), Some("203.0.113.7:50000")),
            (binary(PROXY, 0x11, &ipv4([127, 0, 0, 1])), Some("127.0.0.1:50000")),
            (binary(LOCAL, 0x00, &[]), None),
            (binary(LOCAL, 0x11, &ipv4(client)), None),
            (binary(LOCAL, 0x00, &field(4, &[0; 40])), None),
            // An address that reads like a wrong checksum.
            (binary(LOCAL, 0x11, &ipv4([3, 0, 4, 1])), None),
            (binary(PROXY, UNSPEC, &[]), None),
            (binary(PROXY, UNSPEC, &ipv4(client)), None),
            (binary(PROXY, UNSPEC, &field(4, &[0; 40])), None),
            (text("PROXY TCP4 203.0.113.7 10.0.0.5 50000 443\r\n"), Some("203.0.113.7:50000")),
            (text("PROXY TCP6 2001:db8::7 2001:db8::5 50000 443\r\n"), Some("[2001:db8::7]:50000")),
            (text("PROXY TCP6 ::ffff:203.0.113.7 ::1 50000 443\r\n"), Some("203.0.113.7:50000")),
            (text("PROXY UNKNOWN\r\n"), None),
            (text("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n"), None),
        ]
    }

    #[tokio::test]
    async fn every_form_of_a_header_is_read_and_not_one_byte_behind_it() {
        for (header, address) in accepted() {
            let (outcome, left) = read(&header).await;
            let read = outcome.unwrap_or_else(|error| panic!("{error:?}: {}", header.escape_ascii()));
            assert_eq!(read, address.map(|address| address.parse().unwrap()), "{}", header.escape_ascii());
            assert_eq!(left, HELLO, "{}", header.escape_ascii());
        }
    }

    #[tokio::test]
    async fn a_header_that_arrives_byte_by_byte_is_the_same() {
        for (header, address) in accepted() {
            let (mut sender, mut stream) = tokio::io::duplex(1);
            let bytes = [header.as_slice(), HELLO].concat();
            let sending = async move { sender.write_all(&bytes).await };
            let reading = async move {
                let read = read_header(&mut stream).await.unwrap();
                let mut left = Vec::new();
                stream.read_to_end(&mut left).await.unwrap();
                (read, left)
            };
            let (_, (read, left)) = tokio::join!(sending, reading);
            assert_eq!((read, left.as_slice()), (address.map(|address| address.parse().unwrap()), HELLO));
        }
    }

    #[tokio::test]
    async fn a_header_that_ends_anywhere_too_early_is_not_read() {
        for (header, _) in accepted() {
            for length in 0..header.len() {
                let outcome = read_header(&mut &header[..length]).await;
                assert!(matches!(outcome, Err(ProxyHeaderError::Ended(_))), "{length} bytes: {outcome:?}");
            }
        }
    }

    #[tokio::test]
    async fn every_other_family_and_protocol_than_tcp_is_refused() {
        let content = [ipv4([203, 0, 113, 7]), vec![0; 300]].concat();
        for family in (0..=u8::MAX).filter(|family| ![UNSPEC, 0x11, 0x21].contains(family)) {
            // Behind the addresses of each family are zeros, which are fields without content.
            let (outcome, _) = read(&binary(PROXY, family, &content[..276])).await;
            assert!(
                matches!(outcome, Err(ProxyHeaderError::NotTcp | ProxyHeaderError::Unreadable(_))),
                "{family:#x}: {outcome:?}"
            );
        }
        for command in (0..=u8::MAX).filter(|command| ![LOCAL, PROXY].contains(command)) {
            let (outcome, _) = read(&binary(command, 0x11, &ipv4([203, 0, 113, 7]))).await;
            assert!(matches!(outcome, Err(ProxyHeaderError::Unreadable(_))), "{command:#x}: {outcome:?}");
            let (outcome, _) = read(&binary(command, UNSPEC, &[])).await;
            assert!(matches!(outcome, Err(ProxyHeaderError::Unreadable(_))), "{command:#x}: {outcome:?}");
        }
    }

    #[tokio::test]
    async fn an_address_that_no_client_has_is_refused() {
        for address in [[0, 0, 0, 0], [255, 255, 255, 255], [224, 0, 0, 1]] {
            let (outcome, _) = read(&binary(PROXY, 0x11, &ipv4(address))).await;
            assert!(matches!(outcome, Err(ProxyHeaderError::ImpossibleAddress)), "{address:?}: {outcome:?}");
        }
        for address in ["::", "::ffff:0.0.0.0", "ff02::1"] {
            let (outcome, _) = read(&binary(PROXY, 0x21, &ipv6(address))).await;
            assert!(matches!(outcome, Err(ProxyHeaderError::ImpossibleAddress)), "{address}: {outcome:?}");
        }
    }

    /// The configuration can forbid addresses in the log, where the message of the error appears.
    #[tokio::test]
    async fn the_reason_for_a_refusal_contains_no_address() {
        for header in [
            binary(PROXY, 0x11, &ipv4([224, 0, 0, 1])),
            b"PROXY TCP4 224.0.0.1 10.0.0.5 50000 443\r\n".to_vec(),
            b"PROXY TCP4 224.0.0.1.1 10.0.0.5 50000 443\r\n".to_vec(),
            b"PROXY UDP4 224.0.0.1 10.0.0.5 50000 443\r\n".to_vec(),
        ] {
            let error = read(&header).await.0.unwrap_err().to_string();
            assert!(!error.contains("224.0"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_damaged_header_is_refused() {
        let content = ipv4([203, 0, 113, 7]);
        let field_over_the_end = [content.as_slice(), &[4, 0, 5, 0]].concat();
        for header in [
            binary(PROXY, 0x11, &content[..11]),
            binary(PROXY, 0x21, &content),
            binary(PROXY, 0x11, &field_over_the_end),
            binary(PROXY, 0x11, &[content.as_slice(), &[4, 0]].concat()),
            with_checksum(1),
            b"PROXY TCP4 203.0.113.7 10.0.0.5 50000\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.700 10.0.0.5 50000 443\r\n".to_vec(),
            b"PROXY TCP6 203.0.113.7 10.0.0.5 50000 443\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7 10.0.0.5 65536 443\r\n".to_vec(),
            b"PROXY UDP4 203.0.113.7 10.0.0.5 50000 443\r\n".to_vec(),
            b"PROXY \r\n\r\n\r\n".to_vec(),
            [b"PROXY UNKNOWN ".as_slice(), &[b'x'; 200]].concat(),
        ] {
            let (outcome, _) = read(&header).await;
            assert!(matches!(outcome, Err(ProxyHeaderError::Unreadable(_))), "{}: {outcome:?}", header.escape_ascii());
        }
    }

    #[tokio::test]
    async fn a_header_is_read_up_to_a_length_and_no_line_beyond_its_longest() {
        let with_length = |length: usize| {
            let addresses = ipv4([203, 0, 113, 7]);
            let padding = field(4, &vec![0; length - 16 - addresses.len() - 3]);
            binary(PROXY, 0x11, &[addresses, padding].concat())
        };
        assert!(read(&with_length(MAX_HEADER_BYTES)).await.0.is_ok());
        let (outcome, left) = read(&with_length(MAX_HEADER_BYTES + 1)).await;
        assert!(matches!(outcome, Err(ProxyHeaderError::TooLong { bytes }) if bytes == MAX_HEADER_BYTES + 1));
        assert_eq!(left.len(), MAX_HEADER_BYTES + 1 - 16 + HELLO.len(), "the rest is not read");

        let line = [b"PROXY UNKNOWN ".as_slice(), &[b'x'; 200]].concat();
        assert_eq!(read(&line).await.1.len(), line.len() - MAX_TEXT_BYTES + HELLO.len());
    }

    #[tokio::test]
    async fn a_stream_without_a_header_is_recognised_by_its_first_bytes() {
        for bytes in
            [HELLO, b"\x16", b"GET / HTTP/1.1\r\n", b"PROPFIND / HTTP/1.1\r\n", b"PROXY\tTCP4", b"\r\n\r\nQUIT"]
        {
            // No end follows: the reader must not wait for more.
            let (mut sender, mut stream) = tokio::io::duplex(64);
            sender.write_all(bytes).await.unwrap();
            let outcome = read_header(&mut stream).await;
            assert!(matches!(outcome, Err(ProxyHeaderError::Missing)), "{}: {outcome:?}", bytes.escape_ascii());
            assert!(!is_recognised(bytes), "{}", bytes.escape_ascii());
        }
        for bytes in [V2_SIGNATURE.as_slice(), b"PROXY TCP4 1", b"PROX", b"\r\n\r\n"] {
            assert!(is_recognised(bytes), "{}", bytes.escape_ascii());
        }
    }
}
