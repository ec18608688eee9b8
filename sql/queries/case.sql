-- name: case_add
-- takes: cases
INSERT INTO cases (@columns(cases)) VALUES (@values(cases));

-- name: case_by_id
-- One case, if it lies in the caller's part of the city and with his unit.
-- takes: case_key scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE home = :home AND id = :id
   AND path BETWEEN :path_low AND :path_high
   AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR holding BETWEEN :unit_low AND :unit_high)
   AND @apart(cases);

-- name: case_save
-- Moves a case on. No row changed means someone was faster: ERR_CONFLICT. The
-- revision that the row carries is the new one.
-- takes: cases
UPDATE cases SET @sets(cases)
 WHERE home = :home AND id = :id AND revision = :revision - 1;

-- name: case_provisional
-- Open cases whose deadline counts days that were not published, in order.
-- takes: case_after
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE state NOT BETWEEN 10 AND 19 AND (due_provisional OR finish_provisional OR close_provisional) AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: case_confirm
-- The deadline stays, its mark changes: no step, so the revision stays too.
-- takes: cases
UPDATE cases SET due_provisional = :due_provisional, finish_provisional = :finish_provisional,
                 close_provisional = :close_provisional
 WHERE home = :home AND id = :id AND revision = :revision;

-- name: case_list
-- Newest first, and among the open ones danger before all, or by deadline. A case is open
-- until it is closed, rejected or appraised: the states 10 to 19.
-- First which, of the index alone where it can be, then their rows: to put ten thousand
-- rows in order for a page of fifty would read them all. An id carries its home. The words
-- are looked for row by row, until there is an index of them.
-- takes: case_find scope
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE (home, id) IN (SELECT (id >> 12) & 4095, id FROM cases
   WHERE /*? wide */ '' || /*? end */ /*? due_from */ '' || /*? end */ path BETWEEN :path_low AND :path_high
     AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR holding BETWEEN :unit_low AND :unit_high)
     AND @apart(cases)
     /*? state */ AND state = :state /*? end */
     /*? open */ AND state NOT BETWEEN 10 AND 19 /*? end */
     /*? placed */ AND placed = :placed /*? end */
     /*? unplaced */ AND placed > 2 /*? end */
     /*? sampled */ AND sampled /*? end */
     /*? condition */ AND condition = :condition /*? end */
     /*? unit */ AND unit = :unit /*? end */
     /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
     /*? states */ AND (1 << state) & :states <> 0 /*? end */
     /*? due_from */ AND due_ms >= :due_from_ms /*? end */
     /*? due_before */ AND due_ms < :due_before_ms /*? end */
     /*? words_like */ AND (external_no = :words OR @holds(spot words_like) OR @holds(text words_like)) /*? end */
     /*? north */ AND placed <> 4 AND lon BETWEEN :west AND :east AND lat BETWEEN :south AND :north /*? end */
     /*? before */ AND id < :before /*? end */
     /*? below */ AND (danger, id) < (:below_danger, :below) /*? end */
     /*? by_due */ AND due_ms > 0 /*? end */
   ORDER BY /*? by_due */ due_ms, /*? end */ /*? open */ danger DESC, /*? end */ id DESC
   LIMIT :limit OFFSET :skip)
 ORDER BY /*? by_due */ due_ms, /*? end */ /*? open */ danger DESC, /*? end */ id DESC;

-- name: case_count
-- How many of these there are, counting no further than a thousand and one. Those of a
-- stretch of time, and whatever is asked for widely, are found by what they are and not by
-- where: there is no index of '' || path.
-- takes: case_find scope
-- gives: count
SELECT count(*) AS n FROM (SELECT 1 AS one FROM cases
 WHERE /*? wide */ '' || /*? end */ /*? due_from */ '' || /*? end */ path BETWEEN :path_low AND :path_high
   AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR holding BETWEEN :unit_low AND :unit_high)
   AND @apart(cases)
   /*? state */ AND state = :state /*? end */
   /*? open */ AND state NOT BETWEEN 10 AND 19 /*? end */
   /*? placed */ AND placed = :placed /*? end */
   /*? unplaced */ AND placed > 2 /*? end */
   /*? sampled */ AND sampled /*? end */
   /*? condition */ AND condition = :condition /*? end */
   /*? unit */ AND unit = :unit /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? states */ AND (1 << state) & :states <> 0 /*? end */
   /*? due_from */ AND due_ms >= :due_from_ms /*? end */
   /*? due_before */ AND due_ms < :due_before_ms /*? end */
   /*? words_like */ AND (external_no = :words OR @holds(spot words_like) OR @holds(text words_like)) /*? end */
   /*? north */ AND placed <> 4 AND lon BETWEEN :west AND :east AND lat BETWEEN :south AND :north /*? end */
   /*? by_due */ AND due_ms > 0 /*? end */
 LIMIT 1001) AS counted;

-- name: case_pins
-- Open cases on a piece of ground, for the map; placeholder coordinates (placed 4)
-- are no place. The same questions as the list's, so both show the same cases.
-- takes: case_find scope
-- gives: case_pin
SELECT @columns(case_pin) FROM cases
 WHERE state NOT BETWEEN 10 AND 19 AND placed <> 4
   /*? north */ AND lon BETWEEN :west AND :east AND lat BETWEEN :south AND :north /*? end */
   AND path BETWEEN :path_low AND :path_high
   AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR holding BETWEEN :unit_low AND :unit_high)
   AND @apart(cases)
   /*? state */ AND state = :state /*? end */
   /*? unit */ AND unit = :unit /*? end */
   /*? within_low */ AND path BETWEEN :within_low AND :within_high /*? end */
   /*? states */ AND (1 << state) & :states <> 0 /*? end */
   /*? due_from */ AND due_ms >= :due_from_ms /*? end */
   /*? due_before */ AND due_ms < :due_before_ms /*? end */
   /*? words_like */ AND (external_no = :words OR @holds(spot words_like) OR @holds(text words_like)) /*? end */
 ORDER BY id;

-- name: case_by_code
-- takes: case_code
-- gives: cases
SELECT @columns(cases) FROM cases WHERE home = :home AND code = :code;

-- name: external_claim
-- No row: the number is another's, who has committed by now or did so long ago.
-- takes: external_ticket
INSERT INTO external_ticket (@columns(external_ticket)) VALUES (@values(external_ticket)) ON CONFLICT DO NOTHING;

-- name: case_by_external
-- takes: case_external
-- gives: cases
SELECT @columns(cases) FROM cases WHERE external_no = :external_no ORDER BY id;

-- name: event_add
-- takes: case_event
INSERT INTO case_event (@columns(case_event)) VALUES (@values(case_event));

-- name: event_past
-- The steps that rules ask for, however many, in their order.
-- takes: case_key
-- gives: case_event
SELECT @columns(case_event) FROM case_event
 WHERE home = :home AND case_id = :id AND act NOT IN (12, 14, 20)
 ORDER BY number;

-- name: event_shown
-- The newest steps, in their order, with the names of who took a step and of the unit
-- it went to. An id carries its home; accounts belong to no place.
-- takes: case_newest
-- gives: case_event_shown
SELECT e.number, e.act, e.to_state, e.role, a.title, o.name, e.at_ms, e.at_day, e.note, k.code, k.zh, k.en
  FROM (SELECT number, act, to_state, role, account, unit, at_ms, at_day, note, cited FROM case_event
         WHERE home = :home AND case_id = :id ORDER BY number DESC LIMIT :limit) e
  LEFT JOIN account a ON a.home = 0 AND a.id = e.account
  LEFT JOIN condition k ON k.home = ((e.cited >> 12) & 4095) AND k.id = e.cited
  LEFT JOIN org o ON o.home = ((e.unit >> 12) & 4095) AND o.id = e.unit
 ORDER BY e.number;

-- name: event_stages
-- The same for the reporter: units, but no persons.
-- takes: case_newest
-- gives: case_stage
SELECT e.act, e.to_state, e.at_ms, e.at_day, o.name
  FROM (SELECT number, act, to_state, unit, at_ms, at_day FROM case_event
         WHERE home = :home AND case_id = :id ORDER BY number DESC LIMIT :limit) e
  LEFT JOIN org o ON o.home = ((e.unit >> 12) & 4095) AND o.id = e.unit
 ORDER BY e.number;

-- name: reporter_add
-- takes: reporter
INSERT INTO reporter (@columns(reporter)) VALUES (@values(reporter));

-- name: reporter_get
-- takes: case_key
-- gives: reporter
SELECT @columns(reporter) FROM reporter WHERE home = :home AND case_id = :id;

-- name: reporter_due
-- Whose case ended (closed or appraised: 10, 12; rejected: 11) so long ago. What is open again is not
-- ended; disputes (305) become sealed files and are kept for their archive period.
-- takes: older_than
-- gives: reporter
SELECT @columns(reporter r) FROM reporter r
  JOIN cases c ON c.home = r.home AND c.id = r.case_id
 WHERE r.erased_ms IS NULL AND r.made_ms < :before_ms AND coalesce(c.category, '') <> '305'
   AND ((c.state IN (10, 12) AND c.closed_ms < :before_ms)
     OR (c.state = 11 AND NOT EXISTS
         (SELECT 1 FROM case_event e
           WHERE e.home = c.home AND e.case_id = c.id AND e.at_ms >= :before_ms)))
 ORDER BY r.made_ms, r.case_id
 LIMIT :limit;

-- name: reporter_save
-- takes: reporter
UPDATE reporter SET @sets(reporter) WHERE home = :home AND case_id = :case_id;

-- name: post_reach
-- How many posts of a unit reach what hangs at a path.
-- takes: post_reach
-- gives: count
SELECT count(*) AS n FROM post
 WHERE unit = :unit AND since <= :day AND (until IS NULL OR until >= :day)
   AND :path BETWEEN path AND path || '~';

-- name: precedent_add
-- takes: precedent
INSERT INTO precedent (@columns(precedent)) VALUES (@values(precedent));

-- name: precedent_shift
-- takes: path_shift
UPDATE precedent SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: precedent_newest
-- The decision that holds: the newest.
-- takes: precedent_find
-- gives: precedent
SELECT @columns(precedent) FROM precedent
 WHERE path = :path AND condition = :condition AND place_kind = :place_kind
 ORDER BY decided_ms DESC, id DESC
 LIMIT 1;

-- name: case_resuming
-- takes: case_resuming
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE state = 21 AND suspended_until <= :day
 ORDER BY suspended_until, id
 LIMIT :limit;
