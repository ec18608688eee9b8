/* open311_wire – see open311_wire.h. */
#include "open311_wire.h"

#include "form.h"
#include "georeport.h"
#include "seal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- faults ---- */

/* 404 and 403 as the standard has them, 400 for what the caller did wrong otherwise; what is
 * not his fault, and too often, as everywhere. */
static int status_of(Err e) {
    switch (e) {
    case ERR_NOT_FOUND: return 404;
    case ERR_SIGN_IN:
    case ERR_FORBIDDEN: return 403;
    case ERR_INVALID:
    case ERR_CONFLICT:
    case ERR_LIMIT: return 400;
    default: return err_http_status(e);
    }
}

typedef void WriteErrors(int code, Str sentence, Buf *out);

static void answer_errors(HttpCall *c, int status, const char *type, WriteErrors *write, const Fault *f) {
    char room[4096];
    Buf b = { room, 0, sizeof room, false, 0 };

    write(status, str(http_lang(c) == HTTP_EN ? f->en : f->zh), &b);
    http_answer(c, status, type, buf_view(&b));
}

#define XML "text/xml; charset=utf-8"
#define JSON "application/json; charset=utf-8"

static void fault_xml(HttpCall *c, const Fault *f) {
    answer_errors(c, status_of(f->err), XML, georeport_xml_errors, f);
}
static void fault_json(HttpCall *c, const Fault *f) {
    answer_errors(c, status_of(f->err), JSON, georeport_json_errors, f);
}

static const Tongue tongue_xml = { XML, georeport_xml, fault_xml };
static const Tongue tongue_json = { JSON, georeport_json, fault_json };

void open311_refuse(HttpCall *c, const Tongue *t, bool other) {
    bool json = t == &tongue_json;
    Fault f;

    if (other)
        fault(&f, ERR_INVALID, "method", "", "这个地址不接受这种方法。",
              "This address does not take that method.");
    else
        fault(&f, ERR_NOT_FOUND, "no_such_path", "", "没有这个地址；路径要以 .xml 或 .json 结尾。",
              "There is no such address: a path ends with .xml or .json.");
    answer_errors(c, other ? 405 : 404, t->type, json ? georeport_json_errors : georeport_xml_errors, &f);
}

/* ---- the path ---- */

static bool ends(Str *path, const char *ending) {
    size_t n = strlen(ending);

    if (path->n <= n || strcasecmp(path->p + path->n - n, ending) != 0)
        return false;
    path->n -= n;
    return true;
}

/* Clients add a slash to an address that ends with one. */
static Str slashes_once(HttpCall *c, Str path) {
    char *to = arena_raw(http_arena(c), path.n + 1);
    size_t n = 0;

    if (!to)
        return (Str){ "", 0 };
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] != '/' || n == 0 || to[n - 1] != '/')
            to[n++] = path.p[i];
    to[n] = 0;
    return (Str){ to, n };
}

bool open311_at(HttpCall *c, Str *ret_path, const Tongue **ret_tongue) {
    static const char root[] = "/open311/";
    Str path = http_path(c);

    if (!memmem(path.p, path.n, "open311/", 8))
        return false;
    path = slashes_once(c, path);
    if (path.n < sizeof root - 1 || memcmp(path.p, root, sizeof root - 1) != 0)
        return false;
    bool json = ends(&path, ".json"), known = json || ends(&path, ".xml");
    *ret_tongue = json ? &tongue_json : &tongue_xml;
    *ret_path = known ? path : (Str){ "", 0 };
    if (str_is(path, "/open311/discovery")) /* where the standard has it, too */
        *ret_path = str("/open311/v2/discovery");
    return true;
}

bool open311_takes_files(const HttpCall *c) {
    Str type;
    return http_header(c, "Content-Type", &type) && type.n >= 9 && strncasecmp(type.p, "multipart", 9) == 0;
}

bool open311_takes_key(const Op *op) {
    return op->right == RIGHT_APP || strncmp(op->name, "open311.request", 15) == 0 ||
           strcmp(op->name, "open311.token") == 0;
}

/* ---- what is asked ---- */

/* Not of the bytes: a multipart form has another boundary each time it is sent. */
static Err fingerprint(OpCall *c, const Form *form, Fault *f) {
    Buf b;
    uint8_t hash[32];

    TRY(buf_begin(&b, 4096, 1 << 20, f));
    for (size_t i = 0; i < c->n_pairs; i++) {
        buf_fmt(&b, "%zu:%zu:", c->pairs[i].name.n, c->pairs[i].value.n);
        buf_put(&b, c->pairs[i].name.p, c->pairs[i].name.n);
        buf_put(&b, c->pairs[i].value.p, c->pairs[i].value.n);
    }
    for (size_t i = 0; i < form->n_files; i++) {
        hash_32("open311 file", NULL, form->files[i], hash);
        buf_put(&b, (const char *)hash, sizeof hash);
    }
    hash_32("open311 form", NULL, buf_view(&b), hash);
    bool full = b.full;
    buf_end(&b);
    if (full)
        return fault_arena(f);
    return str_copy(c->arena, (Str){ (const char *)hash, sizeof hash }, &c->fingerprint, f);
}

enum { SAID = 1 }; /* pairs of our own: the language */

static void say(OpCall *c, Pair *pairs, const char *name, Str value) {
    const Field *field = record_field(c->op->in, str(name));

    if (field && !field->shown)
        pairs[c->n_pairs++] = (Pair){ str(name), value };
}

/* Discovery names addresses, so they are those by which it was asked. */
static Err say_base(HttpCall *http, OpCall *c, bool secure, Fault *f) {
    char text[320];
    Str host;

    if (!http_header(http, "Host", &host) || host.n > 255)
        return OK;
    snprintf(text, sizeof text, "%s://%.*s", secure ? "https" : "http", (int)host.n, host.p);
    return str_copy(http_arena(http), str(text), &c->base, f);
}

Err open311_ask_of(HttpCall *http, OpCall *c, bool secure, Str *ret_key, Fault *f) {
    const size_t query = http_query_count(http), most = c->n_pairs + query + FORM_FIELDS_MAX;
    Pair *given = arena_raw(http_arena(http), most * sizeof *given),
         *pairs = arena_raw(http_arena(http), (GEOREPORT_PAIRS + SAID) * sizeof *pairs);
    Str type = { "", 0 };
    Form form = { 0 };
    Fault broken;
    size_t n = 0;

    *ret_key = (Str){ 0 };
    if (!given || !pairs)
        return fault_arena(f);
    http_header(http, "Content-Type", &type);
    Err e = form_read(type, c->body, http_arena(http), &form, &broken);
    for (size_t i = 0; i < c->n_pairs; i++)
        given[n++] = c->pairs[i];
    for (size_t i = 0; i < form.n; i++)
        given[n++] = form.fields[i];
    for (size_t i = 0; i < query; i++)
        given[n++] = (Pair){ http_query_at(http, i).name, http_query_at(http, i).value };
    Err taken = georeport_take(c->op->in, given, n, http_arena(http), pairs, &c->n_pairs, ret_key, f);
    c->pairs = pairs;
    c->body = (Str){ "", 0 };
    c->files = form.files;
    c->n_files = form.n_files;
    c->arena = http_arena(http);
    if (e != OK)
        *f = broken;
    TRY(e);
    TRY(taken);
    TRY(fingerprint(c, &form, f));
    if (http_lang(http) == HTTP_EN)
        say(c, pairs, "english", str("true"));
    return say_base(http, c, secure, f);
}
