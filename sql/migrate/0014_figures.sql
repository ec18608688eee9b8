-- figures – a case has an instant by which it is to be closed; each figure is a range of
-- days of an index.

ALTER TABLE cases ADD COLUMN close_due_ms ms;
ALTER TABLE cases ADD COLUMN close_due_day day;
CREATE INDEX case_reported_day ON cases (reported_day);
CREATE INDEX case_finish_due_day ON cases (finish_due_day) WHERE finish_due_day IS NOT NULL;
CREATE INDEX case_close_due_day ON cases (close_due_day) WHERE close_due_day IS NOT NULL;
CREATE INDEX case_handled_day ON cases (handled_day) WHERE handled_day IS NOT NULL;
CREATE INDEX case_closed_day ON cases (closed_day) WHERE closed_day IS NOT NULL;
