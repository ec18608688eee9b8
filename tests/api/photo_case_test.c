/* photos of cases, over the operations: uploaded by anybody, put to a case by claim once
 * and within a day; who sees which picture; covered, released and taken back; settled
 * on the spot only with them; erased in time, with their pictures. */
#include "city.h"

#include "photo_child.h"
#include "retention.h"
#include "setting.h"

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
static Actor nobody, dispatcher, handler, elsewhere;
static char photo[8192];
static size_t photo_n;

static int set_up_city(bool demo) {
    clock_stop(begun);
    city_open(dialect, demo);
    actor_public(&nobody);
    dispatcher = actor_as(ROLE_DISPATCHER, 0, 11);
    handler = actor_as(ROLE_HANDLER, 0, 12);
    actor_in(ROLE_DISPATCHER, str("09"), (OrgId){ 0 }, &elsewhere);
    return 0;
}
static int set_up(void **state) {
    (void)state;
    return set_up_city(false);
}
static int set_up_demo(void **state) {
    (void)state;
    return set_up_city(true);
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

static void read_photo(void) {
    char path[400];
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/photo/a.jpg", getenv("JW_SOURCE"));
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    photo_n = fread(photo, 1, sizeof photo, in);
    fclose(in);
}

static Err upload_bytes(const Actor *by, Str bytes, const char *key) {
    Arena a;
    Buf out = { answer, 0, sizeof answer, false, 0 };
    OpCall c = {
        .op = op_named(str("photo.add")), .store = city, .slot = -1, .body = bytes, .arena = &a, .out = &out
    };

    answer[0] = 0;
    actor_copy(by, &c.by);
    c.client_key = key ? str(key) : (Str){ 0 };
    TRY(arena_begin(&a, 8 << 20, &fa));
    Err e = op_call(&c, &fa);
    arena_end(&a);
    return e;
}

static void claim_of(char ret[33]) {
    const char *p = strstr(answer, "\"claim\":\"");
    assert_non_null(p);
    memcpy(ret, p + 9, 32);
    ret[32] = 0;
}

static void upload(const Actor *by, char ret[33]) {
    assert_ok(upload_bytes(by, (Str){ photo, photo_n }, NULL));
    claim_of(ret);
}

static int64_t report_with(const Actor *by, const char *claims, Err expected, const char *key) {
    char json[400];
    snprintf(json, sizeof json, "{\"text\":\"井盖破了\",\"lon\":121.47,\"lat\":31.225,\"photos\":\"%s\"}",
             claims);
    Err e = call("case.report", by, json);
    if (e != expected)
        fail_msg("%s, not %s: %s", err_name(e), err_name(expected), e ? fa.en : "");
    if (e != OK)
        assert_string_equal(fa.key, key);
    return e == OK ? number("SELECT case_id FROM photo WHERE case_id IS NOT NULL ORDER BY id DESC LIMIT 1") : 0;
}

static int64_t photo_of(int64_t id) {
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT min(id) FROM photo WHERE case_id = %lld", (long long)id);
    return number(sql);
}

/* The picture, or the code of its refusal. */
static void sees(const Actor *by, const char *op, int64_t id, const char *more, bool expected) {
    char json[300];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"size\":\"small\"%s}", (long long)id, more);
    Err e = call(op, by, json);
    assert_int_equal(e, expected ? OK : ERR_NOT_FOUND);
    assert_int_equal(memcmp(answer, "\xFF\xD8\xFF", 3) == 0, expected);
}

static void about(const char *op, const Actor *by, int64_t id, const char *more, Err expected,
                  const char *key) {
    char json[300];
    snprintf(json, sizeof json, "{\"id\":\"%lld\"%s}", (long long)id, more);
    Err e = call(op, by, json);
    if (e != expected)
        fail_msg("%s: %s, not %s: %s", op, err_name(e), err_name(expected), e ? fa.en : "");
    if (e != OK)
        assert_string_equal(fa.key, key);
}

/* ---- tests ---- */

static void test_claimed_once(void **state) {
    char one[33], two[33], both[80];
    (void)state;
    upload(&nobody, one);
    assert_int_equal(answered("width"), 32); /* turned upright: it was 48 × 32 */
    upload(&nobody, two);
    assert_int_equal(number("SELECT count(*) FROM photo_file"), 4);
    snprintf(both, sizeof both, "%s %s", one, two);
    int64_t id = report_with(&nobody, both, OK, "");
    assert_int_equal(number("SELECT count(*) FROM photo WHERE case_id IS NOT NULL AND claim IS NULL"), 2);
    about("photo.list", &dispatcher, id, "", OK, "");
    assert_non_null(strstr(answer, "\"shows\":\"before\""));
    report_with(&nobody, one, ERR_INVALID, "photo_gone");
    assert_int_equal(number("SELECT count(*) FROM cases"),
                     1); /* a report that names no photo of its own is not half kept */
    report_with(&nobody, "00112233445566778899aabbccddeeff", ERR_INVALID, "photo_gone");
}

static void test_refused_whole(void **state) {
    char claims[7 * 33 + 1] = "", one[33];
    (void)state;
    assert_int_equal(upload_bytes(&nobody, (Str){ "PK\x03\x04", 4 }, NULL), ERR_INVALID);
    assert_string_equal(fa.key, "photo_kind");
    assert_int_equal(upload_bytes(&nobody, (Str){ photo, photo_n / 2 }, NULL), ERR_INVALID);
    assert_string_equal(fa.key, "photo_damaged");
    assert_int_equal(upload_bytes(&nobody, (Str){ "", 0 }, NULL), ERR_INVALID);
    assert_string_equal(fa.key, "photo_empty");
    assert_int_equal(number("SELECT count(*) FROM photo"), 0);
    for (int i = 0; i < 7; i++) {
        upload(&nobody, one);
        snprintf(claims + strlen(claims), sizeof claims - strlen(claims), "%s%s", i ? " " : "", one);
    }
    report_with(&nobody, claims, ERR_INVALID, "photos_many");
    assert_int_equal(number("SELECT count(*) FROM photo WHERE case_id IS NULL"), 7); /* nothing of it */
    Actor worker = actor_as(ROLE_GRID_WORKER, 0, 13);
    upload(&worker, one);
    report_with(&nobody, one, ERR_INVALID, "photo_gone"); /* somebody else's */
}

static void test_same_key_same_photo(void **state) {
    char first[33], second[33];
    (void)state;
    assert_ok(upload_bytes(&nobody, (Str){ photo, photo_n }, "key-of-this-upload-1"));
    claim_of(first);
    assert_ok(upload_bytes(&nobody, (Str){ photo, photo_n }, "key-of-this-upload-1"));
    claim_of(second);
    assert_string_equal(first, second);
    assert_int_equal(number("SELECT count(*) FROM photo"), 1);
}

static void test_who_sees(void **state) {
    char claim[33];
    (void)state;
    upload(&nobody, claim);
    int64_t id = report_with(&nobody, claim, OK, ""), p = photo_of(id);
    sees(&dispatcher, "photo.get", p, "", true);
    sees(&handler, "photo.get", p, "", false);
    sees(&handler, "photo.get", p, ",\"form\":\"covered\"", false);
    sees(&elsewhere, "photo.get", p, "", false);
    sees(&nobody, "photo.public", p, "", false);
    about("photo.list", &handler, id, "", OK, "");
    assert_null(strstr(answer, "\"form\""));
}

/* Each large original is opened by itself, and each time is a row of the access log. */
static void test_opening_is_logged(void **state) {
    char claim[33], json[100];
    (void)state;
    upload(&nobody, claim);
    int64_t id = report_with(&nobody, claim, OK, ""), p = photo_of(id);
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"size\":\"large\"}", (long long)p);
    assert_int_equal(call("photo.get", &dispatcher, json), ERR_INVALID);
    assert_string_equal(fa.key, "photo_open");
    assert_int_equal(number("SELECT count(*) FROM access_log"), 0);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)p);
    for (int i = 1; i <= 2; i++) { /* the same key again is another look */
        assert_ok(call_keyed("photo.open", &dispatcher, json, "key-of-this-look"));
        assert_memory_equal(answer, "\xFF\xD8\xFF", 3);
        assert_int_equal(number("SELECT count(*) FROM access_log"), i);
    }
    assert_int_equal(number("SELECT count(*) FROM request"), 0); /* nor is the picture kept there */
    snprintf(json, sizeof json, "%lld|11|%d|看照片原图", (long long)id, ROLE_DISPATCHER);
    assert_string_equal(
        testdb_ask(&city_db, "SELECT case_id, account, role, reason FROM access_log ORDER BY number LIMIT 1"),
        json);
    about("photo.open", &handler, p, "", ERR_NOT_FOUND, "photo_unknown");
    about("photo.open", &elsewhere, p, "", ERR_NOT_FOUND, "case_unknown");
    about("photo.open", &nobody, p, "", ERR_SIGN_IN, "signed_out");
    assert_int_equal(number("SELECT count(*) FROM access_log"), 2);
}

static void own(const char *code, const char *secret, int64_t id, Err expected) {
    char json[300];
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\",\"id\":\"%lld\",\"size\":\"large\"}", code,
             secret, (long long)id);
    assert_int_equal(call("photo.own", &nobody, json), expected);
}

static void text_of(const char *name, char *ret, size_t size) {
    char key[40];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(answer, key);
    assert_non_null(p);
    snprintf(ret, size, "%.*s", (int)strcspn(p + strlen(key), "\""), p + strlen(key));
}

static void test_the_reporter_sees_his_own(void **state) {
    char claim[33], code[40], secret[40], other[40], json[200];
    (void)state;
    upload(&nobody, claim);
    snprintf(json, sizeof json, "{\"text\":\"井盖破了\",\"photos\":\"%s\"}", claim);
    assert_ok(call("case.report", &nobody, json));
    text_of("code", code, sizeof code);
    text_of("secret", secret, sizeof secret);
    int64_t p = number("SELECT max(id) FROM photo");
    own(code, secret, p, OK);
    assert_int_equal(memcmp(answer, "\xFF\xD8\xFF", 3), 0);
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"secret\":\"%s\"}", code, secret);
    assert_ok(call("case.track_more", &nobody, json));
    assert_non_null(strstr(answer, "\"form\":\"original\""));
    assert_ok(call("case.report", &nobody, "{\"text\":\"另一件\"}"));
    char others[40];
    text_of("code", other, sizeof other);
    text_of("secret", others, sizeof others);
    own(other, secret, p, ERR_NOT_FOUND);
    own(other, others, p, ERR_NOT_FOUND); /* not of that case */
    own(code, others, p, ERR_NOT_FOUND);
}

static int64_t condition_of(const char *code) {
    char json[80];
    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    assert_ok(call("condition.list", &dispatcher, json));
    return answered("id");
}

static void file(int64_t id, const char *condition) {
    char more[80];
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition_of(condition));
    step(&dispatcher, id, "accept", "", OK);
    step(&dispatcher, id, "file", more, OK);
}

static void test_covered_and_released(void **state) {
    char claim[33];
    (void)state;
    upload(&nobody, claim);
    int64_t id = report_with(&nobody, claim, OK, ""), p = photo_of(id);
    about("photo.release", &dispatcher, p, ",\"released\":true", ERR_INVALID, "photo_uncovered");
    about("photo.cover_up", &handler, p, ",\"boxes\":[]", ERR_FORBIDDEN, "photo_dispatcher");
    about("photo.cover_up", &dispatcher, p, ",\"boxes\":[{\"x\":9000,\"y\":0,\"w\":2000,\"h\":10}]",
          ERR_INVALID, "photo_box");
    about("photo.cover_up", &dispatcher, p, ",\"boxes\":[{\"x\":0,\"y\":0,\"w\":5000,\"h\":5000}]", OK, "");
    assert_non_null(strstr(answer, "\"covered\":true"));
    assert_int_equal(number("SELECT count(*) FROM photo_file"), 4);
    assert_int_equal(number("SELECT count(DISTINCT body) FROM photo_file"), 4);
    sees(&nobody, "photo.public", p, "", false);
    about("photo.release", &dispatcher, p, ",\"released\":true", ERR_INVALID,
          "photo_not_public"); /* not filed */
    file(id, "206-01");
    about("photo.release", &handler, p, ",\"released\":true", ERR_FORBIDDEN, "photo_dispatcher");
    about("photo.release", &dispatcher, p, ",\"released\":true", OK, "");
    sees(&nobody, "photo.public", p, "", true);
    sees(&handler, "photo.get", p, "", true); /* a unit: covered */
    about("photo.list", &handler, id, "", OK, "");
    assert_non_null(strstr(answer, "\"form\":\"covered\""));
    about("photo.release", &dispatcher, p, ",\"released\":false", OK, "");
    sees(&nobody, "photo.public", p, "", false);
    assert_int_equal(number("SELECT count(*) FROM access_log"), 2);
    about("photo.release", &dispatcher, p, ",\"released\":true", OK, "");
    about("photo.cover_up", &dispatcher, p, "", OK, ""); /* anew: to be looked at anew */
    sees(&nobody, "photo.public", p, "", false);
    upload(&nobody, claim);
    id = report_with(&nobody, claim, OK, "");
    file(id, "305-01"); /* disputes never */
    about("photo.cover_up", &dispatcher, photo_of(id), "", OK, "");
    about("photo.release", &dispatcher, photo_of(id), ",\"released\":true", ERR_INVALID, "photo_not_public");
}

#define HERE "{\"west\":121.4,\"east\":121.5,\"south\":31.2,\"north\":31.3,\"limit\":500}"

static bool listed(int64_t p) {
    char part[80];
    snprintf(part, sizeof part, "{\"id\":\"%lld\",\"shows\":\"before\",\"width\":32,\"height\":48}",
             (long long)p);
    assert_ok(call("case.public_list", &nobody, HERE));
    assert_null(strstr(answer, "\"masked\""));
    assert_null(strstr(answer, "\"pictured\""));
    return strstr(answer, part) != NULL;
}

/* Exactly what was released, as long as it is, and as long as its case may be seen. */
static void test_public_list_shows_released(void **state) {
    static const struct {
        const char *becomes;
        bool listed, seen;
    } later[] = {
        { "state = 6", true, true },
        { "state = 10, closed_ms = 1, closed_day = 1", false, true }, /* over: only who has its address */
        { "state = 11", false, false },
        { "state = 1", false, false },
        { "state = 6, about = 1", false, false },
        { "state = 6, about = 2", false, false },
        { "state = 6, about = 0", true, true },
    };
    char claims[2][33], both[80], sql[300];
    (void)state;
    upload(&nobody, claims[0]);
    upload(&nobody, claims[1]);
    snprintf(both, sizeof both, "%s %s", claims[0], claims[1]);
    char json[300];
    snprintf(json, sizeof json, "{\"text\":\"井盖破了\",\"lon\":121.47,\"lat\":31.225,\"photos\":\"%s\"}",
             both);
    assert_ok(call("case.report", &nobody, json));
    int64_t id = number("SELECT max(case_id) FROM photo"), first = number("SELECT min(id) FROM photo"),
            second = number("SELECT max(id) FROM photo");
    file(id, "206-01");
    assert_false(listed(first));
    for (int i = 0; i < 2; i++)
        about("photo.cover_up", &dispatcher, i ? second : first, "", OK, "");
    assert_false(listed(first)); /* covered is not released */
    about("photo.release", &dispatcher, first, ",\"released\":true", OK, "");
    assert_true(listed(first));
    assert_false(listed(second));
    about("photo.release", &dispatcher, second, ",\"released\":true", OK, "");
    assert_true(listed(first) && listed(second));
    about("photo.release", &dispatcher, second, ",\"released\":false", OK, "");
    assert_true(listed(first) && !listed(second));
    about("photo.cover_up", &dispatcher, first, "", OK, ""); /* anew: to be looked at anew */
    assert_false(listed(first));
    about("photo.release", &dispatcher, first, ",\"released\":true", OK, "");
    for (size_t i = 0; i < COUNT(later); i++) {
        snprintf(sql, sizeof sql, "UPDATE cases SET %s WHERE id = %lld", later[i].becomes, (long long)id);
        testdb_exec(&city_db, sql);
        if (listed(first) != later[i].listed)
            fail_msg("%s: %s", later[i].becomes, later[i].listed ? "not listed" : "listed");
        sees(&nobody, "photo.public", first, "", later[i].seen);
    }
    /* of another kind since, whatever its condition is made to say */
    testdb_exec(&city_db, "UPDATE condition SET open_to = 3 WHERE category = '305'");
    snprintf(
        sql, sizeof sql,
        "UPDATE cases SET category = '305', condition = (SELECT min(id) FROM condition WHERE category = '305') "
        "WHERE id = %lld",
        (long long)id);
    testdb_exec(&city_db, sql);
    assert_false(listed(first));
    sees(&nobody, "photo.public", first, "", false);
    about("photo.release", &dispatcher, second, ",\"released\":true", ERR_INVALID, "photo_not_public");
}

/* It has a condition that is open, but was rejected, or is about somebody. */
static void test_not_released(void **state) {
    static const char *const becomes[] = { "state = 11", "state = 6, about = 1", "state = 1, about = 0" };
    char claim[33], sql[200];
    (void)state;
    upload(&nobody, claim);
    int64_t id = report_with(&nobody, claim, OK, ""), p = photo_of(id);
    file(id, "206-01");
    about("photo.cover_up", &dispatcher, p, "", OK, "");
    for (size_t i = 0; i < COUNT(becomes); i++) {
        snprintf(sql, sizeof sql, "UPDATE cases SET %s WHERE id = %lld", becomes[i], (long long)id);
        testdb_exec(&city_db, sql);
        about("photo.release", &dispatcher, p, ",\"released\":true", ERR_INVALID, "photo_not_public");
        assert_string_equal(fa.zh,
                            "这类案件，没有立案或不受理的案件，以及涉及单位或其工作人员的案件，照片不能公开。");
        assert_string_equal(fa.en, "No photo is released of a case of this kind, one that is not filed or was "
                                   "rejected, or one about a unit or its staff.");
        assert_int_equal(number("SELECT count(*) FROM photo WHERE released_ms IS NOT NULL"), 0);
    }
    testdb_exec(&city_db, "UPDATE cases SET state = 6, about = 0");
    about("photo.release", &dispatcher, p, ",\"released\":true", OK, "");
}

static void settle(const char *more, Err expected, const char *key) {
    Actor worker = actor_as(ROLE_GRID_WORKER, 0, 15);
    char json[500];
    int64_t condition = condition_of("206-01");
    snprintf(
        json, sizeof json,
        "{\"text\":\"楼道堆物\",\"lon\":121.47,\"lat\":31.225,\"condition\":\"%lld\",\"note\":\"当场清走\"%s}",
        (long long)condition, more);
    Err e = call("case.settle", &worker, json);
    if (e != expected)
        fail_msg("%s, not %s: %s", err_name(e), err_name(expected), e ? fa.en : "");
    if (e != OK)
        assert_string_equal(fa.key, key);
}

/* Before and after are demanded; the city says of which classes. */
static void test_settled_with_photos(void **state) {
    char before[33], after[33], more[200];
    Actor worker = actor_as(ROLE_GRID_WORKER, 0, 15), system = actor_as(ROLE_SYSTEM_ADMIN, 0, 1);
    (void)state;
    upload(&worker, before);
    upload(&worker, after);
    settle("", ERR_INVALID, "settle_before");
    snprintf(more, sizeof more, ",\"before\":\"%s\"", before);
    settle(more, ERR_INVALID, "settle_after");
    snprintf(more, sizeof more, ",\"before\":\"%s\",\"after\":\"%s\"", before, before);
    settle(more, ERR_INVALID, "photo_gone");
    snprintf(more, sizeof more, ",\"before\":\"%s\",\"after\":\"%s\"", before, after);
    settle(more, OK, "");
    assert_int_equal(number("SELECT count(*) FROM photo WHERE shows = 2 AND case_id IS NOT NULL"), 1);
    assert_ok(call("setting.put", &system, "{\"name\":\"settle_photos\",\"value\":\"1\\n205\"}"));
    settle("", OK, "");
    assert_ok(call("setting.put", &system, "{\"name\":\"settle_photos\",\"value\":\"1\\n2\"}"));
    settle("", ERR_INVALID, "settle_before");
    assert_int_equal(call("setting.put", &system, "{\"name\":\"settle_photos\",\"value\":\"some\"}"),
                     ERR_INVALID);
}

/* After photos come with "handled" and with nothing else; the checker sees both. */
static void test_handled_with_photos(void **state) {
    char claim[33], more[200];
    Actor unit, checker = actor_as(ROLE_CHECKER, 0, 14);
    (void)state;
    upload(&nobody, claim);
    int64_t id = report_with(&nobody, claim, OK, "");
    file(id, "206-01");
    int64_t roads = number("SELECT min(id) FROM org WHERE kind < 10 AND id IN (SELECT unit FROM serves)");
    unit = actor_as(ROLE_HANDLER, roads, 12);
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"", (long long)roads);
    step(&dispatcher, id, "dispatch", more, OK);
    upload(&unit, claim);
    snprintf(more, sizeof more, ",\"photos\":\"%s\"", claim);
    step(&unit, id, "take", more, ERR_INVALID);
    assert_string_equal(fa.key, "photos_not_here");
    step(&unit, id, "take", "", OK);
    snprintf(more, sizeof more, ",\"note\":\"已换\",\"photos\":\"%s\"", claim);
    step(&unit, id, "handle", more, OK);
    about("photo.list", &checker, id, "", OK, "");
    assert_non_null(strstr(answer, "\"shows\":\"before\""));
    assert_non_null(strstr(answer, "\"shows\":\"after\""));
    sees(&unit, "photo.get", number("SELECT max(id) FROM photo"), "", true); /* his own */
    sees(&unit, "photo.get", number("SELECT min(id) FROM photo"), "", false);
}

/* How many it erased, claimed or not. */
static int64_t pass(void) {
    bool ours;
    RetentionCount n;
    assert_ok(retention_pass(city, NULL, &ours, &n, &fa));
    return n.photos + n.unclaimed;
}

static void test_erased_in_time(void **state) {
    char claim[33], sql[200];
    (void)state;
    upload(&nobody, claim);
    int64_t id = report_with(&nobody, claim, OK, "");
    upload(&nobody, claim);
    clock_stop(begun + 24 * 3600000LL);
    assert_int_equal(pass(), 0);
    assert_int_equal(number("SELECT count(*) FROM photo"), 2); /* a claim is good for a whole day */
    clock_stop(begun + 24 * 3600000LL + 1);
    assert_int_equal(pass(), 1);
    assert_int_equal(number("SELECT count(*) FROM photo"), 1); /* the unclaimed one is gone */
    assert_int_equal(number("SELECT count(*) FROM photo_file"), 2);
    report_with(&nobody, claim, ERR_INVALID, "photo_gone");
    snprintf(sql, sizeof sql, "UPDATE cases SET state = 10, closed_ms = %lld WHERE id = %lld", (long long)begun,
             (long long)id);
    testdb_exec(&city_db, sql);
    clock_stop(begun + 179 * 86400000LL);
    assert_int_equal(pass(), 0);
    assert_int_equal(number("SELECT count(*) FROM photo"), 1);
    clock_stop(begun + 181 * 86400000LL);
    assert_int_equal(pass(), 1);
    assert_int_equal(number("SELECT count(*) FROM photo"), 0);
    assert_int_equal(number("SELECT count(*) FROM photo_file"), 0);
}

static int run_on(Dialect d) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define IN_DEMO(test) cmocka_unit_test_setup_teardown(test, set_up_demo, tear_down)
    static const struct CMUnitTest tests[] = {
        EACH(test_claimed_once),
        EACH(test_refused_whole),
        EACH(test_same_key_same_photo),
        EACH(test_who_sees),
        EACH(test_opening_is_logged),
        EACH(test_the_reporter_sees_his_own),
        EACH(test_erased_in_time),
        IN_DEMO(test_covered_and_released),
        IN_DEMO(test_public_list_shows_released),
        IN_DEMO(test_not_released),
        IN_DEMO(test_settled_with_photos),
        IN_DEMO(test_handled_with_photos),
    };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "photos on SQLite" : "photos on PostgreSQL", tests, NULL,
                                       NULL);
}

int main(void) {
    photo_reader_use(getenv("JW_BINARY"));
    read_photo();
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
