-- name: org_add
-- takes: org
INSERT INTO org (@columns(org)) VALUES (@values(org));

-- name: org_by_id
-- takes: org_key
-- gives: org
SELECT @columns(org) FROM org WHERE home = :home AND id = :id;

-- name: org_save
-- takes: org
UPDATE org SET @sets(org) WHERE home = :home AND id = :id;

-- name: org_by_code
-- takes: org_coded
-- gives: org
SELECT @columns(org) FROM org WHERE code = :code ORDER BY home, id;

-- name: org_on
-- The active Party organisations that stand on exactly one area, the leading one first.
-- takes: org_on
-- gives: org
SELECT @columns(org) FROM org WHERE path = :path AND kind > 10 AND state = 3 ORDER BY kind, code, id;

-- name: org_by_name
-- Two are enough to know that the name says too little.
-- takes: org_named
-- gives: org
SELECT @columns(org) FROM org WHERE name = :name AND state IN (1, 2, 3) ORDER BY name, home, id LIMIT 2;

-- name: org_rows
-- What stands, in the order of the tree: for tables.
-- takes: orgs_after scope
-- gives: org
SELECT @columns(org) FROM org
 WHERE path BETWEEN :path_low AND :path_high AND state IN (1, 2, 3) AND (path, code) > (:after_path, :after_code)
   /*? units */ AND (kind < 11) = :units /*? end */
   /*? parties */ AND (kind > 10) = :parties /*? end */
 ORDER BY path, code
 LIMIT :limit;

-- name: org_children_move
-- takes: org_under
UPDATE org SET parent = nullif(:to_org, 0) WHERE parent = :org AND state IN (1, 2, 3);

-- name: org_duties_end
-- What an ended unit served goes without a server from that day on.
-- takes: org_under
UPDATE serves SET until = :day WHERE unit = :org AND (until IS NULL OR until > :day);

-- name: org_tree
-- One range of paths, in the order of the tree, with the last number up to the day.
-- takes: org_tree_find scope
-- gives: org_node
SELECT o.id AS id, o.home AS home, o.parent AS parent, o.kind AS kind, o.code AS code, o.name AS name,
       o.state AS state, o.since AS since, o.area AS area, a.code AS area_code, a.name AS area_name,
       a.level AS level, o.path AS path,
       (SELECT n.day FROM org_count n WHERE n.home = o.home AND n.org = o.id /*? day */ AND n.day <= :day /*? end */
         ORDER BY n.day DESC LIMIT 1) AS counted,
       (SELECT n.members FROM org_count n WHERE n.home = o.home AND n.org = o.id /*? day */ AND n.day <= :day /*? end */
         ORDER BY n.day DESC LIMIT 1) AS members
  FROM org o JOIN area a ON a.home = ((o.area >> 12) & 4095) AND a.id = o.area
 WHERE o.path BETWEEN :path_low AND :path_high AND o.kind > 10 AND o.state IN (1, 2, 3)
   /*? low */ AND o.path BETWEEN :low AND :high /*? end */
   /*? depth */ AND a.level <= :depth /*? end */
   /*? after_path */ AND (o.path, o.code) > (:after_path, :after_code) /*? end */
 ORDER BY o.path, o.code
 LIMIT :limit;

-- name: org_step_add
-- takes: org_step
INSERT INTO org_step (@columns(org_step)) VALUES (@values(org_step));

-- name: org_step_list
-- takes: org_key
-- gives: org_step
SELECT @columns(org_step) FROM org_step WHERE home = :home AND org = :id ORDER BY id;

-- name: org_count_add
-- takes: org_count
INSERT INTO org_count (@columns(org_count)) VALUES (@values(org_count));

-- name: org_count_save
-- takes: org_count
UPDATE org_count SET @sets(org_count) WHERE home = :home AND org = :org AND day = :day;

-- name: org_count_list
-- Newest first.
-- takes: org_key
-- gives: org_count
SELECT @columns(org_count) FROM org_count WHERE home = :home AND org = :id ORDER BY day DESC;

-- name: org_list
-- The units; what has ended is not asked to handle.
-- takes: org_find
-- gives: org
SELECT @columns(org) FROM org
 WHERE path >= '0' AND kind < 11 AND state = 3
   /*? kind */ AND kind = :kind /*? end */
   /*? code */ AND code = :code /*? end */
   /*? words_like */ AND (code = :words OR @holds(name words_like)) /*? end */
 ORDER BY path, code, id
 LIMIT :limit;

-- name: serves_add
-- takes: serves
INSERT INTO serves (@columns(serves)) VALUES (@values(serves));

-- name: serves_same
-- takes: serves_same
-- gives: serves
SELECT @columns(serves) FROM serves
 WHERE unit = :unit AND matter = :matter AND area = :area AND (until IS NULL OR until >= :day)
 ORDER BY id
 LIMIT 1;

-- name: serves_for
-- The one duty that fits best: the smallest area that holds the path, then the
-- longest beginning of the condition's code.
-- takes: serves_at
-- gives: serves
SELECT @columns(serves) FROM serves
 WHERE (path = substr(:path, 1, length(path)))
   AND (matter = substr(:matter, 1, length(matter)))
   AND since <= :day AND (until IS NULL OR until >= :day)
 ORDER BY length(path) DESC, length(matter) DESC, id
 LIMIT 1;

-- name: serves_save
-- takes: serves
UPDATE serves SET @sets(serves) WHERE home = :home AND id = :id;

-- name: serves_by_id
-- takes: serves_key
-- gives: serves
SELECT @columns(serves) FROM serves WHERE home = :home AND id = :id;

-- name: serves_list
-- takes: serves_find_in
-- gives: serves
SELECT @columns(serves) FROM serves
 WHERE path >= '0'
   /*? unit */ AND unit = :unit /*? end */
   /*? area */ AND area = :area /*? end */
   /*? day */ AND since <= :day AND (until IS NULL OR until >= :day) /*? end */
 ORDER BY path, matter, id
 LIMIT :limit;
