-- The certificate that a renewal issued, so that a repeat with the same key gets it again if the answer was lost.
ALTER TABLE certificates ADD COLUMN der BLOB;
