/* Log lines: JSON whatever is put in, whole under threads, filtered by level. */
#include "log.h"
#include "clock.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static int pipes[2];
static char text[1 << 20];

static int begin(void **unused) {
    (void)unused;
    if (pipe(pipes) != 0)
        return -1;
    fcntl(pipes[0], F_SETFL, O_NONBLOCK);
    log_to(pipes[1]);
    return 0;
}

static int end(void **unused) {
    (void)unused;
    log_to(2);
    close(pipes[0]);
    close(pipes[1]);
    return 0;
}

static const char *written(void) {
    ssize_t n = read(pipes[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    return text;
}

static void one_line_of_json(void **unused) {
    Fault f;

    (void)unused;
    clock_stop(1772352000000);
    log_event(LOG_INFO, "server.started");
    assert_string_equal(
        written(), "{\"t\":\"2026-03-01T08:00:00.000Z\",\"level\":\"info\",\"event\":\"server.started\"}\n");
    fault(&f, ERR_STORE, "disk_full", "", "某人的名字 %d", "a person's name %d", 1);
    snprintf(f.detail, sizeof f.detail, "errno %d", 28);
    log_event(LOG_ERROR, "write.failed", L_REQUEST("a1"), L_INT("ms", -7), L_BOOL("again", true), L_FAULT(&f));
    assert_string_equal(written(),
                        "{\"t\":\"2026-03-01T08:00:00.000Z\",\"level\":\"error\",\"event\":\"write.failed\","
                        "\"request\":\"a1\",\"ms\":-7,\"again\":true,\"error\":\"store\",\"key\":\"disk_full\","
                        "\"detail\":\"errno 28\"}\n"); /* the sentence stays out */
    clock_stop(0);
}

static void below_the_level_is_silent(void **unused) {
    LogLevel level = LOG_ERROR;

    (void)unused;
    log_event(LOG_DEBUG, "x");
    assert_string_equal(written(), "");
    assert_true(log_level_read("debug", &level));
    log_level_set(level);
    log_event(LOG_DEBUG, "x");
    assert_non_null(strstr(written(), "\"debug\""));
    assert_false(log_level_read("verbose", &level));
    assert_int_equal(level, LOG_DEBUG);
    log_level_set(LOG_ERROR);
    log_event(LOG_WARNING, "x");
    assert_string_equal(written(), "");
    log_level_set(LOG_INFO);
}

static void always_json(void **unused) {
    static char large[5000];
    json_t *j;

    (void)unused;
    memset(large, 'a', sizeof large - 1);
    for (size_t i = 900; i < 4000; i += 4)
        memcpy(large + i, "🏮", 4);
    static const char *const odd[] = { "", "\"\\\n\t\x01\x1b[31m", "\xff\xfe\xC2", "\xC2\x9B[31m\x7F",
                                       "🏮微网格" };
    for (size_t i = 0; i < COUNT(odd); i++) {
        log_event(LOG_INFO, "x", L_TEXT("a", odd[i]), L_INT("i", INT64_MIN));
        j = json_loads(written(), JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(j);
        assert_int_equal(json_integer_value(json_object_get(j, "i")), INT64_MIN);
        json_decref(j);
        assert_null(strpbrk(text, "\x1b\x7f"));
        assert_null(strstr(text, "\xC2\x9B"));
    }
    for (size_t from = 0; from < 4; from++) { /* cut within no character */
        log_event(LOG_INFO, "x", L_TEXT("a", large + from));
        j = json_loads(written(), 0, NULL);
        assert_non_null(j);
        size_t n = json_string_length(json_object_get(j, "a"));
        assert_true(n > LOG_TEXT_MAX - 4 && n <= LOG_TEXT_MAX);
        json_decref(j);
    }
}

static void a_line_has_an_end(void **unused) {
    static char large[5000];

    (void)unused;
    memset(large, 1, sizeof large - 1); /* each byte is written as \u0001 */
    log_event(LOG_INFO, "x", L_INT("first", 1), L_TEXT("a", large), L_INT("last", 2));
    json_t *j = json_loads(written(), 0, NULL);
    assert_non_null(j);
    assert_true(strlen(text) <= LOG_LINE_MAX + 20);
    assert_true(json_is_true(json_object_get(j, "cut")));
    assert_null(json_object_get(j, "a"));
    assert_int_equal(json_integer_value(json_object_get(j, "last")), 2);
    json_decref(j);
}

static void *talk(void *name) {
    for (int i = 0; i < 100; i++)
        log_event(LOG_INFO, "talk", L_TEXT("who", name), L_INT("i", i));
    return NULL;
}

static void threads_do_not_mix(void **unused) {
    pthread_t t[4];
    int lines = 0;

    (void)unused;
    for (size_t i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, talk, (char *[]){ "a", "b", "c", "d" }[i]);
    for (size_t i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    written();
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        json_t *j = json_loads(line, 0, NULL);
        assert_non_null(j);
        json_decref(j);
    }
    assert_int_equal(lines, 400);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_of_json),   cmocka_unit_test(below_the_level_is_silent),
        cmocka_unit_test(always_json),        cmocka_unit_test(a_line_has_an_end),
        cmocka_unit_test(threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
