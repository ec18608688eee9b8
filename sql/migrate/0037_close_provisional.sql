-- close provisional – the instant by which a case is to be closed, too, may count days
-- whose holidays were not published yet; such cases are found for counting anew.

ALTER TABLE cases ADD COLUMN close_provisional bool NOT NULL DEFAULT FALSE;
UPDATE cases SET close_provisional = TRUE WHERE finish_provisional AND close_due_ms IS NOT NULL;
DROP INDEX case_provisional;
CREATE INDEX case_provisional ON cases (id)
 WHERE state < 10 AND (due_provisional OR finish_provisional OR close_provisional);
