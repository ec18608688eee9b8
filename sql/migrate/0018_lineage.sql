-- lineage – a change of areas may be planned: proposed, approved, done on its day.

ALTER TABLE lineage ADD COLUMN state int NOT NULL DEFAULT 3;
ALTER TABLE lineage ADD COLUMN name text;
CREATE INDEX lineage_planned ON lineage (day, id) WHERE state = 2;

ALTER TABLE place ADD COLUMN part id;
