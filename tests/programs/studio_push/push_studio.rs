//! A studio with a photo, a fake gateway, and a timer that does not wait.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use lichtbild::client::config::StudioConfig;
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::photo::deposit::RetryContext;
use lichtbild::client::photo::push::{PushContext, PushError, PushedPhoto, push};
use lichtbild::client::photo::spool::RepeatPolicy;
use lichtbild::client::progress::ProgressEvent;
use lichtbild::client::timer::Timer;
use lichtbild::clock::{ManualClock, Timestamp};
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::entropy::SeededEntropy;
use lichtbild::texts::language::Language;

use crate::support::fake_gateway::FakeGateway;

pub const PHOTO: &[u8] = include_bytes!("../../../fixtures/portrait-413x531.jpg");

/// Timer that records pauses and does not wait.
#[derive(Default)]
pub struct RecordingTimer(Mutex<Vec<Duration>>);

impl RecordingTimer {
    pub fn pauses(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Timer for RecordingTimer {
    fn elapsed(&self) -> Duration {
        self.pauses().iter().sum()
    }

    async fn sleep(&self, span: Duration) {
        self.0.lock().unwrap().push(span);
    }
}

pub struct PushStudio {
    pub connection: GatewayClient,
    pub photo: PathBuf,
    pub clock: ManualClock,
    pub entropy: SeededEntropy,
    pub patience: RecordingTimer,
    pub notices: Mutex<Vec<ProgressEvent>>,
    pub repeat: RepeatPolicy,
    pub declared: Option<Declaration>,
}

impl PushStudio {
    pub fn beside(gateway: &FakeGateway) -> Self {
        let photo = gateway.directory().join("photo.jpg");
        std::fs::write(&photo, PHOTO).unwrap();
        Self {
            connection: GatewayClient::from_config(&StudioConfig::load(&gateway.config()).unwrap()).unwrap(),
            photo,
            // 2026-11-22T09:30:00Z
            clock: ManualClock::starting_at(Timestamp::from_unix_milliseconds(1_795_339_800_000)),
            entropy: SeededEntropy::new(1),
            patience: RecordingTimer::default(),
            notices: Mutex::default(),
            repeat: RepeatPolicy::ReturnReceipt,
            declared: None,
        }
    }

    pub fn spool(&self) -> PathBuf {
        suffixed(&self.photo, ".lichtbild-spool")
    }

    pub fn receipt(&self) -> PathBuf {
        suffixed(&self.photo, ".lichtbild-receipt.json")
    }

    pub fn notices(&self) -> String {
        format!("{:?}", self.notices.lock().unwrap())
    }

    pub async fn push(&self) -> Result<PushedPhoto, PushError> {
        let announce = |notice| self.notices.lock().unwrap().push(notice);
        let job = PushContext {
            client: &self.connection,
            language: Language::English,
            repeat: self.repeat,
            declared: self.declared,
            retry: RetryContext {
                clock: &self.clock,
                entropy: &self.entropy,
                timer: &self.patience,
                give_up_after: Duration::from_secs(600),
                on_progress: &announce,
            },
        };
        push(&self.photo, &job).await
    }
}

pub fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
