//! Secrets of the enrolment are neither in the database nor in the log.

skip_in!(postgres: "reads the files of SQLite");

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::party::Role;
use lichtbild::identity::key::DeviceKey;

use crate::support::enrolment::{WRONG_CODE, certificate};
use crate::support::test_gateway::TestGateway;

fn holds(content: &[u8], needle: &[u8]) -> bool {
    content.windows(needle.len()).any(|window| window == needle)
}

/// Invitations in every state, and an identifier that the search must find.
async fn invitations(gateway: &TestGateway) -> (Vec<EnrolmentCode>, String) {
    let (mut codes, mut device_id) = (Vec::new(), String::new());
    for number in 0..5 {
        let invite = gateway.invite(Role::Studio, "Foto Koch").await;
        let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
        device_id = invite.device.device_id.to_string();
        match number {
            0 => _ = certificate(&anonymous.accept_invitation(&invite, &key).await),
            1 => codes.push(gateway.invite_again(invite.device.device_id).await.code),
            2 => _ = anonymous.enrol(&device_id, WRONG_CODE, &key.to_request().unwrap()).await,
            3 => _ = anonymous.enrol(&device_id, &invite.code.reveal(), b"").await,
            _ => {}
        }
        codes.push(invite.code);
    }
    (codes, device_id)
}

#[tokio::test]
async fn the_files_hold_no_enrolment_code() {
    let gateway = TestGateway::start().await;
    let (codes, device_id) = invitations(&gateway).await;
    let files = gateway.files();
    assert!(files.iter().any(|(_, content)| holds(content, device_id.as_bytes())), "the search finds nothing at all");
    for (path, content) in &files {
        for code in &codes {
            let revealed = code.reveal();
            for text in [revealed.clone(), revealed.to_lowercase(), revealed.replace('-', "")] {
                assert!(!holds(content, text.as_bytes()), "{}", path.display());
            }
            assert!(!holds(content, code.secret_symbols()), "{}", path.display());
        }
    }
}

#[derive(Clone, Default)]
struct LogBuffer(Arc<Mutex<Vec<u8>>>);

impl Write for LogBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_no_enrolment_code() {
    let lines = LogBuffer::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_env_filter("trace").with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let gateway = TestGateway::start().await;
    let (codes, _) = invitations(&gateway).await;
    tracing::info!("the test has written this");
    let log = lines.0.lock().unwrap().clone();
    assert!(holds(&log, b"the test has written this"));
    for code in codes {
        assert!(!holds(&log, code.reveal().as_bytes()));
    }
    assert!(!holds(&log, WRONG_CODE.as_bytes()) && !holds(&log, b"Basic "));
}
