/* openapi – the operation tables as OpenAPI 3.1, and the nouns as TypeScript. */
#include "georeport.h"
#include "ops.h"

#include <stdio.h>
#include <string.h>

static bool in_path(const Op *op, const char *name) {
    char braced[80];

    snprintf(braced, sizeof braced, "{%s}", name);
    return strstr(op->path, braced) != NULL;
}

/* Those speak XML and JSON by the ending of the path, and take forms (open311_wire.h). */
static bool is_open311(const Op *op) { return strncmp(op->path, "/open311/", 9) == 0; }

static void parameter(const Op *op, const Field *f, const char *comma, Buf *b) {
    bool path = in_path(op, f->name);

    buf_fmt(b, "%s{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"schema\":", comma,
            is_open311(op) ? georeport_name(f) : f->name, path ? "path" : "query",
            path || f->presence == NEEDED ? "true" : "false");
    record_field_schema(f, b);
    buf_str(b, "}");
}

/* Those of the path always; those of the query where there is no body. */
static void parameters(const Op *op, bool get, Buf *b) {
    size_t n, count = 0;
    const Field *f = op->in->fields(&n);

    for (size_t i = 0; i < n; i++) {
        bool asked =
            f[i].presence != MADE && f[i].presence != LATER && !f[i].shown && strcmp(f[i].name, "unused") != 0;
        if (is_open311(op) && strcmp(f[i].name, "english") == 0)
            continue; /* the server says it itself */
        if (asked && (get || in_path(op, f[i].name)))
            parameter(op, &f[i], count++ ? "," : ",\"parameters\":[", b);
    }
    if (is_open311(op))
        buf_fmt(b,
                "%s{\"name\":\"format\",\"in\":\"path\",\"required\":true,\"schema\":{\"enum\":[\"xml\","
                "\"json\"]}},"
                "{\"name\":\"api_key\",\"in\":\"query\",\"required\":false,\"schema\":{\"type\":\"string\"}}",
                count++ ? "," : ",\"parameters\":[");
    buf_str(b, count ? "]" : "");
}

static void answers_bytes(const Op *op, Buf *b) {
    buf_fmt(b,
            ",\"responses\":{\"200\":{\"description\":\"%s\",\"headers\":{\"ETag\":{\"schema\":{\"type\":"
            "\"string\"}},"
            "\"Cache-Control\":{\"schema\":{\"type\":\"string\"}}},\"content\":{\"%s\":{\"schema\":{\"type\":"
            "\"string\",\"format\":\"binary\"}}}},\"204\":{\"description\":\"There is nothing in it.\"},"
            "\"304\":{\"description\":\"As in the answer that If-None-Match names.\"},"
            "\"4XX\":{\"$ref\":\"#/components/responses/Problem\"}}",
            op->sentence, op->media);
}

static void answers_open311(const Op *op, Buf *b) {
    buf_fmt(b,
            ",\"responses\":{\"200\":{\"description\":\"%s\",\"content\":{\"application/"
            "json\":{\"schema\":{\"type\":"
            "\"%s\"}},\"text/xml\":{\"schema\":{\"type\":\"string\"}}}},"
            "\"4XX\":{\"description\":\"errors: code and "
            "description\",\"content\":{\"application/json\":{\"schema\":{"
            "\"type\":\"array\"}},\"text/xml\":{\"schema\":{\"type\":\"string\"}}}}}",
            op->sentence, op->many ? "array" : "object");
}

static void answers(const Op *op, Buf *b) {
    if (is_open311(op)) {
        answers_open311(op, b);
        return;
    }
    if (op->media) {
        answers_bytes(op, b);
        return;
    }
    buf_fmt(b, ",\"responses\":{\"200\":{\"description\":\"%s\",\"content\":{\"application/json\":{\"schema\":",
            op->sentence);
    if (op->many)
        buf_fmt(b,
                "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/"
                "components/schemas/%s\"}}}}",
                op->out->type);
    else
        buf_fmt(b, "{\"$ref\":\"#/components/schemas/%s\"}", op->out->type);
    buf_str(b, "}}},\"4XX\":{\"$ref\":\"#/components/responses/Problem\"}}");
}

static void operation(const Op *op, Buf *b) {
    bool get = strcmp(op->method, "GET") == 0;

    buf_fmt(b, "\"%s\":{\"operationId\":\"%s\",\"summary\":\"%s\",\"tags\":[\"%.*s\"],\"security\":[%s]",
            get ? "get" : "post", op->name, op->sentence, (int)strcspn(op->name, "."), op->name,
            op->right == RIGHT_PUBLIC || op->right == RIGHT_APP ? "{}" : "{\"session\":[]}");
    parameters(op, get, b);
    if (!get && is_open311(op))
        buf_str(b, ",\"requestBody\":{\"content\":{\"application/x-www-form-urlencoded\":{\"schema\":{\"type\":"
                   "\"object\"}},\"multipart/form-data\":{\"schema\":{\"type\":\"object\"}}}}");
    else if (op_raw_body(op))
        buf_str(b, ",\"requestBody\":{\"content\":{\"image/"
                   "*\":{\"schema\":{\"type\":\"string\",\"format\":\"binary\"}}}}");
    else if (!get)
        buf_fmt(b,
                ",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"$ref\":\"#/components/"
                "schemas/%s\"}}}}",
                op->in->type);
    answers(op, b);
    buf_str(b, "}");
}

static void paths(Buf *b) {
    for (size_t i = 0, count = 0; i < ops_count; i++) {
        size_t before = 0;
        while (before < i && strcmp(ops[before].path, ops[i].path) != 0)
            before++;
        if (before < i)
            continue; /* printed with the first row of that path */
        buf_fmt(b, "%s\"%s%s\":{", count++ ? "," : "", ops[i].path, is_open311(&ops[i]) ? ".{format}" : "");
        for (size_t j = i, more = 0; j < ops_count; j++)
            if (strcmp(ops[j].path, ops[i].path) == 0) {
                buf_str(b, more++ ? "," : "");
                operation(&ops[j], b);
            }
        buf_str(b, "}");
    }
}

/* The nouns that an operation asks for or answers, and what their lists hold. */
static bool is_used(const Record *r, const Record *top, int depth) {
    size_t n;
    const Field *f = top->fields(&n);

    if (r == top)
        return true;
    for (size_t i = 0; i < n && depth < 4; i++)
        if (f[i].kind == KIND_LIST && is_used(r, f[i].rows, depth + 1))
            return true;
    return false;
}

/* What Open311 asks and answers is no schema of ours: the standard describes it. */
static bool in_table(const Record *r) {
    for (size_t i = 0; i < ops_count; i++)
        if (!is_open311(&ops[i]) && (is_used(r, ops[i].in, 0) || (!ops[i].media && is_used(r, ops[i].out, 0))))
            return true;
    return false;
}

void ops_openapi(Buf *b) {
    buf_str(b, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Jingwei "
               "经纬\",\"version\":\"1\",\"license\":{\"name\":\"Apache-2.0\","
               "\"identifier\":\"Apache-2.0\"}},\"servers\":[{\"url\":\"/\"}],\"paths\":{");
    paths(b);
    buf_str(b, "},\"components\":{\"securitySchemes\":{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
               "\"name\":\"jingwei\"}},"
               "\"responses\":{\"Problem\":{\"description\":\"What is wrong, and what to do (RFC "
               "9457).\",\"content\":{\"application/problem+json\":"
               "{\"schema\":{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},\"title\":{"
               "\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
               "\"code\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"},\"field\":{\"type\":\"string\"}"
               "}}}}}},\"schemas\":{");
    for (size_t i = 0, count = 0; all_records[i]; i++)
        if (in_table(all_records[i])) {
            buf_str(b, count++ ? "," : "");
            record_openapi(all_records[i], b);
        }
    buf_str(b, "}}}\n");
}

void ops_typescript(Buf *b) {
    buf_str(b, "/* Printed by `jingwei types` from the records; do not edit. */\n\n");
    for (size_t i = 0; all_choices[i]; i++)
        choices_typescript(all_choices[i], b);
    for (size_t i = 0; all_records[i]; i++)
        if (in_table(all_records[i]))
            record_typescript(all_records[i], b);
}
