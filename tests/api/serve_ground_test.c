/* serve_ground_test – the running server and the file of its index: used at the next
 * start, made anew when it is no good or when an area has changed, and not needed. */
#include "server.h"

#include <dirent.h>
#include <poll.h>
#include <sys/stat.h>

static TestServer s;
static Dialect dialect;
static char cache[400];

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    snprintf(cache, sizeof cache, "%s/cache", s.dir);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static bool log_says(const char *words) {
    char path[400];
    static char log[1 << 17];

    snprintf(path, sizeof path, "%s/log", s.db.dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    log[fread(log, 1, sizeof log - 1, f)] = 0;
    fclose(f);
    return strstr(log, words) != NULL;
}

static void wait_for(const char *words) {
    for (int i = 0; i < 2000 && !log_says(words); i++)
        poll(NULL, 0, 10);
    if (!log_says(words))
        fail_msg("the log never said %s", words);
}

/* The only file there is. */
static void only_file(char path[800]) {
    DIR *d = opendir(cache);
    int n = 0;

    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (e->d_name[0] != '.') {
            snprintf(path, 800, "%s/%s", cache, e->d_name);
            n++;
        }
    closedir(d);
    assert_int_equal(n, 1);
}

static size_t read_file(const char *path, char *room, size_t size) {
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(room, 1, size, f);
    fclose(f);
    return n;
}

static void write_file(const char *path, const char *bytes, size_t n) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

/* What the server says of a point in the demo city; *ret lives until the next. */
static const char *located(void) {
    static char body[1 << 17];
    Reply r = server_get(&s, "/api/1/locate?lon=121.47&lat=31.225");
    assert_int_equal(r.status, 200);
    snprintf(body, sizeof body, "%s", r.body);
    assert_non_null(strstr(body, "\"found\":true"));
    return body;
}

static char whole[1 << 22], after[1 << 22], first[1 << 17], path[800];

static void start_and_write(void) {
    server_start(&s, NULL);
    wait_for("\"ground.cache_written\"");
    assert_true(log_says("\"cached\":false"));
    only_file(path);
    snprintf(first, sizeof first, "%s", located());
    server_stop(&s);
}

static void test_used(void **state) {
    (void)state;
    start_and_write();
    server_start(&s, NULL);
    wait_for("\"event\":\"ground.ready\",\"cached\":true");
    assert_string_equal(located(), first);
    assert_false(log_says("ground.cache_"));
    server_stop(&s);
}

static void test_no_good(void **state) {
    (void)state;
    start_and_write();
    size_t n = read_file(path, whole, sizeof whole);
    assert_true(n > 200 && n < sizeof whole);
    for (int how = 0; how < 4; how++) {
        memcpy(after, whole, n);
        if (how == 0)
            after[n - 9] ^= 1;
        if (how == 3)
            after[12] ^= 1; /* the revision */
        write_file(path, how == 2 ? "not ours" : after, how == 1 ? n / 2 : how == 2 ? 8 : n);
        server_start(&s, NULL);
        wait_for(how == 3 ? "\"why\":\"other\"" : "\"why\":\"damaged\"");
        wait_for("\"ground.cache_written\"");
        assert_string_equal(located(), first);
        server_stop(&s);
        assert_int_equal(read_file(path, after, sizeof after), n);
        assert_memory_equal(after, whole, n);
    }
}

/* The next revision is made and written, and the file of the one before goes. */
static void test_follows(void **state) {
    char newer[800];
    (void)state;
    start_and_write();
    server_start(&s, NULL);
    wait_for("\"cached\":true");
    testdb_exec(&s.db, "UPDATE layer SET revision = revision + 1 WHERE governing = TRUE");
    assert_string_equal(located(), first);
    wait_for("\"ground.cache_written\"");
    only_file(newer);
    assert_string_not_equal(newer, path);
    server_stop(&s);
    server_start(&s, NULL);
    wait_for("\"cached\":true");
    server_stop(&s);
}

/* A cache that cannot be made costs the cache alone. */
static void test_not_needed(void **state) {
    (void)state;
    write_file(cache, "", 0);
    server_start(&s, NULL);
    wait_for("\"ground.cache_not_written\"");
    assert_non_null(located());
    server_stop(&s);
    server_start(&s, NULL);
    assert_non_null(located());
    server_stop(&s);
    assert_int_equal(unlink(cache), 0);
    start_and_write();
}

static int run_on(Dialect d) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)
    static const struct CMUnitTest tests[] = { TEST(test_used), TEST(test_no_good), TEST(test_follows),
                                               TEST(test_not_needed) };
    dialect = d;
    return testdb_has(d) ? cmocka_run_group_tests_name(
                               d == SQLITE ? "ground on SQLite" : "ground on PostgreSQL", tests, NULL, NULL)
                         : 0;
}

int main(void) { return run_on(SQLITE) + run_on(POSTGRES); }
