//! Gateways with the parties that most tests need.

use crate::support::router_client::{DepositedPhoto, RouterClient};
use crate::support::test_gateway::TestGateway;

/// A gateway with one studio.
pub async fn studio_alone() -> (TestGateway, RouterClient) {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    (gateway, studio)
}

/// A gateway with one studio and one office.
pub async fn studio_and_office() -> (TestGateway, RouterClient, RouterClient) {
    let (gateway, studio) = studio_alone().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    (gateway, studio, office)
}

/// The same with a photo that the studio has deposited.
pub async fn deposited_photo() -> (TestGateway, RouterClient, RouterClient, DepositedPhoto) {
    let (gateway, studio, office) = studio_and_office().await;
    let deposit = studio.deposit_numbered(1).await;
    (gateway, studio, office, deposit)
}
