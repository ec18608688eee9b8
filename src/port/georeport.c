/* georeport – see georeport.h. */
#include "georeport.h"

#include "date_text.h"

#include <stdio.h>
#include <string.h>

/* ---- names ---- */

/* What a list of these rows is called, and one of them. A document that is no list has no
 * name around it. */
typedef struct Wrap {
    const char *noun, *outer, *inner;
} Wrap;

static const Wrap *wrap_of(const Record *r) {
    static const Wrap wraps[] = {
        { "open311_discovery", NULL, "discovery" },
        { "open311_service", "services", "service" },
        { "open311_definition", NULL, "service_definition" },
        { "open311_receipt", "service_requests", "request" },
        { "open311_token", "service_requests", "request" },
        { "open311_request", "service_requests", "request" },
        { "open311_update", "service_request_updates", "request_update" },
        { "open311_updated", "service_request_updates", "request_update" },
    };

    for (size_t i = 0; i < COUNT(wraps); i++)
        if (strcmp(wraps[i].noun, r->noun) == 0)
            return &wraps[i];
    return NULL;
}

const char *georeport_name(const Field *f) { return strcmp(f->name, "lon") == 0 ? "long" : f->name; }

/* Of a list whose rows have one field, the rows are that field: formats, groups. */
static const Field *lone_field(const Record *r) {
    size_t n;
    const Field *f = r->fields(&n);
    return n == 1 ? f : NULL;
}

/* An object, not a list, and there only when it was asked for. */
static bool is_object(const Field *f) { return strcmp(f->name, "extended_attributes") == 0; }

/* ---- values ---- */

static void put_time(const Field *f, const void *row, Buf *b) {
    char iso[32];

    ms_print_iso(column_get(f, 0, row).i, iso);
    buf_put(b, iso, 19); /* whole seconds: some readers take no fractions */
    buf_char(b, 'Z');
}

static void put_plain(const Field *f, const void *row, Buf *b) {
    Value v = column_get(f, 0, row);
    const Choice *c;

    switch (f->kind) {
    case KIND_BOOL: buf_str(b, v.i ? "true" : "false"); return;
    case KIND_DEGREE: buf_degree(b, (int32_t)v.i); return;
    case KIND_TIME: put_time(f, row, b); return;
    case KIND_ENUM:
        c = choice_numbered(f->choices, v.i);
        buf_str(b, c ? c->word : "");
        return;
    default: buf_int(b, v.i); return;
    }
}

/* ---- XML ---- */

/* What XML 1.0 cannot hold becomes a question mark. */
static void put_escaped(Str s, Buf *b) {
    for (size_t i = 0; i < s.n; i++)
        switch (s.p[i]) {
        case '<': buf_str(b, "&lt;"); break;
        case '>': buf_str(b, "&gt;"); break;
        case '&': buf_str(b, "&amp;"); break;
        case '"': buf_str(b, "&quot;"); break;
        case '\r': buf_str(b, "&#13;"); break;
        default: buf_char(b, (unsigned char)s.p[i] < ' ' && s.p[i] != '\n' && s.p[i] != '\t' ? '?' : s.p[i]);
        }
}

static void xml_row(const Record *r, const void *row, Buf *b);

static void xml_list(const Field *f, const List *list, Buf *b) {
    int n = (int)strlen(f->name) - 1; /* formats: format */

    for (size_t i = 0; i < list->n; i++) {
        const char *row = (const char *)list->rows + i * f->rows->size;
        const Field *lone = lone_field(f->rows);
        if (is_object(f)) {
            xml_row(f->rows, row, b);
            continue;
        }
        buf_fmt(b, "<%.*s>", n, f->name);
        if (lone)
            put_escaped(column_get(lone, 0, row).s, b);
        else
            xml_row(f->rows, row, b);
        buf_fmt(b, "</%.*s>", n, f->name);
    }
}

static void xml_row(const Record *r, const void *row, Buf *b) {
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++) {
        const char *name = georeport_name(&f[i]);
        if (!field_has(&f[i], row)) {
            if (!is_object(&f[i]))
                buf_fmt(b, "<%s/>", name);
            continue;
        }
        buf_fmt(b, "<%s>", name);
        if (f[i].kind == KIND_LIST)
            xml_list(&f[i], (const List *)(const void *)((const char *)row + f[i].at), b);
        else if (f[i].kind == KIND_TEXT)
            put_escaped(column_get(&f[i], 0, row).s, b);
        else
            put_plain(&f[i], row, b);
        buf_fmt(b, "</%s>", name);
    }
}

#define DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

void georeport_xml(const Record *r, const void *rows, size_t n, Buf *out) {
    const Wrap *w = wrap_of(r);

    buf_str(out, DECLARATION);
    if (w->outer)
        buf_fmt(out, "<%s>", w->outer);
    for (size_t i = 0; i < n; i++) {
        buf_fmt(out, "<%s>", w->inner);
        xml_row(r, (const char *)rows + i * r->size, out);
        buf_fmt(out, "</%s>", w->inner);
    }
    if (w->outer)
        buf_fmt(out, "</%s>", w->outer);
    buf_char(out, '\n');
}

void georeport_xml_errors(int code, Str sentence, Buf *out) {
    buf_fmt(out, DECLARATION "<errors><error><code>%d</code><description>", code);
    put_escaped(sentence, out);
    buf_str(out, "</description></error></errors>\n");
}

/* ---- JSON: empty is null, the outer name is dropped ---- */

static void json_row(const Record *r, const void *row, Buf *b);

static void json_list(const Field *f, const List *list, Buf *b) {
    const Field *lone = lone_field(f->rows);

    if (is_object(f)) {
        json_row(f->rows, list->rows, b);
        return;
    }
    buf_char(b, '[');
    for (size_t i = 0; i < list->n; i++) {
        const char *row = (const char *)list->rows + i * f->rows->size;
        if (i)
            buf_char(b, ',');
        if (lone)
            buf_json(b, column_get(lone, 0, row).s);
        else
            json_row(f->rows, row, b);
    }
    buf_char(b, ']');
}

static void json_value(const Field *f, const void *row, Buf *b) {
    bool quoted = f->kind == KIND_TIME || f->kind == KIND_ENUM;

    if (f->kind == KIND_LIST) {
        json_list(f, (const List *)(const void *)((const char *)row + f->at), b);
        return;
    }
    if (f->kind == KIND_TEXT) {
        buf_json(b, column_get(f, 0, row).s);
        return;
    }
    if (quoted)
        buf_char(b, '"');
    put_plain(f, row, b);
    if (quoted)
        buf_char(b, '"');
}

static void json_row(const Record *r, const void *row, Buf *b) {
    size_t n, count = 0;
    const Field *f = r->fields(&n);

    buf_char(b, '{');
    for (size_t i = 0; i < n; i++) {
        bool has = field_has(&f[i], row);
        if (!has && is_object(&f[i]))
            continue;
        buf_fmt(b, "%s\"%s\":", count++ ? "," : "", georeport_name(&f[i]));
        if (has)
            json_value(&f[i], row, b);
        else
            buf_str(b, "null");
    }
    buf_char(b, '}');
}

void georeport_json(const Record *r, const void *rows, size_t n, Buf *out) {
    const Wrap *w = wrap_of(r);

    if (w->outer)
        buf_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(out, ',');
        json_row(r, (const char *)rows + i * r->size, out);
    }
    if (w->outer)
        buf_char(out, ']');
}

void georeport_json_errors(int code, Str sentence, Buf *out) {
    buf_fmt(out, "[{\"code\":%d,\"description\":", code);
    buf_json(out, sentence);
    buf_str(out, "}]");
}

/* ---- in ---- */

typedef struct Taking {
    const Record *r;
    Arena *a;
    Pair *to;
    size_t n;
    Buf attributes, media;
} Taking;

static Err nested(Str name, Fault *f) {
    char field[48];

    snprintf(field, sizeof field, "%.*s", (int)(name.n < 40 ? name.n : 40), name.p);
    return fault(
        f, ERR_INVALID, "form_nested", field,
        "字段“%s”的方括号不对：只能写 attribute[代码] 或 attribute[代码][]，不能再嵌套。",
        "The brackets of the field “%s” are wrong: only attribute[CODE] and attribute[CODE][] are taken, "
        "nothing is nested deeper.",
        field);
}

static void add_line(Buf *b, Str name, Str value) {
    if (b->n)
        buf_char(b, '\n');
    if (name.n)
        buf_fmt(b, "%.*s=", (int)name.n, name.p);
    for (size_t i = 0; i < value.n; i++) /* a line stays a line */
        buf_char(b, value.p[i] == '\n' || value.p[i] == '\r' ? ' ' : value.p[i]);
}

/* attribute[X] or attribute[X][] */
static Err take_attribute(Taking *t, Str name, Str value, Fault *f) {
    const size_t head = strlen("attribute[");
    Str code = { name.p + head, 0 };

    while (head + code.n < name.n && !strchr("[]=\n", code.p[code.n]))
        code.n++;
    Str rest = { code.p + code.n, name.n - head - code.n };
    if (code.n == 0 || !(str_is(rest, "]") || str_is(rest, "][]")))
        return nested(name, f);
    add_line(&t->attributes, code, value);
    return OK;
}

/* 2026-03-01T08:00:00Z or +08:00, whose plus sign an address turns into a blank. */
static Err take_time(const Field *field, Str *value, Arena *a, Fault *f) {
    char text[48], digits[24];
    DateText d;

    snprintf(text, sizeof text, "%.*s", (int)(value->n < 40 ? value->n : 40), value->p);
    char *blank = strrchr(text, ' ');
    if (blank && strchr(text, 'T') && blank > strchr(text, 'T'))
        *blank = '+';
    if (!date_text_read(str("iso"), str(text), zone_here(), &d))
        return fault(f, ERR_INVALID, "time_form", field->name,
                     "%s 要写成 2026-03-01T08:00:00Z 或带 +08:00 这样的时差。",
                     "%s must be like 2026-03-01T08:00:00Z, or with an offset such as +08:00.", field->name);
    snprintf(digits, sizeof digits, "%lld", (long long)d.ms);
    return str_copy(a, str(digits), value, f);
}

static bool is_taken(const Taking *t, const char *name) {
    for (size_t i = 0; i < t->n; i++)
        if (str_is(t->to[i].name, name))
            return true;
    return false;
}

/* `english` is said by the server, not by who asks. */
static const Field *field_of(const Record *r, Str name) {
    if (str_is(name, "english") || str_is(name, "attributes") || str_is(name, "lon"))
        return NULL;
    const Field *f = str_is(name, "long")       ? record_field(r, str("lon"))
                     : str_is(name, "deviceid") ? record_field(r, str("device_id"))
                                                : record_field(r, name);
    bool asked =
        f && (f->presence == NEEDED || f->presence == OPTIONAL || f->presence == DEFAULTED) && !f->shown;
    return asked && f->kind != KIND_BYTES && f->kind != KIND_LIST ? f : NULL;
}

static Err put_pair(Taking *t, const Field *field, Str value, Fault *f) {
    if (is_taken(t, field->name) || t->n == GEOREPORT_PAIRS)
        return OK;
    if (field->kind == KIND_TIME)
        TRY(take_time(field, &value, t->a, f));
    t->to[t->n++] = (Pair){ str(field->name), value };
    return OK;
}

static Err take_one(Taking *t, Str name, Str value, Fault *f) {
    if (name.n > strlen("attribute[") && memcmp(name.p, "attribute[", strlen("attribute[")) == 0)
        return take_attribute(t, name, value, f);
    if (str_is(name, "media_url") || str_is(name, "media_url[]")) {
        add_line(&t->media, (Str){ "", 0 }, value);
        return OK;
    }
    if (memchr(name.p, '[', name.n) || memchr(name.p, ']', name.n))
        return nested(name, f);
    const Field *field = field_of(t->r, name);
    return field && value.n ? put_pair(t, field, value, f) : OK;
}

/* The lines of what was repeated, where the record has such a field. */
static Err put_lines(Taking *t, const char *name, Buf *lines, Fault *f) {
    const Field *field = record_field(t->r, str(name));
    Str value;

    if (lines->full)
        return fault(f, ERR_INVALID, "form_large", name, "%s 太多。", "There is too much of %s.", name);
    if (!field || lines->n == 0)
        return OK;
    TRY(str_copy(t->a, buf_view(lines), &value, f));
    return put_pair(t, field, value, f);
}

Err georeport_take(const Record *r, const Pair *given, size_t n, Arena *a, Pair *ret, size_t *ret_n,
                   Str *ret_key, Fault *f) {
    enum { LINES = 16384 };
    Fault first;
    Err e = OK;
    Taking t = { .r = r,
                 .a = a,
                 .to = ret,
                 .attributes = { arena_raw(a, LINES), 0, LINES, false, 0 },
                 .media = { arena_raw(a, LINES), 0, LINES, false, 0 } };

    if (!t.attributes.p || !t.media.p)
        return fault_arena(f);
    *ret_key = (Str){ 0 };
    for (size_t i = 0; i < n; i++)
        if (str_is(given[i].name, "api_key")) {
            if (!ret_key->n)
                *ret_key = given[i].value;
        } else if (e == OK)
            e = take_one(&t, given[i].name, given[i].value, &first);
    if (e == OK)
        e = put_lines(&t, "attributes", &t.attributes, &first);
    if (e == OK)
        e = put_lines(&t, "media_url", &t.media, &first);
    *ret_n = t.n;
    if (e != OK)
        *f = first;
    return e;
}
