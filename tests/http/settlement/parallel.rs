//! Settlements at the same moment.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::test_gateway::TestGateway;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_different_settlements_exactly_one_wins() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let outcomes: [Value; 4] = [
        json!({ "outcome": "used" }),
        json!({ "outcome": "refused", "reason": "gaze" }),
        json!({ "outcome": "kept", "until": "2026-12-31" }),
        json!({ "outcome": "released" }),
    ];
    for round in 0..8 {
        let collection = office.collect_and_fetch(&studio.deposit_numbered(round).await.code).await;
        let mut work = JoinSet::new();
        for number in 0..12 {
            let (office, collection, outcome) = (office.clone(), collection.clone(), outcomes[number % 4].clone());
            work.spawn(async move {
                let answer = office.settle(&collection, &outcome).await;
                match answer.status {
                    200 => Some(answer.json()),
                    _ => {
                        answer.assert_problem(409, "collection-settled");
                        None
                    }
                }
            });
        }
        let receipts: Vec<_> = work.join_all().await.into_iter().flatten().collect();
        assert_eq!(receipts.len(), 3, "{receipts:?}");
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    }
    let settled = "SELECT count(*) FROM audit WHERE event IN
        ('collection.used', 'collection.refused', 'collection.kept', 'collection.released')";
    assert_eq!(gateway.database.number(settled).await, 8);
}
