//! Hostile photos through the real route.

use std::collections::HashMap;
use std::time::Duration;

use lichtbild::validation::Profile;

use crate::support::photos::hostile::hostile_photos;
use crate::support::router_client::{RouterClient, idempotency_key};
use crate::support::test_gateway::TestGateway;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_hostile_photo_is_stored_and_each_is_told_why() {
    let mut gateways: HashMap<&str, (TestGateway, RouterClient, i64)> = HashMap::new();
    for profile in ["de-tr03121", "icao-35x45"] {
        let gateway = TestGateway::with(|setup| {
            setup.profile = Profile::builtin(profile).unwrap();
            setup.max_photo_bytes = 8 * 1024 * 1024;
        })
        .await;
        let studio = gateway.studio("Foto Koch").await;
        gateways.insert(profile, (gateway, studio, 0));
    }
    for (number, photo) in hostile_photos().into_iter().enumerate() {
        let (gateway, studio, count) = gateways.get_mut(photo.profile).unwrap();
        let answer = studio.deposit(&photo.bytes, &idempotency_key(number as u32)).await;
        assert_eq!(answer.status, 422, "{}: {answer:?}", photo.name);
        let problem = answer.assert_problem(422, "photo-refused");
        let findings = problem["findings"].as_array().unwrap();
        let refusing: Vec<_> = findings
            .iter()
            .filter(|finding| finding["severity"] == "refuse")
            .map(|finding| finding["check"].as_str().unwrap())
            .collect();
        assert!(photo.expected.iter().all(|check| refusing.contains(check)), "{}: {problem}", photo.name);
        *count += 1;
        // Slow enough for the rate limit of their audit rows.
        gateway.advance(Duration::from_secs(1));
    }
    for (gateway, _, count) in gateways.values() {
        assert_eq!(gateway.database.count("photos").await, 0);
        assert_eq!(gateway.database.count("frames").await, 0);
        assert_eq!(gateway.database.count_events("photo.refused_by_judge").await, *count);
    }
}
