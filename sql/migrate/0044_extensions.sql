-- extensions – what a unit asks for in handling: one limit more, or to suspend the case
-- until a day.

ALTER TABLE cases ADD COLUMN extended int NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN asked int NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN asked_by id;
ALTER TABLE cases ADD COLUMN suspended_ms ms;
ALTER TABLE cases ADD COLUMN suspended_day day;
ALTER TABLE cases ADD COLUMN suspended_until day;
CREATE INDEX case_suspended ON cases (suspended_until, id) WHERE state = 21;
