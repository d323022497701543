//! Reconciliation of every table with the audit log: unchanged stores have no differences, and every change past the
//! gateway is found.

mod command;
mod forged_rows;
mod purged_front;
mod rows_without_digest;
mod tampering;
mod untampered;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::log::integrity::IntegrityReport;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::flows::admin::quarantine::{quarantine_as_of, release_quarantined};
use lichtbild::flows::admin::verify::{VerificationInputs, verify_with};
use lichtbild::flows::maintenance::announce::announce;
use lichtbild::flows::maintenance::checkpoint::checkpoint;
use lichtbild::identity::key::DeviceKey;
use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use lichtbild::storage::enrolment_requests::{RenewalOutcome, RenewalRequest};
use lichtbild::storage::requests::{Binding, CertificateRecord};
use lichtbild::transport::accept::peer::PeerCertificate;
use serde_json::json;

use crate::support::enrolment::{WRONG_CODE, fingerprint};
use crate::support::router_client::{DepositedPhoto, RouterClient};
use crate::support::test_gateway::{DAY, HOUR, MINUTE, TestGateway};

/// A store with every kind of row.
pub struct FullGateway {
    pub gateway: TestGateway,
    pub key: CheckpointKey,
}

impl FullGateway {
    pub async fn new() -> Self {
        let gateway = TestGateway::with(|setup| setup.policy = EnrolmentPolicy::FourEyes).await;
        let city = Self { gateway, key: CheckpointKey::generate().unwrap() };
        let gateway = &city.gateway;
        gateway.store.bind_key_file(&gateway.gateway.keys().fingerprint()).await.unwrap();
        let studio = gateway.studio("Foto Koch").await;
        let [office, other] = [gateway.office("Amt Nord").await, gateway.office("Amt Süd").await];
        gateway.auditor(&other.party).await;
        city.devices(&studio, &office).await;
        city.before_a_restore(&studio, &office).await;
        city.photos(&studio, &office, &other).await;
        city.invitations().await;
        city.checkpoint().await;
        city
    }

    pub async fn checkpoint(&self) {
        checkpoint(&self.gateway.gateway, &self.key, "gateway.example").await.unwrap().unwrap();
    }

    pub async fn report(&self) -> IntegrityReport {
        self.try_findings().await.unwrap()
    }

    pub async fn try_findings(&self) -> Result<IntegrityReport, lichtbild::storage::StoreError> {
        let keys = self.gateway.gateway.keys();
        let proofs = VerificationInputs {
            keys: Some(&keys),
            checkpoints: Some(self.key.verifier()),
            now: Some(self.gateway.now()),
            ..VerificationInputs::default()
        };
        verify_with(&self.gateway.store, proofs).await
    }

    /// Revoked, bound and renewed devices; parties that are or were suspended.
    async fn devices(&self, studio: &RouterClient, office: &RouterClient) {
        let gateway = &self.gateway;
        let [revoked, released] = [gateway.device_of(&studio.party).await, gateway.device_of(&studio.party).await];
        released.deposit_numbered(100).await;
        gateway.revoke(&released).await;
        gateway.administration().release_photos(&studio.party, Some(released.device_id)).await.unwrap();
        revoked.deposit_numbered(101).await;
        gateway.revoke(&revoked).await;
        let certificate = record(gateway, b"of another authority");
        let shown = |text: &'static [u8]| PeerCertificate::new(text.to_vec().into());
        gateway.bound_device(&office.party, &Binding::Certificate(certificate), shown(b"of another authority")).await;
        gateway.bound_device(&office.party, &Binding::Key(Sha256Digest::of(b"key")), shown(b"of a key")).await;
        for (number, text) in [b"renewed once".as_slice(), b"renewed twice"].into_iter().enumerate() {
            let renewal = RenewalRequest {
                device_id: studio.device_id,
                presented: studio.certificate.sha256(),
                key: Sha256Digest::of(text),
                certificate: record(gateway, text),
                der: text.to_vec(),
                now: gateway.now(),
            };
            assert_eq!(gateway.store.renew(&renewal).await.unwrap(), RenewalOutcome::Stored);
            gateway.advance(HOUR);
            if number == 1 {
                gateway.store.record_first_use(Sha256Digest::of(text), gateway.now()).await.unwrap();
            }
        }
        let [suspended, resumed] = [gateway.studio("Foto Porst").await, gateway.studio("Foto Meier").await];
        gateway.set_suspended(&suspended.party, true).await;
        gateway.set_suspended(&resumed.party, true).await;
        gateway.set_suspended(&resumed.party, false).await;
    }

    /// Photos in quarantine after a restore, two of which were released or erased since.
    async fn before_a_restore(&self, studio: &RouterClient, office: &RouterClient) {
        let gateway = &self.gateway;
        let deposits = [
            studio.deposit_numbered(200).await,
            studio.deposit_numbered(201).await,
            studio.deposit_numbered(202).await,
        ];
        office.collect_and_fetch(&deposits[2].code).await;
        gateway.invite(Role::Studio, "Foto Vorher").await;
        gateway.advance(MINUTE);
        quarantine_as_of(&gateway.store, gateway.clock.as_ref(), gateway.now(), 0, None).await.unwrap();
        let photo_id = deposits[0].photo_id.parse().unwrap();
        assert_eq!(release_quarantined(&gateway.store, gateway.clock.as_ref(), Some(photo_id)).await.unwrap(), 1);
        studio.withdraw(&deposits[1].photo_id).await;
    }

    async fn photos(&self, studio: &RouterClient, office: &RouterClient, other: &RouterClient) {
        let gateway = &self.gateway;
        let mut photos: Vec<DepositedPhoto> = Vec::new();
        for number in 0..10 {
            photos.push(studio.deposit_numbered(number).await);
        }
        let codes: Vec<&str> = photos.iter().map(|photo| photo.code.as_str()).collect();
        office.collect_and_settle(codes[0], &json!({ "outcome": "used" })).await;
        office.collect_and_settle(codes[1], &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
        office
            .collect_and_settle(
                codes[2],
                &json!({ "outcome": "refused", "reason": "gaze", "note": "blickt zur Seite" }),
            )
            .await;
        let given_back = office.collect_and_fetch(codes[3]).await;
        office.settle(&given_back, &json!({ "outcome": "released" })).await;
        other.collect_and_fetch(codes[3]).await;
        studio.withdraw(&photos[4].photo_id).await;
        office.collect_ok(codes[5]).await;
        office.collect_and_fetch(codes[6]).await;
        gateway.advance(8 * DAY);
        // One lease has ended, and one hand-over counts as used.
        gateway.sweep().await;
        office.collect_ok(codes[5]).await;
        let kept = other.collect_ok(codes[1]).await;
        other.settle(&kept, &json!({ "outcome": "released" })).await;
        other.collect_and_fetch(codes[7]).await;
        gateway.advance(170 * DAY);
        studio.deposit_numbered(299).await;
        quarantine_as_of(&gateway.store, gateway.clock.as_ref(), gateway.now(), 0, None).await.unwrap();
        let living = [
            studio.deposit_numbered(300).await,
            studio.deposit_numbered(301).await,
            studio.deposit_numbered(302).await,
        ];
        gateway.advance(5 * DAY);
        gateway.sweep().await;
        office.collect_ok(&living[0].code).await;
        // A second device sends the code too; both receive the photo, one of them twice.
        let shared = office.collect_and_fetch(&living[1].code).await;
        let colleague = gateway.device_of(&office.party).await;
        assert_eq!(colleague.collect_and_fetch(&living[1].code).await, shared);
        assert_eq!(colleague.fetch(&shared, &living[1].code).await.status, 200);
        office
            .collect_and_settle(
                &studio.deposit_numbered(303).await.code,
                &json!({ "outcome": "kept", "until": "2027-07-31" }),
            )
            .await;
        assert_eq!(other.collect(WRONG_CODE).await.status, 404);
        gateway.device_until(&other.party, gateway.now() + 10 * DAY).await;
        assert!(announce(&gateway.gateway, gateway.now()).await.unwrap() > 0);
    }

    async fn invitations(&self) {
        let gateway = &self.gateway;
        let administration = gateway.administration();
        gateway.invite(Role::Studio, "Foto Offen").await;
        let withdrawn = gateway.invite(Role::Studio, "Foto Zweimal").await;
        gateway.invite_again(withdrawn.device.device_id).await;
        for (name, last) in [("Foto Wartet", 1), ("Foto Darf", 2), ("Foto Fertig", 3)] {
            let (invite, key) = (gateway.invite(Role::Studio, name).await, DeviceKey::generate().unwrap());
            let new_device = gateway.anonymous_client();
            new_device.accept_invitation(&invite, &key).await;
            if last > 1 {
                administration.approve(invite.device.device_id, &fingerprint(&key)).await.unwrap();
            }
            if last > 2 {
                assert_eq!(new_device.accept_invitation(&invite, &key).await.status, 200);
                assert_eq!(new_device.accept_invitation(&invite, &key).await.status, 200);
            }
        }
        for (name, tries) in [("Foto Einmal", 1), ("Foto Dreimal", 3)] {
            let invite = gateway.invite(Role::Office, name).await;
            let request = DeviceKey::generate().unwrap().to_request().unwrap();
            for _ in 0..tries {
                gateway.anonymous_client().enrol(&invite.device.device_id.to_string(), WRONG_CODE, &request).await;
            }
        }
    }
}

fn record(gateway: &TestGateway, text: &[u8]) -> CertificateRecord {
    CertificateRecord {
        sha256: Sha256Digest::of(text),
        serial: text[..4].to_vec(),
        not_before: gateway.now() - 400 * DAY,
        not_after: gateway.now() + 365 * DAY,
        key: Some(Sha256Digest::of(text)),
    }
}
