use std::fs;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for};
use crate::support::photos::jpeg::colour_jpeg;

#[tokio::test]
async fn a_photo_that_the_local_check_refuses_is_never_sent() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("wide.jpg", &colour_jpeg(90, 45));
    studio.export("wide.txt", b"somebody's notes");
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.refused), (0, 1));
    assert!(studio.gateway.uploads().is_empty());
    assert_eq!(studio.names("refused"), ["wide.jpg", "wide.txt"]);
    assert_eq!(fs::read(studio.file("refused/wide.jpg")).unwrap(), colour_jpeg(90, 45));
    let report = fs::read_to_string(studio.file("refused/wide.txt")).unwrap();
    assert!(report.contains("AspectRatio"), "{report}");
    assert!(studio.file("wide.txt").exists(), "not ours");
}

#[tokio::test]
async fn a_photo_that_never_ends_is_refused_as_cut() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let whole = photo(1);
    studio.export("cut.jpg", &whole[..whole.len() / 2]);
    assert_eq!(studio.watch().await.status.refused, 1);
    let report = fs::read_to_string(studio.file("refused/cut.txt")).unwrap();
    assert!(report.contains("Complete"), "{report}");
    studio.assert_cleared();
}

#[tokio::test]
async fn photos_that_are_no_jpeg_are_put_away_with_advice() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for name in ["a.png", "a.TIF", "a.heic"] {
        studio.export(name, b"not looked into");
    }
    assert_eq!(studio.watch().await.status.refused, 3);
    assert_eq!(studio.names("refused").len(), 6);
    for (image, report) in [("a.png", "a"), ("a (2).png", "a (2)")] {
        // Any of the three may get the name; each has a report of its own.
        let there = studio.file(&format!("refused/{image}")).exists();
        assert!(
            !there || fs::read_to_string(studio.file(&format!("refused/{report}.txt"))).unwrap().contains("NotJpeg")
        );
    }
    studio.assert_cleared();
}

#[tokio::test]
async fn a_photo_that_the_gateway_refuses_is_put_away_with_its_words() {
    let studio =
        WatchedStudio::beside(FakeGateway::with_script([ScriptedReply::Problem(422, "photo-refused", None)]).await);
    studio.export("anna.jpg", &photo(1));
    let left = studio.watch().await;
    assert_eq!((left.status.refused, left.status.maybe_stored), (1, 0));
    assert_eq!(studio.names("refused"), ["anna.jpg", "anna.txt"]);
    let report = fs::read_to_string(studio.file("refused/anna.txt")).unwrap();
    assert!(report.contains("Die Datei ist kein JPEG."), "{report}");
    studio.assert_cleared();
}

#[tokio::test]
async fn a_refusal_after_silence_keeps_the_key_beside_the_photo() {
    let script = [ScriptedReply::StoreThenCut, ScriptedReply::Problem(422, "photo-refused", None)];
    let studio = WatchedStudio::beside(FakeGateway::with_script(script).await);
    studio.export("anna.jpg", &photo(1));
    let left = studio.watch().await;
    assert_eq!((left.status.refused, left.status.maybe_stored), (1, 1));
    assert_eq!(studio.names("refused"), ["anna.jpg", "anna.jpg.lichtbild-spool", "anna.txt"]);
    // Exported again, the file would be another photo; pushed by hand, it gives the same code.
    let spool = fs::read_to_string(studio.file("refused/anna.jpg.lichtbild-spool")).unwrap();
    assert!(
        spool.contains(studio.gateway.uploads()[0].key()) && !code_for(studio.gateway.uploads()[0].key()).is_empty()
    );
    studio.assert_cleared();
}

#[tokio::test]
async fn a_name_that_is_taken_in_refused_gets_a_number() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for _ in 0..2 {
        studio.export("wide.jpg", &colour_jpeg(90, 45));
        studio.watch().await;
    }
    assert_eq!(studio.names("refused"), ["wide (2).jpg", "wide (2).txt", "wide.jpg", "wide.txt"]);
}

#[tokio::test]
async fn without_a_known_profile_the_gateway_alone_checks() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.gateway.show_profile(&serde_json::json!("of a far future"));
    studio.export("wide.jpg", &colour_jpeg(90, 45));
    assert_eq!(studio.watch().await.status.sent, 1);
    assert_eq!(studio.events("ProfileUnknown").len(), 1);
}
