-- about units – a report about a unit or its staff is seen from above that unit, and
-- never by who belongs to it.

ALTER TABLE cases ADD COLUMN about int NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN subject id;
