//! The gateway under test: the router over a database that is backed up, restored and exchanged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lichtbild::clock::{Clock, Timestamp};
use lichtbild::config::Config;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::{Party, Role};
use lichtbild::domain::photo::quarantine::RevokedDevicePolicy;
use lichtbild::flows::admin::rollback;
use lichtbild::flows::admin::rollback::KnownWatermarks;
use lichtbild::flows::admin::verify::verify;
use lichtbild::server::routes::ListenerKind;
use lichtbild::server::watermark::{WatermarkFiles, WatermarkMonitor};
use lichtbild::storage::{DatabaseLocation, RowKeys, SqlStore, StoreError};
use lichtbild::transport::accept::peer::PeerCertificate;
use tokio::sync::OnceCell;

use super::reference::{DEVICES, OFFICES, PLACE, STUDIOS};
use crate::support::postgres::TestDatabase;
use crate::support::raw_database::TestStoreLocation;
use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{ClosedTestGateway, DAY, TestGateway, TestGatewaySetup};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelStore {
    Sqlite,
    Postgres,
}

/// A device that the test can speak for, on whichever gateway runs.
#[derive(Clone)]
pub struct ModelClient {
    party: Party,
    device_id: DeviceId,
    certificate: PeerCertificate,
}

/// Identifiers by the numbers of the reference. They go back with the database.
#[derive(Clone)]
pub struct ModelIds {
    pub devices: Vec<ModelClient>,
    pub photos: Vec<String>,
    pub collections: Vec<String>,
}

/// A copy of the database of one moment.
enum DatabaseCopy {
    /// A backup of the product, which no gateway starts on, and a copy as a snapshot of the disk has it.
    File {
        backup: PathBuf,
        snapshot: PathBuf,
    },
    Server(TestDatabase),
}

pub struct SystemUnderTest {
    /// `None` only while the database is exchanged.
    gateway: Option<TestGateway>,
    monitor: WatermarkMonitor,
    routers: [axum::Router; 2],
    pub parties: Vec<Party>,
    pub ids: ModelIds,
    backup: Option<(DatabaseCopy, ModelIds, Timestamp)>,
    /// The database that an older one replaced.
    right: Option<(TestStoreLocation, ModelIds)>,
    copies: u32,
}

/// A database without rows, copied for every history.
async fn new_place(store: ModelStore, file: PathBuf) -> TestStoreLocation {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    match store {
        ModelStore::Postgres => TestStoreLocation::Server(TestDatabase::new().await),
        ModelStore::Sqlite => {
            let template = TEMPLATE.get_or_init(|| async {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("template.db");
                SqlStore::create(&DatabaseLocation::File(file.clone())).await.unwrap().close().await;
                fs::read(file).unwrap()
            });
            fs::write(&file, template.await).unwrap();
            TestStoreLocation::File(file)
        }
    }
}

fn watermark_files(folder: &Path) -> WatermarkFiles {
    let mut config = Config::default();
    config.audit.head_file = Some(folder.join("log-head.json"));
    config.audit.checkpoints = folder.join("checkpoints");
    WatermarkFiles::from_config(&config)
}

/// Starts a gateway as `serve` does: over the database of this key file, and compared with its watermarks before it answers.
async fn start(closed: ClosedTestGateway) -> (TestGateway, WatermarkMonitor, [axum::Router; 2]) {
    let gateway = closed.open().await;
    let fingerprint = gateway.gateway.keys().fingerprint();
    assert!(gateway.store.bind_key_file(&fingerprint).await.is_ok_and(|is_bound| is_bound));
    let files = watermark_files(gateway.folder());
    let inner = Arc::clone(&gateway.gateway);
    let monitor = WatermarkMonitor::start(inner, gateway.store.clone(), files, gateway.trust().clone()).await.unwrap();
    let routers = [ListenerKind::Studio, ListenerKind::Office].map(|kind| gateway.router(kind));
    (gateway, monitor, routers)
}

impl SystemUnderTest {
    pub async fn new(store: ModelStore, quarantines_revoked: bool) -> Self {
        let mut setup = TestGatewaySetup::default();
        let limits = &mut setup.limits;
        limits.photos_of_revoked =
            if quarantines_revoked { RevokedDevicePolicy::Quarantine } else { RevokedDevicePolicy::Keep };
        // Limits are no part of the model.
        (limits.requests_per_minute, limits.uploads_per_minute) = (1_000_000, 1_000_000);
        (limits.wrong_codes.per_device, limits.wrong_codes.alarm_in_total) = (1_000_000, 1_000_000);
        let closed = ClosedTestGateway::new(async |file| new_place(store, file).await, setup).await;
        let (gateway, monitor, routers) = start(closed).await;
        let mut parties = Vec::new();
        for (role, names) in [(Role::Studio, STUDIOS), (Role::Office, OFFICES)] {
            for name in names {
                parties.push(gateway.administration().add_party(role, name, PLACE).await.unwrap());
            }
        }
        let ids = ModelIds { devices: Vec::new(), photos: Vec::new(), collections: Vec::new() };
        let (backup, right) = (None, None);
        let mut this = Self { gateway: Some(gateway), monitor, routers, parties, ids, backup, right, copies: 0 };
        for party in DEVICES {
            this.add_device(party).await;
        }
        this
    }

    pub fn gateway(&self) -> &TestGateway {
        self.gateway.as_ref().unwrap()
    }

    pub async fn add_device(&mut self, party: usize) {
        let party = self.parties[party].clone();
        // Longer than any history.
        let client = self.gateway().device_until(&party, self.gateway().now() + 40 * 365 * DAY).await;
        let RouterClient { device_id, certificate, .. } = client;
        self.ids.devices.push(ModelClient { party, device_id, certificate });
    }

    pub fn client(&self, device: usize) -> RouterClient {
        let ModelClient { party, device_id, certificate } = self.ids.devices[device].clone();
        let [studio, office] = &self.routers;
        let router = if party.role == Role::Studio { studio } else { office };
        RouterClient::new(router.clone(), party, device_id, certificate)
    }

    pub fn device_id(&self, device: usize) -> DeviceId {
        self.ids.devices[device].device_id
    }

    /// Brings the head file up to date and follows an administrator's decision, which takes a second in a running gateway.
    pub async fn watch(&self) {
        self.monitor.clone().run().await;
    }

    fn known(&self) -> KnownWatermarks {
        let gateway = self.gateway();
        watermark_files(gateway.folder()).read(&gateway.gateway.keys()).known
    }

    /// Stops the gateway, changes its database, and starts another gateway over it.
    async fn restart_with(&mut self, change: impl AsyncFnOnce(&mut ClosedTestGateway)) {
        self.watch().await;
        let gateway = self.gateway.take().unwrap();
        // They share the gateway's store.
        self.routers = Default::default();
        let mut closed = gateway.close().await;
        change(&mut closed).await;
        let (gateway, monitor, routers) = start(closed).await;
        (self.gateway, self.monitor, self.routers) = (Some(gateway), monitor, routers);
    }

    pub async fn restart(&mut self) {
        self.restart_with(async |_| {}).await;
    }

    /// Copies the database. A server's database has no sessions meanwhile.
    pub async fn back_up(&mut self) {
        self.copies += 1;
        let mut made = None;
        if let TestStoreLocation::File(_) = self.gateway().place() {
            let gateway = self.gateway();
            let path = |name| gateway.folder().join(format!("{name}-{}.db", self.copies));
            let (backup, snapshot) = (path("backup"), path("snapshot"));
            fs::write(&backup, b"").unwrap();
            gateway.store.copy_into(&backup, gateway.now()).await.unwrap();
            gateway.database.execute(&format!("VACUUM INTO '{}'", snapshot.display())).await.unwrap();
            made = Some(DatabaseCopy::File { backup, snapshot });
        } else {
            self.restart_with(async |closed| {
                let TestStoreLocation::Server(database) = &closed.place else { unreachable!("it is a server's") };
                made = Some(DatabaseCopy::Server(database.copy().await));
            })
            .await;
        }
        self.backup = Some((made.unwrap(), self.ids.clone(), self.gateway().now()));
    }

    /// Makes a gateway from the backup, as `restore` does, or `quarantine hold` after a server's database was copied.
    pub async fn restore(&mut self) {
        let (copy, ids, taken_at) = self.backup.take().unwrap();
        self.ids = ids.clone();
        self.right = None;
        self.restart_with(async |closed| {
            match (&copy, &mut closed.place) {
                (DatabaseCopy::File { backup, .. }, TestStoreLocation::File(file)) => {
                    fs::copy(backup, &*file).unwrap();
                    let started = SqlStore::open(&closed.place.location()).await;
                    assert!(matches!(started, Err(StoreError::Inactive(_))), "a gateway starts on a backup");
                }
                (DatabaseCopy::Server(copy), place) => *place = TestStoreLocation::Server(copy.copy().await),
                _ => unreachable!("the copy is of another kind"),
            }
            let store = administrators_store(closed).await;
            let report = verify(&store, Some(&closed.keys)).await.unwrap();
            assert!(report.is_ok(), "the backup: {report:#?}");
            let known = watermark_files(closed.directory.path()).read(&closed.keys).known;
            let noted = store.backup_taken_at().await.unwrap();
            assert!(noted.is_none_or(|noted| noted == taken_at));
            rollback::quarantine(&store, closed.clock.as_ref(), &closed.keys, &known, taken_at, 0).await.unwrap();
            store.close().await;
        })
        .await;
        self.backup = Some((copy, ids, taken_at));
    }

    /// Puts the copy in place of the database while the gateway is down.
    pub async fn roll_back(&mut self) {
        let (copy, ids, taken_at) = self.backup.take().unwrap();
        let (right_ids, number) = (std::mem::replace(&mut self.ids, ids.clone()), self.copies);
        let mut right = None;
        self.restart_with(async |closed| {
            right = Some(match (&copy, &mut closed.place) {
                (DatabaseCopy::File { snapshot, .. }, TestStoreLocation::File(file)) => {
                    let aside = file.with_file_name(format!("right-{number}.db"));
                    fs::rename(&*file, &aside).unwrap();
                    fs::copy(snapshot, &*file).unwrap();
                    TestStoreLocation::File(aside)
                }
                (DatabaseCopy::Server(copy), place) => {
                    std::mem::replace(place, TestStoreLocation::Server(copy.copy().await))
                }
                _ => unreachable!("the copy is of another kind"),
            });
        })
        .await;
        self.backup = Some((copy, ids, taken_at));
        self.right = right.map(|right| (right, right_ids));
    }

    /// Reverts [`Self::roll_back`].
    pub async fn put_back(&mut self) {
        let (right, ids) = self.right.take().unwrap();
        self.ids = ids;
        self.restart_with(async |closed| match (right, &mut closed.place) {
            (TestStoreLocation::File(aside), TestStoreLocation::File(file)) => {
                fs::rename(aside, &*file).unwrap();
            }
            (right, place) => *place = right,
        })
        .await;
    }

    /// `confirm-rollback`; `false` if there is nothing to confirm.
    pub async fn confirm_rollback(&mut self) -> bool {
        let (known, keys) = (self.known(), self.gateway().gateway.keys());
        let store = self.second_store().await;
        let compared = rollback::compare(&store, &keys, &known).await.unwrap();
        let is_due = compared.rollback.is_some();
        if is_due {
            let clock = self.gateway().clock.as_ref();
            rollback::confirm(&store, clock, &keys, &known, &compared).await.unwrap();
            self.right = None;
        }
        store.close().await;
        self.watch().await;
        is_due
    }

    /// `quarantine hold`.
    pub async fn hold(&mut self) {
        let (known, keys) = (self.known(), self.gateway().gateway.keys());
        let store = self.second_store().await;
        let clock = &self.gateway().clock;
        rollback::quarantine(&store, clock.as_ref(), &keys, &known, clock.now(), 0).await.unwrap();
        store.close().await;
        self.right = None;
        self.watch().await;
    }

    /// The store of a command beside the running gateway.
    async fn second_store(&self) -> SqlStore {
        let gateway = self.gateway();
        let row_keys = RowKeys::new(gateway.gateway.keys().row_key());
        SqlStore::open(&gateway.place().location()).await.unwrap().with_row_keys(row_keys)
    }
}

/// The store of a command while no gateway runs, also over a backup.
async fn administrators_store(closed: &ClosedTestGateway) -> SqlStore {
    let row_keys = RowKeys::new(closed.keys.row_key());
    SqlStore::open_even_inactive(&closed.place.location()).await.unwrap().with_row_keys(row_keys)
}
