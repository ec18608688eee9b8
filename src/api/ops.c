/* ops – see ops.h. Two expansions of ops/all.def: a thunk per row, in which the
 * compiler checks that handler and records fit, and the table itself. */
#include "ops.h"

#include "access.h"
#include "app_key.h"
#include "account.h"
#include "area.h"
#include "area_tile.h"
#include "border.h"
#include "case.h"
#include "case_figures.h"
#include "desk.h"
#include "case_public.h"
#include "case_similar.h"
#include "case_words.h"
#include "proposal.h"
#include "catalogue.h"
#include "chain_check.h"
#include "correspondence.h"
#include "cover.h"
#include "cross_shown.h"
#include "delivery.h"
#include "export_order.h"
#include "guard.h"
#include "gzip.h"
#include "handover.h"
#include "notice.h"
#include "open311.h"
#include "org.h"
#include "post.h"
#include "org_tree.h"
#include "petition.h"
#include "photo_case.h"
#include "place.h"
#include "plan.h"
#include "request.h"
#include "roster.h"
#include "seat.h"
#include "setting.h"
#include "sign_log.h"
#include "station.h"
#include "subscription.h"
#include "view.h"
#include "visit.h"

#include <stdio.h>
#include <string.h>

/* ---- the table ---- */

#define RUN_ONE(record)            \
    record##_row *one = ret->rows; \
    ret->n = 1;                    \
    Err (*fn)(Tx *, const in_row *, const Actor *, record##_row *, Fault *)
#define GIVE_ONE(record) one
#define RUN_MANY(record, most) Err (*fn)(Tx *, const in_row *, const Actor *, Page *, Fault *)
#define GIVE_MANY(record, most) ret
#define RUN_BYTES(media) RUN_ONE(bytes)
#define GIVE_BYTES(media) one
#define PREPARE_READ(noun, verb)
#define PREPARE_WRITE(noun, verb)
#define PREPARE_PREPARED(noun, verb)                                                \
    static Err noun##_##verb##_ready(Tx *tx, void *in, const Actor *by, Fault *f) { \
        return noun##_##verb##_prepare(tx, in, by, f);                              \
    }
/* TAG_ONE(cases)(noun, verb, input) becomes TAG_NONE(…): only bytes have a tag. */
#define TAG_NONE(noun, verb, input)
#define TAG_THUNK(noun, verb, input)                                                                 \
    static Err noun##_##verb##_tagged(Tx *tx, const void *in, const Actor *by, Tag *ret, Fault *f) { \
        Err (*fn)(Tx *, const input##_row *, const Actor *, Tag *, Fault *) = noun##_##verb##_tag;   \
        return fn(tx, in, by, ret, f);                                                               \
    }
#define TAG_ONE(record) TAG_NONE
#define TAG_MANY(record, most) TAG_NONE
#define TAG_BYTES(media) TAG_THUNK
#define OP(noun, verb, does, method, path, right, scope, body, input, output, sentence)              \
    static Err noun##_##verb##_thunk(Tx *tx, const void *in, const Actor *by, Page *ret, Fault *f) { \
        typedef input##_row in_row;                                                                  \
        RUN_##output = noun##_##verb;                                                                \
        return fn(tx, in, by, GIVE_##output, f);                                                     \
    }                                                                                                \
    PREPARE_##does(noun, verb) TAG_##output(noun, verb, input)
#include "ops/all.def"
#undef OP

#define CSV "text/csv; charset=utf-8"
#define GEOJSON "application/geo+json"
#define JPEG "image/jpeg"
#define TILE "application/vnd.mapbox-vector-tile"
#define OUT_ONE(record) &record##_record, 0, NULL
#define OUT_MANY(record, most) &record##_record, most, NULL
#define OUT_BYTES(media) &bytes_record, 0, media
#define NO_TAG(noun, verb) NULL
#define OWN_TAG(noun, verb) noun##_##verb##_tagged
#define TAGGED_ONE(record) NO_TAG
#define TAGGED_MANY(record, most) NO_TAG
#define TAGGED_BYTES(media) OWN_TAG
#define READY_READ(noun, verb) NULL
#define READY_WRITE(noun, verb) NULL
#define READY_PREPARED(noun, verb) noun##_##verb##_ready
#define OP(noun, verb, does, method, path, right, scope, body, input, output, sentence) \
    { #noun "." #verb,                                                                  \
      method,                                                                           \
      path,                                                                             \
      sentence,                                                                         \
      does,                                                                             \
      right,                                                                            \
      scope,                                                                            \
      body,                                                                             \
      &input##_record,                                                                  \
      OUT_##output,                                                                     \
      READY_##does(noun, verb),                                                         \
      TAGGED_##output(noun, verb),                                                      \
      noun##_##verb##_thunk },
const Op ops[] = {
#include "ops/all.def"
};
#undef OP
const size_t ops_count = COUNT(ops);

const Op *op_named(Str name) {
    for (size_t i = 0; i < ops_count; i++)
        if (str_is(name, ops[i].name))
            return &ops[i];
    return NULL;
}

/* ---- routing ---- */

/* Every path begins with one of these; ops_test.c looks. */
static const char *const roots[] = { "/api/1/", "/open311/v2/" };

/* How long the root of this path is; 0: it has none, or is no longer than it. */
static size_t root_of(Str path) {
    for (size_t i = 0; i < COUNT(roots); i++)
        if (path.n > strlen(roots[i]) && memcmp(path.p, roots[i], strlen(roots[i])) == 0)
            return strlen(roots[i]);
    return 0;
}

/* The parameter that the pattern has here takes a segment that is not empty. */
static bool take_segment(const char **pattern, const char **p, const char *end, Pair *ret) {
    const char *name = *pattern + 1, *name_end = strchr(name, '}'), *from = *p, *to = from;

    while (to < end && *to != '/')
        to++;
    *ret = (Pair){ { name, (size_t)(name_end - name) }, { from, (size_t)(to - from) } };
    *pattern = name_end + 1;
    *p = to;
    return to > from;
}

/* Does the pattern fit the path, whose root is so long? They are walked together, so that most rows are
 * left at their first letter. Fewer parameters are more that is spelled out. */
static bool path_fits(const char *pattern, Str path, size_t root, Pair pairs[OP_PATH_PAIRS], size_t *ret_n) {
    const char *end = path.p + path.n, *p = path.p + root;
    size_t n = 0;

    if (strncmp(pattern, path.p, root) != 0)
        return false;
    pattern += root;
    while (*pattern && p < end)
        if (*pattern == '{') {
            if (n == OP_PATH_PAIRS || !take_segment(&pattern, &p, end, &pairs[n++]))
                return false;
        } else if (*pattern++ != *p++)
            return false;
    *ret_n = n;
    return !*pattern && p == end;
}

const Op *op_routed(const char *method, Str path, Pair *ret_pairs, size_t *ret_n, bool *ret_other) {
    const Op *best = NULL;
    size_t root = root_of(path);

    *ret_other = false;
    if (!root)
        return NULL;
    for (size_t i = 0; i < ops_count; i++) {
        Pair pairs[OP_PATH_PAIRS];
        size_t n;
        if (!path_fits(ops[i].path, path, root, pairs, &n))
            continue;
        if (strcmp(ops[i].method, method) != 0) {
            *ret_other = true;
            continue;
        }
        if (best && n >= *ret_n)
            continue;
        best = &ops[i];
        memcpy(ret_pairs, pairs, n * sizeof *pairs);
        *ret_n = n;
    }
    return best;
}

/* ---- a call ---- */

const Field *op_raw_body(const Op *op) {
    const Field *f = record_field(op->in, str("file"));
    return f && f->kind == KIND_BYTES && f->presence == OPTIONAL ? f : NULL;
}

static void put_text(OpCall *c, const char *name, Str value) {
    const Field *f = value.n ? record_field(c->op->in, str(name)) : NULL;

    if (!f || f->presence != LATER)
        return;
    *(Str *)((char *)c->in + f->at) = value;
    *(bool *)((char *)c->in + f->has) = true;
}

/* What a form has beside its fields: files, each becoming a photo, and the hash of it all;
 * and by which address this server was asked. */
static Err take_form(OpCall *c, Fault *f) {
    const Field *files = c->n_files ? record_field(c->op->in, str("files")) : NULL;

    put_text(c, "fingerprint", c->fingerprint);
    put_text(c, "base", c->base);
    if (!files)
        return OK;
    PhotoNew *rows = arena_take(c->arena, c->n_files * sizeof *rows);
    if (!rows)
        return fault_arena(f);
    for (size_t i = 0; i < c->n_files; i++)
        rows[i] = (PhotoNew){ .file = c->files[i], .has.file = true };
    *(List *)((char *)c->in + files->at) = (List){ rows, c->n_files };
    *(bool *)((char *)c->in + files->has) = true;
    return OK;
}

Err op_begin(OpCall *c, Fault *f) {
    const Op *op = c->op;

    if (!actor_may(&c->by, op->right))
        return op->right == RIGHT_APP
                   ? fault(f, ERR_SIGN_IN, "api_key_missing", "api_key",
                           "缺 api_key。密钥由本城市的系统管理员发放。",
                           "The api_key is missing: keys are issued by the system administrator of this city.")
               : c->by.role == ROLE_PUBLIC
                   ? fault(f, ERR_SIGN_IN, "signed_out", "", "请先登录。", "Please sign in.")
                   : fault(f, ERR_FORBIDDEN, "no_right", "", "您没有这项权限。", "You may not do this.");
    if (c->body.n > op->body_max)
        return fault(f, ERR_LIMIT, "body_too_large", "", "请求太大，最多 %zu 字节。",
                     "The request is too large: at most %zu bytes.", op->body_max);
    size_t rows = op->many ? op->many : 1;
    c->in = arena_take(c->arena, op->in->size);
    c->page = (Page){ arena_take(c->arena, op->out->size * rows), 0, rows };
    if (!c->in || !c->page.rows)
        return fault_arena(f);
    const Field *raw = op_raw_body(op);
    TRY(record_decode(op->in, raw ? (Str){ "", 0 } : c->body, c->pairs, c->n_pairs, c->arena, c->in, f));
    if (raw && c->body.n) {
        *(Str *)((char *)c->in + raw->at) = c->body;
        *(bool *)((char *)c->in + raw->has) = true;
    }
    TRY(take_form(c, f));
    c->arena_mark = c->arena->used;
    return OK;
}

/* What a handler puts into `token` becomes the session cookie, never the body. */
static void take_token(OpCall *c) {
    const Field *f = c->op->does == READ || c->op->many ? NULL : record_field(c->op->out, str("token"));

    c->has_token = f && f->kind == KIND_BYTES && field_has(f, c->page.rows);
    c->token = c->has_token ? column_get(f, 0, c->page.rows).s : (Str){ 0 };
}

static Err encode(OpCall *c, Fault *f) {
    const Op *op = c->op;
    unsigned reads = c->has_token ? c->by.reads | READ_STAFF : c->by.reads; /* he has just become one of us */

    c->out->n = 0;
    c->out->full = false;
    if (c->write) {
        c->write(op->out, c->page.rows, c->page.n, c->out);
        return c->out->full ? fault_arena(f) : OK;
    }
    if (op->many)
        buf_str(c->out, "{\"items\":[");
    for (size_t i = 0; i < c->page.n; i++) {
        if (i)
            buf_char(c->out, ',');
        record_encode(op->out, (const char *)c->page.rows + i * op->out->size, reads, c->out);
    }
    if (op->many)
        buf_str(c->out, "]}");
    return c->out->full ? fault_arena(f) : OK;
}

/* Bytes go out as they are; none at all is an answer too. */
static Err give_bytes(OpCall *c, Fault *f) {
    const Bytes *b = c->page.rows;

    c->out->n = 0;
    c->out->full = false;
    c->gzip = b->has.gzip && b->gzip;
    if (b->has.body)
        buf_put(c->out, b->body.p, b->body.n);
    return c->out->full ? fault_arena(f) : OK;
}

/* The tag comes first: who has these bytes is not given them again. */
static Err tag_bytes(Tx *tx, OpCall *c, Fault *f) {
    TRY(c->op->tag(tx, c->in, &c->by, &c->tag, f));
    snprintf(c->etag, sizeof c->etag, "\"%s\"", c->tag.text);
    c->same = guard_knows(c->known, c->etag);
    return OK;
}

/* A client key keeps the answer for 180 days. A session's token, a reporter's
 * contact and a picture must not last so long, so these take no key: signing in twice
 * makes two sessions, and what was opened twice is logged twice. */
static bool is_keyed(const OpCall *c) {
    if (c->op->does == READ || c->client_key.n == 0 || c->op->right == RIGHT_CONTACT_OPEN || c->op->media)
        return false;
    const Field *token = record_field(c->op->out, str("token"));
    return !(token && token->kind == KIND_BYTES);
}

/* What the caller began to act in may have been taken away since he pressed. For what
 * everybody may do he is then a stranger, as with an old cookie. */
static Err judge_still(Tx *tx, OpCall *c, Fault *f) {
    Fault why = { 0 };
    Err e = actor_holds(tx, &c->by, &why);

    if (e == ERR_FORBIDDEN && c->op->right == RIGHT_PUBLIC) {
        actor_public(&c->by);
        return OK;
    }
    if (e != OK)
        *f = why;
    return e;
}

/* Runs in the transaction, perhaps more than once: everything that a run leaves
 * behind is reset here. */
static Err run(Tx *tx, void *arg, Fault *f) {
    OpCall *c = arg;
    bool keyed = is_keyed(c), seen = false;
    Str before;

    c->arena->used = c->arena_mark;
    c->page.n = 0;
    tx_lend(tx, c->arena);
    if (c->op->does != READ)
        TRY(judge_still(tx, c, f));
    if (keyed)
        TRY(request_seen(tx, c->client_key, c->op->name, c->body, &c->by, &seen, &before, f));
    if (seen) {
        c->out->n = 0;
        buf_put(c->out, before.p, before.n);
        return c->out->full ? fault_arena(f) : OK;
    }
    if (c->op->tag)
        TRY(tag_bytes(tx, c, f));
    if (c->same)
        return OK;
    TRY(c->op->run(tx, c->in, &c->by, &c->page, f));
    take_token(c);
    TRY(c->op->media ? give_bytes(c, f) : encode(c, f));
    if (keyed)
        TRY(request_keep(tx, c->client_key, c->op->name, c->body, &c->by, buf_view(c->out), f));
    return OK;
}

static Err run_prepare(Tx *tx, void *arg, Fault *f) {
    OpCall *c = arg;

    c->arena->used = c->arena_mark;
    tx_lend(tx, c->arena);
    return c->op->prepare(tx, c->in, &c->by, f);
}

typedef struct RefusedCall {
    OpCall *call;
    Err why;
} RefusedCall;

static Err refuse(Tx *tx, void *arg, Fault *f) {
    const RefusedCall *r = arg;

    tx_lend(tx, r->call->arena);
    return session_refused(tx, r->call->in, &r->call->by, r->why, f);
}

/* A sign-in that was refused is written as well; what it is answered stays as it was. Two
 * servers that add to one chain at once collide: again, then. */
static void write_refusal(OpCall *c, Err why) {
    RefusedCall r = { c, why };
    Fault own;

    for (int tries = 0; tries < 3 && store_write_now(c->store, refuse, &r, false, &own) == ERR_CONFLICT;
         tries++)
        c->arena->used = c->arena_mark;
}

Err op_prepare(OpCall *c, Fault *f) {
    if (c->op->does != PREPARED)
        return OK;
    Err e = store_read(c->store, c->slot, run_prepare, c, f);
    if (e != OK && strcmp(c->op->name, "session.open") == 0)
        write_refusal(c, e);
    TRY(e);
    c->arena_mark = c->arena->used;
    return OK;
}

Err op_read(OpCall *c, Fault *f) { return store_read(c->store, c->slot, run, c, f); }

Err op_write(OpCall *c, DoneFn *done, Fault *f) { return store_write(c->store, run, c, is_keyed(c), done, f); }

/* `out` may have fixed room, so it is unpacked beside it. */
static Err unpack(OpCall *c, Fault *f) {
    Buf plain;

    TRY(buf_begin(&plain, 1 << 16, 256u << 20, f));
    Err e = gzip_unpack(buf_view(c->out), &plain, f);
    c->out->n = 0;
    buf_put(c->out, plain.p, plain.n);
    buf_end(&plain);
    c->gzip = false;
    return e == OK && c->out->full ? fault_arena(f) : e;
}

Err op_call(OpCall *c, Fault *f) {
    TRY(op_begin(c, f));
    TRY(op_prepare(c, f));
    if (c->op->does != READ)
        return store_write_now(c->store, run, c, is_keyed(c), f);
    TRY(op_read(c, f));
    return c->gzip ? unpack(c, f) : OK;
}
