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

-- name: category_each
-- gives: category
SELECT @columns(category) FROM category WHERE home = 0 AND retired = FALSE ORDER BY code, id;

-- name: lesson_catalogue
-- The conditions in force as texts of their category.
-- gives: lesson
SELECT category, zh || ' ' || en || ' ' || coalesce(closing, '') AS text FROM condition
 WHERE home = 0 AND retired = FALSE ORDER BY code, id;

-- name: lesson_closed
-- The newest closed cases, whose category somebody has looked at.
-- gives: lesson
SELECT category, text FROM cases
 WHERE state = 10 AND about = 0 AND category IS NOT NULL
 ORDER BY id DESC
 LIMIT 20000;

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

-- name: duty_list
-- The catalogue in force as the list of responsibilities. A condition's own owner type
-- goes before its category's.
-- gives: duty_listed
SELECT k.code AS code, k.category AS category, c.zh AS category_zh, c.en AS category_en, k.zh AS zh, k.en AS en,
       coalesce(k.owner, c.owner) AS owner,
       CASE WHEN k.owner IS NULL THEN c.owner_en ELSE k.owner_en END AS owner_en, k.duty AS duty,
       k.arrive_limit AS arrive_limit, k.arrive_clock AS arrive_clock, k.finish_limit AS finish_limit,
       k.finish_clock AS finish_clock, k.closing AS closing
  FROM condition k JOIN category c ON c.home = 0 AND c.code = k.category AND c.retired = FALSE
 WHERE k.home = 0 AND k.retired = FALSE
 ORDER BY k.code, k.id
 LIMIT 500;

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
