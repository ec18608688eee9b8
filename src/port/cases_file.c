/* cases_file – see cases_file.h. Chunks of rows take turns: while the writer's thread
 * runs those that wait, each as a single write, the caller's thread reads rows into the
 * next. All that wait share a transaction: the rows of a table lie anywhere in a dozen
 * indexes, so in a large city every row writes pages of its own, unless its transaction
 * holds enough others that need the same ones. What a chunk did counts when it is done,
 * and is counted in the order of the file. A chunk that fails as a whole is run again
 * row by row, so that the one row whose fault it is shows itself. */
#include "cases_file.h"

#include "cases_row.h"
#include "ground.h"

#include <pthread.h>
#include <string.h>

enum {
    CHUNK = 256,
    CHUNKS = 16, /* their pages fit the writer's cache: twice as many would be written twice */
    ROOM = 2 << 20,
    ROW_ROOM = 1 << 20,
    ROW_MAX = 256 << 10,
    FIELD_MAX = 160 << 10,
    WRITE_ROOM = 1 << 20
};

typedef struct Row {
    CaseImport in;
    int64_t row, line;
    const char *fields; /* as they came, each with a NUL behind it */
    int32_t columns;
    Err err; /* OK, or why it is rejected */
    Fault fault;
    CaseImported out;
} Row;

typedef struct Chunk {
    struct Importer *im;
    Row rows[CHUNK];
    size_t n;
    Arena texts;
    bool queued, done; /* done: under the importer's lock */
    Err err;
    Fault fault;
} Chunk;

typedef struct Importer {
    Store *store;
    Csv *csv;
    RowReader reader;
    Chunk *chunks; /* CHUNKS of them */
    Arena write;   /* the writer's thread only */
    Actor by;
    CasesRejectFn *rejects;
    void *ctx;
    Buf line; /* a rejected row as CSV */
    CasesCount count;
    pthread_mutex_t lock;
    pthread_cond_t told;
} Importer;

/* ---- on the writer's thread ---- */

static Err write_row(Tx *tx, Importer *im, Row *row, const Ground *g, Fault *f) {
    im->write.used = 0;
    tx_lend(tx, &im->write);
    row->in.ground = g;
    return case_import(tx, &row->in, &im->by, &row->out, f);
}

static Err write_chunk(Tx *tx, void *arg, Fault *f) {
    Chunk *k = arg;
    const Ground *g;
    Err e = OK;

    k->im->write.used = 0;
    tx_lend(tx, &k->im->write);
    TRY(ground_borrow(tx, &g, f));
    for (size_t i = 0; i < k->n && e == OK; i++)
        if (k->rows[i].err == OK)
            e = write_row(tx, k->im, &k->rows[i], g, f);
    ground_return(g);
    return e;
}

static void chunk_done(void *arg, Err e, const Fault *f) {
    Chunk *k = arg;

    pthread_mutex_lock(&k->im->lock);
    k->err = e;
    if (e != OK)
        k->fault = *f;
    k->done = true;
    pthread_cond_signal(&k->im->told);
    pthread_mutex_unlock(&k->im->lock);
}

/* ---- what became of the rows ---- */

typedef struct OneRow {
    Importer *im;
    Row *row;
} OneRow;

static Err write_one(Tx *tx, void *arg, Fault *f) {
    OneRow *one = arg;
    return write_row(tx, one->im, one->row, NULL, f);
}

static bool is_rows_fault(Err e) { return e == ERR_INVALID || e == ERR_CONFLICT || e == ERR_LIMIT; }

static Err write_singly(Importer *im, Chunk *k, Fault *f) {
    for (size_t i = 0; i < k->n; i++) {
        Row *row = &k->rows[i];
        OneRow one = { im, row };
        Fault why;
        if (row->err != OK)
            continue;
        Err e = store_write_now(im->store, write_one, &one, true, &why);
        if (e != OK && !is_rows_fault(e)) {
            k->n = i; /* what comes behind is not written, so it is not counted */
            *f = why;
            return e;
        }
        row->err = e;
        row->fault = why;
    }
    return OK;
}

static Err tell_rejected(Importer *im, const Row *row, const Fault *why, Fault *f) {
    CasesReject r = { row->row, row->line, str(why->zh), str(why->en), { NULL, 0 } };
    CsvOut out = { .b = &im->line };
    const char *at = row->fields;

    if (!im->rejects)
        return OK;
    im->line.n = 0;
    for (int32_t i = 0; i < row->columns; i++) {
        Str s = str(at);
        csv_put(&out, csv_unguard(s));
        at += s.n + 1;
    }
    csv_end_row(&out);
    if (im->line.full)
        return fault_memory(f);
    r.original = buf_view(&im->line);
    return im->rejects(im->ctx, &r, f);
}

static Err tell_header(Importer *im, Fault *f) {
    CasesReject top = { 0 };
    CsvOut out = { .b = &im->line };

    for (int32_t i = 0; i < csv_columns(im->csv); i++)
        csv_put(&out, csv_column(im->csv, i));
    csv_end_row(&out);
    if (im->line.full)
        return fault_memory(f);
    top.original = buf_view(&im->line);
    return im->rejects ? im->rejects(im->ctx, &top, f) : OK;
}

static void explain_difference(unsigned differs, Fault *ret) {
    static const struct {
        unsigned bit;
        const char *zh, *en;
    } parts[] = { { DIFFERS_TEXT, " 内容", " text" },         { DIFFERS_SPOT, " 地点", " spot" },
                  { DIFFERS_POINT, " 坐标", " coordinates" }, { DIFFERS_REPORTED, " 上报时间", " reported" },
                  { DIFFERS_DUE, " 时限", " due" },           { DIFFERS_CLOSED, " 结案时间", " closed" } };
    char zh[120] = "", en[120] = "";

    for (size_t i = 0; i < COUNT(parts); i++)
        if (differs & parts[i].bit) {
            strcat(zh, parts[i].zh);
            strcat(en, parts[i].en);
        }
    fault(ret, ERR_CONFLICT, "row_differs", "", "已导入过，但这一次不同：%s。没有改动。%.0s",
          "It is there already, but differs now in:%.0s%s. Nothing was changed.", zh, en);
}

static void count_added(CasesCount *n, const Row *row) {
    const Case *c = &row->out.made;

    n->added++;
    n->placed[c->placed]++;
    n->closed += row->in.closed_ms != 0;
    n->closed_due += row->in.closed_ms && row->in.due_ms;
    n->closed_late += row->in.closed_ms && row->in.due_ms && row->in.closed_ms > row->in.due_ms;
    for (size_t i = 0; i < COUNT(n->named); i++)
        n->named[i] += row->out.named.of[i];
}

static Err tally(Importer *im, const Row *row, Fault *f) {
    Fault why;

    im->count.rows++;
    if (row->err != OK) {
        im->count.rejected++;
        return tell_rejected(im, row, &row->fault, f);
    }
    if (!row->out.there)
        count_added(&im->count, row);
    else if (!row->out.differs)
        im->count.there++;
    else {
        im->count.differ++;
        explain_difference(row->out.differs, &why);
        return tell_rejected(im, row, &why, f);
    }
    return OK;
}

/* Waits for a chunk and counts it; afterwards it is empty. */
static Err harvest(Importer *im, Chunk *k, Fault *f) {
    Err e = OK;

    if (k->queued) {
        pthread_mutex_lock(&im->lock);
        while (!k->done)
            pthread_cond_wait(&im->told, &im->lock);
        pthread_mutex_unlock(&im->lock);
        k->queued = false;
        if (k->err != OK)
            e = write_singly(im, k, f);
        for (size_t i = 0; i < k->n; i++) {
            Err told = tally(im, &k->rows[i], e == OK ? f : &k->fault);
            e = e == OK ? told : e;
        }
    }
    k->n = 0;
    k->texts.used = 0;
    k->done = false;
    return e;
}

/* ---- reading ---- */

/* The fields of the row, each with a NUL behind it, so that one that is rejected can
 * be printed when that is known. */
static Err keep_row(const Csv *c, Arena *a, Row *row, Fault *f) {
    size_t n = 0;
    int32_t columns = csv_count(c);

    for (int32_t i = 0; i < columns; i++)
        n += csv_field(c, i).n + 1;
    char *to = arena_raw(a, n);
    if (!to)
        return fault_arena(f);
    row->fields = to;
    row->columns = columns;
    for (int32_t i = 0; i < columns; i++) {
        Str s = csv_field(c, i);
        memcpy(to, s.p, s.n + 1);
        to += s.n + 1;
    }
    return OK;
}

/* The next row, or *ret_more false. A row that is wrong in itself is one, too. */
static Err read_row(Importer *im, Chunk *k, bool *ret_more, Fault *f) {
    Row *row = &k->rows[k->n];
    Fault why = { 0 };
    Err e = csv_next(im->csv, ret_more, &why);

    if (e != OK && csv_is_broken(im->csv)) {
        *f = why;
        return e;
    }
    if (!*ret_more && e == OK)
        return OK;
    *ret_more = true;
    *row = (Row){ .row = csv_row(im->csv), .line = csv_line(im->csv) };
    TRY(keep_row(im->csv, &k->texts, row, f));
    if (e == OK)
        e = row_read(&im->reader, &k->texts, &row->in, &why);
    if (e != OK && e != ERR_INVALID) {
        *f = why;
        return e;
    }
    row->err = e;
    row->fault = why;
    k->n++;
    return OK;
}

static Err fill(Importer *im, Chunk *k, bool *ret_more, Fault *f) {
    *ret_more = true;
    while (*ret_more && k->n < CHUNK && k->texts.size - k->texts.used > ROW_ROOM)
        TRY(read_row(im, k, ret_more, f));
    return OK;
}

static Err send(Importer *im, Chunk *k, Fault *f) {
    if (k->n == 0)
        return OK;
    TRY(store_write(im->store, write_chunk, k, true, chunk_done, f));
    k->queued = true;
    return OK;
}

/* However it ends, what was sent is waited for and counted, and so are the rows that
 * were read before a fault of the file. */
static Err run(Importer *im, Fault *f) {
    bool more = true;
    size_t turn = 0;
    Err e = OK;
    Fault ignored;

    for (; e == OK && more; turn = (turn + 1) % CHUNKS) {
        Chunk *k = &im->chunks[turn];
        e = harvest(im, k, f);
        if (e != OK)
            break;
        e = fill(im, k, &more, f);
        Err sent = send(im, k, e == OK ? f : &ignored);
        e = e == OK ? sent : e;
    }
    for (size_t i = 0; i < CHUNKS; i++, turn = (turn + 1) % CHUNKS) {
        Err late = harvest(im, &im->chunks[turn], e == OK ? f : &ignored);
        e = e == OK ? late : e;
    }
    return e;
}

/* ---- begin and end ---- */

static Err begin(Importer *im, Fault *f) {
    TRY(buf_begin(&im->line, 4096, 4 * ROW_MAX, f));
    TRY(arena_begin(&im->write, WRITE_ROOM, f));
    im->chunks = mem_alloc(CHUNKS * sizeof *im->chunks);
    if (!im->chunks)
        return fault_memory(f);
    memset(im->chunks, 0, CHUNKS * sizeof *im->chunks);
    for (size_t i = 0; i < CHUNKS; i++) {
        im->chunks[i].im = im;
        TRY(arena_begin(&im->chunks[i].texts, ROOM, f));
    }
    TRY(row_reader_begin(&im->reader, im->csv, f));
    return tell_header(im, f);
}

static void end(Importer *im) {
    for (size_t i = 0; im->chunks && i < CHUNKS; i++)
        arena_end(&im->chunks[i].texts);
    mem_free(im->chunks);
    arena_end(&im->write);
    buf_end(&im->line);
    names_free(im->reader.names);
    pthread_mutex_destroy(&im->lock);
    pthread_cond_destroy(&im->told);
}

Err cases_import(Store *s, const CasesMap *m, CsvSource *source, void *from, CasesRejectFn *rejects, void *ctx,
                 CasesCount *ret, Fault *f) {
    Importer im = { .store = s, .reader = { .map = m }, .rejects = rejects, .ctx = ctx };

    *ret = (CasesCount){ 0 };
    TRY(csv_open(source, from, (CsvLimits){ .field_max = FIELD_MAX, .row_max = ROW_MAX }, &im.csv, f));
    pthread_mutex_init(&im.lock, NULL);
    pthread_cond_init(&im.told, NULL);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &im.by);
    Err e = begin(&im, f);
    e = e == OK ? names_new(s, m, &im.reader.names, f) : e;
    e = e == OK ? run(&im, f) : e;
    im.count.times_skipped = im.reader.times_skipped;
    im.count.times_twice = im.reader.times_twice;
    if (im.reader.names) {
        NamesMade made = names_made(im.reader.names);
        im.count.conditions = made.conditions;
        im.count.units = made.units;
    }
    *ret = im.count;
    csv_close(im.csv);
    end(&im);
    return e;
}
