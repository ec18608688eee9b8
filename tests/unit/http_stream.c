/* Streamed answers: produced in time or late, cut, left alone by either side. */
#include "http_wire.h"

#include "stream.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* Numbers 0 … last-1, one per line, only as far as `ready` allows. */
typedef struct Feed {
    int next, last;
    ssize_t ending;
    _Atomic int ready;
    HttpStream *stream;
} Feed;

static _Atomic int released;
static _Atomic(Feed *) given; /* to the producer */

static ssize_t feed_read(void *arg, char *to, size_t max) {
    Feed *feed = arg;
    if (feed->next == feed->last)
        return feed->ending;
    if (feed->next >= feed->ready)
        return 0;
    return snprintf(to, max, "%d\n", feed->next++);
}

static void feed_release(void *arg) {
    free(arg);
    released++;
}

static size_t body_max(void *ctx, HttpCall *c) {
    (void)ctx, (void)c;
    return 0;
}

static void handle(void *ctx, HttpCall *c) {
    Feed *feed = calloc(1, sizeof *feed);
    Fault f;
    (void)ctx;
    feed->last = 1000;
    feed->ending = str_is(http_path(c), "/cut") ? HTTP_STREAM_CUT : HTTP_STREAM_END;
    if (str_is(http_path(c), "/slow")) {
        http_stream(c, 200, "text/plain", feed_read, feed_release, feed, &feed->stream, &f);
        given = feed;
    } else {
        feed->ready = 1000;
        http_stream(c, 200, "text/plain", feed_read, feed_release, feed, NULL, &f);
    }
}

static HttpServer *start(int stop_ms) {
    HttpServer *s;
    Fault f;
    HttpConfig config = http_defaults();
    config.listen = "127.0.0.1:0";
    config.stop_ms = stop_ms;
    config.body_max = body_max;
    config.handle = handle;
    assert_int_equal(http_start(&config, &s, &f), OK);
    released = 0;
    given = NULL;
    return s;
}

static void check_numbers(const Reply *r) {
    const char *at = r->body;
    for (int i = 0; i < 1000; i++) {
        char *end;
        assert_int_equal(strtol(at, &end, 10), i);
        at = end + 1;
    }
    assert_int_equal(*at, 0);
}

static void ready_at_once(void **state) {
    HttpServer *s = start(1000);
    (void)state;
    int fd = wire_open(s);
    for (int i = 0; i < 3; i++) {
        wire_send(fd, "GET /fast HTTP/1.1\r\nHost: h\r\n\r\n");
        Reply r = wire_reply(fd);
        assert_int_equal(r.status, 200);
        check_numbers(&r);
    }
    close(fd);
    Reply r = wire_ask(s, "GET /cut HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(r.status, 0); /* cut: never mistaken for the whole */
    http_stop(s);
    assert_int_equal(released, 4);
}

/* The producer is sometimes faster, sometimes slower than the reader. */
static void *produce(void *arg) {
    Feed *feed;
    (void)arg;
    while (!(feed = given))
        sched_yield();
    HttpStream *stream = feed->stream;
    for (int i = 1; i <= 1000; i++) {
        feed->ready = i;
        http_stream_wake(stream);
        if (i % 50 == 0)
            usleep(200);
    }
    http_stream_drop(stream);
    return NULL;
}

static void comes_bit_by_bit(void **state) {
    HttpServer *s = start(1000);
    (void)state;
    for (int i = 0; i < 10; i++) {
        pthread_t producer;
        given = NULL;
        pthread_create(&producer, NULL, produce, NULL);
        Reply r = wire_ask(s, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
        pthread_join(producer, NULL);
        assert_int_equal(r.status, 200);
        check_numbers(&r);
    }
    http_stop(s);
    assert_int_equal(released, 10);
}

static void reader_leaves(void **state) {
    HttpServer *s = start(1000);
    (void)state;
    int fd = wire_open(s);
    wire_send(fd, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    Feed *feed;
    while (!(feed = given))
        sched_yield();
    HttpStream *stream = feed->stream;
    close(fd);
    for (int i = 1; !http_stream_gone(stream) && i < 1000; i++) {
        feed->ready = i;
        http_stream_wake(stream);
        usleep(100);
    }
    assert_true(http_stream_gone(stream));
    assert_int_equal(released, 0);
    http_stream_drop(stream);
    assert_int_equal(released, 1);
    http_stop(s);
}

static void server_stops(void **state) {
    HttpServer *s = start(30);
    (void)state;
    int fd = wire_open(s);
    wire_send(fd, "GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    Feed *feed;
    while (!(feed = given))
        sched_yield();
    HttpStream *stream = feed->stream;
    http_stop(s);
    assert_true(http_stream_gone(stream));
    assert_int_equal(wire_reply(fd).status, 0);
    close(fd);
    feed->ready = 1;
    http_stream_wake(stream); /* late, and harmless */
    http_stream_drop(stream);
    assert_int_equal(released, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ready_at_once),
        cmocka_unit_test(comes_bit_by_bit),
        cmocka_unit_test(reader_leaves),
        cmocka_unit_test(server_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
