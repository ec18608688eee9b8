-- setting changes – what a setting of the city was and became, and who did it.

-- wide
CREATE TABLE setting_change (
    id id NOT NULL,
    home int NOT NULL,
    name text NOT NULL,
    before text,
    after text,
    account id,
    role int NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, id)
);
