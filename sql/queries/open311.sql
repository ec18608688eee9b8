-- name: app_key_add
-- takes: app_key
INSERT INTO app_key (@columns(app_key)) VALUES (@values(app_key));

-- name: app_key_save
-- takes: app_key
UPDATE app_key SET @sets(app_key) WHERE home = :home AND id = :id;

-- name: app_key_by_id
-- takes: app_key_key
-- gives: app_key
SELECT @columns(app_key) FROM app_key WHERE home = :home AND id = :id;

-- name: app_key_by_hash
-- Keys belong to no place.
-- takes: app_key_hash
-- gives: app_key
SELECT @columns(app_key) FROM app_key WHERE home = 0 AND hash = :hash;

-- name: app_key_all
-- gives: app_key
SELECT @columns(app_key) FROM app_key ORDER BY id DESC LIMIT 200;

-- name: app_case_add
-- takes: app_case
INSERT INTO app_case (@columns(app_case)) VALUES (@values(app_case));

-- name: app_case_get
-- takes: case_key
-- gives: app_case
SELECT @columns(app_case) FROM app_case WHERE home = :home AND case_id = :id;

-- name: open311_one
-- takes: case_key
-- gives: open311_row
SELECT c.id, c.state, c.about, c.category, c.masked, c.place IS NOT NULL, c.close_kind, c.lon, c.lat, c.placed,
       m.label_lon, m.label_lat, m.name, d.zh, d.en, d.open_to, o.name, c.reported_ms, c.reported_day,
       c.closed_ms, c.closed_day, c.finish_due_ms, c.finish_due_day, e.at_ms, e.at_day,
       (SELECT max(p.id) FROM photo p WHERE p.case_id = c.id AND p.released_ms IS NOT NULL)
  FROM cases c
  JOIN case_event e ON e.home = c.home AND e.case_id = c.id AND e.number = c.revision
  LEFT JOIN condition d ON d.home = ((c.condition >> 12) & 4095) AND d.id = c.condition
  LEFT JOIN area a ON a.home = ((c.area >> 12) & 4095) AND a.id = c.area
  LEFT JOIN area m ON m.home = ((CASE WHEN a.level = 5 THEN a.parent ELSE a.id END >> 12) & 4095)
                  AND m.id = CASE WHEN a.level = 5 THEN a.parent ELSE a.id END
  LEFT JOIN org o ON o.home = ((c.unit >> 12) & 4095) AND o.id = c.unit
 WHERE c.home = :home AND c.id = :id;

-- name: open311_list
-- What may be a public request, newest first: of a condition that opens it (2, 3), accepted,
-- not rejected (11), about no unit. Walked by the day of the report, so that a page stops
-- at its end. Where it is shown is where it is looked for: at the point, or at the label of
-- its micro-grid.
-- takes: open311_find
-- gives: open311_row
SELECT c.id, c.state, c.about, c.category, c.masked, c.place IS NOT NULL, c.close_kind, c.lon, c.lat, c.placed,
       m.label_lon, m.label_lat, m.name, d.zh, d.en, d.open_to, o.name, c.reported_ms, c.reported_day,
       c.closed_ms, c.closed_day, c.finish_due_ms, c.finish_due_day, e.at_ms, e.at_day,
       (SELECT max(p.id) FROM photo p WHERE p.case_id = c.id AND p.released_ms IS NOT NULL)
  FROM cases c
  JOIN condition d ON d.home = ((c.condition >> 12) & 4095) AND d.id = c.condition
  JOIN case_event e ON e.home = c.home AND e.case_id = c.id AND e.number = c.revision
  LEFT JOIN area a ON a.home = ((c.area >> 12) & 4095) AND a.id = c.area
  LEFT JOIN area m ON m.home = ((CASE WHEN a.level = 5 THEN a.parent ELSE a.id END >> 12) & 4095)
                  AND m.id = CASE WHEN a.level = 5 THEN a.parent ELSE a.id END
  LEFT JOIN org o ON o.home = ((c.unit >> 12) & 4095) AND o.id = c.unit
 WHERE c.reported_day BETWEEN :from_at_day AND :until_at_day
   AND c.reported_ms BETWEEN :from_at_ms AND :until_at_ms
   AND c.state > 1 AND c.state <> 11 AND c.about = 0 AND d.open_to > 1
   /*? open */ AND c.state NOT BETWEEN 10 AND 19 /*? end */
   /*? over */ AND c.state BETWEEN 10 AND 19 /*? end */
   /*? one_of */ AND c.category IN (:code1, :code2, :code3, :code4, :code5, :code6, :code7, :code8) /*? end */
   /*? updated_after */ AND e.at_ms >= :updated_after_ms /*? end */
   /*? updated_before */ AND e.at_ms <= :updated_before_ms /*? end */
   /*? west */ AND CASE WHEN d.open_to = 3 AND NOT c.masked AND c.place IS NULL AND c.placed <> 4 AND c.lon IS NOT NULL
                   THEN c.lon BETWEEN :west AND :east AND c.lat BETWEEN :south AND :north
                   ELSE m.label_lon BETWEEN :west AND :east AND m.label_lat BETWEEN :south AND :north END /*? end */
 ORDER BY c.reported_day DESC, c.reported_ms DESC, c.id DESC
 LIMIT :page_size OFFSET :skip;

-- name: open311_steps
-- Steps that moved a case, oldest first: of public cases, and of those that came through
-- this application.
-- takes: open311_since
-- gives: open311_step
SELECT c.id, e.number, e.act, e.to_state, e.at_ms, e.at_day, c.state, c.about, c.category, d.open_to, c.close_kind,
       coalesce(k.app = :app, FALSE)
  FROM case_event e
  JOIN cases c ON c.home = e.home AND c.id = e.case_id
  LEFT JOIN condition d ON d.home = ((c.condition >> 12) & 4095) AND d.id = c.condition
  LEFT JOIN app_case k ON k.home = c.home AND k.case_id = c.id
 WHERE e.at_ms BETWEEN :from_at_ms AND :until_at_ms
   AND (e.from_state IS NULL OR e.from_state <> e.to_state)
   AND (k.app = :app OR (c.about = 0 AND d.open_to > 1 AND c.state > 1 AND c.state <> 11))
 ORDER BY e.at_ms, e.case_id, e.number
 LIMIT :limit;
