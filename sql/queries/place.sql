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
