-- outbox – what is told to people and to other systems, and how it gets there; and which
-- reminder of its running clock a case has had (1: due soon, 2: overdue).

CREATE TABLE notice (
    id id NOT NULL,
    home int NOT NULL,
    kind int NOT NULL,
    tray int NOT NULL,
    case_id id NOT NULL,
    path text NOT NULL,
    unit id,
    account id,
    due_ms ms,
    due_day day,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, id)
);
CREATE INDEX notice_tray ON notice (tray, id);
CREATE INDEX notice_at ON notice (at_ms);

CREATE TABLE notice_read (
    notice id NOT NULL,
    home int NOT NULL,
    account id NOT NULL,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    PRIMARY KEY (home, notice, account)
);
CREATE INDEX notice_read_at ON notice_read (at_ms);

-- wide
CREATE TABLE subscription (
    id id NOT NULL,
    home int NOT NULL,
    title text NOT NULL,
    url text NOT NULL,
    events text NOT NULL,
    secret bytes NOT NULL,
    secret_key int NOT NULL,
    active bool NOT NULL DEFAULT TRUE,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    made_by id,
    PRIMARY KEY (home, id)
);

-- wide
CREATE TABLE delivery (
    id id NOT NULL,
    home int NOT NULL,
    subscription id NOT NULL,
    kind int NOT NULL,
    case_id id NOT NULL,
    body text NOT NULL,
    state int NOT NULL,
    attempts int NOT NULL,
    next_ms ms NOT NULL,
    next_day day NOT NULL,
    made_ms ms NOT NULL,
    made_day day NOT NULL,
    ended_ms ms,
    ended_day day,
    reason int,
    status int,
    PRIMARY KEY (home, id)
);
CREATE INDEX delivery_open ON delivery (subscription, id) WHERE state < 4;
CREATE INDEX delivery_newest ON delivery (id);
CREATE INDEX delivery_given_up ON delivery (id) WHERE state = 5;
CREATE INDEX delivery_ended ON delivery (ended_ms) WHERE ended_ms IS NOT NULL;

ALTER TABLE cases ADD COLUMN reminded int NOT NULL DEFAULT 0;
CREATE INDEX case_remind ON cases (reminded, due_ms) WHERE state < 10;
