-- station – where people are served near their door.

CREATE TABLE station (
    id id NOT NULL,
    home int NOT NULL,
    place id NOT NULL,
    kind int NOT NULL,
    name text NOT NULL,
    hours text NOT NULL,
    services text NOT NULL,
    phone text,
    org id,
    lon int,
    lat int,
    since day NOT NULL,
    until day,
    PRIMARY KEY (home, id)
);
CREATE INDEX station_id ON station (id);
CREATE INDEX station_place ON station (place);
CREATE INDEX station_lat ON station (lat) WHERE lat IS NOT NULL;
