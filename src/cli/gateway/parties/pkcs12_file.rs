//! The PKCS#12 file of a device: its algorithms, and its name in lists of certificates.

use clap::{Args, ValueEnum};

use crate::clock::Timestamp;
use crate::domain::local_time::day;
use crate::domain::party::device_name::{device_label, short_id};
use crate::domain::party::{Device, Party};
use crate::identity::pkcs12::Pkcs12Encryption;
use crate::texts::language::Language;

#[derive(Debug, Clone, Copy, Default, Args)]
pub(in crate::cli::gateway) struct Pkcs12Arguments {
    /// Algorithms of device.p12. Windows Server 2016 and older, and some versions of macOS, read only the old ones and call the
    /// password wrong otherwise
    #[arg(long, value_name = "ALGORITHMS", default_value = "aes256", conflicts_with_all = ["csr"])]
    p12: Algorithms,
    /// Language of the name that lists of certificates show: "…, bis 28.01.2027" or "…, until 28 Jan 2027"
    #[arg(long, value_name = "LANGUAGE", default_value = "de")]
    lang: Language,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Algorithms {
    /// AES-256 and SHA-256: Windows 10 from version 1709, Windows Server 2019, current browsers and Java
    #[default]
    Aes256,
    /// Triple DES and SHA-1, for programs that read nothing newer
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
        let (until, day) = (self.lang.pick("bis", "until"), day(end, self.lang));
        format!("{}, {label}{id}, {until} {day}", party.name)
    }
}
