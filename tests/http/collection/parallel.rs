//! Collections at the same moment.

use std::collections::HashSet;

use tokio::task::JoinSet;

use crate::support::router_client::json_string;
use crate::support::test_gateway::TestGateway;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_offices_one_gets_the_photo_and_the_other_always_hears_so() {
    for round in 0..4 {
        let gateway = TestGateway::start().await;
        let studio = gateway.studio("Foto Koch").await;
        let offices = [gateway.office("Bürgeramt Mitte").await, gateway.office("Bürgeramt Süd").await];
        let code = studio.deposit_numbered(round).await.code;
        let mut work = JoinSet::new();
        for number in 0..50 {
            let (office, code) = (offices[number % 2].clone(), code.clone());
            work.spawn(async move {
                let answer = office.collect(&code).await;
                match answer.status {
                    200 | 201 => (number % 2, Some((answer.status, json_string(&answer.json()["collection_id"])))),
                    _ => {
                        answer.assert_problem(409, "photo-leased-elsewhere");
                        (number % 2, None)
                    }
                }
            });
        }
        let answers = work.join_all().await;
        let winners: HashSet<_> = answers.iter().filter(|(_, got)| got.is_some()).map(|(office, _)| office).collect();
        assert_eq!(winners.len(), 1);
        let collections: Vec<_> = answers.iter().filter_map(|(_, got)| got.clone()).collect();
        assert_eq!(collections.len(), 25);
        assert_eq!(collections.iter().map(|(_, id)| id).collect::<HashSet<_>>().len(), 1);
        assert_eq!(collections.iter().filter(|(status, _)| *status == 201).count(), 1);
        assert_eq!(gateway.database.count("collections").await, 1);
        assert_eq!(gateway.database.count_events("collection.leased").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fetching_and_settling_at_once_gives_the_whole_photo_or_a_plain_refusal() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    for number in 0..10 {
        let deposit = studio.deposit_numbered(number).await;
        let collection = office.collect_ok(&deposit.code).await;
        let mut work = JoinSet::new();
        for _ in 0..8 {
            let (office, deposit, collection) = (office.clone(), deposit.clone(), collection.clone());
            work.spawn(async move {
                let answer = office.fetch(&collection, &deposit.code).await;
                match answer.status {
                    200 => assert_eq!(answer.body, deposit.bytes),
                    409 => _ = answer.assert_problem(409, "collection-over"),
                    // Another task settled it between the hand-over and the reading: the next attempt gets 409.
                    _ => _ = answer.assert_problem(503, "gateway-busy"),
                }
            });
        }
        let settled = office.settle(&collection, &serde_json::json!({ "outcome": "used" })).await;
        assert_eq!(settled.status, 200);
        work.join_all().await;
    }
}
