//! One device sends too many requests: it is delayed, and no other device is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{deposit, is_refused_for_now, use_small_profile};
use crate::support::gateway_process::GatewayFolder;

#[tokio::test]
async fn a_studio_that_floods_the_worker_pool_is_refused_and_another_one_is_not() {
    let home = GatewayFolder::new();
    use_small_profile(&home);
    home.set("judges", "1");
    home.set("judge_queue", "8");
    for limit in ["requests_per_minute", "uploads_per_minute"] {
        home.set(limit, "1000000");
    }
    let (wild, calm) = (home.studio("Foto Wild"), home.studio("Foto Ruhig"));
    let gateway = home.start();
    let calm_is_done = Arc::new(AtomicBool::new(false));
    let mut flood = tokio::task::JoinSet::new();
    for line in 0..24 {
        let (watched, is_over) = (wild.client(gateway.studio()), Arc::clone(&calm_is_done));
        flood.spawn(async move {
            let (mut stored, mut put_off) = (0_u32, 0_u32);
            while !is_over.load(Ordering::SeqCst) {
                let answer = deposit(&watched, &format!("a-key-for-photo-{line}-{}", stored + put_off)).await.unwrap();
                *(if is_refused_for_now(&answer, "gateway-busy") { &mut put_off } else { &mut stored }) += 1;
            }
            (stored, put_off)
        });
    }
    let watched = calm.client(gateway.studio());
    for number in 0..12 {
        let answer = deposit(&watched, &format!("a-key-for-calm-photo-{number}")).await.unwrap();
        assert_eq!(answer.status, 201, "photo {number} was put off: {}", answer.json());
    }
    calm_is_done.store(true, Ordering::SeqCst);
    let (stored, put_off): (Vec<_>, Vec<_>) = flood.join_all().await.into_iter().unzip();
    assert!(put_off.iter().sum::<u32>() > 0, "{stored:?} were stored, and nobody was put off: this was no flood");
}
