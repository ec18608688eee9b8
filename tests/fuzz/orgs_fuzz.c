/* orgs: any bytes as a list of organisations, seats or covers – what is read is in bounds,
 * and no heading of a person became a column; and any table as a workbook – what was
 * written is read again, cell for cell. */
#include "orgs_plan.h"

#include "csv.h"
#include "table.h"
#include "xlsx_write.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check_rows(const OrgsPlan *p) {
    size_t ignored;

    for (int32_t i = 0; i < p->n; i++) {
        const OrgsRow *r = &p->rows[i];
        for (int c = 0; c < ORGS_COLUMNS; c++)
            if (r->of[c].n > 1700 || (!r->refused && !utf8_valid(r->of[c].p, r->of[c].n, &ignored)))
                abort();
        if (r->row < 2 || r->members < NO_NUMBER || r->members > 1000000)
            abort();
        if (!r->refused && r->since && r->until && r->until < r->since)
            abort();
    }
    for (int c = 0; c < ORGS_COLUMNS; c++)
        if (p->at[c] >= 0 && p->is_headed && memmem(p->headings[c].p, p->headings[c].n, "姓名", 6))
            abort();
}

static void read_list(Str bytes) {
    static OrgsRow rows[ORGS_ROWS_MAX];
    OrgsImport how = { .sheet = { "", 0 }, .area = { "", 0 } };
    OrgsReport report;
    OrgsPlan p = { .how = &how, .report = &report, .rows = rows };
    Fault f;

    if (orgs_report_begin(&report, &f) != OK || arena_begin(&p.texts, bytes.n * 24 + (1 << 16), &f) != OK)
        abort();
    Err e = orgs_read(&p, bytes, &f);
    if (e != OK && (!*f.zh || !*f.en))
        abort();
    check_rows(&p);
    arena_end(&p.texts);
    orgs_report_end(&report);
}

/* ---- the writer ---- */

typedef struct Beside {
    Csv *csv;
    int64_t rows;
} Beside;

static Err same_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Beside *b = ctx;
    bool more = true;

    do { /* rows of empty cells are not in the workbook */
        if (csv_next(b->csv, &more, f) != OK || !more)
            abort();
    } while (csv_row(b->csv) < row);
    for (int32_t i = 0; i < csv_count(b->csv); i++) {
        Str want = csv_unguard(csv_field(b->csv, i)), is = i < n ? cells[i] : (Str){ "", 0 };
        bool plain = true;
        for (size_t k = 0; k < want.n; k++)
            plain = plain && ((unsigned char)want.p[k] >= ' ' && (unsigned char)want.p[k] < 0xEF);
        if (plain && !str_same(want, is))
            abort();
    }
    b->rows++;
    return OK;
}

static void write_book(Str bytes) {
    static const bool numbers[] = { true, false, true };
    CsvMemory memory = { bytes };
    Beside beside = { 0 };
    Buf book;
    Fault f;

    if (buf_begin(&book, 4096, 16 << 20, &f) != OK)
        abort();
    if (xlsx_write(bytes, "名单<&>", numbers, 3, &book, &f) == OK) {
        if (csv_open(csv_from_memory, &memory, (CsvLimits){ .encoding = "UTF-8" }, &beside.csv, &f) != OK ||
            xlsx_read(buf_view(&book), str(""), same_row, &beside, &f) != OK)
            abort();
        csv_close(beside.csv);
    }
    buf_end(&book);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Str bytes = { (const char *)data, n };

    read_list(bytes);
    write_book(bytes);
    return 0;
}
