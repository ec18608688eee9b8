/* serve_start_test – what stands between a person and a running server, tried on the
 * real program: words that mean nothing, settings that cannot be, databases that are
 * not for us or not there, and a PostgreSQL that goes away while we serve. One clear
 * sentence in both languages, exit code 1 (it failed) or 2 (it was asked wrongly),
 * and nothing that was there is touched. */
#include "server.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static TestServer s;
static Dialect dialect;

#define RUN(...) command_run((const char *const[]){ __VA_ARGS__, NULL })
#define ON(...) server_command(&s, (const char *const[]){ __VA_ARGS__, NULL })

static int make(void **state) {
    (void)state;
    server_make(dialect, &s);
    return 0;
}

static int drop(void **state) {
    (void)state;
    server_drop(&s);
    return 0;
}

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

/* It starts again, and all 300 cases of the demo city are there. */
static void assert_whole(void) {
    server_start(&s, NULL);
    server_sign_in(&s, "dispatch");
    Reply r = server_get(&s, "/api/1/cases/count");
    assert_string_equal(reply_value(&r, "n"), "300");
    server_stop(&s);
    Said said = ON("check");
    assert_said(&said, 0, "", "");
}

/* ---- words ---- */

static void test_words(void **state) {
    static const struct {
        const char *words[4], *zh, *en;
    } wrong[] = {
        { { "frobnicate" }, "没有“frobnicate”这个命令。", "There is no command “frobnicate”." },
        { { "check", "--colour" }, "check 没有“--colour”这个选项", "check has no flag “--colour”" },
        { { "call", "case.eat" }, "没有“case.eat”这个操作。", "There is no operation “case.eat”." },
        { { "check", "--threads", "many" },
          "--threads：threads 不能是“many”。允许的是：整数，0 到 256",
          "--threads: threads cannot be \"many\". Allowed: a whole number" },
        { { "check", "--threads" }, "--threads 后面缺少值。", "--threads needs a value." },
        { { "check", "--zone", "Mars/Olympus" }, "Mars/Olympus", "Mars/Olympus" },
        { { "backup" }, "", "usage: jingwei backup FILE" },
        { { "serve", "now" }, "", "usage: jingwei serve" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Said said = command_run(wrong[i].words);
        assert_said(&said, 2, wrong[i].zh, wrong[i].en);
        assert_string_equal(said.out, "");
    }
    Said said = RUN("check", "--help");
    assert_int_equal(said.status, 0);
    assert_non_null(strstr(said.out, "usage: jingwei check"));
}

static void test_settings(void **state) {
    char path[400];
    (void)state;
    snprintf(path, sizeof path, "%s/jingwei.conf", s.dir);
    write_file(path, "threads = 2\nlog_levle = debug\n");
    Said said = ON("serve");
    assert_said(&said, 2, "jingwei.conf:2：没有“log_levle”这个设置。是不是“log_level”？",
                "jingwei.conf:2: there is no setting \"log_levle\". Did you mean \"log_level\"?");
    write_file(path, "threads = 2\nthreads = 3\n");
    said = ON("serve");
    assert_said(&said, 2, "jingwei.conf:2：threads 已在第 1 行设置过。", "threads is already set in line 1.");
    unlink(path);
    setenv("JINGWEI_COLOUR", "red", 1);
    said = ON("check");
    unsetenv("JINGWEI_COLOUR");
    assert_said(&said, 2, "JINGWEI_COLOUR：没有“colour”这个设置。",
                "JINGWEI_COLOUR: there is no setting \"colour\".");
    assert_whole();
}

/* ---- data directories and SQLite files that are none ---- */

static void test_directory(void **state) {
    char path[400];
    (void)state;
    snprintf(path, sizeof path, "%s/file", s.db.dir);
    write_file(path, "mine");
    Said said = RUN("serve", "--data", path);
    assert_said(&said, 1, "不是可用的数据目录", "cannot be used as the data directory: not a directory.");
    said = RUN("serve", "--data", "/no/such/place/at/all");
    assert_said(&said, 1, "不是可用的数据目录", "cannot be used as the data directory: No such file");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 4);
}

static void test_database_is_directory(void **state) {
    char dir[400], path[500];
    (void)state;
    snprintf(dir, sizeof dir, "%s/odd", s.db.dir);
    snprintf(path, sizeof path, "%s/jingwei.db", dir);
    mkdir(dir, 0700);
    mkdir(path, 0700);
    Said said = RUN("serve", "--data", dir);
    assert_said(&said, 1, "jingwei.db 是目录，不是数据库文件。",
                "jingwei.db is a directory, not a database file.");
    assert_int_equal(rmdir(path), 0);
    write_file(path, "Dear diary, today nothing happened.");
    said = RUN("serve", "--data", dir);
    assert_said(&said, 1, "jingwei.db 不是数据库文件。", "jingwei.db is not a database file.");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 35);
}

static void test_in_use(void **state) {
    char pid[40];
    (void)state;
    server_start(&s, NULL);
    server_sign_in(&s, "dispatch");
    snprintf(pid, sizeof pid, "(process %d)", (int)s.pid);
    Said said = ON("serve", "--listen", "127.0.0.1:0");
    assert_said(&said, 1, "正由另一个服务", "is in use by another server");
    assert_said(&said, 1, "请先停掉它。", pid);
    said = ON("call", "city.get"); /* a command beside it may */
    assert_said(&said, 0, "", "");
    Reply r = server_get(&s, "/api/1/cases/count");
    assert_string_equal(reply_value(&r, "n"), "300");
    server_stop(&s);
    assert_whole();
}

/* ---- on both stores ---- */

static void test_port_in_use(void **state) {
    TestServer other;
    char listen[40];
    (void)state;
    server_start(&s, NULL);
    server_make(SQLITE, &other);
    snprintf(listen, sizeof listen, "127.0.0.1:%d", s.port);
    Said said = server_command(&other, (const char *const[]){ "serve", "--listen", listen, NULL });
    assert_said(&said, 1, "已被别的程序占用", "is in use by another program");
    server_drop(&other);
    server_stop(&s);
}

static void test_newer(void **state) {
    (void)state;
    testdb_exec(&s.db, "INSERT INTO schema_version (version, applied_ms, sha) VALUES (9999, 1, 'x')");
    Said said = ON("serve");
    assert_said(&said, 1, "数据库由更新的版本 9999 建立", "The database was made by a newer version 9999");
    said = ON("call", "city.get");
    assert_said(&said, 1, "请安装新版程序。", "install the newer one.");
    testdb_exec(&s.db, "DELETE FROM schema_version WHERE version = 9999");
    assert_whole();
}

static void test_keys(void **state) {
    char path[400], kept[400], command[900];
    (void)state;
    snprintf(path, sizeof path, "%s/keys", s.dir);
    snprintf(kept, sizeof kept, "%s/keys.kept", s.dir);
    assert_int_equal(rename(path, kept), 0);
    write_file(path, "1 beef\n");
    Said said = ON("serve");
    assert_said(&said, 1, "密钥文件第 1 行", "Line 1 of the key file");
    snprintf(command, sizeof command, "grep -qx '1 beef' '%s'", path);
    assert_int_equal(system(command), 0); /* not made anew over it */
    assert_int_equal(rename(kept, path), 0);
    assert_whole();
}

/* Without its keys an installation does not start with new ones: what the old ones
 * sealed would stay shut, and putting them back would shut what came since. */
static void test_keys_missing(void **state) {
    char path[400], kept[400];
    struct stat st;
    (void)state;
    snprintf(path, sizeof path, "%s/keys", s.dir);
    snprintf(kept, sizeof kept, "%s/keys.kept", s.dir);
    Said said = ON("call", "case.report", "{\"text\":\"x\",\"contact\":\"13800000000\"}");
    assert_said(&said, 0, "", "");
    assert_int_equal(rename(path, kept), 0);
    said = ON("serve");
    assert_said(&said, 1, "请把密钥文件放回去。", "is missing, and the database holds what was sealed");
    assert_int_equal(stat(path, &st), -1);
    assert_int_equal(rename(kept, path), 0);
    said = ON("check");
    assert_said(&said, 0, "", "");
}

/* ---- PostgreSQL ---- */

static void test_postgres_away(void **state) {
    char where[600];
    (void)state;
    Said said = RUN("serve", "--data", s.dir, "--store", "postgresql://jingwei@127.0.0.1:1/jingwei");
    assert_said(&said, 1, "连不上 PostgreSQL（127.0.0.1:1）", "PostgreSQL at 127.0.0.1:1 does not answer");
    snprintf(where, sizeof where, "%.*s/nowhere", (int)(strrchr(s.store, '/') - s.store), s.store);
    said = RUN("serve", "--data", s.dir, "--store", where);
    assert_said(&said, 1, "PostgreSQL 中没有这个数据库：nowhere。",
                "There is no database nowhere: make it first");
}

/* A server that says it is PostgreSQL 14 and nothing else. */
static void old_postgres(int listener) {
    static const char hello[] = "R\0\0\0\10\0\0\0\0"
                                "S\0\0\0\31server_version\0"
                                "14.11\0"
                                "Z\0\0\0\5I";
    for (;;) {
        unsigned char head[8];
        int fd = accept(listener, NULL, NULL);
        while (read(fd, head, 8) == 8 && head[4] == 0x04 && head[5] == 0xd2) /* TLS, GSS? no */
            if (write(fd, "N", 1) != 1)
                break;
        if (write(fd, hello, sizeof hello - 1) > 0) {
            char rest[1000];
            while (read(fd, rest, sizeof rest) > 0)
                ;
        }
        close(fd);
    }
}

static void test_postgres_too_old(void **state) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    char where[100];
    (void)state;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &n), 0);
    pid_t pid = fork();
    if (pid == 0)
        old_postgres(listener);
    close(listener);
    snprintf(where, sizeof where, "postgresql://jingwei@127.0.0.1:%d/jingwei", ntohs(a.sin_port));
    Said said = RUN("serve", "--data", s.dir, "--store", where);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_said(&said, 1, "PostgreSQL 版本 14 太旧，需要 15 或更新。",
                "PostgreSQL 14 is too old: 15 or newer is needed.");
}

/* Only `jingwei migrate` makes tables there. */
static void test_postgres_empty(void **state) {
    TestDb empty;
    (void)state;
    testdb_make(POSTGRES, NULL, 0, true, &empty);
    Said said = RUN("serve", "--data", s.dir, "--store", empty.where);
    assert_said(&said, 1, "请先运行 jingwei migrate", "run jingwei migrate");
    testdb_drop(&empty);
}

static void ctl(const char *what) {
    char command[600];
    snprintf(command, sizeof command, "'%s' %s >/dev/null 2>&1 </dev/null", getenv("JW_TEST_PGCTL"), what);
    assert_int_equal(system(command), 0);
}

/* It goes away while we serve: said as 503, on /readyz too; a report that came
 * meanwhile is saved when it is back, once. */
static void test_postgres_goes_and_comes(void **state) {
    static const char body[] = "{\"text\":\"数据库停机时上报\"}";
    char text[400];
    (void)state;
    if (!getenv("JW_TEST_PGCTL"))
        return;
    server_start(&s, NULL);
    server_sign_in(&s, "dispatch");
    ctl("kill");
    Reply r = server_get(&s, "/api/1/cases/count");
    assert_problem(&r, 503, "store_unreachable", "", "连不上 PostgreSQL");
    r = server_get(&s, "/readyz");
    assert_problem(&r, 503, "store_unreachable", "", "连不上 PostgreSQL");
    r = server_ask(&s, "GET", "/api/1/categories", "Accept-Language: en\r\n", NULL);
    assert_problem(&r, 503, "store_unreachable", "", "does not answer");
    r = server_get(&s, "/healthz"); /* it lives */
    assert_int_equal(r.status, 200);
    int fd = wire_connect(s.port);
    snprintf(
        text, sizeof text,
        "POST /api/1/cases HTTP/1.1\r\nHost: h\r\nClient-Key: wire-down-0001\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(body), body);
    wire_send(fd, text);
    ctl("start");
    r = wire_reply(fd);
    close(fd);
    assert_int_equal(r.status, 200);
    r = server_get(&s, "/api/1/cases/count");
    assert_string_equal(reply_value(&r, "n"), "301");
    r = server_get(&s, "/readyz");
    assert_int_equal(r.status, 200);
    server_stop(&s);
}

static int run_on(Dialect d) {
    static const struct CMUnitTest sqlite[] = {
        cmocka_unit_test(test_words),        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_directory),    cmocka_unit_test(test_database_is_directory),
        cmocka_unit_test(test_in_use),       cmocka_unit_test(test_port_in_use),
        cmocka_unit_test(test_newer),        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_missing),
    };
    static const struct CMUnitTest postgres[] = {
        cmocka_unit_test(test_port_in_use),
        cmocka_unit_test(test_newer),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_postgres_away),
        cmocka_unit_test(test_postgres_too_old),
        cmocka_unit_test(test_postgres_empty),
        cmocka_unit_test(test_postgres_goes_and_comes),
        cmocka_unit_test(test_keys_missing),
    };
    dialect = d;
    return d == SQLITE ? cmocka_run_group_tests_name("start, SQLite", sqlite, make, drop)
                       : cmocka_run_group_tests_name("start, PostgreSQL", postgres, make, drop);
}

int main(void) {
    int failed = run_on(SQLITE);
    return failed + (testdb_has(POSTGRES) ? run_on(POSTGRES) : 0);
}
