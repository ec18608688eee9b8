-- name: category_add
-- takes: category
INSERT INTO category (@columns(category)) VALUES (@values(category));

-- name: category_list
-- takes: category_find
-- gives: category
SELECT @columns(category) FROM category
 WHERE home = 0 AND retired = FALSE
   /*? code */ AND code = :code /*? end */
 ORDER BY code, id
 LIMIT :limit;

-- name: category_retire
-- A new version takes the place of what is in force; it stays for old cases.
UPDATE category SET retired = TRUE WHERE home = 0 AND retired = FALSE;

-- name: condition_retire
UPDATE condition SET retired = TRUE WHERE home = 0 AND retired = FALSE;

-- name: condition_newest
-- The number of the last version, 0 before the first.
-- gives: count
SELECT CAST(coalesce(max(version), 0) AS bigint) AS n FROM condition WHERE home = 0;

-- name: condition_add
-- takes: condition
INSERT INTO condition (@columns(condition)) VALUES (@values(condition));

-- name: condition_by_id
-- takes: condition_key
-- gives: condition
SELECT @columns(condition) FROM condition WHERE home = :home AND id = :id;

-- name: condition_list
-- takes: condition_find
-- gives: condition
SELECT @columns(condition) FROM condition
 WHERE home = 0 AND retired = FALSE
   /*? category */ AND category = :category /*? end */
   /*? code */ AND code = :code /*? end */
 ORDER BY code, id
 LIMIT :limit;

-- name: calendar_add
-- takes: calendar_day
INSERT INTO calendar_day (@columns(calendar_day)) VALUES (@values(calendar_day));

-- name: calendar_clear
-- takes: calendar_day
DELETE FROM calendar_day WHERE home = :home AND day = :day;

-- name: calendar_from
-- takes: calendar_from_day
-- gives: calendar_day
SELECT @columns(calendar_day) FROM calendar_day WHERE home = 0 AND day >= :from_day ORDER BY day;
