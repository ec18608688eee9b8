/* serve_kill_test – kill -9 at any moment loses nothing that was acknowledged.
 *
 * Clients post reports with client keys on connections of their own and note what was
 * answered. While they do, the server is killed at a moment that a seed decides, and
 * started again on the same directory. Then every acknowledged case is there with its
 * exact text, what was not acknowledged is sent again under its key, nothing is
 * doubled, and `jingwei check` finds nothing wrong. With --torture it goes on for many
 * lives, and PostgreSQL is stopped in the middle of some as well. */
#include "server.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CLIENTS = 6, SENT_MAX = 4000 };

typedef struct Sent {
    char text[400], code[24], secret[24];
    bool acknowledged;
    int found; /* in the list of all cases, at the end */
} Sent;

typedef struct Client {
    int number;
    uint32_t state; /* of its generator */
    Sent sent[SENT_MAX];
    size_t n;
    bool wrong; /* the same key gave another case */
} Client;

static TestServer s;
static Dialect dialect;
static Client clients[CLIENTS];
static _Atomic bool over; /* the server of this life is gone */
static _Atomic long acknowledged;
static int lives = 4;
static bool torture;

static uint32_t draw(uint32_t *state, uint32_t below) { /* xorshift32, Marsaglia 2003 */
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state % below;
}

/* ---- a client ---- */

static void compose(Client *c, Sent *to) {
    int n = snprintf(to->text, sizeof to->text, "<%d/%zu> 井盖破损 😀 ", c->number, c->n);
    for (uint32_t more = draw(&c->state, 100); more; more--)
        n += snprintf(to->text + n, sizeof to->text - (size_t)n, "漏");
}

static bool take_receipt(Client *c, Sent *of, const Reply *r) {
    char code[24], secret[24];
    const char *p = strstr(r->body, "\"code\":\""), *q = strstr(r->body, "\"secret\":\"");

    if (!p || !q || sscanf(p + 8, "%23[^\"]", code) != 1 || sscanf(q + 10, "%23[^\"]", secret) != 1)
        return false;
    if (of->acknowledged && (strcmp(of->code, code) != 0 || strcmp(of->secret, secret) != 0))
        c->wrong = true;
    memcpy(of->code, code, sizeof code);
    memcpy(of->secret, secret, sizeof secret);
    if (!of->acknowledged)
        acknowledged++;
    of->acknowledged = true;
    return true;
}

/* One attempt; false: no answer that counts. */
static bool post(Client *c, int *fd, Sent *one) {
    char body[500], text[900];

    *fd = *fd >= 0 ? *fd : wire_try_connect(s.port);
    if (*fd < 0)
        return false;
    int n = snprintf(body, sizeof body,
                     "{\"text\":\"%s\",\"lon\":121.47,\"lat\":31.225,\"contact\":\"13800000000\"}", one->text);
    int all = snprintf(text, sizeof text,
                       "POST /api/1/cases HTTP/1.1\r\nHost: h\r\nClient-Key: kill-%d-%td-test\r\n"
                       "Content-Length: %d\r\n\r\n%s",
                       c->number, one - c->sent, n, body);
    if (wire_try_send(*fd, text, (size_t)all)) {
        Reply r = wire_reply(*fd);
        if (r.status == 200 && take_receipt(c, one, &r))
            return true;
    }
    close(*fd);
    *fd = -1;
    return false;
}

/* First what had no answer in the life before, then ever more; some twice. */
static void *run_client(void *arg) {
    Client *c = arg;
    int fd = -1;

    for (size_t i = 0; i < SENT_MAX && !over; i += c->sent[i].acknowledged) {
        if (i == c->n) {
            compose(c, &c->sent[i]);
            c->n++;
        }
        bool again = c->sent[i].acknowledged && draw(&c->state, 8) == 0;
        if (!c->sent[i].acknowledged || again)
            post(c, &fd, &c->sent[i]);
        if (i + 1 == c->n && c->sent[i].acknowledged && draw(&c->state, 8) == 0)
            post(c, &fd, &c->sent[i]);
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* ---- a life ---- */

static void wait_for(long how_many) {
    long until = acknowledged + how_many;
    for (int i = 0; acknowledged < until && i < 20000; i++)
        poll(NULL, 0, 1);
    assert_true(acknowledged >= until);
}

static void ctl(const char *what) {
    char command[600];
    snprintf(command, sizeof command, "'%s' %s >/dev/null 2>&1 </dev/null", getenv("JW_TEST_PGCTL"), what);
    assert_int_equal(system(command), 0);
}

static void one_life(int life, uint32_t *seed) {
    pthread_t threads[CLIENTS];

    over = false;
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_client, &clients[i]), 0);
    wait_for(1 + (long)draw(seed, 150));
    if (dialect == POSTGRES && torture && life % 3 == 0) {
        ctl("kill"); /* pg_ctl stop -m immediate */
        ctl("start");
        wait_for(1 + (long)draw(seed, 50));
    }
    poll(NULL, 0, (int)draw(seed, 4)); /* not always just after an answer */
    server_kill(&s);
    over = true;
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
}

/* ---- what is there ---- */

static void assert_tracked(const Sent *one) {
    char path[100], body[100], text[500];
    snprintf(path, sizeof path, "/api/1/track/%s", one->code);
    snprintf(body, sizeof body, "{\"secret\":\"%s\"}", one->secret);
    snprintf(text, sizeof text, "\"text\":\"%s\"", one->text);
    Reply r = server_ask(&s, "POST", path, "", body);
    if (r.status != 200 || !strstr(r.body, text))
        fail_msg("acknowledged and lost: %s: %d %.300s", one->text, r.status, r.body);
}

static void assert_acknowledged(size_t from[CLIENTS]) {
    for (int i = 0; i < CLIENTS; i++) {
        assert_false(clients[i].wrong);
        for (; from[i] < clients[i].n; from[i]++)
            if (clients[i].sent[from[i]].acknowledged)
                assert_tracked(&clients[i].sent[from[i]]);
            else
                break; /* sent again in the next life */
    }
}

/* Walks the list of all cases and counts how often each text is in it. */
static void count_all(void) {
    char path[100] = "/api/1/cases?limit=100", last[32] = "";
    for (;;) {
        Reply r = server_get(&s, path);
        assert_int_equal(r.status, 200);
        int number;
        size_t at;
        for (char *p = r.body; (p = strstr(p, "\"text\":\"<")) != NULL; p++) {
            assert_int_equal(sscanf(p, "\"text\":\"<%d/%zu>", &number, &at), 2);
            clients[number].sent[at].found++;
        }
        last[0] = 0;
        for (char *p = r.body; (p = strstr(p, "{\"id\":\"")) != NULL; p++)
            assert_int_equal(sscanf(p, "{\"id\":\"%31[0-9]", last), 1);
        if (!*last)
            return;
        snprintf(path, sizeof path, "/api/1/cases?limit=100&before=%s", last);
    }
}

static void assert_none_doubled(void) {
    size_t sent = 0, open = 0;
    count_all();
    for (int i = 0; i < CLIENTS; i++)
        for (size_t j = 0; j < clients[i].n; j++) {
            const Sent *one = &clients[i].sent[j];
            if (one->found > 1 || (one->acknowledged && one->found != 1))
                fail_msg("%s is there %d times", one->text, one->found);
            sent++;
            open += !one->acknowledged;
        }
    print_message("%d kills, %zu sent, %zu acknowledged, all there once\n", lives, sent, sent - open);
}

static void test_kill(void **state) {
    const char *given = getenv("JW_SEED");
    uint32_t seed = given ? (uint32_t)strtoul(given, NULL, 10) : 20260101;
    size_t checked[CLIENTS] = { 0 };
    (void)state;
    print_message("seed %u (JW_SEED)\n", seed);
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = (Client){ .number = i, .state = seed + (uint32_t)i * 7919 + 1 };
    server_start(&s, NULL);
    server_sign_in(&s, "dispatch");
    for (int life = 0; life < lives; life++) {
        one_life(life, &seed);
        Said said = server_command(&s, (const char *const[]){ "check", NULL });
        assert_said(&said, 0, "", "");
        server_start(&s, NULL);
        assert_acknowledged(checked);
    }
    assert_none_doubled();
}

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = { cmocka_unit_test(test_kill) };
    torture = argc > 1 && strcmp(argv[1], "--torture") == 0;
    dialect = SQLITE;
    lives = torture ? 60 : 4;
    int failed = cmocka_run_group_tests_name("kill -9, SQLite", tests, make, drop);
    if (!testdb_has(POSTGRES))
        return failed;
    dialect = POSTGRES;
    lives = torture ? 30 : 2;
    return failed + cmocka_run_group_tests_name("kill -9, PostgreSQL", tests, make, drop);
}
