/* Settings: four sources, who wins, and what is said about each mistake. */
#include "config.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static Config c;
static Fault f;
static char dir[] = "/tmp/config_XXXXXX", path[64];

static int begin(void **unused) {
    (void)unused;
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/jingwei.conf", dir);
    return 0;
}

static int end(void **unused) {
    (void)unused;
    unlink(path);
    return rmdir(dir);
}

static void file_holds(const char *text) {
    FILE *out = fopen(path, "wbe");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

/* One line of arguments, words parted by spaces. */
static char words[400], *argv[20];
static int argc;
static Err load(char **environment, const char *line) {
    snprintf(words, sizeof words, "jingwei %s", line);
    argc = 0;
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
        argv[argc++] = w;
    argv[argc] = NULL;
    return config_load(environment, &argc, argv, &c, &f);
}

static void defaults(void **unused) {
    (void)unused;
    config_begin(&c);
    assert_string_equal(c.listen, "127.0.0.1:8080");
    assert_string_equal(c.data, "jingwei-data");
    assert_string_equal(c.store, "");
    assert_int_equal(c.threads, 0);
    assert_int_equal(c.header_deadline, 10000);
    assert_int_equal(c.body_limit, 1 << 20);
    assert_false(c.test_clock);
    assert_false(c.test_sessions);
}

static void later_sources_win(void **unused) {
    char data[80], env_data[80],
        *environment[] = { env_data, "JINGWEI_WORKERS=4", "JINGWEI_THREADS=3", "HOME=/x", NULL };

    (void)unused;
    snprintf(data, sizeof data, "serve --threads 2 --data %s --port 9", dir);
    snprintf(env_data, sizeof env_data, "JINGWEI_DATA=/nowhere");
    file_holds(
        "threads = 7\nworkers=6\nheader_deadline = 1min  # slow phones\n\n# all\nzone = \"Europe/Berlin\"\n");
    assert_int_equal(load(environment, data), OK);
    assert_int_equal(c.threads, 2);
    assert_int_equal(c.workers, 4);
    assert_int_equal(c.header_deadline, 60000);
    assert_string_equal(c.zone, "Europe/Berlin");
    assert_string_equal(c.data, dir);
    assert_int_equal(c.origin[CONFIG_threads].from, CONFIG_FLAG);
    assert_int_equal(c.origin[CONFIG_workers].from, CONFIG_ENVIRONMENT);
    assert_int_equal(c.origin[CONFIG_zone].from, CONFIG_FILE);
    assert_int_equal(c.origin[CONFIG_zone].line, 6);
    assert_int_equal(c.origin[CONFIG_listen].from, CONFIG_DEFAULT);
    assert_int_equal(argc, 4); /* what is no setting stays for the command */
    assert_string_equal(argv[1], "serve");
    assert_string_equal(argv[2], "--port");
    assert_string_equal(argv[3], "9");
    assert_null(argv[4]);
}

static void flags(void **unused) {
    char *environment[] = { NULL };

    (void)unused;
    assert_int_equal(load(environment, "--data=/nowhere --log-level=debug --test_clock on x -- --threads 9"),
                     OK);
    assert_string_equal(c.data, "/nowhere");
    assert_string_equal(c.log_level, "debug");
    assert_true(c.test_clock);
    assert_int_equal(c.threads, 0); /* behind -- nothing is a flag */
    assert_int_equal(argc, 5);
    assert_int_equal(load(environment, "serve --threads"), ERR_INVALID);
    assert_string_equal(f.en, "--threads needs a value.");
    assert_int_equal(load(environment, "--threads many"), ERR_INVALID);
    assert_string_equal(f.en, "--threads: threads cannot be \"many\". Allowed: a whole number, 0 to 256.");
    assert_string_equal(f.zh, "--threads：threads 不能是“many”。允许的是：整数，0 到 256。");
    assert_string_equal(f.field, "threads");
}

static void mistakes_in_the_file(void **unused) {
    static const struct {
        const char *text, *key, *en;
    } wrong[] = {
        { "treads = 2", "config_unknown",
          "jingwei.conf:1: there is no setting \"treads\". Did you mean \"threads\"?" },
        { "\n\ncolour = red", "config_unknown",
          "jingwei.conf:3: there is no setting \"colour\". `jingwei config` lists" },
        { "threads 2", "config_line", "jingwei.conf:1: this is not \"name = value\"." },
        { "threads = 2\n threads=3", "config_twice", "jingwei.conf:2: threads is already set in line 1." },
        { "data = /x", "config_data", "use --data or JINGWEI_DATA" },
        { "threads = 257", "config_value", "Allowed: a whole number, 0 to 256." },
        { "threads = -1", "config_value", "cannot be \"-1\"" },
        { "threads =", "config_value", "cannot be \"\"" },
        { "threads = 2 3", "config_value", "cannot be \"2 3\"" },
        { "threads = 99999999999999999999", "config_value", "Allowed" },
        { "body_limit = 999999999999G", "config_value", "Allowed: a size (k, M, G), 1k to 1G." },
        { "idle_timeout = 30", "config_value", "Allowed: a time (ms, s, min, h), 100ms to 1h." },
        { "log_level = loud", "config_value", "Allowed: debug, info, warning, error." },
        { "log_level = debug|info", "config_value", "Allowed" },
        { "test_clock = yes", "config_value", "Allowed: on or off." },
        { "listen = 8080", "config_value", "address:port, such as 127.0.0.1:8080" },
        { "zone = a\xFFz", "config_value", "Allowed: a text of at most 60 bytes." },
        { "store = postgresql://u:secret@h/\x01", "config_value", "store cannot be \"********\"" },
    };
    char flag[80], *environment[] = { NULL };

    (void)unused;
    snprintf(flag, sizeof flag, "--data %s", dir);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        file_holds(wrong[i].text);
        assert_int_equal(load(environment, flag), ERR_INVALID);
        assert_string_equal(f.key, wrong[i].key);
        if (!strstr(f.en, wrong[i].en))
            fail_msg("\"%s\": %s", wrong[i].text, f.en);
        assert_null(strstr(f.en, "secret@"));
        assert_true(strlen(f.zh) > 10);
    }
    static char large[70000];
    memset(large, '#', sizeof large - 1);
    file_holds(large);
    assert_int_equal(load(environment, flag), ERR_LIMIT);
    unlink(path);
    assert_int_equal(load(environment, flag), OK); /* no file is no fault */
    mkdir(path, 0700);
    assert_int_equal(load(environment, flag), ERR_INVALID); /* a directory of its name is */
    assert_string_equal(f.key, "config_file");
    rmdir(path);
}

static void mistakes_in_the_environment(void **unused) {
    char *unknown[] = { "JINGWEI_WORKER=1", NULL }, *bad[] = { "JINGWEI_WORKERS=x", NULL };

    (void)unused;
    assert_int_equal(load(unknown, "--data /nowhere"), ERR_INVALID);
    assert_string_equal(f.en, "JINGWEI_WORKER: there is no setting \"worker\". Did you mean \"workers\"?");
    assert_int_equal(load(bad, "--data /nowhere"), ERR_INVALID);
    assert_non_null(strstr(f.en, "JINGWEI_WORKERS: workers cannot be \"x\""));
}

static void prints_what_it_reads(void **unused) {
    Buf b, again;
    static Config back;

    (void)unused;
    config_begin(&c);
    assert_int_equal(
        config_read(&c,
                    str("\xEF\xBB\xBFzone = \"Asia/Urumqi\" # west\r\nthreads=3\r\nkey_file = \"/a b#c\"\n"),
                    "test.conf", &f),
        OK);
    assert_string_equal(c.key_file, "/a b#c");
    assert_int_equal(buf_begin(&b, 1024, 1 << 20, &f), OK);
    assert_int_equal(buf_begin(&again, 1024, 1 << 20, &f), OK);
    config_print(&c, &b);
    config_begin(&back);
    if (config_read(&back, buf_view(&b), "printed", &f) != OK)
        fail_msg("%s", f.en);
    for (int i = 0; i < CONFIG_COUNT; i++)
        assert_string_equal(c.origin[i].text, back.origin[i].text);
    config_print_json(&c, &again);
    json_t *j = json_loadb(again.p, again.n, JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_array_size(j), CONFIG_COUNT);
    assert_string_equal(json_string_value(json_object_get(json_array_get(j, CONFIG_threads), "value")), "3");
    json_decref(j);
    buf_end(&b);
    buf_end(&again);
}

static void secrets_are_masked(void **unused) {
    static const struct {
        const char *store, *shown;
    } t[] = {
        { "postgresql://me:geheim@db:5432/jw", "store = postgresql://me:********@db:5432/jw\n" },
        { "postgresql://me:ge@heim@db/jw", "store = postgresql://me:********@db/jw\n" },
        { "postgresql://db/jw", "store = postgresql://db/jw\n" },
        { "postgresql://db/jw?password=geheim", "store = ********\n" },
        { "postgresql://geheim@db/jw", "store = ********\n" },
        { "host=db password=geheim", "store = \"********\"\n" },
    };
    char room[16384];

    (void)unused;
    for (size_t i = 0; i < COUNT(t); i++) {
        Buf b = { room, 0, sizeof room, false, 0 };
        config_begin(&c);
        assert_int_equal(config_set(&c, str("store"), str(t[i].store), "test", &f), OK);
        assert_string_equal(c.store, t[i].store);
        config_print(&c, &b);
        assert_false(b.full);
        assert_non_null(strstr(room, t[i].shown));
        assert_null(strstr(room, "heim"));
        b.n = 0;
        config_print_json(&c, &b);
        assert_null(strstr(room, "heim"));
    }
}

static void addresses(void **unused) {
    static const char *const good[] = { "127.0.0.1:8080", "[::1]:80", "example.org:65535", "0.0.0.0:0",
                                        "localhost:1" };
    static const char *const bad[] = { "",           ":",       ":80",     "host:",       "host",
                                       "host:65536", "host:8o", "::1:80",  "[]:80",       "[::1:80",
                                       "a b:80",     "host:-1", "host:+1", "host:000080", "a/b:80" };
    char host[256];
    int32_t port;

    (void)unused;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(config_address(good[i], host, &port));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(config_address(bad[i], host, &port));
    assert_true(config_address("[::1]:80", host, &port));
    assert_string_equal(host, "::1");
    assert_int_equal(port, 80);
    assert_true(config_is_loopback("127.0.0.1") && config_is_loopback("::1") &&
                !config_is_loopback("10.0.0.1"));
}

static void the_paper_is_of_today(void **unused) {
    Buf b;
    static char paper[65536];

    (void)unused;
    assert_int_equal(buf_begin(&b, 1024, 1 << 20, &f), OK);
    config_print_markdown(&b);
    snprintf(paper, sizeof paper, "%s/docs/config.md", getenv("JW_SOURCE"));
    FILE *in = fopen(paper, "rbe");
    assert_non_null(in);
    paper[fread(paper, 1, sizeof paper - 1, in)] = 0;
    fclose(in);
    if (strcmp(paper, b.p) != 0)
        fail_msg("docs/config.md is old: run `make docs`");
    buf_end(&b);
}

/* Any bytes as a file: refused or read. */
static void random_files(void **unused) {
    uint64_t seed = 7;
    char bytes[64];

    (void)unused;
    for (int n = 0; n < 5000; n++) {
        size_t len = (size_t)(seed % sizeof bytes);
        for (size_t i = 0; i < len; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = i % 3 ? "=#\n\" threads1ksmin\r\xFF"[seed >> 40 & 15] : (char)(seed >> 33);
        }
        seed++;
        config_begin(&c);
        config_read(&c, (Str){ bytes, len }, "x", &f);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(later_sources_win),
        cmocka_unit_test(flags),
        cmocka_unit_test(mistakes_in_the_file),
        cmocka_unit_test(mistakes_in_the_environment),
        cmocka_unit_test(prints_what_it_reads),
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(addresses),
        cmocka_unit_test(the_paper_is_of_today),
        cmocka_unit_test(random_files),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
