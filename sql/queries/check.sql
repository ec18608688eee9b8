-- What `jingwei check` asks of the ground: each gives the rows that break one invariant,
-- in pages by key. An id carries its home (base/id.h), so that a row is found by its key.

-- name: check_place_area
-- A building whose grid is not active, does not govern, or has finer grids within.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, p.name AS name, 0 AS kind, 0 AS level
  FROM place p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.until IS NULL
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((p.area >> 12) & 4095) AND a.id = p.area AND a.state = 3
         AND a.layer IN (SELECT l.id FROM layer l WHERE l.governing = TRUE)
         AND (a.level >= 4 OR NOT EXISTS (SELECT 1 FROM area c WHERE c.parent = a.id AND c.state = 3)))
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_place_path
-- A building with another path than its grid.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, p.name AS name, 0 AS kind, 0 AS level
  FROM place p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND EXISTS (SELECT 1 FROM area a WHERE a.home = ((p.area >> 12) & 4095) AND a.id = p.area AND a.path <> p.path)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_area_parent
-- An active area whose parent is missing, ended, of another layer or not above it.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND a.state = 3 AND a.parent IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM area u WHERE u.home = ((a.parent >> 12) & 4095) AND u.id = a.parent AND u.state = 3 AND u.layer = a.layer AND u.level < a.level)
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_top
-- An active area of the governing layer without a parent, where the layer has upper levels.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND a.state = 3 AND a.parent IS NULL AND a.level > 1 AND a.layer IN (SELECT l.id FROM layer l WHERE l.governing = TRUE)
   AND EXISTS (SELECT 1 FROM area u WHERE u.layer = a.layer AND u.state = 3 AND u.level < a.level)
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_path
-- A path that does not continue its parent's, or the prefix of its layer.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND substr(a.path, 1, length(a.path) - 3) <> coalesce((SELECT u.path FROM area u WHERE u.home = ((a.parent >> 12) & 4095) AND u.id = a.parent),
         (SELECT l.prefix FROM layer l WHERE l.id = a.layer), '')
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_path_twice
-- Two areas on one path.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND EXISTS (SELECT 1 FROM area o WHERE o.path = a.path AND o.id < a.id)
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_code_twice
-- Two active areas of a layer under one code; a plan may have that of whose place it takes.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND a.state = 3
   AND EXISTS (SELECT 1 FROM area o WHERE o.layer = a.layer AND o.code = a.code AND o.state = 3 AND o.id < a.id)
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_home
-- A home that is neither 0 nor a slot that was given: it stays when an area is hung elsewhere.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND a.home <> 0 AND a.slot = 0
   AND NOT EXISTS (SELECT 1 FROM area u WHERE u.slot > 0 AND u.slot = a.home)
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_slot
-- A slot that is not its own home, or given twice.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND a.slot > 0 AND (a.home NOT IN (0, a.slot) OR EXISTS (SELECT 1 FROM area o WHERE o.slot > 0 AND o.slot = a.slot AND o.id < a.id))
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_area_shape
-- An area that has a shape without saying so, or says so without having one.
-- takes: check_from
-- gives: check_row
SELECT a.home AS home, a.id AS id, a.code AS name, 0 AS kind, 0 AS level
  FROM area a
 WHERE (a.home, a.id) > (:after_home, :after_id)
   AND (a.shaped = TRUE) <> EXISTS (SELECT 1 FROM area_shape s WHERE s.home = a.home AND s.area = a.id AND s.layer = a.layer)
 ORDER BY a.home, a.id
 LIMIT :limit;

-- name: check_shape_lost
-- A shape of no area.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.area AS id, '' AS name, 0 AS kind, 0 AS level
  FROM area_shape s
 WHERE (s.home, s.area) > (:after_home, :after_id)
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((s.area >> 12) & 4095) AND a.id = s.area AND a.layer = s.layer)
 ORDER BY s.home, s.area
 LIMIT :limit;

-- name: check_shape_bytes
-- Every shape; the judge reads it.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.area AS id, '' AS name, 0 AS kind, 0 AS level
  FROM area_shape s
 WHERE (s.home, s.area) > (:after_home, :after_id)
   AND s.layer > 0
 ORDER BY s.home, s.area
 LIMIT :limit;

-- name: check_layer_revision
-- A layer with shapes whose revision has never moved.
-- takes: check_from
-- gives: check_row
SELECT l.home AS home, l.id AS id, l.code AS name, 0 AS kind, 0 AS level
  FROM layer l
 WHERE (l.home, l.id) > (:after_home, :after_id)
   AND l.revision < 1
 ORDER BY l.home, l.id
 LIMIT :limit;

-- name: check_border_line
-- An agreement whose line has fewer than two points, or of no active area.
-- takes: check_from
-- gives: check_row
SELECT b.home AS home, b.id AS id, b.name AS name, 0 AS kind, 0 AS level
  FROM border b
 WHERE (b.home, b.id) > (:after_home, :after_id)
   AND (length(b.line) < 16 OR length(b.line) % 8 <> 0)
 ORDER BY b.home, b.id
 LIMIT :limit;

-- name: check_border_area
-- An agreement in force whose area is not active.
-- takes: check_from
-- gives: check_row
SELECT b.home AS home, b.id AS id, b.name AS name, 0 AS kind, 0 AS level
  FROM border b
 WHERE (b.home, b.id) > (:after_home, :after_id)
   AND (b.until IS NULL OR b.until >= :day) AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((b.area >> 12) & 4095) AND a.id = b.area AND a.state = 3)
 ORDER BY b.home, b.id
 LIMIT :limit;

-- name: check_org_area
-- An active organisation on an area that is not, or with another path.
-- takes: check_from
-- gives: check_row
SELECT o.home AS home, o.id AS id, o.code AS name, 0 AS kind, 0 AS level
  FROM org o
 WHERE (o.home, o.id) > (:after_home, :after_id)
   AND o.state = 3 AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((o.area >> 12) & 4095) AND a.id = o.area AND a.state = 3 AND a.path = o.path)
 ORDER BY o.home, o.id
 LIMIT :limit;

-- name: check_org_level
-- Active Party organisations; the judge knows which kind stands where.
-- takes: check_from
-- gives: check_row
SELECT o.home AS home, o.id AS id, o.code AS name, o.kind AS kind, a.level AS level
  FROM org o JOIN area a ON a.home = ((o.area >> 12) & 4095) AND a.id = o.area
 WHERE (o.home, o.id) > (:after_home, :after_id)
   AND o.state = 3 AND o.kind > 10
 ORDER BY o.home, o.id
 LIMIT :limit;

-- name: check_org_parent
-- An organisation not ended under one that is missing, ended, elsewhere or of the other sort.
-- takes: check_from
-- gives: check_row
SELECT o.home AS home, o.id AS id, o.code AS name, 0 AS kind, 0 AS level
  FROM org o
 WHERE (o.home, o.id) > (:after_home, :after_id)
   AND o.state IN (1, 2, 3) AND o.parent IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM org u WHERE u.home = ((o.parent >> 12) & 4095) AND u.id = o.parent AND u.state IN (1, 2, 3) AND (u.kind > 10) = (o.kind > 10)
         AND substr(o.path, 1, length(u.path)) = u.path)
 ORDER BY o.home, o.id
 LIMIT :limit;

-- name: check_org_cycle
-- Organisations under one of the same area: only there can there be a cycle. The judge walks.
-- takes: check_from
-- gives: check_row
SELECT o.home AS home, o.id AS id, o.code AS name, 0 AS kind, 0 AS level
  FROM org o
 WHERE (o.home, o.id) > (:after_home, :after_id)
   AND o.parent IS NOT NULL AND EXISTS (SELECT 1 FROM org u WHERE u.home = ((o.parent >> 12) & 4095) AND u.id = o.parent AND u.path = o.path)
 ORDER BY o.home, o.id
 LIMIT :limit;

-- name: check_serves_unit
-- A duty in force of a unit that is missing, ended, or no unit.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.id AS id, s.matter AS name, 0 AS kind, 0 AS level
  FROM serves s
 WHERE (s.home, s.id) > (:after_home, :after_id)
   AND (s.until IS NULL OR s.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM org u WHERE u.home = ((s.unit >> 12) & 4095) AND u.id = s.unit AND u.state = 3 AND u.kind < 11)
 ORDER BY s.home, s.id
 LIMIT :limit;

-- name: check_serves_path
-- A duty on an area that is not there, or with another path.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.id AS id, s.matter AS name, 0 AS kind, 0 AS level
  FROM serves s
 WHERE (s.home, s.id) > (:after_home, :after_id)
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((s.area >> 12) & 4095) AND a.id = s.area AND a.path = s.path)
 ORDER BY s.home, s.id
 LIMIT :limit;

-- name: check_serves_dates
-- A duty that ends before it begins; one that never began ends the day before.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.id AS id, s.matter AS name, 0 AS kind, 0 AS level
  FROM serves s
 WHERE (s.home, s.id) > (:after_home, :after_id)
   AND s.until < s.since - 1
 ORDER BY s.home, s.id
 LIMIT :limit;

-- name: check_post_dates
-- A post that ends before it begins; one taken away on its first day ends the day before.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, p.role AS kind, 0 AS level
  FROM post p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.until < p.since - 1
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_post_area
-- A post in force on an area that is not active, or with another path.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, p.role AS kind, 0 AS level
  FROM post p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.area IS NOT NULL AND (p.until IS NULL OR p.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((p.area >> 12) & 4095) AND a.id = p.area AND a.state = 3 AND a.path = p.path)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_post_account
-- A post of an account that is not there.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, p.role AS kind, 0 AS level
  FROM post p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND NOT EXISTS (SELECT 1 FROM account a WHERE a.home = 0 AND a.id = p.account)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_post_unit
-- A post in force of a unit that is not active.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, p.role AS kind, 0 AS level
  FROM post p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.unit IS NOT NULL AND (p.until IS NULL OR p.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM org u WHERE u.home = ((p.unit >> 12) & 4095) AND u.id = p.unit AND u.state = 3)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_case_path
-- An open case under no active area, a closed one under no area at all.
-- takes: check_from
-- gives: check_row
SELECT c.home AS home, c.id AS id, c.code AS name, 0 AS kind, 0 AS level
  FROM cases c
 WHERE (c.home, c.id) > (:after_home, :after_id)
   AND c.path <> '0'
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.path = c.path AND (a.state = 3 OR c.state BETWEEN 10 AND 19))
 ORDER BY c.home, c.id
 LIMIT :limit;

-- name: check_case_area
-- A case filed in an area that is not there.
-- takes: check_from
-- gives: check_row
SELECT c.home AS home, c.id AS id, c.code AS name, 0 AS kind, 0 AS level
  FROM cases c
 WHERE (c.home, c.id) > (:after_home, :after_id)
   AND c.area IS NOT NULL AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((c.area >> 12) & 4095) AND a.id = c.area)
 ORDER BY c.home, c.id
 LIMIT :limit;

-- name: check_seat_area
-- A seat in force on an area that is not active, or with another path.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.id AS id, '' AS name, s.kind AS kind, 0 AS level
  FROM seat s
 WHERE (s.home, s.id) > (:after_home, :after_id)
   AND (s.until IS NULL OR s.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((s.area >> 12) & 4095) AND a.id = s.area AND a.state = 3 AND a.path = s.path)
 ORDER BY s.home, s.id
 LIMIT :limit;

-- name: check_post_seat
-- A post whose dates do not lie within those of the seat that it fills, or on another area
-- while it holds: a seat may have gone elsewhere with its area since.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, p.role AS kind, 0 AS level
  FROM post p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.seat IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.home = ((p.seat >> 12) & 4095) AND s.id = p.seat AND (s.area = p.area OR p.until < :day)
         AND p.since >= s.since AND (s.until IS NULL OR (p.until IS NOT NULL AND p.until <= s.until) OR p.until < p.since))
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_cover_org
-- A cover in force by an organisation that is not active.
-- takes: check_from
-- gives: check_row
SELECT c.home AS home, c.id AS id, '' AS name, c.field AS kind, 0 AS level
  FROM cover c
 WHERE (c.home, c.id) > (:after_home, :after_id)
   AND (c.until IS NULL OR c.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM org u WHERE u.home = ((c.org >> 12) & 4095) AND u.id = c.org AND u.state = 3)
 ORDER BY c.home, c.id
 LIMIT :limit;

-- name: check_cover_place
-- A cover in force of a place that is not there, or with another path.
-- takes: check_from
-- gives: check_row
SELECT c.home AS home, c.id AS id, '' AS name, c.field AS kind, 0 AS level
  FROM cover c
 WHERE (c.home, c.id) > (:after_home, :after_id)
   AND (c.until IS NULL OR c.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM place p WHERE p.home = ((c.place >> 12) & 4095) AND p.id = c.place AND p.path = c.path)
 ORDER BY c.home, c.id
 LIMIT :limit;

-- name: check_cover_grid
-- A cover in force whose exclusive grid is not active.
-- takes: check_from
-- gives: check_row
SELECT c.home AS home, c.id AS id, '' AS name, c.field AS kind, 0 AS level
  FROM cover c
 WHERE (c.home, c.id) > (:after_home, :after_id)
   AND (c.until IS NULL OR c.until >= :day) AND c.grid IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((c.grid >> 12) & 4095) AND a.id = c.grid AND a.state = 3)
 ORDER BY c.home, c.id
 LIMIT :limit;

-- name: check_serves_area
-- A duty in force on an area that is not active.
-- takes: check_from
-- gives: check_row
SELECT s.home AS home, s.id AS id, s.matter AS name, 0 AS kind, 0 AS level
  FROM serves s
 WHERE (s.home, s.id) > (:after_home, :after_id)
   AND (s.until IS NULL OR s.until >= :day)
   AND NOT EXISTS (SELECT 1 FROM area a WHERE a.home = ((s.area >> 12) & 4095) AND a.id = s.area AND a.state IN (1, 2, 3))
 ORDER BY s.home, s.id
 LIMIT :limit;

-- name: check_outbox_stuck
-- A delivery whose turn it has been since an earlier day, and nobody made it.
-- takes: check_from
-- gives: check_row
SELECT d.home AS home, d.id AS id, coalesce(s.title, '') AS name, d.state AS kind, 0 AS level
  FROM delivery d LEFT JOIN subscription s ON s.home = 0 AND s.id = d.subscription
 WHERE (d.home, d.id) > (:after_home, :after_id)
   AND d.state < 4 AND d.next_day < :day
   AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.subscription = d.subscription AND e.state < 4 AND e.id < d.id)
 ORDER BY d.home, d.id
 LIMIT :limit;

-- name: check_photo_pictures
-- A photo without its two pictures, or one that counts as covered without the two covered ones.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, 0 AS kind, 0 AS level
  FROM photo p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND ((SELECT count(*) FROM photo_file f WHERE f.home = p.home AND f.photo = p.id AND f.form = 1) <> 2
     OR (p.covered AND (SELECT count(*) FROM photo_file f WHERE f.home = p.home AND f.photo = p.id AND f.form = 2) <> 2))
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_picture_lost
-- Pictures of no photo.
-- takes: check_from
-- gives: check_row
SELECT f.home AS home, f.photo AS id, '' AS name, 0 AS kind, 0 AS level
  FROM photo_file f
 WHERE (f.home, f.photo) > (:after_home, :after_id)
   AND NOT EXISTS (SELECT 1 FROM photo p WHERE p.home = f.home AND p.id = f.photo)
 GROUP BY f.home, f.photo
 ORDER BY f.home, f.photo
 LIMIT :limit;

-- name: check_photo_case
-- A photo of a case that is not there.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, 0 AS kind, 0 AS level
  FROM photo p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.case_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.home = ((p.case_id >> 12) & 4095) AND c.id = p.case_id)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_photo_released
-- A photo that everybody may see though nobody has covered it.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, '' AS name, 0 AS kind, 0 AS level
  FROM photo p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.released_ms IS NOT NULL AND (NOT p.covered OR p.case_id IS NULL)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_plan_whole
-- A plan whose grids or kept ground are not what it says.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, p.label AS name, 0 AS kind, 0 AS level
  FROM plan p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.units > 0
   AND (p.grids <> (SELECT count(*) FROM plan_grid g WHERE g.home = p.home AND g.plan = p.id AND g.units > 0)
        OR p.units <> (SELECT coalesce(sum(g.units), 0) FROM plan_grid g WHERE g.home = p.home AND g.plan = p.id)
        OR p.households <> (SELECT coalesce(sum(g.households), 0) FROM plan_grid g WHERE g.home = p.home AND g.plan = p.id)
        OR 3 <> (SELECT count(*) FROM plan_part x WHERE x.home = p.home AND x.plan = p.id))
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_plan_two
-- A plan that was approved by who proposed it, or is in force without having been approved.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, p.label AS name, 0 AS kind, 0 AS level
  FROM plan p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.state IN (5, 6) AND (p.approved_by IS NULL OR p.proposed_by IS NULL OR p.approved_by = p.proposed_by)
 ORDER BY p.home, p.id
 LIMIT :limit;

-- name: check_plan_reason
-- A plan that was approved though a grid out of the range has no written reason.
-- takes: check_from
-- gives: check_row
SELECT p.home AS home, p.id AS id, p.label AS name, 0 AS kind, 0 AS level
  FROM plan p
 WHERE (p.home, p.id) > (:after_home, :after_id)
   AND p.state IN (5, 6)
   AND EXISTS (SELECT 1 FROM plan_grid g WHERE g.home = p.home AND g.plan = p.id AND g.units > 0
                 AND g.in_range = FALSE AND g.reason_text IS NULL)
 ORDER BY p.home, p.id
 LIMIT :limit;
