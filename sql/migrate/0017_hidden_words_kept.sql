-- hidden words kept – what is erased in time is found by its age.

CREATE INDEX hidden_words_kept ON hidden_words (at_ms) WHERE erased_ms IS NULL;
