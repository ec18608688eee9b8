-- shift of post – whether somebody is on duty already is asked of his post, not of the city.

CREATE INDEX shift_post ON shift (post, ends_ms);
