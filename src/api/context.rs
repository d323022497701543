//! State that all handlers share.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::api::body::BodyLimits;
use crate::flows::Gateway;
use crate::flows::maintenance::revocation_lists::PublishedRevocationLists;
use crate::transport::tls::trust_status::TrustStatus;

/// The state of every router; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub gateway: Arc<Gateway>,
    /// Certificates and authorities that the listeners use, and the faults in them.
    pub trust: TrustStatus,
    /// The revocation lists of the gateway's own authorities.
    pub revocation_lists: PublishedRevocationLists,
    /// Maximum size and minimum transfer rate of an uploaded photo.
    pub photo_body: BodyLimits,
    /// The same for JSON.
    pub json_body: BodyLimits,
}

impl FromRef<App> for Arc<Gateway> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.gateway)
    }
}
