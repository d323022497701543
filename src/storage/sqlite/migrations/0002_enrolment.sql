-- Invitations to enrol. A code is not here: the lookup id is derived from it. The proof key lies under a seal of the key file
-- and goes when the invitation has come to its end.
CREATE TABLE invitations (
    lookup_id        BLOB    NOT NULL PRIMARY KEY CHECK (length(lookup_id) = 32),
    device_id        TEXT    NOT NULL REFERENCES devices,
    number           INTEGER NOT NULL, -- counted for each device; only the latest is alive
    state            TEXT    NOT NULL
                     CHECK (state IN ('open', 'requested', 'approved', 'spent', 'exhausted', 'withdrawn')),
    sealed_proof_key BLOB,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    wrong_tries      INTEGER NOT NULL DEFAULT 0,
    spki_sha256      BLOB    CHECK (length(spki_sha256) = 32), -- the key it is bound to
    requested_at     INTEGER,
    approved_at      INTEGER,
    spent_at         INTEGER,
    UNIQUE (device_id, number),
    CHECK (state <> 'open' OR spki_sha256 IS NULL),
    CHECK (state NOT IN ('requested', 'approved', 'spent') OR spki_sha256 IS NOT NULL)
) STRICT;
-- One at a time, whatever the program above gets wrong.
CREATE UNIQUE INDEX invitations_one_alive ON invitations (device_id)
    WHERE state IN ('open', 'requested', 'approved', 'spent');
CREATE INDEX invitations_with_proof_key ON invitations (expires_at) WHERE sealed_proof_key IS NOT NULL;

-- Certificates of a device are counted. The first use of every later one is noted: from then on no older one renews itself.
ALTER TABLE certificates ADD COLUMN number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE certificates ADD COLUMN first_used_at INTEGER;
