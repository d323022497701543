//! Devices that are cut off in the middle of a request: after they were admitted, before their body has arrived.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Frame;
use lichtbild::api::problem::Problem;
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::credential::Credential;
use lichtbild::flows::authenticate;
use lichtbild::flows::photo::hand_over::{HandOverError, hand_over};
use lichtbild::flows::photo::withdraw::withdraw;
use lichtbild::identity::key::DeviceKey;
use lichtbild::storage::requests::{CutOff, FetchPurpose};
use serde_json::json;
use tokio::sync::oneshot;

use crate::support::enrolment::{EST, certificate};
use crate::support::router_client::{RouterClient, RouterResponse, idempotency_key, photo};
use crate::support::test_gateway::TestGateway;

/// A body that reports when the gateway polls it, and then waits for a signal.
struct HeldBody {
    bytes: Option<Vec<u8>>,
    asked: Option<oneshot::Sender<()>>,
    go_on: oneshot::Receiver<()>,
}

impl hyper::body::Body for HeldBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(asked) = self.asked.take() {
            asked.send(()).unwrap();
        }
        if self.bytes.is_some() && Pin::new(&mut self.go_on).poll(context).is_pending() {
            return Poll::Pending;
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes.into()))))
    }
}

/// Ways to cut a device off, with the problem that it gets.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Revoke,
    Suspend,
}

impl Cut {
    async fn apply(self, gateway: &TestGateway, caller: &RouterClient) {
        match self {
            Self::Revoke => gateway.revoke(caller).await,
            Self::Suspend => gateway.set_suspended(&caller.party, true).await,
        }
    }

    fn problem(self, caller: &RouterClient) -> &'static str {
        match (self, caller.party.role) {
            (Self::Revoke, _) => "device-revoked",
            (Self::Suspend, Role::Studio) => "studio-suspended",
            (Self::Suspend, Role::Office) => "office-suspended",
        }
    }
}

/// Sends a request whose body comes only after its device was cut off, and proves that nothing else changed.
async fn assert_refused_midway(gateway: &TestGateway, caller: &RouterClient, cut: Cut, request: Request<Vec<u8>>) {
    let (asked, is_asked) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel();
    let case = format!("{cut:?} {}", request.uri());
    let request = request.map(|bytes| Body::new(HeldBody { bytes: Some(bytes), asked: Some(asked), go_on: may_go_on }));
    let cut_off = async {
        is_asked.await.unwrap();
        cut.apply(gateway, caller).await;
        let contents = gateway.database.contents().await;
        go_on.send(()).unwrap();
        contents
    };
    let (answer, before): (RouterResponse, _) = tokio::join!(caller.send(request), cut_off);
    let problem = answer.assert_problem(403, cut.problem(caller));
    assert_eq!(problem["revoked_at"].is_string(), matches!(cut, Cut::Revoke), "{case}: {problem}");
    assert_eq!(gateway.database.contents().await, before, "{case}");
}

#[tokio::test]
async fn a_studio_that_is_cut_off_during_an_upload_is_told_which_and_nothing_is_stored() {
    for cut in [Cut::Revoke, Cut::Suspend] {
        let gateway = TestGateway::start().await;
        let studio = gateway.studio("Foto Koch").await;
        let upload = studio.request(Method::POST, "/v1/photos").header("content-type", "image/jpeg");
        let upload = upload.header("idempotency-key", idempotency_key(1)).body(photo(1)).unwrap();
        assert_refused_midway(&gateway, &studio, cut, upload).await;
    }
}

#[tokio::test]
async fn an_office_that_is_cut_off_before_it_has_collected_or_settled_is_told_which() {
    for cut in [Cut::Revoke, Cut::Suspend] {
        let gateway = TestGateway::start().await;
        let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
        let waiting = studio.deposit_numbered(1).await;
        let post = |path: &str, body: serde_json::Value| {
            let request = office.request(Method::POST, path).header("content-type", "application/json");
            request.body(body.to_string().into_bytes()).unwrap()
        };
        let collect = post("/v1/collections", json!({ "code": waiting.code }));
        assert_refused_midway(&gateway, &office, cut, collect).await;

        let office = gateway.office("Bürgeramt Süd").await;
        let collection = office.collect_and_fetch(&waiting.code).await;
        let post = |path: &str, body: serde_json::Value| {
            let request = office.request(Method::POST, path).header("content-type", "application/json");
            request.body(body.to_string().into_bytes()).unwrap()
        };
        let settle = post(&format!("/v1/collections/{collection}/settle"), json!({ "outcome": "used" }));
        assert_refused_midway(&gateway, &office, cut, settle).await;
        assert_eq!(studio.state_of(&waiting).await, "leased");
    }
}

#[tokio::test]
async fn an_office_that_is_cut_off_before_the_hand_over_gets_no_photo() {
    for cut in [Cut::Revoke, Cut::Suspend] {
        let gateway = TestGateway::start().await;
        let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
        let code = studio.deposit_numbered(1).await.code;
        let collection = office.collect_ok(&code).await.parse().unwrap();
        let credential = Credential::Own { sha256: office.certificate.sha256() };
        let admitted = authenticate::office(&gateway.gateway, credential).await.unwrap();
        cut.apply(&gateway, &office).await;
        let before = gateway.database.contents().await;
        let code = RetrievalCode::parse(&code).unwrap();
        for purpose in [FetchPurpose::HandOver, FetchPurpose::Inspect] {
            let refused = hand_over(&gateway.gateway, &admitted, collection, &code, purpose).await.err();
            match (cut, refused) {
                (Cut::Revoke, Some(HandOverError::CutOff(CutOff::Revoked { at }))) => assert_eq!(at, gateway.now()),
                (Cut::Suspend, Some(HandOverError::CutOff(CutOff::Suspended { role: Role::Office }))) => {}
                (_, other) => panic!("{cut:?} {purpose:?}: {other:?}"),
            }
        }
        assert_eq!(gateway.database.contents().await, before);
    }
}

/// A withdrawal has no body to wait for, but other requests: for its photo, and for the database.
#[tokio::test]
async fn a_studio_that_is_cut_off_before_it_has_withdrawn_is_told_which_and_nothing_is_erased() {
    for cut in [Cut::Revoke, Cut::Suspend] {
        let gateway = TestGateway::start().await;
        let studio = gateway.studio("Foto Koch").await;
        let [waiting, withdrawn] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
        assert_eq!(studio.withdraw(&withdrawn.photo_id).await.status, 200);
        let credential = Credential::Own { sha256: studio.certificate.sha256() };
        let admitted = authenticate::studio(&gateway.gateway, credential).await.unwrap();
        cut.apply(&gateway, &studio).await;
        let before = gateway.database.contents().await;
        for photo_id in [&waiting.photo_id, &withdrawn.photo_id] {
            let refused = withdraw(&gateway.gateway, &admitted, photo_id.parse().unwrap()).await.err();
            let kind = refused.map(|error| Problem::from(error).kind());
            assert_eq!(kind, Some(cut.problem(&studio)), "{cut:?}");
        }
        assert_eq!(gateway.database.contents().await, before, "{cut:?}");
    }
}

#[tokio::test]
async fn a_device_that_is_cut_off_during_its_renewal_is_told_which_and_gets_no_certificate() {
    for cut in [Cut::Revoke, Cut::Suspend] {
        for role in [Role::Studio, Role::Office] {
            let gateway = TestGateway::start().await;
            let invite = gateway.invite(role, "Foto Koch").await;
            let key = DeviceKey::generate().unwrap();
            let der = certificate(&gateway.anonymous_client().accept_invitation(&invite, &key).await);
            let device = gateway.with_certificate(&invite, der);
            let renewal = device.request(Method::POST, &format!("{EST}/simplereenroll"));
            let body = STANDARD.encode(DeviceKey::generate().unwrap().to_request().unwrap()).into_bytes();
            let renewal = renewal.header("content-type", "application/pkcs10").body(body).unwrap();
            assert_refused_midway(&gateway, &device, cut, renewal).await;
        }
    }
}
