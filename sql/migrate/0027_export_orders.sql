-- export orders – the words of many cases leave the house by two persons' hands.

CREATE TABLE export_order (
    id id NOT NULL,
    home int NOT NULL,
    revision int NOT NULL,
    account id NOT NULL,
    role int NOT NULL,
    path text NOT NULL,
    reason text NOT NULL,
    asked_ms ms NOT NULL,
    asked_day day NOT NULL,
    ends_ms ms NOT NULL,
    ends_day day NOT NULL,
    approver id,
    approval text,
    approved_ms ms,
    approved_day day,
    given int NOT NULL DEFAULT 0,
    last id,
    finished_ms ms,
    finished_day day,
    PRIMARY KEY (home, id)
);
CREATE INDEX export_order_account ON export_order (account, asked_ms);
