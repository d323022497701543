//! Load balancers as programs, configured by the examples of `docs/deployment.md`.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::net::TcpStream;

use crate::support::gateway_process::{free_port, wait_until};

const DEPLOYMENT: &str = include_str!("../../../docs/deployment.md");

/// The address of a load balancer, from which it connects to gateways too. Other clients of the tests are elsewhere in 127.0.0.0/8.
pub const BALANCER: &str = "127.0.0.9";

/// The first indented block below a heading of the document.
pub fn example(heading: &str) -> String {
    let below = DEPLOYMENT.lines().skip_while(|line| *line != format!("## {heading}")).skip(1);
    let block = below.skip_while(|line| !line.starts_with("    "));
    let block = block.take_while(|line| line.is_empty() || line.starts_with("    "));
    block.map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n").collect()
}

/// Replaces a part of an example that depends on the machine.
pub fn replaced(text: &str, part: &str, by: &str) -> String {
    assert!(text.contains(part), "the example lacks {part:?}: {text}");
    text.replace(part, by)
}

/// A load balancer in the foreground. Killed when dropped.
pub struct BalancerProcess {
    child: Child,
    pub address: SocketAddr,
}

impl BalancerProcess {
    /// Runs the program with this configuration, which listens at `address`.
    pub async fn start(
        program: &str,
        arguments: &[&str],
        folder: &Path,
        address: SocketAddr,
        configuration: &str,
    ) -> Self {
        let file = folder.join(format!("{program}.conf"));
        fs::write(&file, configuration).unwrap();
        let log = folder.join(format!("{program}.log"));
        // Debian does not put servers on the path.
        let in_sbin = Path::new("/usr/sbin").join(program);
        let mut command = Command::new(if in_sbin.exists() { in_sbin.as_path() } else { Path::new(program) });
        command
            .args(arguments)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap());
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("{program} does not run ({error}): install it by apt, or let tests/run do it")
        });
        let mut running = Self { child, address };
        wait_until("the load balancer listens", async || {
            let ended = running.child.try_wait().unwrap();
            assert!(ended.is_none(), "{program} ended: {}", fs::read_to_string(&log).unwrap());
            TcpStream::connect(address).await.is_ok()
        })
        .await;
        running
    }
}

impl Drop for BalancerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address at which the load balancer can listen.
pub fn free_address() -> SocketAddr {
    SocketAddr::new(BALANCER.parse().unwrap(), free_port())
}

/// State of each server of HAProxy by its last check: backend, server and the result.
///
/// # Errors
/// While HAProxy starts: it accepts connections before it has made its socket for commands.
pub fn check_results(socket: &Path) -> io::Result<Vec<(String, String, String)>> {
    let mut stream = UnixStream::connect(socket)?;
    stream.write_all(b"show stat\n")?;
    let mut table = String::new();
    stream.read_to_string(&mut table)?;
    let mut rows = table.lines().map(|line| line.trim_start_matches("# ").split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column = |name: &str| head.iter().position(|found| *found == name).unwrap();
    let (backend, server, result) = (column("pxname"), column("svname"), column("check_status"));
    let servers = rows.filter(|row| row.get(server).is_some_and(|name| name.starts_with("node")));
    Ok(servers.map(|row| (row[backend].to_owned(), row[server].to_owned(), row[result].to_owned())).collect())
}
