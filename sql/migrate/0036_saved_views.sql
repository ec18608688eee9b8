-- saved views – the filters of a list under a name, everybody's own.

CREATE TABLE saved_view (
    id id NOT NULL,
    home int NOT NULL,
    account id NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    saved_ms ms NOT NULL,
    saved_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (account, name);
