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
-- The chains of the homes from one on, each from its beginning.
-- takes: chain_from
-- gives: access_log
SELECT @columns(access_log) FROM access_log WHERE home >= :home ORDER BY home, number;

-- name: access_list
-- Newest first; the codes of the cases are looked up one by one.
-- takes: access_find
-- gives: access_log
SELECT @columns(access_log) FROM access_log
 WHERE at_ms > 0
   /*? account */ AND account = :account /*? end */
   /*? case_id */ AND case_id = :case_id /*? end */
   /*? from_at */ AND at_ms >= :from_at_ms /*? end */
   /*? until_at */ AND at_ms < :until_at_ms /*? end */
 ORDER BY at_ms DESC, home, number DESC
 LIMIT :limit OFFSET :skip;

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

-- name: access_due
-- The beginnings of chains that are so old; behind a younger row nothing is taken, whatever
-- its clock said.
-- takes: older_than
-- gives: access_log
SELECT @columns(access_log l) FROM access_log l
 WHERE l.at_ms < :before_ms
   AND NOT EXISTS (SELECT 1 FROM access_log e WHERE e.home = l.home AND e.number < l.number AND e.at_ms >= :before_ms)
 ORDER BY l.home, l.number
 LIMIT :limit;

-- name: access_cut
-- takes: chain_until
DELETE FROM access_log WHERE home = :home AND number <= :number;

-- name: sign_due
-- The beginnings of chains that are so old; behind a younger row nothing is taken, whatever
-- its clock said.
-- takes: older_than
-- gives: sign_log
SELECT @columns(sign_log l) FROM sign_log l
 WHERE l.at_ms < :before_ms
   AND NOT EXISTS (SELECT 1 FROM sign_log e WHERE e.home = l.home AND e.number < l.number AND e.at_ms >= :before_ms)
 ORDER BY l.home, l.number
 LIMIT :limit;

-- name: sign_cut
-- takes: chain_until
DELETE FROM sign_log WHERE home = :home AND number <= :number;

-- name: chain_cut_get
-- takes: chain_key
-- gives: chain_cut
SELECT @columns(chain_cut) FROM chain_cut WHERE home = :home AND log = :log;

-- name: chain_cut_drop
-- takes: chain_key
DELETE FROM chain_cut WHERE home = :home AND log = :log;

-- name: chain_cut_add
-- takes: chain_cut
INSERT INTO chain_cut (@columns(chain_cut)) VALUES (@values(chain_cut));

-- name: sign_add
-- takes: sign_log
INSERT INTO sign_log (@columns(sign_log)) VALUES (@values(sign_log));

-- name: sign_last
-- takes: access_tail
-- gives: sign_log
SELECT @columns(sign_log) FROM sign_log WHERE home = :home ORDER BY number DESC LIMIT 1;

-- name: sign_walk
-- takes: chain_from
-- gives: sign_log
SELECT @columns(sign_log) FROM sign_log WHERE home >= :home ORDER BY home, number;

-- name: sign_list
-- Newest first.
-- takes: sign_find
-- gives: sign_shown
SELECT s.home, s.number, s.account, a.login, a.title, s.what, s.by_whom, b.title, s.near, s.at_ms, s.at_day
  FROM sign_log s
  LEFT JOIN account a ON a.home = 0 AND a.id = s.account
  LEFT JOIN account b ON b.home = 0 AND b.id = s.by_whom
 WHERE s.at_ms > 0
   /*? account */ AND s.account = :account /*? end */
   /*? what */ AND s.what = :what /*? end */
   /*? near */ AND s.near = :near /*? end */
   /*? from_at */ AND s.at_ms >= :from_at_ms /*? end */
   /*? until_at */ AND s.at_ms < :until_at_ms /*? end */
 ORDER BY s.at_ms DESC, s.home, s.number DESC
 LIMIT :limit OFFSET :skip;

-- name: attempt_get
-- takes: attempt_key
-- gives: attempt
SELECT @columns(attempt) FROM attempt WHERE home = :home AND name = :name;

-- name: attempt_drop
-- takes: attempt_key
DELETE FROM attempt WHERE home = :home AND name = :name;

-- name: attempt_add
-- takes: attempt
INSERT INTO attempt (@columns(attempt)) VALUES (@values(attempt));

-- name: attempt_room
-- Eight names to a place: those that were tried the longest ago make room.
-- takes: attempt_key
DELETE FROM attempt WHERE home = :home AND name NOT IN
 (SELECT name FROM attempt WHERE home = :home ORDER BY last_ms DESC, name LIMIT 7);

-- name: attempt_waits
-- takes: attempt
UPDATE attempt SET waited = TRUE WHERE home = :home AND name = :name AND NOT waited;

-- name: attempt_forget
-- takes: older_than
DELETE FROM attempt WHERE (home, name) IN
 (SELECT home, name FROM attempt WHERE last_ms < :before_ms ORDER BY last_ms LIMIT :limit);
