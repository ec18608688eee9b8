-- plan – what the planner of micro-grids reads of the map, beneath one area.

-- name: plan_areas
-- What stands beneath, in the order of the tree, itself first.
-- takes: path_range
-- gives: area
SELECT @columns(area) FROM area WHERE path BETWEEN :low AND :high AND state = 3 ORDER BY path;

-- name: plan_shapes
-- takes: path_range
-- gives: area_shape
SELECT @columns(area_shape) FROM area_shape
 WHERE (home, area) IN (SELECT home, id FROM area WHERE path BETWEEN :low AND :high AND state = 3)
 ORDER BY home, area;

-- name: plan_places
-- Buildings whose households are known.
-- takes: path_range
-- gives: place
SELECT @columns(place) FROM place
 WHERE path BETWEEN :low AND :high AND until IS NULL AND households IS NOT NULL
 ORDER BY path, id;

-- name: plan_outlines
-- Of those buildings, where they have one.
-- takes: path_range
-- gives: place_shape
SELECT @columns(place_shape) FROM place_shape
 WHERE (home, place) IN (SELECT home, id FROM place
                          WHERE path BETWEEN :low AND :high AND until IS NULL AND households IS NOT NULL
                            AND shaped = TRUE)
 ORDER BY home, place;
