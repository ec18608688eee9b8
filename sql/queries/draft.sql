-- draft – the planner's drafts: plans, their grids, the ground they stand on, their steps.

-- name: plan_add
-- takes: plan
INSERT INTO plan (@columns(plan)) VALUES (@values(plan));

-- name: plan_save
-- takes: plan
UPDATE plan SET @sets(plan) WHERE home = :home AND id = :id;

-- name: plan_by_id
-- takes: plan_key scope
-- gives: plan
SELECT @columns(plan p) FROM plan p
 WHERE p.home = :home AND p.id = :id
   AND EXISTS (SELECT 1 FROM area a
                WHERE a.home = ((p.within >> 12) & 4095) AND a.id = p.within
                  AND a.path BETWEEN :path_low AND :path_high);

-- name: plan_list
-- Newest first; an installation has some hundreds at most (plan_made).
-- takes: plan_find scope
-- gives: plan
SELECT @columns(plan p) FROM plan p
 WHERE EXISTS (SELECT 1 FROM area a
                WHERE a.home = ((p.within >> 12) & 4095) AND a.id = p.within
                  AND a.path BETWEEN :path_low AND :path_high)
   /*? area */ AND p.within = :area /*? end */
 ORDER BY p.made_ms DESC, p.id DESC
 LIMIT :limit;

-- name: plan_waiting
-- The oldest that is not solved yet.
-- gives: plan
SELECT @columns(plan) FROM plan WHERE state = 1 ORDER BY made_ms, id LIMIT 1;

-- name: plan_turned
-- takes: plan_turn
UPDATE plan SET progress = :progress WHERE home = :home AND id = :id AND state = 1;

-- name: plan_part_add
-- takes: plan_part
INSERT INTO plan_part (@columns(plan_part)) VALUES (@values(plan_part));

-- name: plan_part_save
-- takes: plan_part
UPDATE plan_part SET bytes = :bytes WHERE home = :home AND plan = :plan AND part = :part;

-- name: plan_part_by_key
-- takes: plan_part_key
-- gives: plan_part
SELECT @columns(plan_part) FROM plan_part WHERE home = :home AND plan = :plan AND part = :part;

-- name: plan_grid_add
-- takes: plan_grid
INSERT INTO plan_grid (@columns(plan_grid)) VALUES (@values(plan_grid));

-- name: plan_grid_save
-- takes: plan_grid
UPDATE plan_grid SET @sets(plan_grid) WHERE home = :home AND plan = :plan AND number = :number;

-- name: plan_grid_list
-- Breaches first, then as they are numbered.
-- takes: plan_key
-- gives: plan_grid
SELECT @columns(plan_grid) FROM plan_grid
 WHERE home = :home AND plan = :id
 ORDER BY in_range, number;

-- name: plan_step_add
-- takes: plan_step
INSERT INTO plan_step (@columns(plan_step)) VALUES (@values(plan_step));

-- name: plan_step_by_key
-- takes: plan_step_key
-- gives: plan_step
SELECT @columns(plan_step) FROM plan_step WHERE home = :home AND plan = :plan AND number = :number;

-- name: plan_due
-- Approved, and their day has come.
-- takes: plan_days
-- gives: plan
SELECT @columns(plan) FROM plan WHERE state = 5 AND since <= :day ORDER BY since, id LIMIT 20;

-- name: plan_put_away
-- Failed, or withdrawn long ago: nobody looks at them any more.
-- takes: older_than
-- gives: plan
SELECT @columns(plan) FROM plan
 WHERE (state = 7 AND withdrawn_ms < :before_ms) OR (state = 2 AND made_ms < :before_ms)
 ORDER BY home, id
 LIMIT :limit;

-- name: plan_grids_forget
-- takes: plan_key
DELETE FROM plan_grid WHERE home = :home AND plan = :id;

-- name: plan_parts_forget
-- takes: plan_key
DELETE FROM plan_part WHERE home = :home AND plan = :id;

-- name: plan_steps_forget
-- takes: plan_key
DELETE FROM plan_step WHERE home = :home AND plan = :id;

-- name: plan_forget
-- takes: plan_key
DELETE FROM plan WHERE home = :home AND id = :id;
