-- catalogue versions – a category belongs to a version of the catalogue, as its
-- conditions do: an import retires what was in force and adds the new one.

ALTER TABLE category ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE category ADD COLUMN retired bool NOT NULL DEFAULT FALSE;
DROP INDEX category_code;
CREATE UNIQUE INDEX category_code ON category (home, version, code);
