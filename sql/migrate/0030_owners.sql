-- Which type of unit is responsible, for the list that is published.
ALTER TABLE category ADD COLUMN owner text;
ALTER TABLE category ADD COLUMN owner_en text;
ALTER TABLE condition ADD COLUMN owner text;
ALTER TABLE condition ADD COLUMN owner_en text;
