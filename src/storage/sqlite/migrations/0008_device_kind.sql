-- A program renews its certificate by itself, a browser cannot. Devices from before this column, and devices with another
-- authority's certificates, have none.
ALTER TABLE devices ADD COLUMN kind TEXT CHECK (kind IN ('program', 'browser'));
