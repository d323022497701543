//! After its answers the gateway's memory contains no photo and no code, although connections stay open.

skip_in!(quick, postgres: "reads the memory of the program, which has a database of its own");

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::validation::downscaled::Plane;
use lichtbild::validation::jpeg;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::secret_patterns::{SecretPatterns, WINDOW};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::{DeviceFiles, PHOTO};
use crate::support::process_memory::for_each_block;

/// Time after which photo and code of an answered request must be gone.
const TIME_TO_FORGET: Duration = Duration::from_secs(5);

/// A TLS connection that stays open.
struct KeptConnection(TlsStream<TcpStream>);

impl KeptConnection {
    async fn open(device: &DeviceFiles, url: &str) -> Self {
        Self(device.connect_tls(url).await.unwrap())
    }

    /// Sends a request and returns head and body of the answer.
    async fn ask(&mut self, request_line: &str, fields: &str, body: &[u8]) -> (String, Vec<u8>) {
        let length = body.len();
        let head = format!("{request_line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{fields}\r\n");
        self.send(&[head.as_bytes(), body].concat()).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let mut body = vec![0; value_of(&head, "content-length").map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.unwrap();
        (head, body)
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
        self.0.flush().await.unwrap();
    }
}

fn value_of<'a>(head: &'a str, field: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": "))
}

fn json_field(body: &[u8], field: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    body[field].as_str().unwrap_or_else(|| panic!("{field}: {body}")).to_owned()
}

fn deposit_fields(key: &str) -> String {
    format!("Content-Type: image/jpeg\r\nIdempotency-Key: {key}\r\n")
}

/// Samples of the photo: the file, its base64 form in pages, and the decoded image at an eighth of its size.
fn photo_patterns() -> SecretPatterns {
    let mut patterns = SecretPatterns::default();
    let is_varied = |piece: &&[u8]| piece.iter().collect::<std::collections::HashSet<_>>().len() > WINDOW / 2;
    // The tables in the header are common to many files, perhaps also to this program.
    for piece in PHOTO[PHOTO.len() / 8..].chunks_exact(WINDOW).filter(is_varied) {
        patterns.add(piece, "photo file");
    }
    for piece in STANDARD.encode(PHOTO).as_bytes()[PHOTO.len() / 6..].chunks_exact(WINDOW).filter(is_varied) {
        patterns.add(piece, "photo in base64");
    }
    let Plane { width, samples, .. } = jpeg::analyse(PHOTO).downscaled.unwrap().luma;
    for row in samples.chunks_exact(width) {
        row.chunks_exact(WINDOW).filter(is_varied).for_each(|piece| patterns.add(piece, "decoded picture"));
    }
    patterns
}

fn add_code(patterns: &mut SecretPatterns, code: &str) {
    let bare = code.replace('-', "");
    for text in [code, &code.to_lowercase(), &bare, &bare.to_lowercase()] {
        patterns.add(text.as_bytes(), "code");
        patterns.add(&text.as_bytes()[text.len() - WINDOW..], "code");
    }
    let parsed = RetrievalCode::parse(code).unwrap();
    patterns.add(parsed.secret_symbols(), "symbols of a code");
}

/// Number of different samples in the process's memory by kind and place.
fn found(gateway: &GatewayProcess, patterns: &SecretPatterns) -> BTreeMap<(String, String), usize> {
    let mut samples = std::collections::HashSet::new();
    for_each_block(gateway.process_id(), |range, block| {
        for (sample, what) in patterns.all_in(block) {
            samples.insert((sample, what.to_owned(), range.to_owned()));
        }
    });
    let mut counts = BTreeMap::new();
    for (_, what, range) in samples {
        *counts.entry((what, range)).or_default() += 1;
    }
    counts
}

/// Takes one photo from deposit to erasure, over both kinds of routes of an office; returns its code.
async fn whole_life(studio: &mut KeptConnection, office: &mut KeptConnection, key: &str) -> String {
    let (head, receipt) = studio.ask("POST /v1/photos", &deposit_fields(key), PHOTO).await;
    assert!(head.starts_with("HTTP/1.1 201"), "{head}");
    let code = json_field(&receipt, "code");

    let json = format!(r#"{{"code":"{code}"}}"#);
    let (_, lease) = office.ask("POST /v1/collections", "Content-Type: application/json\r\n", json.as_bytes()).await;
    let path = format!("/v1/collections/{}", json_field(&lease, "collection_id"));
    let (_, photo) = office.ask(&format!("GET {path}/photo"), &format!("Retrieval-Code: {code}\r\n"), b"").await;
    assert!(photo == PHOTO, "{}", String::from_utf8_lossy(&photo));

    let (_, page) = office.ask("GET /desk/", "", b"").await;
    let page = String::from_utf8(page).unwrap();
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!("csrf={token}&code={code}");
    let form_type = "Content-Type: application/x-www-form-urlencoded\r\n";
    let (head, _) = office.ask("POST /desk/", form_type, form.as_bytes()).await;
    let cookie = value_of(&head, "set-cookie").unwrap_or_else(|| panic!("{head}")).split(';').next().unwrap();
    let place = value_of(&head, "location").unwrap();
    let (_, page) = office.ask(&format!("GET {place}"), &format!("Cookie: {cookie}\r\n"), b"").await;
    assert!(String::from_utf8_lossy(&page).contains(&STANDARD.encode(PHOTO)[..64]), "the page shows the photo");
    let (_, photo) = office.ask(&format!("GET {place}/photo.jpg"), &format!("Cookie: {cookie}\r\n"), b"").await;
    assert!(photo == PHOTO);

    let (head, _) = office
        .ask(&format!("POST {path}/settle"), "Content-Type: application/json\r\n", br#"{"outcome":"used"}"#)
        .await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    code
}

/// Halts a deposit in the photo checks and a collection after its head, and searches for them. Only the sent parts of
/// the code are in memory.
async fn assert_search_finds_what_requests_hold(
    mut gateway: GatewayProcess,
    mut studio: KeptConnection,
    mut office: KeptConnection,
    code: &str,
    patterns: &SecretPatterns,
) {
    let head = format!("GET /v1/collections/1/photo HTTP/1.1\r\nHost: localhost\r\nRetrieval-Code: {code}\r\n");
    office.send(head.as_bytes()).await;
    let length = PHOTO.len();
    let fields = deposit_fields("a-key-for-photo-4");
    let head = format!("POST /v1/photos HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{fields}\r\n");
    studio.send(head.as_bytes()).await;
    studio.send(PHOTO).await;
    gateway.wait_until_halted().await;
    let held = found(&gateway, patterns);
    for what in ["photo file", "decoded picture", "code"] {
        assert!(held.keys().any(|(found, _)| found == what), "the search does not find: {what}; but {held:?}");
    }
    let of_file: usize = held.iter().filter(|((what, _), _)| what == "photo file").map(|(_, count)| count).sum();
    assert!(of_file > 500, "only {of_file} samples of the file");
}

#[tokio::test]
async fn an_answered_request_leaves_neither_photo_nor_code_in_memory() {
    let home = GatewayFolder::new();
    let (studio_device, office_device) = (home.studio("Foto Koch"), home.office("Bürgeramt Mitte"));
    // The fourth photo is halted during its checks: there the search must find the samples.
    let gateway = home.start_halting_at("judge.examined#4");
    let mut studio = KeptConnection::open(&studio_device, gateway.studio()).await;
    let mut office = KeptConnection::open(&office_device, gateway.office()).await;
    let mut patterns = photo_patterns();
    let mut code = String::new();
    for number in 0..3 {
        code = whole_life(&mut studio, &mut office, &format!("a-key-for-photo-{number}")).await;
        add_code(&mut patterns, &code);
    }

    // Answered before the body, which has arrived, is read: this connection is closed.
    let mut refused = KeptConnection::open(&office_device, gateway.office()).await;
    let json = format!(r#"{{"code":"{code}"}}"#);
    let (head, _) = refused.ask("POST /v1/collections", "Content-Type: text/plain\r\n", json.as_bytes()).await;
    assert!(head.starts_with("HTTP/1.1 415"), "{head}");

    let answered = Instant::now();
    loop {
        let begun = answered.elapsed();
        let left = found(&gateway, &patterns);
        println!("{begun:?} after the last answer, of {} samples: {left:?}", patterns.len());
        if left.is_empty() {
            break;
        }
        assert!(begun < TIME_TO_FORGET, "still in memory after {begun:?}: {left:?}");
    }
    for (connection, path) in [(&mut studio, "/v1/photos"), (&mut office, "/v1/collections")] {
        let (head, _) = connection.ask(&format!("GET {path}"), "", b"").await;
        assert!(head.starts_with("HTTP/1.1 200"), "the connection was still open: {head}");
    }

    assert_search_finds_what_requests_hold(gateway, studio, office, &code, &patterns).await;
}
