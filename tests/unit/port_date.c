/* port_date – dates as other systems write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "date_text.h"

#include <stdio.h>

static Zone *new_york, *utc;
static Fault fa;

static int open_zones(void **state) {
    (void)state;
    return zone_open("America/New_York", &new_york, &fa) != OK || zone_open("UTC", &utc, &fa) != OK;
}

static int close_zones(void **state) {
    (void)state;
    zone_close(new_york);
    zone_close(utc);
    return 0;
}

static void test_read(void **state) {
    static const struct {
        const char *format, *text;
        int64_t ms;
    } good[] = {
        { "iso", "1970-01-02", 86400000 },
        { "iso", "1970-01-01 00:00", 0 },
        { "iso", "1970-01-01T01:02:03", 3723000 },
        { "iso", "1970-01-01T01:02:03.5", 3723500 },
        { "iso", "1970-01-01T01:02:03.123456Z", 3723123 },
        { "iso", "1970-01-01T08:00:00+08:00", 0 },
        { "iso", "1970-01-01T08:00:00+0800", 0 },
        { "iso", "1970-01-01T00:00:00-05", 18000000 },
        { "iso", "1969-12-31", -86400000 },
        { "iso", "2000-02-29", 951782400000 },
        { "%m/%d/%Y %I:%M:%S %p", "01/01/1970 12:00:01 AM", 1000 },
        { "%m/%d/%Y %I:%M:%S %p", "1/1/1970  12:00:00  pm", 43200000 },
        { "%m/%d/%Y %I:%M %p", "01/01/1970 01:00 PM", 46800000 },
        { "%d.%m.%y", "02.01.70", 86400000 },
        { "%d.%m.%y", "01.01.68", 3092601600000 },
        { "%d-%b-%Y %H:%M", "01-JAN-1970 00:01", 60000 },
        { "%Y年%m月%d日 %H:%M", "1970年1月1日 0:01", 60000 },
        { "%Y-%m-%d %H:%M %z", "1970-01-01 08:00 +0800", 0 },
        { "%Y%%%m%%%d", "1970%01%02", 86400000 },
    };
    DateText t;
    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_int_equal(date_format_check(str(good[i].format), &fa), OK);
        if (!date_text_read(str(good[i].format), str(good[i].text), utc, &t))
            fail_msg("%s is not read", good[i].text);
        assert_int_equal(t.ms, good[i].ms);
        assert_false(t.skipped || t.twice);
    }
}

static void test_refused(void **state) {
    static const struct {
        const char *format, *text;
    } bad[] = {
        { "iso", "" },
        { "iso", "2018-02-29" },
        { "iso", "2018-13-01" },
        { "iso", "2018-04-31" },
        { "iso", "0000-01-01" },
        { "iso", "18-04-12" },
        { "iso", "2018-04-12x" },
        { "iso", "2018-04-12T" },
        { "iso", "2018-04-12T24:00" },
        { "iso", "2018-04-12T10:60" },
        { "iso", "2018-04-12T10:00:60" },
        { "iso", "2018-04-12T10:00:00." },
        { "iso", "2018-04-12T10:00:00+" },
        { "iso", "2018-04-12T10:00:00+19:00" },
        { "iso", " 2018-04-12" },
        { "%m/%d/%Y %I:%M:%S %p", "04/12/2018 11:11:26" },
        { "%m/%d/%Y %I:%M:%S %p", "04/12/2018 13:11:26 PM" },
        { "%m/%d/%Y %I:%M:%S %p", "04/12/2018 00:11:26 AM" },
        { "%m/%d/%Y %I:%M:%S %p", "04/12/2018 11:1:26 AM" },
        { "%m/%d/%Y %I:%M:%S %p", "04/12/2018 11:11:26 XM" },
        { "%d-%b-%Y", "01-Jux-2018" },
    };
    DateText t = { .ms = 7 };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        if (date_text_read(str(bad[i].format), str(bad[i].text), utc, &t))
            fail_msg("%s is read", bad[i].text);
    assert_int_equal(t.ms, 7);
}

static void test_formats(void **state) {
    static const char *const bad[] = { "",         "%Y-%m",     "%m/%d %H", "%Y-%m-%d %I:%M", "%Y-%m-%d %p",
                                       "%Y-%m-%q", "%Y-%m-%d %" };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(date_format_check(str(bad[i]), &fa), ERR_INVALID);
        assert_string_equal(fa.field, "date");
    }
}

/* Every quarter of an hour of the days around both changes: what the clock showed is
 * read back as the first instant that showed it, and said so where there were two. */
static void test_changes(void **state) {
    int skipped = 0, twice = 0;
    (void)state;
    for (int64_t change = 1520751600000; change <= 1541311200000; change += 1541311200000 - 1520751600000)
        for (int64_t ms = change - 40 * 3600000; ms < change + 40 * 3600000; ms += 900000) {
            Civil c = zone_civil(new_york, ms);
            char text[32];
            DateText t;
            snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
            assert_true(date_text_read(str("iso"), str(text), new_york, &t));
            assert_false(t.skipped);
            assert_true(t.ms == ms || (t.twice && t.ms == ms - 3600000));
            twice += t.twice;
        }
    assert_int_equal(twice, 8); /* four quarters, each met twice */
    for (int minute = 0; minute < 60; minute += 15) {
        char text[32];
        DateText t;
        snprintf(text, sizeof text, "2018-03-11 02:%02d", minute);
        assert_true(date_text_read(str("iso"), str(text), new_york, &t));
        skipped += t.skipped;
    }
    assert_int_equal(skipped, 4);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_changes),
    };
    return cmocka_run_group_tests_name("dates as text", tests, open_zones, close_zones);
}
