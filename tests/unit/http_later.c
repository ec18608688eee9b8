/* Calls that are held and answered from elsewhere: many at once, after the client
 * has left, after the server has stopped; the pool and its full queue. */
#include "http_wire.h"

#include "clock.h"

#include <pthread.h>
#include <stdatomic.h>

#define HELD_MAX 256

/* A holder: as the writer thread will, it takes what is held and answers it. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    HttpCall *call[HELD_MAX];
    int count, releases;
    bool gate_open;
} held = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, { NULL }, 0, 0, false };

static size_t body_max(void *ctx, HttpCall *c) {
    (void)ctx, (void)c;
    return 100;
}

static void hold(HttpCall *c) {
    http_later(c);
    pthread_mutex_lock(&held.lock);
    held.call[held.count++] = c;
    pthread_cond_broadcast(&held.wake);
    pthread_mutex_unlock(&held.lock);
}

static void wait_held(int count) {
    pthread_mutex_lock(&held.lock);
    while (held.count < count)
        pthread_cond_wait(&held.wake, &held.lock);
    pthread_mutex_unlock(&held.lock);
}

static HttpCall *take_held(void) {
    pthread_mutex_lock(&held.lock);
    HttpCall *c = held.call[--held.count];
    pthread_mutex_unlock(&held.lock);
    return c;
}

static void count_release(void *p) {
    pthread_mutex_lock(&held.lock);
    held.releases++;
    pthread_mutex_unlock(&held.lock);
    free(p);
}

static void answer_given(HttpCall *c) {
    char *copy = malloc(http_body(c).n + 1);
    memcpy(copy, http_body(c).p, http_body(c).n);
    http_answer_given(c, 201, "text/plain", (Str){ copy, http_body(c).n }, count_release, copy);
}

static void wait_gate(void *arg) {
    HttpCall *c = arg;
    assert_true(http_hand() >= 0);
    pthread_mutex_lock(&held.lock);
    while (!held.gate_open)
        pthread_cond_wait(&held.wake, &held.lock);
    pthread_mutex_unlock(&held.lock);
    http_answer(c, 200, NULL, str("worked"));
}

static void set_gate(bool open) {
    pthread_mutex_lock(&held.lock);
    held.gate_open = open;
    pthread_cond_broadcast(&held.wake);
    pthread_mutex_unlock(&held.lock);
}

static void handle(void *ctx, HttpCall *c) {
    (void)ctx;
    assert_int_equal(http_hand(), -1);
    if (str_is(http_path(c), "/hold"))
        hold(c);
    else if (str_is(http_path(c), "/self")) {
        http_later(c);
        http_answer(c, 200, NULL, str("at once"));
    } else if (str_is(http_path(c), "/work")) {
        http_later(c);
        if (!http_hand_over(http_server(c), wait_gate, c))
            http_busy(c);
    } else
        http_answer_kept(c, 200, NULL, str("plain"));
}

static HttpServer *start(int hands, int queue, int stop_ms) {
    HttpServer *s;
    Fault f;
    HttpConfig config = http_defaults();
    config.listen = "127.0.0.1:0";
    config.per_address = 0;
    config.hands = hands;
    config.hand_queue = queue;
    config.stop_ms = stop_ms;
    config.body_max = body_max;
    config.handle = handle;
    assert_int_equal(http_start(&config, &s, &f), OK);
    return s;
}

static int ask_to_hold(HttpServer *s, int i) {
    char text[128];
    int fd = wire_open(s);
    snprintf(text, sizeof text, "POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n%04d", i);
    wire_send(fd, text);
    return fd;
}

static void many_at_once(void **state) {
    HttpServer *s = start(1, 1, 5000);
    int fd[64];
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 64; i++)
            fd[i] = ask_to_hold(s, i);
        wait_held(64);
        assert_int_equal(http_counts(s).suspended, 64);
        while (held.count)
            answer_given(take_held());
        for (int i = 0; i < 64; i++) {
            char wanted[8];
            Reply r = wire_reply(fd[i]);
            snprintf(wanted, sizeof wanted, "%04d", i);
            assert_int_equal(r.status, 201);
            assert_string_equal(r.body, wanted);
            /* and the connection goes on */
            wire_send(fd[i], "GET /self HTTP/1.1\r\nHost: h\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n");
            r = wire_reply(fd[i]);
            assert_string_equal(r.body, "at once");
            r = wire_reply(fd[i]);
            assert_string_equal(r.body, "plain");
            close(fd[i]);
        }
    }
    assert_int_equal(http_counts(s).suspended, 0);
    http_stop(s);
    assert_int_equal(held.releases, 3 * 64);
    held.releases = 0;
}

static void client_has_left(void **state) {
    HttpServer *s = start(1, 1, 5000);
    (void)state;
    for (int i = 0; i < 16; i++) {
        int fd = ask_to_hold(s, i);
        wait_held(i + 1);
        struct linger now = { 1, 0 };
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now); /* with a reset */
        close(fd);
    }
    while (held.count)
        answer_given(take_held());
    http_stop(s);
    assert_int_equal(held.releases, 16);
    held.releases = 0;
}

static void *answer_soon(void *arg) {
    HttpServer *s = arg;
    while (!http_stopping(s))
        ;
    answer_given(take_held());
    return NULL;
}

static void stop_waits_for_what_is_held(void **state) {
    HttpServer *s = start(1, 1, 5000);
    pthread_t soon;
    (void)state;
    int fd = ask_to_hold(s, 1);
    wait_held(1);
    pthread_create(&soon, NULL, answer_soon, s);
    http_stop(s);
    pthread_join(soon, NULL);
    Reply r = wire_reply(fd);
    assert_int_equal(r.status, 201);
    assert_string_equal(reply_header(&r, "Connection"), "close");
    assert_true(wire_closes(fd));
    close(fd);
    held.releases = 0;
}

/* The holder never answers in time: the client hears 503, and the answer that comes
 * after the server is gone is dropped and freed. */
static void stop_gives_up_what_is_not_answered(void **state) {
    HttpServer *s = start(1, 1, 50);
    int fd[80];
    (void)state;
    for (int i = 0; i < 80; i++)
        fd[i] = ask_to_hold(s, i);
    wait_held(80);
    int64_t start_ms = clock_mono_ms();
    http_stop(s);
    assert_true(clock_mono_ms() - start_ms < 2000);
    for (int i = 0; i < 80; i++) {
        Reply r = wire_reply(fd[i]);
        assert_int_equal(r.status, 503);
        assert_non_null(strstr(r.body, "\"code\":\"stopping\""));
        assert_true(wire_closes(fd[i]));
        close(fd[i]);
    }
    while (held.count)
        answer_given(take_held());
    assert_int_equal(held.releases, 80);
    held.releases = 0;
}

static void queue_is_full(void **state) {
    HttpServer *s = start(1, 2, 5000);
    int fd[6], busy = 0, worked = 0;
    (void)state;
    set_gate(false);
    for (int i = 0; i < 6; i++) {
        fd[i] = wire_open(s);
        wire_send(fd[i], "GET /work HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    /* One runs, two wait, three are refused; if the first was not taken yet when
     * the others came, one more is refused. */
    while (http_counts(s).hand_refused + http_counts(s).handed_over < 6)
        ;
    HttpCounts n = http_counts(s);
    assert_true(n.handed_over == 3 || n.handed_over == 2);
    set_gate(true);
    for (int i = 0; i < 6; i++) {
        Reply r = wire_reply(fd[i]);
        if (r.status == 503) {
            assert_string_equal(reply_header(&r, "Retry-After"), "1");
            assert_non_null(strstr(r.body, "\"code\":\"busy\""));
            busy++;
        } else {
            assert_string_equal(r.body, "worked");
            worked++;
        }
        close(fd[i]);
    }
    assert_int_equal(worked, n.handed_over);
    assert_int_equal(busy, n.hand_refused);
    http_stop(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(client_has_left),
        cmocka_unit_test(stop_waits_for_what_is_held),
        cmocka_unit_test(stop_gives_up_what_is_not_answered),
        cmocka_unit_test(queue_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
