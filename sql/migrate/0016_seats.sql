-- seats – posts that an area ought to have, which an account's post fills; why areas and
-- organisations do not correspond; what covers the places of the emerging fields.

CREATE TABLE seat (
    id id NOT NULL,
    home int NOT NULL,
    kind int NOT NULL,
    area id NOT NULL,
    path text NOT NULL,
    org id,
    since day NOT NULL,
    until day,
    PRIMARY KEY (home, id)
);
CREATE INDEX seat_tree ON seat (path, id);
CREATE INDEX seat_id ON seat (id);

ALTER TABLE post ADD COLUMN seat id;
CREATE INDEX post_seat ON post (seat) WHERE seat IS NOT NULL;

-- wide
CREATE TABLE org_reason (
    id id NOT NULL,
    home int NOT NULL,
    area id NOT NULL,
    reason text NOT NULL,
    since day NOT NULL,
    until day,
    account id,
    PRIMARY KEY (home, id)
);
CREATE INDEX org_reason_area ON org_reason (area);

CREATE TABLE cover (
    id id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    path text NOT NULL,
    field int NOT NULL,
    org id NOT NULL,
    grid id,
    since day NOT NULL,
    until day,
    PRIMARY KEY (home, id)
);
CREATE INDEX cover_tree ON cover (path, id);
CREATE INDEX cover_place ON cover (place);
CREATE INDEX cover_grid ON cover (grid) WHERE grid IS NOT NULL;
CREATE INDEX place_emerging ON place (path, id) WHERE kind IN (4, 5, 6, 7, 8) AND until IS NULL;
