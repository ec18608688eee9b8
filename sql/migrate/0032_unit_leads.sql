-- Whose post leads its unit: he plans the unit's roster.
ALTER TABLE post ADD COLUMN leads bool NOT NULL DEFAULT FALSE;
