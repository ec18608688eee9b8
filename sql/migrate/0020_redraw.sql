-- redraw – areas of an import may begin on a later day, in the place of others.

ALTER TABLE lineage ADD COLUMN redraw bool NOT NULL DEFAULT FALSE;
