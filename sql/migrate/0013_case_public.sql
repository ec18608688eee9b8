-- case public – a case from which words that name people were taken out is shown to
-- the public no nearer than its grid; labels are looked for on a piece of ground.

ALTER TABLE cases ADD COLUMN masked bool NOT NULL DEFAULT FALSE;
CREATE INDEX area_label ON area (label_lon, label_lat);
