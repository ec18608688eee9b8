/* serve – opens the installation, listens, and stops on SIGTERM or SIGINT after
 * what is in flight is answered. */
#include "command.h"

#include "account.h"
#include "chores.h"
#include "courier.h"
#include "ground_keeper.h"
#include "log.h"
#include "planner.h"
#include "rest.h"
#include "setting.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int cores(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (int)n;
}

static bool on_loopback(const Config *c) {
    char host[256];
    int32_t port;

    return config_address(c->listen, host, &port) && config_is_loopback(host);
}

static bool cookie_over_tls(const Config *c) {
    if (strcmp(c->secure_cookie, "auto") != 0)
        return strcmp(c->secure_cookie, "on") == 0;
    return *c->trusted_proxy || !on_loopback(c);
}

/* What only tests may have: refused where others could come, and said. */
static Err begin_tests(const Config *c, Fault *f) {
    if (!c->test_clock && !c->test_sessions)
        return OK;
    if (!on_loopback(c))
        return fault(f, ERR_INVALID, "test_flags", c->test_sessions ? "test_sessions" : "test_clock",
                     "test_sessions 和 test_clock 仅供测试，只能在监听本机时使用，不能在 %s 上。",
                     "test_sessions and test_clock are for tests and need a loopback address, not %s.",
                     c->listen);
    account_test_sessions(c->test_sessions);
    log_event(LOG_WARNING, "server.for_tests_only", L_BOOL("anybody_signs_in", c->test_sessions),
              L_BOOL("anybody_moves_the_clock", c->test_clock));
    return OK;
}

/* One connection to PostgreSQL writes, one listens; the others read. */
static int readers(const Config *c, int threads, int hands) {
    int wanted = threads + hands > 64 ? 64 : threads + hands, most = (int)c->postgres_connections - 2;

    return *c->store && wanted > most ? most : wanted;
}

static void log_line(void *ctx, const char *line) {
    (void)ctx;
    log_event(LOG_DEBUG, "http.call", L_TEXT("call", line));
}

static void log_ground(const GroundNews *n) {
    switch (n->event) {
    case GROUND_READY:
        log_event(LOG_INFO, "ground.ready", L_BOOL("cached", n->cached), L_INT("areas", n->areas),
                  L_INT("ms", n->ms));
        break;
    case GROUND_IGNORED:
        log_event(LOG_WARNING, "ground.cache_ignored", L_TEXT("file", n->file), L_TEXT("why", n->why));
        break;
    case GROUND_WRITTEN: log_event(LOG_INFO, "ground.cache_written", L_TEXT("file", n->file)); break;
    case GROUND_UNWRITTEN:
        log_event(LOG_WARNING, "ground.cache_not_written", L_TEXT("file", n->file), L_FAULT(n->fault));
        break;
    case GROUND_NOT_MADE: log_event(LOG_ERROR, "ground.not_made", L_FAULT(n->fault)); break;
    }
}

static RestConfig rest_config(const Config *c, int threads, int hands) {
    return (RestConfig){ .listen = c->listen,
                         .threads = threads,
                         .hands = hands,
                         .connections = (int)c->connections,
                         .per_address = *c->trusted_proxy ? 0 : (int)c->connections_per_address,
                         .header_ms = (int)c->header_deadline,
                         .body_ms = (int)c->body_deadline,
                         .keep_ms = (int)c->idle_timeout,
                         .proxy = c->trusted_proxy,
                         .body_limit = (size_t)c->body_limit,
                         .bodies = (size_t)c->upload_memory,
                         .reports_most = (int32_t)c->reports_per_network,
                         .reads_wait = *c->store != 0,
                         .test_clock = c->test_clock,
                         .secure_cookie = cookie_over_tls(c),
                         .log = log_would(LOG_DEBUG) ? log_line : NULL };
}

/* The pages show times as the city's clocks do, wherever they are opened. */
static Err tell_zone(Tx *tx, void *zone, Fault *f) {
    char room[16384];
    Arena a = { room, 0, sizeof room };
    Actor operator;

    tx_lend(tx, &a);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &operator);
    return setting_write(tx, "zone", str(zone), &operator, f);
}

/* Where to look first, for who started it by hand. */
static void say_where(const char *address) {
    if (command_json()) {
        printf("{\"listening\":\"http://%s\"}\n", address);
        return;
    }
    printf("listening on http://%s\n"
           "  居民 residents    http://%s/\n"
           "  控制台 console    http://%s/console/\n"
           "  手机页 phone page http://%s/phone/\n",
           address, address, address, address);
}

static void wait_for_the_end(const Rest *rest, const char *data) {
    sigset_t stop;
    int which;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    say_where(rest_address(rest));
    fflush(stdout);
    log_event(LOG_INFO, "server.started", L_TEXT("listen", rest_address(rest)), L_TEXT("data", data));
    sigwait(&stop, &which);
    log_event(LOG_INFO, "server.stopping", L_INT("signal", which));
}

int run_serve(const Config *c, int argc, char **argv) {
    int threads = c->threads ? (int)c->threads : cores(), hands = c->workers ? (int)c->workers : 2 * cores();
    Installation in = command_installation(c);
    LogLevel level;
    Store *store = NULL;
    Rest *rest = NULL;
    Chores *chores = NULL;
    Courier *courier = NULL;
    Planner *planner = NULL;
    CourierConfig out = { .allow_private = c->webhook_private,
                          .total_ms = (int32_t)c->webhook_timeout,
                          .smtp_server = c->smtp_server,
                          .smtp_user = c->smtp_user,
                          .smtp_password = c->smtp_password,
                          .smtp_from = c->smtp_from,
                          .smtp_plain = !c->smtp_tls };
    sigset_t stop;
    Fault f;

    (void)argc, (void)argv;
    if (log_level_read(c->log_level, &level))
        log_level_set(level);
    /* Blocked before any thread starts, so that only sigwait() sees them. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a failed write, not the end */

    in.readers = readers(c, threads, hands);
    in.exclusive = true;
    Err e = begin_tests(c, &f);
    e = e == OK ? installation_open(&in, &store, &f) : e;
    e = e == OK ? store_write_now(store, tell_zone, (void *)c->zone, true, &f) : e;
    e = e == OK ? ground_keeper_start(store, log_ground, &f) : e;
    RestConfig r = rest_config(c, threads, hands);
    e = e == OK ? rest_start(&r, store, &rest, &f) : e;
    e = e == OK ? chores_start(store, &chores, &f) : e;
    e = e == OK ? courier_start(&out, store, &courier, &f) : e;
    e = e == OK ? planner_start(store, &planner, &f) : e;
    if (e == OK)
        wait_for_the_end(rest, c->data);
    planner_stop(planner);
    courier_stop(courier);
    chores_stop(chores);
    if (rest)
        rest_stop(rest);
    installation_close(store); /* finishes what is queued before the room for sessions goes */
    rest_free(rest);
    return e == OK ? EXIT_OK : command_fault(&f);
}
