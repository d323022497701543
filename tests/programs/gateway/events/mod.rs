//! Event streams of the real program over mutual TLS.

mod fleet;
mod streams;

use reqwest::{Method, Response};
use serde_json::Value;

use crate::support::https_client::HttpsClient;

/// An open stream, as a client reads it.
pub struct EventReader {
    response: Response,
    /// Text behind the last complete piece.
    rest: String,
}

/// An event that a client has received.
#[derive(Debug, Clone)]
pub struct ReceivedEvent {
    pub id: String,
    pub data: Value,
}

impl ReceivedEvent {
    pub fn text(&self, member: &str) -> String {
        self.data[member].as_str().unwrap_or_else(|| panic!("{member}: {}", self.data)).to_owned()
    }
}

impl EventReader {
    pub async fn open(client: &HttpsClient, last_event_id: Option<&str>) -> reqwest::Result<Self> {
        let mut request = client.request(Method::GET, "/v1/events").header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await?.error_for_status()?;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Ok(Self { response, rest: String::new() })
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> reqwest::Result<Option<ReceivedEvent>> {
        loop {
            while let Some((piece, rest)) = self.rest.split_once("\n\n") {
                let (piece, rest) = (piece.to_owned(), rest.to_owned());
                self.rest = rest;
                let fields: Vec<_> = piece.split('\n').filter_map(|line| line.split_once(": ")).collect();
                match fields[..] {
                    [("id", id), ("event", kind), ("data", data)] => {
                        let data: Value = serde_json::from_str(data).unwrap();
                        assert_eq!(data["kind"], kind);
                        return Ok(Some(ReceivedEvent { id: id.to_owned(), data }));
                    }
                    [("retry", _) | ("", "heartbeat")] => {}
                    _ => panic!("{piece}"),
                }
            }
            let Some(chunk) = self.response.chunk().await? else { return Ok(None) };
            self.rest += std::str::from_utf8(&chunk).unwrap();
        }
    }
}
