/* record – rows to columns and to JSON and back, by walking the field table.
 * See record.h. A kind of field is known in: column_get/set, the decode_* and
 * encode_value here, and two tables in record_print.c. */
#include "record.h"

#include "id.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void record_begin(void) { json_set_alloc_funcs(mem_alloc, mem_free); }

static void *at(const Field *f, void *row) { return (char *)row + f->at; }
static const void *at_const(const Field *f, const void *row) { return (const char *)row + f->at; }
static void set_has(const Field *f, void *row) { *(bool *)((char *)row + f->has) = true; }

const Choice *choice_numbered(const Choices *c, int64_t number) {
    for (size_t i = 0; i < c->n; i++)
        if (c->list[i].number == number)
            return &c->list[i];
    return NULL;
}

const Choice *choice_worded(const Choices *c, Str word) {
    for (size_t i = 0; i < c->n; i++)
        if (str_is(word, c->list[i].word))
            return &c->list[i];
    return NULL;
}

const Field *record_field(const Record *r, Str name) {
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++)
        if (str_is(name, f[i].name))
            return &f[i];
    return NULL;
}

/* Bytes of the member of a row; 0 of what has none. */
static size_t member_size(Kind k) {
    static const size_t size[KIND_COUNT] = {
        [KIND_KEY] = sizeof(int64_t),  [KIND_REF] = sizeof(int64_t), [KIND_INT] = sizeof(int32_t),
        [KIND_LONG] = sizeof(int64_t), [KIND_TEXT] = sizeof(Str),    [KIND_DEGREE] = sizeof(int32_t),
        [KIND_TIME] = sizeof(Moment),  [KIND_DAY] = sizeof(int32_t), [KIND_BOOL] = sizeof(bool),
        [KIND_ENUM] = sizeof(Kind),    [KIND_BYTES] = sizeof(Str),   [KIND_SEALED] = sizeof(Sealed),
        [KIND_LIST] = sizeof(List),    [KIND_RAW] = sizeof(Str)
    };
    return size[k];
}

void record_take(const Record *to, void *row, const Record *from, const void *asked) {
    size_t n;
    const Field *f = from->fields(&n);

    for (size_t i = 0; i < n; i++, f++) {
        const Field *into = record_field(to, str(f->name));
        if (!into || into->kind != f->kind || into->presence == MADE || into->presence == LATER)
            continue;
        memcpy((char *)row + into->at, (const char *)asked + f->at, member_size(f->kind));
        memcpy((char *)row + into->has, (const char *)asked + f->has, sizeof(bool));
    }
}

/* ---- columns ---- */

void column_name(const Field *f, size_t part, char ret[64]) {
    if (f->kind == KIND_KEY && part == 1)
        snprintf(ret, 64, "home");
    else
        snprintf(ret, 64, "%s%s", f->name,
                 f->kind == KIND_TIME                  ? part == 0 ? "_ms" : "_day"
                 : f->kind == KIND_SEALED && part == 1 ? "_key"
                                                       : "");
}

Value column_get(const Field *f, size_t part, const void *row) {
    Value v = { .null = field_nullable(f) && !field_has(f, row) };
    const void *p = at_const(f, row);

    switch (f->kind) {
    case KIND_TEXT:
    case KIND_RAW:
    case KIND_BYTES: v.s = *(const Str *)p; break;
    case KIND_SEALED:
        if (part == 0)
            v.s = ((const Sealed *)p)->bytes;
        else
            v.i = ((const Sealed *)p)->key;
        break;
    case KIND_TIME: v.i = part == 0 ? ((const Moment *)p)->ms : ((const Moment *)p)->day; break;
    case KIND_BOOL: v.i = *(const bool *)p; break;
    case KIND_KEY: v.i = part == 0 ? *(const int64_t *)p : id_home(*(const int64_t *)p); break;
    case KIND_REF:
    case KIND_LONG:
    case KIND_MS: v.i = *(const int64_t *)p; break;
    case KIND_LIST: break;
    default: v.i = *(const int32_t *)p; break;
    }
    return v;
}

Err column_set(const Field *f, size_t part, void *row, Value v, Arena *a, Fault *fa) {
    void *p = at(f, row);

    if (v.null)
        return OK;
    set_has(f, row);
    switch (f->kind) {
    case KIND_TEXT:
    case KIND_RAW:
    case KIND_BYTES: return str_copy(a, v.s, p, fa);
    case KIND_SEALED:
        if (part == 0)
            return str_copy(a, v.s, &((Sealed *)p)->bytes, fa);
        ((Sealed *)p)->key = (int32_t)v.i;
        return OK;
    case KIND_TIME:
        if (part == 0)
            ((Moment *)p)->ms = v.i;
        else
            ((Moment *)p)->day = (int32_t)v.i;
        return OK;
    case KIND_BOOL: *(bool *)p = v.i != 0; return OK;
    case KIND_KEY: /* the home is part of the id */
        if (part == 0)
            *(int64_t *)p = v.i;
        return OK;
    case KIND_REF:
    case KIND_LONG:
    case KIND_MS: *(int64_t *)p = v.i; return OK;
    default: *(int32_t *)p = (int32_t)v.i; return OK;
    }
}

/* ---- values in ---- */

/* “经过”（summary）要 1 到 500 个字。 / “Summary” (summary) must have … */
static Err refuse(const Field *f, const char *key, const char *zh, const char *en, Fault *fa) {
    return fault(fa, ERR_INVALID, key, f->name, "“%s”%.0s（%s）%s%.0s。", "%.0s“%s” (%s) %.0s%s.", f->zh, f->en,
                 f->name, zh, en);
}

static Err refuse_range(const Field *f, const char *key, const char *zh, const char *en, Fault *fa) {
    char zh_room[128], en_room[128];
    bool text = f->kind == KIND_TEXT;

    snprintf(zh_room, sizeof zh_room, "%s %lld 到 %lld%s", zh, (long long)f->min, (long long)f->max,
             text ? " 个字" : "");
    snprintf(en_room, sizeof en_room, "%s %lld to %lld%s", en, (long long)f->min, (long long)f->max,
             text ? " characters" : "");
    return refuse(f, key, zh_room, en_room, fa);
}

static Err set_number(const Field *f, int64_t i, void *row, Arena *a, Fault *fa) {
    return column_set(f, 0, row, (Value){ .i = i }, a, fa);
}

/* U+202A–202E and U+2066–2069 turn round what follows: a text, and whatever stands behind
 * it on a page, would read otherwise than it is stored. The marks of scripts that are
 * written from the right (U+200E, U+200F) do no such thing. */
static bool turns_round(const char *p, size_t left) {
    const unsigned char *u = (const unsigned char *)p;

    if (left < 3 || u[0] != 0xE2)
        return false;
    return (u[1] == 0x80 && u[2] >= 0xAA && u[2] <= 0xAE) || (u[1] == 0x81 && u[2] >= 0xA6 && u[2] <= 0xA9);
}

/* Valid UTF-8 of the right length, without control characters but line ends and tabs. */
static Err set_text(const Field *f, Str s, void *row, Arena *a, Fault *fa) {
    size_t bad;

    if (!utf8_valid(s.p, s.n, &bad))
        return refuse(f, "text_encoding", "不是有效的 UTF-8 文字", "is not valid UTF-8 text", fa);
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && !strchr("\n\r\t", s.p[i])) || s.p[i] == 0x7F)
            return refuse(f, "text_control", "含有控制字符", "contains control characters", fa);
    for (size_t i = 0; i + 2 < s.n; i++)
        if (turns_round(s.p + i, s.n - i))
            return refuse(
                f, "text_direction", "含有看不见的改变文字方向的字符，请删去后重新输入",
                "contains invisible characters that turn the direction of the text; type it again without", fa);
    int64_t count = s.n > INT32_MAX ? INT32_MAX : utf8_count(s.p, s.n);
    if (count < f->min || count > f->max)
        return refuse_range(f, "text_length", "要", "must have", fa);
    return column_set(f, 0, row, (Value){ .s = s }, a, fa);
}

static Err set_int(const Field *f, bool whole, int64_t i, void *row, Arena *a, Fault *fa) {
    if (!whole || i < f->min || i > f->max)
        return refuse_range(f, "number_range", "要是整数，范围", "must be a whole number from", fa);
    return set_number(f, i, row, a, fa);
}

static bool digits_of(Str s, int64_t *ret) {
    bool minus = s.n && s.p[0] == '-';
    int64_t v = 0;

    if (s.n == minus || s.n > 19)
        return false;
    for (size_t i = minus; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || v > (INT64_MAX - 9) / 10)
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *ret = minus ? -v : v;
    return true;
}

static Err set_id(const Field *f, Str s, void *row, Arena *a, Fault *fa) {
    int64_t id = 0;

    if (s.n == 0 || s.p[0] == '0' || !digits_of(s, &id) || id <= 0)
        return refuse(f, "id_form", "要是编号（引号中的数字）", "must be an id: digits in quotes", fa);
    return set_number(f, id, row, a, fa);
}

static Err set_time(const Field *f, bool whole, int64_t ms, void *row, Arena *a, Fault *fa) {
    if (!whole || ms < 946684800000 || ms >= 4102444800000)
        return refuse(f, "time_range", "要是 2000 至 2099 年间的毫秒时间",
                      "must be milliseconds since 1970, from 2000 to 2099", fa);
    TRY(column_set(f, 1, row, (Value){ .i = day_of_ms(ms) }, a, fa));
    return set_number(f, ms, row, a, fa);
}

static Err set_day(const Field *f, Str s, void *row, Arena *a, Fault *fa) {
    char z[16] = "";
    int32_t day;

    if (s.n == 10)
        memcpy(z, s.p, 10);
    if (s.n != 10 || !day_parse(z, &day))
        return refuse(f, "day_form", "要是日期，如 2026-03-01", "must be a day such as 2026-03-01", fa);
    return set_number(f, day, row, a, fa);
}

static Err set_enum(const Field *f, Str s, void *row, Arena *a, Fault *fa) {
    char words[160] = "", zh[200], en[200];
    Buf b = { words, 0, sizeof words, false, 0 };
    const Choice *c = choice_worded(f->choices, s);

    if (c)
        return set_number(f, c->number, row, a, fa);
    for (size_t i = 0; i < f->choices->n; i++)
        buf_fmt(&b, "%s%s", i ? ", " : " ", f->choices->list[i].word);
    snprintf(zh, sizeof zh, "要是其中之一：%s%s", words, b.full ? " …" : "");
    snprintf(en, sizeof en, "must be one of%s%s", words, b.full ? " …" : "");
    return refuse(f, "choice_unknown", zh, en, fa);
}

static Err set_bool(const Field *f, bool known, bool yes, void *row, Arena *a, Fault *fa) {
    if (!known)
        return refuse(f, "bool_form", "要是 true 或 false", "must be true or false", fa);
    return set_number(f, yes, row, a, fa);
}

static Err set_degree(const Field *f, bool number, double d, void *row, Arena *a, Fault *fa) {
    double low = (double)f->min / 1e7, high = (double)f->max / 1e7;
    char zh[96], en[96];

    if (number && d >= low && d <= high)
        return set_number(f, (int64_t)(d * 1e7 + (d < 0 ? -0.5 : 0.5)), row, a, fa);
    snprintf(zh, sizeof zh, "要是度数，范围 %.0f 到 %.0f", low, high);
    snprintf(en, sizeof en, "must be degrees from %.0f to %.0f", low, high);
    return refuse(f, "degree_range", zh, en, fa);
}

/* ---- JSON in ---- */

static Err decode_object(const Record *r, json_t *root, Arena *a, void *ret_row, Fault *fa);

static Err decode_list(const Field *f, json_t *j, void *row, Arena *a, Fault *fa) {
    size_t n = json_array_size(j), size = f->rows->size;

    if (!json_is_array(j) || (int64_t)n > f->max)
        return refuse_range(f, "list_length", "要是列表，条数", "must be a list, its length", fa);
    List list = { arena_take(a, size * (n ? n : 1)), n };
    if (!list.rows)
        return fault_arena(fa);
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(j, i);
        if (!json_is_object(item))
            return refuse(f, "list_item", "每一项都要是对象", "must hold objects only", fa);
        TRY(decode_object(f->rows, item, a, (char *)list.rows + i * size, fa));
    }
    set_has(f, row);
    *(List *)at(f, row) = list;
    return OK;
}

static Err decode_value(const Field *f, json_t *j, void *row, Arena *a, Fault *fa) {
    Str s = { json_is_string(j) ? json_string_value(j) : NULL, json_string_length(j) };
    bool whole = json_is_integer(j);

    switch (f->kind) {
    case KIND_TEXT:
        return s.p ? set_text(f, s, row, a, fa) : refuse(f, "text_form", "要是文字", "must be text", fa);
    case KIND_KEY:
    case KIND_REF: return set_id(f, s.p ? s : (Str){ "", 0 }, row, a, fa);
    case KIND_INT:
    case KIND_LONG: return set_int(f, whole, json_integer_value(j), row, a, fa);
    case KIND_DEGREE: return set_degree(f, json_is_number(j), json_number_value(j), row, a, fa);
    case KIND_TIME: return set_time(f, whole, json_integer_value(j), row, a, fa);
    case KIND_DAY: return set_day(f, s.p ? s : (Str){ "", 0 }, row, a, fa);
    case KIND_ENUM: return set_enum(f, s.p ? s : (Str){ "", 0 }, row, a, fa);
    case KIND_BOOL: return set_bool(f, json_is_boolean(j), json_is_true(j), row, a, fa);
    case KIND_LIST: return decode_list(f, j, row, a, fa);
    default: return OK; /* bytes, sealed, raw: never from outside; see is_ignored */
    }
}

static bool is_ignored(const Field *f) {
    return f->kind == KIND_RETIRED || f->presence == MADE || f->presence == LATER || f->shown ||
           f->kind == KIND_BYTES || f->kind == KIND_SEALED || f->kind == KIND_RAW;
}

/* The field that a key names; `ret_ignored` also for a derived one such as met_day. */
static const Field *field_of_key(const Record *r, Str key, bool *ret_ignored) {
    size_t n;
    const Field *f = r->fields(&n);
    char derived[64];

    for (size_t i = 0; i < n; i++, f++) {
        *ret_ignored = is_ignored(f);
        if (str_is(key, f->name))
            return f;
        *ret_ignored = true;
        column_name(f, 1, derived);
        if (f->kind == KIND_TIME && str_is(key, derived))
            return f;
    }
    return NULL;
}

static Err no_such_field(Str key, Fault *fa) {
    int n = key.n < 40 ? (int)key.n : 40;
    char name[48];

    snprintf(name, sizeof name, "%.*s", n, key.p);
    return fault(fa, ERR_INVALID, "field_unknown", key.n < 40 ? name : "", "没有“%s”这一项。",
                 "There is no field “%s”.", name);
}

static Err fill_missing(const Record *r, void *row, Arena *a, Fault *fa) {
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++, f++) {
        if (is_ignored(f) || field_has(f, row))
            continue;
        if (f->presence == NEEDED)
            return refuse(f, "field_missing", "不能缺少", "is missing", fa);
        if (f->presence == DEFAULTED)
            TRY(set_number(f, f->fallback, row, a, fa));
    }
    return OK;
}

static Err decode_keys(const Record *r, json_t *root, Arena *a, void *ret_row, Fault *fa) {
    const char *key;
    json_t *value;

    json_object_foreach (root, key, value) {
        bool ignored;
        const Field *f = field_of_key(r, str(key), &ignored);
        if (!f)
            return no_such_field(str(key), fa);
        if (!ignored && !json_is_null(value))
            TRY(decode_value(f, value, ret_row, a, fa));
    }
    return OK;
}

static Err decode_object(const Record *r, json_t *root, Arena *a, void *ret_row, Fault *fa) {
    TRY(decode_keys(r, root, a, ret_row, fa));
    return fill_missing(r, ret_row, a, fa);
}

static Err not_json(const json_error_t *e, Fault *fa) {
    if (mem_failed) /* jansson calls most of these a syntax error */
        return fault_memory(fa);
    if (json_error_code(e) == json_error_duplicate_key)
        return fault(fa, ERR_INVALID, "json_twice", "", "同一项写了两次（第 %d 行）。",
                     "A field is given twice (line %d).", e->line);
    return fault(fa, ERR_INVALID, "json_syntax", "", "正文不是有效的 JSON（第 %d 行，第 %d 列）。",
                 "The body is not valid JSON (line %d, column %d).", e->line, e->column);
}

/* ---- parameters in ---- */

static bool number_of(Str s, double *ret) {
    char z[40], *end;

    if (s.n == 0 || s.n >= sizeof z)
        return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    *ret = strtod(z, &end);
    return *end == 0 && strspn(z, "+-.0123456789eE") == s.n;
}

static Err decode_text_value(const Field *f, Str s, void *row, Arena *a, Fault *fa) {
    int64_t i = 0;
    double d = 0;
    bool good;

    switch (f->kind) {
    case KIND_TEXT: return set_text(f, s, row, a, fa);
    case KIND_KEY:
    case KIND_REF: return set_id(f, s, row, a, fa);
    case KIND_INT:
    case KIND_LONG: good = digits_of(s, &i); return set_int(f, good, i, row, a, fa);
    case KIND_DEGREE: good = number_of(s, &d); return set_degree(f, good, d, row, a, fa);
    case KIND_TIME: good = digits_of(s, &i); return set_time(f, good, i, row, a, fa);
    case KIND_DAY: return set_day(f, s, row, a, fa);
    case KIND_ENUM: return set_enum(f, s, row, a, fa);
    case KIND_BOOL: return set_bool(f, str_is(s, "true") || str_is(s, "false"), str_is(s, "true"), row, a, fa);
    default: return refuse(f, "parameter_kind", "不能写在网址里", "cannot be given in an address", fa);
    }
}

/* A field given both in the body and in the address must be the same field. */
static Err decode_pairs(const Record *r, const Pair *pairs, size_t n, Arena *a, void *row, Fault *fa) {
    for (size_t i = 0; i < n; i++) {
        bool ignored;
        const Field *f = field_of_key(r, pairs[i].name, &ignored);
        if (!f)
            return no_such_field(pairs[i].name, fa);
        if (ignored || !pairs[i].value.n)
            continue;
        if (field_has(f, row))
            return refuse(f, "given_twice", "写了两次", "is given twice", fa);
        TRY(decode_text_value(f, pairs[i].value, row, a, fa));
    }
    return OK;
}

static Err decode_body(const Record *r, Str json, Arena *a, void *row, Fault *f) {
    json_error_t error;

    mem_failed = false;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!root || mem_failed) { /* with too little memory jansson may also drop a letter and go on */
        json_decref(root);
        return not_json(&error, f);
    }
    Err e = json_is_object(root) ? decode_keys(r, root, a, row, f)
                                 : fault(f, ERR_INVALID, "json_object", "", "正文要是一个 JSON 对象。",
                                         "The body must be a JSON object.");
    json_decref(root);
    return e;
}

Err record_decode(const Record *r, Str json, const Pair *pairs, size_t n, Arena *a, void *ret_row, Fault *f) {
    void *row = arena_take(a, r->size);
    if (!row)
        return fault_arena(f);
    if (json.n)
        TRY(decode_body(r, json, a, row, f));
    TRY(decode_pairs(r, pairs, n, a, row, f));
    TRY(fill_missing(r, row, a, f));
    memcpy(ret_row, row, r->size);
    return OK;
}

/* ---- JSON out ---- */

static void encode_list(const Field *f, const List *list, unsigned roles, Buf *b) {
    buf_char(b, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_char(b, ',');
        record_encode(f->rows, (const char *)list->rows + i * f->rows->size, roles, b);
    }
    buf_char(b, ']');
}

static void encode_value(const Field *f, const void *row, unsigned roles, Buf *b) {
    Value v = column_get(f, 0, row);
    char day[16];
    const Choice *c;

    switch (f->kind) {
    case KIND_TEXT: buf_json(b, v.s); return;
    case KIND_RAW: buf_put(b, v.s.p, v.s.n); return;
    case KIND_BOOL: buf_str(b, v.i ? "true" : "false"); return;
    case KIND_KEY:
    case KIND_REF:
        buf_char(b, '"');
        buf_int(b, v.i);
        buf_char(b, '"');
        return;
    case KIND_DEGREE: buf_degree(b, (int32_t)v.i); return;
    case KIND_DAY:
        day_print((int32_t)v.i, day);
        buf_fmt(b, "\"%s\"", day);
        return;
    case KIND_TIME:
        buf_int(b, v.i);
        day_print((int32_t)column_get(f, 1, row).i, day);
        buf_put(b, f->key.p, f->key.n - 2); /* ,"reported → ,"reported_day":" */
        buf_str(b, "_day\":\"");
        buf_put(b, day, 10);
        buf_char(b, '"');
        return;
    case KIND_ENUM: /* a number written by a newer server has no word here yet */
        c = choice_numbered(f->choices, (int32_t)v.i);
        buf_char(b, '"');
        buf_str(b, c ? c->word : "other");
        buf_char(b, '"');
        return;
    case KIND_LIST: encode_list(f, at_const(f, row), roles, b); return;
    default: buf_int(b, v.i); return;
    }
}

static bool is_shown(const Field *f, const void *row, unsigned roles) {
    if (f->kind == KIND_RETIRED || f->kind == KIND_BYTES || f->kind == KIND_SEALED)
        return false;
    if (f->readers && !(f->readers & roles))
        return false;
    return field_has(f, row) || !(field_nullable(f) || f->shown);
}

/* Each field is written with a comma before it; the first comma becomes the brace. */
void record_encode(const Record *r, const void *row, unsigned roles, Buf *b) {
    size_t n, start = b->n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++, f++)
        if (is_shown(f, row, roles)) {
            buf_put(b, f->key.p, f->key.n);
            encode_value(f, row, roles, b);
        }
    if (b->n > start)
        b->p[start] = '{';
    else
        buf_char(b, '{');
    buf_char(b, '}');
}
