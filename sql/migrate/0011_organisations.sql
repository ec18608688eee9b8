-- organisations – Party organisations stand in the same tree as units, with a parent,
-- dates and steps; numbers of members are dated.

ALTER TABLE org ADD COLUMN parent id;
ALTER TABLE org ADD COLUMN state int NOT NULL DEFAULT 3;
ALTER TABLE org ADD COLUMN since day NOT NULL DEFAULT 0;
ALTER TABLE org ADD COLUMN until day;
CREATE INDEX org_by_code ON org (code);
CREATE INDEX org_parent ON org (parent) WHERE parent IS NOT NULL;
CREATE INDEX serves_unit ON serves (unit);

-- wide
CREATE TABLE org_step (
    id id NOT NULL,
    home int NOT NULL,
    org id NOT NULL,
    from_state int,
    to_state int NOT NULL,
    into_org id,
    parent id,
    day day NOT NULL,
    note text,
    account id,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX org_step_of ON org_step (home, org, id);

CREATE TABLE org_count (
    org id NOT NULL,
    home int NOT NULL,
    day day NOT NULL,
    members int NOT NULL,
    probationary int,
    PRIMARY KEY (home, org, day)
);
