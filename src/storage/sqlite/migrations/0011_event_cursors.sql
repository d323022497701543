-- A cursor of events is the identifier of the last one.
CREATE INDEX events_by_identifier ON events (event_id);
