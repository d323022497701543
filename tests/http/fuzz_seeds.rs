//! Tests the seeds of the fuzz targets of the network with the same properties as the fuzzer.

use std::fs;

use crate::properties::{self, StreamFault};
use crate::validation::fuzz_seeds::assert_seeds_hold;

#[test]
fn every_seed_of_a_connection_holds_what_the_fuzzer_asks() {
    assert_seeds_hold("head", properties::head, 12);
}

#[test]
fn every_seed_of_a_request_holds_what_the_fuzzer_asks() {
    assert_seeds_hold("body", properties::body, 16);
}

#[test]
fn every_seed_of_an_enrolment_holds_what_the_fuzzer_asks() {
    assert_seeds_hold("est", properties::est, 8);
}

#[test]
fn every_seed_of_a_certificate_request_holds_what_the_fuzzer_asks() {
    assert_seeds_hold("csr", properties::csr, 7);
}

#[test]
fn every_seed_of_a_proxy_header_holds_what_the_fuzzer_asks_and_names_its_client() {
    assert_seeds_hold("proxy_header", properties::proxy_header, 9);
    for (name, address) in [
        ("address-of-nobody", Err(())),
        ("checksum", Ok("203.0.113.7:50000")),
        ("fields", Ok("[2001:db8::7]:50000")),
        ("haproxy", Ok("203.0.113.7:50000")),
        ("line-ipv6", Ok("203.0.113.7:50000")),
        ("line-unknown", Ok("none")),
        ("local", Ok("none")),
        ("nginx", Ok("203.0.113.7:50000")),
        ("unix", Err(())),
    ] {
        let address = address.map(str::to_owned);
        assert_eq!(properties::proxy_header_address(&proxy_header_seed(name)), address, "{name}");
    }
}

#[test]
fn every_byte_of_a_proxy_header_may_be_wrong() {
    for name in ["checksum", "fields", "haproxy", "line-ipv6", "local", "nginx"] {
        let header = proxy_header_seed(name);
        for place in 0..header.len() {
            for value in
                [0, 1, b' ', b'\r', b'\n', 0x7F, 0x80, 0xFF, header[place].wrapping_add(1), header[place] ^ 0x10]
            {
                let mut changed = header.clone();
                changed[place] = value;
                properties::proxy_header(&changed);
            }
            properties::proxy_header(&header[..place]);
        }
    }
}

fn proxy_header_seed(name: &str) -> Vec<u8> {
    fs::read(format!("{}/fixtures/fuzz/proxy_header/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The routes answer the seeds, because the fuzzer finds little beyond a seed that is refused before it reaches its route.
#[test]
fn the_seeds_reach_what_they_are_for() {
    let seed = |name: &str| fs::read(format!("{}/fixtures/fuzz/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let connections: [(&str, &[u16]); 12] = [
        ("chunked", &[200, 200]),
        ("deposit", &[201, 200]),
        ("desk", &[200, 200]),
        ("endless-body", &[413]),
        ("endless-field", &[431]),
        ("est", &[200, 401]),
        ("http2-behind-unreadable", &[]),
        ("no-certificate", &[303]),
        ("old-version", &[200, 200]),
        ("smuggled", &[415]),
        ("two-requests", &[200, 200]),
        ("unread-body", &[404, 400]),
    ];
    let reached = |name: &str| properties::head_statuses(&seed(&format!("head/{name}")));
    assert_eq!(
        connections.map(|(name, _)| (name, reached(name))),
        connections.map(|(name, statuses)| (name, statuses.to_vec()))
    );
    let requests = [
        ("audit-log", 200),
        ("check", 200),
        ("collect", 201),
        ("cut-deposit", 400),
        ("deposit", 201),
        ("desk-code", 303),
        ("desk-photo", 200),
        ("desk-settle", 303),
        ("hand-over", 200),
        ("keep", 200),
        ("list", 200),
        ("look-up", 404),
        ("metrics", 200),
        ("self-test", 200),
        ("settle", 200),
        ("withdraw", 200),
    ];
    let reached = |name: &str| properties::body_status(&seed(&format!("body/{name}"))).unwrap();
    assert_eq!(requests.map(|(name, _)| (name, reached(name))), requests);
    let enrolments = [
        ("enrol-base64", 200),
        ("enrol-pem", 200),
        ("enrol-signed", 200),
        ("enrol-with-credentials", 200),
        ("renew-der", 200),
        ("renew-office-base64", 200),
        ("renew-signed", 200),
        ("wrong-credentials", 401),
    ];
    let reached = |name: &str| properties::est_status(&seed(&format!("est/{name}"))).unwrap();
    assert_eq!(enrolments.map(|(name, _)| (name, reached(name))), enrolments);
}

const TWO_REQUESTS: &[u8] = b"s\x06GET /v1/me HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/profile HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
#[should_panic(expected = "a request without a response")]
fn the_property_of_a_connection_finds_a_stream_that_discards_responses() {
    properties::head_statuses_over(TWO_REQUESTS, Some(StreamFault::Discards));
}

#[test]
#[should_panic(expected = "a head, but no response")]
fn the_property_of_a_connection_finds_a_stream_that_ends_at_once() {
    properties::head_statuses_over(TWO_REQUESTS, Some(StreamFault::EndsAtOnce));
}

#[test]
#[should_panic(expected = "in pieces not even the first is answered")]
fn the_property_of_a_connection_finds_a_stream_that_ends_at_once_in_pieces() {
    properties::head_statuses_over(TWO_REQUESTS, Some(StreamFault::PiecesEndAtOnce));
}
