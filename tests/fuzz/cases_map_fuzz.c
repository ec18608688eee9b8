/* cases_map: any bytes as a mapping; and, split at its lines, any format with any
 * text as a date. What is taken must be whole. */
#include "cases_map.h"
#include "date_text.h"

#include <stdlib.h>
#include <string.h>

static void try_map(Str json) {
    static Arena a;
    CasesMap *m = NULL;
    Fault f;

    if (!a.base && arena_begin(&a, 1 << 20, &f) != OK)
        abort();
    a.used = 0;
    if (cases_map_read(json, &a, &m, &f) != OK) {
        if (m || !*f.zh || !*f.en)
            abort();
        return;
    }
    if (!m->external_no.n || !m->n_texts || !m->reported.n || !m->zone ||
        map_word(&m->status, str("x")).n == 0 || date_format_check(m->date, &f) != OK)
        abort();
    cases_map_end(m);
}

static void try_date(Str format, Str text) {
    static Zone *zone;
    DateText t = { .ms = INT64_MIN };
    Fault f;

    if (!zone && zone_open("America/New_York", &zone, &f) != OK)
        abort();
    if (date_format_check(format, &f) != OK)
        return;
    if (date_text_read(format, text, zone, &t) && (t.ms < -62200000000000 || t.ms > 253500000000000))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Str all = { (const char *)data, n };
    const char *line = n ? memchr(data, '\n', n) : NULL;

    record_begin();
    try_map(all);
    if (line)
        try_date((Str){ all.p, (size_t)(line - all.p) }, (Str){ line + 1, n - 1 - (size_t)(line - all.p) });
    return 0;
}
