//! HAProxy and nginx in front of a gateway, configured as `docs/deployment.md` shows it.
//!
//! The load balancer is 127.0.0.9; clients behind it are 127.0.0.2 and 127.0.0.3, and 127.0.0.1 is a client that connects directly.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time;

use crate::support::gateway_process::{GENEROUS_TIMEOUT, GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{DeviceFiles, PHOTO};
use crate::support::proxies::load_balancer::{
    BALANCER, BalancerProcess, check_results, example, free_address, replaced,
};

const STUDIO: &str = "https://studio.gateway.stadt.example";
const OFFICE: &str = "https://office.gateway.stadt.example";
const ENROLMENT: &str = "https://enrolment.gateway.stadt.example";

/// Readings of revocation lists that one address may make in a minute.
const READINGS: usize = 3;

/// A gateway that lists the load balancer, with a device of each side.
struct BalancedGateway {
    home: GatewayFolder,
    studio: DeviceFiles,
    office: DeviceFiles,
    process: GatewayProcess,
    studio_port: u16,
    office_port: u16,
    enrolment_port: u16,
}

impl BalancedGateway {
    async fn start() -> Self {
        let home = GatewayFolder::empty();
        let addresses = [("studio", STUDIO), ("office", OFFICE), ("enrolment", ENROLMENT)];
        let public = addresses.map(|(name, url)| [format!("--public-{name}-url"), url.to_owned()]);
        let public: Vec<_> = public.iter().flatten().map(String::as_str).collect();
        let init = ["init", "--dir", "gateway", "--port-base", "0", "--host", "gateway.stadt.example"];
        let made = home.run(&[&init, public.as_slice()].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        home.set("profile", "\"icao-35x45\"");
        home.set("proxy_protocol_from", &format!("[\"{BALANCER}\"]"));
        home.set("enrolments_per_minute", &READINGS.to_string());
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        let process = home.start();
        // The addresses that it prints are the public ones.
        let port = async |name: &str| {
            let begin = format!("listening listener=\"{name}\" address=127.0.0.1:");
            wait_until("the listener is in the log", async || process.log().contains(&begin)).await;
            let log = process.log();
            let (_, behind) = log.split_once(&begin).unwrap();
            behind.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
        };
        let (studio_port, office_port, enrolment_port) =
            (port("studio").await, port("office").await, port("enrolment").await);
        Self { home, studio, office, process, studio_port, office_port, enrolment_port }
    }

    /// Gives both nodes of an example the addresses of this gateway.
    fn with_addresses(&self, example: &str) -> String {
        let mut text = example.to_owned();
        for node in ["10.0.0.11", "10.0.0.12"] {
            for (port, own) in [(8443, self.studio_port), (9443, self.office_port), (7443, self.enrolment_port)] {
                text = replaced(&text, &format!("{node}:{port}"), &format!("127.0.0.1:{own}"));
            }
        }
        text
    }

    async fn refused(&self, listener: &str, reason: &str) -> u64 {
        let name = format!("lichtbild_handshakes_failed_total{{listener=\"{listener}\",reason=\"{reason}\"}}");
        self.process.metric(&name).await
    }

    /// Asserts that a photo goes from a studio to an office through the load balancer, that limits by address are those of the clients, and
    /// that no other address is claimed.
    async fn assert_clients_have_their_own_addresses(&self, balancer: SocketAddr) {
        let [first, second]: [IpAddr; 2] = ["127.0.0.2", "127.0.0.3"].map(|address| address.parse().unwrap());
        let studio = self.studio.client_behind(balancer, first, STUDIO);
        let code = studio.deposit("a-key-for-this-photo").await.unwrap().code();
        let office = self.office.client_behind(balancer, second, OFFICE);
        let collection = office.collect_ok(&code).await;
        assert!(office.fetch(&collection, &code).await.unwrap().body == PHOTO);

        let read = async |own| {
            let client = self.studio.client_behind(balancer, own, ENROLMENT);
            client.get("/crl/studio.crl").await.unwrap().status
        };
        let mut statuses = Vec::new();
        for _ in 0..=READINGS {
            statuses.push(read(first).await);
        }
        assert_eq!(statuses, [[200; READINGS].as_slice(), &[429]].concat());
        assert_eq!(read(second).await, 200, "the limit of one client is not that of another");
        let log = self.process.log();
        for own in [first, second] {
            assert!(log.contains(&format!("remote_address={own}:")), "{own} is not in {log}");
        }
        assert!(!log.contains(&format!("remote_address={BALANCER}:")), "{log}");

        self.assert_unlisted_headers_are_refused().await;
        for listener in ["studio", "office", "enrolment"] {
            for reason in ["proxy_header_missing", "proxy_header_invalid", "proxy_header_repeated"] {
                assert_eq!(self.refused(listener, reason).await, 0, "{listener} {reason}");
            }
        }
    }

    /// Asserts that a client which reaches the gateway directly cannot claim the address of another one, and is served without a header.
    async fn assert_unlisted_headers_are_refused(&self) {
        let binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\x7F\0\0\x03\x7F\0\0\x01\xC3\x50\x01\xBB".as_slice();
        let line = b"PROXY TCP4 127.0.0.3 127.0.0.1 50000 443\r\n";
        for (number, header) in [binary, line].into_iter().enumerate() {
            let mut direct = TcpStream::connect(("127.0.0.1", self.enrolment_port)).await.unwrap();
            direct.write_all(header).await.unwrap();
            let mut answer = Vec::new();
            let read = time::timeout(GENEROUS_TIMEOUT, direct.read_to_end(&mut answer)).await.unwrap();
            assert!(read.is_err() || answer.is_empty(), "{}", answer.escape_ascii());
            let refused = self.refused("enrolment", "proxy_header_from_unlisted_peer").await;
            assert_eq!(refused, number as u64 + 1);
        }
        assert!(self.process.log().contains("reason=\"proxy_header_from_unlisted_peer\""), "{}", self.process.log());
        let direct = SocketAddr::new([127, 0, 0, 1].into(), self.enrolment_port);
        let client = self.studio.client_behind(direct, [127, 0, 0, 1].into(), ENROLMENT);
        assert_eq!(client.get("/crl/studio.crl").await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn haproxy_as_documented_gives_clients_their_own_addresses_and_its_checks_pass() {
    let gateway = BalancedGateway::start().await;
    let (folder, address) = (gateway.home.beside(""), free_address());
    let socket = folder.join("haproxy.sock");
    let text = gateway.with_addresses(&example("How do I configure HAProxy?"));
    let text = replaced(&text, "check port 7443", &format!("check port {}", gateway.enrolment_port));
    let text = replaced(&text, "bind :443", &format!("bind {address}"));
    let text = replaced(&text, "mode tcp", &format!("mode tcp\nsource {BALANCER}"));
    let text =
        replaced(&text, "/etc/haproxy/gateway-ca.pem", gateway.home.file("certs/server-ca.crt").to_str().unwrap());
    let text = format!("global\nstats socket {}\n{text}", socket.display());
    let haproxy = BalancerProcess::start("haproxy", &["-db", "-f"], &folder, address, &text).await;

    wait_until("every server has passed its check", async || {
        let Ok(results) = check_results(&socket) else { return false };
        assert_eq!(results.len(), 6, "{results:?}");
        results.iter().all(|(_, _, result)| result == "L7OK")
    })
    .await;
    gateway.assert_clients_have_their_own_addresses(haproxy.address).await;
}

#[tokio::test]
async fn nginx_as_documented_gives_clients_their_own_addresses() {
    let gateway = BalancedGateway::start().await;
    let (folder, address) = (gateway.home.beside(""), free_address());
    let text = gateway.with_addresses(&example("How do I configure nginx?"));
    let text = replaced(&text, "listen 443;", &format!("listen {address};\nproxy_bind {BALANCER};"));
    let module = "/usr/lib/nginx/modules/ngx_stream_module.so";
    // One process in the foreground, which needs nothing outside the folder.
    let text = format!(
        "load_module {module};\ndaemon off;\nmaster_process off;\npid {0}/nginx.pid;\nerror_log stderr;\nevents {{}}\n{text}",
        folder.display()
    );
    let prefix = folder.to_str().unwrap();
    let nginx = BalancerProcess::start("nginx", &["-p", prefix, "-e", "stderr", "-c"], &folder, address, &text).await;
    gateway.assert_clients_have_their_own_addresses(nginx.address).await;
}
