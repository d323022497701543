//! The listeners of a story's gateway, each on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use lichtbild::domain::party::Role;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::listener::{Listener, Security};
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::tls::revocation::RevokedCertificates;
use lichtbild::transport::tls::{ClientTrust, MissingCertificatePolicy, PemSource, ServerIdentity, ServerTls};
use tokio::net::TcpListener;

use super::StoryGateway;
use super::authorities::{roots, server_ca};
use super::request_log::record;
use crate::support::pki::TestCa;

impl StoryGateway {
    /// Opens the listeners of studios, offices and enrolment; returns their addresses.
    pub(super) async fn listen(self: &Arc<Self>) -> [String; 3] {
        [
            self.serve(ListenerKind::Studio, server_ca()).await,
            self.serve(ListenerKind::Office, server_ca()).await,
            self.serve(ListenerKind::Enrolment, server_ca()).await,
        ]
    }

    /// Serves the offices with a certificate of a CA that no client trusts.
    pub(super) async fn serve_impostor(self: &Arc<Self>) -> String {
        self.serve(ListenerKind::Office, &TestCa::new("Somebody Else's CA")).await
    }

    async fn serve(self: &Arc<Self>, kind: ListenerKind, authority: &TestCa) -> String {
        let server = authority.server();
        let chain = PemSource::new("server.pem", server.certificate_pem);
        let identity = ServerIdentity::parse(&chain, &PemSource::new("server.key", server.key_pem)).unwrap();
        let clock = self.gateway.clock.clone();
        let tls = match kind {
            ListenerKind::Studio => ServerTls::with_client_certificates(identity, trust(Role::Studio), clock),
            ListenerKind::Office => ServerTls::with_client_certificates(identity, trust(Role::Office), clock),
            ListenerKind::Enrolment | ListenerKind::Ops => ServerTls::without_client_certificates(identity, clock),
        };
        let (address, limits) = ("127.0.0.1:0".parse().unwrap(), ListenerLimits::default());
        let listener = Listener::bind(kind.name(), address, Security::fixed(tls.unwrap()), limits).await.unwrap();
        let address = listener.local_address();
        let router = self.gateway.router(kind).layer(from_fn_with_state((Arc::clone(self), kind.name()), record));
        tokio::spawn(listener.serve(router, self.stop.subscribe()));
        format!("https://{address}")
    }

    /// Runs a server without TLS until the test ends.
    pub(super) async fn serve_plain(router: Router) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        address
    }
}

fn trust(role: Role) -> ClientTrust {
    let trust = ClientTrust::parse(&roots(role), RevokedCertificates::default()).unwrap();
    // As a new gateway's configuration has it.
    trust.with_missing_certificate(match role {
        Role::Studio => MissingCertificatePolicy::ExplainToBrowsers,
        Role::Office => MissingCertificatePolicy::Explain,
    })
}
