-- name: visit_round_add
-- takes: visit_round
INSERT INTO visit_round (@columns(visit_round)) VALUES (@values(visit_round));

-- name: visit_round_save
-- takes: visit_round
UPDATE visit_round SET @sets(visit_round) WHERE home = :home AND id = :id;

-- name: visit_round_by_id
-- takes: visit_round_key scope
-- gives: visit_round
SELECT @columns(visit_round) FROM visit_round
 WHERE home = :home AND id = :id AND path BETWEEN :path_low AND :path_high;

-- name: visit_round_list
-- By area and not by rank, the newest of each first.
-- takes: visit_round_find scope
-- gives: visit_round
SELECT @columns(visit_round) FROM visit_round
 WHERE path BETWEEN :path_low AND :path_high AND until >= since
   /*? low */ AND path BETWEEN :low AND :high /*? end */
   /*? on_day */ AND since <= :on_day AND until >= :on_day - 7 /*? end */
 ORDER BY path, id DESC
 LIMIT :limit;

-- name: visit_round_beside
-- takes: visit_round_span
-- gives: visit_round
SELECT @columns(visit_round) FROM visit_round
 WHERE area = :area AND until >= since AND since <= :until AND until >= :since
 ORDER BY id
 LIMIT 1;

-- name: visit_round_shift
-- takes: path_shift
UPDATE visit_round SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: visit_places
-- Where people live, in an area and all that lies in it.
-- takes: visit_places_in
-- gives: place
SELECT @columns(place) FROM place
 WHERE path BETWEEN :low AND :high AND until IS NULL AND (kind = 1 OR coalesce(households, 0) > 0) AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: visit_stop_add
-- takes: visit_stop
INSERT INTO visit_stop (@columns(visit_stop)) VALUES (@values(visit_stop));

-- name: visit_stop_save
-- takes: visit_stop
UPDATE visit_stop SET @sets(visit_stop) WHERE home = :home AND round = :round AND place = :place;

-- name: visit_stop_by_place
-- takes: visit_stop_key
-- gives: visit_stop
SELECT @columns(visit_stop) FROM visit_stop WHERE home = :home AND round = :round AND place = :place;

-- name: visit_stop_lock
-- Before it is read: of two servers that write to one building one waits for the other.
-- takes: visit_stop_key
UPDATE visit_stop SET met = met WHERE home = :home AND round = :round AND place = :place;

-- name: visit_stop_list
-- takes: visit_round_key
-- gives: visit_stop_shown
SELECT place, name, households, met, not_home, refused, refusing,
       CASE WHEN households IS NULL THEN NULL WHEN households - met - refusing > 0 THEN households - met - refusing ELSE 0 END
  FROM (SELECT s.place, p.name, s.households, s.met, s.not_home, s.refused,
               (SELECT count(*) FROM no_visit v WHERE v.place = s.place) AS refusing
          FROM visit_stop s JOIN place p ON p.home = ((s.place >> 12) & 4095) AND p.id = s.place
         WHERE s.home = :home AND s.round = :id) AS each_stop
 ORDER BY name, place
 LIMIT 500;

-- name: visit_sums
-- takes: visit_round_key
-- gives: visit_sums
SELECT count(*), CAST(coalesce(sum(coalesce(households, 0)), 0) AS bigint),
       CAST(coalesce(sum(CASE WHEN households IS NULL THEN 1 ELSE 0 END), 0) AS bigint),
       CAST(coalesce(sum(met), 0) AS bigint), CAST(coalesce(sum(not_home), 0) AS bigint),
       CAST(coalesce(sum(refused), 0) AS bigint),
       CAST(coalesce(sum(CASE WHEN households - met - refusing > 0 THEN households - met - refusing ELSE 0 END), 0) AS bigint)
  FROM (SELECT s.households, s.met, s.not_home, s.refused,
               (SELECT count(*) FROM no_visit v WHERE v.place = s.place) AS refusing
          FROM visit_stop s WHERE s.home = :home AND s.round = :id) AS each_stop;

-- name: visit_add
-- takes: visit
INSERT INTO visit (@columns(visit)) VALUES (@values(visit));

-- name: visit_save
-- takes: visit
UPDATE visit SET @sets(visit) WHERE home = :home AND id = :id;

-- name: visit_doors
-- takes: visit_find
-- gives: visit
SELECT @columns(visit) FROM visit
 WHERE round = :id
   /*? place */ AND place = :place /*? end */
 ORDER BY place, id
 LIMIT 2000;

-- name: visit_doors_next
-- takes: visit_doors_of
-- gives: visit
SELECT @columns(visit) FROM visit
 WHERE round = :round AND place = :place AND id > :after
 ORDER BY id
 LIMIT :limit;

-- name: visit_forget
-- What is known of a door goes; the counts of its building stay.
-- takes: older_than
DELETE FROM visit WHERE (home, id) IN
 (SELECT home, id FROM visit WHERE visited_ms < :before_ms ORDER BY visited_ms LIMIT :limit);

-- name: no_visit_add
-- takes: no_visit
INSERT INTO no_visit (@columns(no_visit)) VALUES (@values(no_visit));

-- name: no_visit_end
-- takes: no_visit_key
DELETE FROM no_visit WHERE home = :home AND id = :id;

-- name: no_visit_by_id
-- takes: no_visit_key
-- gives: no_visit
SELECT @columns(no_visit) FROM no_visit WHERE home = :home AND id = :id;

-- name: no_visit_next
-- takes: visit_doors_of
-- gives: no_visit
SELECT @columns(no_visit) FROM no_visit WHERE place = :place AND id > :after ORDER BY id LIMIT :limit;

-- name: no_visit_list
-- takes: no_visit_find scope
-- gives: no_visit
SELECT @columns(no_visit v) FROM no_visit v JOIN place p ON p.home = ((v.place >> 12) & 4095) AND p.id = v.place
 WHERE p.path BETWEEN :path_low AND :path_high
   /*? low */ AND p.path BETWEEN :low AND :high /*? end */
 ORDER BY v.place, v.id
 LIMIT 500;

-- name: stool_session_add
-- takes: stool_session
INSERT INTO stool_session (@columns(stool_session)) VALUES (@values(stool_session));

-- name: stool_session_save
-- takes: stool_session
UPDATE stool_session SET @sets(stool_session) WHERE home = :home AND id = :id;

-- name: stool_session_by_id
-- takes: stool_session_key scope
-- gives: stool_session
SELECT @columns(stool_session) FROM stool_session
 WHERE home = :home AND id = :id AND path BETWEEN :path_low AND :path_high;

-- name: stool_session_same
-- takes: stool_session_new
-- gives: stool_session
SELECT @columns(stool_session) FROM stool_session
 WHERE place = :place AND day = :day AND half = :half AND NOT cancelled
 ORDER BY id
 LIMIT 1;

-- name: stool_session_list
-- takes: stool_session_find scope
-- gives: stool_session_row
SELECT s.id, s.home, s.place, p.name, s.day, s.half, s.cancelled
  FROM stool_session s LEFT JOIN place p ON p.home = ((s.place >> 12) & 4095) AND p.id = s.place
 WHERE s.path BETWEEN :path_low AND :path_high
   /*? low */ AND s.path BETWEEN :low AND :high /*? end */
   /*? from */ AND s.day >= :from /*? end */
   /*? to */ AND s.day <= :to /*? end */
 ORDER BY s.day DESC, s.half DESC, s.id DESC
 LIMIT :limit;

-- name: stool_session_shift
-- takes: path_shift
UPDATE stool_session SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: matter_add
-- takes: matter
INSERT INTO matter (@columns(matter)) VALUES (@values(matter));

-- name: matter_count
-- Settled: closed as solved, or settled on the spot and waiting for its sample check.
-- takes: matter_find scope
-- gives: count
SELECT count(*) AS n FROM matter m JOIN cases ON cases.home = m.home AND cases.id = m.case_id
 WHERE path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? round */ AND m.round = :round /*? end */
   /*? session */ AND m.session = :session /*? end */
   /*? settled */ AND (close_kind = 1 OR sampled AND state IN (7, 8)) /*? end */;

-- name: matter_cases
-- takes: matter_find scope
-- gives: cases
SELECT @columns(cases cases) FROM matter m JOIN cases ON cases.home = m.home AND cases.id = m.case_id
 WHERE path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND @apart(cases)
   /*? round */ AND m.round = :round /*? end */
   /*? session */ AND m.session = :session /*? end */
   /*? settled */ AND (close_kind = 1 OR sampled AND state IN (7, 8)) /*? end */
 ORDER BY cases.id DESC
 LIMIT :limit;
