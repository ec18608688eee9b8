/* export – rows of the city as a table for a spreadsheet, or a JSON object a line for
 * machines. Somebody must ask (--as LOGIN): his right and his scope say what he gets.
 * Read in short transactions, so a long export keeps nobody waiting. */
#include "command.h"

#include "account.h"
#include "export.h"
#include "export_order.h"
#include "record_csv.h"
#include "roster_line.h"
#include "xlsx_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 8 << 20, TABLE_MAX = 128 << 20, COLUMNS_MAX = 200 };

typedef struct Export Export;
typedef Err Batch(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f);

typedef struct ExportKind {
    const char *name;
    Right right;
    const Record *record;
    Batch *batch;
} ExportKind;

struct Export {
    const ExportKind *kind;
    const char *as, *path; /* path NULL: standard output */
    bool words, workbook;  /* workbook: .xlsx, made of the whole table at the end */
    const char *reason;    /* of the words, if nobody else agreed */
    ExportId order;        /* of the words */
    Actor by;
    ExportAt at, next; /* `next` counts when the transaction is through */
    void *rows;
    size_t n;
    int64_t total;
    Arena arena;
    Buf out;
    FILE *file;
};

/* ---- the kinds ---- */

static Err some_cases(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_cases(tx, &e->by, false, at, NULL, (CaseListed **)ret, ret_n, f);
}

static Err some_areas(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    (void)e;
    return export_areas(tx, at, (AreaListed **)ret, ret_n, f);
}

static Err some_places(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    (void)e;
    return export_places(tx, at, (PlaceListed **)ret, ret_n, f);
}

static Err some_accesses(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    (void)e;
    return export_access(tx, at, (AccessListed **)ret, ret_n, f);
}

static Err some_orgs(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_orgs(tx, &e->by, at, (OrgListed **)ret, ret_n, f);
}

static Err some_units(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_units(tx, &e->by, at, (UnitListed **)ret, ret_n, f);
}

static Err some_seats(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_seats(tx, &e->by, at, (SeatListed **)ret, ret_n, f);
}

static Err some_covers(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_covers(tx, &e->by, false, at, (CoverListed **)ret, ret_n, f);
}

static Err some_exclusive(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_covers(tx, &e->by, true, at, (CoverListed **)ret, ret_n, f);
}

static Err some_exceptions(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_exceptions(tx, &e->by, at, (ExceptionListed **)ret, ret_n, f);
}

static Err some_shifts(Tx *tx, Export *e, ExportAt *at, void **ret, size_t *ret_n, Fault *f) {
    return export_roster(tx, &e->by, at, (ShiftListed **)ret, ret_n, f);
}

static const ExportKind kinds[] = {
    { "cases", RIGHT_CASE_READ, &case_listed_record, some_cases },
    { "areas", RIGHT_SIGNED_IN, &area_listed_record, some_areas },
    { "places", RIGHT_SIGNED_IN, &place_listed_record, some_places },
    { "access", RIGHT_AUDIT_READ, &access_listed_record, some_accesses },
    { "orgs", RIGHT_SIGNED_IN, &org_listed_record, some_orgs },
    { "units", RIGHT_SIGNED_IN, &unit_listed_record, some_units },
    { "seats", RIGHT_SIGNED_IN, &seat_listed_record, some_seats },
    { "cover", RIGHT_SIGNED_IN, &cover_listed_record, some_covers },
    { "exclusive", RIGHT_SIGNED_IN, &cover_listed_record, some_exclusive },
    { "exceptions", RIGHT_SIGNED_IN, &exception_listed_record, some_exceptions },
    { "roster", RIGHT_CASE_READ, &shift_listed_record, some_shifts },
};

static const ExportKind *kind_named(const char *name) {
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

/* ---- reading ---- */

static Err who_asks(Tx *tx, void *arg, Fault *f) {
    Export *e = arg;

    e->arena.used = 0;
    tx_lend(tx, &e->arena);
    TRY(account_actor(tx, str(e->as), &e->by, f));
    return actor_may(&e->by, e->kind->right)
               ? OK
               : fault(f, ERR_FORBIDDEN, "no_right", "", "%s 没有导出这些的权限。", "%s may not export these.",
                       e->as);
}

static Err read_some(Tx *tx, void *arg, Fault *f) {
    Export *e = arg;

    e->arena.used = 0;
    e->next = e->at;
    tx_lend(tx, &e->arena);
    return e->kind->batch(tx, e, &e->next, &e->rows, &e->n, f);
}

/* With their words: each is written into the access log, so it is a write. */
static Err ask_order(Tx *tx, void *arg, Fault *f) {
    Export *e = arg;
    ExportAsk ask = { .reason = str(e->reason) };
    ExportOrder order;

    e->arena.used = 0;
    tx_lend(tx, &e->arena);
    TRY(export_ask(tx, &ask, &e->by, &order, f));
    e->order = order.id;
    return OK;
}

static Err take_some(Tx *tx, void *arg, Fault *f) {
    Export *e = arg;
    ExportKey key = { .id = e->order };

    e->arena.used = 0;
    tx_lend(tx, &e->arena);
    Page page = { arena_take(&e->arena, EXPORT_ROWS * sizeof(CaseListed)), 0, EXPORT_ROWS };
    if (!page.rows)
        return fault_arena(f);
    TRY(actor_holds(tx, &e->by, f));
    TRY(export_take(tx, &key, &e->by, &page, f));
    e->rows = page.rows;
    e->n = page.n;
    return OK;
}

static Err judge_reason(const Export *e, Fault *f) {
    size_t n = e->reason ? strlen(e->reason) : 0;

    if (e->order.v || (n >= 2 && utf8_count(e->reason, n) <= 190))
        return OK;
    return fault(f, ERR_INVALID, "export_reason", "reason",
                 "带内容的导出要写明理由（--reason，2 至 190 个字），或给出批准过的导出单（--order）。",
                 "With their words it needs a reason (--reason, 2 to 190 characters), or an order that another "
                 "person approved (--order).");
}

/* ---- writing ---- */

static Err put(Export *e, Fault *f) {
    if (e->out.full)
        return fault_arena(f);
    if (e->workbook)
        return OK;
    if (fwrite(e->out.p, 1, e->out.n, e->file) != e->out.n)
        return fault(f, ERR_STORE, "file", "", "写不了 %s：%s。", "%s cannot be written: %s.",
                     e->path ? e->path : "stdout", strerror(errno));
    e->out.n = 0;
    return OK;
}

static Err write_some(Export *e, Fault *f) {
    CsvOut table = { .b = &e->out };

    for (size_t i = 0; i < e->n; i++) {
        const char *row = (const char *)e->rows + i * e->kind->record->size;
        if (command_json())
            record_encode(e->kind->record, row, e->by.reads, &e->out);
        else
            record_csv_row(e->kind->record, row, e->by.reads, &table);
        if (command_json())
            buf_char(&e->out, '\n');
    }
    e->total += (int64_t)e->n;
    return put(e, f);
}

static Err write_workbook(Export *e, Fault *f) {
    bool numbers[COLUMNS_MAX];
    int32_t columns = record_csv_numbers(e->kind->record, e->by.reads, numbers, COLUMNS_MAX);
    Buf b;

    TRY(buf_begin(&b, 1 << 16, TABLE_MAX, f));
    Err err = xlsx_write(buf_view(&e->out), e->kind->record->zh, numbers, columns, &b, f);
    e->workbook = false;
    if (err == OK) {
        e->out.n = 0;
        buf_put(&e->out, b.p, b.n);
        err = put(e, f);
    }
    buf_end(&b);
    return err;
}

static Err run_all(Store *s, Export *e, Fault *f) {
    CsvOut table = { .b = &e->out };

    if (e->words) {
        TRY(judge_reason(e, f));
        TRY(e->order.v ? OK : store_write_now(s, ask_order, e, false, f));
    }
    if (!command_json()) {
        csv_begin(&table);
        record_csv_head(e->kind->record, e->by.reads, &table);
        TRY(put(e, f));
    }
    do {
        TRY(e->words ? store_write_now(s, take_some, e, false, f) : store_read(s, -1, read_some, e, f));
        TRY(write_some(e, f));
        e->at = e->next;
    } while (e->words ? e->n == EXPORT_ROWS : e->n > 0); /* an order ends with its last rows */
    return e->workbook ? write_workbook(e, f) : OK;
}

static bool ends_in_xlsx(const char *path) {
    size_t n = path ? strlen(path) : 0;
    return n > 5 && strcmp(path + n - 5, ".xlsx") == 0;
}

/* A file appears whole or not at all. */
static Err into_file(Store *s, Export *e, Fault *f) {
    char part[4096];

    if (!e->path) {
        e->file = stdout;
        return run_all(s, e, f);
    }
    snprintf(part, sizeof part, "%s.part", e->path);
    e->file = fopen(part, "wb");
    if (!e->file)
        return fault(f, ERR_STORE, "file", "", "写不了 %s：%s。", "%s cannot be written: %s.", part,
                     strerror(errno));
    Err err = run_all(s, e, f);
    if (fclose(e->file) != 0 && err == OK)
        err = fault(f, ERR_STORE, "file", "", "写不了 %s：%s。", "%s cannot be written: %s.", part,
                    strerror(errno));
    if (err == OK && rename(part, e->path) != 0)
        err = fault(f, ERR_STORE, "file", "", "写不了 %s：%s。", "%s cannot be written: %s.", e->path,
                    strerror(errno));
    if (err != OK)
        remove(part);
    return err;
}

int run_export(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    Export e = { .as = command_option(&argc, argv, "--as"),
                 .words = command_flag(&argc, argv, "--text"),
                 .reason = command_option(&argc, argv, "--reason") };
    const char *order = command_option(&argc, argv, "--order");
    Store *s = NULL;
    Fault f;

    command_flag(&argc, argv, "--csv"); /* what it is without --json */
    e.order.v = order ? strtoll(order, NULL, 10) : 0;
    e.kind = argc >= 1 ? kind_named(argv[0]) : NULL;
    if (!e.kind || !e.as || argc > 2 || (e.words && strcmp(e.kind->name, "cases") != 0) ||
        (!e.words && (order || e.reason)) || (order && e.order.v <= 0))
        return command_usage(command_named("export"));
    e.path = argc == 2 ? argv[1] : NULL;
    e.workbook = ends_in_xlsx(e.path) && !command_json();
    Err err = installation_open(&in, &s, &f);
    err = err == OK ? arena_begin(&e.arena, ROOM, &f) : err;
    err = err == OK ? buf_begin(&e.out, 1 << 16, TABLE_MAX, &f) : err;
    err = err == OK ? store_read(s, -1, who_asks, &e, &f) : err;
    err = err == OK ? into_file(s, &e, &f) : err;
    installation_close(s);
    arena_end(&e.arena);
    if (e.out.max)
        buf_end(&e.out);
    if (err != OK)
        return command_fault(&f);
    if (e.path && command_json())
        printf("{\"file\":\"%s\",\"rows\":%lld}\n", e.path, (long long)e.total);
    else if (e.path)
        printf("%s：%lld 行 / rows\n", e.path, (long long)e.total);
    return EXIT_OK;
}
