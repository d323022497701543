-- The same tables as SQLite has, with the same names, so that both read the same statements. Times are milliseconds since the Unix
-- epoch, UTC. Identifiers are UUIDs of version 7 as text, so they sort by age; text sorts by its bytes, as in SQLite, whatever
-- the database's own order is.

CREATE TABLE parties (
    party_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('studio', 'office')),
    name       TEXT COLLATE "C" NOT NULL,
    place      TEXT COLLATE "C" NOT NULL,
    suspended  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    UNIQUE (role, name, place)
);

CREATE TABLE devices (
    device_id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    party_id           TEXT COLLATE "C" NOT NULL REFERENCES parties,
    label              TEXT COLLATE "C" NOT NULL,
    created_at         BIGINT NOT NULL,
    revoked_at         BIGINT,
    photos_released_at BIGINT -- when an administrator released the photos of a revoked device that were held back
);
CREATE INDEX devices_by_party ON devices (party_id);
CREATE INDEX devices_revoked ON devices (revoked_at) WHERE revoked_at IS NOT NULL;

-- One device has one certificate after another as they are renewed; the first use of every later one is noted, from then on no
-- older one renews itself. The one of a foreign authority that a device is bound to stands beside those issued here.
CREATE TABLE certificates (
    sha256            BYTEA NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    device_id         TEXT COLLATE "C" NOT NULL REFERENCES devices,
    serial            BYTEA NOT NULL,
    not_before        BIGINT NOT NULL,
    not_after         BIGINT NOT NULL,
    number            BIGINT NOT NULL DEFAULT 1,
    first_used_at     BIGINT,
    foreign_authority BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX certificates_by_device ON certificates (device_id, not_after);

-- Keys that devices are bound to: whatever certificate a foreign authority issues for them.
CREATE TABLE bound_keys (
    spki_sha256 BYTEA NOT NULL PRIMARY KEY CHECK (length(spki_sha256) = 32),
    device_id   TEXT COLLATE "C" NOT NULL REFERENCES devices,
    bound_at    BIGINT NOT NULL
);
CREATE INDEX bound_keys_by_device ON bound_keys (device_id);

-- Invitations to enrol. A code is not here: the lookup id is derived from it. The proof key lies under a seal of the key file
-- and goes when the invitation has come to its end.
CREATE TABLE invitations (
    lookup_id        BYTEA NOT NULL PRIMARY KEY CHECK (length(lookup_id) = 32),
    device_id        TEXT COLLATE "C" NOT NULL REFERENCES devices,
    number           BIGINT NOT NULL, -- counted for each device; only the latest is alive
    state            TEXT COLLATE "C" NOT NULL
                     CHECK (state IN ('open', 'requested', 'approved', 'spent', 'exhausted', 'withdrawn')),
    sealed_proof_key BYTEA,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    wrong_tries      BIGINT NOT NULL DEFAULT 0,
    spki_sha256      BYTEA CHECK (length(spki_sha256) = 32), -- the key it is bound to
    requested_at     BIGINT,
    approved_at      BIGINT,
    spent_at         BIGINT,
    UNIQUE (device_id, number),
    CHECK (state <> 'open' OR spki_sha256 IS NULL),
    CHECK (state NOT IN ('requested', 'approved', 'spent') OR spki_sha256 IS NOT NULL)
);
-- One at a time, whatever the program above gets wrong.
CREATE UNIQUE INDEX invitations_one_alive ON invitations (device_id)
    WHERE state IN ('open', 'requested', 'approved', 'spent');
CREATE INDEX invitations_with_proof_key ON invitations (expires_at) WHERE sealed_proof_key IS NOT NULL;

-- A photo's row changes three or four times in its life, each time also a column of an index: room on the page does not help.
CREATE TABLE photos (
    photo_id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    studio_id      TEXT COLLATE "C" NOT NULL REFERENCES parties,
    device_id      TEXT COLLATE "C" NOT NULL REFERENCES devices,
    epoch          BIGINT NOT NULL,
    state          TEXT COLLATE "C" NOT NULL
                   CHECK (state IN ('available', 'leased', 'kept', 'used', 'refused', 'withdrawn', 'expired')),
    kept           BOOLEAN NOT NULL DEFAULT FALSE,
    request_id     BYTEA NOT NULL UNIQUE CHECK (length(request_id) = 32),
    lookup_id      BYTEA CHECK (length(lookup_id) = 32),    -- gone with the photo
    tombstone_id   BYTEA CHECK (length(tombstone_id) = 32), -- takes its place
    width          BIGINT NOT NULL,
    height         BIGINT NOT NULL,
    bytes          BIGINT NOT NULL,
    profile        TEXT COLLATE "C" NOT NULL,
    findings       TEXT COLLATE "C" NOT NULL, -- JSON; advice only
    deposited_at   BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    settled_at     BIGINT,
    refusal_reason TEXT COLLATE "C",
    refusal_note   TEXT COLLATE "C",
    collection_id  TEXT COLLATE "C", -- the latest one
    CHECK ((lookup_id IS NULL) = (tombstone_id IS NOT NULL)),
    CHECK ((lookup_id IS NULL) = (state IN ('used', 'refused', 'withdrawn', 'expired')))
);
-- Partial, so that each holds only half of all photos, and so that erasing one is no change of a key that others could refer to.
CREATE UNIQUE INDEX photos_by_lookup_id ON photos (lookup_id) WHERE lookup_id IS NOT NULL;
CREATE UNIQUE INDEX photos_by_tombstone_id ON photos (tombstone_id) WHERE tombstone_id IS NOT NULL;
CREATE INDEX photos_by_studio ON photos (studio_id, photo_id);
CREATE INDEX photos_by_device ON photos (device_id) WHERE lookup_id IS NOT NULL;
CREATE INDEX photos_by_epoch ON photos (epoch) WHERE lookup_id IS NOT NULL;
CREATE INDEX photos_waiting ON photos (expires_at) WHERE state IN ('available', 'kept');

-- The sealed pictures, apart from their rows. What is sealed does not shrink, so nobody tries; what was erased is swept up by the
-- server after a hundredth of all pictures, not after a fifth.
CREATE TABLE frames (
    photo_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES photos,
    frame    BYTEA NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE frames ALTER COLUMN frame SET STORAGE EXTERNAL;

CREATE TABLE collections (
    collection_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    photo_id       TEXT COLLATE "C" NOT NULL REFERENCES photos,
    office_id      TEXT COLLATE "C" NOT NULL REFERENCES parties,
    device_id      TEXT COLLATE "C" NOT NULL REFERENCES devices,
    state          TEXT COLLATE "C" NOT NULL
                   CHECK (state IN ('leased', 'used', 'kept', 'refused', 'released', 'lapsed')),
    leased_at      BIGINT NOT NULL,
    lease_until    BIGINT NOT NULL,
    handed_over_at BIGINT,
    settle_due     BIGINT,
    settled_at     BIGINT,
    kept_until     BIGINT,
    CHECK ((handed_over_at IS NULL) = (settle_due IS NULL)),
    CHECK ((settled_at IS NULL) = (state = 'leased'))
);
CREATE INDEX collections_by_office ON collections (office_id, collection_id);
CREATE INDEX collections_open ON collections (coalesce(settle_due, lease_until)) WHERE state = 'leased';
-- One office at a time, whatever the program above gets wrong.
CREATE UNIQUE INDEX collections_one_lease ON collections (photo_id) WHERE state = 'leased';

-- Wrong codes, counted in fixed windows: by device, and over all. Few rows, changed often and in place.
CREATE TABLE guesses (
    scope        TEXT COLLATE "C" NOT NULL,
    window_start BIGINT NOT NULL,
    count        BIGINT NOT NULL,
    PRIMARY KEY (scope, window_start)
) WITH (fillfactor = 50);

-- The transfer log, each row chained to the one before it. Append-only. The details are JSON, as text: a digest is taken of them.
CREATE TABLE audit (
    sequence BIGINT NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT COLLATE "C" NOT NULL,
    event    TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C",
    details  TEXT COLLATE "C" NOT NULL,
    prev     BYTEA NOT NULL CHECK (length(prev) = 32),
    sha256   BYTEA NOT NULL CHECK (length(sha256) = 32)
);
CREATE FUNCTION audit_is_append_only() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the transfer log is append-only';
END
$$;
CREATE TRIGGER audit_rows_do_not_change BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- What the store notes about itself: which key file it belongs to, when it was last swept.
CREATE TABLE notes (
    name   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    moment BIGINT,
    digest BYTEA CHECK (length(digest) = 32)
) WITH (fillfactor = 50);
