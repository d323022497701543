//! Certificates and requests, checked with `openssl`, which must be installed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests, and what prepares them")]

skip_in!(quick, postgres: "asks openssl, and has no database");

mod imported_ca;
mod issued;
mod openssl;
mod pkcs12;
mod requests;

use lichtbild::clock::{Clock, SystemClock, Timestamp};
use lichtbild::domain::id::{DeviceId, PartyId};
use lichtbild::domain::party::Role;
use lichtbild::entropy::OsEntropy;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::issue::{CLIENT_VALIDITY, ClientSubject, IssuanceTerms, IssuedCertificate, issue_client};
use lichtbild::identity::public_key::PublicKey;

/// `openssl verify` uses the real clock, so these tests do too.
fn now() -> Timestamp {
    SystemClock.now()
}

fn authority(kind: AuthorityKind) -> Authority {
    Authority::create(kind, "Düsseldorf", now(), &OsEntropy).unwrap()
}

fn subject() -> ClientSubject {
    ClientSubject {
        role: Role::Studio,
        party_id: PartyId::generate(now(), &OsEntropy).unwrap(),
        device_id: DeviceId::generate(now(), &OsEntropy).unwrap(),
    }
}

fn client(authority: &Authority, key: &PublicKey) -> IssuedCertificate {
    issue_client(
        authority,
        &subject(),
        "Foto Koch, till 1",
        key,
        &IssuanceTerms::with_validity(CLIENT_VALIDITY),
        now(),
        &OsEntropy,
    )
    .unwrap()
}
