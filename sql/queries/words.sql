-- name: hidden_add
-- takes: hidden_words
INSERT INTO hidden_words (@columns(hidden_words)) VALUES (@values(hidden_words));

-- name: hidden_list
-- takes: case_key
-- gives: hidden_words
SELECT @columns(hidden_words) FROM hidden_words WHERE home = :home AND case_id = :id ORDER BY number;

-- name: hidden_seal_anew
-- One of its pieces was put back; what was erased stays erased.
-- takes: hidden_words
UPDATE hidden_words SET @sets(hidden_words)
 WHERE home = :home AND case_id = :case_id AND number = :number AND erased_ms IS NULL;

-- name: hidden_erase
-- The words go, the row stays: that there was something, and when it went.
-- takes: hidden_words
UPDATE hidden_words SET words = NULL, words_key = NULL, erased_ms = :erased_ms, erased_day = :erased_day
 WHERE home = :home AND case_id = :case_id AND erased_ms IS NULL;

-- name: hidden_due
-- As reporter_due; a case that was settled by its finder has hidden words and no reporter.
-- takes: older_than
-- gives: hidden_words
SELECT @columns(hidden_words h) FROM hidden_words h
  JOIN cases c ON c.home = h.home AND c.id = h.case_id
 WHERE h.erased_ms IS NULL AND h.at_ms < :before_ms AND coalesce(c.category, '') <> '305'
   AND ((c.state IN (10, 12) AND c.closed_ms < :before_ms)
     OR (c.state = 11 AND NOT EXISTS
         (SELECT 1 FROM case_event e
           WHERE e.home = c.home AND e.case_id = c.id AND e.at_ms >= :before_ms)))
 ORDER BY h.at_ms, h.case_id
 LIMIT :limit;

-- name: public_points
-- Open cases that may be shown where they are: of a condition that opens them to the
-- point (3), not masked, at no building, not at placeholder coordinates (placed 4).
-- takes: public_find
-- gives: public_row
SELECT c.id, c.state, c.about, c.category, d.zh, d.en, d.open_to, a.name, c.lon, c.lat, c.masked,
       c.place IS NOT NULL, c.reported_ms, c.reported_day,
       EXISTS (SELECT 1 FROM photo p WHERE p.case_id = c.id AND p.released_ms IS NOT NULL)
  FROM cases c
  JOIN condition d ON d.home = ((c.condition >> 12) & 4095) AND d.id = c.condition
  LEFT JOIN area a ON a.home = ((c.area >> 12) & 4095) AND a.id = c.area
 WHERE c.state NOT BETWEEN 10 AND 19 AND c.state > 1 AND c.about = 0 AND d.open_to = 3
   AND NOT c.masked AND c.place IS NULL AND c.placed <> 4
   AND c.lon BETWEEN :west AND :east AND c.lat BETWEEN :south AND :north
 ORDER BY c.id DESC
 LIMIT :limit;

-- name: public_labels
-- Open cases that may be shown at the label of their micro-grid (level 4), by where the
-- label is: those that their condition opens so (2), and of the others (3) those that
-- may not be shown where they are.
-- takes: public_find
-- gives: public_row
SELECT c.id, c.state, c.about, c.category, d.zh, d.en, d.open_to, a.name, a.label_lon, a.label_lat, c.masked,
       c.place IS NOT NULL, c.reported_ms, c.reported_day,
       EXISTS (SELECT 1 FROM photo p WHERE p.case_id = c.id AND p.released_ms IS NOT NULL)
  FROM area a
  JOIN cases c ON c.state NOT BETWEEN 10 AND 19 AND c.path BETWEEN a.path AND a.path || '~'
  JOIN condition d ON d.home = ((c.condition >> 12) & 4095) AND d.id = c.condition
 WHERE a.label_lon BETWEEN :west AND :east AND a.label_lat BETWEEN :south AND :north
   AND a.level = 4 AND c.state > 1 AND c.about = 0
   AND (d.open_to = 2 OR (d.open_to = 3 AND (c.masked OR c.place IS NOT NULL OR c.lon IS NULL)))
 ORDER BY c.id DESC
 LIMIT :limit;

-- name: public_row_of_photo
-- What decides whether a photo that was released may be seen now.
-- takes: photo_key
-- gives: public_row
SELECT c.id, c.state, c.about, c.category, d.zh, d.en, d.open_to, NULL, NULL, NULL, c.masked,
       c.place IS NOT NULL, c.reported_ms, c.reported_day, p.released_ms IS NOT NULL
  FROM photo p
  JOIN cases c ON c.home = ((p.case_id >> 12) & 4095) AND c.id = p.case_id
  LEFT JOIN condition d ON d.home = ((c.condition >> 12) & 4095) AND d.id = c.condition
 WHERE p.home = :home AND p.id = :id;

-- name: similar_near
-- Open cases around a point, by the index of open cases by point: '' || path keeps the
-- range of the caller's paths, which is the whole city's as a rule, from being walked.
-- takes: similar_box scope
-- gives: similar_row
SELECT c.id, c.code, c.state, c.category, substr(c.text, 1, 300), c.lon, c.lat, c.place, c.reported_ms, c.reported_day
  FROM cases c
 WHERE c.state NOT BETWEEN 10 AND 19 AND c.placed <> 4 AND c.id <> :except
   AND c.lon BETWEEN :west AND :east AND c.lat BETWEEN :south AND :north
   AND '' || c.path BETWEEN :path_low AND :path_high
   AND (coalesce(c.unit, 0) BETWEEN :unit_low AND :unit_high OR c.holding BETWEEN :unit_low AND :unit_high)
   AND @apart(c)
 ORDER BY c.id DESC
 LIMIT :limit;

-- name: similar_at_homes
-- Open cases at one building, and at those of its grid that stand around a point, with
-- where the building is.
-- takes: similar_box scope
-- gives: similar_row
SELECT c.id, c.code, c.state, c.category, substr(c.text, 1, 300), p.lon, p.lat, c.place, c.reported_ms, c.reported_day
  FROM cases c
  JOIN place p ON p.home = ((c.place >> 12) & 4095) AND p.id = c.place
 WHERE c.state NOT BETWEEN 10 AND 19 AND c.path = :grid AND c.place IS NOT NULL AND c.id <> :except
   AND (c.place = :at OR p.lon BETWEEN :west AND :east AND p.lat BETWEEN :south AND :north)
   AND '' || c.path BETWEEN :path_low AND :path_high
   AND (coalesce(c.unit, 0) BETWEEN :unit_low AND :unit_high OR c.holding BETWEEN :unit_low AND :unit_high)
   AND @apart(c)
 ORDER BY c.id DESC
 LIMIT :limit;
