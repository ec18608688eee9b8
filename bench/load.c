/* load – see load.h. */
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 4096, ANSWER_MAX = 65536, SAMPLES_MAX = 4 << 20 };

typedef struct Client {
    int fd;
    bool waits; /* for an answer */
    double due_s;
    size_t n;
    char answer[ANSWER_MAX];
} Client;

static Client clients[LOAD_CONNECTIONS_MAX];
static float samples_ms[SAMPLES_MAX];
static int64_t asked; /* over the life of the program: requests stay distinct */

static double clock_s(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void stop(const char *what) {
    perror(what);
    exit(1);
}

/* ---- one connection ---- */

static int dial(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        stop("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void ask(const LoadPlan *p, Client *c, double due_s) {
    char room[REQUEST_MAX];
    Buf b = { room, 0, sizeof room, false, 0 };

    if (p->follow)
        p->follow(p->ctx, (int)(c - clients), c->n ? c->answer : NULL, (due_s - c->due_s) * 1e3, &b);
    else
        p->request(p->ctx, asked++, &b);
    c->n = 0;
    c->waits = true;
    c->due_s = due_s;
    if (b.full || send(c->fd, b.p, b.n, MSG_NOSIGNAL) != (ssize_t)b.n)
        stop("send");
}

/* A whole answer: its head, then as many bytes as the head announces. */
static bool is_whole(const char *answer, size_t n) {
    const char *end = memmem(answer, n, "\r\n\r\n", 4), *length;

    if (!end)
        return false;
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0 || !(length = strstr(answer, "\r\nContent-Length: "))) {
        fprintf(stderr, "not an answer to measure: %s\n", answer);
        exit(1);
    }
    return n >= (size_t)(end - answer) + 4 + strtoul(length + 18, NULL, 10);
}

/* Takes what has come; true: the answer is complete. */
static bool receive(int fd, char *answer, size_t size, size_t *n) {
    ssize_t k = recv(fd, answer + *n, size - 1 - *n, 0);

    if (k <= 0)
        stop("the server closed a connection");
    *n += (size_t)k;
    answer[*n] = 0;
    return is_whole(answer, *n);
}

void load_once(int port, Str request, char *ret, size_t size) {
    int fd = dial(port);
    size_t n = 0;

    if (send(fd, request.p, request.n, MSG_NOSIGNAL) != (ssize_t)request.n)
        stop("send");
    while (!receive(fd, ret, size, &n))
        ;
    close(fd);
}

const char *load_body(const char *answer) { return strstr(answer, "\r\n\r\n") + 4; }

/* ---- many ---- */

static int compare_floats(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, int n) {
    qsort(values, (size_t)n, sizeof *values, compare_doubles);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double percentile(double *values, long n, long percent) {
    qsort(values, (size_t)n, sizeof *values, compare_doubles);
    return values[n * percent / 100];
}

typedef struct Running {
    const LoadPlan *plan;
    double start_s, end_s;
    int64_t due; /* requests of a fixed rate that were sent */
    long answers;
} Running;

/* At a fixed rate: sends what is due to whoever is free; returns the wait until
 * the next is due. Else an answer is followed at once, and nothing is to be done. */
static double send_due(Running *r, double now) {
    const LoadPlan *p = r->plan;

    if (p->per_s <= 0)
        return r->end_s - now;
    for (int i = 0; i < p->connections; i++) {
        double due_s = r->start_s + (double)r->due / p->per_s;
        if (due_s > now)
            return due_s - now;
        if (!clients[i].waits) {
            ask(p, &clients[i], due_s);
            r->due++;
        }
    }
    return r->end_s - now; /* all are busy: wait for an answer */
}

static void take_answer(Running *r, Client *c) {
    if (!receive(c->fd, c->answer, sizeof c->answer, &c->n))
        return;
    double now = clock_s(CLOCK_MONOTONIC);
    if (r->answers < SAMPLES_MAX)
        samples_ms[r->answers] = (float)((now - c->due_s) * 1e3);
    r->answers++;
    c->waits = false;
    if (r->plan->per_s <= 0)
        ask(r->plan, c, now);
}

static void run_until_end(Running *r, int poll_fd) {
    struct epoll_event events[LOAD_CONNECTIONS_MAX];
    double now;

    while ((now = clock_s(CLOCK_MONOTONIC)) < r->end_s && !(r->plan->over && r->plan->over(r->plan->ctx))) {
        double wait = send_due(r, now);
        struct timespec t = { (time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9) };
        int n = epoll_pwait2(poll_fd, events, LOAD_CONNECTIONS_MAX, &t, NULL);
        for (int i = 0; i < n; i++)
            take_answer(r, events[i].data.ptr);
    }
}

LoadResult load_run(const LoadPlan *p) {
    int poll_fd = epoll_create1(0);
    double cpu = clock_s(CLOCK_THREAD_CPUTIME_ID);
    Running r = { .plan = p, .start_s = clock_s(CLOCK_MONOTONIC) };

    r.end_s = r.start_s + p->seconds;
    for (int i = 0; i < p->connections; i++) {
        Client *c = &clients[i];
        c->fd = dial(p->port);
        c->waits = false;
        c->n = 0;
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){ EPOLLIN, { .ptr = c } });
        if (p->per_s <= 0)
            ask(p, c, clock_s(CLOCK_MONOTONIC));
    }
    run_until_end(&r, poll_fd);
    double took = clock_s(CLOCK_MONOTONIC) - r.start_s;
    LoadResult ret = { .answers = r.answers,
                       .seconds = took,
                       .per_s = (double)r.answers / took,
                       .cpu_s = clock_s(CLOCK_THREAD_CPUTIME_ID) - cpu };
    for (int i = 0; i < p->connections; i++)
        close(clients[i].fd);
    close(poll_fd);
    size_t n = (size_t)(r.answers < SAMPLES_MAX ? r.answers : SAMPLES_MAX);
    if (n) {
        qsort(samples_ms, n, sizeof *samples_ms, compare_floats);
        ret.p50_ms = (double)samples_ms[n / 2];
        ret.p99_ms = (double)samples_ms[n * 99 / 100];
        ret.longest_ms = (double)samples_ms[n - 1];
    }
    return ret;
}
