-- hand-over – what one shift leaves to the next.

-- wide
CREATE TABLE handover (
    id id NOT NULL,
    home int NOT NULL,
    n int NOT NULL,
    overdue int NOT NULL,
    promised int NOT NULL,
    path text NOT NULL,
    unit id,
    note text,
    given_by id NOT NULL,
    given_ms ms NOT NULL,
    given_day day NOT NULL,
    taken_by id,
    taken_ms ms,
    taken_day day,
    PRIMARY KEY (home, id)
);
CREATE INDEX handover_place ON handover (path, id);
CREATE INDEX handover_given ON handover (given_ms);
