//! A shop with a watched folder, a fake gateway, and time that is moved by whoever waits.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use lichtbild::client::config::StudioConfig;
use lichtbild::client::connection::Connection;
use lichtbild::client::hot_folder::arrival::Settling;
use lichtbild::client::hot_folder::connections::{Connections, Unchanged};
use lichtbild::client::hot_folder::folder::{Folder, FolderError};
use lichtbild::client::hot_folder::keeping::KeepSent;
use lichtbild::client::hot_folder::watch::{Left, Parts, Settings, Until, Watch};
use lichtbild::client::hot_folder::{Event, Observer, Papers, Refusal, Status};
use lichtbild::client::patience::Patience;
use lichtbild::client::stored_receipt::StoredReceipt;
use lichtbild::clock::ManualClock;
use lichtbild::domain::language::Language;
use lichtbild::domain::subject::Declaration;
use lichtbild::entropy::SeededEntropy;
use lichtbild::validation::Profile;
use lichtbild::wire::photo::ReceiptBody;

use crate::support::fake_gateway::FakeGateway;
use crate::support::gateway::{SMALL, START};
use crate::support::jpeg::{colour_picture, new_segment, with};

/// A photo that the small profile takes, unlike that of any other number.
pub fn photo(number: usize) -> Vec<u8> {
    with(&colour_picture(35, 45), 2, &new_segment(0xFE, format!("photo {number}").as_bytes()))
}

/// Time that passes a thousand times as fast as it should, and only while somebody waits.
#[derive(Default)]
pub struct Hurry(AtomicU64);

#[async_trait]
impl Patience for Hurry {
    fn spent(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    async fn wait(&self, span: Duration) {
        // A millisecond for the gateway, which lives in real time.
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.0.fetch_add(u64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Noted {
    /// Does something when an event comes about, before the watch goes on.
    pub fn react(&self, reaction: impl Fn(&str) + Send + Sync + 'static) {
        *self.reaction.lock().unwrap() = Some(Box::new(reaction));
    }

    /// The events whose name is this.
    pub fn of_kind(&self, kind: &str) -> Vec<String> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| event.split([' ', '{']).next() == Some(kind)).cloned().collect()
    }
}

impl std::fmt::Debug for Noted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.events.lock().unwrap().iter()).finish()
    }
}

type Reaction = Box<dyn Fn(&str) + Send + Sync>;

/// Notes every event, and lets a test react to one.
#[derive(Default)]
pub struct Noted {
    events: Mutex<Vec<String>>,
    reaction: Mutex<Option<Reaction>>,
}

impl Observer for Noted {
    fn event(&self, event: &Event<'_>) {
        let event = format!("{event:?}");
        if let Some(reaction) = self.reaction.lock().unwrap().as_ref() {
            reaction(&event);
        }
        self.events.lock().unwrap().push(event);
    }

    fn status(&self, _status: &Status) {}
}

/// Papers that say as much as a test needs.
pub struct Plain;

impl Papers for Plain {
    fn receipt_text(&self, receipt: &ReceiptBody) -> String {
        receipt.code.clone()
    }

    fn receipt_pdf(&self, _receipt: &ReceiptBody) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(b"%PDF-".to_vec()))
    }

    fn report(&self, name: &OsStr, refusal: &Refusal) -> String {
        format!("{name:?} {refusal:?}")
    }
}

pub struct Shop {
    pub gateway: FakeGateway,
    pub clock: Arc<ManualClock>,
    pub noted: Arc<Noted>,
    pub keep_sent: KeepSent,
    pub settling: Settling,
    pub connections: Arc<dyn Connections>,
    pub declared: Option<Declaration>,
    entropy: Arc<SeededEntropy>,
}

impl Shop {
    pub fn beside(gateway: FakeGateway) -> Self {
        let profile = Profile::parse("small", SMALL).unwrap();
        gateway.show_profile(&serde_json::to_value(profile).unwrap());
        fs::create_dir(gateway.directory().join("export")).unwrap();
        Self {
            gateway,
            clock: Arc::new(ManualClock::starting_at(START)),
            noted: Arc::default(),
            keep_sent: KeepSent::default(),
            settling: Settling::default(),
            connections: Arc::new(Unchanged),
            declared: None,
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
    pub async fn watch(&self) -> Left {
        self.watch_for(Duration::from_secs(24 * 3600)).await
    }

    /// Watches until nothing is left to do or the time is up.
    pub async fn watch_for(&self, give_up_after: Duration) -> Left {
        self.begin().run(Until::Empty { give_up_after }, std::future::pending()).await
    }

    /// Opens the folder as soon as it is free: while another test starts a program, the new process holds all locks of this one for a
    /// moment, also one that was given back meanwhile.
    fn open_folder(&self) -> Folder {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            match Folder::open(&self.export_folder()) {
                Err(FolderError::AlreadyWatched { .. }) if Instant::now() < end => std::thread::yield_now(),
                folder => return folder.unwrap(),
            }
        }
    }

    pub fn begin(&self) -> Watch {
        let parts = Parts {
            folder: self.open_folder(),
            connection: Connection::prepare(&StudioConfig::load(&self.gateway.config()).unwrap()).unwrap(),
            connections: Arc::clone(&self.connections),
            profile: None,
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            patience: Arc::new(Hurry::default()),
            papers: Arc::new(Plain),
            observer: self.noted.clone(),
            language: Language::English,
            declared: self.declared,
        };
        let settings = Settings { settling: self.settling, parallel: 4.try_into().unwrap(), keep_sent: self.keep_sent };
        Watch::begin(parts, settings).unwrap()
    }

    /// Does something when an event comes about, before the watch goes on.
    pub fn react(&self, reaction: impl Fn(&str) + Send + Sync + 'static) {
        self.noted.react(reaction);
    }

    /// The events whose name is this.
    pub fn events(&self, kind: &str) -> Vec<String> {
        self.noted.of_kind(kind)
    }

    /// The receipt in `sent/` by the name of its photo's stem.
    pub fn receipt(&self, stem: &str) -> StoredReceipt {
        let path = self.file(&format!("sent/{stem}.receipt.json"));
        StoredReceipt::parse(&fs::read(&path).unwrap_or_else(|_| panic!("{path:?}"))).unwrap()
    }

    /// The names in a folder, sorted; those that begin with a dot are not shown.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names(&self.file(folder))
    }

    /// Nothing waits anywhere.
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
