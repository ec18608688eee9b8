-- The desk: what waits in a state, within a part of the city. A thousand rows of an
-- index are the most that a number on it costs.
CREATE INDEX case_waiting ON cases (state, path) WHERE state < 10;
