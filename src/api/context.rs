//! What handlers share.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::clock::Timestamp;
use crate::flows::Gateway;
use crate::transport::body::BodyLimits;

/// The state of every router; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The gateway.
    pub gateway: Arc<Gateway>,
    /// The end of the server certificate that is shown.
    pub server_certificate_expires_at: Timestamp,
    /// How large a photo may be and how slowly it may come.
    pub photo_body: BodyLimits,
    /// The same for JSON.
    pub json_body: BodyLimits,
}

impl FromRef<App> for Arc<Gateway> {
    fn from_ref(app: &App) -> Self {
        Arc::clone(&app.gateway)
    }
}
