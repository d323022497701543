//! A gateway that invites one device, with real TLS on loopback and a PKI of its own. It misbehaves on request.

use std::collections::{HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use lichtbild::client::enrolment::bootstrap::LOOKUP_PATH;
use lichtbild::client::enrolment::est::{SIMPLE_ENROLL, SIMPLE_REENROLL};
use lichtbild::clock::{Clock, Timestamp};
use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::id::{DeviceId, PartyId};
use lichtbild::domain::party::Role;
use lichtbild::entropy::SeededEntropy;
use lichtbild::identity::authority::{Authority, AuthorityKind};
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::identity::issue::{ClientSubject, IssuanceTerms, issue_client};
use lichtbild::identity::request::certificate_request::read_request;
use lichtbild::sealing::enrolment_proof::{ProofKey, ProofMessage, invitation_lookup_id};
use lichtbild::transport::accept::listener::{Listener, Security};
use lichtbild::transport::accept::peer::Peer;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use lichtbild::transport::tls::revocation::RevokedCertificates;
use lichtbild::transport::tls::{ClientTrust, PemSource, ServerIdentity, ServerTls};
use serde_json::{Value, json};

use crate::support::pki::{Leaf, TestCa};

/// Validity of the certificates that this gateway issues.
pub const LIFETIME: Duration = Duration::from_secs(60 * 86_400);

/// Behaviour of the gateway at the look-up of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupBehaviour {
    Honestly,
    /// It does not know the code and sends a false proof.
    WithAGuess,
    /// It does not know the invitation.
    AsUnknown,
}

/// One answer to a request for a certificate.
#[derive(Debug, Clone, Copy)]
pub enum ScriptedIssuance {
    Issues,
    /// The certificate is issued, and a proxy in between gives up.
    IssuesButResponseIsLost,
    Waits(&'static str),
    Fails,
    Refuses(u16, &'static str),
    /// The answer contains a certificate for another key.
    IssuesForAnotherKey,
    /// The certificate is issued, but the gateway forgets it.
    IssuesAndForgets,
}

/// A received request.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    pub path: String,
    pub authorization: Option<String>,
}

pub struct GatewayBehaviour {
    pub lookup: LookupBehaviour,
    pub issuances: VecDeque<ScriptedIssuance>,
    /// Refuses every request on the studio listener.
    pub refuse_all_with: Option<&'static str>,
    pub clock_offset: Duration,
}

struct InvitingState {
    code: EnrolmentCode,
    role: Role,
    device_id: DeviceId,
    server_ca: String,
    studio_url: String,
    authority: Authority,
    clock: Arc<dyn Clock>,
    entropy: SeededEntropy,
    behaviour: Mutex<GatewayBehaviour>,
    known: Mutex<HashSet<Sha256Digest>>,
    bound_key: Mutex<Option<Sha256Digest>>,
    seen: Mutex<Vec<RecordedRequest>>,
}

pub struct InvitingGateway {
    pub enrolment: SocketAddr,
    pub revoked: RevokedCertificates,
    /// Signs the gateway's own certificates.
    pub server_ca: TestCa,
    inside: Arc<InvitingState>,
    stop: ShutdownTrigger,
}

impl InvitingGateway {
    pub async fn start_for_studio(clock: Arc<dyn Clock>) -> Self {
        Self::start(Role::Studio, clock).await
    }

    pub async fn start(role: Role, clock: Arc<dyn Clock>) -> Self {
        let server_ca = TestCa::new("Server CA");
        let entropy = SeededEntropy::new(4);
        let authority = Authority::create(AuthorityKind::Studio, "gateway", clock.now(), &entropy).unwrap();
        let revoked = RevokedCertificates::default();
        let roots = PemSource::new("studio-ca.pem", authority.certificate_pem());
        let trust = ClientTrust::parse(&roots, revoked.clone()).unwrap();
        let tls =
            ServerTls::with_client_certificates(identity(&server_ca.server()), trust, Arc::clone(&clock)).unwrap();
        let studio = bind(tls).await;
        let tls = ServerTls::without_client_certificates(identity(&server_ca.server()), Arc::clone(&clock)).unwrap();
        let enrolment = bind(tls).await;
        let inside = Arc::new(InvitingState {
            code: EnrolmentCode::generate(&entropy).unwrap(),
            role,
            device_id: DeviceId::generate(clock.now(), &entropy).unwrap(),
            server_ca: server_ca.certificate_pem.clone(),
            studio_url: format!("https://{}", studio.local_address()),
            authority,
            clock,
            entropy,
            behaviour: Mutex::new(GatewayBehaviour {
                lookup: LookupBehaviour::Honestly,
                issuances: VecDeque::new(),
                refuse_all_with: None,
                clock_offset: Duration::ZERO,
            }),
            known: Mutex::default(),
            bound_key: Mutex::default(),
            seen: Mutex::default(),
        });
        let stop = ShutdownTrigger::new();
        let address = enrolment.local_address();
        let enrolling = Router::new().route(LOOKUP_PATH, post(look_up)).route(SIMPLE_ENROLL, post(enrol));
        tokio::spawn(enrolment.serve(watched(enrolling, &inside), stop.subscribe()));
        let photos = Router::new()
            .route("/v1/me", get(me))
            .route("/v1/photos", get(async || Json(json!({"photos": []}))))
            .route("/v1/photos/check", post(check))
            .route(SIMPLE_REENROLL, post(reenrol))
            .layer(from_fn_with_state(Arc::clone(&inside), admit));
        tokio::spawn(studio.serve(watched(photos, &inside), stop.subscribe()));
        Self { enrolment: address, revoked, server_ca, inside, stop }
    }

    /// The address in the letter.
    pub fn url(&self) -> String {
        self.enrolment.to_string()
    }

    /// Host and port for deposits.
    pub fn studio_address(&self) -> String {
        self.inside.studio_url.trim_start_matches("https://").to_owned()
    }

    /// The code in the letter.
    pub fn code(&self) -> String {
        self.inside.code.reveal()
    }

    pub fn ca_sha256(&self) -> Sha256Digest {
        Sha256Digest::of(&certificates_from_pem(&self.server_ca.certificate_pem).unwrap()[0])
    }

    pub fn device_id(&self) -> DeviceId {
        self.inside.device_id
    }

    pub fn behaviour(&self) -> MutexGuard<'_, GatewayBehaviour> {
        self.inside.behaviour.lock().unwrap()
    }

    /// Sets the next answers to requests for certificates.
    pub fn script_issuances(&self, asked: impl IntoIterator<Item = ScriptedIssuance>) {
        self.behaviour().issuances.extend(asked);
    }

    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.inside.seen.lock().unwrap().clone()
    }

    /// Returns how often this path was requested.
    pub fn count(&self, path: &str) -> usize {
        self.requests().iter().filter(|seen| seen.path == path).count()
    }

    /// Revokes the device.
    pub fn revoke_all(&self) {
        self.revoked.replace(self.inside.known.lock().unwrap().clone());
    }

    /// Stops the gateway.
    pub fn close(&self) {
        self.stop.advance();
        self.stop.advance();
    }
}

impl Drop for InvitingGateway {
    fn drop(&mut self) {
        self.close();
    }
}

pub async fn bind(tls: ServerTls) -> Listener {
    let any = ([127, 0, 0, 1], 0).into();
    Listener::bind("test", any, Security::fixed(tls), ListenerLimits::default()).await.unwrap()
}

pub fn identity(server: &Leaf) -> ServerIdentity {
    let chain = PemSource::new("server.pem", server.certificate_pem.as_str());
    ServerIdentity::parse(&chain, &PemSource::new("server.key", server.key_pem.as_str())).unwrap()
}

fn watched(router: Router<Arc<InvitingState>>, inside: &Arc<InvitingState>) -> Router {
    router.layer(from_fn_with_state(Arc::clone(inside), watch)).with_state(Arc::clone(inside))
}

async fn watch(State(inside): State<Arc<InvitingState>>, request: Request, next: Next) -> Response {
    let authorization = request.headers().get(AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    inside.seen.lock().unwrap().push(RecordedRequest { path: request.uri().path().to_owned(), authorization });
    next.run(request).await
}

async fn admit(State(inside): State<Arc<InvitingState>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().unwrap();
    let certificate = peer.certificate().unwrap().sha256();
    let standing = inside.behaviour.lock().unwrap().refuse_all_with;
    if let Some(kind) = standing {
        return problem(403, kind);
    }
    if !inside.known.lock().unwrap().contains(&certificate) {
        return problem(403, "device-unknown");
    }
    next.run(request).await
}

fn problem(status: u16, kind: &str) -> Response {
    let body = json!({"type": kind, "title": format!("Titel {kind}."), "status": status, "detail": "Einzelheit."});
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/problem+json")], body.to_string())
        .into_response()
}

async fn look_up(State(inside): State<Arc<InvitingState>>, Json(question): Json<Value>) -> Response {
    let looked = inside.behaviour.lock().unwrap().lookup;
    let hex = |name: &str| *Sha256Digest::parse_hex(question[name].as_str().unwrap()).unwrap().as_bytes();
    if looked == LookupBehaviour::AsUnknown || &hex("lookup") != invitation_lookup_id(&inside.code).as_bytes() {
        return problem(404, "invitation-unknown");
    }
    let key = match looked {
        LookupBehaviour::WithAGuess => ProofKey::from_code(&EnrolmentCode::generate(&SeededEntropy::new(99)).unwrap()),
        _ => ProofKey::from_code(&inside.code),
    };
    let (device_id, expires_at) = (inside.device_id.to_string(), (inside.clock.now() + LIFETIME).to_string());
    let ca = &certificates_from_pem(&inside.server_ca).unwrap()[0];
    let proof = key.prove(&ProofMessage {
        nonce: &hex("nonce"),
        device_id: &device_id,
        role: inside.role.name(),
        gateway: &inside.studio_url,
        expires_at: &expires_at,
        ca_sha256: Sha256Digest::of(ca),
    });
    Json(json!({"device_id": device_id, "role": inside.role.name(), "gateway": inside.studio_url, "policy": "auto",
        "party": {"name": "Foto Koch", "place": "Düsseldorf"}, "ca": inside.server_ca, "expires_at": expires_at,
        "proof": Sha256Digest::from_bytes(proof)}))
    .into_response()
}

async fn enrol(State(inside): State<Arc<InvitingState>>, headers: HeaderMap, body: Bytes) -> Response {
    let expected = format!("Basic {}", BASE64.encode(format!("{}:{}", inside.device_id, inside.code.reveal())));
    if headers.get(AUTHORIZATION).is_none_or(|value| value.to_str().unwrap() != expected) {
        return problem(401, "enrolment-refused");
    }
    let key = Sha256Digest::of(&read_request(&BASE64.decode(&body).unwrap()).unwrap().to_spki_der());
    if *inside.bound_key.lock().unwrap().get_or_insert(key) != key {
        return problem(401, "invitation-spent");
    }
    certify(&inside, &body)
}

async fn reenrol(State(inside): State<Arc<InvitingState>>, body: Bytes) -> Response {
    certify(&inside, &body)
}

fn certify(inside: &InvitingState, body: &[u8]) -> Response {
    let asked = inside.behaviour.lock().unwrap().issuances.pop_front().unwrap_or(ScriptedIssuance::Issues);
    match asked {
        ScriptedIssuance::Waits(seconds) => return (StatusCode::ACCEPTED, [(RETRY_AFTER, seconds)]).into_response(),
        ScriptedIssuance::Fails => return StatusCode::BAD_GATEWAY.into_response(),
        ScriptedIssuance::Refuses(status, kind) => return problem(status, kind),
        _ => {}
    }
    let mut key = read_request(&BASE64.decode(body).unwrap()).unwrap();
    if matches!(asked, ScriptedIssuance::IssuesForAnotherKey) {
        key = lichtbild::identity::key::DeviceKey::generate().unwrap().public_key();
    }
    let party_id = PartyId::generate(inside.clock.now(), &inside.entropy).unwrap();
    let subject = ClientSubject { role: inside.role, party_id, device_id: inside.device_id };
    let terms = IssuanceTerms::with_validity(LIFETIME);
    let issued = issue_client(
        &inside.authority,
        &subject,
        "Foto Koch, till 1",
        &key,
        &terms,
        inside.clock.now(),
        &inside.entropy,
    )
    .unwrap();
    if !matches!(asked, ScriptedIssuance::IssuesAndForgets) {
        inside.known.lock().unwrap().insert(issued.sha256);
    }
    if matches!(asked, ScriptedIssuance::IssuesButResponseIsLost) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    // Lines of 64 characters, which RFC 8951 permits.
    let encoded = BASE64.encode(certs_only(&[inside.authority.certificate_der(), &issued.der]));
    let lines: Vec<_> = encoded.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    ([("content-type", "application/pkcs7-mime; smime-type=certs-only")], lines.join("\r\n")).into_response()
}

async fn me(State(inside): State<Arc<InvitingState>>, Extension(peer): Extension<Peer>) -> Response {
    let certificate = lichtbild::identity::certificate::read_certificate(peer.certificate().unwrap().der()).unwrap();
    let time: Timestamp = inside.clock.now() + inside.behaviour.lock().unwrap().clock_offset;
    Json(json!({"studio": {"studio_id": inside.device_id, "name": "Foto Koch", "place": "Düsseldorf"},
        "device_id": inside.device_id, "certificate_expires_at": certificate.not_after, "time": time}))
    .into_response()
}

async fn check(body: Bytes) -> Response {
    assert!(body.starts_with(&[0xFF, 0xD8]), "a JPEG");
    Json(json!({"verdict": "refused", "findings": []})).into_response()
}

/// A certs-only message (RFC 5652 sections 3 and 5.1), written independently of the gateway's code.
fn certs_only(certificates: &[&[u8]]) -> Vec<u8> {
    const SIGNED_DATA: &[u8] = &[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
    const DATA: &[u8] = &[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
    let signed_data =
        [&[0x02, 1, 1, 0x31, 0][..], &tagged(0x30, DATA), &tagged(0xA0, &certificates.concat()), &[0x31, 0]];
    tagged(0x30, &[SIGNED_DATA, &tagged(0xA0, &tagged(0x30, &signed_data.concat()))].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    match content.len() {
        0..128 => [&[tag, length[1]], content].concat(),
        _ => [&[tag, 0x82, length[0], length[1]], content].concat(),
    }
}
