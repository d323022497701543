-- Devices of an office that have shown the code of a collection: only these may have its photo erased. Counts how often the picture
-- went out to each. It goes with its collection, whichever version of the program deletes that.
CREATE TABLE collection_devices (
    collection_id       TEXT COLLATE "C" NOT NULL REFERENCES collections ON DELETE CASCADE,
    device_id           TEXT COLLATE "C" NOT NULL REFERENCES devices,
    code_shown_at       BIGINT NOT NULL,
    handed_over_at      BIGINT, -- the first time
    hand_overs          BIGINT NOT NULL DEFAULT 0,
    hand_over_logged_at BIGINT, -- the last hand-over to this device that has a row in the log
    PRIMARY KEY (collection_id, device_id)
);

-- What waits for a decision at an office, for the desk's list of the day; and a studio's photos by state, so that a state that few of
-- them have is found without reading past the others.
CREATE INDEX collections_open_by_office ON collections (office_id, collection_id) WHERE state = 'leased';
CREATE INDEX photos_by_state ON photos (studio_id, state, photo_id);

-- The key of a certificate, so that no other device is given a certificate for it. Certificates from before this
-- column have none. Last, since it keeps every node from its callers until all is committed.
ALTER TABLE certificates ADD COLUMN spki_sha256 BYTEA CHECK (length(spki_sha256) = 32);
CREATE INDEX certificates_by_key ON certificates (spki_sha256) WHERE spki_sha256 IS NOT NULL;
CREATE INDEX certificates_by_number ON certificates (device_id, number);
CREATE INDEX certificates_foreign ON certificates (device_id) WHERE foreign_authority;
CREATE INDEX certificates_shown ON certificates (device_id, number) WHERE first_used_at IS NOT NULL OR number = 1;
CREATE INDEX invitations_by_key ON invitations (spki_sha256) WHERE spent_at IS NOT NULL;
