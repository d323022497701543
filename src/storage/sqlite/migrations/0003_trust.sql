-- Certificates of foreign authorities: the one that a device is bound to stands beside those issued here.
ALTER TABLE certificates ADD COLUMN foreign_authority INTEGER NOT NULL DEFAULT 0 CHECK (foreign_authority IN (0, 1));

-- Keys that devices are bound to: whatever certificate a foreign authority issues for them.
CREATE TABLE bound_keys (
    spki_sha256 BLOB    NOT NULL PRIMARY KEY CHECK (length(spki_sha256) = 32),
    device_id   TEXT    NOT NULL REFERENCES devices,
    bound_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX bound_keys_by_device ON bound_keys (device_id);

-- When an administrator released the photos of a revoked device that were held back.
ALTER TABLE devices ADD COLUMN photos_released_at INTEGER;
