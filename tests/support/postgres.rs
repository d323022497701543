//! A temporary PostgreSQL server, reachable by a Unix socket only. It is removed when the test process ends, even by a crash.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::time::Instant;

use lichtbild::storage::{DatabaseLocation, SqlStore};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::sync::OnceCell;

use super::gateway_process::GENEROUS_TIMEOUT;

/// User id under which the server runs if the tests run as root, which the server refuses.
const NOBODY: u32 = 65_534;
const USER: &str = "lichtbild";
/// Database that is copied for every test; a copy takes a few hundredths of a second.
const TEMPLATE: &str = "as_migrated";

/// The data of a test server need not survive a crash of the machine.
const FAST_SETTINGS: &str =
    "-c fsync=off -c full_page_writes=off -c max_connections=500 -c shared_buffers=64MB -c autovacuum=off";

/// A server. Stopped and removed when this is dropped or the test process ends.
pub struct PostgresServer {
    folder: PathBuf,
    programs: PathBuf,
    settings: String,
    /// Ends when its standard input ends, which is when this process ends.
    watchdog: Child,
}

impl PostgresServer {
    pub async fn start() -> Self {
        Self::start_in(&memory_backed_dir(), FAST_SETTINGS).await
    }

    /// A server with these settings, in a folder that every user may enter.
    pub async fn start_in(place: &Path, settings: &str) -> Self {
        let cluster = Self::without_data(place, settings);
        let mut make = unprivileged(&cluster.programs.join("initdb"));
        make.args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "--username", USER, "-D"]);
        run(make.arg(cluster.folder.join("data")));
        cluster.start_server();
        cluster
    }

    /// Starts a standby of this server in a folder of its own.
    pub fn start_follower(&self) -> Self {
        let standby = Self::without_data(&memory_backed_dir(), FAST_SETTINGS);
        standby.follow(self);
        standby
    }

    /// Replaces the data by those of another server, while this one is down, and starts it as the standby of the other.
    pub fn follow(&self, primary: &Self) {
        let data = self.folder.join("data");
        let _ = std::fs::remove_dir_all(&data);
        primary.base_backup_into(&data, true);
        self.start_server();
    }

    /// A folder for a server, which is stopped and removed when this process ends.
    fn without_data(place: &Path, settings: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("lichtbild-pg-").tempdir_in(place).unwrap().keep();
        let programs = programs();
        if is_root() {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut warden = unprivileged(Path::new("sh"));
        let script = "cat >/dev/null; \"$0\" stop -s -m immediate -D \"$1/data\"; rm -rf \"$1\"";
        // In its own process group, so that Ctrl-C does not end it before the tests.
        std::os::unix::process::CommandExt::process_group(&mut warden, 0);
        let warden = warden.args(["-c", script]).arg(programs.join("pg_ctl")).arg(&folder);
        let warden = warden.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { folder, programs, settings: settings.to_owned(), watchdog: warden }
    }

    /// Starts the server, and waits until it answers.
    pub fn start_server(&self) {
        self.start_server_as(self.control("start"));
    }

    /// The same, with a small disk mounted on its folder `disk`; `false` if the machine does not allow that. A user namespace makes the
    /// mount possible without root; the server itself runs as an ordinary user inside.
    pub fn start_server_with_small_disk(&self, megabytes: u32) -> bool {
        let script = "mkdir -p disk && mount -t tmpfs -o size=$0m tmpfs disk && mkdir disk/space && \
                      exec unshare --user --map-user=1000 --map-group=1000 \"$@\"";
        let within = |program: &Path| {
            let mut command = unprivileged(Path::new("unshare"));
            command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, &megabytes.to_string()]);
            command.arg(program).current_dir(&self.folder);
            command
        };
        if !within(Path::new("true")).output().is_ok_and(|output| output.status.success()) {
            return false;
        }
        let mut start = within(&self.programs.join("pg_ctl"));
        start.args(["start", "-s", "-D"]).arg(self.folder.join("data"));
        self.start_server_as(start);
        true
    }

    fn start_server_as(&self, mut start: Command) {
        let settings =
            format!("-c listen_addresses='' -c unix_socket_directories='{}' {}", self.folder.display(), self.settings);
        run(start.args(["-w", "-l"]).arg(self.folder.join("log")).args(["-o", &settings]));
    }

    /// Starts a stopped standby as a restored backup starts: it does not follow its primary, and begins a timeline of its own.
    pub fn start_as_restored_backup(&self) {
        let data = self.folder.join("data");
        std::fs::rename(data.join("standby.signal"), data.join("recovery.signal")).unwrap();
        let settings = std::fs::read_to_string(data.join("postgresql.auto.conf")).unwrap();
        let settings = settings + "restore_command = 'false'\n";
        std::fs::write(data.join("postgresql.auto.conf"), settings).unwrap();
        self.start_server();
    }

    /// Stops the server as a power failure would.
    pub fn stop_immediately(&self) {
        run(self.control("stop").args(["-m", "immediate"]));
    }

    fn control(&self, what: &str) -> Command {
        let mut command = unprivileged(&self.programs.join("pg_ctl"));
        command.arg(what).arg("-s").arg("-D").arg(self.folder.join("data"));
        command
    }

    /// Copies the running server's data into a folder: a base backup, or the data of a standby.
    pub fn base_backup(&self, name: &str, is_standby: bool) {
        self.base_backup_into(&self.folder.join(name), is_standby);
    }

    fn base_backup_into(&self, folder: &Path, is_standby: bool) {
        let mut copy = unprivileged(&self.programs.join("pg_basebackup"));
        copy.args(["--no-sync", "--checkpoint=fast", "--wal-method=stream", "-U", USER, "-h"]).arg(&self.folder);
        copy.args(is_standby.then_some("--write-recovery-conf"));
        run(copy.arg("-D").arg(folder));
    }

    /// Starts such a copy as a standby with its own socket.
    pub fn start_standby(&self, name: &str) {
        let data = self.folder.join(name);
        let settings =
            format!("-c listen_addresses='' -c unix_socket_directories='{}' {FAST_SETTINGS}", data.display());
        let mut start = unprivileged(&self.programs.join("pg_ctl"));
        start.args(["start", "-s", "-w", "-o", &settings, "-l"]).arg(self.folder.join("standby-log"));
        run(start.arg("-D").arg(data));
    }

    pub fn stop_standby(&self, name: &str) {
        let mut stop = unprivileged(&self.programs.join("pg_ctl"));
        let data = self.folder.join(name);
        // It may have been stopped before.
        if data.join("postmaster.pid").exists() {
            run(stop.args(["stop", "-s", "-m", "fast", "-D"]).arg(data));
        }
    }

    /// Replaces the data by a copy, while the server is down.
    pub fn replace_data_with(&self, name: &str) {
        std::fs::rename(self.folder.join("data"), self.folder.join("data-before")).unwrap();
        std::fs::rename(self.folder.join(name), self.folder.join("data")).unwrap();
    }

    /// Replaces the data by a copy of a copy, while the server is down.
    pub fn restore_copy(&self, name: &str) {
        std::fs::rename(self.folder.join("data"), self.folder.join("today")).unwrap();
        run(unprivileged(Path::new("cp")).arg("-a").arg(self.folder.join(name)).arg(self.folder.join("data")));
    }

    /// Reverts [`Self::restore_copy`], while the server is down.
    pub fn undo_restore(&self) {
        std::fs::remove_dir_all(self.folder.join("data")).unwrap();
        std::fs::rename(self.folder.join("today"), self.folder.join("data")).unwrap();
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        run(self.control("promote").arg("-w"));
    }

    /// Halts (`-STOP`) or continues (`-CONT`) every process of the server. The first one, which starts the others, must exist; a child
    /// may have ended meanwhile.
    pub fn signal_all(&self, signal: &str) {
        for (number, process) in self.processes().iter().enumerate() {
            let status = Command::new("kill").args([signal, process]).stderr(Stdio::null()).status().unwrap();
            assert!(status.success() || number > 0, "{signal} {process}");
        }
    }

    /// The identifiers of its processes, the first one first.
    pub fn processes(&self) -> Vec<String> {
        let postmaster = self.postmaster();
        let tasks = format!("/proc/{postmaster}/task/{postmaster}/children");
        let children = std::fs::read_to_string(tasks).unwrap();
        [postmaster].into_iter().chain(children.split_whitespace().map(Into::into)).collect()
    }

    /// One of the programs that come with the server.
    pub fn program_path(name: &str) -> PathBuf {
        programs().join(name)
    }

    pub fn fill_disk(&self) {
        let ballast = format!("of={}", self.ballast().display());
        let filled = unprivileged(Path::new("dd")).args(["if=/dev/zero", "bs=4096", &ballast]).output().unwrap();
        let message = String::from_utf8_lossy(&filled.stderr);
        assert!(message.contains("No space left"), "{message}");
    }

    pub fn free_disk(&self) {
        run(unprivileged(Path::new("rm")).arg(self.ballast()));
    }

    /// On the disk as the server sees it.
    fn ballast(&self) -> PathBuf {
        let disk = self.folder.join("disk");
        PathBuf::from(format!("/proc/{}/root{}/ballast", self.postmaster(), disk.display()))
    }

    fn postmaster(&self) -> String {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        file.lines().next().unwrap().to_owned()
    }

    /// Returns the folder of the server's socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://{USER}@localhost/{database}?host={}", self.folder.display())
    }

    /// A new database without any table.
    pub async fn empty_database(&self) -> String {
        let name = next_name();
        execute_on(&self.url("postgres"), &format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// A database for one test. Removed when dropped.
pub struct TestDatabase {
    pub url: String,
    name: String,
}

impl TestDatabase {
    /// With all tables and no rows.
    pub async fn new() -> Self {
        Self::create_with(&format!("TEMPLATE {TEMPLATE}")).await
    }

    /// Without tables.
    pub async fn empty() -> Self {
        Self::create_with("").await
    }

    /// A copy. No session may be open in this database.
    pub async fn copy(&self) -> Self {
        Self::create_with(&format!("TEMPLATE {}", self.name)).await
    }

    /// On the server that all tests of this process share.
    async fn create_with(options: &str) -> Self {
        static SHARED: OnceCell<PostgresServer> = OnceCell::const_new();
        let cluster = SHARED
            .get_or_init(|| async {
                let cluster = PostgresServer::start().await;
                execute_on(&cluster.url("postgres"), &format!("CREATE DATABASE {TEMPLATE}")).await;
                let store = SqlStore::create(&location(&cluster.url(TEMPLATE))).await.unwrap();
                store.close().await;
                // A template must not have connections while it is copied.
                let copied = format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false");
                execute_on(&cluster.url("postgres"), &copied).await;
                let gone =
                    format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'");
                execute_on(&cluster.url("postgres"), &gone).await;
                cluster
            })
            .await;
        let name = next_name();
        execute_on(&cluster.url("postgres"), &format!("CREATE DATABASE {name} {options}")).await;
        Self { url: cluster.url(&name), name }
    }

    pub fn location(&self) -> DatabaseLocation {
        location(&self.url)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let _ = sweeper().send((self.url.replace(&format!("/{}?", self.name), "/postgres?"), self.name.clone()));
    }
}

pub fn location(url: &str) -> DatabaseLocation {
    url.parse().unwrap()
}

/// Drops databases in the background, so that hundreds of tests do not fill the disk.
fn sweeper() -> &'static mpsc::Sender<(String, String)> {
    static SWEEPER: OnceLock<mpsc::Sender<(String, String)>> = OnceLock::new();
    SWEEPER.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<(String, String)>();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            for (url, name) in receiver {
                // A last test may be over before the server is asked.
                let _ = runtime.block_on(execute(&url, &format!("DROP DATABASE {name} WITH (FORCE)")));
            }
        });
        sender
    })
}

fn next_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// Runs a statement on a connection of its own.
pub async fn execute_on(url: &str, sql: &str) {
    execute(url, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn execute(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
    connection.close().await
}

pub async fn connect(url: &str) -> Result<PgConnection, sqlx::Error> {
    url.parse::<PgConnectOptions>()?.connect().await
}

fn run(command: &mut Command) {
    let started = Instant::now();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(started.elapsed() < GENEROUS_TIMEOUT, "{command:?} took too long");
}

fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let nobody = NOBODY.to_string();
    command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

/// In memory if possible; every user may enter the folder.
fn memory_backed_dir() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

/// Debian keeps the server's programs off the path.
fn programs() -> PathBuf {
    let on_path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut packaged: Vec<_> = versions.map(|version| version.unwrap().path().join("bin")).collect();
    packaged.sort();
    let mut places = packaged.into_iter().rev().chain(on_path);
    places.find(|place| place.join("initdb").exists()).expect("`apt install postgresql` brings initdb")
}
