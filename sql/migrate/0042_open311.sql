-- open311 – keys of other people's applications, which are kept as hashes, and which case
-- came through which of them.

-- wide
CREATE TABLE app_key (
    id id NOT NULL,
    home int NOT NULL,
    title text NOT NULL,
    contact text,
    most int NOT NULL DEFAULT 300,
    hash bytes NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    made_by id,
    ended_ms ms,
    ended_day day,
    ended_by id,
    PRIMARY KEY (home, id)
);
CREATE UNIQUE INDEX app_key_hash ON app_key (home, hash);

CREATE TABLE app_case (
    case_id id NOT NULL,
    home int NOT NULL,
    app id NOT NULL,
    PRIMARY KEY (home, case_id)
);
CREATE INDEX case_event_at ON case_event (at_ms);
