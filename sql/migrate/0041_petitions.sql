-- petitions – matters brought before the authority, their steps and written notices; who
-- brings them and in which words, apart and sealed.

CREATE TABLE petition (
    id id NOT NULL,
    home int NOT NULL,
    code text NOT NULL,
    revision int NOT NULL,
    kind int NOT NULL,
    state int NOT NULL,
    matter text NOT NULL,
    about int NOT NULL DEFAULT 0,
    subject id,
    area id,
    path text NOT NULL,
    unit id,
    first_unit id,
    handler id,
    linked id,
    linked_case id,
    received_ms ms NOT NULL,
    received_day day NOT NULL,
    assigned_ms ms,
    assigned_day day,
    accepted_ms ms,
    accepted_day day,
    opinion_ms ms,
    opinion_day day,
    due_ms ms,
    due_day day,
    due_provisional bool NOT NULL DEFAULT FALSE,
    object_due_ms ms,
    object_due_day day,
    more_days int,
    more_by id,
    extended bool NOT NULL DEFAULT FALSE,
    road int,
    ended_ms ms,
    ended_day day,
    sealed_ms ms,
    sealed_day day,
    PRIMARY KEY (home, id)
);
CREATE INDEX petition_id ON petition (id);
CREATE UNIQUE INDEX petition_code ON petition (home, code);

CREATE TABLE petition_file (
    petition_id id NOT NULL,
    home int NOT NULL,
    name bytes,
    name_key int,
    contact bytes,
    contact_key int,
    material bytes,
    material_key int,
    erased_ms ms,
    erased_day day,
    PRIMARY KEY (home, petition_id)
);

CREATE TABLE petition_event (
    petition_id id NOT NULL,
    home int NOT NULL,
    number int NOT NULL,
    act int NOT NULL,
    from_state int,
    to_state int NOT NULL,
    account id,
    role int NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    note text,
    unit id,
    PRIMARY KEY (home, petition_id, number)
);

CREATE TABLE petition_notice (
    petition_id id NOT NULL,
    home int NOT NULL,
    number int NOT NULL,
    paper int NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    due_ms ms,
    due_day day,
    unit id,
    words bytes,
    words_key int,
    PRIMARY KEY (home, petition_id, number)
);

CREATE TABLE petition_recusal (
    petition_id id NOT NULL,
    home int NOT NULL,
    account id NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, petition_id, account)
);

CREATE TABLE petition_opening (
    id id NOT NULL,
    home int NOT NULL,
    petition id NOT NULL,
    account id NOT NULL,
    reason text NOT NULL,
    asked_ms ms NOT NULL,
    asked_day day NOT NULL,
    ends_ms ms NOT NULL,
    ends_day day NOT NULL,
    approver id,
    approved_ms ms,
    approved_day day,
    PRIMARY KEY (home, id)
);
CREATE INDEX petition_opening_of ON petition_opening (petition, account);
