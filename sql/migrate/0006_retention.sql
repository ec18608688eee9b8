-- retention – what is erased in time is found by its age: client keys, sessions, and
-- contacts, whose row then says when.

ALTER TABLE reporter ADD COLUMN erased_ms ms;
ALTER TABLE reporter ADD COLUMN erased_day day;
CREATE INDEX reporter_kept ON reporter (made_ms) WHERE erased_ms IS NULL;
CREATE INDEX request_made ON request (made_ms);
CREATE INDEX session_made ON session (made_ms);
