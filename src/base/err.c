/* err – see err.h. */
#include "err.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What came from outside may be in the sentence: it stays one line of well-formed
 * UTF-8, also where the room cut a letter. */
static void tidy(char *z, bool cut) {
    size_t n = strlen(z), at;

    while (!utf8_valid(z, n, &at))
        if (cut && n - at < 4)
            z[n = at] = 0;
        else
            z[at] = '?';
    for (; *z; z++)
        if ((unsigned char)*z < ' ' || *z == 0x7F)
            *z = ' ';
}

Err fault(Fault *f, Err err, const char *key, const char *field, const char *zh, const char *en, ...) {
    va_list args, again;

    f->err = err;
    f->detail[0] = 0;
    snprintf(f->key, sizeof f->key, "%s", key);
    tidy(f->field, snprintf(f->field, sizeof f->field, "%s", field) >= (int)sizeof f->field);
    va_start(args, en);
    va_copy(again, args);
    tidy(f->zh, vsnprintf(f->zh, sizeof f->zh, zh, args) >= (int)sizeof f->zh);
    tidy(f->en, vsnprintf(f->en, sizeof f->en, en, again) >= (int)sizeof f->en);
    va_end(again);
    va_end(args);
    return err;
}

Err fault_memory(Fault *f) {
    return fault(f, ERR_NO_MEMORY, "no_memory", "", "内存不足，请稍后再试。",
                 "Out of memory; try again later.");
}

static const struct {
    const char *name;
    int http, exit;
} codes[ERR_COUNT] = {
    [OK] = { "ok", 200, 0 },
    [ERR_NOT_FOUND] = { "not_found", 404, 1 },
    [ERR_CONFLICT] = { "conflict", 409, 1 },
    [ERR_FORBIDDEN] = { "forbidden", 403, 1 },
    [ERR_INVALID] = { "invalid", 422, 1 },
    [ERR_SIGN_IN] = { "sign_in", 401, 1 },
    [ERR_LIMIT] = { "limit", 413, 1 },
    [ERR_BUSY] = { "busy", 503, 1 },
    [ERR_OFTEN] = { "often", 429, 1 },
    [ERR_UNKNOWN] = { "unknown_outcome", 504, 1 },
    [ERR_STORE] = { "store", 507, 1 },
    [ERR_NO_MEMORY] = { "no_memory", 503, 1 },
};

int err_http_status(Err e) { return codes[e].http; }
int err_exit_code(Err e) { return codes[e].exit; }
const char *err_name(Err e) { return codes[e].name; }
