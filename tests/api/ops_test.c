/* ops_test – what the mechanism promises about every operation, and the loop from
 * report to close, on SQLite and on PostgreSQL. Most of it walks the tables: a
 * new operation or query is tried without a line here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "calendar_file.h"
#include "demo.h"
#include "installation.h"
#include "keys.h"
#include "case.h"
#include "ops.h"
#include "request.h"
#include "schema.h"
#include "store.h"
#include "testdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const Query *const all_queries[];

static TestDb db;
static Store *store;
static Dialect dialect;
static Fault fa;
static char text[1 << 20];

static void ok_at(Err e, int line) {
    if (e != OK)
        fail_msg("line %d: %s [%s] %s", line, fa.en, fa.key, fa.detail);
}
#define assert_ok(call) ok_at(call, __LINE__)

/* ---- one demo city for all tests of a store ---- */

static int set_up(void **state) {
    KeyRing *ring;
    int32_t id;
    char said[2048] = "";
    Buf b = { said, 0, sizeof said, false, 0 };

    (void)state;
    assert_ok(keyring_new(&ring, &fa));
    assert_ok(keyring_grow(ring, &id, &fa));
    keys_use(ring);
    testdb_make(dialect, NULL, 0, false, &db);
    assert_ok(store_open(&db.config, &store, &fa));
    assert_ok(demo_make(store, str("$none"), 7, &b, &fa));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    installation_close(store);
    testdb_drop(&db);
    return 0;
}

static Err call(const char *op, const Actor *by, const char *json, const char *key) {
    Arena a;
    Buf out = { text, 0, sizeof text, false, 0 };
    OpCall c = {
        .op = op_named(str(op)), .store = store, .slot = -1, .body = str(json), .arena = &a, .out = &out
    };

    text[0] = 0;
    c.client_key = key ? str(key) : (Str){ 0 };
    actor_copy(by, &c.by);
    TRY(arena_begin(&a, 8 << 20, &fa));
    Err e = op_call(&c, &fa);
    arena_end(&a);
    return e;
}

static Actor actor(Role role, int64_t unit, int64_t account) {
    Actor a;
    actor_in(role, str("0"), (OrgId){ unit }, &a);
    a.account.v = account;
    return a;
}

/* The value of `"name":` in the last answer, as digits. */
static int64_t answered(const char *name) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *p = strstr(text, key);
    assert_non_null(p);
    p += strlen(key);
    return strtoll(*p == '"' ? p + 1 : p, NULL, 10);
}

/* ---- queries and schema ---- */

static Err prepare_all(Tx *tx, void *arg, Fault *f) {
    (void)arg;
    for (size_t i = 0; all_queries[i]; i++) {
        unsigned all = 1u << all_queries[i]->n_filters;
        for (unsigned mask = 0; mask < all; mask++)
            TRY(tx_prepare(tx, all_queries[i], mask, f));
    }
    return OK;
}

static void test_every_query_prepares(void **state) {
    (void)state;
    assert_ok(store_read(store, -1, prepare_all, NULL, &fa));
}

static void test_schema_is_what_the_nouns_say(void **state) {
    Buf b = { text, 0, sizeof text, false, 0 };
    (void)state;
    text[0] = 0;
    assert_ok(schema_check(store, all_records, &b, &fa));
    assert_string_equal(text, "");
}

/* ---- every row of the operation table ---- */

static void test_rows_are_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < ops_count; i++) {
        assert_true(ops[i].right >= RIGHT_PUBLIC && ops[i].right < RIGHT_COUNT && ops[i].scope >= BY_QUERY);
        assert_true(ops[i].body_max > 0 && *ops[i].sentence && ops[i].does >= READ);
        for (size_t j = 0; j < i; j++)
            assert_true(strcmp(ops[i].method, ops[j].method) != 0 || strcmp(ops[i].path, ops[j].path) != 0);
    }
}

static void test_stranger_learns_nothing(void **state) {
    Actor nobody;
    char json[4096];
    (void)state;
    actor_public(&nobody);
    for (size_t i = 0; i < ops_count; i++) {
        Buf b = { json, 0, sizeof json, false, 0 };
        if (ops[i].right == RIGHT_PUBLIC)
            continue;
        record_sample(ops[i].in, 1, &b);
        assert_int_equal(call(ops[i].name, &nobody, json, NULL), ERR_SIGN_IN);
        assert_string_equal(text, "");
        assert_int_equal(call(ops[i].name, &nobody, "{", NULL), ERR_SIGN_IN); /* right comes before input */
    }
}

/* The least valid input of an operation, about this case: by its id, or by its code. */
static void sample_of(const Op *op, int64_t id, const char *code, char ret[4096]) {
    Buf b = { ret, 0, 4096, false, 0 };

    if (strncmp(op->name, "case.", 5) == 0 && record_field(op->in, str("code")) &&
        !record_field(op->in, str("id")))
        buf_fmt(&b, "{\"code\":\"%s\"}", code);
    else if (strcmp(op->name, "case.similar") == 0) /* a point or a building: neither is needed */
        buf_str(&b, "{\"lon\":121.47,\"lat\":31.225}");
    else
        record_sample(op->in, id, &b);
}

/* Somebody with every right, in a part of the city that holds nothing. */
static const Op *routed(const char *method, const char *path, size_t *ret_n, bool *ret_other) {
    static Pair pairs[OP_PATH_PAIRS];
    *ret_n = 0;
    return op_routed(method, str(path), pairs, ret_n, ret_other);
}

/* Every row is found by its own path, with one segment for each parameter; what is
 * spelled out wins; what is longer, shorter or empty somewhere is no path. */
static void test_routes(void **state) {
    size_t n;
    bool other;

    (void)state;
    for (size_t i = 0; i < ops_count; i++) {
        char path[128], longer[130];
        const char *from = ops[i].path;
        size_t to = 0, params = 0;
        while (*from) {
            params += *from == '{';
            if (*from == '{') {
                path[to++] = '7';
                from = strchr(from, '}') + 1;
            } else
                path[to++] = *from++;
        }
        path[to] = 0;
        assert_ptr_equal(routed(ops[i].method, path, &n, &other), &ops[i]);
        assert_int_equal(n, params);
        assert_null(routed("BREW", path, &n, &other));
        assert_true(other);
        snprintf(longer, sizeof longer, "%s/", path);
        assert_null(routed(ops[i].method, longer, &n, &other));
        assert_false(other);
    }
    assert_string_equal(routed("GET", "/api/1/cases/count", &n, &other)->name, "case.count");
    assert_string_equal(routed("GET", "/api/1/cases/counts", &n, &other)->name, "case.get");
    static const char *const none[] = {
        "", "/", "/api/1", "/api/1/", "/api/2/cases", "/api/1/case", "/api/1/cases//view"
    };
    for (size_t i = 0; i < COUNT(none); i++)
        assert_null(routed("GET", none[i], &n, &other));
}

static bool same_but_for_names(const char *a, const char *b) {
    while (*a && *a == *b) {
        if (*a == '{') {
            a += strcspn(a, "}");
            b += strcspn(b, "}");
        }
        a++;
        b++;
    }
    return *a == *b;
}

/* OpenAPI knows a path once: its parameters have the same names whatever the method. */
static void test_paths_name_their_parameters_alike(void **state) {
    (void)state;
    for (size_t i = 0; i < ops_count; i++)
        for (size_t j = 0; j < i; j++)
            if (same_but_for_names(ops[i].path, ops[j].path) && strcmp(ops[i].path, ops[j].path) != 0)
                fail_msg("%s has the path %s, %s has %s", ops[i].name, ops[i].path, ops[j].name, ops[j].path);
}

static void test_outsider_sees_nothing(void **state) {
    char json[4096], code[16];
    int64_t id;
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 1);
    (void)state;
    assert_ok(call("case.list", &dispatcher, "{\"limit\":1}", NULL));
    id = answered("id");
    snprintf(code, sizeof code, "%.14s", strstr(text, "\"code\":\"") + 8);
    for (size_t i = 0; i < ops_count; i++)
        for (int role = 1; ops[i].scope == BY_QUERY && role <= ROLE_AUDIT_ADMIN; role++) {
            Actor outsider;
            actor_in((Role)role, str("0zzz"), (OrgId){ 0 }, &outsider);
            sample_of(&ops[i], id, code, json);
            Err e = call(ops[i].name, &outsider, json, NULL);
            bool empty = e == OK && (strcmp(text, "{\"items\":[]}") == 0 || strstr(text, "\"n\":0,") ||
                                     (ops[i].media && *text == 0));
            assert_true(e == ERR_FORBIDDEN || e == ERR_NOT_FOUND || empty);
        }
}

static void test_empty_scope_sees_nothing(void **state) {
    Actor a = { .role = ROLE_DISPATCHER, .scope = { .path_low = { "", 0 }, .path_high = { "", 0 } } };
    Arena arena;
    Buf out = { text, 0, sizeof text, false, 0 };
    (void)state;
    assert_ok(arena_begin(&arena, 8 << 20, &fa));
    OpCall c = {
        .op = op_named(str("case.list")), .store = store, .slot = -1, .by = a, .arena = &arena, .out = &out
    };
    assert_ok(op_call(&c, &fa));
    assert_string_equal(text, "{\"items\":[]}");
    arena_end(&arena);
}

/* ---- the loop ---- */

static void step(const Actor *by, int64_t id, const char *act, const char *more, Err expected) {
    char json[512];
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 1);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.get", &dispatcher, json, NULL));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)id,
             (long long)answered("revision"), act, more);
    Err e = call("case.act", by, json, NULL);
    if (e != expected)
        fail_msg("%s: %s, not %s: %s", act, err_name(e), err_name(expected), e ? fa.en : "");
}

static void test_report_to_close(void **state) {
    Actor resident, dispatcher = actor(ROLE_DISPATCHER, 0, 11), checker = actor(ROLE_CHECKER, 0, 13),
                    caller = actor(ROLE_CALLBACK, 0, 14);
    char more[128], json[128], code[32], secret[32];
    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident,
                   "{\"text\":\"井盖破损 😀\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"canary-4711\"}",
                   NULL));
    assert_true(sscanf(strstr(text, "\"code\":"), "\"code\":\"%31[^\"]", code) == 1 &&
                sscanf(strstr(text, "\"secret\":"), "\"secret\":\"%31[^\"]", secret) == 1);
    assert_ok(call("case.list", &dispatcher, "{\"limit\":1}", NULL));
    int64_t id = answered("id");
    assert_null(strstr(text, "canary"));

    step(&dispatcher, id, "close", "", ERR_INVALID);
    step(&dispatcher, id, "accept", "", OK);
    assert_ok(call("condition.list", &dispatcher, "{\"code\":\"206-01\"}", NULL));
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)answered("id"));
    step(&dispatcher, id, "file", "", ERR_INVALID); /* it names the condition */
    step(&dispatcher, id, "file", more, OK);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.view", &dispatcher, json, NULL));
    int64_t unit = answered("proposed");
    snprintf(more, sizeof more, ",\"unit\":\"%lld\"", (long long)unit);
    step(&dispatcher, id, "dispatch", more, OK);

    Actor handler = actor(ROLE_HANDLER, unit, 12), other = actor(ROLE_HANDLER, unit + 1, 15),
          self = actor(ROLE_CHECKER, 0, 12);
    step(&other, id, "take", "", ERR_NOT_FOUND); /* another unit's case does not exist for him */
    step(&handler, id, "take", "", OK);
    step(&handler, id, "handle", "", ERR_INVALID); /* needs a note */
    step(&handler, id, "handle", ",\"note\":\"换新盖\"", OK);
    step(&self, id, "pass", "", ERR_FORBIDDEN); /* never his own work, in whatever post */
    step(&checker, id, "fail", ",\"note\":\"周边没补\"", OK);
    step(&handler, id, "handle", ",\"note\":\"已补\"", OK);
    step(&checker, id, "pass", "", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", ERR_INVALID); /* no close without feedback */
    step(&caller, id, "feedback", ",\"note\":\"电话答复\",\"answered\":true", OK);
    step(&caller, id, "close", ",\"close_kind\":\"solved\"", OK);
    assert_int_equal(answered("rework"), 1);

    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("case.track", &resident, json, NULL));
    assert_non_null(strstr(text, "\"state\":\"closed\""));
    assert_null(strstr(text, "井盖")); /* the code alone shows the status only */
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\"}", code, secret);
    assert_ok(call("case.track_more", &resident, json, NULL));
    assert_non_null(strstr(text, "井盖破损 😀"));
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\"}", code, code);
    assert_int_equal(call("case.track_more", &resident, json, NULL), ERR_NOT_FOUND);
}

/* Of a long history the newest steps are shown, and how many came before them. */
static void test_long_history(void **state) {
    Actor resident, dispatcher = actor(ROLE_DISPATCHER, 0, 11);
    char json[160], code[32], secret[32];
    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident, "{\"text\":\"久拖\",\"lon\":121.47,\"lat\":31.225}", NULL));
    assert_true(sscanf(strstr(text, "\"code\":"), "\"code\":\"%31[^\"]", code) == 1 &&
                sscanf(strstr(text, "\"secret\":"), "\"secret\":\"%31[^\"]", secret) == 1);
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("case.by_code", &dispatcher, json, NULL));
    int64_t id = answered("id");
    for (int i = 0; i < 202; i++)
        step(&dispatcher, id, "place", ",\"lon\":121.47,\"lat\":31.225", OK);
    step(&dispatcher, id, "accept", "", OK); /* the 204th */

    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    assert_ok(call("case.view", &dispatcher, json, NULL));
    assert_null(strstr(text, "\"number\":4,"));
    assert_non_null(strstr(text, "[{\"number\":5,\"act\":\"place\""));
    assert_non_null(strstr(text, "{\"number\":204,\"act\":\"accept\""));
    assert_int_equal(answered("older"), 4);

    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\"}", code, secret);
    assert_ok(call("case.track_more", &resident, json, NULL));
    assert_null(strstr(text, "\"act\":\"report\""));
    assert_non_null(strstr(text, "\"act\":\"accept\""));
    assert_int_equal(answered("older"), 144);
}

static void test_stale_revision(void **state) {
    Actor resident, dispatcher = actor(ROLE_DISPATCHER, 0, 11);
    char json[160];
    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident, "{\"text\":\"x\",\"lon\":121.47,\"lat\":31.225}", NULL));
    assert_ok(call("case.list", &dispatcher, "{\"limit\":1}", NULL));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":1,\"act\":\"accept\"}",
             (long long)answered("id"));
    assert_ok(call("case.act", &dispatcher, json, NULL));
    assert_int_equal(call("case.act", &dispatcher, json, NULL), ERR_CONFLICT);
    assert_string_equal(fa.key, "case_changed");
}

static void test_client_key(void **state) {
    static char first[4096];
    Actor resident;
    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident, "{\"text\":\"重复\"}", "key-0000-0001"));
    snprintf(first, sizeof first, "%.4000s", text);
    assert_ok(call("case.report", &resident, "{\"text\":\"重复\"}", "key-0000-0001"));
    assert_string_equal(text, first); /* the same case, the same secret */
    assert_int_equal(call("case.report", &resident, "{\"text\":\"另一件\"}", "key-0000-0001"), ERR_CONFLICT);
    assert_int_equal(call("case.report", &resident, "{\"text\":\"短\"}", "short"), ERR_INVALID);
}

static void test_unplaced_are_queued_with_their_reason(void **state) {
    static const struct {
        const char *json, *placed;
    } reports[] = { { "{\"text\":\"x\"}", "missing" },
                    { "{\"text\":\"x\",\"lon\":0,\"lat\":0}", "placeholder" },
                    { "{\"text\":\"x\",\"lon\":10.5,\"lat\":50.25}", "outside" } };
    Actor resident, dispatcher = actor(ROLE_DISPATCHER, 0, 11);
    char find[80];
    (void)state;
    actor_public(&resident);
    for (size_t i = 0; i < COUNT(reports); i++) {
        assert_ok(call("case.report", &resident, reports[i].json, NULL));
        snprintf(find, sizeof find, "\"placed\":\"%s\"", reports[i].placed);
        assert_non_null(strstr(text, find));
        snprintf(find, sizeof find, "{\"placed\":\"%s\",\"unplaced\":true,\"limit\":1}", reports[i].placed);
        assert_ok(call("case.count", &dispatcher, find, NULL));
        assert_true(answered("n") >= 1);
    }
    assert_int_equal(call("case.report", &resident, "{\"text\":\"x\",\"lon\":1}", NULL), ERR_INVALID);
    assert_string_equal(fa.field, "lat");
}

static Err count_requests(Tx *tx, void *key, Fault *f) {
    char room[4096];
    Arena a = { room, 0, sizeof room };
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 11);
    bool seen;
    Str answer;

    tx_lend(tx, &a);
    TRY(request_seen(tx, str(key), "case.contact", (Str){ "", 0 }, &dispatcher, &seen, &answer, f));
    assert_false(seen);
    return OK;
}

/* The contact opens with a reason, is logged, and the chain of the log holds. */
static void test_contact_is_logged(void **state) {
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 11), handler = actor(ROLE_HANDLER, 5, 12);
    char json[160];
    int64_t wrong;
    Buf b = { text, 0, sizeof text, false, 0 };
    (void)state;
    assert_ok(call("case.report", &dispatcher,
                   "{\"text\":\"x\",\"source\":\"hotline\",\"contact\":\"canary-0815\"}", NULL));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"reason\":\"回电\"}", (long long)answered("id"));
    assert_int_equal(call("case.contact", &handler, json, NULL), ERR_FORBIDDEN);
    assert_ok(call("case.contact", &dispatcher, json, NULL));
    assert_non_null(strstr(text, "canary-0815"));
    assert_ok(
        call("case.contact", &dispatcher, json, "key-contact-1")); /* the answer is not kept with the key */
    assert_ok(store_read(store, -1, count_requests, "key-contact-1", &fa));
    text[0] = 0;
    assert_ok(installation_check(store, &b, &wrong, &fa));
    assert_int_equal(wrong, 0);
}

/* ---- bad input: one clear sentence, and where ---- */

/* ---- looked for by code and by words ---- */

static void test_case_by_code(void **state) {
    Actor clerk = actor(ROLE_DISPATCHER, 0, 0), handler = actor(ROLE_HANDLER, 1, 0), resident;
    char code[16], json[64];

    (void)state;
    actor_public(&resident);
    assert_ok(call("case.report", &resident, "{\"text\":\"读码来问\"}", NULL));
    snprintf(code, sizeof code, "%.14s", strstr(text, "\"code\":\"") + 8);
    snprintf(json, sizeof json, "{\"code\":\"%.4s %.4s %.4s\"}", code, code + 5, code + 10);
    assert_ok(call("case.by_code", &clerk, json, NULL)); /* as it is read out, without the dashes */
    assert_non_null(strstr(text, code));
    assert_non_null(strstr(text, "读码来问"));
    assert_int_equal(call("case.by_code", &handler, json, NULL), ERR_NOT_FOUND); /* not his unit's */
    assert_int_equal(call("case.by_code", &clerk, "{\"code\":\"7K3M-9QXT-2VHD\"}", NULL), ERR_INVALID);
}

static size_t listed(const char *op, const Actor *by, const char *json) {
    size_t n = 0;

    assert_ok(call(op, by, json, NULL));
    for (const char *p = strstr(text, "\"id\":"); p; p = strstr(p + 1, "\"id\":"))
        n++;
    return n;
}

static void test_places_by_words(void **state) {
    Actor resident;

    (void)state;
    actor_public(&resident);
    assert_int_equal(listed("place.list", &resident, "{\"name\":\"松苑路 8 弄\"}"), 1);
    assert_int_equal(listed("place.list", &resident, "{\"name\":\"苑路\"}"), 6);
    assert_int_equal(listed("place.list", &resident, "{\"name\":\"苑路\",\"limit\":2}"), 2);
    assert_int_equal(listed("place.list", &resident, "{\"name\":\"%\"}"), 0);
    assert_int_equal(listed("place.list", &resident, "{\"name\":\"松_路\"}"), 0);
    assert_int_equal(listed("place.list", &resident, "{\"name\":\"松苑路\\\\\"}"), 0);
}

static void test_cases_by_words(void **state) {
    Actor clerk = actor(ROLE_DISPATCHER, 0, 0), resident, elsewhere;

    (void)state;
    actor_public(&resident);
    actor_in(ROLE_DISPATCHER, str("0zz"), (OrgId){ 0 }, &elsewhere);
    assert_ok(call("case.report", &resident, "{\"text\":\"50%_off Sign\",\"spot\":\"望江亭 7 号\"}", NULL));
    assert_int_equal(listed("case.list", &clerk, "{\"words\":\"望江亭\"}"), 1);
    assert_int_equal(listed("case.list", &clerk, "{\"words\":\"%_OFF sign\"}"), 1);
    assert_int_equal(listed("case.list", &clerk, "{\"words\":\"5_%_off\"}"), 0);
    assert_int_equal(listed("case.list", &clerk, "{\"words\":\"望江亭\",\"state\":\"closed\"}"), 0);
    assert_int_equal(listed("case.list", &elsewhere, "{\"words\":\"望江亭\"}"), 0);
    assert_ok(call("case.count", &clerk, "{\"words\":\"望江亭\"}", NULL));
    assert_int_equal(answered("n"), 1);
}

static void test_bad_input(void **state) {
    static const struct {
        const char *json, *key, *field;
    } wrong[] = { { "{", "json_syntax", "" },
                  { "[]", "json_object", "" },
                  { "{\"text\":\"a\",\"text\":\"b\"}", "json_twice", "" },
                  { "{\"text\":\"a\",\"colour\":1}", "field_unknown", "colour" },
                  { "{}", "field_missing", "text" },
                  { "{\"text\":5}", "text_form", "text" },
                  { "{\"text\":\"\\u0007\"}", "text_control", "text" },
                  { "{\"text\":\"井盖\\u202e破损\"}", "text_direction", "text" },
                  { "{\"text\":\"\\u2067井盖\"}", "text_direction", "text" },
                  { "{\"text\":\"a\",\"lon\":181,\"lat\":1}", "degree_range", "lon" },
                  { "{\"text\":\"a\",\"occurred\":-1}", "time_range", "occurred" },
                  { "{\"text\":\"a\",\"source\":\"rumour\"}", "choice_unknown", "source" },
                  { "{\"text\":\"a\",\"place\":\"1\"}", "place_unknown", "place" } };
    Actor resident;
    (void)state;
    actor_public(&resident);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_true(call("case.report", &resident, wrong[i].json, NULL) != OK);
        assert_string_equal(fa.key, wrong[i].key);
        assert_string_equal(fa.field, wrong[i].field);
        assert_true(*fa.zh && *fa.en);
    }
}

/* ---- a case of another system ---- */

typedef struct Imported {
    CaseImport in;
    CaseImported out;
    Arena arena;
} Imported;

static Err import_one(Tx *tx, void *arg, Fault *f) {
    Imported *i = arg;
    Actor operator;

    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    i->arena.used = 0;
    tx_lend(tx, &i->arena);
    return case_import(tx, &i->in, &operator, & i->out, f);
}

static void test_case_import(void **state) {
    Imported i = { .in = { .external_no = str("18-00269879"),
                           .text = str("Traffic Signal Repairs"),
                           .pointed = true,
                           .lon = 1214700000,
                           .lat = 312250000,
                           .state = CASE_CLOSED,
                           .reported_ms = 1523531486000,
                           .due_ms = 1523617886000,
                           .closed_ms = 1523537147000 } };
    (void)state;
    assert_ok(arena_begin(&i.arena, 1 << 20, &fa));
    assert_ok(store_write_now(store, import_one, &i, false, &fa));
    assert_false(i.out.there);
    assert_int_equal(i.out.made.state, CASE_CLOSED);
    assert_int_equal(i.out.made.placed, PLACED);
    assert_int_equal(i.out.made.closed.ms, 1523537147000);
    int64_t id = i.out.made.id.v;
    assert_ok(store_write_now(store, import_one, &i, false, &fa)); /* never doubled */
    assert_true(i.out.there);
    assert_int_equal(i.out.made.id.v, id);
    assert_int_equal(i.out.differs, 0);
    i.in.text = str("Traffic Signal");
    i.in.due_ms = 0;
    i.in.lon++;
    assert_ok(store_write_now(store, import_one, &i, false, &fa)); /* and the other story is told, not taken */
    assert_int_equal(i.out.differs, DIFFERS_TEXT | DIFFERS_DUE | DIFFERS_POINT);
    assert_string_equal(i.out.made.text.p, "Traffic Signal Repairs");

    i.in.external_no = str("18-2");
    i.in.state = CASE_ACCEPTED;
    i.in.closed_ms = 0;
    i.in.placeholder = true; /* though the point lies in a grid */
    assert_ok(store_write_now(store, import_one, &i, false, &fa));
    assert_int_equal(i.out.made.state, CASE_ACCEPTED);
    assert_int_equal(i.out.made.placed, PLACE_PLACEHOLDER);
    assert_false(i.out.made.has.area);
    assert_int_equal(id_home(i.out.made.id.v), 0);
    arena_end(&i.arena);
}

/* ---- the calendar from a table: all of it or nothing ---- */

static Err import_text(const char *table, int64_t *ret_days) {
    CsvMemory memory = { str(table) };
    CalendarCount n;

    TRY(calendar_import(store, csv_from_memory, &memory, 0, &n, &fa));
    *ret_days = n.days;
    return OK;
}

static void test_calendar_import(void **state) {
    int64_t days = -1;
    (void)state;
    assert_int_equal(import_text("day,kind,name\n2026-01-01,rest,元旦\n2026-02-30,rest,x\n", &days),
                     ERR_INVALID);
    assert_non_null(strstr(fa.en, "Row 2"));
    assert_string_equal(fa.field, "day");
    assert_int_equal(import_text("day,kind\n2026-01-01,rest\n", &days), ERR_INVALID);
    assert_int_equal(days, -1);
    assert_ok(import_text("day,kind,name\n2026-01-01,rest,元旦\n2026-01-04,work,元旦调休\n", &days));
    assert_int_equal(days, 2);
    assert_ok(import_text("day,kind,name\n2026-01-01,rest,元旦\n", &days)); /* replaces, never doubles */
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_query_prepares),
        cmocka_unit_test(test_schema_is_what_the_nouns_say),
        cmocka_unit_test(test_rows_are_whole),
        cmocka_unit_test(test_stranger_learns_nothing),
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_paths_name_their_parameters_alike),
        cmocka_unit_test(test_outsider_sees_nothing),
        cmocka_unit_test(test_empty_scope_sees_nothing),
        cmocka_unit_test(test_report_to_close),
        cmocka_unit_test(test_long_history),
        cmocka_unit_test(test_stale_revision),
        cmocka_unit_test(test_client_key),
        cmocka_unit_test(test_unplaced_are_queued_with_their_reason),
        cmocka_unit_test(test_contact_is_logged),
        cmocka_unit_test(test_case_by_code),
        cmocka_unit_test(test_places_by_words),
        cmocka_unit_test(test_cases_by_words),
        cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_case_import),
        cmocka_unit_test(test_calendar_import),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "operations on SQLite" : "operations on PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
