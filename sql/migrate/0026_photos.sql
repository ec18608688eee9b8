-- photos – whose they are and who may see them, and their pictures apart.

CREATE TABLE photo (
    id id NOT NULL,
    home int NOT NULL,
    claim bytes,
    case_id id,
    shows int NOT NULL DEFAULT 1,
    width int NOT NULL,
    height int NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    made_by id,
    covered bool NOT NULL DEFAULT FALSE,
    released_ms ms,
    released_day day,
    released_by id,
    PRIMARY KEY (home, id)
);
CREATE INDEX photo_of_case ON photo (case_id, id);
CREATE INDEX photo_claimed ON photo (claim) WHERE case_id IS NULL;

CREATE TABLE photo_file (
    photo id NOT NULL,
    home int NOT NULL,
    form int NOT NULL,
    size int NOT NULL,
    body bytes NOT NULL,
    PRIMARY KEY (home, photo, form, size)
);
