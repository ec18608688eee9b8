-- hidden words – what named people in a report's words, sealed apart from the case.

CREATE TABLE hidden_words (
    case_id id NOT NULL,
    home int NOT NULL,
    number int NOT NULL,
    pieces int NOT NULL,
    words bytes,
    words_key int,
    account id,
    at_ms ms NOT NULL,
    at_day day NOT NULL,
    erased_ms ms,
    erased_day day,
    PRIMARY KEY (home, case_id, number)
);
