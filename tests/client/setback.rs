use lichtbild::client::deposit::DepositError;
use lichtbild::client::push::PushError;
use lichtbild::client::setback::{CertificateRefusal, Distrust, TlsRefusal};

use super::shop::Shop;
use crate::support::fake_gateway::{FakeGateway, Pki};

/// Large enough that a refused certificate meets a client in the middle of its upload.
const LARGE: usize = 8 * 1024 * 1024;

async fn refusal(pki: Pki) -> TlsRefusal {
    let gateway = FakeGateway::with_pki(pki, []).await;
    let shop = Shop::beside(&gateway);
    std::fs::write(&shop.photo, vec![0; LARGE]).unwrap();
    let error = shop.push().await.unwrap_err();
    assert!(gateway.seen().is_empty());
    assert!(shop.patience.pauses().is_empty(), "{pki:?} is final");
    assert!(shop.spool().exists());
    match error {
        PushError::Deposit(DepositError::Tls(refusal)) => refusal,
        other => panic!("{pki:?}: {other:?}"),
    }
}

#[tokio::test]
async fn a_refused_device_certificate_is_told_as_such_and_not_retried() {
    for (pki, expected) in [
        (Pki::StudioRevoked, CertificateRefusal::Revoked),
        (Pki::StudioExpired, CertificateRefusal::OutOfTime),
        (Pki::StudioForeign, CertificateRefusal::UnknownIssuer),
    ] {
        assert_eq!(refusal(pki).await, TlsRefusal::OurCertificate(expected), "{pki:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_trusted_gets_no_photo() {
    for (pki, expected) in [
        (Pki::GatewayForeign, Distrust::UnknownIssuer),
        (Pki::GatewayNotValidYet, Distrust::NotValidYet),
        (Pki::GatewayOtherName, Distrust::OtherName),
    ] {
        assert_eq!(refusal(pki).await, TlsRefusal::TheirCertificate(expected), "{pki:?}");
    }
}
