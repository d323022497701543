//! Stopping: first patiently, then at once.

use std::time::Duration;

use lichtbild::transport::limits::ListenerLimits;
use lichtbild::transport::shutdown::Stage;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time;

use super::line::{GENEROUS, Line, ask, closed, read_answer};

#[tokio::test]
async fn a_running_request_finishes_and_nothing_new_begins() {
    let line = Line::start(ListenerLimits::default()).await;
    let mut resting = line.device_connection().await;
    ask(&mut resting, "GET / HTTP/1.1").await.unwrap();
    let mut untouched = line.device_connection().await;
    let mut busy = line.device_connection().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    line.service.begun.notified().await;

    assert_eq!(line.stop.advance(), Stage::Finishing);
    closed(&mut resting).await;
    closed(&mut untouched).await;
    assert!(TcpStream::connect(line.address).await.is_err(), "still listening");
    assert!(!line.serving.is_finished());

    line.service.go_on.notify_one();
    assert_eq!(read_answer(&mut busy).await.unwrap(), "done");
    closed(&mut busy).await;
    time::timeout(GENEROUS, line.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_second_order_drops_what_still_runs() {
    let line = Line::start(ListenerLimits::default()).await;
    let mut busy = line.device_connection().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    line.service.begun.notified().await;
    line.stop.advance();
    assert_eq!(line.stop.advance(), Stage::Hurrying);
    time::timeout(GENEROUS / 4, line.serving).await.expect("hurried").unwrap();
    assert!(read_answer(&mut busy).await.is_err());
    assert_eq!(line.metrics.open(), 0);
}

#[tokio::test]
async fn patience_ends_by_itself() {
    let limits = ListenerLimits { finish: Duration::from_millis(200), ..ListenerLimits::default() };
    let line = Line::start(limits).await;
    let mut busy = line.device_connection().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    line.service.begun.notified().await;
    line.stop.advance();
    time::timeout(GENEROUS, line.serving).await.unwrap().unwrap();
    assert!(read_answer(&mut busy).await.is_err());
}
