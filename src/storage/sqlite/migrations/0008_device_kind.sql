-- A program renews its certificate by itself, a browser cannot. Devices from before this column, and devices with another
-- authority's certificates, have none.
ALTER TABLE devices ADD COLUMN kind TEXT CHECK (kind IN ('program', 'browser'));

-- The list of the day at the desk: what ended today, whenever it was begun.
CREATE INDEX collections_by_end ON collections (office_id, coalesce(settled_at, settle_due, lease_until), collection_id);
