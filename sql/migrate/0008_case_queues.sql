-- case queues – what a list asks for without saying "open": the cases without a grid,
-- and those of one unit.

CREATE INDEX case_unplaced ON cases (id) WHERE placed > 2;
CREATE INDEX case_unit ON cases (unit, id) WHERE unit IS NOT NULL;
