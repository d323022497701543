-- What a device is for: an auditor's reads the transfer log and nothing else.
ALTER TABLE devices ADD COLUMN duty TEXT COLLATE "C" NOT NULL DEFAULT 'photos' CHECK (duty IN ('photos', 'audit'));

-- How far the log had come, under the gateway's signature. The files that are made of it are for auditors; it stands here so that
-- every node of a fleet makes the same ones.
CREATE TABLE checkpoints (
    count     BIGINT NOT NULL PRIMARY KEY, -- the last row's number
    at        BIGINT NOT NULL,
    head      BYTEA  NOT NULL CHECK (length(head) = 32),
    document  BYTEA  NOT NULL,
    signature BYTEA  NOT NULL
);
CREATE FUNCTION log_proofs_are_append_only() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'checkpoints and anchors of the transfer log are append-only';
END
$$;
CREATE TRIGGER checkpoints_do_not_change BEFORE UPDATE OR DELETE ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION log_proofs_are_append_only();
CREATE TRIGGER checkpoints_are_not_emptied BEFORE TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION log_proofs_are_append_only();

-- Where the log begins: behind the last of these. Rows up to there may go. It moves forward only, only to a row that a checkpoint
-- vouches for, and only when the time of that checkpoint and of every row up to it is over: 3837 days are 10 years and 6 months.
CREATE TABLE log_anchors (
    sequence BIGINT NOT NULL PRIMARY KEY,
    sha256   BYTEA  NOT NULL CHECK (length(sha256) = 32),
    moved_at BIGINT NOT NULL
);
CREATE FUNCTION log_anchors_move_past_what_is_over() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    begins_behind BIGINT := (SELECT coalesce(max(sequence), 0) FROM log_anchors);
    bound         BIGINT := NEW.moved_at - 331516800000;
BEGIN
    IF NEW.sequence <= begins_behind
        OR NOT EXISTS (SELECT 1 FROM checkpoints c
                       WHERE c.count = NEW.sequence AND c.head = NEW.sha256 AND c.at <= bound)
        OR EXISTS (SELECT 1 FROM audit a
                   WHERE a.sequence > begins_behind AND a.sequence <= NEW.sequence AND a.at > bound)
    THEN
        RAISE EXCEPTION 'the time of these rows of the transfer log is not over';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER log_anchors_move_forward_past_what_is_over BEFORE INSERT ON log_anchors
    FOR EACH ROW EXECUTE FUNCTION log_anchors_move_past_what_is_over();
CREATE TRIGGER log_anchors_do_not_change BEFORE UPDATE OR DELETE ON log_anchors
    FOR EACH ROW EXECUTE FUNCTION log_proofs_are_append_only();
CREATE TRIGGER log_anchors_are_not_emptied BEFORE TRUNCATE ON log_anchors
    FOR EACH STATEMENT EXECUTE FUNCTION log_proofs_are_append_only();

CREATE FUNCTION audit_loses_only_its_front() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM log_anchors) THEN
        RAISE EXCEPTION 'the transfer log is append-only';
    END IF;
    RETURN OLD;
END
$$;
DROP TRIGGER audit_rows_stay ON audit;
CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_loses_only_its_front();

-- Tombstones whose time is over, and their collections.
CREATE INDEX photos_erased ON photos (settled_at) WHERE lookup_id IS NULL;
CREATE INDEX collections_by_photo ON collections (photo_id);
