-- How many photos are in each state, so that nobody has to count millions of them: what each change added or took away, noted by
-- the database itself in the same transaction. The sweeper adds the rows up now and then.
CREATE TABLE photo_counts (
    number INTEGER NOT NULL PRIMARY KEY,
    state  TEXT    NOT NULL,
    photos INTEGER NOT NULL
) STRICT;
CREATE TRIGGER photos_counted_in AFTER INSERT ON photos
BEGIN
    INSERT INTO photo_counts (state, photos) VALUES (NEW.state, 1);
END;
CREATE TRIGGER photos_counted_on AFTER UPDATE OF state ON photos WHEN OLD.state <> NEW.state
BEGIN
    INSERT INTO photo_counts (state, photos) VALUES (OLD.state, -1), (NEW.state, 1);
END;
CREATE TRIGGER photos_counted_out AFTER DELETE ON photos
BEGIN
    INSERT INTO photo_counts (state, photos) VALUES (OLD.state, -1);
END;
INSERT INTO photo_counts (state, photos) SELECT state, count(*) FROM photos GROUP BY state;

-- What the sweeper forgets, and the photos of a device that are still there.
CREATE INDEX guesses_by_window ON guesses (window_start);
CREATE INDEX photos_by_device ON photos (device_id) WHERE lookup_id IS NOT NULL;

-- Tombstones by age. SQLite, asked for photos without a lookup id, reads all of them by the index that makes lookup ids unique, and
-- sorts them; asked for those that were settled, it has no such choice.
DROP INDEX photos_erased;
CREATE INDEX photos_settled ON photos (settled_at) WHERE settled_at IS NOT NULL;
