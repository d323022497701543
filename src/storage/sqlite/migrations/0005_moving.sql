-- SHA-256 of a sealed picture, so that damage shows without the citizen's code. Of the ciphertext, so it tells nothing of the photo;
-- goes with it. Pictures from before this column have none.
ALTER TABLE frames ADD COLUMN sha256 BLOB CHECK (length(sha256) = 32);

-- Photos that came out of a backup: what became of them after it was taken is unknown, so nobody gets them until an administrator
-- releases them. The moment is the backup's.
ALTER TABLE photos ADD COLUMN held_back_since INTEGER;
CREATE INDEX photos_held_back ON photos (photo_id) WHERE held_back_since IS NOT NULL AND lookup_id IS NOT NULL;
