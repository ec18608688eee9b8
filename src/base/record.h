/* record – what can be done with any noun, given its field table.
 *
 * Nothing here knows a noun. A row is the noun's C struct behind a void
 * pointer; a field knows its offset in it. Most fields are one column; TIME is
 * two (met_ms, met_day), KEY is two (id, home), SEALED is two (contact,
 * contact_key); `part` counts them. LIST and RAW are never stored.
 * Presence: NEEDED | OPTIONAL | OR(number) a default | MADE by the server |
 * LATER made by the server, absent until then.
 * The nouns themselves: domain/records/ (a .def each), domain/records.h. */
#ifndef JW_RECORD_H
#define JW_RECORD_H

#include "clock.h"
#include "text.h"

typedef enum Kind {
    KIND_KEY, /* an id, with its home beside it: the key of a row of a place        */
    KIND_REF, /* an id alone                                                        */
    KIND_INT,
    KIND_LONG,
    KIND_DEGREE, /* int32 in 1e-7 degree; a decimal number in JSON                  */
    KIND_TEXT,
    KIND_TIME, /* a Moment                                                          */
    KIND_DAY,
    KIND_BOOL,
    KIND_ENUM,
    KIND_BYTES,  /* never in JSON                                                   */
    KIND_SEALED, /* encrypted bytes and the id of their key; never in JSON, no filter */
    KIND_LIST,   /* rows of another record, in arena; in JSON only                  */
    KIND_RAW,    /* ready JSON, output only                                         */
    KIND_MS,     /* a column of TIME, never a field                                 */
    KIND_RETIRED,
    KIND_COUNT
} Kind;
typedef enum Presence { NEEDED, OPTIONAL, DEFAULTED, MADE, LATER } Presence;
typedef enum Dialect { SQLITE, POSTGRES } Dialect;

enum { KEEP_ROW = 0 }; /* as long as the row */
#define KEEP_DAYS(n) (n)

typedef struct Sealed {
    Str bytes;
    int32_t key;
} Sealed;

typedef struct List {
    void *rows; /* of the record that the field names */
    size_t n;
} List;

typedef struct Choice {
    int32_t number;
    const char *word, *zh, *en;
} Choice;
typedef struct Choices {
    const char *type, *set;
    const Choice *list;
    size_t n;
} Choices;
const Choice *choice_numbered(const Choices *c, int64_t number); /* NULL: unknown */
const Choice *choice_worded(const Choices *c, Str word);

typedef struct Record Record;
typedef struct Field {
    const char *name, *zh, *en;
    Str key; /* ,"name": as it stands in JSON */
    Kind kind;
    Presence presence;
    size_t at, has;   /* offsets of the value and of its "is set" flag           */
    int64_t min, max; /* characters of a text, range of a number, rows of a list */
    int32_t fallback; /* of a DEFAULTED one                                      */
    const Choices *choices;
    const Record *rows;  /* of a LIST                                             */
    const char *purpose; /* NULL: asked for or shown, never stored                */
    unsigned readers;    /* roles; 0 of an ASK: everyone who may call             */
    bool shown;          /* filled by the handler, ignored on input               */
    int32_t keep_days;
} Field;

struct Record {
    const char *noun, *type, *key, *zh, *en; /* key NULL: not stored */
    size_t size;
    const Field *(*fields)(size_t *ret_n);
};

/* One column's worth of data, on its way to or from a store. */
typedef struct Value {
    bool null;
    int64_t i;
    Str s;
} Value;

/* Inline, for every row of every statement walks its table with these. */
static inline bool field_has(const Field *f, const void *row) {
    return *(const bool *)((const char *)row + f->has);
}
static inline bool field_nullable(const Field *f) { return f->presence == OPTIONAL || f->presence == LATER; }
static inline bool field_stored(const Field *f) { return f->purpose != NULL && f->kind != KIND_RETIRED; }

static inline size_t field_parts(const Field *f) {
    switch (f->kind) {
    case KIND_RETIRED: return 0;
    case KIND_TIME:
    case KIND_KEY:
    case KIND_SEALED: return 2;
    default: return 1;
    }
}

static inline Kind column_kind(const Field *f, size_t part) {
    switch (f->kind) {
    case KIND_TIME: return part == 0 ? KIND_MS : KIND_DAY;
    case KIND_KEY: return part == 0 ? KIND_REF : KIND_INT;
    case KIND_SEALED: return part == 0 ? KIND_BYTES : KIND_INT;
    default: return f->kind;
    }
}

void column_name(const Field *f, size_t part, char ret[64]);
Value column_get(const Field *f, size_t part, const void *row);
Err column_set(const Field *f, size_t part, void *row, Value v, Arena *a, Fault *fa);
const Field *record_field(const Record *r, Str name); /* NULL: none of that name */

/* What was asked becomes what is stored: each field that both records have under one
 * name and of one kind, value and flag, unless the server makes it in `to`. Texts
 * stay where they are. So a field that is asked for and stored needs no line in C. */
void record_take(const Record *to, void *row, const Record *from, const void *asked);

/* Once, before the first decode: the JSON reader takes its memory from mem.h too. */
void record_begin(void);

/* Decodes one JSON object (or an empty body) and the parameters of path and
 * query, which are text and go kind by kind; an empty parameter is an absent
 * one. Unknown keys are refused; retired, server-made, shown and derived ones
 * are accepted and ignored, so that what a GET gave can be sent back. Texts
 * live in `a`. ERR_INVALID names the field. */
typedef struct Pair {
    Str name, value;
} Pair;
Err record_decode(const Record *r, Str json, const Pair *pairs, size_t n, Arena *a, void *ret_row, Fault *f);

/* Writes the fields that one of `roles` may read. */
void record_encode(const Record *r, const void *row, unsigned roles, Buf *b);

/* The printed forms. */
void record_columns(const Record *r, Buf *b); /* id, home, area, kind, met_ms, … */
void record_ddl(const Record *r, Buf *b);     /* in the words of sql/migrate: see schema.h in store */
void record_openapi(const Record *r, Buf *b); /* "Visit": { … }                   */
void record_field_schema(const Field *f, Buf *b);
void record_typescript(const Record *r, Buf *b); /* after choices_typescript of every set */
void choices_typescript(const Choices *c, Buf *b);
void record_privacy(const Record *r, const Choices *roles, Buf *b); /* one line per stored field */
void record_sample(const Record *r, int64_t id, Buf *b);            /* the least valid JSON      */

#endif
