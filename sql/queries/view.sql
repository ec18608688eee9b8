-- name: view_add
-- takes: saved_view
INSERT INTO saved_view (@columns(saved_view)) VALUES (@values(saved_view));

-- name: view_save
-- takes: saved_view
UPDATE saved_view SET @sets(saved_view) WHERE home = :home AND id = :id AND account = :account;

-- name: view_list
-- Served by saved_view_name; an account has a hundred at most.
-- takes: view_find
-- gives: saved_view
SELECT @columns(saved_view) FROM saved_view
 WHERE account = :account
   /*? name */ AND name = :name /*? end */
   /*? id */ AND id = :id /*? end */
 ORDER BY name
 LIMIT 101;

-- name: view_remove
-- takes: view_find
DELETE FROM saved_view
 WHERE account = :account
   /*? id */ AND id = :id /*? end */;
