//! A photo shop: a photo on its disk, a fake gateway, and patience that costs no time.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use lichtbild::client::config::StudioConfig;
use lichtbild::client::connection::Connection;
use lichtbild::client::deposit::Trying;
use lichtbild::client::notice::Notice;
use lichtbild::client::patience::Patience;
use lichtbild::client::push::{Push, PushError, Pushed, push};
use lichtbild::client::spool::Repeat;
use lichtbild::clock::{ManualClock, Timestamp};
use lichtbild::domain::language::Language;
use lichtbild::domain::subject::Declaration;
use lichtbild::entropy::SeededEntropy;

use crate::support::fake_gateway::FakeGateway;

pub const PHOTO: &[u8] = include_bytes!("../../fixtures/portrait-413x531.jpg");

/// Every pause is noted and over at once.
#[derive(Default)]
pub struct NotedPatience(Mutex<Vec<Duration>>);

impl NotedPatience {
    pub fn pauses(&self) -> Vec<Duration> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Patience for NotedPatience {
    fn spent(&self) -> Duration {
        self.pauses().iter().sum()
    }

    async fn wait(&self, span: Duration) {
        self.0.lock().unwrap().push(span);
    }
}

pub struct Shop {
    pub connection: Connection,
    pub photo: PathBuf,
    pub clock: ManualClock,
    pub entropy: SeededEntropy,
    pub patience: NotedPatience,
    pub notices: Mutex<Vec<Notice>>,
    pub repeat: Repeat,
    pub declared: Option<Declaration>,
}

impl Shop {
    pub fn beside(gateway: &FakeGateway) -> Self {
        let photo = gateway.directory().join("photo.jpg");
        std::fs::write(&photo, PHOTO).unwrap();
        Self {
            connection: Connection::prepare(&StudioConfig::load(&gateway.config()).unwrap()).unwrap(),
            photo,
            // 2026-11-22T09:30:00Z
            clock: ManualClock::starting_at(Timestamp::from_unix_milliseconds(1_795_339_800_000)),
            entropy: SeededEntropy::new(1),
            patience: NotedPatience::default(),
            notices: Mutex::default(),
            repeat: Repeat::ShowReceipt,
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

    pub async fn push(&self) -> Result<Pushed, PushError> {
        let announce = |notice| self.notices.lock().unwrap().push(notice);
        let job = Push {
            connection: &self.connection,
            language: Language::English,
            repeat: self.repeat,
            declared: self.declared,
            trying: Trying {
                clock: &self.clock,
                entropy: &self.entropy,
                patience: &self.patience,
                give_up_after: Duration::from_secs(600),
                announce: &announce,
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
