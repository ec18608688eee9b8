/* cli_test – every command of the real program: --help, --json, exit codes 0, 1 and 2,
 * and no question where nobody sits at a terminal. The list of commands is the program's
 * own, so a new one is tried without a line here. */
#include "server.h"

#include <jansson.h>

static TestServer s;

#define RUN(...) command_run((const char *const[]){ __VA_ARGS__, NULL })
#define ON(...) server_command(&s, (const char *const[]){ __VA_ARGS__, NULL })

static int make(void **state) {
    (void)state;
    server_make(SQLITE, &s);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static void assert_json(const Said *said) {
    json_error_t wrong;
    json_t *j = json_loads(said->out, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &wrong);
    if (said->status != 0 || !j)
        fail_msg("exit %d, %s\n%.300s\n%.300s", said->status, wrong.text, said->out, said->err);
    json_decref(j);
}

static json_t *commands(void) {
    Said said = RUN("--help", "--json");
    assert_int_equal(said.status, 0);
    json_t *list = json_loads(said.out, 0, NULL);
    assert_true(json_is_array(list) && json_array_size(list) > 14);
    return list;
}

/* ---- asked, and asked wrongly ---- */

static void test_help(void **state) {
    char usage[80];
    json_t *list = commands(), *one;
    size_t i;
    (void)state;
    json_array_foreach (list, i, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        Said said = RUN(name, "--help");
        snprintf(usage, sizeof usage, "usage: jingwei %s", name);
        if (said.status != 0 || !strstr(said.out, usage) || *said.err)
            fail_msg("%s --help: exit %d\n%s%s", name, said.status, said.out, said.err);
        assert_true(strlen(json_string_value(json_object_get(one, "sentence"))) > 10);
    }
    json_decref(list);
    Said said = RUN("--help");
    assert_int_equal(said.status, 0);
    assert_true(strstr(said.out, "jingwei 经纬") && strstr(said.out, "Exit codes"));
    said = RUN("import", "calendar", "--help");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "--until DAY"));
}

static void test_wrong_flags(void **state) {
    static const char *const kinds[] = { "areas", "calendar", "catalogue", "cases", "orgs" };
    json_t *list = commands(), *one;
    size_t i;
    (void)state;
    json_array_foreach (list, i, one) {
        const char *name = json_string_value(json_object_get(one, "name"));
        Said said = ON(name, "--no-such-flag");
        if (said.status != 2 || !*said.err || *said.out)
            fail_msg("%s --no-such-flag: exit %d\n%s%s", name, said.status, said.out, said.err);
        said = ON(name, "--no-such-flag", "--json");
        json_t *fault = json_loads(said.err, 0, NULL);
        if (strcmp(name, "import") != 0 && (said.status != 2 || !json_object_get(fault, "code")))
            fail_msg("%s --no-such-flag --json: exit %d\n%s", name, said.status, said.err);
        json_decref(fault);
    }
    json_decref(list);
    for (i = 0; i < COUNT(kinds); i++) {
        Said said = ON("import", kinds[i], "--no-such-flag");
        if (said.status != 2 || !*said.err || *said.out)
            fail_msg("import %s --no-such-flag: exit %d\n%s%s", kinds[i], said.status, said.out, said.err);
    }
}

/* Standard input is empty here: what wants a password says how it is asked, at once. */
static void test_never_asks(void **state) {
    (void)state;
    Said said = ON("user", "passwd", "dispatch");
    assert_int_equal(said.status, 2);
    assert_null(strstr(said.err, "password: "));
    said = ON("user", "add", "new", "新人");
    assert_int_equal(said.status, 2);
    said = ON("call", "account.add", "{\"login\":\"new\"}");
    assert_int_equal(said.status, 1);
}

/* ---- facts and faults for machines ---- */

static void test_json(void **state) {
    char file[400], dir[400];
    (void)state;
    snprintf(file, sizeof file, "%s/copy.db", s.dir);
    snprintf(dir, sizeof dir, "%s/restored", s.dir);
    const Said said[] = {
        ON("check", "--json"),
        ON("migrate", "--json"),
        ON("retain", "--json"),
        ON("config", "--json"),
        ON("locate", "121.47", "31.225", "--json"),
        ON("call", "city.get", "--json"),
        ON("import", "calendar", "--default", "--json"),
        ON("import", "catalogue", "--default", "--json"),
        ON("backup", file, "--json"),
    };
    for (size_t i = 0; i < COUNT(said); i++)
        assert_json(&said[i]);
    Said restored = RUN("restore", file, "--json", "--data", dir);
    assert_json(&restored);
    restored = RUN("restore", file, "--json", "--data", dir); /* that directory is not empty any more */
    assert_int_equal(restored.status, 1);
    json_t *fault = json_loads(restored.err, 0, NULL);
    assert_non_null(json_string_value(json_object_get(fault, "code")));
    assert_non_null(json_string_value(json_object_get(fault, "zh")));
    json_decref(fault);
}

/* ---- export ---- */

static char table[1 << 20];

static void read_file(const char *path) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    table[fread(table, 1, sizeof table - 1, f)] = 0;
    fclose(f);
}

static size_t lines(void) {
    size_t n = 0;
    for (const char *p = table; (p = strchr(p, '\n')); p++)
        n++;
    return n;
}

static void test_export(void **state) {
    char file[400], part[420];
    (void)state;
    snprintf(file, sizeof file, "%s/cases.csv", s.dir);
    snprintf(part, sizeof part, "%s.part", file);
    Said said =
        ON("call", "case.report", "--as", "dispatch",
           "{\"text\":\"=HYPERLINK(1)\",\"spot\":\"@x\",\"source\":\"hotline\",\"name\":\"张三\",\"contact\":"
           "\"13800000000\"}");
    assert_int_equal(said.status, 0);
    said = ON("export", "cases", "--as", "dispatch", file); /* 301, in two transactions */
    assert_said(&said, 0, "", "");
    read_file(file);
    assert_true(strncmp(table, "\xEF\xBB\xBF查询码,状态,来源,", 20) == 0);
    assert_int_equal(lines(), 302);
    assert_null(strstr(table, "张三"));
    assert_null(strstr(table, "13800000000"));
    assert_null(strstr(table, "HYPERLINK")); /* no words unless asked for */

    said = ON("export", "cases", "--as", "dispatch", "--text", file);
    assert_said(&said, 1, "要写明理由", "needs a reason");
    said = ON("export", "cases", "--as", "dispatch", "--text", "--reason", "月报", file);
    assert_said(&said, 1, "最多 200 行", "at most 200 rows");
    read_file(file);
    assert_int_equal(lines(), 302); /* what was there stays, nothing half is left */
    assert_int_not_equal(access(part, F_OK), 0);

    said = ON("export", "cases", "--as", "road", "--text", "--reason", "月报", file); /* his unit's alone */
    assert_int_equal(said.status, 0);
    read_file(file);
    assert_true(lines() > 10 && lines() < 200);
    assert_null(strstr(table, "织云物业"));
    said = ON("export", "cases", "--as", "system", file);
    assert_said(&said, 1, "没有导出这些的权限", "may not export these");
    said = ON("export", "access", "--as", "dispatch");
    assert_said(&said, 1, "没有导出这些的权限", "may not export these");
    said = ON("export", "cases");
    assert_int_equal(said.status, 2);
}

/* Text that a spreadsheet would calculate is guarded; what was opened is in the log. */
static void test_guarded(void **state) {
    char file[400], ask[200];
    (void)state;
    snprintf(file, sizeof file, "%s/some.csv", s.dir);
    testdb_exec(&s.db, "DELETE FROM cases");
    Said said =
        ON("call", "case.report", "--as", "dispatch",
           "{\"text\":\"=HYPERLINK(1)\",\"spot\":\"@x\",\"source\":\"hotline\",\"contact\":\"13800000000\"}");
    assert_int_equal(said.status, 0);
    const char *id = strstr(said.out, "\"id\":\"") + 6;
    snprintf(ask, sizeof ask, "{\"id\":\"%.*s\",\"reason\":\"+回电\"}", (int)strcspn(id, "\""), id);
    said = ON("call", "case.contact", "--as", "dispatch", ask);
    assert_int_equal(said.status, 0);
    said = ON("export", "access", "--as", "audit", "--json");
    assert_int_equal(said.status, 0); /* an object a line */
    assert_non_null(strstr(said.out, "\"login\":\"dispatch\",\"role\":\"dispatcher\""));
    said = ON("export", "cases", "--as", "dispatch", "--text", "--reason", "核对", file);
    assert_int_equal(said.status, 0);
    read_file(file);
    assert_non_null(strstr(table, ",\"'=HYPERLINK(1)\",\"'@x\"\r\n"));
    assert_null(strstr(table, "13800000000"));
    said = ON("export", "access", "--as", "audit");
    assert_non_null(strstr(said.out, ",dispatch,派单员,"));
    assert_non_null(strstr(said.out, ",\"'+回电\""));
    assert_non_null(strstr(said.out, ",导出：核对")); /* the export itself is logged */
    said = ON("export", "areas", "--as", "dispatch", file);
    assert_int_equal(said.status, 0);
    read_file(file);
    assert_int_equal(lines(), 1 + 37); /* district, subdistrict, 5 residential areas, 30 micro-grids */
    assert_non_null(strstr(table, "governing,微网格,990101005006,曲水 06 微网格,990101005,启用,2024-01-01,"));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help), cmocka_unit_test(test_wrong_flags), cmocka_unit_test(test_never_asks),
        cmocka_unit_test(test_json), cmocka_unit_test(test_export),      cmocka_unit_test(test_guarded),
    };
    return cmocka_run_group_tests_name("commands", tests, make, drop);
}
