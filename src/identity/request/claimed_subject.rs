//! The subject that a request claims. It never enters a certificate; it is read to notice a request in the name of another device.

use x509_parser::oid_registry::{
    OID_X509_COMMON_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT, OID_X509_SERIALNUMBER, Oid,
};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::domain::id::{DeviceId, PartyId};
use crate::identity::issue::ClientSubject;

/// The subject of a certificate request; values that are not text are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedSubject(Vec<Attribute>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    kind: Oid<'static>,
    /// `None` if the value is not text.
    value: Option<String>,
}

impl ClaimedSubject {
    /// Reads a `Name` (RFC 5280 section 4.1.2.4). An unreadable name counts as a claim that matches no device.
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

    /// Reports whether a device with this identity may make the claim to renew its certificate: nothing, a common name alone, or the
    /// subject of its certificates in the same order, as they are now or were before devices had names. The name for people does not
    /// matter, nor does the kind of string.
    pub fn is_own(&self, subject: &ClientSubject) -> bool {
        let [party, role] = [subject.party_id.to_string(), subject.role.name().to_owned()];
        let device = subject.device_id.to_string();
        let is = |attribute: &Attribute, kind: &Oid<'_>, value: &str| {
            attribute.kind == *kind && attribute.value.as_deref() == Some(value)
        };
        let fits = match self.0.as_slice() {
            [] => true,
            [name] => name.kind == OID_X509_COMMON_NAME && name.value.is_some(),
            [o, ou, rest @ ..] => {
                is(o, &OID_X509_ORGANIZATION_NAME, &party)
                    && is(ou, &OID_X509_ORGANIZATIONAL_UNIT, &role)
                    && match rest {
                        [cn] => is(cn, &OID_X509_COMMON_NAME, &device),
                        [id, name] => is(id, &OID_X509_SERIALNUMBER, &device) && name.kind == OID_X509_COMMON_NAME,
                        _ => false,
                    }
            }
        };
        fits && !self.names_another(subject)
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
    fn the_own_subject_is_known_in_its_order_with_any_name_or_left_out() {
        let subject = subject(1);
        let [o, ou, cn]: [(DnType, String); 3] = own(&subject).try_into().unwrap();
        let id = || (DnType::CustomDnType(vec![2, 5, 4, 5]), subject.device_id.to_string());
        let name = || (DnType::CommonName, "Büro, Schalter 3".to_owned());
        for accepted in [
            vec![],
            vec![cn.clone()],
            vec![name()],
            vec![o.clone(), ou.clone(), cn.clone()],
            vec![o.clone(), ou.clone(), id(), name()],
        ] {
            assert!(claiming(&accepted).is_own(&subject), "{accepted:?}");
        }
        for refused in [
            vec![o.clone()],
            vec![o.clone(), ou.clone()],
            vec![cn.clone(), ou.clone(), o.clone()],
            vec![o.clone(), ou.clone(), name()],
            vec![o.clone(), ou.clone(), name(), id()],
            vec![o.clone(), (DnType::OrganizationalUnitName, "office".into()), id(), name()],
        ] {
            let claimed = claiming(&refused);
            assert!(!claimed.is_own(&subject) && !claimed.names_another(&subject), "{refused:?}");
        }
        let other = super::tests::subject(2).device_id.to_string();
        for foreign in [vec![(DnType::CommonName, other.clone())], vec![o, ou, id(), (DnType::CommonName, other)]] {
            assert!(!claiming(&foreign).is_own(&subject), "{foreign:?}");
        }
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
    fn what_cannot_be_read_names_nobody() {
        let claimed = ClaimedSubject::read(b"\x30\x03\x02\x01\x01");
        assert!(!claimed.is_own(&subject(1)) && !claimed.names_another(&subject(1)));
    }
}
