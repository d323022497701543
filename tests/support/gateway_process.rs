//! The real `lichtbild-gateway`: created by `init`, administered by its commands, started and killed.

use std::env;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::https_client::DeviceFiles;

/// Far longer than any step takes, even on a busy machine.
pub const GENEROUS_TIMEOUT: Duration = Duration::from_secs(if cfg!(windows) { 600 } else { 30 });

/// A gateway's folder in a temporary folder, which a test can use for other files. Removed when dropped.
pub struct GatewayFolder {
    parent_dir: tempfile::TempDir,
}

impl GatewayFolder {
    /// A new gateway that accepts small photos, which are checked faster.
    pub fn new() -> Self {
        let home = Self::with_default_profile();
        home.set("profile", "\"icao-35x45\"");
        home
    }

    /// A new gateway, as `init` creates it, with free ports at each start.
    pub fn with_default_profile() -> Self {
        Self::initialised(&[])
    }

    /// A new gateway over an empty database on a server.
    pub fn over_server(url: &str) -> Self {
        let home = Self::initialised(&["--database", url]);
        home.set("profile", "\"icao-35x45\"");
        home
    }

    fn initialised(options: &[&str]) -> Self {
        let home = Self::empty();
        let made = home.run(&[&["init", "--dir", "gateway", "--port-base", "0"], options].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        home
    }

    /// A further node of the same gateway. The copy is repeated if a running gateway replaces files meanwhile.
    pub fn copy_as_node(&self) -> Self {
        let mut told = String::new();
        for _ in 0..20 {
            let copy = Self::empty();
            let copied = Command::new("cp").arg("-a").arg(self.file("")).arg(copy.beside("")).output().unwrap();
            if copied.status.success() {
                return copy;
            }
            told = String::from_utf8_lossy(&copied.stderr).into_owned();
        }
        panic!("{told}");
    }

    /// Without a gateway.
    pub fn empty() -> Self {
        Self { parent_dir: tempfile::tempdir().unwrap() }
    }

    /// A file of the gateway.
    pub fn file(&self, name: &str) -> PathBuf {
        self.parent_dir.path().join("gateway").join(name)
    }

    /// A file outside the gateway.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.parent_dir.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.file("gateway.toml")
    }

    pub fn database(&self) -> PathBuf {
        self.file("lichtbild.sqlite")
    }

    /// Changes the value of a key in the configuration.
    pub fn set(&self, key: &str, value: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let of_key = lines.iter_mut().filter(|line| line.starts_with(&format!("{key} = "))).collect::<Vec<_>>();
        let Ok([line]) = <[&mut String; 1]>::try_from(of_key) else {
            panic!("the example shows every key once: {key}")
        };
        *line = format!("{key} = {value}");
        fs::write(self.config(), lines.join("\n") + "\n").unwrap();
    }

    /// The program with the environment of this gateway, without arguments.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-gateway"));
        self.set_environment(&mut command);
        command
    }

    /// Sets the environment of this gateway and removes that of the test.
    pub fn set_environment(&self, command: &mut Command) {
        for name in ["CLOCK_SHIFT", "DUMPABLE", "HALT_AT", "HALT_MARKER", "LANG", "STUDIO_CONFIG"] {
            command.env_remove(format!("LICHTBILD_{name}"));
        }
        command.current_dir(self.parent_dir.path()).env("LICHTBILD_CONFIG", self.config());
        set_profile(command, self.parent_dir.path());
    }

    /// Runs a command to its end; a `serve` that should have failed is killed after a while.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        // Without a terminal the program asks no questions.
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let started = Instant::now();
        // The output always fits into a pipe.
        while child.try_wait().unwrap().is_none() {
            if started.elapsed() > GENEROUS_TIMEOUT {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        child.wait_with_output().unwrap()
    }

    /// Runs a command that must succeed, and reads the JSON it prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        let told = [&output.stderr, &output.stdout].map(|text| String::from_utf8_lossy(text));
        assert!(output.status.success(), "{arguments:?}: {}", told.join(""));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command that must end with code 1, and gives its message.
    pub fn failure(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?}: messages belong on the error stream");
        message
    }

    /// Adds a studio with one device.
    pub fn studio(&self, name: &str) -> DeviceFiles {
        self.party("studio", name);
        self.device("studio", name)
    }

    /// Adds an office with one device.
    pub fn office(&self, name: &str) -> DeviceFiles {
        self.party("office", name);
        self.device("office", name)
    }

    fn party(&self, role: &str, name: &str) {
        let party = self.json(&[role, "add", name, "--place", "Musterstadt"]);
        assert_eq!((&party["name"], &party["role"]), (&name.into(), &role.into()));
    }

    /// Adds a device to a studio or an office.
    pub fn device(&self, role: &str, which: &str) -> DeviceFiles {
        DeviceFiles::new(&self.json(&["device", "add", &format!("--{role}"), which]))
    }

    /// Runs the gateway.
    pub fn start(&self) -> GatewayProcess {
        self.start_as(self.command())
    }

    /// Runs the gateway until it halts at a named step.
    #[cfg(feature = "failpoints")]
    pub fn start_halting_at(&self, step: &str) -> GatewayProcess {
        let mut command = self.command();
        let _ = fs::remove_file(self.beside("marker"));
        command.env("LICHTBILD_HALT_AT", step).env("LICHTBILD_HALT_MARKER", self.beside("marker"));
        self.start_as(command)
    }

    /// Runs the gateway by this command, with `serve` added.
    pub fn start_as(&self, command: Command) -> GatewayProcess {
        self.try_start_as(command).unwrap_or_else(|log| panic!("not started: {log}"))
    }

    /// Runs the gateway with options of `serve`.
    pub fn start_with(&self, options: &[&str]) -> GatewayProcess {
        self.serve(self.command(), options).unwrap_or_else(|log| panic!("not started: {log}"))
    }

    /// The same; returns the log if the gateway does not start.
    pub fn try_start_as(&self, command: Command) -> Result<GatewayProcess, String> {
        self.serve(command, &[])
    }

    fn serve(&self, mut command: Command, options: &[&str]) -> Result<GatewayProcess, String> {
        let log = self.beside("log");
        let file = File::options().create(true).append(true).open(&log).unwrap();
        command.arg("serve").args(options).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        let mut child = command.spawn().unwrap();
        let lines = lines(&mut child, 4);
        let mut gateway = GatewayProcess {
            child,
            urls: Vec::new(),
            log,
            #[cfg(feature = "failpoints")]
            marker: self.beside("marker"),
            ended: None,
        };
        for name in ["studio", "office", "enrolment", "ops"] {
            let Ok(line) = lines.recv_timeout(GENEROUS_TIMEOUT) else { return Err(gateway.log()) };
            let url = line.strip_prefix(&format!("{name} ")).unwrap_or_else(|| panic!("unexpected: {line}"));
            gateway.urls.push(url.to_owned());
        }
        Ok(gateway)
    }
}

/// The first lines of a program's output, as they come.
fn lines(child: &mut Child, count: usize) -> mpsc::Receiver<String> {
    let stdout = child.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().take(count).map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

/// A running gateway. Killed when dropped.
pub struct GatewayProcess {
    child: Child,
    urls: Vec<String>,
    log: PathBuf,
    #[cfg(feature = "failpoints")]
    marker: PathBuf,
    ended: Option<ExitStatus>,
}

impl GatewayProcess {
    pub fn studio(&self) -> &str {
        &self.urls[0]
    }

    pub fn office(&self) -> &str {
        &self.urls[1]
    }

    pub fn enrolment(&self) -> &str {
        &self.urls[2]
    }

    pub fn ops(&self) -> &str {
        &self.urls[3]
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Reads the whole log of this gateway, over all restarts.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it has halted at its step.
    #[cfg(feature = "failpoints")]
    pub async fn wait_until_halted(&mut self) {
        let (child, marker) = (&mut self.child, &self.marker);
        wait_until("the gateway reaches its step", async || {
            assert!(child.try_wait().unwrap().is_none(), "the gateway ended before it reached its step");
            marker.exists()
        })
        .await;
    }

    /// Kills the process, as a power failure would.
    #[cfg(feature = "failpoints")]
    pub fn kill_hard(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Stops it and waits for its end.
    pub fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.wait()
    }

    pub fn wait(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.exit_status() {
                return status;
            }
            assert!(started.elapsed() < GENEROUS_TIMEOUT, "the gateway does not stop: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// `None` while it runs.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        self.ended = self.ended.or(self.child.try_wait().unwrap());
        self.ended
    }

    /// One number of `/metrics`; zero if it is missing.
    pub async fn metric(&self, name_and_labels: &str) -> u64 {
        let text = super::https_client::plain_get(&format!("{}/metrics", self.ops())).await;
        let line =
            text.lines().find_map(|line| line.strip_prefix(name_and_labels)?.strip_prefix(' ').map(str::to_owned));
        line.map_or(0, |number| number.parse().unwrap())
    }
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `condition` holds.
pub async fn wait_until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < GENEROUS_TIMEOUT, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A port for a gateway that restarts on it. Outside the range of ephemeral ports, so that no other test gets it in the meantime.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(37).wrapping_add(NEXT.fetch_add(1, Ordering::SeqCst));
        let port = 10_000 + u16::try_from(number % 20_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Permission bits of a file.
#[cfg(unix)]
pub fn mode(file: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).unwrap_or_else(|error| panic!("{}: {error}", file.display())).permissions().mode() & 0o777
}

/// Makes `home` the folder of the user's profile for a command.
pub fn set_profile(command: &mut Command, home: &Path) {
    let variable = match env::consts::OS {
        "windows" => "LOCALAPPDATA",
        "macos" => "HOME",
        _ => "XDG_CONFIG_HOME",
    };
    command.env(variable, home);
}

/// Folder of the studio program in the profile folder `home`.
pub fn studio_profile(home: &Path) -> PathBuf {
    home.join(match env::consts::OS {
        "windows" => "Lichtbild",
        "macos" => "Library/Application Support/Lichtbild",
        _ => "lichtbild",
    })
}
