-- name: place_add
-- takes: place
INSERT INTO place (@columns(place)) VALUES (@values(place));

-- name: place_save
-- takes: place
UPDATE place SET @sets(place) WHERE home = :home AND id = :id;

-- name: place_move
-- What stands belongs to one grid that is active.
-- takes: place_move
UPDATE place SET area = :to_area, path = :to_path WHERE area = :area AND until IS NULL;

-- name: place_by_id
-- takes: place_key
-- gives: place
SELECT @columns(place) FROM place WHERE home = :home AND id = :id;

-- name: place_by_code
-- takes: place_coded
-- gives: place
SELECT @columns(place) FROM place WHERE code = :code AND until IS NULL;

-- name: place_by_name
-- takes: place_named
-- gives: place
SELECT @columns(place) FROM place WHERE area = :area AND name = :name AND until IS NULL;

-- name: place_list
-- Those whose name holds the words: written there or spoken, it may begin anywhere.
-- takes: place_find
-- gives: place
SELECT @columns(place) FROM place
 WHERE path >= '0' AND until IS NULL
   /*? area */ AND area = :area /*? end */
   /*? kind */ AND kind = :kind /*? end */
   /*? name_like */ AND @holds(name name_like) /*? end */
 ORDER BY path, name, id
 LIMIT :limit;

-- name: place_each
-- All that stand, for the words of addresses.
-- gives: place
SELECT @columns(place) FROM place WHERE until IS NULL ORDER BY id;

-- name: place_shape_add
-- takes: place_shape
INSERT INTO place_shape (@columns(place_shape)) VALUES (@values(place_shape));

-- name: place_alias_add
-- takes: place_alias
INSERT INTO place_alias (@columns(place_alias)) VALUES (@values(place_alias));

-- name: place_alias_of
-- takes: place_key
-- gives: place_alias
SELECT @columns(place_alias) FROM place_alias WHERE place = :id ORDER BY id;

-- name: place_alias_each
-- gives: place_alias
SELECT @columns(place_alias) FROM place_alias ORDER BY place, id;

-- name: place_shape_of
-- takes: place_key
-- gives: place_shape
SELECT @columns(place_shape) FROM place_shape WHERE home = :home AND place = :id;

-- name: place_shape_save
-- takes: place_shape
UPDATE place_shape SET shape = :shape WHERE home = :home AND place = :place;

-- name: place_step_add
-- takes: place_step
INSERT INTO place_step (@columns(place_step)) VALUES (@values(place_step));

-- name: place_steps
-- The latest hundred.
-- takes: place_key
-- gives: place_step
SELECT @columns(place_step) FROM place_step WHERE place = :id ORDER BY id DESC LIMIT 100;

-- name: place_cases_go
-- Open cases at a building that another grid has now; where they were filed stays.
-- takes: place_gone
UPDATE cases SET path = :to_path WHERE path = :path AND place = :place AND state NOT BETWEEN 10 AND 19;

-- name: place_covers_go
-- takes: place_gone
UPDATE cover SET path = :to_path WHERE place = :place;

-- name: place_covers_end
-- takes: place_gone
UPDATE cover SET until = CASE WHEN since > :day THEN since - 1 ELSE :day END
 WHERE place = :place AND (until IS NULL OR until > :day);

-- name: place_after
-- All that stand, in pages by key: for an export, and for what a file does not have.
-- takes: place_after
-- gives: place
SELECT @columns(place) FROM place
 WHERE (home, id) > (:home, :after) AND until IS NULL
 ORDER BY home, id
 LIMIT :limit;

-- name: place_called
-- takes: place_called
-- gives: place
SELECT @columns(place) FROM place WHERE name = :name AND until IS NULL ORDER BY id LIMIT :limit;

-- name: place_in
-- takes: places_in
-- gives: place
SELECT @columns(place) FROM place WHERE area = :area AND until IS NULL AND id > :after ORDER BY id LIMIT :limit;

-- name: place_households
-- takes: area_key
-- gives: count
SELECT CAST(coalesce(sum(households), -1) AS bigint) AS n FROM place WHERE area = :id AND until IS NULL;
