-- What programs of studios and offices are told without asking: in the order of the commits, for 30 days. An event names a photo,
-- a collection or a device and has no note and no name: these are read from their rows when it is sent.
CREATE TABLE events (
    position          BIGINT NOT NULL PRIMARY KEY,
    event_id          TEXT COLLATE "C" NOT NULL, -- contains a digest of all events before it
    at                BIGINT NOT NULL,
    party_id          TEXT COLLATE "C" NOT NULL,
    device_id         TEXT COLLATE "C",
    kind              TEXT COLLATE "C" NOT NULL,
    photo_id          TEXT COLLATE "C",
    collection_id     TEXT COLLATE "C",
    due               BIGINT, -- the end that it tells of
    deduplication_key TEXT COLLATE "C" NOT NULL UNIQUE
);
CREATE INDEX events_by_party ON events (party_id, position);

-- Certificates that end soon, and parties whose event streams end.
CREATE INDEX certificates_by_end ON certificates (not_after);
CREATE INDEX parties_suspended ON parties (party_id) WHERE suspended;
