-- name: seat_add
-- takes: seat
INSERT INTO seat (@columns(seat)) VALUES (@values(seat));

-- name: seat_save
-- takes: seat
UPDATE seat SET @sets(seat) WHERE home = :home AND id = :id;

-- name: seat_by_id
-- takes: seat_key scope
-- gives: seat
SELECT @columns(seat) FROM seat WHERE home = :home AND id = :id AND path BETWEEN :path_low AND :path_high;

-- name: seat_alike
-- The seats of one kind on one area that stand that day or are to; those that nobody
-- holds from then on come first.
-- takes: seat_alike
-- gives: seat
SELECT @columns(seat s) FROM seat s
 WHERE s.area = :area AND s.kind = :kind AND (s.until IS NULL OR s.until >= :day)
 ORDER BY (EXISTS (SELECT 1 FROM post p WHERE p.seat = s.id AND (p.until IS NULL OR p.until > :day))), s.id
 LIMIT 1000;

-- name: seat_rows
-- Seats alike, counted, in the order of the tree: for tables.
-- takes: seats_after scope
-- gives: seat_tally
SELECT w.area AS area, w.path AS path, w.kind AS kind, w.org AS org, w.since AS since, w.first AS first,
       w.ought AS ought, w.held AS held
  FROM (SELECT s.area AS area, s.path AS path, s.kind AS kind, s.org AS org, s.since AS since, min(s.id) AS first,
               count(*) AS ought,
               coalesce(sum(CASE WHEN EXISTS (SELECT 1 FROM post p WHERE p.seat = s.id AND p.since <= :on_day
                                                AND (p.until IS NULL OR p.until >= :on_day)) THEN 1 ELSE 0 END), 0) AS held
          FROM seat s
         WHERE s.path BETWEEN :path_low AND :path_high AND s.path >= :after_path
           AND (s.until IS NULL OR s.until >= :on_day)
         GROUP BY s.area, s.path, s.kind, s.org, s.since) w
 WHERE (w.path, w.first) > (:after_path, :after_first)
 ORDER BY w.path, w.first
 LIMIT :limit;

-- name: seat_posts
-- The posts by which a seat is held on a day between these.
-- takes: seat_held
-- gives: post
SELECT @columns(post) FROM post
 WHERE seat = :seat AND since <= :until AND (until IS NULL OR until >= :since)
 ORDER BY since, id;

-- name: seat_list
-- One range of paths; each seat with the post that holds it on the day, if one does, and
-- whether its holder holds the other one of the two leaders' seats of the building group.
-- takes: seat_find scope
-- gives: seat_shown
SELECT w.id AS id, w.home AS home, w.kind AS kind, w.area AS area, w.area_code AS area_code, w.area_name AS area_name,
       w.path AS path, w.org AS org, w.vacant AS vacant, w.both_held AS both_held, w.post AS post, w.account AS account,
       w.title AS title, w.held_since AS held_since
  FROM (SELECT s.id AS id, s.home AS home, s.kind AS kind, s.area AS area, a.code AS area_code, a.name AS area_name,
               s.path AS path, s.org AS org, (p.id IS NULL) AS vacant,
               EXISTS (SELECT 1 FROM post q JOIN seat t ON t.id = q.seat
                        WHERE q.account = p.account AND q.since <= :on_day AND (q.until IS NULL OR q.until >= :on_day)
                          AND t.area = s.area AND t.kind IN (5, 6) AND s.kind IN (5, 6) AND t.kind <> s.kind) AS both_held,
               p.id AS post, p.account AS account, c.title AS title, p.since AS held_since
          FROM seat s JOIN area a ON a.home = ((s.area >> 12) & 4095) AND a.id = s.area
          LEFT JOIN post p ON p.seat = s.id AND p.since <= :on_day AND (p.until IS NULL OR p.until >= :on_day)
          LEFT JOIN account c ON c.home = 0 AND c.id = p.account
         WHERE s.path BETWEEN :path_low AND :path_high
           AND s.since <= :on_day AND (s.until IS NULL OR s.until >= :on_day)
           /*? low */ AND s.path BETWEEN :low AND :high /*? end */
           /*? kind */ AND s.kind = :kind /*? end */
           /*? after_path */ AND (s.path, s.id) > (:after_path, :after) /*? end */) w
 WHERE w.id > 0
   /*? vacant */ AND w.vacant = :vacant /*? end */
   /*? both */ AND w.both_held = :both /*? end */
 ORDER BY w.path, w.id
 LIMIT :limit;

-- name: org_reason_add
-- takes: org_reason
INSERT INTO org_reason (@columns(org_reason)) VALUES (@values(org_reason));

-- name: org_reasons_end
-- takes: org_reason_end
UPDATE org_reason SET until = :day WHERE area = :area AND until IS NULL;

-- name: org_reason_now
-- takes: org_reason_now
-- gives: org_reason
SELECT @columns(org_reason) FROM org_reason WHERE area = :area AND until IS NULL ORDER BY id DESC LIMIT 1;

-- name: correspondence_count
-- How many areas of a level there were that day, and how many had exactly one
-- organisation of the kinds that lead there. Exclusive grids are counted apart.
-- takes: correspondence_find scope
-- gives: correspondence_tally
SELECT coalesce(sum(CASE WHEN w.orgs = 1 THEN 1 ELSE 0 END), 0) AS n, count(*) AS of_areas
  FROM (SELECT (SELECT count(*) FROM org o
                 WHERE o.path = a.path AND ((:kinds >> o.kind) & 1) = 1 AND o.state > 2
                   AND o.since <= :on_day AND (o.until IS NULL OR o.until > :on_day)) AS orgs
          FROM area a
         WHERE a.path BETWEEN :path_low AND :path_high AND a.level = :level AND a.state > 2
           AND a.since <= :on_day AND (a.until IS NULL OR a.until > :on_day)
           /*? low */ AND a.path BETWEEN :low AND :high /*? end */
           AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.grid = a.id AND x.since <= :on_day
                             AND (x.until IS NULL OR x.until >= :on_day))) w;

-- name: correspondence_exceptions
-- takes: correspondence_find scope
-- gives: correspondence_exception
SELECT w.area AS area, w.code AS code, w.name AS name, w.orgs AS orgs, w.reason AS reason
  FROM (SELECT a.id AS area, a.code AS code, a.name AS name, a.path AS path,
               (SELECT count(*) FROM org o
                 WHERE o.path = a.path AND ((:kinds >> o.kind) & 1) = 1 AND o.state > 2
                   AND o.since <= :on_day AND (o.until IS NULL OR o.until > :on_day)) AS orgs,
               (SELECT r.reason FROM org_reason r
                 WHERE r.area = a.id AND r.since <= :on_day AND (r.until IS NULL OR r.until > :on_day)
                 ORDER BY r.id DESC LIMIT 1) AS reason
          FROM area a
         WHERE a.path BETWEEN :path_low AND :path_high AND a.level = :level AND a.state > 2
           AND a.since <= :on_day AND (a.until IS NULL OR a.until > :on_day)
           /*? low */ AND a.path BETWEEN :low AND :high /*? end */
           AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.grid = a.id AND x.since <= :on_day
                             AND (x.until IS NULL OR x.until >= :on_day))) w
 WHERE w.orgs <> 1
 ORDER BY w.path
 LIMIT :limit + 1;

-- name: cover_add
-- takes: cover
INSERT INTO cover (@columns(cover)) VALUES (@values(cover));

-- name: cover_save
-- takes: cover
UPDATE cover SET @sets(cover) WHERE home = :home AND id = :id;

-- name: cover_by_id
-- takes: cover_key scope
-- gives: cover
SELECT @columns(cover) FROM cover WHERE home = :home AND id = :id AND path BETWEEN :path_low AND :path_high;

-- name: cover_list
-- takes: cover_find scope
-- gives: cover
SELECT @columns(cover) FROM cover
 WHERE path BETWEEN :path_low AND :path_high
   AND since <= :on_day AND (until IS NULL OR until >= :on_day)
   /*? place */ AND place = :place /*? end */
   /*? exclusive */ AND (grid IS NOT NULL) = :exclusive /*? end */
 ORDER BY path, id
 LIMIT :limit;

-- name: cover_rows
-- takes: covers_after scope
-- gives: cover
SELECT @columns(cover) FROM cover
 WHERE path BETWEEN :path_low AND :path_high AND (path, id) > (:after_path, :after_id)
   AND (until IS NULL OR until >= :on_day)
   /*? exclusive */ AND (grid IS NOT NULL) = :exclusive /*? end */
 ORDER BY path, id
 LIMIT :limit;

-- name: cover_wanted
-- Places of the emerging fields (shops, offices, markets, parks, campuses) that no cover
-- names and that lie in no exclusive grid.
-- takes: cover_wants scope
-- gives: place
SELECT @columns(place p) FROM place p
 WHERE p.path BETWEEN :path_low AND :path_high AND p.kind IN (4, 5, 6, 7, 8) AND p.until IS NULL
   AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.place = p.id
                     AND x.since <= :on_day AND (x.until IS NULL OR x.until >= :on_day))
   AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.grid = p.area
                     AND x.since <= :on_day AND (x.until IS NULL OR x.until >= :on_day))
   /*? low */ AND p.path BETWEEN :low AND :high /*? end */
   /*? kind */ AND p.kind = :kind /*? end */
   /*? after_path */ AND (p.path, p.id) > (:after_path, :after) /*? end */
 ORDER BY p.path, p.id
 LIMIT :limit;

-- name: cover_tally
-- Of each of those kinds, how many there are and how many of them nothing covers.
-- takes: cover_wants scope
-- gives: cover_tally
SELECT w.kind AS kind, coalesce(sum(w.bare), 0) AS n, count(*) AS total
  FROM (SELECT p.kind AS kind,
               CASE WHEN NOT EXISTS (SELECT 1 FROM cover x WHERE x.place = p.id
                                 AND x.since <= :on_day AND (x.until IS NULL OR x.until >= :on_day))
                     AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.grid = p.area
                                 AND x.since <= :on_day AND (x.until IS NULL OR x.until >= :on_day))
                    THEN 1 ELSE 0 END AS bare
          FROM place p
         WHERE p.path BETWEEN :path_low AND :path_high AND p.kind IN (4, 5, 6, 7, 8) AND p.until IS NULL
           /*? low */ AND p.path BETWEEN :low AND :high /*? end */) w
 GROUP BY w.kind
 ORDER BY w.kind
 LIMIT 20;

-- name: cover_shops
-- Shops that nothing covers, with their addresses by the street, else what they are called by
-- habit: imports tell no address from another alias.
-- takes: street_wants scope
-- gives: shop_address
SELECT p.id AS id, p.path AS path, p.area AS area, p.name AS name,
       (SELECT a.name FROM place_alias a WHERE a.place = p.id AND a.kind IN (1, 2)
         ORDER BY a.kind DESC, a.id LIMIT 1) AS address
  FROM place p
 WHERE p.path BETWEEN :path_low AND :path_high AND p.kind = 4 AND p.until IS NULL
   AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.place = p.id
                     AND x.since <= :on_day AND (x.until IS NULL OR x.until >= :on_day))
   AND NOT EXISTS (SELECT 1 FROM cover x WHERE x.grid = p.area
                     AND x.since <= :on_day AND (x.until IS NULL OR x.until >= :on_day))
   /*? low */ AND p.path BETWEEN :low AND :high /*? end */
 ORDER BY p.path, p.id
 LIMIT 20001;

-- name: cover_candidates
-- Residential areas of one top area, to look for the nearest that has an organisation.
-- takes: scope
-- gives: area
SELECT @columns(area) FROM area
 WHERE path BETWEEN :path_low AND :path_high AND level = 3 AND state = 3 AND label_lon IS NOT NULL
 ORDER BY path
 LIMIT 500;
