use std::fs;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for};
use crate::support::photos::jpeg::colour_jpeg;

#[tokio::test]
async fn a_photo_that_the_local_check_refuses_is_never_sent() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    shop.export("wide.jpg", &colour_jpeg(90, 45));
    shop.export("wide.txt", b"somebody's notes");
    let left = shop.watch().await;
    assert_eq!((left.status.sent, left.status.refused), (0, 1));
    assert!(shop.gateway.uploads().is_empty());
    assert_eq!(shop.names("refused"), ["wide.jpg", "wide.txt"]);
    assert_eq!(fs::read(shop.file("refused/wide.jpg")).unwrap(), colour_jpeg(90, 45));
    let report = fs::read_to_string(shop.file("refused/wide.txt")).unwrap();
    assert!(report.contains("AspectRatio"), "{report}");
    assert!(shop.file("wide.txt").exists(), "not ours");
}

#[tokio::test]
async fn a_photo_that_never_ends_is_refused_as_cut() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let whole = photo(1);
    shop.export("cut.jpg", &whole[..whole.len() / 2]);
    assert_eq!(shop.watch().await.status.refused, 1);
    let report = fs::read_to_string(shop.file("refused/cut.txt")).unwrap();
    assert!(report.contains("Complete"), "{report}");
    shop.assert_cleared();
}

#[tokio::test]
async fn photos_that_are_no_jpeg_are_put_away_with_advice() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for name in ["a.png", "a.TIF", "a.heic"] {
        shop.export(name, b"not looked into");
    }
    assert_eq!(shop.watch().await.status.refused, 3);
    assert_eq!(shop.names("refused").len(), 6);
    for (picture, report) in [("a.png", "a"), ("a (2).png", "a (2)")] {
        // Which of the three got the name is not said; each has a report of its own.
        let there = shop.file(&format!("refused/{picture}")).exists();
        assert!(!there || fs::read_to_string(shop.file(&format!("refused/{report}.txt"))).unwrap().contains("NotJpeg"));
    }
    shop.assert_cleared();
}

#[tokio::test]
async fn a_photo_that_the_gateway_refuses_is_put_away_with_its_words() {
    let shop =
        WatchedStudio::beside(FakeGateway::with_script([ScriptedReply::Problem(422, "photo-refused", None)]).await);
    shop.export("anna.jpg", &photo(1));
    let left = shop.watch().await;
    assert_eq!((left.status.refused, left.status.maybe_deposited), (1, 0));
    assert_eq!(shop.names("refused"), ["anna.jpg", "anna.txt"]);
    let report = fs::read_to_string(shop.file("refused/anna.txt")).unwrap();
    assert!(report.contains("Die Datei ist kein JPEG."), "{report}");
    shop.assert_cleared();
}

#[tokio::test]
async fn a_refusal_after_silence_keeps_the_key_beside_the_photo() {
    let script = [ScriptedReply::StoreThenCut, ScriptedReply::Problem(422, "photo-refused", None)];
    let shop = WatchedStudio::beside(FakeGateway::with_script(script).await);
    shop.export("anna.jpg", &photo(1));
    let left = shop.watch().await;
    assert_eq!((left.status.refused, left.status.maybe_deposited), (1, 1));
    assert_eq!(shop.names("refused"), ["anna.jpg", "anna.jpg.lichtbild-spool", "anna.txt"]);
    // Exported again from there, it would be another photo; pushed by hand, it leads to the same code.
    let spool = fs::read_to_string(shop.file("refused/anna.jpg.lichtbild-spool")).unwrap();
    assert!(spool.contains(shop.gateway.uploads()[0].key()) && !code_for(shop.gateway.uploads()[0].key()).is_empty());
    shop.assert_cleared();
}

#[tokio::test]
async fn a_name_that_is_taken_in_refused_gets_a_number() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for _ in 0..2 {
        shop.export("wide.jpg", &colour_jpeg(90, 45));
        shop.watch().await;
    }
    assert_eq!(shop.names("refused"), ["wide (2).jpg", "wide (2).txt", "wide.jpg", "wide.txt"]);
}

#[tokio::test]
async fn without_a_known_profile_the_gateway_alone_checks() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    shop.gateway.show_profile(&serde_json::json!("of a far future"));
    shop.export("wide.jpg", &colour_jpeg(90, 45));
    assert_eq!(shop.watch().await.status.sent, 1);
    assert_eq!(shop.events("ProfileUnknown").len(), 1);
}
