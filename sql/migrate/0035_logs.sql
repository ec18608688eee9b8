-- logs – who signed in, and who was refused, as a chain like the access log's; where a chain
-- was cut after its three years; and wrong passwords, counted for all servers together.

CREATE TABLE sign_log (
    home int NOT NULL,
    number long NOT NULL,
    account id,
    what int NOT NULL,
    by_whom id,
    near int NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    previous bytes NOT NULL,
    hash bytes NOT NULL,
    PRIMARY KEY (home, number)
);
CREATE INDEX sign_log_at ON sign_log (at_ms);
CREATE INDEX access_log_at ON access_log (at_ms);
CREATE INDEX account_event_at ON account_event (at_ms);

CREATE TABLE chain_cut (
    home int NOT NULL,
    log int NOT NULL,
    number long NOT NULL,
    hash bytes NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, log)
);

CREATE TABLE attempt (
    home int NOT NULL,
    name bytes NOT NULL,
    wrong int NOT NULL,
    waited bool NOT NULL DEFAULT FALSE,
    last_ms ms NOT NULL,
    last_day day NOT NULL,
    PRIMARY KEY (home, name)
);
CREATE INDEX attempt_last ON attempt (last_ms);
