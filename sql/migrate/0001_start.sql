-- start – the tables of 0.1, in the words of schema.h. A test compares them with
-- what src/domain/records/*.def describe; indexes and uniqueness stand only here.

CREATE TABLE layer (
    id id NOT NULL,
    home int NOT NULL,
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    governing bool NOT NULL DEFAULT FALSE,
    code_pattern text,
    revision int NOT NULL,
    prefix text NOT NULL,
    roots int NOT NULL,
    PRIMARY KEY (home, id)
);

CREATE TABLE area (
    id id NOT NULL,
    home int NOT NULL,
    layer id NOT NULL,
    level int NOT NULL,
    parent id,
    code text NOT NULL,
    name text NOT NULL,
    state int NOT NULL,
    since day NOT NULL,
    until day,
    path text NOT NULL,
    slot int NOT NULL,
    children int NOT NULL,
    households int,
    shaped bool NOT NULL,
    label_lon degree,
    label_lat degree,
    m2 long,
    PRIMARY KEY (home, id)
);

-- wide
CREATE TABLE area_shape (
    area id NOT NULL,
    home int NOT NULL,
    layer id NOT NULL,
    shape bytes NOT NULL,
    PRIMARY KEY (home, area)
);

CREATE TABLE lineage (
    id id NOT NULL,
    home int NOT NULL,
    kind int NOT NULL,
    from_area id NOT NULL,
    to_area id NOT NULL,
    day day NOT NULL,
    note text,
    PRIMARY KEY (home, id)
);

-- wide
CREATE TABLE border (
    id id NOT NULL,
    home int NOT NULL,
    name text NOT NULL,
    area id NOT NULL,
    unit id,
    since day NOT NULL,
    until day,
    line bytes NOT NULL,
    PRIMARY KEY (home, id)
);

CREATE TABLE place (
    id id NOT NULL,
    home int NOT NULL,
    area id NOT NULL,
    path text NOT NULL,
    name text NOT NULL,
    households int,
    lon degree,
    lat degree,
    PRIMARY KEY (home, id)
);

CREATE TABLE org (
    id id NOT NULL,
    home int NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind int NOT NULL,
    area id NOT NULL,
    path text NOT NULL,
    PRIMARY KEY (home, id)
);

CREATE TABLE serves (
    id id NOT NULL,
    home int NOT NULL,
    unit id NOT NULL,
    matter text NOT NULL,
    area id NOT NULL,
    path text NOT NULL,
    since day NOT NULL,
    until day,
    PRIMARY KEY (home, id)
);

CREATE TABLE account (
    id id NOT NULL,
    home int NOT NULL,
    login text NOT NULL,
    title text NOT NULL,
    password bytes NOT NULL,
    active bool NOT NULL DEFAULT TRUE,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    PRIMARY KEY (home, id)
);

CREATE TABLE post (
    id id NOT NULL,
    home int NOT NULL,
    account id NOT NULL,
    role int NOT NULL,
    area id,
    path text NOT NULL,
    unit id,
    since day NOT NULL,
    until day,
    PRIMARY KEY (home, id)
);

CREATE TABLE session (
    id id NOT NULL,
    home int NOT NULL,
    token bytes NOT NULL,
    account id NOT NULL,
    post id NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    ends_ms ms NOT NULL,
    ends_day day NOT NULL,
    revoked bool NOT NULL DEFAULT FALSE,
    PRIMARY KEY (home, id)
);

CREATE TABLE category (
    id id NOT NULL,
    home int NOT NULL,
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    PRIMARY KEY (home, id)
);

-- wide
CREATE TABLE condition (
    id id NOT NULL,
    home int NOT NULL,
    version int NOT NULL,
    category text NOT NULL,
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    arrive_limit int,
    arrive_clock int,
    finish_limit int NOT NULL,
    finish_clock int NOT NULL,
    duty int NOT NULL DEFAULT 1,
    open_to int NOT NULL DEFAULT 1,
    closing text,
    retired bool NOT NULL DEFAULT FALSE,
    PRIMARY KEY (home, id)
);

CREATE TABLE calendar_day (
    home int NOT NULL DEFAULT 0,
    day day NOT NULL,
    kind int NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (home, day)
);

-- wide
CREATE TABLE cases (
    id id NOT NULL,
    home int NOT NULL,
    code text NOT NULL,
    revision int NOT NULL,
    workflow int NOT NULL,
    state int NOT NULL,
    source int NOT NULL DEFAULT 1,
    danger bool NOT NULL DEFAULT FALSE,
    text text NOT NULL,
    spot text,
    lon degree,
    lat degree,
    place id,
    placed int NOT NULL,
    area id,
    path text NOT NULL,
    category text,
    condition id,
    unit id,
    reported_by id,
    handled_by id,
    reported_ms ms NOT NULL,
    reported_day day NOT NULL,
    occurred_ms ms,
    occurred_day day,
    due_ms ms,
    due_day day,
    finish_due_ms ms,
    finish_due_day day,
    dispatched_ms ms,
    dispatched_day day,
    handled_ms ms,
    handled_day day,
    closed_ms ms,
    closed_day day,
    close_kind int,
    rework int NOT NULL,
    attempts int NOT NULL,
    answered bool NOT NULL,
    external_no text,
    external_due_ms ms,
    external_due_day day,
    PRIMARY KEY (home, id)
);

-- wide
CREATE TABLE case_event (
    case_id id NOT NULL,
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
    PRIMARY KEY (home, case_id, number)
);

CREATE TABLE reporter (
    case_id id NOT NULL,
    home int NOT NULL,
    secret bytes NOT NULL,
    name bytes,
    name_key int,
    contact bytes,
    contact_key int,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    PRIMARY KEY (home, case_id)
);

-- wide
CREATE TABLE request (
    home int NOT NULL,
    client_key text NOT NULL,
    operation text NOT NULL,
    account id,
    body bytes NOT NULL,
    result bytes NOT NULL,
    result_key int NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    PRIMARY KEY (home, client_key)
);

CREATE TABLE access_log (
    home int NOT NULL,
    number long NOT NULL,
    case_id id NOT NULL,
    account id NOT NULL,
    role int NOT NULL,
    reason text NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    previous bytes NOT NULL,
    hash bytes NOT NULL,
    PRIMARY KEY (home, number)
);

CREATE TABLE setting (
    home int NOT NULL DEFAULT 0,
    name text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (home, name)
);

CREATE UNIQUE INDEX layer_code ON layer (home, code);
CREATE INDEX area_tree ON area (path);
CREATE INDEX area_in_layer ON area (layer, path);
CREATE INDEX area_by_code ON area (layer, code);
CREATE INDEX area_parent ON area (parent, path);
CREATE INDEX area_slot ON area (slot) WHERE slot > 0;
CREATE INDEX area_shape_layer ON area_shape (layer, home, area);
CREATE INDEX lineage_from ON lineage (from_area);
CREATE INDEX lineage_to ON lineage (to_area);
CREATE INDEX place_area ON place (area, name);
CREATE INDEX place_name ON place (name);

CREATE INDEX org_tree ON org (path, code);
CREATE UNIQUE INDEX org_code ON org (home, code);
CREATE INDEX serves_where ON serves (path, matter);

CREATE UNIQUE INDEX account_login ON account (home, login);
CREATE INDEX post_account ON post (account);
CREATE UNIQUE INDEX session_token ON session (home, token);
CREATE INDEX session_account ON session (account);

CREATE UNIQUE INDEX category_code ON category (home, code);
CREATE UNIQUE INDEX condition_code ON condition (home, version, code);

-- What is open is indexed as open: a screen's cost does not grow with history.
CREATE UNIQUE INDEX case_code ON cases (home, code);
CREATE INDEX case_newest ON cases (id);
CREATE INDEX case_open ON cases (path, id) WHERE state < 10;
CREATE INDEX case_due ON cases (due_ms) WHERE state < 10;
CREATE INDEX case_external ON cases (external_no) WHERE external_no IS NOT NULL;
