-- name: layer_add
-- takes: layer
INSERT INTO layer (@columns(layer)) VALUES (@values(layer));

-- name: layer_list
-- gives: layer
SELECT @columns(layer) FROM layer ORDER BY home, id;

-- name: layer_by_code
-- takes: layer_code
-- gives: layer
SELECT @columns(layer) FROM layer WHERE home = 0 AND code = :code;

-- name: layer_by_id
-- takes: layer_key
-- gives: layer
SELECT @columns(layer) FROM layer WHERE home = :home AND id = :id;

-- name: layer_governing
-- The layer whose grids own cases; its revision tells whether the index is stale.
-- gives: layer
SELECT @columns(layer) FROM layer WHERE home = 0 AND governing = TRUE ORDER BY id;

-- name: layer_save
-- takes: layer
UPDATE layer SET @sets(layer) WHERE home = :home AND id = :id;

-- name: area_add
-- takes: area
INSERT INTO area (@columns(area)) VALUES (@values(area));

-- name: area_save
-- takes: area
UPDATE area SET @sets(area) WHERE home = :home AND id = :id;

-- name: area_by_id
-- takes: area_key
-- gives: area
SELECT @columns(area) FROM area WHERE home = :home AND id = :id;

-- name: area_list
-- In the order of the tree.
-- takes: area_find
-- gives: area
SELECT @columns(area) FROM area
 WHERE path > '0' AND state IN (1, 2, 3)
   /*? layer */ AND layer = :layer /*? end */
   /*? level */ AND level = :level /*? end */
   /*? parent */ AND parent = :parent /*? end */
   /*? code */ AND code = :code /*? end */
   /*? words_like */ AND (code = :words OR @holds(name words_like)) /*? end */
   /*? after */ AND path > :after /*? end */
 ORDER BY path
 LIMIT :limit;

-- name: area_by_code
-- Without an order, so that the index by code is used: an import asks once for each area.
-- Two at most: one that stands and one that is to take its place.
-- takes: area_coded
-- gives: area
SELECT @columns(area) FROM area WHERE layer = :layer AND code = :code AND state IN (1, 2, 3) LIMIT 4;

-- name: area_by_name
-- Two are enough to know that the name says too little.
-- takes: area_named
-- gives: area
SELECT @columns(area) FROM area WHERE layer = :layer AND name = :name AND state IN (1, 2, 3) LIMIT 2;

-- name: area_of_layer
-- Every area of a layer, upper ones first, for the index and for `check`.
-- takes: layer_key
-- gives: area
SELECT @columns(area) FROM area WHERE layer = :id ORDER BY path;

-- name: area_top_slot
-- The highest home slot given so far.
-- gives: area
SELECT @columns(area) FROM area WHERE slot > 0 ORDER BY slot DESC LIMIT 1;

-- name: area_shape_add
-- takes: area_shape
INSERT INTO area_shape (@columns(area_shape)) VALUES (@values(area_shape));

-- name: area_shape_save
-- takes: area_shape
UPDATE area_shape SET shape = :shape WHERE home = :home AND area = :area;

-- name: area_shape_of_layer
-- takes: layer_key
-- gives: area_shape
SELECT @columns(area_shape) FROM area_shape WHERE layer = :id ORDER BY home, area;

-- name: area_shape_get
-- takes: area_key
-- gives: area_shape
SELECT @columns(area_shape) FROM area_shape WHERE home = :home AND area = :id;

-- name: area_shape_below
-- The shapes of an area's children.
-- takes: area_find
-- gives: area_shape
SELECT @columns(area_shape) FROM area_shape
 WHERE (home, area) IN (SELECT home, id FROM area WHERE state = 3 /*? parent */ AND parent = :parent /*? end */)
 ORDER BY home, area
 LIMIT :limit;

-- name: lineage_add
-- takes: lineage
INSERT INTO lineage (@columns(lineage)) VALUES (@values(lineage));

-- name: lineage_of_area
-- What an area came from and what it became.
-- takes: area_key
-- gives: lineage
SELECT @columns(lineage) FROM lineage WHERE from_area = :id OR to_area = :id ORDER BY day, id;

-- name: border_add
-- takes: border
INSERT INTO border (@columns(border)) VALUES (@values(border));

-- name: border_list
-- gives: border
SELECT @columns(border) FROM border ORDER BY home, id;

-- name: area_move_cases
-- Open cases are seen by whoever is responsible now; `area` stays as filed.
-- takes: area_move
UPDATE cases SET path = :to_path WHERE path = :path AND state NOT BETWEEN 10 AND 19;
