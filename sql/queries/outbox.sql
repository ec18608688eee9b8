-- name: notice_add
-- takes: notice
INSERT INTO notice (@columns(notice)) VALUES (@values(notice));

-- name: notice_list
-- Those of a tray within the caller's part of the city and with his unit, newest first;
-- what names a person is his alone. Ids carry their home.
-- takes: notice_find scope
-- gives: notice_row
SELECT n.id, n.home, n.kind, n.case_id, c.code, k.zh, k.en, a.name, o.name, n.due_ms, n.due_day, n.at_ms, n.at_day,
       (r.notice IS NOT NULL)
  FROM notice n
  JOIN cases c ON c.home = ((n.case_id >> 12) & 4095) AND c.id = n.case_id
  LEFT JOIN condition k ON k.home = 0 AND k.id = c.condition
  LEFT JOIN area a ON a.home = ((c.area >> 12) & 4095) AND a.id = c.area
  LEFT JOIN org o ON o.home = ((c.unit >> 12) & 4095) AND o.id = c.unit
  LEFT JOIN notice_read r ON r.home = n.home AND r.notice = n.id AND r.account = :account
 WHERE n.tray = :tray
   AND n.path BETWEEN :path_low AND :path_high
   AND coalesce(n.unit, 0) BETWEEN :unit_low AND :unit_high
   AND (c.about = 0 OR c.path BETWEEN :path_low AND :path_high)
   AND @apart(c)
   AND (n.account IS NULL OR n.account = :account)
   /*? unread */ AND r.notice IS NULL /*? end */
   /*? before */ AND n.id < :before /*? end */
 ORDER BY n.id DESC
 LIMIT :limit;

-- name: notice_by_id
-- takes: notice_key notice_find scope
-- gives: notice
SELECT @columns(notice) FROM notice
 WHERE home = :home AND id = :id AND tray = :tray
   AND path BETWEEN :path_low AND :path_high
   AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
   AND (account IS NULL OR account = :account);

-- name: notice_read_add
-- takes: notice_read
INSERT INTO notice_read (@columns(notice_read)) VALUES (@values(notice_read)) ON CONFLICT DO NOTHING;

-- name: notice_unread
-- How many of the newest thousand are unread: what is counted does not grow with history.
-- takes: notice_find scope
-- gives: count
SELECT count(*) AS n
  FROM (SELECT home, id FROM notice
         WHERE tray = :tray
           AND path BETWEEN :path_low AND :path_high
           AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
           AND (account IS NULL OR account = :account)
         ORDER BY id DESC
         LIMIT 1000) AS n
  LEFT JOIN notice_read r ON r.home = n.home AND r.notice = n.id AND r.account = :account
 WHERE r.notice IS NULL;

-- name: notice_read_all
-- The same thousand, those up to one.
-- takes: notice_all scope
INSERT INTO notice_read (home, notice, account, at_ms, at_day)
SELECT n.home, n.id, :account, :at_ms, :at_day
  FROM (SELECT home, id FROM notice
         WHERE tray = :tray
           AND path BETWEEN :path_low AND :path_high
           AND coalesce(unit, 0) BETWEEN :unit_low AND :unit_high
           AND (account IS NULL OR account = :account)
         ORDER BY id DESC
         LIMIT 1000) AS n
  LEFT JOIN notice_read r ON r.home = n.home AND r.notice = n.id AND r.account = :account
 WHERE r.notice IS NULL AND n.id <= :upto
ON CONFLICT DO NOTHING;

-- name: notice_forget
-- takes: older_than
DELETE FROM notice WHERE (home, id) IN
 (SELECT home, id FROM notice WHERE at_ms < :before_ms ORDER BY at_ms LIMIT :limit);

-- name: notice_read_forget
-- takes: older_than
DELETE FROM notice_read WHERE (home, notice, account) IN
 (SELECT home, notice, account FROM notice_read WHERE at_ms < :before_ms ORDER BY at_ms LIMIT :limit);

-- name: notice_shift
-- takes: path_shift
UPDATE notice SET path = :to_path || substr(path, :cut) WHERE path BETWEEN :low AND :high;

-- name: subscription_add
-- takes: subscription
INSERT INTO subscription (@columns(subscription)) VALUES (@values(subscription));

-- name: subscription_save
-- takes: subscription
UPDATE subscription SET @sets(subscription) WHERE home = :home AND id = :id;

-- name: subscription_by_id
-- takes: subscription_key
-- gives: subscription
SELECT @columns(subscription) FROM subscription WHERE home = :home AND id = :id;

-- name: subscription_all
-- gives: subscription
SELECT @columns(subscription) FROM subscription ORDER BY id;

-- name: delivery_add
-- takes: delivery
INSERT INTO delivery (@columns(delivery)) VALUES (@values(delivery));

-- name: delivery_save
-- takes: delivery
UPDATE delivery SET @sets(delivery) WHERE home = :home AND id = :id;

-- name: delivery_by_id
-- takes: delivery_key
-- gives: delivery
SELECT @columns(delivery) FROM delivery WHERE home = :home AND id = :id;

-- name: delivery_head
-- The one that a subscription is to be sent next: what came first goes first.
-- takes: subscription_key
-- gives: delivery
SELECT @columns(delivery) FROM delivery WHERE subscription = :id AND state < 4 ORDER BY id LIMIT 1;

-- name: delivery_mail_due
-- What goes to a mailbox as one letter; nothing while one is on its way.
-- takes: delivery_due
-- gives: delivery
SELECT @columns(delivery) FROM delivery
 WHERE subscription = :subscription AND state < 4 AND next_ms <= :now_ms
   AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.subscription = :subscription AND o.state = 2 AND o.next_ms > :now_ms)
 ORDER BY id
 LIMIT 50;

-- name: delivery_mail_sending
-- takes: subscription_key
-- gives: delivery
SELECT @columns(delivery) FROM delivery WHERE subscription = :id AND state = 2 ORDER BY id LIMIT 50;

-- name: delivery_list
-- Newest first.
-- takes: delivery_find
-- gives: delivery_shown
SELECT d.id, d.home, d.subscription, s.title, d.kind, d.state, d.attempts, d.next_ms, d.next_day, d.made_ms,
       d.made_day, d.ended_ms, d.ended_day, d.reason, d.status
  FROM delivery d LEFT JOIN subscription s ON s.home = 0 AND s.id = d.subscription
 WHERE 1 = 1
   /*? state */ AND d.state = :state /*? end */
   /*? subscription */ AND d.subscription = :subscription /*? end */
   /*? before */ AND d.id < :before /*? end */
 ORDER BY d.id DESC
 LIMIT :limit;

-- name: delivery_forget
-- takes: older_than
DELETE FROM delivery WHERE (home, id) IN
 (SELECT home, id FROM delivery WHERE ended_ms IS NOT NULL AND ended_ms < :before_ms ORDER BY ended_ms LIMIT :limit);

-- name: delivery_backlog
-- gives: delivery_backlog
SELECT (SELECT count(*) FROM delivery WHERE state < 4), (SELECT count(*) FROM delivery WHERE state = 5),
       (SELECT min(made_ms) FROM delivery WHERE state < 4);

-- name: case_due_soon
-- Open ones that are not late and that nobody was reminded of yet, those due first.
-- takes: remind_find
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE state NOT BETWEEN 10 AND 19 AND reminded = 0 AND due_ms >= :now_ms AND due_ms < :due_ms
 ORDER BY due_ms, id
 LIMIT :limit;

-- name: case_overdue
-- takes: remind_find
-- gives: cases
SELECT @columns(cases) FROM cases
 WHERE state NOT BETWEEN 10 AND 19 AND reminded IN (0, 1) AND due_ms < :now_ms
 ORDER BY due_ms, id
 LIMIT :limit;

-- name: case_reminded
-- No step, so the revision stays; but only of the case that was looked at.
-- takes: cases
UPDATE cases SET reminded = :reminded WHERE home = :home AND id = :id AND revision = :revision;

-- name: delivery_stop
-- All that waits for a subscription is given up: stopped (reason 9).
-- takes: delivery_stop
UPDATE delivery SET state = 5, reason = 9, ended_ms = :ended_ms, ended_day = :ended_day
 WHERE subscription = :id AND state < 4;
