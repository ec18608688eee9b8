/* csv: any bytes as a table, in small limits, pulled in pieces. The first byte sets how. */
#include "csv.h"

#include <stdint.h>
#include <stdlib.h>

typedef struct Pieces {
    CsvMemory rest;
    size_t size;
} Pieces;

static Err pull(void *source, char *to, size_t room, size_t *ret_n, Fault *f) {
    Pieces *p = source;
    return csv_from_memory(&p->rest, to, p->size < room ? p->size : room, ret_n, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static const char *const names[] = { "name" };
    uint8_t how = n ? data[0] : 0;
    Pieces p = { { { (const char *)data + (n > 0), n - (n > 0) } }, how & 1 ? 3 : 70000 };
    CsvLimits limits = { 64, 256, 16, how & 2 ? ';' : ',', how & 4 ? "GB18030" : NULL };
    int32_t at[1];
    int64_t rows = 0;
    size_t ignored;
    bool more = true;
    Csv *c;
    Fault f;

    if (csv_open(pull, &p, limits, &c, &f) != OK)
        return 0;
    if (how & 8)
        csv_header(c, names, NULL, 1, at, &f);
    while (!csv_is_broken(c) && more)
        if (csv_next(c, &more, &f) == OK && more) {
            if (csv_row(c) <= rows || csv_count(c) < 1 || csv_count(c) > 16)
                abort();
            rows = csv_row(c);
            for (int32_t i = 0; i < csv_count(c); i++) {
                Str s = csv_field(c, i);
                if (s.n > 64 || !utf8_valid(s.p, s.n, &ignored) || s.p[s.n] != 0)
                    abort();
            }
        }
    csv_close(c);
    return 0;
}
