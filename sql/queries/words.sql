-- name: hidden_add
-- takes: hidden_words
INSERT INTO hidden_words (@columns(hidden_words)) VALUES (@values(hidden_words));

-- name: hidden_list
-- takes: case_key
-- gives: hidden_words
SELECT @columns(hidden_words) FROM hidden_words WHERE home = :home AND case_id = :id ORDER BY number;

-- name: hidden_erase
-- The words go, the row stays: that there was something, and when it went.
-- takes: hidden_words
UPDATE hidden_words SET words = NULL, words_key = NULL, erased_ms = :erased_ms, erased_day = :erased_day
 WHERE home = :home AND case_id = :case_id AND erased_ms IS NULL;
