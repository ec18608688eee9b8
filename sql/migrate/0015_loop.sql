-- The loop's further steps: rated by the reporter, sampled for a check, linked to the
-- case it came back from; and what is in danger stands first.
ALTER TABLE cases ADD COLUMN solved bool;
ALTER TABLE cases ADD COLUMN satisfaction int;
ALTER TABLE cases ADD COLUMN sampled bool NOT NULL DEFAULT FALSE;
ALTER TABLE cases ADD COLUMN linked id;

CREATE INDEX case_first ON cases (danger, id) WHERE state < 10;
CREATE INDEX case_sampled ON cases (id) WHERE sampled;
