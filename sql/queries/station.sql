-- name: station_add
-- takes: station
INSERT INTO station (@columns(station)) VALUES (@values(station));

-- name: station_save
-- takes: station
UPDATE station SET @sets(station) WHERE home = :home AND id = :id;

-- name: station_by_id
-- takes: station_key
-- gives: station
SELECT @columns(station) FROM station WHERE home = :home AND id = :id;

-- name: station_list
-- In the order of their ids; where one stands, its place says.
-- takes: station_find
-- gives: station
SELECT @columns(station) FROM station
 WHERE id > :after AND since <= :on_day AND (until IS NULL OR until >= :on_day)
   /*? kind */ AND kind = :kind /*? end */
   /*? low */ AND place IN (SELECT p.id FROM place p WHERE p.path BETWEEN :low AND :high) /*? end */
 ORDER BY id
 LIMIT :limit;

-- name: station_within
-- takes: station_box
-- gives: station
SELECT @columns(station) FROM station
 WHERE lat BETWEEN :south AND :north AND lon BETWEEN :west AND :east
   AND since <= :on_day AND (until IS NULL OR until >= :on_day)
   /*? kind */ AND kind = :kind /*? end */
 ORDER BY id
 LIMIT :limit;

-- name: place_stations_go
-- Those whose door was the place's own point.
-- takes: stations_go
UPDATE station SET lon = :to_lon, lat = :to_lat WHERE place = :place AND lon = :lon AND lat = :lat;

-- name: place_stations_end
-- takes: stations_go
UPDATE station SET until = CASE WHEN since > :day THEN since - 1 ELSE :day END
 WHERE place = :place AND (until IS NULL OR until > :day);
