//! Deposits through an HTTP proxy.

use lichtbild::client::config::StudioConfig;
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::network::connect_probe::ProxyErrorKind;
use lichtbild::client::photo::deposit::ClientDepositError;
use lichtbild::client::photo::push::PushError;
use lichtbild::client::transient_error::{HttpRequestError, ServerCertError, TlsFailure, TransientError};

use super::push_studio::PushStudio;
use crate::support::fake_gateway::{FakeGateway, PkiFault};
use crate::support::proxies::connect::{ConnectProxy, ProxyBehaviour, TunnelRequest};

/// Adds `proxy` to the configuration. Returns the gateway's host and port.
fn use_proxy(gateway: &FakeGateway, proxy: &str) -> String {
    let text = std::fs::read_to_string(gateway.config()).unwrap();
    std::fs::write(gateway.config(), format!("{text}proxy = \"{proxy}\"\n")).unwrap();
    let line = text.lines().find(|line| line.starts_with("gateway")).unwrap();
    line.trim_matches(|c| c != '/' && !char::is_numeric(c)).trim_matches('/').to_owned()
}

#[tokio::test]
async fn a_photo_goes_through_the_proxy_to_the_gateway_alone() {
    let gateway = FakeGateway::with_script([]).await;
    let proxy = ConnectProxy::start(ProxyBehaviour::Tunnel).await;
    let destination = use_proxy(&gateway, &format!("http://{}", proxy.address()));
    PushStudio::beside(&gateway).push().await.unwrap();
    assert_eq!(gateway.uploads().len(), 1);
    assert_eq!(proxy.seen(), [TunnelRequest { destination, authorization: None }]);
}

#[tokio::test]
async fn a_password_is_shown_to_the_proxy_alone() {
    let gateway = FakeGateway::with_script([]).await;
    // RFC 7617: base64 of koch:gehe@im
    let proxy = ConnectProxy::start(ProxyBehaviour::Password("Basic a29jaDpnZWhlQGlt")).await;
    use_proxy(&gateway, &format!("http://koch:gehe%40im@{}", proxy.address()));
    PushStudio::beside(&gateway).push().await.unwrap();
    assert!(gateway.uploads()[0].headers.get("proxy-authorization").is_none());
    assert_eq!(proxy.seen().len(), 1);
}

#[tokio::test]
async fn what_a_proxy_refuses_is_told_from_the_gateways_errors_and_final() {
    for (behaviour, expected) in [
        (ProxyBehaviour::Password("Basic eA=="), ProxyErrorKind::PasswordRequired { was_sent: false }),
        (ProxyBehaviour::Answers("HTTP/1.1 403 Forbidden\r\n\r\n"), ProxyErrorKind::Refused { status: 403 }),
        (ProxyBehaviour::Answers("SSH-2.0-OpenSSH_9.2\r\n"), ProxyErrorKind::NotAProxy),
    ] {
        let gateway = FakeGateway::with_script([]).await;
        let proxy = ConnectProxy::start(behaviour).await;
        let destination = use_proxy(&gateway, &format!("http://{}", proxy.address()));
        let studio = PushStudio::beside(&gateway);
        let error = studio.push().await.unwrap_err();
        let PushError::Deposit(ClientDepositError::Proxy(error)) = error else { panic!("{expected:?}: {error:?}") };
        assert_eq!((error.proxy, error.destination, error.kind), (proxy.address(), destination, expected));
        assert!(studio.patience.pauses().is_empty() && gateway.uploads().is_empty());
    }
}

#[tokio::test]
async fn a_proxy_that_is_away_or_does_not_find_the_gateway_is_tried_again() {
    let closed = format!("127.0.0.1:{}", crate::support::gateway_process::free_port());
    let lost = ConnectProxy::start(ProxyBehaviour::Answers("HTTP/1.1 502 Bad Gateway\r\n\r\n")).await;
    for (proxy, is_expected) in [
        (closed, (|kind| matches!(kind, ProxyErrorKind::Unreachable(_))) as fn(&ProxyErrorKind) -> bool),
        (lost.address(), |kind| matches!(kind, ProxyErrorKind::GatewayUnreachable { status: 502 })),
    ] {
        let gateway = FakeGateway::with_script([]).await;
        use_proxy(&gateway, &format!("http://{proxy}"));
        let studio = PushStudio::beside(&gateway);
        let error = studio.push().await.unwrap_err();
        let PushError::Deposit(ClientDepositError::GaveUp { last_error: TransientError::Proxy(error), .. }) = &error
        else {
            panic!("{error:?}")
        };
        assert!(is_expected(&error.kind) && error.proxy == proxy, "{error:?}");
        assert!(studio.patience.pauses().len() > 3);
    }
}

#[tokio::test]
async fn a_proxy_that_takes_the_connection_and_stays_silent_is_named() {
    let gateway = FakeGateway::with_script([]).await;
    let proxy = ConnectProxy::start(ProxyBehaviour::Silence).await;
    use_proxy(&gateway, &format!("http://{}\"\nconnect_timeout_seconds = 1 # \"", proxy.address()));
    let client = GatewayClient::from_config(&StudioConfig::load(&gateway.config()).unwrap()).unwrap();
    let error = HttpRequestError::from(&client.get("/v1/me").send().await.unwrap_err());
    let HttpRequestError::Transient(TransientError::Proxy(error)) = error else { panic!("{error:?}") };
    assert_eq!((error.proxy, error.kind), (proxy.address(), ProxyErrorKind::TimedOut));
}

#[tokio::test]
async fn a_proxy_does_not_stand_in_for_the_gateways_certificate() {
    let gateway = FakeGateway::with_pki(PkiFault::GatewayForeign, []).await;
    let proxy = ConnectProxy::start(ProxyBehaviour::Tunnel).await;
    let destination = use_proxy(&gateway, &proxy.address());
    let error = PushStudio::beside(&gateway).push().await.unwrap_err();
    let PushError::Deposit(ClientDepositError::Tls(TlsFailure::ServerCertificate(ServerCertError::UnknownIssuer {
        address,
        ..
    }))) = error
    else {
        panic!("{error:?}")
    };
    assert_eq!((address, proxy.seen().len()), (destination, 1));
}
