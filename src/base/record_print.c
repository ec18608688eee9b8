/* record_print – the printed forms of a record: columns, CREATE TABLE, OpenAPI,
 * TypeScript, the privacy registry, and the smallest valid input for tests.
 *
 * Limits and choices are deliberately not CHECKs in the schema: raising a limit
 * would then be a migration, and on SQLite a rebuild of the table. */
#include "record.h"

#include <string.h>

static const struct {
    const char *word, *schema, *ts;
} kinds[KIND_COUNT] = {
    /*                 column    OpenAPI                                                 TypeScript */
    [KIND_KEY] = { "id", "\"type\":\"string\",\"pattern\":\"^[1-9][0-9]*$\"", "string" },
    [KIND_REF] = { "id", "\"type\":\"string\",\"pattern\":\"^[1-9][0-9]*$\"", "string" },
    [KIND_INT] = { "int", "\"type\":\"integer\"", "number" },
    [KIND_LONG] = { "long", "\"type\":\"integer\",\"format\":\"int64\"", "number" },
    [KIND_DEGREE] = { "degree", "\"type\":\"number\"", "number" },
    [KIND_TEXT] = { "text", "\"type\":\"string\"", "string" },
    [KIND_TIME] = { "", "\"type\":\"integer\",\"format\":\"int64\"", "number" },
    [KIND_MS] = { "ms", "", "" },
    [KIND_DAY] = { "day", "\"type\":\"string\",\"format\":\"date\"", "string" },
    [KIND_BOOL] = { "bool", "\"type\":\"boolean\"", "boolean" },
    [KIND_ENUM] = { "int", "\"type\":\"string\"", "" },
    [KIND_BYTES] = { "bytes", "", "" },
    [KIND_LIST] = { "", "\"type\":\"array\"", "" },
    [KIND_RAW] = { "", "", "unknown" },
};

static bool in_json(const Field *f) {
    return f->kind != KIND_RETIRED && f->kind != KIND_BYTES && f->kind != KIND_SEALED;
}

void record_columns(const Record *r, Buf *b) {
    size_t n, count = 0;
    const Field *f = r->fields(&n);
    char name[64];

    for (size_t i = 0; i < n; i++, f++)
        for (size_t part = 0; field_stored(f) && part < field_parts(f); part++) {
            column_name(f, part, name);
            buf_fmt(b, "%s%s", count++ ? ", " : "", name);
        }
}

static void ddl_column(const Field *f, size_t part, Buf *b) {
    char name[64];

    column_name(f, part, name);
    buf_fmt(b, "    %s %s%s", name, kinds[column_kind(f, part)].word, field_nullable(f) ? "" : " NOT NULL");
    if (f->presence == DEFAULTED && f->kind == KIND_BOOL)
        buf_fmt(b, " DEFAULT %s", f->fallback ? "TRUE" : "FALSE");
    else if (f->presence == DEFAULTED) /* so that ADD COLUMN works on a full table */
        buf_fmt(b, " DEFAULT %d", f->fallback);
    buf_str(b, ",\n");
}

void record_ddl(const Record *r, Buf *b) {
    size_t n;
    const Field *f = r->fields(&n);

    if (!r->key)
        return;
    buf_fmt(b, "CREATE TABLE %s (\n", r->noun);
    for (size_t i = 0; i < n; i++, f++)
        for (size_t part = 0; field_stored(f) && part < field_parts(f); part++)
            ddl_column(f, part, b);
    buf_fmt(b, "    PRIMARY KEY (%s)\n);\n", r->key);
}

/* ---- OpenAPI ---- */

void record_field_schema(const Field *f, Buf *b) {
    if (f->kind == KIND_RAW) {
        buf_fmt(b, "{\"title\":\"%s %s\",\"readOnly\":true}", f->zh, f->en);
        return;
    }
    buf_fmt(b, "{%s,\"title\":\"%s %s\"", kinds[f->kind].schema, f->zh, f->en);
    if (f->kind == KIND_TEXT)
        buf_fmt(b, ",\"minLength\":%lld,\"maxLength\":%lld", (long long)f->min, (long long)f->max);
    if (f->kind == KIND_INT || f->kind == KIND_LONG)
        buf_fmt(b, ",\"minimum\":%lld,\"maximum\":%lld", (long long)f->min, (long long)f->max);
    if (f->kind == KIND_DEGREE)
        buf_fmt(b, ",\"minimum\":%lld,\"maximum\":%lld", (long long)f->min / 10000000,
                (long long)f->max / 10000000);
    if (f->kind == KIND_LIST)
        buf_fmt(b, ",\"maxItems\":%lld,\"items\":{\"$ref\":\"#/components/schemas/%s\"}", (long long)f->max,
                f->rows->type);
    for (size_t i = 0; f->kind == KIND_ENUM && i < f->choices->n; i++)
        buf_fmt(b, "%s\"%s\"%s", i ? "," : ",\"enum\":[", f->choices->list[i].word,
                i + 1 == f->choices->n ? "]" : "");
    if (f->presence == MADE || f->presence == LATER || f->shown)
        buf_str(b, ",\"readOnly\":true");
    buf_str(b, "}");
}

void record_openapi(const Record *r, Buf *b) {
    size_t n, count = 0, needed = 0;
    const Field *f = r->fields(&n);

    buf_fmt(b,
            "\"%s\":{\"type\":\"object\",\"title\":\"%s %s\",\"additionalProperties\":false,\"properties\":{",
            r->type, r->zh, r->en);
    for (size_t i = 0; i < n; i++) {
        if (f[i].kind == KIND_RETIRED)
            buf_fmt(b, "%s\"%s\":{\"deprecated\":true,\"writeOnly\":true}", count++ ? "," : "", f[i].name);
        if (!in_json(&f[i]))
            continue;
        buf_fmt(b, "%s\"%s\":", count++ ? "," : "", f[i].name);
        record_field_schema(&f[i], b);
        if (f[i].kind == KIND_TIME)
            buf_fmt(b, ",\"%s_day\":{\"type\":\"string\",\"format\":\"date\",\"readOnly\":true}", f[i].name);
    }
    buf_str(b, "}");
    for (size_t i = 0; i < n; i++)
        if (in_json(&f[i]) && f[i].presence == NEEDED && !f[i].shown)
            buf_fmt(b, "%s\"%s\"", needed++ ? "," : ",\"required\":[", f[i].name);
    buf_str(b, needed ? "]}" : "}");
}

/* ---- TypeScript ---- */

static void ts_type(const Field *f, Buf *b) {
    if (f->kind == KIND_LIST)
        buf_fmt(b, "%s[]", f->rows->type);
    else if (f->kind == KIND_ENUM)
        buf_str(b, f->choices->type);
    else
        buf_str(b, kinds[f->kind].ts);
}

/* What a form needs to know: title, limits, choices by their set. */
static void ts_form(const Record *r, Buf *b) {
    size_t n;
    const Field *f = r->fields(&n);

    buf_fmt(b, "export const %s_form = {\n", r->noun);
    for (size_t i = 0; i < n; i++, f++) {
        if (!in_json(f) || f->shown || f->presence == MADE || f->presence == LATER)
            continue;
        buf_fmt(b, "  %s: { zh: \"%s\", en: \"%s\", needed: %s", f->name, f->zh, f->en,
                f->presence == NEEDED ? "true" : "false");
        if (f->kind == KIND_TEXT || f->kind == KIND_INT || f->kind == KIND_LONG)
            buf_fmt(b, ", min: %lld, max: %lld", (long long)f->min, (long long)f->max);
        if (f->kind == KIND_ENUM)
            buf_fmt(b, ", choices: %s", f->choices->set);
        buf_str(b, " },\n");
    }
    buf_str(b, "} as const;\n\n");
}

/* The words as a type, and their titles as a table in the order of the set. */
void choices_typescript(const Choices *c, Buf *b) {
    buf_fmt(b, "export const %s = {\n", c->set);
    for (size_t i = 0; i < c->n; i++)
        buf_fmt(b, "  %s: { zh: \"%s\", en: \"%s\" },\n", c->list[i].word, c->list[i].zh, c->list[i].en);
    buf_fmt(b, "} as const;\nexport type %s = keyof typeof %s;\n\n", c->type, c->set);
}

void record_typescript(const Record *r, Buf *b) {
    size_t n;
    const Field *f = r->fields(&n);

    buf_fmt(b, "/** %s %s */\nexport type %s = {\n", r->zh, r->en, r->type);
    for (size_t i = 0; i < n; i++, f++) {
        if (!in_json(f))
            continue;
        bool may_lack = f->presence != NEEDED || f->shown;
        buf_fmt(b, "  /** %s %s */\n  %s%s%s: ", f->zh, f->en,
                f->presence == MADE || f->presence == LATER || f->shown ? "readonly " : "", f->name,
                may_lack ? "?" : "");
        ts_type(f, b);
        buf_str(b, ";\n");
        if (f->kind == KIND_TIME)
            buf_fmt(b, "  readonly %s_day?: string;\n", f->name);
    }
    buf_str(b, "};\n");
    ts_form(r, b);
}

/* ---- privacy, samples ---- */

void record_privacy(const Record *r, const Choices *roles, Buf *b) {
    size_t n;
    const Field *f = r->fields(&n);

    for (size_t i = 0; i < n; i++, f++) {
        if (!field_stored(f))
            continue;
        buf_fmt(b, "%s.%s\t%s\t%s\t%s\t", r->noun, f->name, f->zh, f->en, f->purpose);
        for (size_t k = 0, count = 0; k < roles->n; k++)
            if (f->readers & (1u << roles->list[k].number))
                buf_fmt(b, "%s%s", count++ ? "," : "", roles->list[k].word);
        buf_fmt(b, "\t%d\n", f->keep_days); /* 0: with the row */
    }
}

static void sample_value(const Field *f, int64_t id, Buf *b) {
    switch (f->kind) {
    case KIND_KEY:
    case KIND_REF: buf_fmt(b, "\"%lld\"", (long long)id); break;
    case KIND_INT:
    case KIND_LONG: buf_int(b, f->min); break;
    case KIND_DEGREE: buf_str(b, "0.5"); break;
    case KIND_TEXT:
        buf_char(b, '"');
        for (int64_t i = 0; i < (f->min ? f->min : 1); i++)
            buf_char(b, 'x');
        buf_char(b, '"');
        break;
    case KIND_TIME: buf_str(b, "1767225600000"); break;
    case KIND_DAY: buf_str(b, "\"2026-01-01\""); break;
    case KIND_ENUM: buf_fmt(b, "\"%s\"", f->choices->list[0].word); break;
    case KIND_LIST: buf_str(b, "[]"); break;
    default: buf_str(b, "true"); break;
    }
}

void record_sample(const Record *r, int64_t id, Buf *b) {
    size_t n;
    const Field *f = r->fields(&n);
    const char *comma = "{";

    for (size_t i = 0; i < n; i++, f++) {
        if (!in_json(f) || f->presence != NEEDED || f->shown)
            continue;
        buf_fmt(b, "%s\"%s\":", comma, f->name);
        comma = ",";
        sample_value(f, id, b);
    }
    buf_str(b, *comma == '{' ? "{}" : "}");
}
