//! State that all handlers share.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;

use crate::api::body::BodyLimits;
use crate::domain::party::operator_contact::OperatorContact;
use crate::flows::Gateway;
use crate::flows::maintenance::revocation_lists::PublishedRevocationLists;
use crate::transport::tls::trust_status::TrustStatus;

/// State of all routers; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub gateway: Arc<Gateway>,
    pub trust: TrustStatus,
    pub revocation_lists: PublishedRevocationLists,
    pub photo_body: BodyLimits,
    pub json_body: BodyLimits,
    /// False if every test code is refused as such.
    pub answers_test_codes: bool,
    /// Contact of the people who help studios.
    pub operator_contact: OperatorContact,
    /// Longest time without a sign of life in an event stream.
    pub event_heartbeat: Duration,
}

impl FromRef<App> for Arc<Gateway> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.gateway)
    }
}
