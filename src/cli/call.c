/* call – operations from the shell: `call` any of them, `user` the few that a
 * new installation begins with, `webhook` those about other systems. */
#include "command.h"

#include "account.h"
#include "ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ROOM = 16 << 20 };

typedef struct AsWhom {
    const char *login;
    Actor by;
    Arena *arena;
} AsWhom;

static Err find_actor(Tx *tx, void *arg, Fault *f) {
    AsWhom *w = arg;
    tx_lend(tx, w->arena);
    return account_actor(tx, str(w->login), &w->by, f);
}

/* Runs one operation and prints its answer. */
static Err call_once(Store *s, const Op *op, const Actor *by, Str body, const char *key, Arena *a, Fault *f) {
    Buf out;
    OpCall call = { .op = op,
                    .store = s,
                    .slot = -1,
                    .body = body,
                    .client_key = key ? str(key) : (Str){ 0 },
                    .arena = a,
                    .out = &out };

    actor_copy(by, &call.by);
    TRY(buf_begin(&out, 1 << 16, ROOM, f));
    Err e = op_call(&call, f);
    if (e == OK)
        fwrite(out.p, 1, out.n, stdout);
    if (e == OK && !op->media)
        putchar('\n');
    buf_end(&out);
    return e;
}

int run_call(const Config *c, int argc, char **argv) {
    const char *as = command_option(&argc, argv, "--as"), *key = command_option(&argc, argv, "--key");
    const Op *op = argc >= 1 ? op_named(str(argv[0])) : NULL;
    Installation in = command_installation(c);
    Store *s = NULL;
    Arena a = { 0 };
    Fault f;
    AsWhom who = { .login = as, .arena = &a };

    if (argc >= 1 && !op) {
        fault(&f, ERR_INVALID, "operation_unknown", "", "没有“%.40s”这个操作。`jingwei call` 列出全部操作。",
              "There is no operation “%.40s”. `jingwei call` lists them all.", argv[0]);
        return command_misused(&f);
    }
    if (!op || argc > 2) {
        for (size_t i = 0; i < ops_count; i++)
            fprintf(stderr, "  %-18s %s\n", ops[i].name, ops[i].sentence);
        return command_usage(command_named("call"));
    }
    actor_public(&who.by);
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? arena_begin(&a, ROOM, &f) : e;
    e = e == OK && as ? store_read(s, -1, find_actor, &who, &f) : e;
    e = e == OK ? call_once(s, op, &who.by, argc == 2 ? str(argv[1]) : (Str){ 0 }, key, &a, &f) : e;
    installation_close(s);
    arena_end(&a);
    return e == OK ? EXIT_OK : command_fault(&f);
}

/* ---- user ---- */

/* A line of standard input. Only at a terminal it asks, and what is typed is not shown. */
static bool read_password(char *room, size_t size) {
    struct termios shown, hidden;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &shown) == 0;

    if (terminal) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fputs("密码 / password: ", stderr);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    bool got = fgets(room, (int)size, stdin) != NULL;
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        fputc('\n', stderr);
    }
    if (got)
        room[strcspn(room, "\r\n")] = 0;
    return got;
}

/* The operator of this machine acts as the administrator whose right it takes. */
static Err user_call(Store *s, const char *op, Role role, Buf *json, Arena *a, Fault *f) {
    Actor by;

    actor_in(role, str("0"), (OrgId){ 0 }, &by);
    return call_once(s, op_named(str(op)), &by, buf_view(json), NULL, a, f);
}

static void put_pair(Buf *b, const char *name, const char *value) {
    buf_fmt(b, "%s\"%s\":", b->n ? "," : "{", name);
    buf_json(b, str(value));
}

/* What the words ask for, as the JSON of an operation; NULL: they make no sense. */
static const char *user_json(int argc, char **argv, Buf *b) {
    char password[256];
    bool add = argc == 3 && strcmp(argv[0], "add") == 0, passwd = argc == 2 && strcmp(argv[0], "passwd") == 0;

    if (argc >= 2)
        put_pair(b, "login", argv[1]);
    if (add)
        put_pair(b, "title", argv[2]);
    if (add || passwd) {
        if (!read_password(password, sizeof password))
            return NULL;
        put_pair(b, "password", password);
        buf_str(b, "}");
        return add ? "account.add" : "account.password";
    }
    if (argc < 3 || argc > 5 || strcmp(argv[0], "post") != 0)
        return NULL;
    put_pair(b, "role", argv[2]);
    if (argc > 3)
        put_pair(b, "area", argv[3]);
    if (argc > 4)
        put_pair(b, "unit", argv[4]);
    buf_str(b, "}");
    return "post.give";
}

/* One operation of the operator, in the words of a command; `op` NULL: they make no sense. */
static int run_words(const Config *c, const char *command, const char *op, Role role, Buf *json) {
    Installation in = command_installation(c);
    Store *s = NULL;
    Arena a = { 0 };
    Fault f;

    if (!op || json->full)
        return command_usage(command_named(command));
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? arena_begin(&a, 1 << 20, &f) : e;
    e = e == OK ? user_call(s, op, role, json, &a, &f) : e;
    installation_close(s);
    arena_end(&a);
    return e == OK ? EXIT_OK : command_fault(&f);
}

int run_user(const Config *c, int argc, char **argv) {
    char room[2048] = "";
    Buf json = { room, 0, sizeof room, false, 0 };
    const char *op = user_json(argc, argv, &json);
    bool post = op && strcmp(op, "post.give") == 0;

    return run_words(c, "user", op, post ? ROLE_SECURITY_ADMIN : ROLE_SYSTEM_ADMIN, &json);
}

/* ---- webhook ---- */

static const struct {
    const char *word, *op, *more; /* `more` is said of the one with that id */
} hook_words[] = { { "stop", "subscription.change", ",\"active\":false" },
                   { "start", "subscription.change", ",\"active\":true" },
                   { "secret", "subscription.renew", "" },
                   { "again", "delivery.again", "" } };

static const char *hook_json(int argc, char **argv, Buf *b) {
    if (argc == 0)
        return "subscription.list";
    if (argc == 4 && strcmp(argv[0], "add") == 0) {
        put_pair(b, "title", argv[1]);
        put_pair(b, "url", argv[2]);
        put_pair(b, "events", argv[3]);
        buf_str(b, "}");
        return "subscription.add";
    }
    if (argc == 1 && strcmp(argv[0], "failed") == 0) {
        buf_str(b, "{\"state\":\"given_up\",\"limit\":200}");
        return "delivery.list";
    }
    for (size_t i = 0; argc == 2 && i < COUNT(hook_words); i++)
        if (strcmp(argv[0], hook_words[i].word) == 0) {
            put_pair(b, "id", argv[1]);
            buf_fmt(b, "%s}", hook_words[i].more);
            return hook_words[i].op;
        }
    return NULL;
}

int run_webhook(const Config *c, int argc, char **argv) {
    char room[4096] = "";
    Buf json = { room, 0, sizeof room, false, 0 };

    return run_words(c, "webhook", hook_json(argc, argv, &json), ROLE_SYSTEM_ADMIN, &json);
}
