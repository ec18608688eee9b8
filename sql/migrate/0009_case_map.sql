-- The map asks for the open cases on a piece of ground.
CREATE INDEX case_map ON cases (lon, lat) WHERE state < 10;
