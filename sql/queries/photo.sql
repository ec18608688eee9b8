-- name: photo_add
-- takes: photo
INSERT INTO photo (@columns(photo)) VALUES (@values(photo));

-- name: photo_by_id
-- takes: photo_key
-- gives: photo
SELECT @columns(photo) FROM photo WHERE home = :home AND id = :id;

-- name: photo_by_claim
-- takes: photo_claim
-- gives: photo
SELECT @columns(photo) FROM photo WHERE claim = :claim AND case_id IS NULL;

-- name: photo_of_case
-- takes: case_key
-- gives: photo
SELECT @columns(photo) FROM photo WHERE case_id = :id ORDER BY id;

-- name: photo_released
-- takes: case_key
-- gives: photo
SELECT @columns(photo) FROM photo WHERE case_id = :id AND released_ms IS NOT NULL ORDER BY id LIMIT 24;

-- name: photo_save
-- takes: photo
UPDATE photo SET @sets(photo) WHERE home = :home AND id = :id;

-- name: photo_drop
-- takes: photo_key
DELETE FROM photo WHERE home = :home AND id = :id;

-- name: photo_file_add
-- takes: photo_file
INSERT INTO photo_file (@columns(photo_file)) VALUES (@values(photo_file));

-- name: photo_file_get
-- takes: photo_ask
-- gives: photo_file
SELECT @columns(photo_file) FROM photo_file
 WHERE home = :home AND photo = :id AND form = :form AND size = :size;

-- name: photo_files_uncover
-- Before it is covered anew.
-- takes: photo_key
DELETE FROM photo_file WHERE home = :home AND photo = :id AND form = 2;

-- name: photo_files_drop
-- takes: photo_key
DELETE FROM photo_file WHERE home = :home AND photo = :id;

-- name: photo_unclaimed
-- Uploads that no report and no step named.
-- takes: older_than
-- gives: photo
SELECT @columns(photo) FROM photo
 WHERE case_id IS NULL AND made_ms < :before_ms
 ORDER BY id
 LIMIT :limit;

-- name: photo_due
-- As reporter_due: of cases that ended so long ago, but for disputes.
-- takes: older_than
-- gives: photo
SELECT @columns(photo p) FROM photo p
  JOIN cases c ON c.home = ((p.case_id >> 12) & 4095) AND c.id = p.case_id
 WHERE p.made_ms < :before_ms AND coalesce(c.category, '') <> '305'
   AND ((c.state IN (10, 12) AND c.closed_ms < :before_ms)
     OR (c.state = 11 AND NOT EXISTS
         (SELECT 1 FROM case_event e
           WHERE e.home = c.home AND e.case_id = c.id AND e.at_ms >= :before_ms)))
 ORDER BY p.made_ms, p.id
 LIMIT :limit;
