-- What programs of studios and offices are told without asking: in the order of the commits, for 30 days. An event names a photo,
-- a collection or a device and has no note and no name: these are read from their rows when it is sent.
CREATE TABLE events (
    position          INTEGER NOT NULL PRIMARY KEY,
    event_id          TEXT    NOT NULL, -- contains a digest of all events before it
    at                INTEGER NOT NULL,
    party_id          TEXT    NOT NULL,
    device_id         TEXT   ,
    kind              TEXT    NOT NULL,
    photo_id          TEXT,
    collection_id     TEXT,
    due               INTEGER, -- the end that it tells of
    deduplication_key TEXT    NOT NULL UNIQUE
) STRICT;
CREATE INDEX events_by_party ON events (party_id, position);

-- Certificates that end soon, and parties whose event streams end.
CREATE INDEX certificates_by_end ON certificates (not_after);
CREATE INDEX parties_suspended ON parties (party_id) WHERE suspended;
