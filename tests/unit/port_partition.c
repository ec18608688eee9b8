/* partition_file: a graph as it is meant, and each thing that may be wrong with one. */
#include "partition_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const PartitionFields no_fields, both = { "committee", "kind" };

static void refused(const char *text, const PartitionFields *fields, const char *key, const char *said) {
    PartitionFile file = { .in.n = -7 };
    Fault f;

    assert_int_equal(partition_file_read(str(text), fields, &file, &f), ERR_INVALID);
    assert_string_equal(f.key, key);
    assert_non_null(strstr(f.en, said));
    assert_int_equal(file.in.n, -7);
}

#define RANGE ",\"min\":3,\"max\":5}"

static void test_read(void **state) {
    PartitionFile file;
    Fault f;

    (void)state;
    assert_int_equal(
        partition_file_read(
            str("{\"units\":[{\"id\":9,\"households\":4,\"x\":1.5,\"y\":-2,\"kind\":3,"
                "\"committee\":7},{\"households\":0,\"x\":0,\"y\":1,\"kind\":0.5,\"committee\":-8}],"
                "\"edges\":[[1,0,2.25]]" RANGE),
            &both, &file, &f),
        OK);
    assert_int_equal(file.in.n, 2);
    assert_int_equal(file.in.households[0], 4);
    assert_true(file.in.x_m[0] == 1.5 && file.in.y_m[0] == -2 && file.in.features[1] == 0.5);
    assert_int_equal(file.in.label[1], -8);
    assert_int_equal(file.in.edges[0].a, 1);
    assert_true(file.in.edges[0].border_m == 2.25);
    assert_int_equal(file.in.min, 3);
    assert_int_equal(file.in.max, 5);
    partition_file_end(&file);
    assert_int_equal(
        partition_file_read(str("{\"units\":[{\"households\":1}],\"edges\":[]" RANGE), &no_fields, &file, &f),
        OK);
    assert_null(file.in.x_m);
    assert_null(file.in.label);
    partition_file_end(&file);
}

static void test_refused(void **state) {
    (void)state;
    refused("{\"units\":[", &no_fields, "plan_syntax", "Line 1");
    refused("{\"units\":[]}", &no_fields, "plan_members", "“edges”");
    refused("{\"units\":[],\"edges\":[],\"max\":5}", &no_fields, "plan_range", "“min”");
    refused("{\"units\":[],\"edges\":[],\"min\":1.5,\"max\":5}", &no_fields, "plan_range", "“min”");
    refused("{\"units\":[3],\"edges\":[]" RANGE, &no_fields, "plan_unit", "Unit 0: ");
    refused("{\"units\":[{\"households\":-1}],\"edges\":[]" RANGE, &no_fields, "plan_unit",
            "Unit 0: its households must be");
    refused("{\"units\":[{\"households\":1,\"x\":1,\"y\":1},{\"households\":1,\"x\":1}],\"edges\":[]" RANGE,
            &no_fields, "plan_unit", "Unit 1: its y must be");
    refused("{\"units\":[{\"households\":1,\"kind\":1}],\"edges\":[]" RANGE, &both, "plan_unit", "committee");
    refused("{\"units\":[{\"households\":1}],\"edges\":[[0,0]]" RANGE, &no_fields, "plan_edge",
            "Edge 0 must be");
    refused("{\"units\":[{\"households\":1}],\"edges\":[[0,1,2]]" RANGE, &no_fields, "plan_edge", "(0 and 1)");
}

static void test_plan(void **state) {
    int32_t grids[3] = { 9, 9, 9 };
    Fault f;

    (void)state;
    assert_int_equal(partition_plan_read(str("[700000000000,0,700000000000]"), 3, false, grids, &f), OK);
    assert_memory_equal(grids, ((int32_t[]){ 0, 1, 0 }), sizeof grids);
    assert_int_equal(partition_plan_read(str("[null,4,-1]"), 3, true, grids, &f), OK);
    assert_memory_equal(grids, ((int32_t[]){ -1, 0, -1 }), sizeof grids);
    assert_int_equal(partition_plan_read(str("[null,4,4]"), 3, false, grids, &f), ERR_INVALID);
    assert_string_equal(f.key, "plan_entry");
    assert_int_equal(partition_plan_read(str("[4,4]"), 3, false, grids, &f), ERR_INVALID);
    assert_string_equal(f.key, "plan_entries");
    assert_memory_equal(grids, ((int32_t[]){ -1, 0, -1 }), sizeof grids);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_read), cmocka_unit_test(test_refused),
                                        cmocka_unit_test(test_plan) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
