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
