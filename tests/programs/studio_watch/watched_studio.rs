//! A studio with a watched folder, a fake gateway, and a clock that advances with every wait.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use lichtbild::client::config::StudioConfig;
use lichtbild::client::deposited::journal::{DepositJournal, DepositNote};
use lichtbild::client::deposited::photo_status::PhotoStatus;
use lichtbild::client::gateway_client::GatewayClient;
use lichtbild::client::photo::stored_receipt::StoredReceipt;
use lichtbild::client::timer::Timer;
use lichtbild::client::watch::client_provider::{ClientProvider, FixedProvider};
use lichtbild::client::watch::files::folder::{WatchedFolder, WatchedFolderError};
use lichtbild::client::watch::files::retention::SentRetention;
use lichtbild::client::watch::files::stability::StabilityDelays;
use lichtbild::client::watch::watch_loop::{StopCondition, Watch, WatchOptions, WatchSettings, WatchSummary};
use lichtbild::client::watch::{PhotoRefusal, ReceiptWriter, WatchEvent, WatchObserver, WatchStatus};
use lichtbild::clock::ManualClock;
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::entropy::SeededEntropy;
use lichtbild::texts::language::Language;
use lichtbild::validation::Profile;
use lichtbild::wire::photo::ReceiptBody;

use crate::support::fake_gateway::FakeGateway;
use crate::support::photos::jpeg::{colour_jpeg, new_segment, with_inserted};
use crate::support::test_gateway::{SMALL_PROFILE_TOML, START};

/// A photo that the small profile accepts and that differs for each number.
pub fn photo(number: usize) -> Vec<u8> {
    with_inserted(&colour_jpeg(35, 45), 2, &new_segment(0xFE, format!("photo {number}").as_bytes()))
}

/// Clock and timer that run a thousand times too fast, and only during waits.
#[derive(Default)]
pub struct FastTimer(AtomicU64);

#[async_trait]
impl Timer for FastTimer {
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    async fn sleep(&self, span: Duration) {
        // One millisecond for the gateway, which uses real time.
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.0.fetch_add(u64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl RecordingObserver {
    /// Runs an action at an event, before the watch continues.
    pub fn react(&self, reaction: impl Fn(&str) + Send + Sync + 'static) {
        *self.reaction.lock().unwrap() = Some(Box::new(reaction));
    }

    /// The events of this name.
    pub fn of_kind(&self, kind: &str) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| event.split([' ', '{']).next() == Some(kind)).cloned().collect()
    }
}

impl std::fmt::Debug for RecordingObserver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.events.lock().unwrap().iter()).finish()
    }
}

type EventReaction = Box<dyn Fn(&str) + Send + Sync>;

/// Records events, and lets a test react to one.
#[derive(Default)]
pub struct RecordingObserver {
    events: Mutex<Vec<String>>,
    reaction: Mutex<Option<EventReaction>>,
}

impl WatchObserver for RecordingObserver {
    fn event(&self, event: &WatchEvent<'_>) {
        let event = format!("{event:?}");
        if let Some(reaction) = self.reaction.lock().unwrap().as_ref() {
            reaction(&event);
        }
        self.events.lock().unwrap().push(event);
    }

    fn status(&self, _status: &WatchStatus) {}
}

/// Minimal receipts and reports for tests.
pub struct PlainReceiptWriter;

impl ReceiptWriter for PlainReceiptWriter {
    fn receipt_text(&self, receipt: &ReceiptBody) -> String {
        receipt.code.clone()
    }

    fn receipt_pdf(&self, _receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(b"%PDF-".to_vec()))
    }

    fn report(&self, name: &OsStr, refusal: &PhotoRefusal) -> String {
        format!("{name:?} {refusal:?}")
    }

    fn office_report(&self, note: &DepositNote, photo: &PhotoStatus) -> String {
        format!("{} {:?}", note.name, photo.refusal)
    }
}

pub struct WatchedStudio {
    pub gateway: FakeGateway,
    pub clock: Arc<ManualClock>,
    pub observer: Arc<RecordingObserver>,
    pub keep_sent: SentRetention,
    pub settling: StabilityDelays,
    pub connections: Arc<dyn ClientProvider>,
    pub declared: Option<Declaration>,
    pub journal: Option<DepositJournal>,
    entropy: Arc<SeededEntropy>,
}

impl WatchedStudio {
    pub fn beside(gateway: FakeGateway) -> Self {
        let profile = Profile::parse("small", SMALL_PROFILE_TOML).unwrap();
        gateway.show_profile(&serde_json::to_value(profile).unwrap());
        fs::create_dir(gateway.directory().join("export")).unwrap();
        Self {
            gateway,
            clock: Arc::new(ManualClock::starting_at(START)),
            observer: Arc::default(),
            keep_sent: SentRetention::default(),
            settling: StabilityDelays::default(),
            connections: Arc::new(FixedProvider),
            declared: None,
            journal: None,
            entropy: Arc::new(SeededEntropy::new(7)),
        }
    }

    pub fn export_folder(&self) -> PathBuf {
        self.gateway.directory().join("export")
    }

    pub fn export(&self, name: impl AsRef<Path>, bytes: &[u8]) {
        fs::write(self.export_folder().join(name), bytes).unwrap();
    }

    pub fn file(&self, path: &str) -> PathBuf {
        self.export_folder().join(path)
    }

    /// Watches until nothing is left to do.
    pub async fn watch(&self) -> WatchSummary {
        self.watch_for(Duration::from_secs(24 * 3600)).await
    }

    /// Watches until nothing is left to do or the time has passed.
    pub async fn watch_for(&self, give_up_after: Duration) -> WatchSummary {
        self.begin().run(StopCondition::QueueEmpty { give_up_after }, std::future::pending()).await
    }

    /// Opens the folder when its lock is free. If another test starts a program, the new process inherits all locks of this one for a
    /// moment.
    fn open_folder(&self) -> WatchedFolder {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            match WatchedFolder::open(&self.export_folder()) {
                Err(WatchedFolderError::AlreadyWatched { .. }) if Instant::now() < end => std::thread::yield_now(),
                folder => return folder.unwrap(),
            }
        }
    }

    pub fn begin(&self) -> Watch {
        let parts = WatchSettings {
            folder: self.open_folder(),
            client: GatewayClient::from_config(&StudioConfig::load(&self.gateway.config()).unwrap()).unwrap(),
            client_provider: Arc::clone(&self.connections),
            profile: None,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            timer: Arc::new(FastTimer::default()),
            receipt_writer: Arc::new(PlainReceiptWriter),
            observer: self.observer.clone(),
            language: Language::English,
            declared: self.declared,
            journal: self.journal.clone(),
        };
        let settings =
            WatchOptions { stability: self.settling, parallel: 4.try_into().unwrap(), keep_sent: self.keep_sent };
        Watch::new(parts, settings).unwrap()
    }

    /// Runs an action at an event, before the watch continues.
    pub fn react(&self, reaction: impl Fn(&str) + Send + Sync + 'static) {
        self.observer.react(reaction);
    }

    /// The events of this name.
    pub fn events(&self, kind: &str) -> Vec<String> {
        self.observer.of_kind(kind)
    }

    /// The receipt in `sent/` of the photo with this stem.
    pub fn receipt(&self, stem: &str) -> StoredReceipt {
        let path = self.file(&format!("sent/{stem}.receipt.json"));
        StoredReceipt::parse(&fs::read(&path).unwrap_or_else(|_| panic!("{path:?}"))).unwrap()
    }

    /// Sorted names in a folder, without hidden files.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names(&self.file(folder))
    }

    /// Checks that no photo waits.
    pub fn assert_cleared(&self) {
        assert_eq!(self.names("."), ["refused", "sent"]);
        let working: Vec<_> = names(&self.file(".lichtbild"));
        assert!(working.iter().all(|name| ["kept", "lock", "profile.json"].contains(&name.as_str())), "{working:?}");
        assert!(self.names(".lichtbild/kept").is_empty());
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}
