-- provisional – a deadline that counts days whose holidays were not published yet.

ALTER TABLE cases ADD COLUMN due_provisional bool NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN finish_provisional bool NOT NULL DEFAULT FALSE;
CREATE INDEX case_provisional ON cases (id) WHERE state < 10 AND (due_provisional OR finish_provisional);
