-- name: shift_add
-- takes: shift
INSERT INTO shift (@columns(shift)) VALUES (@values(shift));

-- name: shift_save
-- takes: shift
UPDATE shift SET @sets(shift) WHERE home = :home AND id = :id;

-- name: shift_by_id
-- takes: shift_key scope
-- gives: shift
SELECT @columns(shift) FROM shift
 WHERE home = :home AND id = :id AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high;

-- name: shift_any
-- gives: count
SELECT count(*) AS n FROM (SELECT 1 AS one FROM shift LIMIT 1) AS s;

-- name: shift_of_post
-- Those of one post for one place that touch the time between: none of them overlap, so
-- two say enough.
-- takes: shift_of_post_row
-- gives: shift
SELECT @columns(shift) FROM shift
 WHERE post = :post AND path = :path AND NOT cancelled AND ends_ms > :begins_ms AND begins_ms < :ends_ms
 ORDER BY begins_ms, id
 LIMIT 2;

-- name: shift_list
-- Those that touch the time between, in their order.
-- takes: shift_find scope
-- gives: shift_shown
SELECT s.id, s.home, s.post, s.account, a.login, a.title, s.role, r.name, s.path, s.unit, o.name, s.begins_ms,
       s.begins_day, s.ends_ms, s.ends_day
  FROM shift s
  LEFT JOIN account a ON a.home = 0 AND a.id = s.account
  LEFT JOIN area r ON r.home = ((s.area >> 12) & 4095) AND r.id = s.area
  LEFT JOIN org o ON o.home = ((s.unit >> 12) & 4095) AND o.id = s.unit
 WHERE NOT s.cancelled AND s.ends_ms > :begins_ms AND s.begins_ms < :ends_ms
   AND s.path BETWEEN :path_low AND :path_high
   AND coalesce(s.unit, 0) BETWEEN :unit_low AND :unit_high
   /*? unit */ AND s.unit = :unit /*? end */
   /*? low */ AND s.path BETWEEN :low AND :high /*? end */
 ORDER BY s.begins_ms, s.id
 LIMIT :limit;

-- name: shift_rows
-- Those that stand, in the order of their ids.
-- takes: shift_after scope
-- gives: shift_listed
SELECT a.login, s.role, o.code, r.code, s.begins_ms, s.begins_day, s.ends_ms, s.ends_day, s.id
  FROM shift s
  LEFT JOIN account a ON a.home = 0 AND a.id = s.account
  LEFT JOIN area r ON r.home = ((s.area >> 12) & 4095) AND r.id = s.area
  LEFT JOIN org o ON o.home = ((s.unit >> 12) & 4095) AND o.id = s.unit
 WHERE NOT s.cancelled
   AND s.path BETWEEN :path_low AND :path_high
   AND coalesce(s.unit, 0) BETWEEN :unit_low AND :unit_high
   /*? after */ AND s.id > :after /*? end */
 ORDER BY s.id
 LIMIT :limit;

-- name: shift_on
-- Who is on duty then, of a unit or of exactly one area.
-- takes: duty_at
-- gives: shift_shown
SELECT s.id, s.home, s.post, s.account, a.login, a.title, s.role, r.name, s.path, s.unit, o.name, s.begins_ms,
       s.begins_day, s.ends_ms, s.ends_day
  FROM shift s
  JOIN account a ON a.home = 0 AND a.id = s.account
  LEFT JOIN area r ON r.home = ((s.area >> 12) & 4095) AND r.id = s.area
  LEFT JOIN org o ON o.home = ((s.unit >> 12) & 4095) AND o.id = s.unit
 WHERE NOT s.cancelled AND s.ends_ms > :at_ms AND s.begins_ms <= :at_ms AND a.active
   AND EXISTS (SELECT 1 FROM post p WHERE p.home = 0 AND p.id = s.post AND p.account = s.account
                  AND p.since <= :at_day AND (p.until IS NULL OR p.until >= :at_day))
   /*? unit */ AND s.unit = :unit /*? end */
   /*? area_path */ AND s.unit IS NULL AND s.path = :area_path /*? end */
 ORDER BY s.begins_ms, s.id
 LIMIT 20;

-- name: shift_forget
-- takes: older_than
DELETE FROM shift WHERE (home, id) IN
 (SELECT home, id FROM shift WHERE ends_ms < :before_ms ORDER BY ends_ms LIMIT :limit);

-- name: shift_shift
-- takes: path_shift
UPDATE shift SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: duty_posts
-- Who holds a post on the day that may be on duty: the centre, the grid, the units.
-- takes: duty_free_find scope
-- gives: duty_post
SELECT p.id, p.home, a.title, p.role, p.path, r.name, p.unit, o.name
  FROM post p JOIN account a ON a.home = 0 AND a.id = p.account AND a.active
  LEFT JOIN area r ON r.home = ((p.area >> 12) & 4095) AND r.id = p.area
  LEFT JOIN org o ON o.home = ((p.unit >> 12) & 4095) AND o.id = p.unit
 WHERE p.home = 0 AND p.since <= :on_day AND (p.until IS NULL OR p.until >= :on_day)
   AND p.role IN (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 20)
   AND p.path BETWEEN :path_low AND :path_high
   AND coalesce(p.unit, 0) BETWEEN :unit_low AND :unit_high
   /*? unit */ AND p.unit = :unit /*? end */
   /*? low */ AND p.path BETWEEN :low AND :high /*? end */
 ORDER BY p.role, p.id
 LIMIT :limit;

-- name: case_dangers
-- Open cases of danger, newest first.
-- takes: case_newest scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE state NOT BETWEEN 10 AND 19 AND danger AND id <= :id
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
 ORDER BY danger DESC, id DESC
 LIMIT :limit;

-- name: handover_add
-- takes: handover
INSERT INTO handover (@columns(handover)) VALUES (@values(handover));

-- name: handover_save
-- takes: handover
UPDATE handover SET @sets(handover) WHERE home = :home AND id = :id;

-- name: handover_by_id
-- takes: handover_key handover_find
-- gives: handover
SELECT @columns(handover) FROM handover
 WHERE home = :home AND id = :id AND path = :path AND coalesce(unit, 0) = :unit;

-- name: handover_list
-- Of one post's place, newest first.
-- takes: handover_find
-- gives: handover_shown
SELECT h.id, h.home, h.n, h.overdue, h.promised, h.note, h.given_by, g.title, h.given_ms, h.given_day,
       h.taken_by, t.title, h.taken_ms, h.taken_day
  FROM handover h
  LEFT JOIN account g ON g.home = 0 AND g.id = h.given_by
  LEFT JOIN account t ON t.home = 0 AND t.id = h.taken_by
 WHERE h.path = :path AND coalesce(h.unit, 0) = :unit
 ORDER BY h.id DESC
 LIMIT :limit;

-- name: handover_forget
-- takes: older_than
DELETE FROM handover WHERE (home, id) IN
 (SELECT home, id FROM handover WHERE given_ms < :before_ms ORDER BY given_ms LIMIT :limit);

-- name: handover_shift
-- takes: path_shift
UPDATE handover SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;
