-- name: account_add
-- takes: account
INSERT INTO account (@columns(account)) VALUES (@values(account));

-- name: account_save
-- takes: account
UPDATE account SET @sets(account) WHERE home = :home AND id = :id;

-- name: account_by_login
-- takes: account_login
-- gives: account
SELECT @columns(account) FROM account WHERE home = 0 AND login = :login;

-- name: account_list
-- A page by login. Accounts are as many as people who work here: one look at each is short.
-- takes: account_search
-- gives: account
SELECT @columns(account) FROM account
 WHERE home = 0
   /*? login */ AND login = :login /*? end */
   /*? words_like */ AND (@holds(login words_like) OR @holds(title words_like)) /*? end */
   /*? role */ AND EXISTS (SELECT 1 FROM post p WHERE p.account = account.id AND p.role = :role
       AND p.since <= :day AND (p.until IS NULL OR p.until >= :day)) /*? end */
   /*? unposted */ AND NOT EXISTS (SELECT 1 FROM post p WHERE p.account = account.id
       AND p.since <= :day AND (p.until IS NULL OR p.until >= :day)) /*? end */
 ORDER BY login
 LIMIT :limit OFFSET :skip;

-- name: account_by_id
-- takes: account_key
-- gives: account
SELECT @columns(account) FROM account WHERE home = :home AND id = :id;

-- name: post_add
-- takes: post
INSERT INTO post (@columns(post)) VALUES (@values(post));

-- name: post_of_account
-- Those that hold on a day, the oldest first.
-- takes: posts_of
-- gives: post
SELECT @columns(post) FROM post
 WHERE account = :account AND since <= :day AND (until IS NULL OR until >= :day)
 ORDER BY since, id;

-- name: post_from
-- Those that hold on a day or will hold later.
-- takes: posts_of
-- gives: post
SELECT @columns(post) FROM post
 WHERE account = :account AND (until IS NULL OR until >= :day)
 ORDER BY since, id
 LIMIT 200;

-- name: post_by_id
-- takes: post_key
-- gives: post
SELECT @columns(post) FROM post WHERE home = :home AND id = :id;

-- name: post_save
-- takes: post
UPDATE post SET @sets(post) WHERE home = :home AND id = :id;

-- name: actor_holds
-- One, or none: posts, accounts and sessions belong to no place.
-- takes: actor_held
-- gives: count
SELECT count(*) AS n FROM post p JOIN account a ON a.home = 0 AND a.id = p.account
 WHERE p.home = 0 AND p.id = :post AND p.account = :account AND p.role = :role
   AND a.active = TRUE AND p.since <= :day AND (p.until IS NULL OR p.until >= :day)
   /*? session */ AND EXISTS (SELECT 1 FROM session s WHERE s.home = 0 AND s.id = :session
       AND s.account = :account AND s.revoked = FALSE AND s.ends_ms > :now_ms) /*? end */;

-- name: post_shown
-- The same with the names of what they hold for; an id carries its home.
-- takes: posts_of
-- gives: post_shown
SELECT p.id, p.role, p.area, a.name, p.unit, o.name, p.leads
  FROM post p
  LEFT JOIN area a ON a.home = ((p.area >> 12) & 4095) AND a.id = p.area
  LEFT JOIN org o ON o.home = ((p.unit >> 12) & 4095) AND o.id = p.unit
 WHERE p.account = :account AND p.since <= :day AND (p.until IS NULL OR p.until >= :day)
 ORDER BY p.since, p.id;

-- name: post_listed
-- Newest first, with the names of what they hold for; an id carries its home.
-- takes: post_look
-- gives: post_listed
SELECT p.id, p.account, p.role, p.area, a.name, p.unit, o.name, p.since, p.until, p.leads
  FROM post p
  LEFT JOIN area a ON a.home = ((p.area >> 12) & 4095) AND a.id = p.area
  LEFT JOIN org o ON o.home = ((p.unit >> 12) & 4095) AND o.id = p.unit
 WHERE p.account = :account
   /*? day */ AND (p.until IS NULL OR p.until >= :day) /*? end */
 ORDER BY p.since DESC, p.id DESC
 LIMIT 200;

-- name: session_add
-- takes: session
INSERT INTO session (@columns(session)) VALUES (@values(session));

-- name: session_by_token
-- takes: session_token
-- gives: session
SELECT @columns(session) FROM session WHERE home = 0 AND token = :token;

-- name: session_save
-- takes: session
UPDATE session SET @sets(session) WHERE home = :home AND id = :id;

-- name: session_revoke_account
-- A new password ends every session that the old one opened.
-- takes: account_key
UPDATE session SET revoked = TRUE WHERE account = :id AND revoked = FALSE;

-- name: session_by_id
-- takes: session_which
-- gives: session
SELECT @columns(session) FROM session WHERE home = :home AND id = :id;

-- name: account_event_add
-- takes: account_event
INSERT INTO account_event (@columns(account_event)) VALUES (@values(account_event));

-- name: account_event_list
-- Newest first.
-- takes: account_find
-- gives: account_event_shown
SELECT e.id, e.account, a.login, a.title, e.what, e.by_whom, e.role, b.title, e.at_ms, e.at_day
  FROM account_event e
  LEFT JOIN account a ON a.home = 0 AND a.id = e.account
  LEFT JOIN account b ON b.home = 0 AND b.id = e.by_whom
 WHERE e.home = 0
   /*? account */ AND e.account = :account /*? end */
   /*? what */ AND e.what = :what /*? end */
   /*? from */ AND e.at_day >= :from /*? end */
   /*? until */ AND e.at_day <= :until /*? end */
 ORDER BY e.id DESC
 LIMIT :limit OFFSET :skip;

-- name: account_event_forget
-- takes: older_than
DELETE FROM account_event WHERE (home, id) IN
 (SELECT home, id FROM account_event WHERE at_ms < :before_ms ORDER BY at_ms LIMIT :limit);
