-- places – kinds, codes, outlines, dates and aliases; the revision that tells the
-- words of addresses that places changed.

ALTER TABLE layer ADD COLUMN places int NOT NULL DEFAULT 0;

ALTER TABLE place ADD COLUMN kind int NOT NULL DEFAULT 1;
ALTER TABLE place ADD COLUMN code text;
ALTER TABLE place ADD COLUMN population int;
ALTER TABLE place ADD COLUMN shaped bool NOT NULL DEFAULT FALSE;
ALTER TABLE place ADD COLUMN since day;
ALTER TABLE place ADD COLUMN until day;
CREATE INDEX place_code ON place (code);

CREATE TABLE place_shape (
    place id NOT NULL,
    home int NOT NULL,
    shape bytes NOT NULL,
    PRIMARY KEY (home, place)
);

CREATE TABLE place_alias (
    id id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    name text NOT NULL,
    kind int NOT NULL DEFAULT 1,
    since day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX place_alias_place ON place_alias (place);
