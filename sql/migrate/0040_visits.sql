-- visits and stool sessions – rounds of buildings with their counts, the doors of a round
-- for 180 days, doors that ask to be left alone, sessions, and which cases came of them.

CREATE TABLE visit_round (
    id id NOT NULL,
    home int NOT NULL,
    area id NOT NULL,
    path text NOT NULL,
    name text NOT NULL,
    since day NOT NULL,
    until day NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX visit_round_path ON visit_round (path, id);
CREATE INDEX visit_round_area ON visit_round (area);
CREATE TABLE visit_stop (
    round id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    households int,
    met int NOT NULL,
    not_home int NOT NULL,
    refused int NOT NULL,
    PRIMARY KEY (home, round, place)
);
CREATE TABLE visit (
    id id NOT NULL,
    home int NOT NULL,
    round id NOT NULL,
    place id NOT NULL,
    outcome int NOT NULL,
    tries int NOT NULL,
    visited_ms ms NOT NULL,
    visited_day day NOT NULL,
    door bytes NOT NULL,
    door_key int NOT NULL,
    note bytes,
    note_key int,
    PRIMARY KEY (home, id)
);
CREATE INDEX visit_of_round ON visit (round, place, id);
CREATE INDEX visit_visited ON visit (visited_ms);
CREATE TABLE no_visit (
    id id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    door bytes NOT NULL,
    door_key int NOT NULL,
    asked_ms ms NOT NULL,
    asked_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX no_visit_place ON no_visit (place, id);
CREATE TABLE stool_session (
    id id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    path text NOT NULL,
    day day NOT NULL,
    half int NOT NULL,
    cancelled bool NOT NULL DEFAULT 0,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX stool_session_path ON stool_session (path, day);
CREATE INDEX stool_session_place ON stool_session (place, day);
CREATE TABLE matter (
    case_id id NOT NULL,
    home int NOT NULL,
    round id,
    session id,
    PRIMARY KEY (home, case_id)
);
CREATE INDEX matter_round ON matter (round) WHERE round IS NOT NULL;
CREATE INDEX matter_session ON matter (session) WHERE session IS NOT NULL;
