-- 0002 – in which language the reporter is answered.
ALTER TABLE cases ADD COLUMN in_english bool NOT NULL DEFAULT FALSE;
