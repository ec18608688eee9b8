/* What stands in an address – of a page or of a GET – becomes the same values as in
 * a body: numbers, ids, words and truths, each by the kind of its field. And what
 * was asked becomes what is stored, field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "records.h"

static Str none;

static void degrees_come_through(void **state) {
    (void)state;
    Fault f = { 0 };
    Arena a;
    Spot spot;
    Pair pairs[] = { { str("lon"), str("121.4790619") }, { str("lat"), str("-31.229047") } };

    assert_int_equal(arena_begin(&a, 1 << 16, &f), OK);
    assert_int_equal(record_decode(&spot_asked_record, none, pairs, 2, &a, &spot, &f), OK);
    assert_int_equal(spot.lon, 1214790619);
    assert_int_equal(spot.lat, -312290470);
    pairs[1].value = str("31.2x");
    assert_int_equal(record_decode(&spot_asked_record, none, pairs, 2, &a, &spot, &f), ERR_INVALID);
    assert_string_equal(f.field, "lat");
    arena_end(&a);
}

static void words_truths_and_numbers_come_through(void **state) {
    (void)state;
    Fault f = { 0 };
    Arena a;
    CaseFind find;
    Pair pairs[] = { { str("state"), str("filed") },
                     { str("open"), str("true") },
                     { str("page"), str("7") },
                     { str("unit"), str("383507656578437188") },
                     { str("within"), str("") } };

    assert_int_equal(arena_begin(&a, 1 << 16, &f), OK);
    assert_int_equal(record_decode(&case_find_record, none, pairs, COUNT(pairs), &a, &find, &f), OK);
    assert_int_equal(find.state, CASE_FILED);
    assert_true(find.has.open && find.open);
    assert_int_equal(find.page, 7);
    assert_int_equal(find.unit.v, 383507656578437188);
    assert_false(find.has.within); /* empty is absent */
    arena_end(&a);
}

static void asked_becomes_stored(void **state) {
    CaseReport in = { .text = str("积水"), .lon = 1214790619, .danger = true, .source = SOURCE_VISIT };
    Case c = { .spot = str("as it was"), .revision = 7, .state = CASE_FILED };

    (void)state;
    in.has.lon = c.has.spot = true;
    record_take(&cases_record, &c, &case_report_record, &in);
    assert_string_equal(c.text.p, "积水");
    assert_int_equal(c.lon, 1214790619);
    assert_true(c.has.lon && c.danger);
    assert_int_equal(c.source, SOURCE_VISIT);
    assert_false(c.has.spot || c.has.place); /* not asked: not there */
    assert_int_equal(c.revision, 7);         /* the server's own are not touched */
    assert_int_equal(c.state, CASE_FILED);
    record_take(&cases_record, &c, &case_key_record, &(CaseKey){ .id = { 5 } });
    assert_int_equal(c.id.v, 0); /* nor is the key, which the server makes */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_come_through),
        cmocka_unit_test(words_truths_and_numbers_come_through),
        cmocka_unit_test(asked_becomes_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
