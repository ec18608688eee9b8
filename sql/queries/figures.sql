-- The figures: for each base a count and a list of the same cases, so that a number opens
-- its list. The base is a range of days of an index; +id keeps both databases from
-- walking back through all ids instead.

-- name: figure_reported
-- 立案率: of what was reported, what was filed under a condition.
-- takes: figure_find scope
-- gives: count
SELECT count(*) AS n FROM cases
 WHERE reported_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? plain */ AND about = 0 /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? filed */ AND condition IS NOT NULL /*? end */;

-- name: figure_reported_cases
-- takes: figure_find scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE reported_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? filed */ AND condition IS NOT NULL /*? end */
 ORDER BY +id DESC
 LIMIT :limit OFFSET :skip;

-- name: figure_finish
-- 处置率: of what was to be handled (total due in the period, carried over or not), what was.
-- takes: figure_find scope
-- gives: count
SELECT count(*) AS n FROM cases
 WHERE finish_due_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? plain */ AND about = 0 /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? handled */ AND handled_ms IS NOT NULL /*? end */;

-- name: figure_finish_cases
-- takes: figure_find scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE finish_due_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? handled */ AND handled_ms IS NOT NULL /*? end */
 ORDER BY +id DESC
 LIMIT :limit OFFSET :skip;

-- name: figure_close
-- 结案率 and 按期结案率: of what was to be closed (close_due in the period), what was.
-- takes: figure_find scope
-- gives: count
SELECT count(*) AS n FROM cases
 WHERE close_due_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? plain */ AND about = 0 /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? closed */ AND closed_ms IS NOT NULL /*? end */
   /*? in_time */ AND closed_ms <= close_due_ms /*? end */;

-- name: figure_close_cases
-- takes: figure_find scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE close_due_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? closed */ AND closed_ms IS NOT NULL /*? end */
   /*? in_time */ AND closed_ms <= close_due_ms /*? end */
 ORDER BY +id DESC
 LIMIT :limit OFFSET :skip;

-- name: figure_handled
-- 返工率: of what was handled, what was sent back at the check before.
-- takes: figure_find scope
-- gives: count
SELECT count(*) AS n FROM cases
 WHERE handled_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? plain */ AND about = 0 /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? reworked */ AND rework > 0 /*? end */;

-- name: figure_handled_cases
-- takes: figure_find scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE handled_day BETWEEN :from AND :to
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? reworked */ AND rework > 0 /*? end */
 ORDER BY +id DESC
 LIMIT :limit OFFSET :skip;

-- name: figure_rated
-- 满意率: of what was closed and has a rating, what was rated 4 or 5.
-- takes: figure_find scope
-- gives: count
SELECT count(*) AS n FROM cases
 WHERE closed_day BETWEEN :from AND :to AND satisfaction IS NOT NULL
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? plain */ AND about = 0 /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? satisfied */ AND satisfaction >= 4 /*? end */;

-- name: figure_rated_cases
-- takes: figure_find scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE closed_day BETWEEN :from AND :to AND satisfaction IS NOT NULL
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? satisfied */ AND satisfaction >= 4 /*? end */
 ORDER BY +id DESC
 LIMIT :limit OFFSET :skip;
