//! Values that other modules take from the configuration, in their own units and types.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::public_url::PublicUrl;
use super::settings::{Config, ListenConfig};
use crate::api::body::BodyLimits;
use crate::domain::party::Role;
use crate::flows::GatewayLimits;
use crate::flows::certificate_issuer::CertificateValidity;
use crate::identity::host_name::HostName;
use crate::storage::requests::WrongCodeLimits;
use crate::transport::http::limits::ListenerLimits;

impl Config {
    /// Deadlines and limits of the flows.
    pub fn gateway_limits(&self) -> GatewayLimits {
        let defaults = GatewayLimits::default();
        GatewayLimits {
            retention: days(self.deadlines.retention_days),
            lease: minutes(self.deadlines.lease_minutes),
            settle_within: days(self.deadlines.settle_within_days),
            wrong_codes: WrongCodeLimits {
                per_device: self.limits.wrong_codes_per_device,
                alarm_in_total: self.limits.wrong_codes_over_all,
                window: minutes(self.limits.wrong_codes_window_minutes),
            },
            photos_of_revoked: self.revocation.photos_of_revoked,
            requests_per_minute: self.limits.requests_per_minute,
            enrolments_per_minute: self.limits.enrolments_per_minute,
            uploads_per_minute: self.limits.uploads_per_minute,
            upload_bytes_at_once: self.limits.upload_bytes_at_once,
            photo_bytes_in_total: self.limits.photo_bytes_in_total,
            workers: if self.limits.judges == 0 { defaults.workers } else { self.limits.judges },
            worker_queue: self.limits.judge_queue,
        }
    }

    /// Limits of every listener.
    pub fn listener_limits(&self) -> ListenerLimits {
        let limits = &self.limits;
        ListenerLimits {
            handshake: seconds(limits.handshake_seconds),
            headers: seconds(limits.headers_seconds),
            idle: seconds(limits.idle_seconds),
            write_stall: seconds(limits.write_stall_seconds),
            linger: seconds(limits.linger_seconds),
            finish: seconds(limits.finish_seconds),
            min_bytes_per_write_stall: limits.write_stall_bytes,
            max_head_bytes: limits.head_bytes,
            max_handshakes: limits.handshakes,
            max_handshakes_per_address: limits.handshakes_per_address,
            max_connections: limits.connections,
            max_connections_per_device: limits.connections_per_device,
        }
    }

    /// Limits of an uploaded photo.
    pub fn photo_body_limits(&self) -> BodyLimits {
        BodyLimits {
            max_bytes: self.limits.photo_bytes,
            min_bytes_per_second: self.limits.upload_bytes_per_second,
            grace: seconds(self.limits.upload_grace_seconds),
        }
    }

    /// Limits of a JSON body: the longest that is needed is a refusal with its note, some 2 KiB.
    pub fn json_body_limits(&self) -> BodyLimits {
        BodyLimits { max_bytes: self.limits.json_bytes, ..self.photo_body_limits() }
    }

    /// Interval between sweeps.
    pub fn sweep_interval(&self) -> Duration {
        seconds(self.deadlines.sweep_seconds)
    }

    /// Interval between signed checkpoints of the audit log.
    pub fn checkpoint_interval(&self) -> Duration {
        minutes(self.audit.checkpoint_minutes)
    }

    /// Validity of a device's certificate, by the kind of the device.
    pub fn certificate_validity(&self) -> CertificateValidity {
        CertificateValidity {
            program: days(self.enrolment.certificate_days),
            browser: days(self.enrolment.browser_certificate_days),
        }
    }

    /// The files that the watermark of the audit log is kept in.
    pub fn head_files(&self) -> Vec<PathBuf> {
        let beside = || self.key_file.with_file_name("log-head.json");
        let first = self.audit.head_file.clone().unwrap_or_else(beside);
        std::iter::once(first).chain(self.audit.witness_file.clone()).collect()
    }

    /// Validity of an enrolment code.
    pub fn invitation_validity(&self) -> Duration {
        minutes(self.enrolment.invitation_hours * 60.0)
    }

    /// Address of the studio listener as devices write it; `listener` is the address that it is bound to.
    pub fn studio_url(&self, listener: SocketAddr) -> String {
        self.public_url(self.listen.public_studio_url.as_ref(), listener).to_string()
    }

    /// The same of the office listener.
    pub fn office_url(&self, listener: SocketAddr) -> String {
        self.public_url(self.listen.public_office_url.as_ref(), listener).to_string()
    }

    /// The same of the enrolment listener, always with its port.
    pub fn enrolment_url(&self, listener: SocketAddr) -> String {
        self.public_url(self.listen.public_enrolment_url.as_ref(), listener).with_port()
    }

    /// The address of the revocation list for the devices of a role; `None` while the port is free to be any.
    pub fn revocation_list_url(&self, role: Role) -> Option<String> {
        let (public, listener) = (self.listen.public_enrolment_url.as_ref(), self.listen.enrolment);
        (public.is_some() || listener.port() != 0)
            .then(|| format!("{}/crl/{role}.crl", self.public_url(public, listener)))
    }

    /// Hosts by which devices call the gateway, each once: the server certificate has to name all of them.
    pub fn public_hosts(&self) -> Vec<HostName> {
        let ListenConfig {
            studio, office, enrolment, public_studio_url, public_office_url, public_enrolment_url, ..
        } = &self.listen;
        let mut hosts = Vec::new();
        for (url, listener) in
            [(public_studio_url, studio), (public_office_url, office), (public_enrolment_url, enrolment)]
        {
            let host = self.public_url(url.as_ref(), *listener).host().clone();
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }

    fn public_url(&self, configured: Option<&PublicUrl>, listener: SocketAddr) -> PublicUrl {
        configured.cloned().unwrap_or_else(|| {
            // Loading has checked the name.
            let host = self.listen.public_host.parse().unwrap_or(HostName::Ip(listener.ip()));
            PublicUrl::new(host, listener.port())
        })
    }
}

/// Loading has checked that the number is one a duration can have.
fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or(Duration::MAX)
}

fn minutes(number: f64) -> Duration {
    seconds(number * 60.0)
}

fn days(number: f64) -> Duration {
    seconds(number * 86_400.0)
}
