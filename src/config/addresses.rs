//! Public addresses of the listeners and of the revocation lists.

use std::net::SocketAddr;

use super::public_url::PublicUrl;
use super::settings::{Config, ListenConfig};
use crate::domain::party::Role;
use crate::identity::host_name::HostName;

impl Config {
    /// Public address of the studio listener, which is bound to `listener`.
    pub fn studio_url(&self, listener: SocketAddr) -> String {
        self.public_url(self.listen.public_studio_url.as_ref(), listener).to_string()
    }

    pub fn office_url(&self, listener: SocketAddr) -> String {
        self.public_url(self.listen.public_office_url.as_ref(), listener).to_string()
    }

    /// With its port in any case: without one, `lichtbild-studio enrol` uses 7443.
    pub fn enrolment_url(&self, listener: SocketAddr) -> String {
        self.public_url(self.listen.public_enrolment_url.as_ref(), listener).with_port()
    }

    /// Address of the revocation list for the devices of a role; `None` if the system chooses the port.
    pub fn revocation_list_url(&self, role: Role) -> Option<String> {
        let (public, listener) = (self.listen.public_enrolment_url.as_ref(), self.listen.enrolment);
        (public.is_some() || listener.port() != 0)
            .then(|| format!("{}/crl/{role}.crl", self.public_url(public, listener)))
    }

    /// Hosts in the public addresses, each once. The server certificate must name all of them.
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

    /// Host of the enrolment listener's public address, which its own certificate must name.
    pub fn enrolment_host(&self) -> HostName {
        self.public_url(self.listen.public_enrolment_url.as_ref(), self.listen.enrolment).host().clone()
    }

    fn public_url(&self, configured: Option<&PublicUrl>, listener: SocketAddr) -> PublicUrl {
        configured.cloned().unwrap_or_else(|| {
            // `Config::parse` has checked the name.
            let host = self.listen.public_host.parse().unwrap_or(HostName::Ip(listener.ip()));
            PublicUrl::new(host, listener.port())
        })
    }
}
