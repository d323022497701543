//! Several devices use one code at the same moment.

use lichtbild::domain::party::Role;
use lichtbild::identity::certificate::read_certificate;
use lichtbild::identity::key::DeviceKey;
use tokio::task::JoinSet;

use crate::support::enrolment::{certificate, fingerprint};
use crate::support::test_gateway::TestGateway;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_keys_with_one_code_exactly_one_wins() {
    let gateway = TestGateway::start().await;
    for _ in 0..5 {
        let invite = gateway.invite(Role::Studio, "Foto Koch").await;
        let (device_id, code) = (invite.device.device_id.to_string(), invite.code.reveal());
        let mut racers = JoinSet::new();
        for _ in 0..8 {
            let (anonymous, device_id, code) = (gateway.anonymous_client(), device_id.clone(), code.clone());
            let key = DeviceKey::generate().unwrap();
            racers.spawn(async move {
                let answer = anonymous.enrol(&device_id, &code, &key.to_request().unwrap()).await;
                (key, answer)
            });
        }
        let mut winners = Vec::new();
        for (key, answer) in racers.join_all().await {
            if answer.status == 200 {
                assert_eq!(read_certificate(&certificate(&answer)).unwrap().spki_sha256, fingerprint(&key));
                winners.push(key);
            } else {
                answer.assert_problem(403, "enrolment-code-spent");
            }
        }
        assert_eq!(winners.len(), 1);
        // And it stays the winner's.
        certificate(&gateway.anonymous_client().accept_invitation(&invite, &winners[0]).await);
    }
    gateway.database.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_device_that_asks_several_times_at_once_is_always_answered() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let request = DeviceKey::generate().unwrap().to_request().unwrap();
    let mut repeats = JoinSet::new();
    for _ in 0..8 {
        let (anonymous, request) = (gateway.anonymous_client(), request.clone());
        let (device_id, code) = (invite.device.device_id.to_string(), invite.code.reveal());
        repeats.spawn(async move { anonymous.enrol(&device_id, &code, &request).await });
    }
    for answer in repeats.join_all().await {
        certificate(&answer);
    }
    assert_eq!(gateway.database.count("certificates").await, 8);
}
