/* sweep_ops_test – every write of the operation table when the store fails in the middle:
 * for each n the n-th call of the store fails, BEGIN, savepoints and COMMIT too. Then
 * nothing in any table has changed, the caller has a sentence, and the same call with
 * the same client key succeeds in the end. An operation that writes and has no row here
 * fails the test. Allocations that fail: sweep_test.c. */
#include "city.h"

#include "inner.h"
#include "photo_child.h"
#include "plan_solve.h"
#include "seal.h"
#include "watch.h"

#include <ctype.h>

static Dialect dialect;
static const int64_t begun = 1796086800000; /* 2026-12-01 09:00 */
#define DAY_MS 86400000LL

/* What a row of the table fills in: $0 what `ready` made, $1 to $4 the columns that its
 * question gave, $a and $b claims of photos, $x and $y code and secret of a report, $u a
 * number that grows. */
static int64_t subject;
static int unique;
static char claims[2][40], code[40], secret[40], columns[5][60];
static char photo[8192];
static size_t photo_n;
static Actor by;

static const char *filled(const char *pattern) {
    static char room[4][2048];
    static int next;
    char *out = room[next = (next + 1) % 4], *end = out + sizeof room[0] - 64;

    for (const char *p = pattern; *p && out < end; p++) {
        if (*p != '$') {
            *out++ = *p;
            continue;
        }
        p++;
        if (*p == '0')
            out += sprintf(out, "%lld", (long long)subject);
        else if (isdigit((unsigned char)*p))
            out += sprintf(out, "%s", columns[*p - '0']);
        else if (*p == 'u')
            out += sprintf(out, "%d", unique);
        else
            out += sprintf(out, "%s",
                           *p == 'a'   ? claims[0]
                           : *p == 'b' ? claims[1]
                           : *p == 'x' ? code
                                       : secret);
    }
    *out = 0;
    return room[next];
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, filled(sql)), NULL, 10); }

static void text_of(const char *name, char *ret, size_t size) {
    char key[40];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(answer, key);
    if (!p)
        fail_msg("no %s in %.200s", name, answer);
    snprintf(ret, size, "%.*s", (int)strcspn(p + strlen(key), "\""), p + strlen(key));
}

static Actor actor_of(Role role) {
    int64_t unit = role == ROLE_HANDLER ? number("SELECT id FROM org WHERE code = 'U2'") : 0;
    Actor a = actor_as(role, unit, role == ROLE_PUBLIC ? 0 : 10 + (int64_t)role);
    if (role == ROLE_PUBLIC)
        actor_public(&a);
    return a;
}

/* A call that must succeed. */
static void does(Role role, const char *op, const char *json) {
    Actor a = actor_of(role);
    Err e = call(op, &a, filled(json));
    if (e != OK)
        fail_msg("before a try, %s: %s [%s]", op, fa.en, fa.field);
}

/* ---- what is made before a try ---- */

static Err send_photo(const Actor *as, const char *key) {
    Arena a;
    Buf out = { answer, 0, sizeof answer, false, 0 };
    OpCall c = { .op = op_named(str("photo.add")),
                 .store = city,
                 .slot = -1,
                 .body = { photo, photo_n },
                 .client_key = str(key),
                 .arena = &a,
                 .out = &out };

    answer[0] = 0;
    actor_copy(as, &c.by);
    TRY(arena_begin(&a, 8 << 20, &fa));
    Err e = op_call(&c, &fa);
    arena_end(&a);
    return e;
}

static void upload_by(Role role) {
    Actor a = actor_of(role);
    for (int i = 0; i < 2; i++) {
        static int n;
        char key[40];
        snprintf(key, sizeof key, "photo-before-%d", n++);
        if (send_photo(&a, key) != OK)
            fail_msg("photo.add: %s", fa.en);
        text_of("claim", claims[i], sizeof claims[i]);
    }
}
static void upload_public(void) { upload_by(ROLE_PUBLIC); }
static void upload_worker(void) { upload_by(ROLE_GRID_WORKER); }

static void case_is_there(void) {
    upload_public();
    does(ROLE_PUBLIC, "case.report",
         "{\"text\":\"井盖破损，打13800000002\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\","
         "\"photos\":\"$a\"}");
    text_of("code", code, sizeof code);
    text_of("secret", secret, sizeof secret);
    subject = number("SELECT id FROM cases WHERE code = '$x'");
}

static void steps_on(Role role, const char *act, const char *more) {
    char json[400];
    int64_t revision = number("SELECT revision FROM cases WHERE id = $0");
    snprintf(json, sizeof json, "{\"id\":\"$0\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)revision, act,
             more);
    does(role, "case.act", json);
}

static void case_is_filed(void) {
    char more[60];
    case_is_there();
    steps_on(ROLE_DISPATCHER, "accept", "");
    snprintf(more, sizeof more, ",\"condition\":\"%lld\"",
             (long long)number("SELECT min(id) FROM condition WHERE code = '206-01'"));
    steps_on(ROLE_DISPATCHER, "file", more);
}

static void case_is_dispatched(void) {
    char more[80];
    case_is_filed();
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"note\":\"就近\"",
             (long long)number("SELECT id FROM org WHERE code = 'U2'"));
    steps_on(ROLE_DISPATCHER, "dispatch", more);
}

static void case_is_in_hand(void) {
    case_is_dispatched();
    steps_on(ROLE_HANDLER, "take", "");
    upload_by(ROLE_HANDLER);
}

static void suspension_is_asked(void) {
    case_is_dispatched();
    steps_on(ROLE_HANDLER, "take", "");
    steps_on(ROLE_HANDLER, "ask_suspension", ",\"until\":\"2026-12-20\",\"note\":\"等配件\"");
}

static void case_is_contested(void) {
    char more[160];
    case_is_dispatched();
    snprintf(more, sizeof more, ",\"unit\":\"%lld\",\"condition\":\"%lld\",\"note\":\"不归我们\"",
             (long long)number("SELECT id FROM org WHERE code = 'U3'"),
             (long long)number("SELECT min(id) FROM condition WHERE code = '205-01'"));
    steps_on(ROLE_HANDLER, "return", more);
    testdb_exec(&city_db, filled("UPDATE cases SET state = 20, revision = revision + 1 WHERE id = $0"));
}

static void case_is_closed(void) {
    char sql[300];
    case_is_there();
    snprintf(
        sql, sizeof sql,
        "UPDATE cases SET state = %d, close_kind = %d, closed_ms = %lld, closed_day = %d WHERE code = '%s'",
        CASE_CLOSED, CLOSE_SOLVED, (long long)begun, day_of_ms(begun), code);
    testdb_exec(&city_db, sql);
}

static void photo_is_there(void) {
    case_is_filed();
    subject = number("SELECT max(id) FROM photo WHERE case_id = $0");
}
static void photo_is_covered(void) {
    photo_is_there();
    does(ROLE_DISPATCHER, "photo.cover_up", "{\"id\":\"$0\"}");
}

static void export_is_asked(void) {
    does(ROLE_DISPATCHER, "export.ask", "{\"reason\":\"月度分析\"}");
    subject = answered("id");
}
static void export_is_approved(void) {
    export_is_asked();
    does(ROLE_DUTY_LEAD, "export.approve", "{\"id\":\"$0\",\"reason\":\"同意\"}");
}

static void rename_is_planned(void) {
    subject = number("SELECT id FROM area WHERE level = 4 AND state = 3 ORDER BY id LIMIT 1 OFFSET $u % 5");
    does(ROLE_SYSTEM_ADMIN, "area.rename", "{\"id\":\"$0\",\"name\":\"新名$u\",\"day\":\"2027-02-01\"}");
}

static void unit_is_there(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(id) FROM area WHERE level = 3"), 30);
    columns[1][strcspn(columns[1], "|;")] = 0;
    does(ROLE_SYSTEM_ADMIN, "org.add",
         "{\"code\":\"N$u\",\"name\":\"单位$u\",\"kind\":\"property_management\",\"area\":\"$1\",\"since\":"
         "\"2026-01-01\"}");
    subject = answered("id");
}
static void duty_is_there(void) {
    unit_is_there();
    does(ROLE_SYSTEM_ADMIN, "serves.add",
         "{\"unit\":\"$0\",\"matter\":\"205\",\"area\":\"$1\",\"since\":\"2026-01-01\"}");
    subject = answered("id");
}
static void seat_is_there(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(id) FROM area WHERE level = 4"), 30);
    does(ROLE_SYSTEM_ADMIN, "seat.add", "{\"kind\":\"grid_worker\",\"area\":\"$1\",\"since\":\"2026-01-01\"}");
    subject = answered("id");
}
static void party_is_there(void) {
    char sql[200];
    unit_is_there();
    snprintf(sql, sizeof sql, "UPDATE org SET kind = %d WHERE id = %lld", PARTY_RESIDENTIAL,
             (long long)subject);
    testdb_exec(&city_db, sql);
    memcpy(columns[1],
           testdb_ask(&city_db, filled("SELECT min(id) FROM place WHERE until IS NULL AND id NOT IN "
                                       "(SELECT place FROM cover)")),
           30);
}
static void cover_is_there(void) {
    party_is_there();
    does(ROLE_SYSTEM_ADMIN, "cover.add",
         "{\"place\":\"$1\",\"field\":\"independent_space\",\"org\":\"$0\",\"since\":\"2026-01-01\"}");
    subject = answered("id");
}

static void station_is_there(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(id) FROM place WHERE until IS NULL"), 30);
    does(ROLE_SYSTEM_ADMIN, "station.add",
         "{\"place\":\"$1\",\"kind\":\"canteen\",\"name\":\"食堂\",\"hours\":\"每日\",\"services\":\"助餐\"}");
    subject = answered("id");
}
static void view_is_there(void) {
    does(ROLE_DISPATCHER, "view.save", "{\"name\":\"要忘记的$u\",\"query\":\"state=filed\"}");
    subject = answered("id");
}

static void round_is_there(void) {
    testdb_exec(&city_db, "UPDATE visit_round SET until = since - 1");
    does(ROLE_GRID_WORKER, "visit_round.plan",
         filled("{\"area\":\"$1\",\"name\":\"走访\",\"since\":\"2026-12-01\",\"until\":\"2026-12-31\"}"));
    subject = answered("id");
}
static void round_of_micro(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(area) FROM place WHERE until IS NULL"), 30);
    round_is_there();
}
static void round_ends(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(area) FROM place WHERE until IS NULL"), 30);
    testdb_exec(&city_db, "UPDATE visit_round SET until = since - 1");
}
static void door_refuses(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(id) FROM place WHERE until IS NULL"), 30);
    does(ROLE_GRID_WORKER, "no_visit.add", "{\"place\":\"$1\",\"door\":\"$u-5\"}");
    subject = answered("id");
}
static void session_is_planned(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(id) FROM place WHERE until IS NULL"), 30);
    testdb_exec(&city_db, "UPDATE stool_session SET cancelled = TRUE");
    does(ROLE_GRID_WORKER, "stool_session.plan",
         "{\"place\":\"$1\",\"day\":\"2026-12-01\",\"half\":\"morning\"}");
    subject = answered("id");
}
static void session_and_photos(void) {
    session_is_planned();
    upload_worker();
}

/* Whoever tries then is an application with a key. */
static void app_is_there(void) {
    does(ROLE_SYSTEM_ADMIN, "app_key.add", "{\"title\":\"随手报\"}");
    subject = answered("id");
    if (by.role == ROLE_PUBLIC)
        by.app.v = subject;
}

static void app_has_reported(void) {
    app_is_there();
    assert_ok(call("open311.post", &by,
                   "{\"service_code\":\"206\",\"lat\":31.225,\"lon\":121.47,\"description\":\"井盖\"}"));
    subject = number("SELECT max(case_id) FROM app_case");
}

static void subscription_is_there(void) {
    does(ROLE_SYSTEM_ADMIN, "subscription.add",
         "{\"title\":\"数字城管\",\"url\":\"https://a.example/\",\"events\":\"all\"}");
    subject = answered("id");
}
static void delivery_has_failed(void) {
    subscription_is_there();
    case_is_there();
    testdb_exec(&city_db, "UPDATE delivery SET state = 5, attempts = 9, ended_ms = 1, ended_day = 1");
    subject = number("SELECT max(id) FROM delivery");
}

static void shift_is_planned(void) {
    char json[200];
    snprintf(
        json, sizeof json, "{\"post\":\"%lld\",\"begins\":%lld,\"ends\":%lld}",
        (long long)number("SELECT p.id FROM post p JOIN account a ON a.id = p.account WHERE a.login = 'road'"),
        (long long)(begun + unique * DAY_MS), (long long)(begun + unique * DAY_MS + 3600000));
    does(ROLE_DUTY_LEAD, "shift.plan", json);
    subject = answered("id");
}
static void week_is_planned(void) {
    testdb_exec(&city_db, "DELETE FROM shift");
    shift_is_planned();
    testdb_exec(&city_db,
                filled("UPDATE shift SET begins_ms = 1796086800000, ends_ms = 1796090400000, begins_day = "
                       "20788, ends_day = 20788 WHERE id = $0"));
}
static void handover_is_given(void) {
    does(ROLE_DISPATCHER, "handover.give", "{\"note\":\"煤气公司已在路上\"}");
    subject = answered("id");
}

static void account_is_there(void) {
    does(ROLE_SYSTEM_ADMIN, "account.add",
         "{\"login\":\"w$u\",\"title\":\"张三\",\"password\":\"a password of the watch\"}");
    does(ROLE_SECURITY_ADMIN, "post.give", "{\"login\":\"w$u\",\"role\":\"dispatcher\"}");
    subject = answered("id");
}
static void session_is_there(void) {
    account_is_there();
    does(ROLE_PUBLIC, "session.open",
         "{\"login\":\"w$u\",\"password\":\"a password of the watch\",\"new_password\":\"another password of "
         "it\"}");
}
/* Who writes is that person, in his session. */
static void he_has_a_session(void) {
    session_is_there();
    by.account.v = number("SELECT id FROM account WHERE login = 'w$u'");
    by.post.v = subject;
    by.session.v =
        number("SELECT max(id) FROM session WHERE account = (SELECT id FROM account WHERE login = 'w$u')");
}
static void he_has_two_posts(void) {
    he_has_a_session();
    does(ROLE_SECURITY_ADMIN, "post.give", "{\"login\":\"w$u\",\"role\":\"checker\"}");
    subject = answered("id");
}

static void plan_waits(void) {
    static const char *const gone[] = { "plan", "plan_grid", "plan_part", "plan_step" };
    for (size_t i = 0; i < COUNT(gone); i++) {
        snprintf(columns[4], sizeof columns[4], "DELETE FROM %s", gone[i]);
        testdb_exec(&city_db, columns[4]);
    }
    snprintf(columns[4], sizeof columns[4], "%s",
             testdb_ask(&city_db, "SELECT min(code) FROM area WHERE level = 1 AND state = 3"));
    does(ROLE_DUTY_LEAD, "plan.open", "{\"within\":\"$4\"}");
    subject = answered("id");
}

static void plan_is_drafted(void) {
    static const _Atomic bool never = false;
    PlanId solved;
    plan_waits();
    assert_ok(plan_solve_next(city, &never, &solved, &fa));
    assert_int_equal(solved.v, subject);
}
static void plan_has_a_step(void) {
    plan_is_drafted();
    does(ROLE_DUTY_LEAD, "plan.reason", "{\"id\":\"$0\",\"grid\":1,\"reason_text\":\"河道\"}");
}
static void plan_has_an_undone_step(void) {
    plan_has_a_step();
    does(ROLE_DUTY_LEAD, "plan.undo", "{\"id\":\"$0\",\"revision\":2}");
}

static void petition_is_there(void) {
    memcpy(columns[1], testdb_ask(&city_db, "SELECT min(id) FROM area WHERE level = 3"), 30);
    columns[1][strcspn(columns[1], "|;")] = 0;
    does(
        ROLE_DISPATCHER, "petition.receive",
        "{\"kind\":\"claim\",\"matter\":\"施工不完工\",\"material\":\"请看材料\",\"name\":\"张三\",\"contact\":"
        "\"13800000000\",\"area\":\"$1\"}");
    subject = answered("id");
}

static void petition_is_sealed(void) {
    petition_is_there();
    testdb_exec(&city_db, filled("UPDATE petition SET state = 12 WHERE id = $0"));
}

static void opening_is_asked(void) {
    petition_is_sealed();
    does(ROLE_DUTY_LEAD, "petition.unseal", "{\"id\":\"$0\",\"reason\":\"调卷\"}");
    subject = answered("id");
}

/* ---- the table ---- */

typedef struct Swept {
    const char *op;
    Role role;
    void (*ready)(void);
    const char *sql, *json;
    const char *elsewhere; /* the test that sweeps it, where it takes a ground of its own */
} Swept;

#define A_MICRO "SELECT min(id), max(id) FROM area WHERE level = 4 AND state = 3"
#define ROAD_POST "SELECT p.id FROM post p JOIN account a ON a.id = p.account WHERE a.login = 'road'"
#define FOLLOW "follow_test.c"
#define PUBLISH "publish_test.c each_call_of_a_publication"
static const Swept swept[] = {
    { "case.report", ROLE_PUBLIC, upload_public, NULL,
      "{\"text\":\"井盖破损，打13800000000\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\","
      "\"photos\":\"$a $b\"}",
      NULL },
    { "case.act", ROLE_HANDLER, case_is_in_hand, "SELECT revision FROM cases WHERE id = $0",
      "{\"id\":\"$0\",\"revision\":$1,\"act\":\"handle\",\"note\":\"已换，501室知道\",\"photos\":\"$a $b\"}",
      NULL },
    { "case.act", ROLE_SUPERVISOR, suspension_is_asked, "SELECT revision FROM cases WHERE id = $0",
      "{\"id\":\"$0\",\"revision\":$1,\"act\":\"suspend\",\"note\":\"同意\"}", NULL },
    { "case.act", ROLE_LEADER, case_is_contested,
      "SELECT c.revision, k.id, o.id FROM cases c, condition k, org o WHERE c.id = $0 AND k.code = '205-01' "
      "AND "
      "o.code = 'U3'",
      "{\"id\":\"$0\",\"revision\":$1,\"act\":\"adjudicate\",\"condition\":\"$2\",\"unit\":\"$3\",\"note\":"
      "\"裁定\"}",
      NULL },
    { "case.contact", ROLE_DISPATCHER, case_is_there, NULL, "{\"id\":\"$0\",\"reason\":\"回电\"}", NULL },
    { "case.mask", ROLE_DISPATCHER, case_is_there, NULL, "{\"id\":\"$0\",\"revision\":1,\"from\":0,\"to\":2}",
      NULL },
    { "case.unmask", ROLE_DISPATCHER, case_is_there, NULL,
      "{\"id\":\"$0\",\"revision\":1,\"number\":1,\"piece\":1,\"reason\":\"物业电话13800000001\"}", NULL },
    { "case.words", ROLE_DISPATCHER, case_is_there, NULL, "{\"id\":\"$0\",\"reason\":\"回电\"}", NULL },
    { "case.settle", ROLE_GRID_WORKER, upload_worker, "SELECT min(id) FROM condition WHERE code = '206-01'",
      "{\"text\":\"楼道堆物\",\"lon\":121.47,\"lat\":31.225,\"condition\":\"$1\",\"note\":\"当场清走\","
      "\"before\":\"$a\","
      "\"after\":\"$b\"}",
      NULL },
    { "case.rate", ROLE_PUBLIC, case_is_closed, NULL,
      "{\"code\":\"$x\",\"secret\":\"$y\",\"revision\":1,\"solved\":true,\"satisfaction\":5}", NULL },
    { "case.reopen", ROLE_PUBLIC, case_is_closed, NULL,
      "{\"code\":\"$x\",\"secret\":\"$y\",\"revision\":1,\"note\":\"又坏了\"}", NULL },
    { "export.ask", ROLE_DISPATCHER, NULL, NULL, "{\"reason\":\"月度分析\"}", NULL },
    { "export.approve", ROLE_DUTY_LEAD, export_is_asked, NULL, "{\"id\":\"$0\",\"reason\":\"同意\"}", NULL },
    { "export.take", ROLE_DISPATCHER, export_is_approved, NULL, "{\"id\":\"$0\"}", NULL },
    { "petition.receive", ROLE_DISPATCHER, NULL, "SELECT min(id) FROM area WHERE level = 3",
      "{\"kind\":\"claim\",\"matter\":\"施工不完工\",\"material\":\"请看材料\",\"name\":\"张三\",\"area\":\"$"
      "1\"}",
      NULL },
    { "petition.split", ROLE_DISPATCHER, petition_is_there, NULL,
      "{\"id\":\"$0\",\"revision\":1,\"kind\":\"suggestion\",\"matter\":\"加一盏灯\",\"material\":\"又一件\"}",
      NULL },
    { "petition.act", ROLE_DISPATCHER, petition_is_there, NULL,
      "{\"id\":\"$0\",\"revision\":1,\"act\":\"redirect\",\"road\":\"court\",\"note\":\"已在诉讼\"}", NULL },
    { "petition.person", ROLE_DISPATCHER, petition_is_there, NULL, "{\"id\":\"$0\",\"reason\":\"送达\"}",
      NULL },
    { "petition.material", ROLE_DISPATCHER, petition_is_there, NULL, "{\"id\":\"$0\",\"reason\":\"核查\"}",
      NULL },
    { "petition.unseal", ROLE_DUTY_LEAD, petition_is_sealed, NULL, "{\"id\":\"$0\",\"reason\":\"调卷\"}",
      NULL },
    { "petition.agree", ROLE_LEADER, opening_is_asked, NULL, "{\"id\":\"$0\"}", NULL },
    { "area.rename", ROLE_SYSTEM_ADMIN, NULL, A_MICRO,
      "{\"id\":\"$2\",\"name\":\"格$u\",\"day\":\"2026-12-01\"}", NULL },
    { "area.merge", ROLE_SYSTEM_ADMIN, NULL, NULL, NULL, FOLLOW " each_call_of_a_merge" },
    { "area.split", ROLE_SYSTEM_ADMIN, NULL, NULL, NULL, FOLLOW " each_call_of_a_split" },
    { "area.dissolve", ROLE_SYSTEM_ADMIN, NULL, NULL, NULL, FOLLOW " each_call_of_a_dissolution" },
    { "area.move", ROLE_SYSTEM_ADMIN, NULL, NULL, NULL, FOLLOW " each_call_of_a_move" },
    { "area.approve", ROLE_SYSTEM_ADMIN, rename_is_planned, NULL, "{\"id\":\"$0\"}", NULL },
    { "area.withdraw", ROLE_SYSTEM_ADMIN, rename_is_planned, NULL, "{\"id\":\"$0\"}", NULL },
    { "border.add", ROLE_SYSTEM_ADMIN, NULL, A_MICRO,
      "{\"name\":\"界河\",\"area\":\"$1\",\"since\":\"2026-01-01\",\"points\":[{\"lon\":121.47,\"lat\":31.2},{"
      "\"lon\":121.48,"
      "\"lat\":31.2}]}",
      NULL },
    { "place.alias_add", ROLE_SYSTEM_ADMIN, NULL, "SELECT min(id) FROM place",
      "{\"id\":\"$1\",\"name\":\"别名$u\"}", NULL },
    { "setting.put", ROLE_SYSTEM_ADMIN, NULL, NULL, "{\"name\":\"settle_photos\",\"value\":\"all\"}", NULL },
    { "org.add", ROLE_SYSTEM_ADMIN, NULL, "SELECT min(id) FROM area WHERE level = 3",
      "{\"code\":\"M$u\",\"name\":\"物业\",\"kind\":\"property_management\",\"area\":\"$1\"}", NULL },
    { "org.step", ROLE_SYSTEM_ADMIN, unit_is_there, NULL,
      "{\"id\":\"$0\",\"to\":\"dissolved\",\"day\":\"2026-12-01\"}", NULL },
    { "org.move", ROLE_SYSTEM_ADMIN, unit_is_there, "SELECT id FROM org WHERE code = 'U1'",
      "{\"id\":\"$0\",\"parent\":\"$1\",\"day\":\"2026-12-01\"}", NULL },
    { "org.change", ROLE_SYSTEM_ADMIN, unit_is_there, NULL,
      "{\"id\":\"$0\",\"name\":\"改名$u\",\"day\":\"2026-12-01\"}", NULL },
    { "org_count.put", ROLE_SYSTEM_ADMIN, party_is_there, NULL,
      "{\"id\":\"$0\",\"day\":\"2026-12-01\",\"members\":30}", NULL },
    { "serves.add", ROLE_SYSTEM_ADMIN, unit_is_there, NULL,
      "{\"unit\":\"$0\",\"matter\":\"205\",\"area\":\"$1\",\"since\":\"2026-01-01\"}", NULL },
    { "serves.end", ROLE_SYSTEM_ADMIN, duty_is_there, NULL, "{\"id\":\"$0\",\"until\":\"2026-12-31\"}", NULL },
    { "org_reason.put", ROLE_SYSTEM_ADMIN, NULL, "SELECT min(id) FROM area WHERE level = 3",
      "{\"area\":\"$1\",\"reason\":\"筹建中$u\"}", NULL },
    { "seat.add", ROLE_SYSTEM_ADMIN, NULL, A_MICRO,
      "{\"kind\":\"grid_worker\",\"area\":\"$1\",\"since\":\"2026-01-01\"}", NULL },
    { "seat.end", ROLE_SYSTEM_ADMIN, seat_is_there, NULL, "{\"id\":\"$0\",\"until\":\"2026-12-31\"}", NULL },
    { "seat.fill", ROLE_SECURITY_ADMIN, seat_is_there, NULL,
      "{\"id\":\"$0\",\"login\":\"grid\",\"since\":\"2026-12-01\"}", NULL },
    { "cover.add", ROLE_SYSTEM_ADMIN, party_is_there, NULL,
      "{\"place\":\"$1\",\"field\":\"independent_space\",\"org\":\"$0\",\"since\":\"2026-01-01\"}", NULL },
    { "cover.end", ROLE_SYSTEM_ADMIN, cover_is_there, NULL, "{\"id\":\"$0\",\"until\":\"2026-12-31\"}", NULL },
    { "notice.read", ROLE_HANDLER, case_is_dispatched,
      "SELECT max(id) FROM notice WHERE case_id = $0 AND kind = 4 AND tray = 2", "{\"id\":\"$1\"}", NULL },
    { "notice.read_all", ROLE_HANDLER, case_is_dispatched,
      "SELECT max(id) FROM notice WHERE case_id = $0 AND kind = 4 AND tray = 2", "{\"upto\":\"$1\"}", NULL },
    { "view.save", ROLE_DISPATCHER, NULL, NULL, "{\"name\":\"视图$u\",\"query\":\"state=filed\"}", NULL },
    { "view.remove", ROLE_DISPATCHER, view_is_there, NULL, "{\"id\":\"$0\"}", NULL },
    { "station.add", ROLE_SYSTEM_ADMIN, NULL, "SELECT min(id) FROM place",
      "{\"place\":\"$1\",\"kind\":\"canteen\",\"name\":\"食堂$u\",\"hours\":\"每日 "
      "10:30–13:00\",\"services\":\"助餐\"}",
      NULL },
    { "station.change", ROLE_SYSTEM_ADMIN, station_is_there, NULL, "{\"id\":\"$0\",\"name\":\"改名$u\"}",
      NULL },
    { "station.end", ROLE_SYSTEM_ADMIN, station_is_there, NULL, "{\"id\":\"$0\",\"until\":\"2026-12-31\"}",
      NULL },
    { "plan.open", ROLE_DUTY_LEAD, NULL, "SELECT min(code) FROM area WHERE level = 1 AND state = 3",
      "{\"within\":\"$1\",\"note\":\"试算$u\"}", NULL },
    { "plan.cancel", ROLE_DUTY_LEAD, plan_waits, NULL, "{\"id\":\"$0\"}", NULL },
    { "visit_round.plan", ROLE_GRID_WORKER, round_ends, "SELECT min(area) FROM place WHERE until IS NULL",
      "{\"area\":\"$1\",\"name\":\"走访\",\"since\":\"2026-12-01\",\"until\":\"2026-12-31\"}", NULL },
    { "visit_round.end", ROLE_GRID_WORKER, round_of_micro, NULL, "{\"id\":\"$0\"}", NULL },
    { "visit.put", ROLE_GRID_WORKER, round_of_micro, "SELECT min(place) FROM visit_stop WHERE round = $0",
      "{\"round\":\"$0\",\"place\":\"$1\",\"outcome\":\"refused\",\"door\":\"$u-6\",\"note\":\"x\"}", NULL },
    { "no_visit.add", ROLE_GRID_WORKER, NULL, "SELECT min(id) FROM place WHERE until IS NULL",
      "{\"place\":\"$1\",\"door\":\"$u-7\"}", NULL },
    { "no_visit.end", ROLE_GRID_WORKER, door_refuses, NULL, "{\"id\":\"$0\"}", NULL },
    { "stool_session.plan", ROLE_GRID_WORKER, NULL, "SELECT max(id) FROM place WHERE until IS NULL",
      "{\"place\":\"$1\",\"day\":\"2026-12-01\",\"half\":\"evening\"}", NULL },
    { "stool_session.cancel", ROLE_GRID_WORKER, session_is_planned, NULL, "{\"id\":\"$0\"}", NULL },
    { "matter.raise", ROLE_GRID_WORKER, session_and_photos, NULL,
      "{\"session\":\"$0\",\"text\":\"楼道灯不亮，打13800000000\",\"photos\":\"$a $b\"}", NULL },
    { "matter.settle", ROLE_GRID_WORKER, session_and_photos,
      "SELECT min(id) FROM condition WHERE code = '206-01'",
      "{\"session\":\"$0\",\"text\":\"楼道堆物\",\"condition\":\"$1\",\"note\":\"当场清走\",\"before\":\"$a\","
      "\"after\":\"$b\"}",
      NULL },
    { "plan.move", ROLE_DUTY_LEAD, plan_is_drafted, NULL,
      "{\"id\":\"$0\",\"to\":0,\"revision\":1,\"units\":[{\"n\":0}]}", NULL },
    { "plan.reason", ROLE_DUTY_LEAD, plan_is_drafted, NULL,
      "{\"id\":\"$0\",\"grid\":1,\"reason_text\":\"河道\"}", NULL },
    { "plan.rename", ROLE_DUTY_LEAD, plan_is_drafted, NULL, "{\"id\":\"$0\",\"grid\":1,\"name\":\"新名\"}",
      NULL },
    { "plan.undo", ROLE_DUTY_LEAD, plan_has_a_step, NULL, "{\"id\":\"$0\",\"revision\":2}", NULL },
    { "plan.redo", ROLE_DUTY_LEAD, plan_has_an_undone_step, NULL, "{\"id\":\"$0\",\"revision\":3}", NULL },
    { "plan.propose", ROLE_DUTY_LEAD, NULL, NULL, NULL, PUBLISH },
    { "plan.approve", ROLE_LEADER, NULL, NULL, NULL, PUBLISH },
    { "plan.publish", ROLE_LEADER, NULL, NULL, NULL, PUBLISH },
    { "plan.withdraw", ROLE_DUTY_LEAD, NULL, NULL, NULL, PUBLISH },
    { "app_key.add", ROLE_SYSTEM_ADMIN, NULL, NULL, "{\"title\":\"x\"}", NULL },
    { "app_key.end", ROLE_SYSTEM_ADMIN, app_is_there, NULL, "{\"id\":\"$0\"}", NULL },
    { "open311.post", ROLE_PUBLIC, app_is_there, NULL,
      "{\"service_code\":\"206\",\"lat\":31.225,\"lon\":121.47,\"description\":\"打13800000000\","
      "\"phone\":\"13800000000\"}",
      NULL },
    { "open311.add_update", ROLE_PUBLIC, app_has_reported, NULL,
      "{\"service_request_id\":\"$0\",\"update_id\":\"u-$u\",\"status\":\"OPEN\",\"updated_datetime\":"
      "1796086800000,"
      "\"description\":\"打13800000000\"}",
      NULL },
    { "subscription.add", ROLE_SYSTEM_ADMIN, NULL, NULL,
      "{\"title\":\"x\",\"url\":\"https://a.example/\",\"events\":\"closed\"}", NULL },
    { "subscription.change", ROLE_SYSTEM_ADMIN, subscription_is_there, NULL,
      "{\"id\":\"$0\",\"title\":\"改\",\"active\":false}", NULL },
    { "subscription.renew", ROLE_SYSTEM_ADMIN, subscription_is_there, NULL, "{\"id\":\"$0\"}", NULL },
    { "delivery.again", ROLE_SYSTEM_ADMIN, delivery_has_failed, NULL, "{\"id\":\"$0\"}", NULL },
    { "photo.add", ROLE_PUBLIC, NULL, NULL, NULL, NULL },
    { "photo.open", ROLE_DISPATCHER, photo_is_there, NULL, "{\"id\":\"$0\"}", NULL },
    { "photo.cover_up", ROLE_DISPATCHER, photo_is_there, NULL,
      "{\"id\":\"$0\",\"boxes\":[{\"x\":0,\"y\":0,\"w\":5000,\"h\":5000}]}", NULL },
    { "photo.release", ROLE_DISPATCHER, photo_is_covered, NULL, "{\"id\":\"$0\",\"released\":true}", NULL },
    { "shift.plan", ROLE_DUTY_LEAD, NULL, ROAD_POST,
      "{\"post\":\"$1\",\"begins\":1896086800000,\"ends\":1896090400000}", NULL },
    { "shift.change", ROLE_DUTY_LEAD, shift_is_planned, "SELECT ends_ms + 60000 FROM shift WHERE id = $0",
      "{\"id\":\"$0\",\"ends\":$1}", NULL },
    { "shift.cancel", ROLE_DUTY_LEAD, shift_is_planned, NULL, "{\"id\":\"$0\"}", NULL },
    { "shift.copy_week", ROLE_DUTY_LEAD, week_is_planned, NULL,
      "{\"monday\":\"2026-11-30\",\"to_monday\":\"2026-12-14\"}", NULL },
    { "handover.give", ROLE_DISPATCHER, NULL, NULL, "{\"note\":\"煤气公司已在路上\"}", NULL },
    { "handover.take", ROLE_DISPATCHER, handover_is_given, NULL, "{\"id\":\"$0\"}", NULL },
    { "session.open", ROLE_PUBLIC, account_is_there, NULL,
      "{\"login\":\"w$u\",\"password\":\"a password of the watch\",\"new_password\":\"another password of "
      "it\"}",
      NULL },
    { "session.close", ROLE_DISPATCHER, he_has_a_session, NULL, "{}", NULL },
    { "session.act_as", ROLE_DISPATCHER, he_has_two_posts, NULL, "{\"post\":\"$0\"}", NULL },
    { "account.add", ROLE_SYSTEM_ADMIN, NULL, NULL,
      "{\"login\":\"n$u\",\"title\":\"李四\",\"password\":\"a password of the watch\"}", NULL },
    { "account.password", ROLE_SYSTEM_ADMIN, account_is_there, NULL,
      "{\"login\":\"w$u\",\"password\":\"one more password\"}", NULL },
    { "post.give", ROLE_SECURITY_ADMIN, account_is_there, NULL, "{\"login\":\"w$u\",\"role\":\"checker\"}",
      NULL },
    { "post.end", ROLE_SECURITY_ADMIN, account_is_there, NULL, "{\"id\":\"$0\"}", NULL },
    { "session.revoke", ROLE_SECURITY_ADMIN, session_is_there, NULL, "{\"login\":\"w$u\"}", NULL },
};

static const Swept *row_of(const char *op) {
    for (size_t i = 0; i < COUNT(swept); i++)
        if (strcmp(swept[i].op, op) == 0)
            return &swept[i];
    return NULL;
}

/* ---- what is there ---- */

static char tables[64][40];
static size_t n_tables;
static char everything[64 * 60];

static Err name_table(void *ctx, const char *const *column, int n, Fault *f) {
    (void)ctx, (void)n, (void)f;
    if (n_tables < COUNT(tables) && strcmp(column[0], "lease") != 0 && strncmp(column[0], "sqlite_", 7) != 0)
        snprintf(tables[n_tables++], sizeof tables[0], "%s", column[0]);
    return OK;
}

static Err add_row(void *ctx, const char *const *column, int n, Fault *f) {
    static char room[1 << 20];
    Buf b = { room, 0, sizeof room, false, 0 };
    uint8_t hash[32];
    uint64_t some;

    (void)f;
    for (int i = 0; i < n; i++)
        buf_fmt(&b, "%s|", column[i] ? column[i] : "NULL");
    hash_32("row", NULL, buf_view(&b), hash);
    memcpy(&some, hash, sizeof some);
    *(uint64_t *)ctx += some; /* in whatever order */
    return OK;
}

static Err read_all(Tx *tx, void *arg, Fault *f) {
    char sql[80];
    size_t at = 0;

    (void)arg;
    if (!n_tables)
        TRY(tx_ask(tx,
                   dialect == SQLITE
                       ? "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                       : "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
                   NULL, 0, name_table, NULL, NULL, f));
    for (size_t i = 0; i < n_tables; i++) {
        uint64_t sum = 0;
        snprintf(sql, sizeof sql, "SELECT * FROM %.39s", tables[i]);
        TRY(tx_ask(tx, sql, NULL, 0, add_row, &sum, NULL, f));
        at += (size_t)snprintf(everything + at, sizeof everything - at, "%s %llx\n", tables[i],
                               (unsigned long long)sum);
    }
    return OK;
}

static void look(char *ret) {
    assert_ok(store_read(city, -1, read_all, NULL, &fa));
    memcpy(ret, everything, sizeof everything);
}

/* The first table that differs. */
static const char *differs(const char *x, const char *y) {
    static char name[44];
    while (*x && strncmp(x, y, strcspn(x, "\n")) == 0) {
        x += strcspn(x, "\n") + 1;
        y += strcspn(y, "\n") + 1;
    }
    memcpy(name, x, sizeof name - 1);
    name[strcspn(name, " \n")] = 0;
    return name;
}

/* ---- the sweep ---- */

static void get_ready(const Swept *w) {
    unique++;
    by = actor_of(w->role);
    if (w->ready)
        w->ready();
    if (strcmp(w->op, "handover.take") == 0)
        by.account.v++; /* another person of the same post */
    if (!w->sql)
        return;
    const char *got = testdb_ask(&city_db, filled(w->sql));
    for (int i = 1; i < 5; i++) {
        size_t n = strcspn(got, "|;\n");
        snprintf(columns[i], sizeof columns[i], "%.*s", (int)n, got);
        got += n + (got[n] == '|');
    }
}

static Err try(const Swept *w) {
    char key[40];
    snprintf(key, sizeof key, "sweep-of-ops-%d", unique);
    return w->json ? call_keyed(w->op, &by, filled(w->json), key) : send_photo(&by, key);
}

static void sweep(const Swept *w) {
    static char before[sizeof everything], after[sizeof everything];
    long failed = 0, n = 1;

    get_ready(w);
    look(before);
    for (;; n++) {
        watch_reset();
        watch.fail_call = n;
        Err e = try(w);
        bool reached = watch.calls >= n;
        watch_reset();
        look(after);
        bool same = strcmp(before, after) == 0;
        if (e == OK && same)
            fail_msg("%s, call %ld: OK, and nothing is there", w->op, n);
        if (e == OK && !reached)
            break;
        if (e == OK) { /* what failed did not matter: once more from the start for the next */
            get_ready(w);
            look(before);
            continue;
        }
        failed++;
        if (e != ERR_STORE || !*fa.zh || !*fa.en || !*fa.key)
            fail_msg("%s, call %ld: %s [%s] %s %s", w->op, n, err_name(e), fa.key, fa.field, fa.en);
        if (!same)
            fail_msg("%s, call %ld failed, and %s is not as it was", w->op, n, differs(before, after));
    }
    if (failed < 4)
        fail_msg("%s: only %ld calls failed", w->op, failed);
    print_message("%s: %ld calls of the store failed\n", w->op, failed);
}

static void test_every_write(void **state) {
    (void)state;
    for (size_t i = 0; i < ops_count; i++) {
        if (ops[i].does != READ && !row_of(ops[i].name))
            fail_msg("%s writes and is not swept: it needs a row", ops[i].name);
    }
    for (size_t i = 0; i < COUNT(swept); i++)
        if (!swept[i].elsewhere)
            sweep(&swept[i]);
}

/* No row for what is gone, and those that point elsewhere point at something. */
static void test_rows(void **state) {
    char path[400], words[80];
    static char text[1 << 16];
    (void)state;
    for (size_t i = 0; i < COUNT(swept); i++) {
        const Op *op = op_named(str(swept[i].op));
        assert_true(op && op->does != READ);
        if (!swept[i].elsewhere)
            continue;
        snprintf(path, sizeof path, "%s/tests/api/%.*s", getenv("JW_SOURCE"),
                 (int)strcspn(swept[i].elsewhere, " "), swept[i].elsewhere);
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        text[fread(text, 1, sizeof text - 1, f)] = 0;
        fclose(f);
        snprintf(words, sizeof words, "static void%s(", strchr(swept[i].elsewhere, ' '));
        if (!strstr(text, words))
            fail_msg("%s: no %s", swept[i].op, swept[i].elsewhere);
    }
}

static const char *const emptied[] = { "DELETE FROM cases", "DELETE FROM case_event", "DELETE FROM reporter",
                                       "DELETE FROM notice" };

static int set_up(void **state) {
    (void)state;
    clock_stop(begun);
    n_tables = 0;
    city_open(dialect, true);
    for (size_t i = 0; i < COUNT(emptied); i++) /* an export would take a call or more for each case */
        testdb_exec(&city_db, emptied[i]);
    watch_begin(city);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    clock_stop(0);
    return 0;
}

static int run_on(Dialect d) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows),
                                               cmocka_unit_test(test_every_write) };
    dialect = d;
    return cmocka_run_group_tests_name(d == SQLITE ? "every write, SQLite" : "every write, PostgreSQL", tests,
                                       set_up, tear_down);
}

int main(void) {
    char path[400];
    photo_reader_use(getenv("JW_BINARY"));
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/photo/a.jpg", getenv("JW_SOURCE"));
    FILE *in = fopen(path, "rb");
    photo_n = in ? fread(photo, 1, sizeof photo, in) : 0;
    if (in)
        fclose(in);
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
