/* bench/steps – steps per second through HTTP, in a city with 100,000 open cases: 64
 * kept-alive connections, on each of which whole cases are carried from report to
 * rating by signed-in persons, every step by who may take it, with the reads that a
 * page makes between (desk, list, case, history). One case in ten fails its check and
 * is handled again. Prints steps a second, and for each operation how often, how long
 * at the median, the 99th percentile and at most, and what it costs the server.
 *
 *   bench_steps PROGRAM DIRECTORY [SECONDS, default 20] [OPEN CASES, default 100000]
 *   bench_steps PROGRAM DIRECTORY day [CASES, default 100000]
 *
 * The second is a city's day: it begins with no open case but the demo's, and goes on until
 * so many are carried to their rating.
 *
 * An answer that is not 200 ends it: what is measured are steps that were taken. */
#include "city.h"
#include "load.h"
#include "stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 64, SESSIONS = 4, SAMPLES_MAX = 1 << 20, FAILS = 10, DAY_SECONDS_MAX = 7200 };
static const double warm_s = 3;

/* ---- the course of a case ---- */

typedef enum Who { REPORTER, GRID, DISPATCHER, HANDLER, CHECKER, CALLER, WHO_COUNT } Who;
static const char *const logins[WHO_COUNT] = {
    [GRID] = "grid", [DISPATCHER] = "dispatch", [CHECKER] = "check", [CALLER] = "call"
};

typedef enum Ask { ASK_REPORT, ASK_ACT, ASK_GET, ASK_CASE, ASK_VIEW, ASK_TRACK, ASK_RATE } Ask;

typedef struct Turn {
    const char *name; /* turns of one name are one operation */
    Who who;
    Ask ask;
    const char *what; /* ASK_ACT: the step, ASK_GET: the path */
    bool fails;       /* only where the check failed */
} Turn;

static const Turn course[] = {
    { "case.report", GRID, ASK_REPORT, NULL, false },
    { "desk.get", DISPATCHER, ASK_GET, "/api/1/desk", false },
    { "case.list, reported", DISPATCHER, ASK_GET, "/api/1/cases?state=reported&limit=20", false },
    { "case.get", DISPATCHER, ASK_CASE, NULL, false },
    { "case.act, accept", DISPATCHER, ASK_ACT, "\"act\":\"accept\"", false },
    { "case.act, file", DISPATCHER, ASK_ACT, "\"act\":\"file\",\"condition\":\"%s\"", false },
    { "case.view", DISPATCHER, ASK_VIEW, NULL, false },
    { "case.act, dispatch", DISPATCHER, ASK_ACT, "\"act\":\"dispatch\",\"unit\":\"%s\"", false },
    { "desk.get, a unit's", HANDLER, ASK_GET, "/api/1/desk", false },
    { "case.list, a unit's to do", HANDLER, ASK_GET, "/api/1/cases?todo=true&by_due=true&limit=20", false },
    { "case.get", HANDLER, ASK_CASE, NULL, false },
    { "case.act, take", HANDLER, ASK_ACT, "\"act\":\"take\"", false },
    { "case.act, handle", HANDLER, ASK_ACT, "\"act\":\"handle\",\"note\":\"已更换灯泡，现场恢复照明\"", false },
    { "case.act, fail", CHECKER, ASK_ACT, "\"act\":\"fail\",\"note\":\"晚间仍不亮，请再处理\"", true },
    { "case.act, handle", HANDLER, ASK_ACT, "\"act\":\"handle\",\"note\":\"已更换镇流器\"", true },
    { "case.list, handled", CHECKER, ASK_GET, "/api/1/cases?state=handled&limit=20", false },
    { "case.view", CHECKER, ASK_VIEW, NULL, false },
    { "case.act, pass", CHECKER, ASK_ACT, "\"act\":\"pass\"", false },
    { "case.act, feedback", CALLER, ASK_ACT, "\"act\":\"feedback\",\"note\":\"已电话告知\",\"answered\":true",
      false },
    { "case.act, close", CALLER, ASK_ACT, "\"act\":\"close\",\"close_kind\":\"solved\"", false },
    { "case.track_more", REPORTER, ASK_TRACK, NULL, false },
    { "case.rate", REPORTER, ASK_RATE, NULL, false },
};
enum { TURNS = COUNT(course) };

static bool is_step(Ask a) { return a == ASK_REPORT || a == ASK_ACT || a == ASK_RATE; }

/* ---- a connection, and the case it carries ---- */

typedef struct Walk {
    size_t at; /* the turn that was asked */
    int64_t number;
    char id[24], code[32], secret[32], revision[12], unit[24];
} Walk;

typedef struct Timed {
    long n;
    float ms[SAMPLES_MAX];
} Timed;

typedef struct Bench {
    Stock stock;
    char cookie[WHO_COUNT][SESSIONS][128], handler[STOCK_MAX][128];
    Walk walks[CONNECTIONS];
    Timed timed[TURNS];                 /* by the first turn of its name */
    int64_t reports, writes, done, day; /* the day ends with so many done; 0: by the seconds */
    bool counts;                        /* warm by now */
} Bench;

static void take(const char *answer, const char *name, char *ret, size_t size) {
    const char *at = strstr(load_body(answer), name);

    if (!at) {
        fprintf(stderr, "no %s in %s\n", name, answer);
        exit(1);
    }
    at += strlen(name);
    snprintf(ret, size, "%.*s", (int)strcspn(at, "\",}"), at);
}

/* What the answer says that a later turn needs. */
static void learn(Walk *w, const Turn *t, const char *answer) {
    if (t->ask == ASK_REPORT) {
        take(answer, "\"id\":\"", w->id, sizeof w->id);
        take(answer, "\"code\":\"", w->code, sizeof w->code);
        take(answer, "\"secret\":\"", w->secret, sizeof w->secret);
    } else if (t->ask == ASK_CASE || t->ask == ASK_ACT || t->ask == ASK_VIEW)
        take(answer, "\"revision\":", w->revision, sizeof w->revision);
    if (t->ask == ASK_VIEW && t->who == DISPATCHER)
        take(answer, "\"proposed\":\"", w->unit, sizeof w->unit);
}

static size_t first_of(size_t turn) {
    size_t i = 0;
    while (strcmp(course[i].name, course[turn].name) != 0)
        i++;
    return i;
}

static void next_turn(Bench *b, Walk *w) {
    do
        w->at = (w->at + 1) % TURNS;
    while (course[w->at].fails && w->number % FAILS != 0);
    if (w->at == 0)
        w->number = b->reports++;
}

/* ---- requests ---- */

static const char *handler_of(const Bench *b, const char *unit) {
    for (int i = 0; i < b->stock.n_handlers; i++)
        if (strcmp(b->stock.unit[i], unit) == 0)
            return b->handler[i];
    fprintf(stderr, "nobody handles for unit %s\n", unit);
    exit(1);
}

static void put_head(const Bench *b, const Walk *w, const Turn *t, int connection, Buf *to) {
    if (t->who == REPORTER)
        return;
    buf_fmt(to, "Cookie: jingwei=%s\r\n",
            t->who == HANDLER ? handler_of(b, w->unit) : b->cookie[t->who][connection % SESSIONS]);
}

static void put_get(const Bench *b, const Walk *w, const Turn *t, int connection, Buf *to) {
    if (t->ask == ASK_GET)
        buf_fmt(to, "GET %s", t->what);
    else
        buf_fmt(to, "GET /api/1/cases/%s%s", w->id, t->ask == ASK_VIEW ? "/view" : "");
    buf_str(to, " HTTP/1.1\r\n" BENCH_HEADERS);
    put_head(b, w, t, connection, to);
    buf_str(to, "\r\n");
}

static void put_report(const Bench *b, const Walk *w, Buf *body) {
    const Stock *s = &b->stock;

    buf_fmt(body,
            "{\"text\":\"五号楼东侧的路灯不亮，晚上出入看不清台阶，请来看看。编号 "
            "%lld\",\"spot\":\"五号楼东侧\",%s,"
            "\"category\":\"%s\",\"source\":\"worker\",\"name\":\"张三\",\"contact\":\"13800000000\"}",
            (long long)w->number, s->point[w->number % s->n_points], s->category[w->number % s->n_conditions]);
}

static void put_act(const Bench *b, const Walk *w, const Turn *t, Buf *body) {
    bool files = strstr(t->what, "condition") != NULL;

    buf_fmt(body, "{\"revision\":%s,", w->revision);
    buf_fmt(body, t->what, files ? b->stock.condition[w->number % b->stock.n_conditions] : w->unit);
    buf_str(body, "}");
}

static void put_post(Bench *b, const Walk *w, const Turn *t, int connection, Buf *to) {
    char room[1024];
    Buf body = { room, 0, sizeof room, false, 0 };

    switch (t->ask) {
    case ASK_REPORT: put_report(b, w, &body); break;
    case ASK_ACT: put_act(b, w, t, &body); break;
    case ASK_RATE:
        buf_fmt(&body, "{\"secret\":\"%s\",\"revision\":%s,\"solved\":true,\"satisfaction\":5}", w->secret,
                w->revision);
        break;
    default: buf_fmt(&body, "{\"secret\":\"%s\"}", w->secret);
    }
    if (t->ask == ASK_REPORT)
        buf_str(to, "POST /api/1/cases");
    else if (t->ask == ASK_ACT)
        buf_fmt(to, "POST /api/1/cases/%s/steps", w->id);
    else
        buf_fmt(to, "POST /api/1/track/%s%s", w->code, t->ask == ASK_RATE ? "/rating" : "");
    buf_str(to, " HTTP/1.1\r\n" BENCH_HEADERS "X-Jingwei: 1\r\nContent-Type: application/json\r\n");
    put_head(b, w, t, connection, to);
    if (is_step(t->ask))
        buf_fmt(to, "Client-Key: steps-%016llx\r\n", (unsigned long long)b->writes++ * 0x9E3779B97F4A7C15u);
    buf_fmt(to, "Content-Length: %zu\r\n\r\n", body.n);
    buf_put(to, body.p, body.n);
}

static void count(Bench *b, size_t turn, double ms) {
    Timed *t = &b->timed[first_of(turn)];

    if (b->counts && t->n < SAMPLES_MAX)
        t->ms[t->n++] = (float)ms;
}

static void follow(void *ctx, int connection, const char *answer, double ms, Buf *to) {
    Bench *b = ctx;
    Walk *w = &b->walks[connection];

    if (answer) {
        learn(w, &course[w->at], answer);
        count(b, w->at, ms);
        b->done += b->counts && w->at == TURNS - 1;
    } else
        w->at = TURNS - 1; /* whatever it carried before: a new case */
    next_turn(b, w);
    const Turn *t = &course[w->at];
    if (t->ask == ASK_GET || t->ask == ASK_CASE || t->ask == ASK_VIEW)
        put_get(b, w, t, connection, to);
    else
        put_post(b, w, t, connection, to);
}

static bool day_over(void *ctx) {
    const Bench *b = ctx;
    return b->day && b->done >= b->day;
}

/* ---- the table ---- */

static int by_size(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void report(Bench *b, const LoadResult *r, double cpu_s) {
    char room[8192];
    Buf json = { room, 0, sizeof room, false, 0 };
    long steps = 0, reads = 0;
    bool first = true;

    for (size_t i = 0; i < TURNS; i++)
        *(is_step(course[i].ask) ? &steps : &reads) += b->timed[i].n;
    if (b->day)
        printf("%lld cases from report to rating\n", (long long)b->done);
    printf("%ld open cases, %d connections, %.0f s: %.0f steps and %.0f reads a second\n", b->stock.open,
           CONNECTIONS, r->seconds, (double)steps / r->seconds, (double)reads / r->seconds);
    printf("the server %.0f µs of processor a request, the generator %.0f\n\n",
           cpu_s * 1e6 / (double)r->answers, r->cpu_s * 1e6 / (double)r->answers);
    printf("%-28s %9s %9s %9s %9s %9s\n", "operation", "times", "per s", "p50 ms", "p99 ms", "most ms");
    buf_fmt(&json,
            "{\"bench\":\"steps\",\"open\":%ld,\"connections\":%d,\"seconds\":%.1f,\"steps_per_s\":%.0f,",
            b->stock.open, CONNECTIONS, r->seconds, (double)steps / r->seconds);
    buf_fmt(&json, "\"reads_per_s\":%.0f,\"cpu_us\":%.1f,\"generator_us\":%.1f,\"operations\":[",
            (double)reads / r->seconds, cpu_s * 1e6 / (double)r->answers, r->cpu_s * 1e6 / (double)r->answers);
    for (size_t i = 0; i < TURNS; i++) {
        Timed *t = &b->timed[i];
        if (!t->n)
            continue;
        qsort(t->ms, (size_t)t->n, sizeof *t->ms, by_size);
        double p50 = (double)t->ms[t->n / 2], p99 = (double)t->ms[t->n * 99 / 100],
               most = (double)t->ms[t->n - 1];
        printf("%-28s %9ld %9.0f %9.2f %9.2f %9.2f\n", course[i].name, t->n, (double)t->n / r->seconds, p50,
               p99, most);
        buf_fmt(&json,
                "%s{\"what\":\"%s\",\"n\":%ld,\"per_s\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"most_ms\":%.2f}",
                first ? "" : ",", course[i].name, t->n, (double)t->n / r->seconds, p50, p99, most);
        first = false;
    }
    printf("%.*s]}\n", (int)json.n, json.p);
}

/* ---- all ---- */

static void sign_in(Bench *b, int port) {
    for (int who = 0; who < WHO_COUNT; who++)
        for (int i = 0; i < SESSIONS && logins[who]; i++)
            city_sign_in_as(port, logins[who], b->cookie[who][i]);
    for (int i = 0; i < b->stock.n_handlers; i++)
        city_sign_in_as(port, b->stock.login[i], b->handler[i]);
}

int main(int argc, char **argv) {
    static Bench b;
    char database[300];
    bool day = argc > 3 && strcmp(argv[3], "day") == 0;
    double seconds = day ? DAY_SECONDS_MAX : argc > 3 ? atof(argv[3]) : 20;
    long given = argc > 4 ? atol(argv[4]) : 100000, open = day ? 0 : given;

    if (argc < 3 || seconds <= 0 || given < day) {
        fprintf(stderr, "usage: bench_steps PROGRAM DIRECTORY [SECONDS [OPEN CASES] | day [CASES]]\n");
        return 2;
    }
    b.day = day ? given : 0;
    City city = city_make_whole(argv[1], argv[2]);
    snprintf(database, sizeof database, "%s/jingwei.db", city.dir);
    stock_fill(database, open, &b.stock);
    Child server = city_serve(&city);
    sign_in(&b, server.port);
    LoadPlan p = { .port = server.port,
                   .connections = CONNECTIONS,
                   .seconds = warm_s,
                   .follow = follow,
                   .over = day_over,
                   .ctx = &b };
    load_run(&p);
    b.counts = true;
    double cpu = child_cpu_s(server);
    p.seconds = seconds;
    LoadResult r = load_run(&p);
    report(&b, &r, child_cpu_s(server) - cpu);
    child_stop(server);
    return 0;
}
