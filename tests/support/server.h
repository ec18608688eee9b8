/* server – the real program, as its users run it: any command, and `serve` on a free
 * loopback port with a private data directory (and, on PostgreSQL, a private
 * database) that holds the demo city.
 *
 * JW_BINARY names the program. Whatever does not work fails the test that asked. */
#ifndef JW_TEST_SERVER_H
#define JW_TEST_SERVER_H

#include "testdb.h"
#include "wire.h"

#include <sys/types.h>

typedef struct TestServer {
    TestDb db; /* PostgreSQL: the database; SQLite: only the directory */
    char dir[300];
    const char *store; /* what --store gets, or "" */
    char cookie[200];  /* after server_sign_in: a whole header line, else "" */
    pid_t pid;         /* 0: not running */
    int port;
} TestServer;

void server_make(Dialect d, TestServer *ret); /* not started yet */
void server_drop(TestServer *s);              /* stops it, erases everything */

/* Returns when /readyz says that it is ready. `flags` ends with NULL; may be NULL. */
void server_start(TestServer *s, const char *const *flags);
void server_stop(TestServer *s); /* SIGTERM; it must end well, leaks included */
void server_kill(TestServer *s); /* SIGKILL */

/* One command to its end. `words` ends with NULL. */
typedef struct Said {
    int status; /* the exit code; 128 + signal */
    char out[8192], err[8192];
} Said;
Said command_run(const char *const *words);
Said server_command(const TestServer *s, const char *const *words); /* the same with its --data and --store */
void assert_said(const Said *said, int status, const char *zh, const char *en); /* both sentences, on stderr */

/* One request on a connection of its own; `headers` are whole lines. */
Reply server_ask(const TestServer *s, const char *method, const char *path, const char *headers,
                 const char *body);
Reply server_get(const TestServer *s, const char *path); /* with the cookie */
Reply server_post(const TestServer *s, const char *path, const char *headers, const char *body);
void server_sign_in(TestServer *s, const char *login); /* keeps the cookie */

/* The value of the first `"name":` in a JSON answer, a text (as it is escaped) or digits. */
const char *reply_value(const Reply *r, const char *name);

/* Is this problem+json with that status, code and field, and does it say so? */
void assert_problem(const Reply *r, int status, const char *code, const char *field, const char *sentence);

#endif
