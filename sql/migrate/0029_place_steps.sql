-- What became of a place: each change with its day and what was before.
CREATE TABLE place_step (
    id id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    kind int NOT NULL,
    day day NOT NULL,
    was text,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX place_step_of ON place_step (place, id);
