use lichtbild::client::photo::deposit::ClientDepositError;
use lichtbild::client::photo::push::PushError;
use lichtbild::client::transient_error::{ClientCertError, ServerCertError, TlsFailure};

use super::push_studio::PushStudio;
use crate::support::fake_gateway::{FakeGateway, PkiFault};

/// Large enough that the certificate is refused during the upload.
const LARGE: usize = 8 * 1024 * 1024;

async fn refusal(pki: PkiFault) -> TlsFailure {
    let gateway = FakeGateway::with_pki(pki, []).await;
    let studio = PushStudio::beside(&gateway);
    std::fs::write(&studio.photo, vec![0; LARGE]).unwrap();
    let error = studio.push().await.unwrap_err();
    assert!(gateway.uploads().is_empty());
    assert!(studio.patience.pauses().is_empty(), "{pki:?} is final");
    assert!(studio.spool().exists());
    match error {
        PushError::Deposit(ClientDepositError::Tls(refusal)) => refusal,
        other => panic!("{pki:?}: {other:?}"),
    }
}

#[tokio::test]
async fn a_refused_device_certificate_is_told_as_such_and_not_retried() {
    for (pki, expected) in [
        (PkiFault::StudioRevoked, ClientCertError::Revoked),
        (PkiFault::StudioExpired, ClientCertError::ExpiredOrNotYetValid),
        (PkiFault::StudioForeign, ClientCertError::UnknownIssuer),
    ] {
        assert_eq!(refusal(pki).await, TlsFailure::ClientCertificate(expected), "{pki:?}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_trusted_gets_no_photo() {
    for (pki, expected) in [
        (PkiFault::GatewayNotValidYet, ServerCertError::NotYetValid),
        (PkiFault::GatewayOtherName, ServerCertError::NameMismatch),
    ] {
        assert_eq!(refusal(pki).await, TlsFailure::ServerCertificate(expected), "{pki:?}");
    }
}

#[tokio::test]
async fn a_certificate_from_elsewhere_is_told_with_its_issuer_and_the_address_to_exempt() {
    let failure = refusal(PkiFault::GatewayForeign).await;
    let TlsFailure::ServerCertificate(ServerCertError::UnknownIssuer { issuer, address }) = failure else {
        panic!("{failure:?}")
    };
    assert!(issuer.contains("CN=") && address.starts_with("127.0.0.1:"), "{issuer} {address}");
}
