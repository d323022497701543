//! A studio with an invitation: its folder, its clock, and a timer that does not wait.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lichtbild::client::enrolment::address::EnrolmentAddress;
use lichtbild::client::enrolment::device_folder::{DeviceFolder, ReplacePolicy};
use lichtbild::client::enrolment::enrol::{
    ClientEnrolError, DeviceEnrolment, EnrolledDevice, EnrolmentProgress, enrol,
};
use lichtbild::client::timer::Timer;
use lichtbild::clock::{ManualClock, SystemClock};
use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::entropy::SeededEntropy;
use lichtbild::texts::language::Language;

use super::inviting_gateway::InvitingGateway;
use crate::support::test_gateway::START;

pub struct EnrollingStudio {
    pub gateway: InvitingGateway,
    pub folder: DeviceFolder,
    pub clock: Arc<ManualClock>,
    pub pauses: Mutex<Vec<Duration>>,
    pub notices: Mutex<Vec<EnrolmentProgress>>,
    pub letter_fingerprint: Option<Sha256Digest>,
    pub address: String,
    directory: tempfile::TempDir,
}

#[async_trait]
impl Timer for EnrollingStudio {
    fn elapsed(&self) -> Duration {
        self.pauses.lock().unwrap().iter().sum()
    }

    async fn sleep(&self, span: Duration) {
        self.pauses.lock().unwrap().push(span);
    }
}

impl EnrollingStudio {
    /// A studio and a gateway with one manual clock.
    pub async fn invited() -> Self {
        Self::invited_as(Role::Studio).await
    }

    pub async fn invited_as(role: Role) -> Self {
        let clock = Arc::new(ManualClock::starting_at(START));
        Self::with(InvitingGateway::start(role, clock.clone()).await, clock)
    }

    /// A studio and a gateway with the real clock, which the program uses.
    pub async fn invited_today() -> Self {
        Self::with(
            InvitingGateway::start_for_studio(Arc::new(SystemClock)).await,
            Arc::new(ManualClock::starting_at(START)),
        )
    }

    /// An enrolled studio with the real clock.
    pub async fn enrolled_today() -> Self {
        let studio = Self::invited_today().await;
        studio.enrol().await.unwrap();
        studio
    }

    fn with(gateway: InvitingGateway, clock: Arc<ManualClock>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let folder = DeviceFolder::open(&directory.path().join("lichtbild")).unwrap();
        let (pauses, notices, letter_fingerprint) = (Mutex::default(), Mutex::default(), None);
        let address = gateway.url();
        Self { gateway, folder, clock, pauses, notices, letter_fingerprint, address, directory }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.file(name)
    }

    pub fn config(&self) -> PathBuf {
        self.file("studio.toml")
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }

    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        // Lock files stay, because a removed file cannot lock.
        let mut names: Vec<_> = names.filter(|name| name != ".lichtbild-renewal").collect();
        names.sort();
        names
    }

    pub async fn enrol(&self) -> Result<EnrolledDevice, ClientEnrolError> {
        self.enrol_with(ReplacePolicy::Never).await
    }

    pub async fn enrol_with(&self, replace: ReplacePolicy) -> Result<EnrolledDevice, ClientEnrolError> {
        let address: EnrolmentAddress = self.address.parse().unwrap();
        let announce = |notice| self.notices.lock().unwrap().push(notice);
        let job = DeviceEnrolment {
            address: &address,
            code: &EnrolmentCode::parse(&self.gateway.code()).unwrap(),
            expected_ca_sha256: self.letter_fingerprint,
            folder: &self.folder,
            replace,
            proxy: None,
            language: Language::English,
            clock: self.clock.as_ref(),
            entropy: &SeededEntropy::new(3),
            timer: self,
            on_progress: &announce,
        };
        enrol(&job).await
    }

    /// Puts certificate and key into two files, as `device add` writes them.
    pub fn split_certificate_and_key(&self) {
        let device = self.read("device.pem");
        let (certificate, key) = device.split_at(device.find("-----BEGIN PRIVATE").unwrap());
        // The key's file keeps its permissions.
        std::fs::rename(self.file("device.pem"), self.file("key.pem")).unwrap();
        std::fs::write(self.file("key.pem"), key).unwrap();
        std::fs::write(self.file("certificate.pem"), certificate).unwrap();
        self.edit_config("certificate = \"device.pem\"", "certificate = \"certificate.pem\"");
        self.edit_config("key = \"device.pem\"", "key = \"key.pem\"");
    }

    pub fn edit_config(&self, before: &str, after: &str) {
        let config = self.read("studio.toml");
        assert!(config.contains(before), "{config}");
        std::fs::write(self.config(), config.replace(before, after)).unwrap();
    }

    /// Runs the program in this studio.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        for name in ["LICHTBILD_HALT_AT", "LICHTBILD_HALT_MARKER"] {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("LICHTBILD_STUDIO_CONFIG", "lichtbild/studio.toml");
        command
    }

    pub async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        // On a thread of its own: the gateway that it talks to lives on this one.
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

pub fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
