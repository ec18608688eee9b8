/* ground_test – which picture of the ground serves, on both stores: one that was made in
 * a change that is rolled back never does, though the next change has its revision, and
 * the same of the words of addresses; while a large ground is made anew by the keeper,
 * the one before serves, until the new one is there. */
#include "city.h"

#include "address.h"
#include "area.h"
#include "ground.h"
#include "ground_cache.h"
#include "ground_keeper.h"
#include "installation.h"
#include "place.h"

#include <pthread.h>

static Dialect dialect;
static Actor planner;
static Arena arena;
static int64_t here; /* the grid that holds the point below */
static char was[100];

static int set_up(void **state) {
    (void)state;
    assert_ok(arena_begin(&arena, 8 << 20, &fa));
    city_open(dialect, true);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &planner);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    city_close();
    arena_end(&arena);
    return 0;
}

/* ---- asking ---- */

static const char *locate_here(void) {
    assert_ok(call("area.locate", &planner, "{\"lon\":121.47,\"lat\":31.225}"));
    return answer;
}

static void learn(void) {
    const char *chain = strstr(locate_here(), "\"chain\":");
    assert_non_null(chain);
    here = strtoll(strstr(chain, "\"id\":\"") + 6, NULL, 10);
    const char *name = strstr(chain, "\"name\":\"") + 8;
    snprintf(was, sizeof was, "\"name\":\"%.*s\"", (int)strcspn(name, "\""), name);
}

static void rename_to(int64_t id, const char *name) {
    char json[200];
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"name\":\"%s\",\"day\":\"%s\"}", (long long)id, name,
             "2026-01-01");
    assert_ok(call("area.rename", &planner, json));
}

static int64_t number(const char *sql) { return strtoll(testdb_ask(&city_db, sql), NULL, 10); }

/* ---- what is rolled back ---- */

static Err think_better_of_it(Tx *tx, void *arg, Fault *f) {
    AreaRename in = { .id = { here }, .name = str("没有的名字"), .day = day_of_civil(2026, 1, 1) };
    PlaceAlias alias;
    const Ground *g;
    const Addresses *a;
    Area out;
    (void)arg;

    arena.used = 0;
    tx_lend(tx, &arena);
    TRY(area_rename(tx, &in, &planner, &out, f));
    TRY(ground_borrow(tx, &g, f));
    assert_memory_equal(ground_area(g, in.id)->name.p, "没有的名字", 15);
    ground_return(g);
    TRY(place_alias_put(tx, (PlaceId){ number("SELECT min(id) FROM place") }, str("并无此处大厦"), ALIAS_COMMON,
                        &alias, f));
    TRY(places_changed(tx, f));
    TRY(addresses_borrow(tx, &a, f));
    addresses_return(a);
    return fault(f, ERR_CONFLICT, "thought_better", "", "不改了。", "Not after all.");
}

static void test_rolled_back(void **state) {
    char sql[120], json[200];
    (void)state;
    learn();
    assert_int_equal(store_write_now(city, think_better_of_it, NULL, false, &fa), ERR_CONFLICT);
    snprintf(sql, sizeof sql, "SELECT max(id) FROM area WHERE level = %d AND id <> %lld", LEVEL_MICRO,
             (long long)here);
    rename_to(number(sql), "另一格"); /* the revision of the change that never was */
    assert_non_null(strstr(locate_here(), was));
    assert_null(strstr(answer, "没有的名字"));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"name\":\"新安阁\",\"kind\":\"common\"}",
             (long long)number("SELECT max(id) FROM place"));
    assert_ok(call("place.alias_add", &planner, json));
    assert_ok(call("place.locate", &planner, "{\"text\":\"并无此处大厦\"}"));
    assert_null(strstr(answer, "\"matched\":\"并无此处大厦\""));
    assert_null(strstr(answer, "certain\":true"));
    assert_ok(call("place.locate", &planner, "{\"text\":\"新安阁\"}"));
    assert_non_null(strstr(answer, "新安阁"));
}

/* ---- while the newest is made ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int made, written; /* how often it was begun, and how often the file was there */
static bool hold;         /* who makes the next one waits */

static void wait_until(const int *n, int wanted) {
    pthread_mutex_lock(&lock);
    while (*n < wanted)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void let_go(void) {
    pthread_mutex_lock(&lock);
    hold = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* A damaged file is found while the picture is made, so this is the middle of it. It
 * takes longer there than a caller is patient for, as a large layer does. */
static void on_news(const GroundNews *news) {
    pthread_mutex_lock(&lock);
    if (news->event == GROUND_IGNORED) {
        made++;
        pthread_cond_broadcast(&changed);
        for (int64_t begun = clock_mono_ms(); clock_mono_ms() - begun < 60;)
            ;
        while (hold)
            pthread_cond_wait(&changed, &lock);
    }
    written += news->event == GROUND_WRITTEN;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void damaged_file(const char *dir, int32_t further) {
    char name[GROUND_FILE_NAME], path[400];
    GroundCacheKey key = { .layer = { number("SELECT id FROM layer WHERE governing = TRUE") },
                           .revision =
                               (int32_t)number("SELECT revision FROM layer WHERE governing = TRUE") + further };
    ground_cache_name(&key, name);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs("not ours", f) >= 0 && fclose(f) == 0);
}

static void test_before_serves(void **state) {
    char dir[] = "/tmp/jingwei-ground.XXXXXX", remove[60];
    (void)state;
    learn();
    ground_forget(city);
    made = written = 0;
    assert_non_null(mkdtemp(dir));
    damaged_file(dir, 0);
    ground_keep_in(city, dir);
    assert_ok(ground_keeper_start(city, on_news, &fa));
    wait_until(&written, 1);
    assert_int_equal(made, 1);
    damaged_file(dir, 1);
    hold = true;
    rename_to(here, "改过的名字");
    assert_non_null(strstr(locate_here(), was)); /* this woke the keeper */
    wait_until(&made, 2);
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(locate_here(), was));
    assert_ok(call("case.report", &planner, "{\"text\":\"井盖破损\",\"lon\":121.47,\"lat\":31.225}"));
    assert_int_equal(number("SELECT area FROM cases ORDER BY id DESC LIMIT 1"), here);
    assert_int_equal(made, 2); /* nobody else has made one */
    let_go();
    wait_until(&written, 2);
    assert_non_null(strstr(locate_here(), "\"name\":\"改过的名字\""));
    snprintf(remove, sizeof remove, "rm -r %s", dir);
    assert_int_equal(system(remove), 0);
}

static int run_on(Dialect d) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    static const struct CMUnitTest tests[] = { EACH(test_rolled_back), EACH(test_before_serves) };
    dialect = d;
    return testdb_has(d) ? cmocka_run_group_tests_name(d == SQLITE ? "ground in memory, SQLite"
                                                                   : "ground in memory, PostgreSQL",
                                                       tests, NULL, NULL)
                         : 0;
}

int main(void) { return run_on(SQLITE) + run_on(POSTGRES); }
