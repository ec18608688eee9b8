/* log – see log.h. */
#include "log.h"
#include "clock.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "debug", "info", "warning", "error" };
static _Atomic int least_level = LOG_INFO;
static _Atomic int out = 2;

void log_level_set(LogLevel least) { least_level = (int)least; }
bool log_would(LogLevel level) { return (int)level >= least_level; }
void log_to(int fd) { out = fd; }

bool log_level_read(const char *z, LogLevel *ret) {
    for (size_t i = 0; i < COUNT(level_names); i++)
        if (strcmp(z, level_names[i]) == 0) {
            *ret = (LogLevel)i;
            return true;
        }
    return false;
}

/* The text, cut between characters, with a question mark for what is no UTF-8
 * and for DEL and the C1 controls, which terminals obey. */
static void put_text(Buf *b, Str s) {
    char room[LOG_TEXT_MAX + 1];
    size_t n = s.n < LOG_TEXT_MAX ? s.n : LOG_TEXT_MAX, at;

    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    if (n)
        memcpy(room, s.p, n);
    while (!utf8_valid(room, n, &at))
        room[at] = '?';
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)room[i], next = i + 1 < n ? (unsigned char)room[i + 1] : 0;
        if (c == 0x7F)
            room[i] = '?';
        if (c == 0xC2 && next < 0xA0)
            room[i] = room[i + 1] = '?';
    }
    buf_json(b, (Str){ room, n });
}

static void put_pair(Buf *b, const char *name, Str text) {
    buf_char(b, ',');
    buf_json(b, str(name));
    buf_char(b, ':');
    put_text(b, text);
}

static void put_field(Buf *b, const LogField *field) {
    if (field->kind == LOG_IS_FAULT) {
        const Fault *f = field->fault;
        put_pair(b, field->name, str(err_name(f->err)));
        put_pair(b, "key", str(f->key));
        if (f->field[0])
            put_pair(b, "field", str(f->field));
        if (f->detail[0])
            put_pair(b, "detail", str(f->detail));
        return;
    }
    if (field->kind == LOG_IS_TEXT) {
        put_pair(b, field->name, field->text);
        return;
    }
    buf_char(b, ',');
    buf_json(b, str(field->name));
    buf_char(b, ':');
    if (field->kind == LOG_IS_INT)
        buf_int(b, field->number);
    else
        buf_str(b, field->number ? "true" : "false");
}

void log_fields(LogLevel level, const char *event, const LogField *fields) {
    static const char cut[] = ",\"cut\":true", end[] = "}\n";
    char line[LOG_LINE_MAX + sizeof cut + sizeof end], t[32];
    Buf b = { line, 0, LOG_LINE_MAX, false, 0 };
    bool left_out = false;

    if (!log_would(level))
        return;
    ms_print_iso(clock_now_ms(), t);
    buf_fmt(&b, "{\"t\":\"%s\",\"level\":\"%s\",\"event\":", t, level_names[level]);
    buf_json(&b, str(event));
    for (; fields->name; fields++) {
        size_t before = b.n;
        put_field(&b, fields);
        if (b.full) { /* never half a field */
            b.n = before;
            b.full = false;
            left_out = true;
        }
    }
    b.size = sizeof line;
    if (left_out)
        buf_str(&b, cut);
    buf_str(&b, end);
    for (size_t from = 0; from < b.n;) { /* one write, unless a pipe takes only a part */
        ssize_t n = write(out, b.p + from, b.n - from);
        if (n < 0 && errno != EINTR)
            return; /* there is nowhere to say it */
        from += n > 0 ? (size_t)n : 0;
    }
}
