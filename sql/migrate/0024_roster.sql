-- roster – who is on duty where and when; and which unit holds an urgent case that it
-- returned until the next one has taken it on.

CREATE TABLE shift (
    id id NOT NULL,
    home int NOT NULL,
    post id NOT NULL,
    account id NOT NULL,
    role int NOT NULL,
    area id,
    path text NOT NULL,
    unit id,
    begins_ms ms NOT NULL,
    begins_day day NOT NULL,
    ends_ms ms NOT NULL,
    ends_day day NOT NULL,
    cancelled bool NOT NULL DEFAULT FALSE,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    made_by id,
    PRIMARY KEY (home, id)
);
CREATE INDEX shift_path ON shift (path, ends_ms);
CREATE INDEX shift_unit ON shift (unit, ends_ms) WHERE unit IS NOT NULL;
CREATE INDEX shift_ends ON shift (ends_ms);

ALTER TABLE cases ADD COLUMN holding id;
