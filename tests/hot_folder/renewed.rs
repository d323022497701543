//! A watch that goes on longer than its certificate lasts.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::client::enrolment::keep_fresh::Renewal;
use lichtbild::client::hot_folder::arrival::Settling;
use lichtbild::client::hot_folder::connections::Renewing;
use lichtbild::client::hot_folder::folder::Folder;
use lichtbild::client::hot_folder::keeping::KeepSent;
use lichtbild::client::hot_folder::watch::{Parts, Settings, Until, Watch};
use lichtbild::client::patience::Patience;
use lichtbild::domain::language::Language;
use lichtbild::entropy::SeededEntropy;
use tokio::sync::{mpsc, oneshot};
use tokio::time;

use super::shop::{Hurry, Noted, Plain};
use crate::joining::town::Town;
use crate::support::caller::photo;
use crate::support::gateway::DAY;
use crate::support::process::GENEROUS;

/// How much of a day the watch lives through, so that it asks for a renewal every eight days.
const WATCHED_A_DAY: Duration = Duration::from_secs(40);

#[tokio::test]
async fn a_certificate_close_to_its_end_is_renewed_without_a_missed_upload() {
    let town = Town::new().await;
    let first_end = town.enrol().await.until;
    let export = town.file("export");
    fs::create_dir(&export).unwrap();
    let noted = Arc::<Noted>::default();
    let (tell, mut told) = mpsc::unbounded_channel();
    noted.react(move |event| {
        if event.starts_with("Sent") {
            let _ = tell.send(());
        }
    });
    let patience = Arc::<Hurry>::default();
    let (renewal, connection) = Renewal::begin(&town.config()).unwrap();
    let parts = Parts {
        folder: Folder::open(&export).unwrap(),
        connection,
        connections: Arc::new(Renewing { renewal, clock: town.gateway.clock.clone(), observer: noted.clone() }),
        profile: None,
        clock: town.gateway.clock.clone(),
        entropy: Arc::new(SeededEntropy::new(11)),
        patience: patience.clone(),
        papers: Arc::new(Plain),
        observer: noted.clone(),
        language: Language::English,
        declared: None,
    };
    let settings =
        Settings { settling: Settling::default(), parallel: 4.try_into().unwrap(), keep_sent: KeepSent::default() };
    let watch = Watch::begin(parts, settings).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let watching = tokio::spawn(watch.run(Until::Stopped, async {
        let _ = stopped.await;
    }));

    let days = 130;
    for day in 0..days {
        fs::write(export.join(format!("{day}.jpg")), photo(day)).unwrap();
        if time::timeout(GENEROUS, told.recv()).await.is_err() {
            panic!("day {day}: {noted:?}");
        }
        // The date runs away from whoever waits here; no further than a certificate's last third is long.
        time::timeout(GENEROUS, async {
            while patience.spent() < WATCHED_A_DAY * (day + 1) {
                patience.wait(Duration::ZERO).await;
            }
        })
        .await
        .expect("the watch goes on waiting");
        town.gateway.advance(DAY);
    }
    drop(stop);
    watching.await.unwrap();
    assert!(town.gateway.now() > first_end + 60 * DAY, "two certificates have ended meanwhile");
    assert!(noted.of_kind("ConnectionRenewed").len() >= 2, "{:?}", noted.of_kind("ConnectionRenewed"));
    for trouble in ["NotRenewed", "Barred", "LineDown", "Refused", "Stuck"] {
        assert!(noted.of_kind(trouble).is_empty(), "{:?}", noted.of_kind(trouble));
    }
    let sent: HashSet<_> = noted.of_kind("Sent").into_iter().collect();
    assert_eq!(sent.len(), days as usize);
}
