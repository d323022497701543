//! `renew` while another program renews the same certificate.

skip_in!(quick, postgres: "starts the program, and has no database");

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use lichtbild::client::enrolment::est::SIMPLE_REENROLL;

use super::enrolling_studio::{EnrollingStudio, utf8};

#[tokio::test]
async fn renew_looks_at_the_certificate_before_it_waits_and_says_that_it_waits() {
    let studio = EnrollingStudio::enrolled_today().await;
    let held = File::create(studio.file(".lichtbild-renewal")).unwrap();
    held.lock().unwrap();
    let output = studio.run(&["renew", "--lang", "en"]).await;
    let shown = utf8(&output.stderr);
    assert!(output.status.success() && shown.contains("not due") && !shown.contains("wait"), "{shown}");

    let mut command = studio.command(&["renew", "--force", "--lang", "en"]);
    let mut renewing = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // On a thread of its own: the gateway that the program talks to lives on this one.
    let ended = tokio::task::spawn_blocking(move || {
        let mut told = BufReader::new(renewing.stderr.take().unwrap());
        let mut first = String::new();
        told.read_line(&mut first).unwrap();
        drop(held);
        let mut rest = String::new();
        told.read_to_string(&mut rest).unwrap();
        (renewing.wait().unwrap(), first, rest)
    });
    let (status, first, rest) = ended.await.unwrap();
    assert!(first.contains("Another program is renewing") && status.success(), "{first}{rest}");
    assert_eq!(studio.gateway.count(SIMPLE_REENROLL), 1);
}
