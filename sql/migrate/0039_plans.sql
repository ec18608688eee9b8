-- plans – drafts of micro-grids and zone grids: the plan, its grids, the ground that it
-- stands on, and the steps by which people changed it.

CREATE TABLE plan (
    id id NOT NULL,
    home int NOT NULL,
    within id NOT NULL,
    kind int NOT NULL,
    label text NOT NULL,
    state int NOT NULL,
    revision int NOT NULL,
    at_step int NOT NULL DEFAULT 0,
    top_step int NOT NULL DEFAULT 0,
    min int NOT NULL,
    max int NOT NULL,
    seed long NOT NULL,
    cut int NOT NULL,
    compact int NOT NULL,
    alike int NOT NULL,
    keep int NOT NULL,
    balance int NOT NULL,
    made_from id,
    since day,
    progress int NOT NULL DEFAULT 0,
    solved_ms int,
    failure_zh text,
    failure_en text,
    units int NOT NULL DEFAULT 0,
    left_out int NOT NULL DEFAULT 0,
    grids int NOT NULL DEFAULT 0,
    out_of_range int NOT NULL DEFAULT 0,
    households int NOT NULL DEFAULT 0,
    households_outside int NOT NULL DEFAULT 0,
    moved int NOT NULL DEFAULT 0,
    cut_m int NOT NULL DEFAULT 0,
    most int NOT NULL DEFAULT 0,
    least int NOT NULL DEFAULT 0,
    now_grids int NOT NULL DEFAULT 0,
    now_out_of_range int NOT NULL DEFAULT 0,
    now_most int NOT NULL DEFAULT 0,
    now_least int NOT NULL DEFAULT 0,
    made_by id NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    proposed_by id,
    proposed_ms ms,
    proposed_day day,
    approved_by id,
    approved_ms ms,
    approved_day day,
    published_by id,
    published_ms ms,
    published_day day,
    withdrawn_by id,
    withdrawn_ms ms,
    withdrawn_day day,
    note text,
    PRIMARY KEY (home, id)
);

CREATE TABLE plan_grid (
    plan id NOT NULL,
    home int NOT NULL,
    number int NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    parent id NOT NULL,
    parent_code text NOT NULL,
    parent_name text NOT NULL,
    households int NOT NULL,
    units int NOT NULL,
    border_m int NOT NULL,
    radius_m int NOT NULL,
    pieces int NOT NULL,
    reason int NOT NULL,
    reason_text text,
    now id,
    now_code text,
    now_households int,
    moved_in int NOT NULL,
    moved_out int NOT NULL,
    label_lon degree,
    label_lat degree,
    shape bytes NOT NULL,
    in_range bool NOT NULL,
    PRIMARY KEY (home, plan, number)
);

CREATE TABLE plan_part (
    plan id NOT NULL,
    home int NOT NULL,
    part int NOT NULL,
    bytes bytes NOT NULL,
    PRIMARY KEY (home, plan, part)
);

CREATE TABLE plan_step (
    plan id NOT NULL,
    home int NOT NULL,
    number int NOT NULL,
    kind int NOT NULL,
    behind int NOT NULL,
    account id NOT NULL,
    done_ms ms NOT NULL,
    done_day day NOT NULL,
    change bytes,
    PRIMARY KEY (home, plan, number)
);

CREATE INDEX plan_state ON plan (state, made_ms);
CREATE INDEX plan_made ON plan (made_ms, id);
CREATE INDEX plan_within ON plan (within, made_ms);
