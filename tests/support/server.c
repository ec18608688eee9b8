/* server – see server.h. */
#include "server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { WORDS_MAX = 40, REQUEST_MAX = 1 << 18 };

/* ---- processes ---- */

static int to_file(const char *path) { return open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); }

/* It dies with the test, whatever happens to that. */
static pid_t begin(const char *const *words, int out, int err) {
    const char *argv[WORDS_MAX + 2] = { getenv("JW_BINARY") };
    size_t n = 1;

    assert_non_null(argv[0]);
    while (*words) {
        assert_true(n < WORDS_MAX);
        argv[n++] = *words++;
    }
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int none = open("/dev/null", O_RDONLY);
        dup2(none, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    return pid;
}

static int end(pid_t pid) {
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_back(int fd, char *to, size_t size) {
    ssize_t n = pread(fd, to, size - 1, 0);
    to[n > 0 ? n : 0] = 0;
    close(fd);
}

Said command_run(const char *const *words) {
    Said said = { 0 };
    char path[] = "/tmp/jingwei-said.XXXXXX";
    int err = mkstemp(path);
    unlink(path);
    snprintf(path, sizeof path, "/tmp/jingwei-said.XXXXXX");
    int out = mkstemp(path);
    unlink(path);
    assert_true(out >= 0 && err >= 0);
    said.status = end(begin(words, out, err));
    read_back(out, said.out, sizeof said.out);
    read_back(err, said.err, sizeof said.err);
    return said;
}

static void add_place(const TestServer *s, const char **words, size_t n) {
    words[n++] = "--data";
    words[n++] = s->dir;
    words[n++] = "--store";
    words[n++] = s->store;
    words[n] = NULL;
}

Said server_command(const TestServer *s, const char *const *words) {
    const char *all[WORDS_MAX];
    size_t n = 0;
    for (; words[n]; n++)
        all[n] = words[n];
    add_place(s, all, n);
    return command_run(all);
}

void assert_said(const Said *said, int status, const char *zh, const char *en) {
    if (said->status != status || !strstr(said->err, zh) || !strstr(said->err, en))
        fail_msg("exit %d, not %d, or not “%s” and “%s”:\n%s", said->status, status, zh, en, said->err);
}

/* ---- a server's life ---- */

void server_make(Dialect d, TestServer *ret) {
    *ret = (TestServer){ .store = "" };
    testdb_make(d, NULL, 0, true, &ret->db);
    if (d == POSTGRES) {
        snprintf(ret->db.dir, sizeof ret->db.dir, "/tmp/jingwei-serve.XXXXXX");
        assert_non_null(mkdtemp(ret->db.dir));
        ret->store = ret->db.where;
    }
    snprintf(ret->dir, sizeof ret->dir, "%s/data", ret->db.dir);
    if (d == SQLITE)
        snprintf(ret->db.where, sizeof ret->db.where, "%s/jingwei.db", ret->dir);
    if (d == POSTGRES) { /* there only `migrate` makes tables */
        Said m = server_command(ret, (const char *const[]){ "migrate", NULL });
        assert_said(&m, 0, "", "");
    }
    Said said = server_command(ret, (const char *const[]){ "demo", "--small", NULL });
    assert_said(&said, 0, "", "");
}

void server_drop(TestServer *s) {
    char command[400];
    if (s->pid)
        server_stop(s);
    testdb_drop(&s->db);
    snprintf(command, sizeof command, "rm -rf '%s'", s->db.dir);
    assert_int_equal(system(command), 0);
}

static bool is_ready(const TestServer *s) { return server_ask(s, "GET", "/readyz", "", NULL).status == 200; }

static void wait_ready(const TestServer *s) {
    for (int i = 0; i < 2000 && !is_ready(s); i++)
        poll(NULL, 0, 10);
    assert_true(is_ready(s));
}

void server_kill(TestServer *s) {
    assert_true(s->pid > 0);
    kill(s->pid, SIGKILL);
    end(s->pid);
    s->pid = 0;
}

void server_start(TestServer *s, const char *const *flags) {
    const char *words[WORDS_MAX] = { "serve", "--listen", "127.0.0.1:0" };
    char path[400], line[200] = "";
    int said[2];
    size_t n = 3;

    bool limited = false; /* a test of something else reports as much as it likes */
    for (; flags && *flags; flags++) {
        limited = limited || strcmp(*flags, "--reports-per-network") == 0;
        words[n++] = *flags;
    }
    if (!limited) {
        words[n++] = "--reports-per-network";
        words[n++] = "0";
    }
    add_place(s, words, n);
    snprintf(path, sizeof path, "%s/log", s->db.dir);
    int err = to_file(path);
    assert_true(err >= 0 && pipe2(said, O_CLOEXEC) == 0);
    s->pid = begin(words, said[1], err);
    close(said[1]);
    bool told = wire_line(said[0], line, sizeof line);
    close(said[0]);
    if (!told || sscanf(line, "listening on http://127.0.0.1:%d", &s->port) != 1) {
        char why[4096];
        read_back(err, why, sizeof why);
        server_kill(s);
        fail_msg("the server did not start: %s%s", line, why);
    }
    close(err);
    wait_ready(s);
}

void server_stop(TestServer *s) {
    pid_t pid = s->pid;
    assert_true(pid > 0);
    s->pid = 0;
    kill(pid, SIGTERM);
    int status = end(pid);
    if (status != 0) {
        char path[400], why[4096];
        snprintf(path, sizeof path, "%s/log", s->db.dir);
        read_back(open(path, O_RDONLY), why, sizeof why);
        fail_msg("the server ended with %d: %s", status, why);
    }
}

/* ---- requests ---- */

Reply server_ask(const TestServer *s, const char *method, const char *path, const char *headers,
                 const char *body) {
    static char text[REQUEST_MAX];
    int n = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s", method, path, s->port,
                     headers);
    size_t more = (size_t)n;

    if (body)
        more += (size_t)snprintf(text + more, sizeof text - more,
                                 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                 strlen(body), body);
    else
        more += (size_t)snprintf(text + more, sizeof text - more, "\r\n");
    assert_true(more < sizeof text);
    return wire_ask_port(s->port, text);
}

Reply server_get(const TestServer *s, const char *path) { return server_ask(s, "GET", path, s->cookie, NULL); }

Reply server_post(const TestServer *s, const char *path, const char *headers, const char *body) {
    char all[1000];
    snprintf(all, sizeof all, "%sX-Jingwei: 1\r\n%s", s->cookie, headers);
    return server_ask(s, "POST", path, all, body);
}

void server_sign_in(TestServer *s, const char *login) {
    char body[200];
    snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"jingwei-demo\"}", login);
    s->cookie[0] = 0;
    Reply r = server_post(s, "/api/1/session", "", body);
    assert_int_equal(r.status, 200);
    const char *cookie = reply_header(&r, "Set-Cookie");
    assert_non_null(cookie);
    snprintf(s->cookie, sizeof s->cookie, "Cookie: %.*s\r\n", (int)strcspn(cookie, ";"), cookie);
}

const char *reply_value(const Reply *r, const char *name) {
    static char room[4][256];
    static int at;
    char key[64], *to = room[at = (at + 1) % 4];
    int n = snprintf(key, sizeof key, "\"%s\":", name);
    const char *p = strstr(r->body, key);

    if (!p)
        fail_msg("no \"%s\" in %d %.400s", name, r->status, r->body);
    p += n;
    snprintf(to, sizeof room[0], "%.*s", (int)(*p == '"' ? strcspn(p + 1, "\"") : strcspn(p, ",}]")),
             p + (*p == '"'));
    return to;
}

void assert_problem(const Reply *r, int status, const char *code, const char *field, const char *sentence) {
    char part[200], where[100] = "";
    const char *type = r->status ? reply_header(r, "Content-Type") : NULL;

    snprintf(part, sizeof part, "\"code\":\"%s\"", code);
    if (*field)
        snprintf(where, sizeof where, "\"field\":\"%s\"", field);
    bool good = r->status == status && type && strcmp(type, "application/problem+json") == 0 &&
                strstr(r->body, part) && strstr(r->body, where) && strstr(r->body, sentence);
    if (!good || (!*field && strstr(r->body, "\"field\":")))
        fail_msg("not %d %s [%s] “%s” but %d %s", status, code, field, sentence, r->status, r->body);
}
