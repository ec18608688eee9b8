-- one-time passwords – a password that another has set opens nothing but its own
-- change; who touched one is written down.

ALTER TABLE account ADD COLUMN one_time bool NOT NULL DEFAULT FALSE;
ALTER TABLE account ADD COLUMN set_by id;
ALTER TABLE account ADD COLUMN set_ms ms;
ALTER TABLE account ADD COLUMN set_day day;

CREATE TABLE account_event (
    id id NOT NULL,
    home int NOT NULL,
    account id NOT NULL,
    what int NOT NULL,
    by_whom id,
    role int NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, id)
);
