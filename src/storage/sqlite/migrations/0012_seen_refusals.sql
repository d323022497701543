-- Refusals that the studio has marked as seen on its pages. The others are new to it.
ALTER TABLE photos ADD COLUMN refusal_seen INTEGER NOT NULL DEFAULT 0 CHECK (refusal_seen IN (0, 1));
-- Studios were told of earlier refusals in other ways.
UPDATE photos SET refusal_seen = 1 WHERE state = 'refused';
CREATE INDEX photos_new_refusals ON photos (studio_id, photo_id) WHERE state = 'refused' AND NOT refusal_seen;
