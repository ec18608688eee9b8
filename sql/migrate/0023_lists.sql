-- lists – an organisation may be called otherwise, or change its form, and its step says
-- so; lists name areas and organisations by what people call them.

ALTER TABLE org_step ADD COLUMN name text;
ALTER TABLE org_step ADD COLUMN kind int;
CREATE INDEX org_by_name ON org (name);
CREATE INDEX area_by_name ON area (layer, name);
