-- area_parts – an area with others beneath may be split: where those go is planned, too.

ALTER TABLE area ADD COLUMN part id;
