/* schema – migration texts into either store's SQL, and catalogs as text.
 * See schema.h for the words. It reads just enough SQL to know where a column
 * stands: quotes, comments, brackets, and the first words of a statement. */
#include "schema.h"

#include "inner.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word, *type[2];
} types[] = {
    { "id", { "INTEGER", "bigint" } },   { "ms", { "INTEGER", "bigint" } },
    { "long", { "INTEGER", "bigint" } }, { "day", { "INTEGER", "integer" } },
    { "int", { "INTEGER", "integer" } }, { "degree", { "INTEGER", "integer" } },
    { "text", { "TEXT", "text" } },      { "bool", { "INTEGER", "boolean" } },
    { "bytes", { "BLOB", "bytea" } },
};

typedef enum Where { ELSEWHERE, COLUMN_NAME, COLUMN_TYPE, COLUMN_REST, AFTER_DEFAULT, ITEM_REST } Where;

typedef struct Translation {
    Dialect d;
    Buf *b;
    Fault *f;
    Where where;
    int depth, words;                       /* words of this statement so far */
    bool table, alter, trigger, key, truth; /* truth: the column is a bool */
    bool wide, skipped;                     /* said before this statement  */
    char first[64], name[64], last[64];
} Translation;

static bool is(const char *word, const char *what) { return strcasecmp(word, what) == 0; }

static void put(Translation *t, const char *p, size_t n) {
    if (!t->skipped)
        buf_put(t->b, p, n);
}
static void put_word(Translation *t, const char *z) { put(t, z, strlen(z)); }

static void space(Translation *t) {
    if (t->words && t->b->n && t->b->p[t->b->n - 1] != ' ' && t->b->p[t->b->n - 1] != '(')
        put(t, " ", 1);
}

static void statement_ends(Translation *t) {
    put(t, ";\n", 2);
    *t = (Translation){ .d = t->d, .b = t->b, .f = t->f };
}

static Err put_type(Translation *t, const char *word) {
    for (size_t i = 0; i < COUNT(types); i++)
        if (is(word, types[i].word)) {
            put_word(t, types[i].type[t->d]);
            t->truth = is(word, "bool");
            t->where = COLUMN_REST;
            return OK;
        }
    return fault(t->f, ERR_INVALID, "schema_type", t->name, "列 %s 的类型“%s”不认识。",
                 "Column %s: “%s” is no type.", t->name, word);
}

/* What stands first between two commas: a column, or PRIMARY KEY and the like. */
static void item_begins(Translation *t, const char *word) {
    static const char *const constraints[] = { "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT" };
    t->where = COLUMN_TYPE;
    for (size_t i = 0; i < COUNT(constraints); i++)
        if (is(word, constraints[i]))
            t->where = ITEM_REST;
    snprintf(t->name, sizeof t->name, "%s", word);
}

static void statement_word(Translation *t, const char *word) {
    if (t->words == 1)
        snprintf(t->first, sizeof t->first, "%s", word);
    else if (t->words == 2) {
        t->table = is(t->first, "CREATE") && is(word, "TABLE");
        t->alter = is(t->first, "ALTER") && is(word, "TABLE");
        t->trigger = is(t->first, "CREATE") && is(word, "TRIGGER");
    }
    if (t->alter && is(word, "COLUMN") && is(t->last, "ADD"))
        t->where = COLUMN_NAME;
}

static Err word(Translation *t, const char *w) {
    space(t);
    t->words++;
    if (t->where == COLUMN_TYPE)
        return put_type(t, w);
    if (t->where == AFTER_DEFAULT) {
        t->where = COLUMN_REST;
        if (t->truth && t->d == POSTGRES && (is(w, "0") || is(w, "1")))
            w = is(w, "1") ? "TRUE" : "FALSE";
    } else if (t->where == COLUMN_NAME)
        item_begins(t, w);
    else if (t->where == COLUMN_REST && is(w, "DEFAULT"))
        t->where = AFTER_DEFAULT;
    else
        statement_word(t, w);
    t->key |= t->table && is(w, "PRIMARY");
    snprintf(t->last, sizeof t->last, "%s", w);
    put_word(t, w);
    return OK;
}

static void sign(Translation *t, char c) {
    if (c == '(') {
        space(t);
        t->where = t->table && t->depth == 0 ? COLUMN_NAME : t->where;
    }
    t->depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && t->table && t->depth == 1)
        t->where = COLUMN_NAME;
    if (c == ';' && t->depth == 0 && (!t->trigger || is(t->last, "END"))) {
        statement_ends(t);
        return;
    }
    put(t, &c, 1);
    if (c == ')' && t->depth == 0 && t->table) {
        if (t->d == SQLITE)
            put_word(t, t->key && !t->wide ? " STRICT, WITHOUT ROWID" : " STRICT");
        t->where = ELSEWHERE;
    }
}

static void comment(Translation *t, const char *p, size_t n) {
    char line[64];

    snprintf(line, sizeof line, "%.*s", (int)n, p);
    t->wide |= strcmp(line, "-- wide") == 0;
    t->skipped |= strcmp(line, t->d == SQLITE ? "-- only: postgres" : "-- only: sqlite") == 0;
}

/* A quoted piece from `p` on, to be passed as it stands: its length. */
static size_t quoted(const char *p) {
    const char *mark = *p == '$' ? "$$" : *p == '"' ? "\"" : "'";
    const char *end = strstr(p + strlen(mark), mark);
    return end ? (size_t)(end - p) + strlen(mark) : strlen(p);
}

static size_t word_length(const char *p) {
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '_')
        n++;
    return n;
}

Err schema_translate(const char *text, Dialect d, Buf *b, Fault *f) {
    Translation t = { .d = d, .b = b, .f = f };
    char room[64];

    for (const char *p = text; *p;) {
        size_t n = word_length(p);
        if (n) {
            snprintf(room, sizeof room, "%.*s", (int)n, p);
            TRY(word(&t, room));
        } else if (strncmp(p, "--", 2) == 0) {
            n = strcspn(p, "\n");
            comment(&t, p, n);
        } else if (*p == '\'' || *p == '"' || strncmp(p, "$$", 2) == 0) {
            n = quoted(p);
            space(&t);
            put(&t, p, n);
            t.where = t.where == AFTER_DEFAULT ? COLUMN_REST : t.where;
        } else {
            n = 1;
            if (isspace((unsigned char)*p))
                space(&t);
            else
                sign(&t, *p);
        }
        p += n;
    }
    return b->full ? fault_arena(f) : OK;
}

/* ---- catalogs ---- */

static const char *const columns_sql[] = {
    [SQLITE] =
        "SELECT m.name, p.name, lower(p.type), p.\"notnull\" OR p.pk, p.dflt_value FROM sqlite_schema m,"
        " pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY m.name, p.name",
    [POSTGRES] =
        "SELECT c.relname, a.attname, format_type(a.atttypid, -1), CASE WHEN a.attnotnull THEN '1' ELSE '0' "
        "END,"
        " pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0"
        " AND NOT a.attisdropped ORDER BY c.relname COLLATE \"C\", a.attname COLLATE \"C\"",
};
static const char *const keys_sql[] = {
    [SQLITE] = "SELECT name, group_concat(col, ', ') FROM (SELECT m.name, p.name AS col FROM sqlite_schema m,"
               " pragma_table_info(m.name) p WHERE m.type = 'table' AND p.pk > 0 AND m.name NOT LIKE "
               "'sqlite\\_%' ESCAPE '\\'"
               " ORDER BY m.name, p.pk) GROUP BY name ORDER BY name",
    [POSTGRES] = "SELECT c.relname, string_agg(a.attname, ', ' ORDER BY k.at) FROM pg_index i"
                 " JOIN pg_class c ON c.oid = i.indrelid CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH "
                 "ORDINALITY AS k(col, at)"
                 " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.col"
                 " WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace"
                 " GROUP BY c.relname ORDER BY c.relname COLLATE \"C\"",
};
static const char *const indexes_sql[] = {
    [SQLITE] = "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger', 'view') AND "
               "sql IS NOT NULL"
               " ORDER BY tbl_name, name",
    [POSTGRES] = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
                 " AND indexname NOT LIKE '%\\_pkey' ORDER BY tablename COLLATE \"C\", indexname COLLATE \"C\"",
};

/* PostgreSQL writes '-1'::integer for -1, and false for FALSE. */
static void print_default(const char *z, Buf *b) {
    char value[128];

    snprintf(value, sizeof value, "%s", z);
    char *cast = strstr(value, "::");
    if (cast && !strchr(cast, '\''))
        *cast = 0;
    size_t n = strlen(value);
    if (n > 2 && *value == '\'' && (isdigit((unsigned char)value[1]) || value[1] == '-') &&
        strspn(value + 1, "-0123456789") == n - 2) {
        memmove(value, value + 1, n - 2);
        value[n - 2] = 0;
    }
    bool yes = is(value, "true"), no = is(value, "false");
    buf_fmt(b, " DEFAULT %s", yes ? "1" : no ? "0" : value);
}

static Err column_line(void *ctx, const char *const *c, int n, Fault *f) {
    Buf *b = ctx;
    (void)n, (void)f;
    buf_fmt(b, "%s.%s %s%s", c[0], c[1], c[2], c[3][0] == '1' ? " NOT NULL" : "");
    if (c[4])
        print_default(c[4], b);
    buf_str(b, "\n");
    return OK;
}

static Err key_line(void *ctx, const char *const *c, int n, Fault *f) {
    (void)n, (void)f;
    buf_fmt(ctx, "%s PRIMARY KEY (%s)\n", c[0], c[1]);
    return OK;
}

static Err index_line(void *ctx, const char *const *c, int n, Fault *f) {
    (void)n, (void)f;
    buf_fmt(ctx, "%s has %s: %s\n", c[0], c[1], c[2]);
    return OK;
}

static Err print(const Driver *d, void *conn, bool indexes, Buf *b, Fault *f) {
    TRY(d->ask(conn, columns_sql[d->dialect], NULL, 0, column_line, b, NULL, f));
    TRY(d->ask(conn, keys_sql[d->dialect], NULL, 0, key_line, b, NULL, f));
    if (indexes)
        TRY(d->ask(conn, indexes_sql[d->dialect], NULL, 0, index_line, b, NULL, f));
    return b->full ? fault_arena(f) : OK;
}

static Err print_with_indexes(Tx *tx, void *arg, Fault *f) { return print(tx->d, tx->conn, true, arg, f); }
static Err print_without(Tx *tx, void *arg, Fault *f) { return print(tx->d, tx->conn, false, arg, f); }

Err schema_print(Store *s, Buf *b, Fault *f) { return store_read(s, -1, print_with_indexes, b, f); }

/* ---- against the records ---- */

static Err make_tables(const Driver *d, void *conn, const Record *const *records, Buf *words, Buf *sql,
                       Fault *f) {
    for (; *records; records++) {
        words->n = sql->n = 0;
        record_ddl(*records, words);
        if (words->full)
            return fault_arena(f);
        if (!words->n)
            continue;
        TRY(schema_translate(words->p, d->dialect, sql, f));
        TRY(d->exec(conn, sql->p, f));
    }
    return OK;
}

/* The catalog as it would be, had it been made from the records alone: on SQLite
 * in memory, on PostgreSQL in a schema that is rolled back again. */
static Err print_wanted(Store *s, const Record *const *records, Buf *b, Fault *f) {
    StoreConfig c = s->config;
    void *conn;
    Buf words = { 0 }, sql = { 0 };
    Fault ignored;

    if (s->d->dialect == SQLITE)
        c.where = ":memory:";
    TRY(s->d->open(&c, FOR_WRITING, &conn, f));
    Err e = buf_begin(&words, 8192, 1 << 20, f);
    if (e == OK)
        e = buf_begin(&sql, 8192, 1 << 20, f);
    if (e == OK)
        e = s->d->control(conn, BEGIN_WRITE, f);
    if (e == OK && s->d->dialect == POSTGRES)
        e = s->d->exec(conn, "CREATE SCHEMA jingwei_check; SET LOCAL search_path = jingwei_check", f);
    if (e == OK)
        e = make_tables(s->d, conn, records, &words, &sql, f);
    if (e == OK)
        e = print(s->d, conn, false, b, f);
    s->d->control(conn, ROLLBACK, &ignored);
    s->d->close(conn);
    buf_end(&words);
    buf_end(&sql);
    return e;
}

static bool has_line(const char *text, const char *line, size_t n) {
    for (const char *p = text; (p = strstr(p, line)) != NULL; p++)
        if ((p == text || p[-1] == '\n') && p[n] == '\n')
            return true;
    return false;
}

/* Does `line`, of the form "table.column …" or "table PRIMARY …", speak of a
 * table that is spoken of in `text`? */
static bool knows_table(const char *text, const char *line) {
    char start[80];
    size_t n = strcspn(line, ". ");
    snprintf(start, sizeof start, "%.*s.", (int)n, line);
    const char *p = strstr(text, start);
    while (p && p != text && p[-1] != '\n')
        p = strstr(p + 1, start);
    return p != NULL;
}

static void missing_lines(const char *of, const char *in, const char *note, bool all, Buf *b) {
    char line[400];

    for (const char *p = of; *p; p += strcspn(p, "\n") + 1) {
        size_t n = strcspn(p, "\n");
        snprintf(line, sizeof line, "%.*s", (int)n, p);
        if (!has_line(in, line, n) && (all || knows_table(in, line)))
            buf_fmt(b, "%s %s\n", note, line);
    }
}

Err schema_check(Store *s, const Record *const *records, Buf *b, Fault *f) {
    Buf wanted = { 0 }, found = { 0 };

    Err e = buf_begin(&wanted, 1 << 16, 1 << 22, f);
    if (e == OK)
        e = buf_begin(&found, 1 << 16, 1 << 22, f);
    if (e == OK)
        e = print_wanted(s, records, &wanted, f);
    if (e == OK)
        e = store_read(s, -1, print_without, &found, f);
    if (e == OK) {
        missing_lines(wanted.p, found.p, "-", true, b);
        missing_lines(found.p, wanted.p, "+", false, b);
        e = b->full ? fault_arena(f) : OK;
    }
    buf_end(&wanted);
    buf_end(&found);
    return e;
}
