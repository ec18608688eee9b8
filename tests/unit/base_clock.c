/* The clock: known days and offsets, then random instants beside the C library. */
#include "clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define S INT64_C(1000)
#define HOUR (3600 * S)
#define DAY (24 * HOUR)

static Zone *must_open(const char *name) {
    Fault f;
    Zone *z;
    if (zone_open(name, &z, &f) != OK)
        fail_msg("%s", f.en);
    return z;
}

static int64_t utc(int32_t y, int32_t m, int32_t d, int h, int min) {
    return day_of_civil(y, m, d) * DAY + h * HOUR + min * 60 * S;
}

static void offset_is(const Zone *z, int64_t ms, int32_t want_s) {
    assert_int_equal(zone_offset_s(z, ms), want_s);
}

static void days_and_dates(void **unused) {
    int32_t y, m, d, day;
    char z[16];

    (void)unused;
    assert_int_equal(day_of_civil(1970, 1, 1), 0);
    assert_int_equal(day_of_civil(2000, 3, 1), 11017);
    assert_int_equal(day_of_civil(2024, 2, 29) + 1, day_of_civil(2024, 3, 1));
    assert_int_equal(day_weekday(0), 4);
    assert_int_equal(day_weekday(-1), 3);
    assert_int_equal(day_weekday(day_of_civil(2026, 3, 1)), 7);
    day_print(-1, z);
    assert_string_equal(z, "1969-12-31");
    day_print(day_of_civil(2026, 3, 1), z);
    assert_string_equal(z, "2026-03-01");
    day_print(day_of_civil(0, 1, 1) - 1, z);
    assert_string_equal(z, "-001-12-31");
    day_print(day_of_civil(12345, 6, 7), z);
    assert_string_equal(z, "12345-06-07");
    for (int32_t i = day_of_civil(1, 1, 1); i <= day_of_civil(9999, 12, 31); i += 17) {
        civil_of_day(i, &y, &m, &d);
        assert_int_equal(day_of_civil(y, m, d), i);
        day_print(i, z);
        assert_true(day_parse(z, &day));
        assert_int_equal(day, i);
    }
}

static void days_that_are_none(void **unused) {
    static const char *const bad[] = { "",           "2026-02-30",  "2026-02-29",  "2026-00-10",
                                       "2026-13-01", "2026-01-00",  "2026-1-01",   "2026/01/01",
                                       "0000-01-01", "2026-01-011", "2026-01-01 ", " 2026-01-01",
                                       "+026-01-01", "2026-01",     "２026-01-01" };
    int32_t day = 77;

    (void)unused;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(day_parse(bad[i], &day));
    assert_int_equal(day, 77);
    assert_true(day_parse("2024-02-29", &day));
    assert_int_equal(day, day_of_civil(2024, 2, 29));
}

static void before_any_zone_it_is_utc8(void **unused) {
    (void)unused;
    offset_is(zone_here(), 0, 8 * 3600);
    assert_int_equal(day_of_ms(0), 0);
    assert_int_equal(day_of_ms(16 * HOUR - 1), 0);
    assert_int_equal(day_of_ms(16 * HOUR), 1);
    assert_int_equal(day_of_ms(-8 * HOUR), 0);
    assert_int_equal(day_of_ms(-8 * HOUR - 1), -1); /* the day before 1970 */
    assert_int_equal(ms_of_day(0), -8 * HOUR);
    assert_int_equal(ms_of_day(-1), -32 * HOUR);
}

static void shanghai_had_summer_time(void **unused) {
    Zone *z = must_open("Asia/Shanghai");

    (void)unused;
    for (int year = 1986; year <= 1991; year++) {
        offset_is(z, utc(year, 1, 15, 0, 0), 8 * 3600);
        offset_is(z, utc(year, 7, 1, 0, 0), 9 * 3600);
        offset_is(z, utc(year, 12, 1, 0, 0), 8 * 3600);
    }
    offset_is(z, utc(1986, 5, 3, 18, 0) - 1, 8 * 3600); /* 1986-05-04 02:00 */
    offset_is(z, utc(1986, 5, 3, 18, 0), 9 * 3600);
    offset_is(z, utc(1991, 9, 14, 17, 0) - 1, 9 * 3600);
    offset_is(z, utc(1991, 9, 14, 17, 0), 8 * 3600);
    offset_is(z, utc(1992, 7, 1, 0, 0), 8 * 3600);
    offset_is(z, utc(2026, 7, 1, 0, 0), 8 * 3600);
    offset_is(z, utc(1900, 1, 1, 0, 0), 8 * 3600 + 5 * 60 + 43); /* local mean time */
    zone_close(z);
}

static void new_york_springs_and_falls(void **unused) {
    Zone *z = must_open("America/New_York");
    Civil gap = { 2024, 3, 10, 2, 30, 0 }, twice = { 2024, 11, 3, 1, 30, 0 };

    (void)unused;
    offset_is(z, utc(2024, 3, 10, 7, 0) - 1, -5 * 3600);
    offset_is(z, utc(2024, 3, 10, 7, 0), -4 * 3600);
    offset_is(z, utc(2024, 11, 3, 6, 0) - 1, -4 * 3600);
    offset_is(z, utc(2024, 11, 3, 6, 0), -5 * 3600);
    assert_int_equal(zone_ms(z, gap), utc(2024, 3, 10, 7, 30));   /* read with −5: 03:30 on the new clock */
    assert_int_equal(zone_ms(z, twice), utc(2024, 11, 3, 5, 30)); /* the first of the two */
    Civil c = zone_civil(z, utc(2024, 3, 10, 7, 0));
    assert_int_equal(c.hour, 3);
    assert_int_equal(c.day, 10);
    zone_close(z);
}

static void far_future_by_the_footer(void **unused) {
    Zone *ny = must_open("America/New_York"), *sydney = must_open("Australia/Sydney"),
         *dublin = must_open("Europe/Dublin");

    (void)unused;
    offset_is(ny, utc(2999, 7, 1, 0, 0), -4 * 3600);
    offset_is(ny, utc(2999, 12, 31, 0, 0), -5 * 3600);
    offset_is(ny, utc(2100, 3, 14, 7, 0) - 1, -5 * 3600); /* second Sunday of March */
    offset_is(ny, utc(2100, 3, 14, 7, 0), -4 * 3600);
    offset_is(sydney, utc(2500, 1, 1, 0, 0), 11 * 3600);
    offset_is(sydney, utc(2500, 7, 1, 0, 0), 10 * 3600);
    offset_is(dublin, utc(2500, 1, 1, 0, 0), 0); /* its "summer" is the standard */
    offset_is(dublin, utc(2500, 7, 1, 0, 0), 3600);
    zone_close(ny);
    zone_close(sydney);
    zone_close(dublin);
}

static void days_of_an_odd_zone(void **unused) {
    Fault f;

    (void)unused;
    assert_int_equal(zone_install("Pacific/Apia", &f), OK); /* 2011-12-30 did not happen there */
    assert_int_equal(ms_of_day(day_of_civil(2011, 12, 30)), ms_of_day(day_of_civil(2011, 12, 31)));
    assert_int_equal(day_of_ms(ms_of_day(day_of_civil(2011, 12, 31)) - 1), day_of_civil(2011, 12, 29));
    assert_int_equal(zone_install("America/Sao_Paulo", &f), OK); /* midnight skipped on 2018-11-04 */
    int32_t day = day_of_civil(2018, 11, 4);
    assert_int_equal(ms_of_day(day), utc(2018, 11, 4, 3, 0));
    for (day = day_of_civil(1980, 1, 1); day < day_of_civil(2030, 1, 1); day++) {
        int64_t ms = ms_of_day(day);
        assert_int_equal(day_of_ms(ms), day);
        assert_true(day_of_ms(ms - 1) < day);
    }
    assert_int_equal(zone_install("Asia/Shanghai", &f), OK);
    assert_int_equal(day_of_ms(utc(2024, 2, 28, 16, 0)), day_of_civil(2024, 2, 29));
}

static const char *const zones[] = {
    "Asia/Shanghai",     "America/New_York",    "Europe/Berlin",
    "Europe/Dublin",     "Australia/Lord_Howe", "Asia/Kathmandu",
    "Africa/Casablanca", "America/Sao_Paulo",   "Pacific/Apia",
    "America/St_Johns",  "Antarctica/Troll",    "Asia/Gaza",
    "America/Nuuk",      "Asia/Urumqi",         "Pacific/Chatham",
    "Asia/Tehran",       "Etc/GMT+12",          "UTC",
    "Africa/Monrovia",
};

static uint64_t seed = 20260301;
static uint64_t next_random(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    return seed ^= seed << 17;
}

static void same_as_the_c_library(void **unused) {
    (void)unused;
    for (size_t i = 0; i < COUNT(zones); i++) {
        Zone *z = must_open(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        for (int n = 0; n < 20000; n++) {
            int64_t s = (int64_t)(next_random() % UINT64_C(20000000000)) - 4000000000; /* 1843 to 2477 */
            time_t t = (time_t)s;
            struct tm tm;
            localtime_r(&t, &tm);
            Civil c = zone_civil(z, s * 1000 + 999);
            if (tm.tm_gmtoff != zone_offset_s(z, s * 1000) || c.year != tm.tm_year + 1900 ||
                c.month != tm.tm_mon + 1 || c.day != tm.tm_mday || c.hour != tm.tm_hour ||
                c.minute != tm.tm_min || c.second != tm.tm_sec)
                fail_msg("%s at %lld: %d, the C library says %ld", zones[i], (long long)s,
                         zone_offset_s(z, s * 1000), tm.tm_gmtoff);
        }
        zone_close(z);
    }
    unsetenv("TZ");
    tzset();
}

/* A reading means the first instant that shows it; where none does, the clock jumps over it. */
static void readings_of_the_clock(void **unused) {
    (void)unused;
    for (size_t i = 0; i < COUNT(zones); i++) {
        Zone *z = must_open(zones[i]);
        for (int n = 0; n < 3000; n++) {
            int64_t local = (int64_t)(next_random() % (100 * 366 * 96)) * 900 + INT64_C(86400) * 1096,
                    first = -1;
            Civil c;
            civil_of_day((int32_t)(local / 86400), &c.year, &c.month, &c.day);
            c.hour = (int32_t)(local / 3600 % 24);
            c.minute = (int32_t)(local / 60 % 60);
            c.second = 0;
            for (int quarter = 26 * 4; quarter >= -26 * 4 && first < 0; quarter--) {
                Civil r = zone_civil(z, (local - quarter * 900) * 1000);
                if (memcmp(&r, &c, sizeof r) == 0)
                    first = (local - quarter * 900) * 1000;
            }
            int64_t got = zone_ms(z, c);
            if (first >= 0)
                assert_int_equal(got, first);
            else
                assert_int_equal(got, (local - zone_offset_s(z, (local - 86400) * 1000)) * 1000);
        }
        zone_close(z);
    }
}

static void zones_that_are_none(void **unused) {
    static const char *const bad[] = { "Mars/Olympus",   "",      "/etc/passwd", "../../../etc/passwd",
                                       "Asia//Shanghai", "Asia/", "Asia/上海" };
    Fault f;
    Zone *z = NULL;

    (void)unused;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(zone_open(bad[i], &z, &f), ERR_INVALID);
        assert_string_equal(f.key, "zone_missing");
        assert_non_null(strstr(f.en, bad[i]));
    }
    assert_null(z);
    assert_int_equal(zone_open("Asia", &z, &f), ERR_INVALID); /* a directory */
    assert_string_equal(f.key, "zone_broken");
    assert_int_equal(zone_install("Mars/Olympus", &f), ERR_INVALID);
    offset_is(zone_here(), 0, 8 * 3600);
}

/* A file cut anywhere, or with any byte changed, is refused or read; never more. */
static void broken_zone_files(void **unused) {
    char dir[] = "/tmp/zone_XXXXXX", path[64], bytes[8192];
    Fault f;
    Zone *z;

    (void)unused;
    FILE *in = fopen("/usr/share/zoneinfo/America/New_York", "rbe");
    assert_non_null(in);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    for (size_t cut = 0; cut < n; cut++) {
        char *exact = malloc(cut + 1); /* so that ASan sees one byte too many */
        memcpy(exact, bytes, cut);
        assert_int_equal(zone_read((Str){ exact, cut }, "America/New_York", &z, &f), ERR_INVALID);
        assert_string_equal(f.key, "zone_broken");
        free(exact);
    }
    for (size_t at = 0; at < n; at++) {
        char old = bytes[at];
        bytes[at] = (char)next_random();
        if (zone_read((Str){ bytes, n }, "x", &z, &f) == OK) {
            for (int i = 0; i < 20; i++)
                zone_offset_s(z, (int64_t)next_random());
            zone_close(z);
        }
        bytes[at] = old;
    }
    assert_non_null(mkdtemp(dir)); /* and through a directory of its own */
    snprintf(path, sizeof path, "%s/Broken", dir);
    FILE *out = fopen(path, "wbe");
    fwrite(bytes, 1, n / 2, out);
    fclose(out);
    setenv("TZDIR", dir, 1);
    assert_int_equal(zone_open("Broken", &z, &f), ERR_INVALID);
    assert_non_null(strstr(f.en, "Broken is broken"));
    assert_int_equal(zone_open("Asia/Shanghai", &z, &f), ERR_INVALID);
    assert_string_equal(f.key, "zone_missing");
    unsetenv("TZDIR");
    unlink(path);
    rmdir(dir);
}

static void extreme_instants(void **unused) {
    static const int64_t at[] = {
        INT64_MIN, INT64_MIN + 1, -62167219200000, -1, 0, 253402300799999, INT64_MAX
    };
    Zone *z = must_open("America/New_York");
    char iso[32];

    (void)unused;
    for (size_t i = 0; i < COUNT(at); i++) {
        Civil c = zone_civil(z, at[i]);
        assert_true(c.year >= -1 && c.year <= 10000);
        day_of_ms(at[i]);
        ms_print_iso(at[i], iso);
        assert_int_equal(strlen(iso), 24);
    }
    ms_print_iso(-1, iso);
    assert_string_equal(iso, "1969-12-31T23:59:59.999Z");
    ms_print_iso(utc(2026, 3, 1, 8, 0), iso);
    assert_string_equal(iso, "2026-03-01T08:00:00.000Z");
    zone_close(z);
}

static void tests_bend_the_clock(void **unused) {
    (void)unused;
    int64_t before = clock_now_ms(), mono = clock_mono_ms();
    clock_move(DAY);
    int64_t after = clock_now_ms();
    assert_true(after - before >= DAY && after - before < DAY + 5 * S);
    clock_stop(utc(2024, 2, 28, 16, 0));
    assert_int_equal(clock_now_ms(), utc(2024, 2, 28, 16, 0));
    assert_int_equal(moment_now().day, day_of_civil(2024, 2, 29));
    clock_move(DAY);
    assert_int_equal(clock_now_ms(), utc(2024, 2, 29, 16, 0));
    clock_stop(0);
    assert_true(clock_now_ms() - before < 5 * S);
    assert_true(clock_mono_ms() - mono < 5 * S);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_any_zone_it_is_utc8), cmocka_unit_test(days_and_dates),
        cmocka_unit_test(days_that_are_none),         cmocka_unit_test(shanghai_had_summer_time),
        cmocka_unit_test(new_york_springs_and_falls), cmocka_unit_test(far_future_by_the_footer),
        cmocka_unit_test(days_of_an_odd_zone),        cmocka_unit_test(same_as_the_c_library),
        cmocka_unit_test(readings_of_the_clock),      cmocka_unit_test(zones_that_are_none),
        cmocka_unit_test(broken_zone_files),          cmocka_unit_test(extreme_instants),
        cmocka_unit_test(tests_bend_the_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
