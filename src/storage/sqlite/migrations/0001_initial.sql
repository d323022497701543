-- Times are milliseconds since the Unix epoch, UTC. Identifiers are UUIDs of version 7 as text, so they sort by age.

CREATE TABLE parties (
    party_id   TEXT    NOT NULL PRIMARY KEY,
    role       TEXT    NOT NULL CHECK (role IN ('studio', 'office')),
    name       TEXT    NOT NULL,
    place      TEXT    NOT NULL,
    suspended  INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1)),
    created_at INTEGER NOT NULL,
    UNIQUE (role, name, place)
) STRICT;

CREATE TABLE devices (
    device_id  TEXT    NOT NULL PRIMARY KEY,
    party_id   TEXT    NOT NULL REFERENCES parties,
    label      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX devices_by_party ON devices (party_id);
CREATE INDEX devices_revoked ON devices (revoked_at) WHERE revoked_at IS NOT NULL;

-- One device has one certificate after another as they are renewed.
CREATE TABLE certificates (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    device_id  TEXT    NOT NULL REFERENCES devices,
    serial     BLOB    NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL
) STRICT;
CREATE INDEX certificates_by_device ON certificates (device_id, not_after);

CREATE TABLE photos (
    photo_id       TEXT    NOT NULL PRIMARY KEY,
    studio_id      TEXT    NOT NULL REFERENCES parties,
    device_id      TEXT    NOT NULL REFERENCES devices,
    epoch          INTEGER NOT NULL,
    state          TEXT    NOT NULL
                   CHECK (state IN ('available', 'leased', 'kept', 'used', 'refused', 'withdrawn', 'expired')),
    kept           INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1)),
    request_id     BLOB    NOT NULL UNIQUE CHECK (length(request_id) = 32),
    lookup_id      BLOB    UNIQUE CHECK (length(lookup_id) = 32),    -- gone with the photo
    tombstone_id   BLOB    UNIQUE CHECK (length(tombstone_id) = 32), -- takes its place
    width          INTEGER NOT NULL,
    height         INTEGER NOT NULL,
    bytes          INTEGER NOT NULL,
    profile        TEXT    NOT NULL,
    findings       TEXT    NOT NULL, -- JSON; advice only
    deposited_at   INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    settled_at     INTEGER,
    refusal_reason TEXT,
    refusal_note   TEXT,
    collection_id  TEXT,             -- the latest one
    CHECK ((lookup_id IS NULL) = (tombstone_id IS NOT NULL)),
    CHECK ((lookup_id IS NULL) = (state IN ('used', 'refused', 'withdrawn', 'expired')))
) STRICT;
CREATE INDEX photos_by_studio ON photos (studio_id, photo_id);
CREATE INDEX photos_by_epoch ON photos (epoch) WHERE lookup_id IS NOT NULL;
CREATE INDEX photos_waiting ON photos (expires_at) WHERE state IN ('available', 'kept');

-- The sealed pictures, apart from their rows, so that lists never read past them and an erasure is one deleted row.
CREATE TABLE frames (
    photo_id TEXT NOT NULL PRIMARY KEY REFERENCES photos,
    frame    BLOB NOT NULL
) STRICT;

CREATE TABLE collections (
    collection_id  TEXT    NOT NULL PRIMARY KEY,
    photo_id       TEXT    NOT NULL REFERENCES photos,
    office_id      TEXT    NOT NULL REFERENCES parties,
    device_id      TEXT    NOT NULL REFERENCES devices,
    state          TEXT    NOT NULL CHECK (state IN ('leased', 'used', 'kept', 'refused', 'released', 'lapsed')),
    leased_at      INTEGER NOT NULL,
    lease_until    INTEGER NOT NULL,
    handed_over_at INTEGER,
    settle_due     INTEGER,
    settled_at     INTEGER,
    kept_until     INTEGER,
    CHECK ((handed_over_at IS NULL) = (settle_due IS NULL)),
    CHECK ((settled_at IS NULL) = (state = 'leased'))
) STRICT;
CREATE INDEX collections_by_office ON collections (office_id, collection_id);
CREATE INDEX collections_open ON collections (coalesce(settle_due, lease_until)) WHERE state = 'leased';
-- One office at a time, whatever the program above gets wrong.
CREATE UNIQUE INDEX collections_one_lease ON collections (photo_id) WHERE state = 'leased';

-- Wrong codes, counted in fixed windows: by device, and over all.
CREATE TABLE guesses (
    scope        TEXT    NOT NULL,
    window_start INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    PRIMARY KEY (scope, window_start)
) STRICT, WITHOUT ROWID;

-- The transfer log, each row chained to the one before it. Append-only.
CREATE TABLE audit (
    sequence INTEGER NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    event    TEXT    NOT NULL,
    subject  TEXT,
    details  TEXT    NOT NULL,
    prev     BLOB    NOT NULL CHECK (length(prev) = 32),
    sha256   BLOB    NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE TRIGGER audit_rows_do_not_change BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the transfer log is append-only');
END;
CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the transfer log is append-only');
END;

-- What the store notes about itself: which key file it belongs to, when it was last swept.
CREATE TABLE notes (
    name   TEXT NOT NULL PRIMARY KEY,
    moment INTEGER,
    digest BLOB CHECK (length(digest) = 32)
) STRICT;
