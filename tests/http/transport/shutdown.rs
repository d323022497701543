//! Shutdown: first graceful, then immediate.

use std::time::Duration;

use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::http::shutdown::ShutdownStage;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time;

use super::test_listener::{GENEROUS_TIMEOUT, TestListener, read_response, send_raw, wait_until_closed};

#[tokio::test]
async fn a_running_request_finishes_and_nothing_new_begins() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let mut resting = listener.device_connection().await;
    send_raw(&mut resting, "GET / HTTP/1.1").await.unwrap();
    let mut untouched = listener.device_connection().await;
    let mut busy = listener.device_connection().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    listener.service.begun.notified().await;

    assert_eq!(listener.stop.advance(), ShutdownStage::Draining);
    wait_until_closed(&mut resting).await;
    wait_until_closed(&mut untouched).await;
    assert!(TcpStream::connect(listener.address).await.is_err(), "still listening");
    assert!(!listener.serving.is_finished());

    listener.service.go_on.notify_one();
    assert_eq!(read_response(&mut busy).await.unwrap(), "done");
    wait_until_closed(&mut busy).await;
    time::timeout(GENEROUS_TIMEOUT, listener.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_second_order_drops_what_still_runs() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let mut busy = listener.device_connection().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    listener.service.begun.notified().await;
    listener.stop.advance();
    assert_eq!(listener.stop.advance(), ShutdownStage::Aborting);
    time::timeout(GENEROUS_TIMEOUT / 4, listener.serving).await.expect("hurried").unwrap();
    assert!(read_response(&mut busy).await.is_err());
    assert_eq!(listener.metrics.open(), 0);
}

#[tokio::test]
async fn the_grace_period_ends_by_itself() {
    let limits = ListenerLimits { finish: Duration::from_millis(200), ..ListenerLimits::default() };
    let listener = TestListener::start(limits).await;
    let mut busy = listener.device_connection().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    listener.service.begun.notified().await;
    listener.stop.advance();
    time::timeout(GENEROUS_TIMEOUT, listener.serving).await.unwrap().unwrap();
    assert!(read_response(&mut busy).await.is_err());
}
