-- name: request_add
-- takes: request
INSERT INTO request (@columns(request)) VALUES (@values(request));

-- name: request_get
-- takes: request_key
-- gives: request
SELECT @columns(request) FROM request WHERE home = :home AND client_key = :client_key;

-- name: request_forget
-- takes: older_than
DELETE FROM request WHERE (home, client_key) IN
 (SELECT home, client_key FROM request WHERE made_ms < :before_ms ORDER BY made_ms LIMIT :limit);

-- name: session_forget
-- None that could still be used.
-- takes: older_than
DELETE FROM session WHERE (home, id) IN
 (SELECT home, id FROM session WHERE made_ms < :before_ms AND ends_ms < :before_ms ORDER BY made_ms LIMIT :limit);

-- name: access_add
-- takes: access_log
INSERT INTO access_log (@columns(access_log)) VALUES (@values(access_log));

-- name: access_last
-- takes: access_tail
-- gives: access_log
SELECT @columns(access_log) FROM access_log WHERE home = :home ORDER BY number DESC LIMIT 1;

-- name: access_walk
-- The chain from its beginning, for `check`.
-- gives: access_log
SELECT @columns(access_log) FROM access_log ORDER BY home, number;

-- name: access_after
-- takes: access_after_row
-- gives: access_log
SELECT @columns(access_log) FROM access_log
 WHERE home > :home OR (home = :home AND number > :number)
 ORDER BY home, number
 LIMIT :limit;

-- name: setting_get
-- takes: setting_name
-- gives: setting
SELECT @columns(setting) FROM setting WHERE home = 0 AND name = :name;

-- name: setting_add
-- takes: setting
INSERT INTO setting (@columns(setting)) VALUES (@values(setting));

-- name: setting_clear
-- takes: setting_name
DELETE FROM setting WHERE home = 0 AND name = :name;

-- name: setting_change_add
-- takes: setting_change
INSERT INTO setting_change (@columns(setting_change)) VALUES (@values(setting_change));

-- name: setting_change_list
-- Newest first.
-- takes: setting_find
-- gives: setting_change
SELECT @columns(setting_change) FROM setting_change
 WHERE home = 0
   /*? name */ AND name = :name /*? end */
 ORDER BY id DESC
 LIMIT :limit;

-- name: setting_last
-- takes: setting_name
-- gives: setting_last
SELECT c.at_ms, c.at_day, a.title
  FROM setting_change c LEFT JOIN account a ON a.home = 0 AND a.id = c.account
 WHERE c.home = 0 AND c.name = :name
 ORDER BY c.id DESC
 LIMIT 1;

-- name: sealed_any
-- 1 where something is kept that only the keys can open, else 0.
-- gives: count
SELECT count(*) AS n FROM (
  SELECT 1 AS one FROM reporter WHERE name_key IS NOT NULL OR contact_key IS NOT NULL
  UNION ALL SELECT 1 FROM request LIMIT 1) AS sealed;
