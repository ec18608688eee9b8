/* form – see form.h. */
#include "form.h"

#include <string.h>
#include <strings.h>

/* ---- adding ---- */

static Err add_field(Form *form, Str name, Str value, Fault *f) {
    size_t at;

    if (form->n == FORM_FIELDS_MAX)
        return fault(f, ERR_INVALID, "form_fields", "", "表单的字段太多，最多 %d 个。",
                     "The form has too many fields: at most %d.", FORM_FIELDS_MAX);
    if (!utf8_valid(name.p, name.n, &at) || !utf8_valid(value.p, value.n, &at) || memchr(value.p, 0, value.n) ||
        memchr(name.p, 0, name.n))
        return fault(f, ERR_INVALID, "form_utf8", "", "表单不是 UTF-8 文字：字段“%.*s”。",
                     "The form is not text in UTF-8: field “%.*s”.", (int)(name.n < 60 ? name.n : 60), name.p);
    if (name.n)
        form->fields[form->n++] = (Pair){ name, value };
    return OK;
}

static Err add_file(Form *form, Str bytes, Fault *f) {
    if (bytes.n == 0)
        return OK; /* an input of the page that was left empty */
    if (form->n_files == FORM_FILES_MAX)
        return fault(f, ERR_INVALID, "photos_many", "media", "照片太多：最多 %d 张。",
                     "Too many photos: at most %d.", FORM_FILES_MAX);
    form->files[form->n_files++] = bytes;
    return OK;
}

/* ---- urlencoded ---- */

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A percent sign that begins nothing stays as it is, as browsers read it. */
static Err unescape(Str s, Arena *a, Str *ret, Fault *f) {
    char *to = arena_raw(a, s.n + 1);
    size_t n = 0;

    if (!to)
        return fault_arena(f);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
            to[n++] = (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]));
            i += 2;
        } else
            to[n++] = s.p[i] == '+' ? ' ' : s.p[i];
    to[n] = 0;
    *ret = (Str){ to, n };
    return OK;
}

static Err read_escaped(Str body, Arena *a, Form *ret, Fault *f) {
    for (size_t at = 0; at < body.n;) {
        const char *end = memchr(body.p + at, '&', body.n - at);
        Str pair = { body.p + at, end ? (size_t)(end - body.p) - at : body.n - at }, name, value = { "", 0 };
        const char *is = memchr(pair.p, '=', pair.n);
        at += pair.n + 1;
        TRY(unescape((Str){ pair.p, is ? (size_t)(is - pair.p) : pair.n }, a, &name, f));
        if (is)
            TRY(unescape((Str){ is + 1, pair.n - (size_t)(is - pair.p) - 1 }, a, &value, f));
        TRY(add_field(ret, name, value, f));
    }
    return OK;
}

/* ---- multipart ---- */

/* The value of `name=` in a header, quoted or not. */
static bool parameter(Str header, const char *name, Str *ret) {
    size_t n = strlen(name);

    for (size_t i = 0; i + n + 1 < header.n; i++) {
        bool begins = i > 0 && strchr("; \t", header.p[i - 1]);
        if (!begins || strncasecmp(header.p + i, name, n) != 0 || header.p[i + n] != '=')
            continue;
        const char *from = header.p + i + n + 1, *end = header.p + header.n;
        bool quoted = from < end && *from == '"';
        from += quoted;
        const char *to = from;
        while (to < end && (quoted ? *to != '"' : !strchr("; \t\r\n", *to)))
            to++;
        *ret = (Str){ from, (size_t)(to - from) };
        return true;
    }
    return false;
}

static Err broken(Fault *f) {
    return fault(f, ERR_INVALID, "form_broken", "", "multipart 表单不完整：缺分隔线或段头。",
                 "The multipart form is broken: a boundary or the head of a part is missing.");
}

static bool disposition(Str head, Str *ret) {
    static const char name[] = "content-disposition:";

    for (size_t at = 0; at < head.n;) {
        const char *end = memmem(head.p + at, head.n - at, "\r\n", 2);
        size_t n = end ? (size_t)(end - head.p) - at : head.n - at;
        if (n >= sizeof name - 1 && strncasecmp(head.p + at, name, sizeof name - 1) == 0) {
            *ret = (Str){ head.p + at, n };
            return true;
        }
        at += n + 2;
    }
    return false;
}

static Err add_part(Str part, Form *ret, Arena *a, Fault *f) {
    const char *gap = memmem(part.p, part.n, "\r\n\r\n", 4);
    Str head, line, name, file, value;

    if (!gap)
        return broken(f);
    head = (Str){ part.p, (size_t)(gap - part.p) };
    value = (Str){ gap + 4, part.n - head.n - 4 };
    if (!disposition(head, &line) || !parameter(line, "name", &name))
        return broken(f);
    if (parameter(line, "filename", &file))
        return add_file(ret, value, f);
    TRY(str_copy(a, name, &name, f));
    TRY(str_copy(a, value, &value, f));
    return add_field(ret, name, value, f);
}

static Err read_parts(Str type, Str body, Arena *a, Form *ret, Fault *f) {
    Str boundary;
    char line[80] = "\r\n--";
    const char *p = body.p, *end = body.p + body.n;

    if (!parameter(type, "boundary", &boundary) || boundary.n == 0 || boundary.n > 70)
        return broken(f);
    memcpy(line + 4, boundary.p, boundary.n);
    size_t n = boundary.n + 4;
    if (body.n < n - 2 || memcmp(body.p, line + 2, n - 2) != 0) { /* something may stand before the first */
        p = memmem(body.p, body.n, line, n);
        if (!p)
            return broken(f);
        p += 2;
    }
    p += n - 2;
    while ((size_t)(end - p) >= 2 && memcmp(p, "--", 2) != 0) {
        const char *from = memmem(p, (size_t)(end - p), "\r\n", 2);
        const char *to = from ? memmem(from, (size_t)(end - from), line, n) : NULL;
        if (!to || to < from + 2) /* a part without anything */
            return broken(f);
        TRY(add_part((Str){ from + 2, (size_t)(to - from) - 2 }, ret, a, f));
        p = to + n;
    }
    return (size_t)(end - p) >= 2 ? OK : broken(f);
}

/* ---- either ---- */

static bool is_type(Str s, const char *type) {
    size_t n = strlen(type);
    return s.n >= n && strncasecmp(s.p, type, n) == 0 && (s.n == n || strchr("; \t", s.p[n]));
}

Err form_read(Str type, Str body, Arena *a, Form *ret, Fault *f) {
    *ret = (Form){ .fields = arena_raw(a, FORM_FIELDS_MAX * sizeof *ret->fields),
                   .files = arena_raw(a, FORM_FILES_MAX * sizeof *ret->files) };
    if (!ret->fields || !ret->files)
        return fault_arena(f);
    if (body.n == 0)
        return OK;
    if (is_type(type, "multipart/form-data"))
        return read_parts(type, body, a, ret, f);
    if (type.n == 0 || is_type(type, "application/x-www-form-urlencoded"))
        return read_escaped(body, a, ret, f);
    return fault(f, ERR_INVALID, "form_type", "",
                 "正文要是表单：application/x-www-form-urlencoded 或 multipart/form-data。",
                 "The body must be a form: application/x-www-form-urlencoded or multipart/form-data.");
}
