-- name: org_add
-- takes: org
INSERT INTO org (@columns(org)) VALUES (@values(org));

-- name: org_by_id
-- takes: org_key
-- gives: org
SELECT @columns(org) FROM org WHERE home = :home AND id = :id;

-- name: org_list
-- takes: org_find
-- gives: org
SELECT @columns(org) FROM org
 WHERE path >= '0'
   /*? kind */ AND kind = :kind /*? end */
   /*? code */ AND code = :code /*? end */
 ORDER BY path, code, id
 LIMIT :limit;

-- name: serves_add
-- takes: serves
INSERT INTO serves (@columns(serves)) VALUES (@values(serves));

-- name: serves_same
-- takes: serves_same
-- gives: serves
SELECT @columns(serves) FROM serves
 WHERE unit = :unit AND matter = :matter AND area = :area
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
