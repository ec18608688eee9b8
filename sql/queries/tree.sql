-- tree – a branch of the tree of areas is hung elsewhere: whatever carries the path of
-- an area in it follows, in one transaction. A table that gets a path gets a query here
-- and a line in src/domain/area_tree.c; tests/api/tree_test.c counts them.

-- name: area_shift
-- takes: path_shift
UPDATE area SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: place_shift
-- takes: path_shift
UPDATE place SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: org_shift
-- takes: path_shift
UPDATE org SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: serves_shift
-- takes: path_shift
UPDATE serves SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: post_shift
-- takes: path_shift
UPDATE post SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: seat_shift
-- takes: path_shift
UPDATE seat SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: cover_shift
-- takes: path_shift
UPDATE cover SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: case_shift
-- The closed ones too: who looks after an area sees its history.
-- takes: path_shift
UPDATE cases SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: area_child
-- Two that stand beneath, to know whether there are none, one or several.
-- takes: area_key
-- gives: area
SELECT @columns(area) FROM area WHERE parent = :id AND state = 3 ORDER BY path LIMIT 2;

-- name: area_shape_children
-- The shapes of those that stand beneath, for the union of them.
-- takes: area_key
-- gives: area_shape
SELECT @columns(area_shape) FROM area_shape
 WHERE (home, area) IN (SELECT home, id FROM area WHERE parent = :id AND state = 3)
 ORDER BY home, area;

-- name: lineage_due
-- Approved steps whose day has come, in the order of their days.
-- takes: lineage_days
-- gives: lineage
SELECT @columns(lineage) FROM lineage
 WHERE state = 2 AND day <= :day
 ORDER BY day, id
 LIMIT :limit;

-- name: lineage_planned
-- What is proposed or approved for an area and not done yet.
-- takes: area_key
-- gives: lineage
SELECT @columns(lineage) FROM lineage WHERE from_area = :id AND state IN (1, 2) ORDER BY day, id;

-- name: area_beginning
-- Areas of a layer that are approved to begin on a day, by parent.
-- takes: lineage_of
-- gives: area
SELECT @columns(area) FROM area
 WHERE layer = :layer AND state = 2
   AND id IN (SELECT l.to_area FROM lineage l WHERE l.kind = 7 AND l.state = 2 AND l.day = :day)
 ORDER BY path;

-- name: area_begin
-- takes: lineage_of
UPDATE area SET state = 3
 WHERE layer = :layer AND state = 2
   AND id IN (SELECT l.to_area FROM lineage l WHERE l.kind = 7 AND l.state = 2 AND l.day = :day);

-- name: lineage_begun
-- takes: lineage_of
UPDATE lineage SET state = 3
 WHERE kind = 7 AND state = 2 AND day = :day
   AND from_area IN (SELECT a.id FROM area a WHERE a.layer = :layer);

-- name: area_redraw_forget
-- What was to begin never did.
-- takes: lineage_of
UPDATE area SET state = 6, until = since
 WHERE layer = :layer AND state IN (1, 2)
   AND id IN (SELECT l.to_area FROM lineage l WHERE l.kind = 7 AND l.state IN (1, 2) AND l.day = :day);

-- name: lineage_redraw_withdraw
-- takes: lineage_of
UPDATE lineage SET state = 4
 WHERE kind IN (4, 6, 7) AND state IN (1, 2) AND day = :day AND redraw = TRUE
   AND from_area IN (SELECT a.id FROM area a WHERE a.layer = :layer);

-- name: lineage_save
-- takes: lineage
UPDATE lineage SET @sets(lineage) WHERE home = :home AND id = :id;

-- name: case_standing
-- Open cases of one area, and not of what lies in it.
-- takes: case_standing
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE path = :path AND state NOT BETWEEN 10 AND 19 AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: case_follow
-- Where a case is seen, not where it was filed: no step, so the revision stays.
-- takes: cases
UPDATE cases SET path = :path, placed = :placed WHERE home = :home AND id = :id;

-- name: lineage_parts
-- What an area is split into, or is to be.
-- takes: area_key
-- gives: lineage
SELECT @columns(lineage) FROM lineage
 WHERE from_area = :id AND kind IN (2, 6) AND state IN (1, 2, 3)
 ORDER BY id;

-- name: place_standing
-- takes: area_key
-- gives: place
SELECT @columns(place) FROM place WHERE area = :id AND until IS NULL ORDER BY path, name, id LIMIT 200;

-- name: place_lost
-- One without coordinates that no part names.
-- takes: area_key
-- gives: place
SELECT @columns(place) FROM place
 WHERE area = :id AND until IS NULL AND lon IS NULL AND part IS NULL
 ORDER BY path, name, id
 LIMIT 1;

-- name: place_unnamed
-- takes: area_key
-- gives: place
SELECT @columns(place) FROM place WHERE area = :id AND until IS NULL AND part IS NULL ORDER BY path, name, id LIMIT 1;

-- name: place_part_forget
-- takes: area_key
UPDATE place SET part = NULL WHERE part = :id;

-- name: org_follow
-- takes: area_follow
UPDATE org SET area = :to_area, path = :to_path WHERE path = :path AND area = :area AND state IN (1, 2, 3);

-- name: org_standing
-- takes: area_follow
-- gives: org
SELECT @columns(org) FROM org
 WHERE path = :path AND area = :area AND state IN (1, 2, 3) AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: org_astray
-- Organisations within a range of paths whose parent does not stand above them any more.
-- takes: path_shift
-- gives: org
SELECT @columns(org o) FROM org o
 WHERE o.path BETWEEN :low AND :high AND o.state IN (1, 2, 3) AND o.parent IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM org u WHERE u.home = ((o.parent >> 12) & 4095) AND u.id = o.parent
                     AND substr(o.path, 1, length(u.path)) = u.path)
 ORDER BY o.path, o.id
 LIMIT 100;

-- name: serves_standing
-- Duties that hold or are to come.
-- takes: area_follow
-- gives: serves
SELECT @columns(serves) FROM serves
 WHERE path = :path AND area = :area AND (until IS NULL OR until >= :day) AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: serves_follow_twice
-- What the unit does over there already ends here.
-- takes: area_follow
UPDATE serves SET until = CASE WHEN since > :until THEN since - 1 ELSE :until END
 WHERE path = :path AND area = :area AND (until IS NULL OR until >= :day)
   AND EXISTS (SELECT 1 FROM serves o WHERE o.path = :to_path AND o.area = :to_area AND o.unit = serves.unit
                 AND o.matter = serves.matter AND o.since <= serves.since AND o.until IS NULL);

-- name: serves_follow
-- takes: area_follow
UPDATE serves SET area = :to_area, path = :to_path
 WHERE path = :path AND area = :area AND (until IS NULL OR until >= :day);

-- name: serves_over
-- takes: area_follow
UPDATE serves SET until = CASE WHEN since > :until THEN since - 1 ELSE :until END
 WHERE path = :path AND area = :area AND (until IS NULL OR until >= :day);

-- name: post_standing
-- takes: area_follow
-- gives: post
SELECT @columns(post) FROM post
 WHERE area = :area AND (until IS NULL OR until >= :day) AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: post_follow
-- takes: area_follow
UPDATE post SET area = :to_area, path = :to_path WHERE area = :area AND (until IS NULL OR until >= :day);

-- name: seat_follow
-- takes: area_follow
UPDATE seat SET area = :to_area, path = :to_path
 WHERE path = :path AND area = :area AND (until IS NULL OR until >= :day);

-- name: seat_over
-- takes: area_follow
UPDATE seat SET until = CASE WHEN since > :until THEN since - 1 ELSE :until END
 WHERE path = :path AND area = :area AND (until IS NULL OR until >= :day);

-- name: cover_follow
-- A cover stands where its place stands.
-- takes: place_move
UPDATE cover SET path = :to_path
 WHERE path <> :to_path AND place IN (SELECT p.id FROM place p WHERE p.area = :to_area);

-- name: cover_grid_follow
-- An exclusive grid that ends is one no more, but the part of a split that holds its place.
-- takes: area_follow
UPDATE cover SET grid = CASE WHEN EXISTS (SELECT 1 FROM place p WHERE p.home = ((cover.place >> 12) & 4095)
                                             AND p.id = cover.place AND p.area = :grid) THEN :grid ELSE NULL END
 WHERE grid = :area AND (until IS NULL OR until >= :day);

-- name: area_part_forget
-- takes: area_key
UPDATE area SET part = NULL WHERE part = :id;

-- name: border_follow
-- takes: border_move
UPDATE border SET area = :to_area WHERE area = :area;

-- name: border_end
-- An agreement about an area that ends, ends with it.
-- takes: border_move
UPDATE border SET until = :until WHERE area = :area AND (until IS NULL OR until > :until);
