-- name: export_add
-- takes: export_order
INSERT INTO export_order (@columns(export_order)) VALUES (@values(export_order));

-- name: export_save
-- No row changed: two servers gave rows of it in the same moment.
-- takes: export_order
UPDATE export_order SET @sets(export_order) WHERE home = :home AND id = :id AND revision = :revision - 1;

-- name: export_by_id
-- takes: export_key
-- gives: export_order
SELECT @columns(export_order) FROM export_order WHERE home = :home AND id = :id;

-- name: export_list
-- takes: export_find
-- gives: export_order
SELECT @columns(export_order) FROM export_order ORDER BY id DESC LIMIT :limit;

-- name: export_alone
-- takes: export_alone
-- gives: count
SELECT coalesce(sum(given), 0) AS n FROM export_order
 WHERE account = :account AND asked_ms >= :since_ms AND approved_ms IS NULL;

-- name: export_order_shift
-- takes: path_shift
UPDATE export_order SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;
