/* probe – see probe.h. */
#include "probe.h"

#include <stddef.h>

static const Choice pick_list[] = { { 1, "one", "一", "one" }, { 2, "two", "二", "two" } };
static const Choices picks = { "Pick", "pick", pick_list, COUNT(pick_list) };

#define BASE(T, n, k, p)                                                                  \
    .name = #n, .zh = "项", .en = "Item", .kind = k, .presence = p, .at = offsetof(T, n), \
    .has = offsetof(T, has.n)
#define STORED(n, k, p, ...) \
    { BASE(Probe, n, k, p), .purpose = "to test", .readers = 1, __VA_ARGS__ }

static const Field *probe_fields(size_t *ret_n) {
    static const Field f[] = {
        STORED(id, KIND_KEY, MADE),
        STORED(ref, KIND_REF, NEEDED),
        STORED(number, KIND_INT, NEEDED),
        STORED(big, KIND_LONG, NEEDED),
        STORED(lon, KIND_DEGREE, NEEDED),
        STORED(words, KIND_TEXT, NEEDED),
        STORED(met, KIND_TIME, NEEDED),
        STORED(day, KIND_DAY, NEEDED),
        STORED(yes, KIND_BOOL, DEFAULTED, .fallback = 1),
        STORED(pick, KIND_ENUM, DEFAULTED, .fallback = 2, .choices = &picks),
        STORED(raw, KIND_BYTES, NEEDED),
        STORED(contact, KIND_SEALED, OPTIONAL),
        STORED(maybe, KIND_INT, OPTIONAL),
        STORED(maybe_words, KIND_TEXT, OPTIONAL),
    };
    *ret_n = COUNT(f);
    return f;
}

static const Field *find_fields(size_t *ret_n) {
    static const Field f[] = {
        { BASE(ProbeFind, from, KIND_LONG, NEEDED) },
        { BASE(ProbeFind, to, KIND_LONG, NEEDED) },
        { BASE(ProbeFind, pick, KIND_ENUM, OPTIONAL), .choices = &picks },
        { BASE(ProbeFind, limit, KIND_INT, NEEDED) },
    };
    *ret_n = COUNT(f);
    return f;
}

static const Field *count_fields(size_t *ret_n) {
    static const Field f[] = { { BASE(ProbeCount, n, KIND_LONG, NEEDED), .shown = true },
                               { BASE(ProbeCount, sum, KIND_LONG, NEEDED), .shown = true } };
    *ret_n = COUNT(f);
    return f;
}

const Record probe_record = { "probe", "Probe", "home, id", "试", "Probe", sizeof(Probe), probe_fields };
const Record probe_find_record = { "probe_find",   "ProbeFind",       NULL,       "试",
                                   "Which probes", sizeof(ProbeFind), find_fields };
const Record probe_count_record = { "probe_count", "ProbeCount",       NULL,        "试",
                                    "How many",    sizeof(ProbeCount), count_fields };

#define COLUMNS                                                                                            \
    "id, home, ref, number, big, lon, words, met_ms, met_day, day, yes, pick, raw, contact, contact_key, " \
    "maybe, maybe_words"
#define BOTH(text) \
    { text, text }

/* The places of the 17 columns: (argument, field, part), never filtered. */
#define ONE(field) \
    { { 0, field, 0 }, 0 }
#define TWO(field) \
    { { 0, field, 0 }, 0 }, { { 0, field, 1 }, 0 }
static const QueryParam put_params[] = { TWO(0), ONE(1), ONE(2), ONE(3),  ONE(4),  ONE(5),  TWO(6),
                                         ONE(7), ONE(8), ONE(9), ONE(10), TWO(11), ONE(12), ONE(13) };
static const QueryPiece put_pieces[] = {
    { 0,
      { "INSERT INTO probe (" COLUMNS ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)",
        "INSERT INTO probe (" COLUMNS
        ") VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)" } },
};
const Query probe_put = { "probe_put", put_pieces,        1,   put_params, COUNT(put_params), NULL,
                          0,           { &probe_record }, NULL };

static const QueryParam find_params[] = { ONE(0), ONE(1), { { 0, 2, 0 }, 1 }, ONE(3) };
static const QueryPlace find_filters[] = { { 0, 2, 0 } };
static const QueryPiece find_pieces[] = {
    { 0,
      { "SELECT " COLUMNS " FROM probe WHERE id BETWEEN ?1 AND ?2",
        "SELECT " COLUMNS " FROM probe WHERE id BETWEEN $1 AND $2" } },
    { 1, { " AND pick = ?3", " AND pick = $3" } },
    { 0, { " ORDER BY id LIMIT ?4", " ORDER BY id LIMIT $4" } },
};
const Query probe_find = { "probe_find",           find_pieces,  3, find_params, 4, find_filters, 1,
                           { &probe_find_record }, &probe_record };

static const QueryPiece count_pieces[] = { { 0, BOTH("SELECT count(*), sum(big) FROM probe") } };
const Query probe_count = { "probe_count", count_pieces, 1, NULL, 0, NULL, 0, { NULL }, &probe_count_record };

static const QueryPiece wide_pieces[] = { { 0, BOTH("SELECT id, home FROM probe") } };
const Query probe_wide = { "probe_wide", wide_pieces, 1, NULL, 0, NULL, 0, { NULL }, &probe_record };

static const QueryParam change_params[] = { ONE(0), ONE(1), ONE(3) };
static const QueryPiece change_pieces[] = { { 0,
                                              { "UPDATE probe SET number = ?3 WHERE id BETWEEN ?1 AND ?2",
                                                "UPDATE probe SET number = $3 WHERE id BETWEEN $1 AND $2" } } };
const Query probe_change = { "probe_change",         change_pieces, 1, change_params, 3, NULL, 0,
                             { &probe_find_record }, NULL };

static const QueryParam erase_params[] = { ONE(0), ONE(1) };
static const QueryPiece erase_pieces[] = {
    { 0, { "DELETE FROM probe WHERE id BETWEEN ?1 AND ?2", "DELETE FROM probe WHERE id BETWEEN $1 AND $2" } }
};
const Query probe_erase = { "probe_erase",          erase_pieces, 1, erase_params, 2, NULL, 0,
                            { &probe_find_record }, NULL };

const Migration probe_migrations[] = {
    { 1, "0001_probe.sql", "aaa1",
      "-- A comment; with 'quotes' and (brackets.\n"
      "CREATE TABLE probe (\n    id id NOT NULL, home int NOT NULL,\n    ref id NOT NULL,\n    number int NOT "
      "NULL,\n"
      "    big long NOT NULL,\n    lon degree NOT NULL,\n    words text NOT NULL, -- of any length\n    met_ms "
      "ms NOT NULL,\n"
      "    met_day day NOT NULL,\n    day day NOT NULL,\n    raw bytes NOT NULL,\n    maybe int,\n    PRIMARY "
      "KEY (home, id)\n);\n"
      "CREATE INDEX probe_by_day ON probe (home, day);\n" },
    { 2, "0002_more.sql", "aaa2",
      "ALTER TABLE probe ADD COLUMN yes bool NOT NULL DEFAULT TRUE;\n"
      "ALTER TABLE probe ADD COLUMN pick int NOT NULL DEFAULT 2;\nALTER TABLE probe ADD COLUMN contact bytes;\n"
      "ALTER TABLE probe ADD COLUMN contact_key int;\n" },
    { 3, "0003_words.sql", "aaa3",
      "ALTER TABLE probe ADD COLUMN maybe_words text;\n"
      "-- only: sqlite\nCREATE INDEX probe_sqlite ON probe (day);\n-- only: postgres\nCREATE INDEX "
      "probe_postgres ON probe (day);\n"
      "-- wide\nCREATE TABLE probe_note (note text NOT NULL DEFAULT 'a, b (c)', n int NOT NULL DEFAULT -1, "
      "PRIMARY KEY (note));\n" },
};

Probe probe_like(int64_t id) {
    return (Probe){ .id = id,
                    .ref = id,
                    .number = 1,
                    .big = id,
                    .lon = 1214737000,
                    .words = str("漏水"),
                    .met = { 1767225600000, 20454 },
                    .day = 20454,
                    .yes = id % 2 == 0,
                    .pick = 1 + (int32_t)(id % 2),
                    .raw = { "\0\1", 2 } };
}
