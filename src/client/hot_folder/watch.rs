//! The loop: `look -> take -> attempt, several at a time -> put away`, until it is told to stop.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::{Id, JoinHandle, JoinSet};

use super::arrival::{Arrivals, Settling};
pub use super::attempt::Workshop;
use super::attempt::{End, Reach};
use super::connections::Connections;
use super::event::{Event, Observer, Papers, Status};
use super::folder::Folder;
use super::intake;
use super::keeping::KeepSent;
use super::line::{Era, Line};
use super::queue::Queue;
use super::rules::Rules;
use super::upkeep;
use crate::client::connection::Connection;
use crate::client::patience::Patience;
use crate::clock::Clock;
use crate::domain::language::Language;
use crate::domain::subject::Declaration;
use crate::entropy::Entropy;
use crate::validation::profile::Profile;

/// How often the folder is looked at. Our own number: nobody at a till notices a second.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often the sent photos are looked through for those whose time is over.
const ERASE_EVERY: Duration = Duration::from_secs(60);
/// How long photos wait at the start for the gateway's rules.
const RULES_WITHIN: Duration = Duration::from_secs(15);
/// How long uploads under way may go on after the stop. They go on at the next start all the same.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// What can be chosen.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// When a file is complete.
    pub settling: Settling,
    /// How many photos are in memory, judged or sent, at a time.
    pub parallel: NonZeroUsize,
    /// When sent photos are erased.
    pub keep_sent: KeepSent,
}

/// What a watch is made of.
pub struct Parts {
    /// The folder.
    pub folder: Folder,
    /// The line to the gateway, to begin with.
    pub connection: Connection,
    /// Gives new ones.
    pub connections: Arc<dyn Connections>,
    /// Rules until the gateway's are known.
    pub profile: Option<Profile>,
    /// The date.
    pub clock: Arc<dyn Clock>,
    /// For keys and names.
    pub entropy: Arc<dyn Entropy>,
    /// For everything that takes time.
    pub patience: Arc<dyn Patience>,
    /// Writes receipts and reports.
    pub papers: Arc<dyn Papers>,
    /// Learns what happens.
    pub observer: Arc<dyn Observer>,
    /// The language of the gateway's findings.
    pub language: Language,
    /// What the studio declares of the person in every photo of this folder.
    pub declared: Option<Declaration>,
}

/// A watch at work.
pub struct Watch {
    pub(super) shop: Arc<Workshop>,
    pub(super) settings: Settings,
    pub(super) patience: Arc<dyn Patience>,
    pub(super) connections: Arc<dyn Connections>,
    pub(super) connection: Connection,
    pub(super) line: Line,
    pub(super) queue: Queue,
    pub(super) arrivals: Arrivals,
    pub(super) running: JoinSet<End>,
    pub(super) under_way: HashMap<Id, UnderWay>,
    pub(super) renewal: Option<JoinHandle<Renewed>>,
    pub(super) due: Due,
    pub(super) taken: u32,
    pub(super) not_taken: HashSet<OsString>,
    pub(super) storage_is_in_trouble: bool,
    pub(super) rules_are_missed: bool,
    pub(super) status: Status,
}

pub(super) struct UnderWay {
    pub(super) id: String,
    pub(super) era: Era,
    pub(super) reach: Reach,
}

/// When it is time for what is done now and then.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Due {
    pub(super) look: Duration,
    pub(super) erase: Duration,
    pub(super) renew: Duration,
}

pub(super) struct Renewed {
    pub(super) connection: Option<Connection>,
    pub(super) rules: Option<Value>,
}

/// How long to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// For ever.
    Stopped,
    /// Until no photo is left, or those left have waited for the gateway for this long.
    Empty {
        /// How long.
        give_up_after: Duration,
    },
}

/// Where a watch left off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The counts.
    pub status: Status,
    /// Whether the gateway does not let this studio in.
    pub is_barred: bool,
    /// Whether the disk was the trouble.
    pub storage_is_in_trouble: bool,
}

impl Watch {
    /// Makes ready, with the photos that an earlier watch left. Nothing is sent yet.
    ///
    /// # Errors
    /// What the system says when the working folder cannot be read.
    pub fn begin(parts: Parts, settings: Settings) -> io::Result<Self> {
        let Parts {
            folder,
            connection,
            connections,
            profile,
            clock,
            entropy,
            patience,
            papers,
            observer,
            language,
            declared,
        } = parts;
        let mut queue = Queue::default();
        for job in intake::unfinished(&folder)? {
            queue.add(job);
        }
        if queue.len() > 0 {
            observer.event(&Event::Continuing { photos: queue.len() });
        }
        let rules = Rules::of(&folder, profile);
        Ok(Self {
            shop: Arc::new(Workshop { folder, rules, clock, entropy, papers, observer, language, declared }),
            settings,
            patience,
            connections,
            connection,
            line: Line::default(),
            queue,
            arrivals: Arrivals::default(),
            running: JoinSet::new(),
            under_way: HashMap::new(),
            renewal: None,
            due: Due::default(),
            taken: 0,
            not_taken: HashSet::new(),
            storage_is_in_trouble: false,
            rules_are_missed: false,
            status: Status::default(),
        })
    }

    /// Works until the end or until `stop` is ready; then uploads under way get a few seconds.
    pub async fn run(mut self, until: Until, stop: impl Future<Output = ()>) -> Left {
        let mut stop = std::pin::pin!(stop);
        self.begin_renewal();
        // Bounded by the real time: rules that come later are in force from then on.
        tokio::select! {
            renewed = finished(&mut self.renewal) => self.take_renewed(renewed),
            () = tokio::time::sleep(RULES_WITHIN) => {}
            () = &mut stop => return self.left(),
        }
        loop {
            self.round();
            if self.is_over(until) {
                break;
            }
            let pause = self.pause();
            let patience = Arc::clone(&self.patience);
            tokio::select! {
                Some(ended) = self.running.join_next_with_id() => self.ended(ended),
                renewed = finished(&mut self.renewal) => self.take_renewed(renewed),
                () = patience.wait(pause) => {}
                () = &mut stop => break,
            }
        }
        let _ = tokio::time::timeout(STOP_WITHIN, async {
            while let Some(ended) = self.running.join_next_with_id().await {
                self.ended(ended);
            }
        })
        .await;
        self.running.shutdown().await;
        self.left()
    }

    /// What is to be done now, up to the beginning of attempts.
    fn round(&mut self) {
        while let Some(ended) = self.running.try_join_next_with_id() {
            self.ended(ended);
        }
        let now = self.patience.spent();
        if now >= self.due.look {
            self.due.look = now + LOOK_EVERY;
            self.look(now);
        }
        if now >= self.due.erase {
            self.due.erase = now + ERASE_EVERY;
            self.erase();
        }
        if now >= self.due.renew {
            self.begin_renewal();
        }
        self.begin_attempts();
        self.show_status();
    }

    fn look(&mut self, now: Duration) {
        let scan = match self.arrivals.scan(self.shop.folder.arrivals(), now, self.settings.settling) {
            Ok(scan) => scan,
            Err(error) => return self.storage_trouble(&error),
        };
        self.status.arriving = scan.growing;
        for name in scan.complete {
            self.taken = self.taken.wrapping_add(1);
            let shop = &self.shop;
            match intake::take(&shop.folder, &name, self.taken, shop.clock.as_ref(), shop.entropy.as_ref()) {
                Ok(job) => {
                    self.arrivals.forget(&name);
                    self.not_taken.remove(&name);
                    self.queue.add(job);
                }
                Err(error) => {
                    self.status.arriving += 1;
                    self.not_taken(name, &error);
                }
            }
        }
    }

    /// Windows: another program has it open. A full disk: its folder could not be made. It stays where it is until the next look.
    fn not_taken(&mut self, name: OsString, error: &io::Error) {
        match error.kind() {
            io::ErrorKind::NotFound => {}
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem => {
                self.storage_trouble(error);
            }
            _ if self.not_taken.contains(&name) => {}
            _ => {
                self.shop.observer.event(&Event::CannotTake { name: &name, error });
                self.not_taken.insert(name);
            }
        }
    }

    fn erase(&mut self) {
        let shop = &self.shop;
        match upkeep::erase_sent(&shop.folder, self.settings.keep_sent, shop.clock.now()) {
            Ok(erased) => {
                for name in erased {
                    shop.observer.event(&Event::Erased { name: &name });
                }
            }
            Err(error) => self.storage_trouble(&error),
        }
    }

    pub(super) fn storage_trouble(&mut self, error: &io::Error) {
        if !self.storage_is_in_trouble {
            self.shop.observer.event(&Event::StorageTrouble { error });
        }
        self.storage_is_in_trouble = true;
    }

    pub(super) fn storage_works(&mut self) {
        if self.storage_is_in_trouble {
            self.shop.observer.event(&Event::StorageFine);
        }
        self.storage_is_in_trouble = false;
    }

    /// Until the next thing that time brings. Never quite nothing, for the sake of the processor.
    fn pause(&self) -> Duration {
        let now = self.patience.spent();
        let mut next = self.due.look.min(self.due.renew);
        for due in [self.queue.next_due(now), self.line.next_try(now)].into_iter().flatten() {
            next = next.min(due);
        }
        next.saturating_sub(now).max(Duration::from_millis(5))
    }

    fn is_over(&self, until: Until) -> bool {
        let Until::Empty { give_up_after } = until else { return false };
        if !self.running.is_empty() {
            return false;
        }
        let is_all_seen = self.status.arriving == 0 && !self.queue.has_new();
        (is_all_seen && (self.queue.len() == 0 || self.line.is_barred())) || self.patience.spent() >= give_up_after
    }

    fn show_status(&mut self) {
        self.status.under_way = self.running.len();
        self.status.waiting = self.queue.len().saturating_sub(self.running.len());
        self.status.line_down_since = self.line.down_since();
        self.shop.observer.status(&self.status);
    }

    fn left(mut self) -> Left {
        self.show_status();
        Left {
            status: self.status,
            is_barred: self.line.is_barred(),
            storage_is_in_trouble: self.storage_is_in_trouble,
        }
    }
}

/// Ready when there is a renewal and it is done.
async fn finished(renewal: &mut Option<JoinHandle<Renewed>>) -> Option<Renewed> {
    match renewal {
        Some(handle) => handle.await.ok(),
        None => std::future::pending().await,
    }
}
