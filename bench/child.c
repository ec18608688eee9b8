/* child – see child.h. */
#include "child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void stop(const char *what) {
    perror(what);
    exit(1);
}

/* In the child: it ends with us, whatever happens to us. */
static void run_program(char *const argv[], int out) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(out, 1);
    execvp(argv[0], argv);
    stop(argv[0]);
}

static pid_t start(char *const argv[], int out) {
    pid_t pid = fork();

    if (pid < 0)
        stop("fork");
    if (pid == 0)
        run_program(argv, out);
    return pid;
}

Child child_listening(char *const argv[]) {
    int pipe_fd[2];
    char line[512];
    Child c = { 0 };

    if (pipe(pipe_fd) != 0)
        stop("pipe");
    c.pid = start(argv, pipe_fd[1]);
    close(pipe_fd[1]);
    FILE *said = fdopen(pipe_fd[0], "r");
    while (said && !c.port && fgets(line, sizeof line, said))
        if (strncmp(line, "listening on http://", 20) == 0)
            c.port = atoi(strrchr(line, ':') + 1);
    if (!c.port) {
        fprintf(stderr, "%s did not start\n", argv[0]);
        exit(1);
    }
    fclose(said);
    return c;
}

static bool listens(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool yes = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    close(fd);
    return yes;
}

Child child_on_port(char *const argv[], int port) {
    Child c = { start(argv, 2), port };

    for (int i = 0; i < 500 && !listens(port); i++)
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    if (!listens(port)) {
        fprintf(stderr, "%s does not listen\n", argv[0]);
        exit(1);
    }
    return c;
}

Child child_forked(void (*serve)(void *arg, int fd), void *arg) {
    int pipe_fd[2];
    Child c = { 0 };

    if (pipe(pipe_fd) != 0 || (c.pid = fork()) < 0)
        stop("fork");
    if (c.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        serve(arg, pipe_fd[1]);
        _exit(1);
    }
    close(pipe_fd[1]);
    if (read(pipe_fd[0], &c.port, sizeof c.port) != sizeof c.port)
        stop("the empty server did not start");
    close(pipe_fd[0]);
    return c;
}

void child_stop(Child c) {
    kill(c.pid, SIGTERM);
    waitpid(c.pid, NULL, 0);
}

void child_run(char *const argv[]) {
    int null = open("/dev/null", O_WRONLY), status;
    pid_t pid = start(argv, null);

    close(null);
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "%s failed\n", argv[0]);
        exit(1);
    }
}

/* Fields 14 and 15 of stat, counted from behind the name, which may hold anything. */
static double cpu_of(pid_t pid) {
    char path[64], text[1024] = "";
    unsigned long user = 0, system = 0;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    char *after = strrchr(text, ')');
    if (after)
        sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double child_cpu_s(Child c) {
    char path[64];
    int pid;
    double sum = cpu_of(c.pid);

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)c.pid, (int)c.pid);
    FILE *f = fopen(path, "r");
    while (f && fscanf(f, "%d", &pid) == 1)
        sum += cpu_of(pid);
    if (f)
        fclose(f);
    return sum;
}

int child_free_port(void) {
    struct sockaddr_in a = { .sin_family = AF_INET };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        stop("bind");
    close(fd);
    return ntohs(a.sin_port);
}
