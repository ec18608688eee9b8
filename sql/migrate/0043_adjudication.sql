-- adjudication – a second return is decided by the subdistrict leader, and what he decided
-- is kept as a precedent; a return cites an item of the responsibility list. The states 10
-- to 19 are over, all others open: there was no number left for more open ones.

ALTER TABLE case_event ADD COLUMN cited id;

CREATE TABLE precedent (
    id id NOT NULL,
    home int NOT NULL,
    path text NOT NULL,
    condition text NOT NULL,
    place_kind int NOT NULL,
    unit id NOT NULL,
    case_id id NOT NULL,
    code text NOT NULL,
    decided_ms ms NOT NULL,
    decided_day day NOT NULL,
    decided_by id,
    PRIMARY KEY (home, id)
);
CREATE INDEX precedent_item ON precedent (path, condition, place_kind, decided_ms, id);

DROP INDEX case_open;
CREATE INDEX case_open ON cases (path, id, danger, state, due_ms, unit, holding, placed, subject)
 WHERE state NOT BETWEEN 10 AND 19;
DROP INDEX case_waiting;
CREATE INDEX case_waiting ON cases (state, path, id, danger, unit, holding, subject) WHERE state NOT BETWEEN 10 AND 19;
DROP INDEX case_unplaced_open;
CREATE INDEX case_unplaced_open ON cases (placed, id) WHERE placed > 2 AND state NOT BETWEEN 10 AND 19;
DROP INDEX case_due;
CREATE INDEX case_due ON cases (due_ms) WHERE state NOT BETWEEN 10 AND 19;
DROP INDEX case_map;
CREATE INDEX case_map ON cases (lon, lat) WHERE state NOT BETWEEN 10 AND 19;
DROP INDEX case_first;
CREATE INDEX case_first ON cases (danger, id) WHERE state NOT BETWEEN 10 AND 19;
DROP INDEX case_remind;
CREATE INDEX case_remind ON cases (reminded, due_ms) WHERE state NOT BETWEEN 10 AND 19;
DROP INDEX case_provisional;
CREATE INDEX case_provisional ON cases (id)
 WHERE state NOT BETWEEN 10 AND 19 AND (due_provisional OR finish_provisional OR close_provisional);
