//! The program is killed at every step, while gateway and connection fail, and at any moment: every photo arrives once.

skip_in!(quick: "starts and kills the program");

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use lichtbild::client::photo::stored_receipt::StoredReceipt;
use lichtbild::domain::digest::Sha256Digest;

use super::watched_studio::photo;
use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, free_port, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient};
use crate::support::photos::jpeg::{colour_jpeg, new_segment, with_inserted};
use crate::support::proxies::breaking::{BreakingProxy, CloseKind, Direction};
use crate::support::test_gateway::SMALL_PROFILE_TOML;

const PHOTOS: usize = 200;

/// All steps, in the order of `client/watch/mod.rs`.
const STEPS: [&str; 13] = [
    "watch.place_made",
    "watch.taken",
    "watch.judged",
    "watch.refusal_claimed",
    "watch.refused_moved",
    "push.spooled",
    "push.sent",
    "push.receipt_stored",
    "watch.sent_claimed",
    "watch.papers_written",
    "watch.sent_moved",
    "watch.emptied",
    "watch.closed",
];
/// Number of the visit to the step at which the process is killed.
const TIMES: [usize; 3] = [1, 2, 3];

struct KilledStudio {
    home: GatewayFolder,
    studio: DeviceFiles,
    office: DeviceFiles,
    exported: usize,
    refusable: usize,
}

impl KilledStudio {
    fn open() -> Self {
        let home = GatewayFolder::new();
        fs::write(home.file("small.toml"), SMALL_PROFILE_TOML).unwrap();
        home.set("profile", "\"icao-35x45\"\nprofile_file = \"small.toml\"");
        home.set("studio", &format!("\"127.0.0.1:{}\"", free_port()));
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        fs::create_dir(home.beside("export")).unwrap();
        Self { home, studio, office, exported: 0, refusable: 0 }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.home.beside("export").join(name)
    }

    fn export(&mut self, photos: usize) {
        for _ in 0..photos.min(PHOTOS - self.exported) {
            self.exported += 1;
            fs::write(self.folder(&format!("Foto {:03} ä.jpg", self.exported)), photo(self.exported)).unwrap();
        }
    }

    fn export_refusable(&mut self, photos: usize) {
        for _ in 0..photos {
            self.refusable += 1;
            let number = new_segment(0xFE, &self.refusable.to_be_bytes());
            let name = format!("breit {}.jpg", self.refusable);
            fs::write(self.folder(&name), with_inserted(&colour_jpeg(90, 45), 2, &number)).unwrap();
        }
    }

    /// Connects to the gateway through `line` from now on.
    fn reaches_gateway_over(&self, line: &BreakingProxy) {
        let text = fs::read_to_string(self.studio.file("studio.toml")).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("gateway"));
        let text = lines.fold(format!("gateway = \"{}\"\n", line.url()), |text, line| text + line + "\n");
        fs::write(self.studio.file("studio.toml"), text).unwrap();
    }

    fn watch(&self, step: Option<&str>) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        self.home.set_environment(&mut command);
        command.env("LICHTBILD_STUDIO_CONFIG", self.studio.file("studio.toml"));
        let _ = fs::remove_file(self.home.beside("marker"));
        if let Some(step) = step {
            command.env("LICHTBILD_HALT_AT", step).env("LICHTBILD_HALT_MARKER", self.home.beside("marker"));
        }
        let log = fs::File::options().create(true).append(true).open(self.home.beside("studio.log")).unwrap();
        command.args(["watch", "export", "--once", "--settle", "0", "--delete-sent-after", "never"]);
        command.args(["--parallel", if step.is_some() { "2" } else { "4" }]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// Kills the process at its step, which it must reach.
    async fn killed_at_its_step(&self, mut watch: Child, step: &str) {
        let marker = self.home.beside("marker");
        wait_until(step, async || {
            if let Some(status) = watch.try_wait().unwrap() {
                panic!("{step}: ended with {status} before it came there: {}", self.log());
            }
            marker.exists()
        })
        .await;
        watch.kill().unwrap();
        watch.wait().unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.beside("studio.log")).unwrap()
    }
}

#[tokio::test]
async fn two_hundred_photos_arrive_once_each_whatever_is_killed_cut_or_stopped() {
    let mut watched = KilledStudio::open();
    let mut gateway = watched.home.start();
    let line = BreakingProxy::to(gateway.studio()).await;
    line.break_every(3);
    watched.reaches_gateway_over(&line);
    watched.export(100);

    let kills = STEPS.iter().flat_map(|step| TIMES.map(|time| format!("{step}#{time}")));
    for (number, step) in kills.enumerate() {
        watched.export(5);
        if step.starts_with("watch.ref") {
            watched.export_refusable(5);
        }
        // In turn: in the handshake, in a request, between two requests, in an answer.
        let way = if number % 2 == 0 { Direction::ToGateway } else { Direction::FromGateway };
        let ending = if number % 3 == 0 { CloseKind::Reset } else { CloseKind::Fin };
        line.break_after([700, 3_000, 5_500, 9_000][number % 4], way, ending);
        if number % 4 == 3 {
            gateway.kill_hard();
            let watch = watched.watch(Some(&step));
            gateway = watched.home.start();
            watched.killed_at_its_step(watch, &step).await;
        } else {
            watched.killed_at_its_step(watched.watch(Some(&step)), &step).await;
        }
    }
    assert_eq!(watched.exported, PHOTOS);

    assert_all_arrived_once(&watched, &gateway).await;
}

#[tokio::test]
async fn twenty_four_photos_arrive_once_each_though_the_program_is_killed_at_any_moment() {
    let mut watched = KilledStudio::open();
    let gateway = watched.home.start();
    watched.export(24);

    let sent = || fs::read_dir(watched.folder("sent")).map_or(0, Iterator::count);
    let (mut kills, mut all_done) = (0, false);
    while !all_done && kills < 24 {
        let mut watch = watched.watch(None);
        let before = sent();
        // The kill meets the other photos wherever they are.
        wait_until("a photo is sent", async || {
            all_done = watch.try_wait().unwrap().is_some();
            all_done || sent() > before
        })
        .await;
        if !all_done {
            watch.kill().unwrap();
            watch.wait().unwrap();
            kills += 1;
        }
    }
    assert!(kills > 3, "{kills}: {}", watched.log());
    assert_all_arrived_once(&watched, &gateway).await;
}

async fn assert_all_arrived_once(watched: &KilledStudio, gateway: &GatewayProcess) {
    let mut last = watched.watch(None);
    wait_until("the rest is done", async || last.try_wait().unwrap().is_some()).await;
    let code = last.wait().unwrap().code();
    assert!(code == Some(0) || code == Some(3), "{code:?}: {}", watched.log());
    let mut ledger = DatabaseInspector::open(&watched.home.database()).await;
    ledger.assert_consistent().await;
    assert_eq!(ledger.photos().await, watched.exported as i64);
    assert_everything_is_in_its_place(watched);
    assert_collectable(watched, &watched.office.client(gateway.office())).await;
}

fn names(folder: &Path) -> HashSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn set<const N: usize>(names: [&str; N]) -> HashSet<String> {
    names.map(str::to_owned).into()
}

fn assert_everything_is_in_its_place(watched: &KilledStudio) {
    assert_eq!(names(&watched.folder(".")), set([".lichtbild", "refused", "sent"]));
    assert_eq!(names(&watched.folder(".lichtbild")), set(["kept", "lock", "profile.json"]));
    assert!(names(&watched.folder(".lichtbild/kept")).is_empty());
    let expected = |number: usize| {
        let stem = format!("Foto {number:03} ä");
        ["jpg", "receipt.json", "receipt.txt"].map(|ending| format!("{stem}.{ending}"))
    };
    let mut sent = names(&watched.folder("sent"));
    sent.retain(|name| !name.ends_with(".receipt.pdf"));
    assert_eq!(sent, (1..=watched.exported).flat_map(expected).collect());
    let reports = |number| [format!("breit {number}.jpg"), format!("breit {number}.txt")];
    assert_eq!(names(&watched.folder("refused")), (1..=watched.refusable).flat_map(reports).collect());
}

async fn assert_collectable(watched: &KilledStudio, office: &HttpsClient) {
    let mut codes = HashMap::new();
    for number in 1..=watched.exported {
        let receipt = watched.folder(&format!("sent/Foto {number:03} ä.receipt.json"));
        let receipt = StoredReceipt::parse(&fs::read(receipt).unwrap()).unwrap();
        assert_eq!(receipt.body.sha256, Sha256Digest::of(&photo(number)), "{number}");
        let text = fs::read_to_string(watched.folder(&format!("sent/Foto {number:03} ä.receipt.txt"))).unwrap();
        assert!(text.contains(&receipt.body.code), "{number}");
        let other = codes.insert(receipt.body.code, number);
        assert_eq!(other, None, "one code for two photos");
    }
    for (code, number) in codes {
        let collection = office.collect_ok(&code).await;
        assert!(office.fetch(&collection, &code).await.unwrap().body == photo(number), "{number}");
        assert!(
            fs::read(watched.folder(&format!("sent/Foto {number:03} ä.jpg"))).unwrap() == photo(number),
            "{number}"
        );
    }
}
