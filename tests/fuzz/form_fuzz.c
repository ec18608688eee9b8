/* form: any bytes as a form, whose first line is its content type; what is read goes on
 * as the fields of an Open311 report. Fields and files are within the limits, and every
 * field that is taken is one of the record. */
#include "form.h"
#include "georeport.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

static void must(bool holds) {
    if (!holds)
        abort();
}

static void take(const Form *form, Arena *a) {
    Pair pairs[GEOREPORT_PAIRS];
    Str key;
    Fault f;
    size_t n = 0, at;

    Err e = georeport_take(&open311_post_record, form->fields, form->n, a, pairs, &n, &key, &f);
    must(e == OK || (*f.zh && *f.en));
    must(n <= GEOREPORT_PAIRS);
    for (size_t i = 0; i < n; i++) {
        must(record_field(&open311_post_record, pairs[i].name) != NULL);
        must(utf8_valid(pairs[i].value.p, pairs[i].value.n, &at));
        for (size_t j = 0; j < i; j++)
            must(!str_same(pairs[i].name, pairs[j].name));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static char *body;
    const uint8_t *end = memchr(data, '\n', n);
    size_t head = end ? (size_t)(end - data) : 0, rest = end ? n - head - 1 : n;
    Str type = { (const char *)data, head };
    Arena a;
    Form form;
    Fault f;

    if (n > 100000 || arena_begin(&a, 2 << 20, &f) != OK)
        return 0;
    body = malloc(rest + 1); /* so that reading beyond its end is seen */
    must(body != NULL);
    memcpy(body, data + n - rest, rest);
    Err e = form_read(type, (Str){ body, rest }, &a, &form, &f);
    must(e == OK || (*f.zh && *f.en));
    must(form.n <= FORM_FIELDS_MAX && form.n_files <= FORM_FILES_MAX);
    for (size_t i = 0; i < form.n_files; i++)
        must(form.files[i].p >= body && form.files[i].p + form.files[i].n <= body + rest);
    take(&form, &a);
    free(body);
    arena_end(&a);
    return 0;
}
