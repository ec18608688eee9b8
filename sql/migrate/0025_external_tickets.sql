-- external tickets – a number of another system is one case, whoever imports it and
-- on how many servers at once. Spread by its hash, for its case has no home before its
-- grid is known.

CREATE TABLE external_ticket (
    home int NOT NULL,
    external_no text NOT NULL,
    case_id id NOT NULL,
    PRIMARY KEY (home, external_no)
);
