/* child – the servers that a bench measures, each a process of its own, so that
 * its processor time can be told from the generator's. */
#ifndef JW_BENCH_CHILD_H
#define JW_BENCH_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct Child {
    pid_t pid;
    int port;
} Child;

/* Starts a program and waits for its line "listening on http://127.0.0.1:PORT". */
Child child_listening(char *const argv[]);
/* Starts a program that is known to listen on `port`, and waits until it does. */
Child child_on_port(char *const argv[], int port);
/* Forks; the child calls serve(arg), which says its port on `fd` and never returns. */
Child child_forked(void (*serve)(void *arg, int fd), void *arg);
void child_stop(Child c); /* SIGTERM, and waits */

double child_cpu_s(Child c);        /* of it and of its children */
void child_run(char *const argv[]); /* runs to its end; output thrown away; must succeed */
int child_free_port(void);

#endif
