-- name: petition_add
-- takes: petition
INSERT INTO petition (@columns(petition)) VALUES (@values(petition));

-- name: petition_by_id
-- One matter, if it lies in the caller's part of the city and is with his unit, or was
-- answered by it, and is not about a unit of his.
-- takes: petition_key scope
-- gives: petition
SELECT @columns(petition) FROM petition
 WHERE home = :home AND id = :id
   AND path BETWEEN :path_low AND :path_high
   AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR first_unit BETWEEN :unit_low AND :unit_high)
   AND @apart(petition);

-- name: petition_by_code
-- takes: petition_code scope
-- gives: petition
SELECT @columns(petition) FROM petition
 WHERE home = :home AND code = :code
   AND path BETWEEN :path_low AND :path_high
   AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR first_unit BETWEEN :unit_low AND :unit_high)
   AND @apart(petition);

-- name: petition_save
-- No row changed means someone was faster: ERR_CONFLICT.
-- takes: petition
UPDATE petition SET @sets(petition) WHERE home = :home AND id = :id AND revision = :revision - 1;

-- name: petition_list
-- Newest first. A sealed file (state 12) is in no list, nor one that its reader withdrew
-- from. Those up to state 8 go on, the others have ended.
-- takes: petition_find scope
-- gives: petition
SELECT @columns(petition) FROM petition
 WHERE state <> 12
   AND path BETWEEN :path_low AND :path_high
   AND (coalesce(unit, 0) BETWEEN :unit_low AND :unit_high OR first_unit BETWEEN :unit_low AND :unit_high)
   AND @apart(petition)
   AND NOT EXISTS (SELECT 1 FROM petition_recusal r
                    WHERE r.home = petition.home AND r.petition_id = petition.id AND r.account = :self)
   /*? state */ AND state = :state /*? end */
   /*? open */ AND state < 8 /*? end */
   /*? kind */ AND kind = :kind /*? end */
   /*? unit */ AND unit = :unit /*? end */
   /*? before */ AND id < :before /*? end */
 ORDER BY id DESC
 LIMIT :limit;

-- name: petition_shift
-- takes: path_shift
UPDATE petition SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: petition_file_add
-- takes: petition_file
INSERT INTO petition_file (@columns(petition_file)) VALUES (@values(petition_file));

-- name: petition_file_get
-- takes: petition_key
-- gives: petition_file
SELECT @columns(petition_file) FROM petition_file WHERE home = :home AND petition_id = :id;

-- name: petition_file_due
-- Sealed so long ago that the archive period is over.
-- takes: older_than
-- gives: petition_file
SELECT @columns(petition_file) FROM petition_file
 WHERE erased_ms IS NULL
   AND EXISTS (SELECT 1 FROM petition p WHERE p.home = petition_file.home AND p.id = petition_file.petition_id
                  AND p.sealed_ms < :before_ms)
 LIMIT :limit;

-- name: petition_file_save
-- takes: petition_file
UPDATE petition_file SET @sets(petition_file) WHERE home = :home AND petition_id = :petition_id;

-- name: petition_notice_erase
-- takes: petition_key
UPDATE petition_notice SET words = NULL, words_key = NULL WHERE home = :home AND petition_id = :id;

-- name: petition_event_add
-- takes: petition_event
INSERT INTO petition_event (@columns(petition_event)) VALUES (@values(petition_event));

-- name: petition_event_list
-- takes: petition_key
-- gives: petition_event
SELECT @columns(petition_event) FROM petition_event
 WHERE home = :home AND petition_id = :id ORDER BY number DESC LIMIT 200;

-- name: petition_answered_by
-- How often somebody gave an opinion on it (act 13).
-- takes: petition_who
-- gives: count
SELECT count(*) AS n FROM petition_event
 WHERE home = :home AND petition_id = :id AND account = :account AND act = 13;

-- name: petition_notice_add
-- takes: petition_notice
INSERT INTO petition_notice (@columns(petition_notice)) VALUES (@values(petition_notice));

-- name: petition_notice_list
-- takes: petition_key
-- gives: petition_notice
SELECT @columns(petition_notice) FROM petition_notice
 WHERE home = :home AND petition_id = :id ORDER BY number LIMIT 40;

-- name: petition_notice_get
-- takes: petition_notice_key
-- gives: petition_notice
SELECT @columns(petition_notice) FROM petition_notice
 WHERE home = :home AND petition_id = :id AND number = :number;

-- name: petition_recusal_add
-- takes: petition_recusal
INSERT INTO petition_recusal (@columns(petition_recusal)) VALUES (@values(petition_recusal));

-- name: petition_recusal_of
-- takes: petition_who
-- gives: count
SELECT count(*) AS n FROM petition_recusal WHERE home = :home AND petition_id = :id AND account = :account;

-- name: petition_opening_add
-- takes: petition_opening
INSERT INTO petition_opening (@columns(petition_opening)) VALUES (@values(petition_opening));

-- name: petition_opening_by_id
-- takes: opening_key
-- gives: petition_opening
SELECT @columns(petition_opening) FROM petition_opening WHERE home = :home AND id = :id;

-- name: petition_opening_save
-- Only the first who agrees changes it.
-- takes: petition_opening
UPDATE petition_opening SET @sets(petition_opening) WHERE home = :home AND id = :id AND approved_ms IS NULL;

-- name: petition_opening_of
-- takes: opening_of
-- gives: count
SELECT count(*) AS n FROM petition_opening
 WHERE petition = :petition AND account = :account AND approved_ms IS NOT NULL AND ends_ms > :now_ms;
