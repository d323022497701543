//! Enrolment, renewal and self-test through an HTTP proxy.

skip_in!(quick, postgres: "starts the program, and has no database");

use std::process::Output;

use crate::programs::studio_enrolment::enrolling_studio::{EnrollingStudio, utf8};
use crate::support::proxies::connect::{ConnectProxy, ProxyBehaviour};

const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];

/// Runs the program with only these environment variables for proxies.
async fn run(studio: &EnrollingStudio, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = studio.command(arguments);
    for name in PROXY_VARIABLES {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied());
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// Output of a run.
fn printed(output: &Output) -> String {
    format!("{}{}", utf8(&output.stdout), utf8(&output.stderr))
}

async fn enrol(studio: &EnrollingStudio, proxy: &str) -> Output {
    let (address, code) = (studio.address.clone(), studio.gateway.code());
    let arguments = ["enrol", &address, &code, "--dir", "lichtbild", "--lang", "en", "--proxy", proxy];
    run(studio, &arguments, &[]).await
}

#[tokio::test]
async fn the_proxy_of_an_enrolment_serves_every_later_request_and_its_password_is_not_shown() {
    let studio = EnrollingStudio::invited_today().await;
    // RFC 7617: base64 of koch:geheim
    let proxy = ConnectProxy::start(ProxyBehaviour::Password("Basic a29jaDpnZWhlaW0=")).await;
    let output = enrol(&studio, &format!("http://koch:geheim@{}", proxy.address())).await;
    assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stderr));
    assert!(!printed(&output).contains("geheim"));
    assert_eq!(proxy.seen()[0].destination, studio.address, "the lookup goes through the proxy too");
    let config = studio.read("studio.toml");
    assert!(config.contains(&format!("proxy = \"http://koch:geheim@{}\"", proxy.address())), "{config}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(studio.config()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "it holds a password");
    }

    let before = proxy.seen().len();
    let output = run(&studio, &["renew", "--force", "--lang", "en"], &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stderr));
    assert!(proxy.seen().len() > before);
    let output = run(&studio, &["status", "--lang", "en"], &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stdout));
    let shown = printed(&output);
    assert!(shown.contains(&format!("proxy {} (from proxy)", proxy.address())), "{shown}");
    assert!(shown.contains("connects to the gateway") && !shown.contains("geheim"), "{shown}");
    studio.split_certificate_and_key();
    assert_eq!(run(&studio, &["renew", "--force"], &[]).await.status.code(), Some(0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(studio.config()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "a renewal leaves it to its owner");
    }
}

#[tokio::test]
async fn status_tells_the_faults_of_a_proxy_apart() {
    let studio = EnrollingStudio::enrolled_today().await;
    let proxy = ConnectProxy::start(ProxyBehaviour::Tunnel).await;
    let plain = studio.read("studio.toml");
    let closed = format!("127.0.0.1:{}", crate::support::gateway_process::free_port());
    let refuses = "HTTP/1.1 403 Forbidden\r\n\r\n";
    for (behaviour, address, code, words) in [
        (ProxyBehaviour::Tunnel, closed.as_str(), 4, "cannot be reached"),
        (ProxyBehaviour::Password("Basic eA=="), &proxy.address(), 6, "rejects the user name or password (407)"),
        (ProxyBehaviour::Answers(refuses), &proxy.address(), 6, "does not allow the address"),
    ] {
        proxy.behave(behaviour);
        std::fs::write(studio.config(), format!("{plain}proxy = \"http://koch:geheim@{address}\"\n")).unwrap();
        for command in ["status", "renew"] {
            let arguments: &[&str] = match command {
                "renew" => &["renew", "--force", "--lang", "en"],
                _ => &["status", "--lang", "en"],
            };
            let output = run(&studio, arguments, &[]).await;
            let shown = printed(&output);
            assert_eq!(output.status.code(), Some(code), "{shown}");
            assert!(shown.contains(words) && shown.contains(address), "{shown}");
            assert!(!shown.contains("geheim") && !shown.contains("firewall"), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_used_where_no_proxy_does_not_forbid_it_and_never_for_this_computer() {
    let studio = EnrollingStudio::enrolled_today().await;
    let proxy = ConnectProxy::start(ProxyBehaviour::Answers("HTTP/1.1 403 Forbidden\r\n\r\n")).await;
    let url = format!("http://koch:geheim@{}", proxy.address());
    let output = run(&studio, &["status"], &[("HTTPS_PROXY", &url)]).await;
    assert_eq!(output.status.code(), Some(0), "{}", utf8(&output.stdout));
    assert!(proxy.seen().is_empty(), "the gateway is on this computer");

    let config = studio.read("studio.toml");
    let line = config.lines().find(|line| line.starts_with("gateway")).unwrap();
    std::fs::write(studio.config(), config.replace(line, "gateway = \"https://gateway.invalid:8443\"")).unwrap();
    let output = run(&studio, &["status", "--lang", "en"], &[("https_proxy", &url)]).await;
    let shown = printed(&output);
    // Windows does not tell the two spellings apart.
    let name = if cfg!(windows) { "HTTPS_PROXY" } else { "https_proxy" };
    assert!(output.status.code() == Some(6) && shown.contains(&format!("(from {name})")), "{shown}");
    assert!(shown.contains("does not allow the address gateway.invalid:8443 (status 403)"), "{shown}");
    assert!(!shown.contains("geheim"), "{shown}");

    let asked = proxy.seen().len();
    let environment = [("HTTPS_PROXY", url.as_str()), ("NO_PROXY", "other.example,.invalid")];
    let output = run(&studio, &["status", "--lang", "en"], &environment).await;
    assert!(printed(&output).contains("has no address"), "{}", printed(&output));
    assert_eq!(proxy.seen().len(), asked);

    let output = run(&studio, &["status", "--lang", "en"], &[("HTTPS_PROXY", "socks5://koch:geheim@h:1")]).await;
    let shown = printed(&output);
    assert!(output.status.code() == Some(6) && shown.contains("variable HTTPS_PROXY"), "{shown}");
    assert!(!shown.contains("geheim"), "{shown}");
}

#[tokio::test]
async fn a_proxy_that_is_none_is_wrong_usage_and_not_shown() {
    let studio = EnrollingStudio::invited_today().await;
    let output = enrol(&studio, "https://koch:geheim@proxy.example:3128").await;
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert!(printed(&output).contains("http://HOST:PORT") && !printed(&output).contains("geheim"));
    assert!(studio.gateway.requests().is_empty());
}
