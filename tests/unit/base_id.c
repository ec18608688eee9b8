/* Ids: unique, rising, and telling their home, node and instant. */
#include "id.h"
#include "clock.h"
#include "mem.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static int64_t utc(int32_t year) { return day_of_civil(year, 1, 1) * INT64_C(86400000); }

static void tells_what_it_holds(void **unused) {
    static const int32_t years[] = { 2025, 2026, 2041, 2060, 2092 }, homes[] = { 0, 1, 77, 4095 },
                         nodes[] = { 0, 1, 31 };

    (void)unused;
    for (size_t y = 0; y < COUNT(years); y++)
        for (size_t h = 0; h < COUNT(homes); h++)
            for (size_t n = 0; n < COUNT(nodes); n++) {
                int64_t at = utc(years[y]) + 86400000 * (int64_t)(h * 3 + n + 1);
                clock_stop(at);
                id_node_set(nodes[n]);
                int64_t id = id_new(homes[h]);
                assert_true(id > 0);
                assert_int_equal(id_home(id), homes[h]);
                assert_int_equal(id_node(id), nodes[n]);
                assert_int_equal(id_ms(id), at);
            }
    id_node_set(0);
    clock_stop(0);
}

static void a_full_tick_borrows_the_next(void **unused) {
    (void)unused;
    int64_t at = utc(2093) - 1000;
    clock_stop(at);
    int64_t before = id_new(9);
    for (int i = 1; i < 1000; i++) {
        int64_t id = id_new(9);
        assert_true(id > before);
        assert_int_equal(id_ms(id), at + i / 128 * 4);
        before = id;
    }
    clock_stop(0);
}

static void a_clock_set_back_borrows(void **unused) {
    (void)unused;
    int64_t ahead = utc(2093) + 3600000;
    clock_stop(ahead);
    int64_t before = id_new(11);
    clock_stop(utc(2026));
    for (int i = 0; i < 300; i++) {
        int64_t id = id_new(11);
        assert_true(id > before);
        assert_true(id_ms(id) >= ahead && id_ms(id) <= ahead + 12);
        before = id;
    }
    clock_stop(1); /* 1970: the ids go on */
    assert_true(id_new(11) > before);
    clock_stop(utc(9999));
    assert_true(id_new(11) > before);
    assert_true(id_new(12) > 0);
    clock_stop(0);
}

static void a_floor_after_a_restart(void **unused) {
    (void)unused;
    clock_stop(utc(2024) + 4000);
    id_floor_set(utc(2024) + 8000);
    int64_t id = id_new(13);
    assert_int_equal(id_ms(id), utc(2024) + 8000);
    id_floor_set(0); /* lower than what is: nothing */
    assert_true(id_new(13) > id);
    clock_stop(utc(2024) + 12000);
    assert_int_equal(id_ms(id_new(13)), utc(2024) + 12000);
    clock_stop(0);
}

enum { THREADS = 4, EACH = 50000 };
static int64_t made[THREADS][EACH];

/* All of them in one home and, by turns, in three others. */
static void *make_many(void *arg) {
    int64_t *ids = arg;
    for (int i = 0; i < EACH; i++)
        ids[i] = id_new(i % 4 ? 20 : 21 + i / 4 % 3);
    return NULL;
}

static int by_value(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void unique_under_threads(void **unused) {
    pthread_t t[THREADS];

    (void)unused;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, make_many, made[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        int64_t last[4] = { 0 };
        for (int n = 0; n < EACH; n++) { /* rising, per thread and home */
            int64_t *l = &last[id_home(made[i][n]) - 20];
            assert_true(made[i][n] > *l);
            *l = made[i][n];
        }
    }
    qsort(made, THREADS * EACH, sizeof made[0][0], by_value);
    const int64_t *all = (const int64_t *)made;
    for (int i = 1; i < THREADS * EACH; i++)
        assert_true(all[i] != all[i - 1]);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_floor_after_a_restart), /* before the clock of the tests goes on to later years */
        cmocka_unit_test(tells_what_it_holds),      cmocka_unit_test(a_full_tick_borrows_the_next),
        cmocka_unit_test(a_clock_set_back_borrows), cmocka_unit_test(unique_under_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
