/* sqlgen – turns a file of named queries into a C header.
 *
 * Each query becomes a constant (its text in pieces for SQLite and PostgreSQL,
 * its parameters as places in the records it takes) and an inline function with
 * typed arguments, so that neither a misspelt query nor a wrong record compiles.
 * It is linked with the very field tables of the product, hence it knows every
 * type and refuses a :name that no record has. It knows no SQL beyond quotes,
 * comments and names.
 *
 *   -- name: case_list           -- takes: case_find scope       -- gives: cases
 *   @columns(cases) @values(cases) @sets(cases) :name
 *   @holds(column pattern): the text holds the words, see str_holding(). LIKE itself is
 *   refused: the stores fold letters differently, and % and _ are letters here.
 *   @apart(cases): the case is not about a unit in which the caller (:self, of the scope)
 *   holds or held a post, or beneath which he does. Written once, so that no query that
 *   shows cases has another notion of it.
 *   And blocks, kept only when the OPTIONAL field they name is set: see sql/queries.
 *
 * A second form of a query for PostgreSQL alone stands in sql/postgres under the
 * same name and takes the same records. `sqlgen --all` prints the list of every
 * query, for the test that prepares them all. */
#include "records.h"
#include "store.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1 << 20 };

static struct {
    char name[64], note[1024];
    const Record *takes[QUERY_TAKES_MAX], *gives;
    size_t n_takes, n_params, n_filters;
    QueryPlace params[QUERY_PARAMS_MAX];
    size_t params_filter[QUERY_PARAMS_MAX]; /* 1 + filter, 0 always */
    QueryPlace filters[QUERY_FILTERS_MAX];
    size_t open; /* 1 + filter that is open */
    bool to[2];  /* which texts the body goes to, by Dialect */
} q;

static const char *file;
static int line = 1;
static bool listing;
static char pieces_room[1 << 16], piece_room[2][1 << 14], override_text[TEXT_MAX];
static Buf pieces = { pieces_room, 0, sizeof pieces_room, false, 0 };
static Buf piece[2] = { { piece_room[0], 0, sizeof piece_room[0], false, 0 },
                        { piece_room[1], 0, sizeof piece_room[1], false, 0 } };

static _Noreturn void stop(const char *what, Str word) {
    fprintf(stderr, "%s:%d: %s: %s: %.*s\n", file, line, q.name, what, (int)word.n, word.p);
    exit(1);
}

static void put(const char *p, size_t n) {
    for (Dialect d = SQLITE; d <= POSTGRES; d++)
        if (q.to[d])
            buf_put(&piece[d], p, n);
}

static void end_piece(void) {
    if (piece[SQLITE].n || piece[POSTGRES].n) {
        buf_fmt(&pieces, "    { %zu, ", q.open);
        for (Dialect d = SQLITE; d <= POSTGRES; d++) {
            buf_str(&pieces, d == SQLITE ? "{ \"" : "\",\n           \"");
            for (size_t i = 0; i < piece[d].n; i++)
                buf_fmt(&pieces, piece[d].p[i] == '"' || piece[d].p[i] == '\\' ? "\\%c" : "%c", piece[d].p[i]);
        }
        buf_str(&pieces, "\" } },\n");
    }
    piece[SQLITE].n = piece[POSTGRES].n = 0;
}

/* Where a column name lives among the records that the query takes. */
static bool find(Str name, QueryPlace *ret, const Field **ret_field) {
    char column[64];

    for (size_t a = 0; a < q.n_takes; a++) {
        size_t n;
        const Field *f = q.takes[a]->fields(&n);
        for (size_t i = 0; i < n; i++)
            for (size_t part = 0; part < field_parts(&f[i]); part++) {
                column_name(&f[i], part, column);
                if (str_is(name, column)) {
                    *ret = (QueryPlace){ a, i, part };
                    *ret_field = &f[i];
                    return true;
                }
            }
    }
    return false;
}

static void param(Str name, bool is_value) {
    QueryPlace at;
    const Field *f;
    size_t i = 0;
    char number[24];

    if (!find(name, &at, &f))
        stop("no record taken has this parameter", name);
    if (f->kind == KIND_LIST || f->kind == KIND_RAW)
        stop("a list cannot be bound", name);
    if (f->kind == KIND_SEALED && !is_value)
        stop("a sealed field can be stored, never searched", name);
    if (f->presence == OPTIONAL && !is_value && !q.open)
        stop("an optional parameter belongs in a /*? … */ block", name);
    while (i < q.n_params && memcmp(&q.params[i], &at, sizeof at) != 0)
        i++;
    if (i == QUERY_PARAMS_MAX)
        stop("too many parameters at", name);
    if (i == q.n_params) {
        q.params[q.n_params] = at;
        q.params_filter[q.n_params++] = q.open;
    } else if (q.params_filter[i] != q.open)
        q.params_filter[i] = 0;
    for (Dialect d = SQLITE; d <= POSTGRES; d++) {
        snprintf(number, sizeof number, "%c%zu", d == SQLITE ? '?' : '$', i + 1);
        if (q.to[d])
            buf_str(&piece[d], number);
    }
}

static void expand(Str what, Str noun, Str prefix) {
    const Record *r = record_named(noun);
    bool columns = str_is(what, "columns"), values = str_is(what, "values"), sets = str_is(what, "sets");
    size_t n, count = 0;
    char name[64];

    if (!r)
        stop("no such record", noun);
    if (!columns && !values && !sets)
        stop("know only @columns, @values, @sets, @holds and @apart, not", what);
    const Field *f = r->fields(&n);
    for (size_t i = 0; i < n; i++, f++)
        for (size_t part = 0; field_stored(f) && part < field_parts(f); part++) {
            column_name(f, part, name);
            if (sets && f->kind == KIND_KEY)
                continue;
            if (count++)
                put(", ", 2);
            if (prefix.n) {
                put(prefix.p, prefix.n);
                put(".", 1);
            }
            if (!values)
                put(name, strlen(name));
            if (sets)
                put(" = ", 3);
            if (!columns)
                param(str(name), true);
        }
}

/* A block is named after a field, not a column: due_before, not due_before_ms. */
static bool find_field(Str name, QueryPlace *ret, const Field **ret_field) {
    for (size_t a = 0; a < q.n_takes; a++) {
        size_t n;
        const Field *first = q.takes[a]->fields(&n), *f = record_field(q.takes[a], name);
        if (f) {
            *ret = (QueryPlace){ a, (size_t)(f - first), 0 };
            *ret_field = f;
            return true;
        }
    }
    return false;
}

static void block(Str name) {
    const Field *f;
    QueryPlace at;

    end_piece();
    if (str_is(name, "end")) {
        q.open = 0;
        return;
    }
    if (q.open || !find_field(name, &at, &f) || (f->presence != OPTIONAL && f->presence != LATER))
        stop("a block is named after an OPTIONAL or LATER field and is not nested", name);
    for (size_t i = 0; i < q.n_filters; i++)
        if (memcmp(&q.filters[i], &at, sizeof at) == 0) {
            q.open = i + 1;
            return;
        }
    if (q.n_filters == QUERY_FILTERS_MAX)
        stop("at most 20 blocks", name);
    q.filters[q.n_filters] = at;
    q.open = ++q.n_filters;
}

static size_t word_at(const char *p) {
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '_')
        n++;
    return n;
}

/* The same on both stores: only A–Z have capitals. */
static void holds(Str column, Str pattern) {
    put("lower(", 6);
    put(column.p, column.n);
    put(") LIKE lower(", 13);
    param(pattern, false);
    put(") ESCAPE '\\'", 12);
}

static void apart(Str table) {
    static const char unless[] = ".subject IS NULL OR NOT EXISTS (SELECT 1 FROM post m LEFT JOIN org t"
                                 " ON t.home = ((m.unit >> 12) & 4095) AND t.id = m.unit WHERE m.account = ";
    static const char own[] = ".subject = m.unit OR ", above[] = ".subject = t.parent)))";

    put("(", 1);
    put(table.p, table.n);
    put(unless, strlen(unless));
    param(str("self"), false);
    put(" AND (", 6);
    put(table.p, table.n);
    put(own, strlen(own));
    put(table.p, table.n);
    put(above, strlen(above));
}

/* @columns(cases) or @columns(cases c): the second word is the table's alias.
 * @holds(name name_like): the second word is the parameter. */
static const char *macro(const char *p, size_t n) {
    Str noun = { p + n + 2, word_at(p + n + 2) };
    const char *rest = noun.p + noun.n;
    Str prefix = { rest, 0 };

    if (*rest == ' ') {
        prefix = (Str){ rest + 1, word_at(rest + 1) };
        rest = prefix.p + prefix.n;
    }
    if (*rest != ')')
        stop("open bracket after", noun);
    if (str_is((Str){ p + 1, n }, "holds"))
        holds(noun, prefix);
    else if (str_is((Str){ p + 1, n }, "apart"))
        apart(noun);
    else
        expand((Str){ p + 1, n }, noun, prefix);
    return rest + 1;
}

static const char *body_step(const char *p) {
    size_t n = word_at(p + 1);

    if (*p == '\'') {
        const char *end = strchr(p + 1, '\'');
        if (!end)
            stop("open quote", str(""));
        put(p, (size_t)(end - p) + 1);
        return end + 1;
    }
    if (*p == ':' && p[1] != ':' && n) {
        param((Str){ p + 1, n }, false);
        return p + 1 + n;
    }
    if (*p == '@' && n && p[1 + n] == '(')
        return macro(p, n);
    if (strncmp(p, "--", 2) == 0)
        return p + strcspn(p, "\n");
    if (strncmp(p, "/*? ", 4) == 0) {
        block((Str){ p + 4, word_at(p + 4) });
        p = strstr(p, "*/");
        return p ? p + 2 : "";
    }
    if (strncasecmp(p, "like ", 5) == 0)
        stop("LIKE is written as @holds(column pattern)", str(""));
    line += *p == '\n';
    if (!isspace((unsigned char)*p))
        put(p, 1);
    else if (!piece[SQLITE].n || piece[SQLITE].p[piece[SQLITE].n - 1] != ' ')
        put(" ", 1);
    return p + 1;
}

static void read_body(const char **p) {
    while (**p && **p != ';')
        *p = body_step(*p);
    end_piece();
    if (**p != ';' || q.open || !*q.name || pieces.full || piece[SQLITE].full || piece[POSTGRES].full)
        stop("a query has a name, ends with ; and closes its blocks", str(q.name));
    ++*p;
}

/* The other text of this query, if sql/postgres has one under its name. */
static const char *override_of(const char *name) {
    char head[96];
    size_t n = (size_t)snprintf(head, sizeof head, "-- name: %s\n", name);
    const char *p = strstr(override_text, head);

    if (!p)
        return NULL;
    for (p += n; strncmp(p, "--", 2) == 0;)
        p += strcspn(p, "\n") + 1;
    return p;
}

static void print_function(void) {
    printf("static inline Err sql_%s(Tx *tx", q.name);
    for (size_t i = 0; i < q.n_takes; i++)
        printf(", const %s *%s", q.takes[i]->type, q.takes[i]->noun);
    if (q.gives)
        printf(", %s *ret, size_t max, size_t *ret_n, Fault *f) {\n"
               "    return tx_rows(tx, &%s_query, (const void *const[]){ ",
               q.gives->type, q.name);
    else
        printf(", int64_t *ret_changed, Fault *f) {\n    return tx_run(tx, &%s_query, (const void *const[]){ ",
               q.name);
    for (size_t i = 0; i < q.n_takes; i++)
        printf("%s, ", q.takes[i]->noun);
    printf(q.n_takes ? "" : "NULL ");
    printf(q.gives ? "}, ret, max, ret_n, f);\n}\n\n" : "}, ret_changed, f);\n}\n\n");
}

static void print_query(void) {
    printf("/* %s */\nstatic const QueryPiece %s_pieces[] = {\n%s};\n", q.note, q.name, pieces.p);
    printf("static const QueryParam %s_params[] = {\n", q.name);
    for (size_t i = 0; i < q.n_params; i++)
        printf("    { { %zu, %zu, %zu }, %zu },\n", q.params[i].arg, q.params[i].field, q.params[i].part,
               q.params_filter[i]);
    printf("    { { 0, 0, 0 }, 0 } };\nstatic const QueryPlace %s_filters[] = { ", q.name);
    for (size_t i = 0; i < q.n_filters; i++)
        printf("{ %zu, %zu, %zu }, ", q.filters[i].arg, q.filters[i].field, q.filters[i].part);
    printf("{ 0, 0, 0 } };\nstatic const Query %s_query = {\n"
           "    \"%s\", %s_pieces, COUNT(%s_pieces), %s_params, %zu, %s_filters, %zu,\n    { ",
           q.name, q.name, q.name, q.name, q.name, q.n_params, q.name, q.n_filters);
    for (size_t i = 0; i < q.n_takes; i++)
        printf("&%s_record, ", q.takes[i]->noun);
    printf(q.n_takes ? "}, " : "NULL }, ");
    if (q.gives)
        printf("&%s_record\n};\n", q.gives->noun);
    else
        printf("NULL\n};\n");
    if (!listing) /* the list wants no functions */
        print_function();
}

static void header_line(char *text) {
    char *save = NULL, *rest = text + strcspn(text, ":") + 1;

    if (strncmp(text, "-- name:", 8) == 0) {
        memset(&q, 0, sizeof q);
        pieces.n = 0;
        pieces_room[0] = 0;
        sscanf(rest, " %63s", q.name);
    } else if (strncmp(text, "-- takes:", 9) == 0) {
        for (char *w = strtok_r(rest, " ", &save); w; w = strtok_r(NULL, " ", &save))
            if (q.n_takes == QUERY_TAKES_MAX || !(q.takes[q.n_takes++] = record_named(str(w))))
                stop("no such record, or more than 4", str(w));
    } else if (strncmp(text, "-- gives:", 9) == 0) {
        if (!(q.gives = record_named(str(rest + strspn(rest, " ")))))
            stop("no such record", str(rest));
    } else if (strlen(q.note) + strlen(text) < sizeof q.note)
        snprintf(q.note + strlen(q.note), sizeof q.note - strlen(q.note), "%s%s", *q.note ? " " : "",
                 strlen(text) > 3 ? text + 3 : "");
}

/* Reads one query's body from `p` up to its semicolon; the rest is returned. */
static char *body(char *p, Buf *all) {
    const char *rest = p, *other = override_of(q.name);

    q.to[SQLITE] = true;
    q.to[POSTGRES] = other == NULL;
    read_body(&rest);
    if (other) {
        q.to[SQLITE] = false;
        q.to[POSTGRES] = true;
        read_body(&other);
    }
    print_query();
    buf_fmt(all, "    &%s_query,\n", q.name);
    return p + (rest - p);
}

static void queries_of(char *text, Buf *all) {
    for (char *p = text; *p;) {
        if (*p == '-' || *p == '\n') {
            char *eol = p + strcspn(p, "\n"), *next = *eol ? eol + 1 : eol;
            *eol = 0;
            if (*p)
                header_line(p);
            line++;
            p = next;
        } else
            p = body(p, all);
    }
}

/* The whole of a small file, or nothing if there is none. */
static void slurp(const char *path, char *ret) {
    FILE *in = fopen(path, "r");

    ret[in ? fread(ret, 1, TEXT_MAX - 1, in) : 0] = 0;
    if (in)
        fclose(in);
}

int main(int argc, char **argv) {
    static char text[TEXT_MAX], names[1 << 16], path[4096];
    Buf all = { names, 0, sizeof names, false, 0 };
    bool every = listing = argc > 3 && strcmp(argv[1], "--all") == 0;

    if (argc < 3) {
        fprintf(stderr, "usage: sqlgen [--all] POSTGRES_DIR FILE.sql … > HEADER.h\n");
        return 2;
    }
    printf("/* Made by sqlgen; do not edit. */\n#include \"records.h\"\n#include \"store.h\"\n\n");
    for (int i = every ? 3 : 2; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        file = argv[i];
        line = 1;
        slurp(file, text);
        if (!*text) {
            fprintf(stderr, "%s: is empty or cannot be read\n", file);
            return 1;
        }
        snprintf(path, sizeof path, "%s/%s", argv[every ? 2 : 1], slash ? slash + 1 : file);
        slurp(path, override_text);
        queries_of(text, &all);
    }
    if (every)
        printf(
            "extern const Query *const all_queries[];\nconst Query *const all_queries[] = {\n%s    NULL };\n",
            names);
    return 0;
}
