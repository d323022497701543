//! Every key of `[limits]` takes effect in the gateway as it runs.

mod anonymous_callers;
mod fair_shares;

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{self, Instant};

use crate::support::gateway_process::{GENEROUS_TIMEOUT, GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{
    DeviceFiles, PHOTO, begin_upload, read_response, send_raw_request, wait_until_closed,
};

const ME: &str = "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A gateway with these limits and one studio.
fn limited(limits: &[(&str, &str)]) -> (GatewayFolder, DeviceFiles) {
    let home = GatewayFolder::new();
    for (key, value) in limits {
        home.set(key, value);
    }
    let studio = home.studio("Foto Koch");
    (home, studio)
}

async fn timed_out(gateway: &GatewayProcess, listener: &str, reason: &str) -> u64 {
    gateway
        .metric(&format!("lichtbild_connections_timed_out_total{{listener=\"{listener}\",reason=\"{reason}\"}}"))
        .await
}

#[tokio::test]
async fn a_caller_who_never_begins_the_handshake_is_cut() {
    let (home, _) = limited(&[("handshake_seconds", "0.3")]);
    let gateway = home.start();
    let port = reqwest::Url::parse(gateway.studio()).unwrap().port().unwrap();
    let mut tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    assert!(wait_until_closed(&mut tcp).await > AT_ONCE);
    assert_eq!(timed_out(&gateway, "studio", "handshake").await, 1);
}

/// Far less than any limit here: what is cut after this was not cut by chance.
const AT_ONCE: Duration = Duration::from_millis(150);

#[tokio::test]
async fn a_caller_silent_after_the_handshake_is_cut_by_the_limit_for_that_moment() {
    // Long enough for a busy machine to bring a whole request through.
    let (home, studio) = limited(&[("headers_seconds", "2"), ("idle_seconds", "1")]);
    let gateway = home.start();
    let url = gateway.studio();

    let after_the_handshake = async { wait_until_closed(&mut studio.connect_tls(url).await.unwrap()).await };
    let half_a_head = async {
        let mut stream = studio.connect_tls(url).await.unwrap();
        stream.write_all(b"GET /v1/me HTTP/1.1\r\nHo").await.unwrap();
        wait_until_closed(&mut stream).await
    };
    let a_trickling_head = async {
        let (mut reading, mut writing) = tokio::io::split(studio.connect_tls(url).await.unwrap());
        let begun = Instant::now();
        let trickle = tokio::spawn(async move {
            let mut pause = time::interval(Duration::from_millis(30));
            while writing.write_all(b"G").await.is_ok() && writing.flush().await.is_ok() {
                pause.tick().await;
            }
        });
        wait_until_closed(&mut reading).await;
        trickle.abort();
        begun.elapsed()
    };
    let between_requests = async {
        let mut stream = studio.connect_tls(url).await.unwrap();
        assert_eq!(send_raw_request(&mut stream, ME).await.unwrap().0, 200);
        wait_until_closed(&mut stream).await
    };
    let (first, second, third, fourth) =
        tokio::join!(after_the_handshake, half_a_head, a_trickling_head, between_requests);
    for (what, took) in [("head", first), ("half head", second), ("trickling head", third), ("rest", fourth)] {
        assert!(took > AT_ONCE, "{what}: {took:?}");
    }
    assert_eq!(timed_out(&gateway, "studio", "headers").await, 3);
    assert_eq!(timed_out(&gateway, "studio", "idle").await, 1);
}

#[tokio::test]
async fn an_upload_that_trickles_is_given_up_and_one_that_is_slow_enough_is_not() {
    let (home, studio) = limited(&[("upload_bytes_per_second", "10"), ("upload_grace_seconds", "0.5")]);
    let gateway = home.start();
    let mut upload = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-a-trickle", 1000).await;
    let (mut reading, mut writing) = tokio::io::split(upload);
    let trickle = tokio::spawn(async move {
        let mut pause = time::interval(Duration::from_secs(1));
        while writing.write_all(b"x").await.is_ok() && writing.flush().await.is_ok() {
            pause.tick().await;
        }
    });
    let (status, body) = read_response(&mut reading).await.unwrap();
    trickle.abort();
    assert_eq!(status, 408);
    assert!(String::from_utf8_lossy(&body).contains("\"upload-too-slow\""));

    let mut slow = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut slow, "a-key-for-a-slow-photo", PHOTO.len()).await;
    let mut pause = time::interval(Duration::from_millis(100));
    for piece in PHOTO.chunks(PHOTO.len() / 12) {
        pause.tick().await;
        slow.write_all(piece).await.unwrap();
        slow.flush().await.unwrap();
    }
    assert_eq!(read_response(&mut slow).await.unwrap().0, 201);
}

#[tokio::test]
async fn a_photo_is_as_large_as_is_said_and_no_larger() {
    let (home, studio) = limited(&[("photo_bytes", "90000")]);
    let gateway = home.start();
    let caller = studio.client(gateway.studio());
    assert_eq!(caller.deposit("a-key-for-a-small-one").await.unwrap().status, 201);
    let refused = caller.deposit_bytes("a-key-for-a-large-one", vec![0; 90_001]).await.unwrap();
    assert_eq!(refused.problem(), (413, "photo-too-large".into()));
    assert_eq!(refused.json()["limit_bytes"], 90_000);
}

#[tokio::test]
async fn a_request_head_and_a_json_body_are_as_long_as_is_said_and_no_longer() {
    let (home, studio) = limited(&[("head_bytes", "1024"), ("json_bytes", "256")]);
    let office = home.office("Amt Nord");
    let gateway = home.start();
    let me = |filler: usize| {
        let filler = "x".repeat(filler);
        let request = studio.client(gateway.studio()).request(reqwest::Method::GET, "/v1/me").header("Filler", filler);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!((me(500).await, me(1024).await), (200, 431));
    let desk = office.client(gateway.office());
    assert_eq!(desk.collect(&"0".repeat(100)).await.unwrap().problem(), (400, "code-malformed".into()));
    assert_eq!(desk.collect(&"0".repeat(300)).await.unwrap().problem(), (413, "request-too-large".into()));
}

#[tokio::test]
async fn a_device_uploads_so_many_photos_a_minute_and_then_waits() {
    let (home, studio) = limited(&[("uploads_per_minute", "2")]);
    let gateway = home.start();
    let caller = studio.client(gateway.studio());
    for number in 0..2 {
        assert_eq!(caller.deposit(&format!("a-key-for-photo-{number}")).await.unwrap().status, 201);
    }
    let refused = caller.deposit("a-key-for-photo-2").await.unwrap();
    assert_eq!(refused.problem(), (429, "too-many-requests".into()));
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait} s");
}

#[tokio::test]
async fn a_device_asks_so_often_a_minute_whatever_it_asks_for_and_then_waits() {
    let (home, studio) = limited(&[("requests_per_minute", "3")]);
    let other = home.device("studio", "Foto Koch");
    let gateway = home.start();
    let caller = studio.client(gateway.studio());
    assert_eq!(caller.get("/v1/me").await.unwrap().status, 200);
    assert_eq!(caller.get("/v1/photos").await.unwrap().status, 200);
    assert_eq!(caller.deposit("a-key-for-this-photo").await.unwrap().status, 201);
    let refused = caller.get("/v1/me").await.unwrap();
    assert_eq!(refused.problem(), (429, "too-many-requests".into()));
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait} s");
    assert_eq!(other.client(gateway.studio()).get("/v1/me").await.unwrap().status, 200, "a device of the same studio");
}

#[tokio::test]
async fn a_device_has_so_many_bytes_under_way_and_gets_its_share_back() {
    let (home, studio) = limited(&[("upload_bytes_at_once", &(2 * PHOTO.len() - 1).to_string())]);
    let other = home.device("studio", "Foto Koch");
    let gateway = home.start();
    let mut upload = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-half-a-photo", PHOTO.len()).await;
    let (half, rest) = PHOTO.split_at(PHOTO.len() / 2);
    upload.write_all(half).await.unwrap();
    upload.flush().await.unwrap();

    // A line of its own for each: the one whose upload was refused unread is closed behind the answer.
    let caller = || studio.client(gateway.studio());
    let refused = caller().deposit("a-key-for-a-second-photo").await.unwrap();
    assert_eq!(refused.problem(), (429, "too-many-requests".into()));
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(caller().get("/v1/me").await.unwrap().status, 200, "only uploads wait");
    let others = other.client(gateway.studio()).deposit("a-key-for-a-third-photo").await.unwrap();
    assert_eq!(others.status, 201, "another device has a share of its own");

    upload.write_all(rest).await.unwrap();
    upload.flush().await.unwrap();
    assert_eq!(read_response(&mut upload).await.unwrap().0, 201);
    assert_eq!(caller().deposit("a-key-for-a-second-photo").await.unwrap().status, 201);
}

#[tokio::test]
async fn photos_beyond_the_worker_pool_and_its_queue_are_refused_for_now() {
    let (home, studio) = limited(&[("judges", "1"), ("judge_queue", "0")]);
    let gateway = home.start();
    let caller = studio.client(gateway.studio());
    let mut uploads = tokio::task::JoinSet::new();
    for number in 0..12 {
        let caller = caller.clone();
        uploads.spawn(async move { caller.deposit(&format!("a-key-for-photo-{number}")).await.unwrap() });
    }
    let answers = uploads.join_all().await;
    let busy: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!busy.is_empty() && busy.len() < 12, "{} of 12 were put off", busy.len());
    for answer in busy {
        assert_eq!(answer.problem().1, "gateway-busy");
        assert_eq!(answer.headers["retry-after"], "1");
    }
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 503)));
}

#[tokio::test]
async fn wrong_codes_are_counted_by_device_and_forgotten_after_the_window() {
    let (home, _) = limited(&[
        ("wrong_codes_per_device", "2"),
        ("wrong_codes_over_all", "3"),
        ("wrong_codes_window_minutes", "0.05"),
    ]);
    let offices = [home.office("Amt Nord"), home.office("Amt Süd"), home.office("Amt West")];
    let gateway = home.start();
    let offices = offices.map(|office| office.client(gateway.office()));
    const WRONG: &str = "G94ZJ-756FW-FHRWS-2ZVE8";
    let guess = async |office: usize| offices[office].collect(WRONG).await.unwrap().problem();
    // Windows begin at fixed times: from the first refusal on, the whole course fits into one.
    wait_until("a window from its beginning", async || guess(0).await.0 == 429).await;
    wait_until("the next one", async || guess(0).await.0 == 404).await;
    assert_eq!(guess(0).await, (404, "code-unknown".into()));
    assert_eq!(guess(0).await, (429, "too-many-codes".into()), "by device");
    assert_eq!(guess(1).await, (404, "code-unknown".into()));
    assert_eq!(guess(2).await, (404, "code-unknown".into()), "the limit of all together keeps nobody out");
    let refused = offices[0].collect(WRONG).await.unwrap();
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() <= 3);
    let typo = offices[0].collect("G94ZJ-756FW-FHRWS-2ZVE9").await.unwrap();
    assert_eq!(typo.problem().1, "code-malformed", "a typo is no guess");
    wait_until("the window is over", async || guess(0).await.0 == 404).await;
}

#[tokio::test]
async fn connections_are_bounded_for_each_device_and_for_the_listener() {
    let (home, studio) = limited(&[("connections", "3"), ("connections_per_device", "1")]);
    let other = home.device("studio", "Foto Koch");
    let gateway = home.start();
    let url = gateway.studio();
    let mut first = studio.connect_tls(url).await.unwrap();
    assert_eq!(send_raw_request(&mut first, ME).await.unwrap().0, 200);
    let mut second = studio.connect_tls(url).await.unwrap();
    let (status, body) = send_raw_request(&mut second, ME).await.unwrap();
    assert!(status == 429 && String::from_utf8_lossy(&body).contains("\"too-many-connections\""));
    drop(second);
    let mut others = other.connect_tls(url).await.unwrap();
    assert_eq!(send_raw_request(&mut others, ME).await.unwrap().0, 200);

    let open = async || gateway.metric("lichtbild_connections_open{listener=\"studio\"}").await;
    wait_until("the refused one is gone", async || open().await == 2).await;
    let _third = home.device("studio", "Foto Koch").connect_tls(url).await.unwrap();
    wait_until("the listener is full", async || open().await == 3).await;
    let mut one_more = home.device("studio", "Foto Koch").connect_tls(url).await.unwrap();
    assert_eq!(send_raw_request(&mut one_more, ME).await.unwrap().0, 200);
    wait_until_closed(&mut first).await;
    assert_eq!(open().await, 3, "the one that was idle for the longest made way");
    assert_eq!(send_raw_request(&mut others, ME).await.unwrap().0, 200, "the others are served on");
}

#[tokio::test]
async fn anonymous_callers_in_handshakes_are_bounded_and_keep_no_device_out() {
    for limits in [
        [("handshakes", "3"), ("handshakes_per_address", "100"), ("connections", "3")],
        [("handshakes", "100"), ("handshakes_per_address", "3"), ("connections", "3")],
    ] {
        let (home, studio) = limited(&limits);
        let gateway = home.start();
        let url = gateway.studio();
        let port = reqwest::Url::parse(url).unwrap().port().unwrap();
        let mut silent = Vec::new();
        for _ in 0..20 {
            silent.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        }
        let made_way = "lichtbild_handshakes_failed_total{listener=\"studio\",reason=\"made_way\"}";
        wait_until("all but three made way", async || gateway.metric(made_way).await == 17).await;
        assert_eq!(send_raw_request(&mut studio.connect_tls(url).await.unwrap(), ME).await.unwrap().0, 200);
        assert!(gateway.log().contains("too many simultaneous handshakes"), "{}", gateway.log());
    }
}

#[tokio::test]
async fn a_caller_that_does_not_read_its_answers_is_cut() {
    let (home, studio) = limited(&[("write_stall_seconds", "0.3")]);
    let office = home.office("Amt Nord");
    let gateway = home.start();
    let code = studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap().code();
    let collection = office.client(gateway.office()).collect_ok(&code).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = office.connect_tls_with(gateway.office(), socket).await.unwrap();
    // A hundred photos are more than all buffers between the two hold.
    let request =
        format!("GET /v1/collections/{collection}/photo HTTP/1.1\r\nHost: localhost\r\nRetrieval-Code: {code}\r\n\r\n");
    let asking = async {
        for _ in 0..100 {
            stream.write_all(request.as_bytes()).await?;
        }
        stream.flush().await
    };
    // The gateway may have cut the line before it was asked for all of them.
    let _ = time::timeout(GENEROUS_TIMEOUT, asking).await.unwrap();
    wait_until("the stall is noticed", async || timed_out(&gateway, "office", "write_stall").await == 1).await;
    let open = "lichtbild_connections_open{listener=\"office\"}";
    wait_until("the connection is gone", async || gateway.metric(open).await == 0).await;
}

#[tokio::test]
async fn a_closed_connection_lingers_as_long_as_is_said() {
    for (seconds, lingers) in [("60", true), ("0.05", false)] {
        let (home, studio) = limited(&[("idle_seconds", "0.1"), ("linger_seconds", seconds)]);
        let gateway = home.start();
        let mut stream = studio.connect_tls(gateway.studio()).await.unwrap();
        assert_eq!(send_raw_request(&mut stream, ME).await.unwrap().0, 200);
        // The gateway says goodbye; this side keeps its half open.
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
        wait_until("the limit has fired", async || timed_out(&gateway, "studio", "idle").await == 1).await;
        let open = async || gateway.metric("lichtbild_connections_open{listener=\"studio\"}").await;
        if lingers {
            assert_eq!(open().await, 1);
        } else {
            wait_until("it is gone", async || open().await == 0).await;
        }
    }
}

#[tokio::test]
async fn running_requests_have_so_long_to_finish_once_the_gateway_is_told_to_stop() {
    let (home, studio) = limited(&[("finish_seconds", "0.3")]);
    let mut gateway = home.start();
    let mut upload = studio.connect_tls(gateway.studio()).await.unwrap();
    begin_upload(&mut upload, "a-key-for-half-a-photo", PHOTO.len()).await;
    let asked = Instant::now();
    gateway.terminate();
    assert!(gateway.wait().success());
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert!(read_response(&mut upload).await.is_err());
}
