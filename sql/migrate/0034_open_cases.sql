-- open cases – what a list or a number of open cases asks for stands in the index itself,
-- so that a city with a hundred thousand of them is looked through without their rows;
-- and those without a grid are found among the open ones alone.
DROP INDEX case_open;
CREATE INDEX case_open ON cases (path, id, danger, state, due_ms, unit, holding, placed, subject) WHERE state < 10;
DROP INDEX case_waiting;
CREATE INDEX case_waiting ON cases (state, path, id, danger, unit, holding, subject) WHERE state < 10;
CREATE INDEX case_unplaced_open ON cases (placed, id) WHERE placed > 2 AND state < 10;
