//! The PKCS#12 file of a device: its algorithms, and its name in lists of certificates.

use clap::{Args, ValueEnum};

use crate::cli::gateway::language::document_language;
use crate::clock::Timestamp;
use crate::domain::local_time::day;
use crate::domain::party::device_name::{device_label, short_id};
use crate::domain::party::{Device, Party};
use crate::identity::pkcs12::Pkcs12Encryption;
use crate::texts::text;

#[derive(Debug, Clone, Copy, Default, Args)]
pub(in crate::cli::gateway) struct Pkcs12Arguments {
    #[arg(long, value_name = "ALGORITHMS", default_value = "aes256", conflicts_with_all = ["csr"])]
    p12: Algorithms,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Algorithms {
    #[default]
    Aes256,
    Legacy,
}

impl Pkcs12Arguments {
    pub(super) fn encryption(self) -> Pkcs12Encryption {
        match self.p12 {
            Algorithms::Aes256 => Pkcs12Encryption::Aes256,
            Algorithms::Legacy => Pkcs12Encryption::Legacy,
        }
    }

    /// Name of a device's certificate that no other of its party has: `Bürgerbüro Mitte, counter 3, bis 28.01.2027`.
    pub(super) fn friendly_name(self, party: &Party, device: &Device, end: Timestamp, others: &[Device]) -> String {
        let label = device_label(&device.label, device.device_id);
        // Java's keystores read names without regard to case.
        let is_taken = others.iter().any(|other| other.label.to_lowercase() == device.label.to_lowercase());
        let id = if is_taken && !device.label.is_empty() {
            format!(" ({})", short_id(device.device_id))
        } else {
            String::new()
        };
        let language = document_language();
        let (until, day) = (text!(language, "gateway-p12-until"), day(end, language));
        format!("{}, {label}{id}, {until} {day}", party.name)
    }
}
