//! The subject that a request claims. Nothing of it enters a certificate; it is read to notice a request in another's name.

use x509_parser::oid_registry::{OID_X509_COMMON_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT, Oid};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::domain::id::{DeviceId, PartyId};
use crate::identity::issue::ClientSubject;

/// A request's subject, as far as it is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedSubject(Vec<Attribute>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    kind: Oid<'static>,
    /// `None` for what is no text.
    value: Option<String>,
}

impl ClaimedSubject {
    /// Reads a `Name` (RFC 5280 section 4.1.2.4). One that cannot be read claims something, and nothing that is known here.
    pub(super) fn read(name_der: &[u8]) -> Self {
        let unreadable = || Self(vec![Attribute { kind: OID_X509_COMMON_NAME, value: None }]);
        let Ok(([], name)) = X509Name::from_der(name_der) else { return unreadable() };
        // The library stops at what it cannot read, and gives what came before.
        if name.iter_attributes().next().is_none() && name_der != [0x30, 0x00] {
            return unreadable();
        }
        let attribute = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| Attribute {
            kind: attribute.attr_type().to_owned(),
            value: attribute.as_str().ok().map(str::to_owned),
        };
        Self(name.iter_attributes().map(attribute).collect())
    }

    /// Reports whether nothing is claimed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reports whether the claim is the subject in the certificates of `subject`, in the same order; the kind of string does not matter.
    pub fn is_exactly(&self, subject: &ClientSubject) -> bool {
        let own = [
            (OID_X509_ORGANIZATION_NAME, subject.party_id.to_string()),
            (OID_X509_ORGANIZATIONAL_UNIT, subject.role.name().to_owned()),
            (OID_X509_COMMON_NAME, subject.device_id.to_string()),
        ];
        self.0.len() == own.len()
            && self.0.iter().zip(own).all(|(claimed, (kind, value))| {
                claimed.kind == kind && claimed.value.as_deref() == Some(value.as_str())
            })
    }

    /// Reports whether the claim names a device or party that is not `subject`'s: an identifier of the kind this gateway gives (a
    /// UUID of version 7) which is neither its own device's nor its own party's. Any other text names no device or party here.
    pub fn names_another(&self, subject: &ClientSubject) -> bool {
        self.0.iter().filter_map(|attribute| attribute.value.as_deref()).map(str::trim).any(|value| {
            let is_ours = value.as_bytes().get(14) == Some(&b'7') && value.parse::<DeviceId>().is_ok();
            is_ours
                && value.parse::<DeviceId>() != Ok(subject.device_id)
                && value.parse::<PartyId>() != Ok(subject.party_id)
        })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::party::Role;
    use crate::entropy::SeededEntropy;
    use crate::identity::request::certificate_request::read_request_with_subject;

    fn subject(seed: u64) -> ClientSubject {
        let (now, entropy) = (Timestamp::from_unix_milliseconds(1_795_339_800_000), SeededEntropy::new(seed));
        ClientSubject {
            role: Role::Studio,
            party_id: PartyId::generate(now, &entropy).unwrap(),
            device_id: DeviceId::generate(now, &entropy).unwrap(),
        }
    }

    fn claiming(attributes: &[(DnType, String)]) -> ClaimedSubject {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in attributes {
            params.distinguished_name.push(kind.clone(), value.as_str());
        }
        let request = params.serialize_request(&KeyPair::generate().unwrap()).unwrap();
        read_request_with_subject(request.der()).unwrap().1
    }

    fn own(subject: &ClientSubject) -> Vec<(DnType, String)> {
        vec![
            (DnType::OrganizationName, subject.party_id.to_string()),
            (DnType::OrganizationalUnitName, "studio".into()),
            (DnType::CommonName, subject.device_id.to_string()),
        ]
    }

    #[test]
    fn the_own_subject_is_known_whole_and_in_order() {
        let subject = subject(1);
        let whole = claiming(&own(&subject));
        assert!(whole.is_exactly(&subject) && !whole.names_another(&subject) && !whole.is_empty());
        let mut turned = own(&subject);
        turned.reverse();
        for other in [turned, own(&subject)[..2].to_vec(), vec![]] {
            let claimed = claiming(&other);
            assert!(!claimed.is_exactly(&subject) && !claimed.names_another(&subject), "{other:?}");
        }
        assert!(claiming(&[]).is_empty());
    }

    #[test]
    fn another_device_or_party_is_noticed_and_any_other_text_is_not() {
        let (subject, other) = (subject(1), subject(2));
        for foreign in [other.device_id.to_string(), other.party_id.to_string(), format!(" {}", other.device_id)] {
            for kind in [DnType::CommonName, DnType::OrganizationName] {
                assert!(claiming(&[(kind, foreign.clone())]).names_another(&subject), "{foreign}");
            }
        }
        for text in ["till 1", "gateway.example.org", "5f1c9f6e-6a55-4b64-9d3e-5f6a7b8c9d0e"] {
            assert!(!claiming(&[(DnType::CommonName, text.into())]).names_another(&subject), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_neither_empty_nor_anybodys() {
        let claimed = ClaimedSubject::read(b"\x30\x03\x02\x01\x01");
        assert!(!claimed.is_empty() && !claimed.is_exactly(&subject(1)) && !claimed.names_another(&subject(1)));
    }
}
