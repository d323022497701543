//! Answers while the database is slow, down, full, read-only or overloaded, or the gateway is overloaded: requests are
//! refused quickly with a time to retry, acknowledged changes are kept, and the gateway recovers by itself.

skip_in!(quick, postgres: "starts the program, with a database of its own");

mod flood;
mod full_postgres_disk;
mod postgres_server;
mod slow_proxy;
mod sqlite_file;

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient, HttpsResponse, plain_get};
use crate::support::router_client::photo;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

/// Time budget of twelve seconds for database calls, plus the delay of a busy machine. Clients wait for twenty seconds.
const RESPONSE_LIMIT: Duration = Duration::from_secs(18);

/// A gateway with photos in every stage and its clients.
struct DegradedSetup {
    gateway: GatewayProcess,
    studio: DeviceFiles,
    office: DeviceFiles,
    studio_client: HttpsClient,
    office_client: HttpsClient,
    /// Codes of photos that are available.
    waiting: Vec<String>,
    /// Leased collections with their codes, without a hand-over.
    leased: Vec<(String, String)>,
}

impl DegradedSetup {
    /// Starts a gateway and deposits a photo for each kind of change.
    async fn with_photos_in_every_state(home: &GatewayFolder) -> Self {
        use_small_profile(home);
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        let gateway = home.start();
        let (watched, desk) = (studio.client(gateway.studio()), office.client(gateway.office()));
        let mut day = Self {
            gateway,
            studio,
            office,
            studio_client: watched,
            office_client: desk,
            waiting: Vec::new(),
            leased: Vec::new(),
        };
        for number in 0..2 {
            day.waiting.push(deposit(&day.studio_client, &format!("a-key-for-waiting-{number}")).await.unwrap().code());
            let code = deposit(&day.studio_client, &format!("a-key-for-leased-{number}")).await.unwrap().code();
            day.leased.push((day.office_client.collect_ok(&code).await, code));
        }
        day
    }

    /// Restarts the gateway.
    fn restart_in(self, home: &GatewayFolder) -> Self {
        let gateway = home.start();
        let (watched, desk) = (self.studio.client(gateway.studio()), self.office.client(gateway.office()));
        Self { gateway, studio_client: watched, office_client: desk, ..self }
    }

    /// Requests every change and the readiness at the same time. Each must be answered quickly: done, or refused with a
    /// time to retry. Returns the number of changes done and the longest wait.
    async fn try_every_request(&self) -> (usize, Duration) {
        let used = json!({ "outcome": "used" });
        let [(to_fetch, code), (to_settle, _)] = &self.leased[..] else { unreachable!() };
        let (deposited, collect, fetch, settle, ready) = tokio::join!(
            timed(deposit(&self.studio_client, "a-key-for-bad-times")),
            timed(self.office_client.collect(&self.waiting[0])),
            timed(self.office_client.fetch(to_fetch, code)),
            timed(self.office_client.settle(to_settle, &used)),
            timed(ready(&self.gateway)),
        );
        let mut done = 0;
        let mut slowest = ready.1;
        for (what, (answer, took)) in
            [("deposit", deposited), ("collect", collect), ("fetch", fetch), ("settle", settle)]
        {
            let answer = answer.unwrap_or_else(|error| panic!("{what}: no answer after {took:?}: {error:?}"));
            if answer.status >= 300 {
                assert_eq!(answer.problem(), (503, "storage-unavailable".into()), "{what}");
                assert_eq!(answer.headers["retry-after"], "5", "{what}");
            } else {
                done += 1;
            }
            slowest = slowest.max(took);
        }
        assert!(slowest < RESPONSE_LIMIT, "{slowest:?}");
        (done, slowest)
    }

    /// Asserts that refused requests succeed now and acknowledged changes exist, without intervention.
    async fn assert_recovered(&self) {
        wait_until("it is ready again", async || ready(&self.gateway).await.contains("\"ready\"")).await;
        let mut code = String::new();
        wait_until("it takes photos again", async || {
            let answer = deposit(&self.studio_client, "a-key-for-bad-times").await.unwrap();
            code = if answer.status == 201 { answer.code() } else { String::new() };
            answer.status == 201
        })
        .await;
        let repeat = deposit(&self.studio_client, "a-key-for-bad-times").await.unwrap();
        assert!(repeat.is_replayed() && repeat.code() == code);
        let receipt = self.office_client.settle(&self.leased[1].0, &json!({ "outcome": "used" })).await.unwrap();
        assert_eq!(receipt.status, 200, "{}", receipt.json());
        let (collection, leased) = &self.leased[0];
        assert!(self.office_client.fetch(collection, leased).await.unwrap().body == photo(1));
        for code in self.waiting.iter().chain([&code]) {
            let collection = self.office_client.collect_ok(code).await;
            assert!(self.office_client.fetch(&collection, code).await.unwrap().body == photo(1));
        }
        let list = self.studio_client.get("/v1/photos").await.unwrap().json();
        assert_eq!(list["photos"].as_array().map(Vec::len), Some(5));
    }
}

/// Sets a profile that accepts small photos, so that the photo checks do not count in the measured times.
fn use_small_profile(home: &GatewayFolder) {
    fs::write(home.file("small.toml"), SMALL_PROFILE_TOML).unwrap();
    home.set("profile", "\"icao-35x45\"\nprofile_file = \"small.toml\"");
}

async fn deposit(watched: &HttpsClient, key: &str) -> reqwest::Result<HttpsResponse> {
    watched.deposit_bytes(key, photo(1)).await
}

async fn ready(gateway: &GatewayProcess) -> String {
    plain_get(&format!("{}/readyz", gateway.ops())).await
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    let outcome = work.await;
    (outcome, begun.elapsed())
}

/// Prints a measured wait.
fn print_result(trouble: &str, (done, slowest): (usize, Duration)) {
    println!("{trouble}: {done} of 4 done, the slowest answer after {:.1} s", slowest.as_secs_f32());
}

/// Distinguishes a success from a refusal with a time to retry.
fn is_refused_for_now(answer: &HttpsResponse, kind: &str) -> bool {
    if answer.status < 300 {
        return false;
    }
    assert_eq!(answer.problem(), (503, kind.into()));
    assert!(answer.headers.contains_key("retry-after"));
    true
}
