-- What a device is for: an auditor's reads the transfer log and nothing else.
ALTER TABLE devices ADD COLUMN duty TEXT NOT NULL DEFAULT 'photos' CHECK (duty IN ('photos', 'audit'));

-- How far the log had come, under the gateway's signature. The files that are made of it are for auditors; it stands here so that
-- every node of a fleet makes the same ones.
CREATE TABLE checkpoints (
    count     INTEGER NOT NULL PRIMARY KEY, -- the last row's number
    at        INTEGER NOT NULL,
    head      BLOB    NOT NULL CHECK (length(head) = 32),
    document  BLOB    NOT NULL,
    signature BLOB    NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_do_not_change BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
CREATE TRIGGER checkpoints_stay BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are append-only');
END;

-- Where the log begins: behind the last of these. Rows up to there may go. It moves forward only, only to a row that a checkpoint
-- vouches for, and only when the time of that checkpoint and of every row up to it is over: 3837 days are 10 years and 6 months.
CREATE TABLE log_anchors (
    sequence INTEGER NOT NULL PRIMARY KEY,
    sha256   BLOB    NOT NULL CHECK (length(sha256) = 32),
    moved_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER log_anchors_move_forward_past_what_is_over BEFORE INSERT ON log_anchors
WHEN NEW.sequence <= (SELECT coalesce(max(sequence), 0) FROM log_anchors)
  OR NOT EXISTS (SELECT 1 FROM checkpoints
                 WHERE count = NEW.sequence AND head = NEW.sha256 AND at <= NEW.moved_at - 331516800000)
  OR EXISTS (SELECT 1 FROM audit
             WHERE sequence > (SELECT coalesce(max(sequence), 0) FROM log_anchors) AND sequence <= NEW.sequence
               AND at > NEW.moved_at - 331516800000)
BEGIN
    SELECT RAISE(ABORT, 'the time of these rows of the transfer log is not over');
END;
CREATE TRIGGER log_anchors_do_not_change BEFORE UPDATE ON log_anchors
BEGIN
    SELECT RAISE(ABORT, 'anchors of the transfer log are append-only');
END;
CREATE TRIGGER log_anchors_stay BEFORE DELETE ON log_anchors
BEGIN
    SELECT RAISE(ABORT, 'anchors of the transfer log are append-only');
END;

DROP TRIGGER audit_rows_stay;
CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit
WHEN OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM log_anchors)
BEGIN
    SELECT RAISE(ABORT, 'the transfer log is append-only');
END;

-- Tombstones whose time is over, and their collections.
CREATE INDEX photos_erased ON photos (settled_at) WHERE lookup_id IS NULL;
CREATE INDEX collections_by_photo ON collections (photo_id);
