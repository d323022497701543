-- Refusals that the studio has marked as seen on its pages. The others are new to it.
ALTER TABLE photos ADD COLUMN refusal_seen BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX photos_new_refusals ON photos (studio_id, photo_id) WHERE state = 'refused' AND NOT refusal_seen;
