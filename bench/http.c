/* bench/http – GET of 600 bytes from our server beside an empty libmicrohttpd with
 * the same settings and a response made once. One client thread drives 64 kept-alive
 * connections over loopback; the two are measured in turn, several rounds, and the
 * best round of each counts. Also prints the server's own processor time per request,
 * which the client's share of the machine does not blur.
 *
 *   bench_http [SECONDS per round, default 1] [ROUNDS, default 3] */
#include "clock.h"
#include "http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS 64
#define BODY 600
#define THREADS 2

static const char request[] =
    "GET /api/1/cases/123456789012345678?fields=all HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    "User-Agent: bench\r\nAccept: application/json\r\nAccept-Language: zh-CN,zh;q=0.9\r\n"
    "Cookie: sid=0123456789012345678901234567890123456789012\r\n\r\n";
static char body[BODY];

/* ---- the two servers ---- */

static size_t body_max(void *ctx, HttpCall *c) {
    (void)ctx, (void)c;
    return 0;
}

static void handle(void *ctx, HttpCall *c) {
    (void)ctx;
    http_answer_kept(c, 200, "application/json", (Str){ body, BODY });
}

static enum MHD_Result empty_handler(void *response, struct MHD_Connection *m, const char *url,
                                     const char *method, const char *version, const char *upload,
                                     size_t *upload_n, void **context) {
    (void)url, (void)method, (void)version, (void)upload, (void)upload_n;
    if (!*context) {
        *context = response;
        return MHD_YES;
    }
    return MHD_queue_response(m, 200, response);
}

/* ---- the client ---- */

typedef struct Client {
    int fd;
    size_t n;
    char room[2048];
} Client;

static int dial(int port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        perror("connect");
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void ask(Client *c) {
    c->n = 0;
    if (send(c->fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1) {
        perror("send");
        exit(1);
    }
}

/* A whole answer: the end of its head, then BODY bytes. */
static bool is_whole(Client *c) {
    char *end = memmem(c->room, c->n, "\r\n\r\n", 4);
    return end && c->n >= (size_t)(end - c->room) + 4 + BODY;
}

typedef struct Result {
    double per_s, cpu_us;
} Result;

static double cpu_s(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static Result drive(int port, double seconds) {
    static Client client[CONNECTIONS];
    struct epoll_event events[CONNECTIONS];
    int poll_fd = epoll_create1(0);
    long answers = 0;

    for (int i = 0; i < CONNECTIONS; i++) {
        client[i].fd = dial(port);
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, client[i].fd,
                  &(struct epoll_event){ EPOLLIN, { .ptr = &client[i] } });
        ask(&client[i]);
    }
    double all = cpu_s(CLOCK_PROCESS_CPUTIME_ID), mine = cpu_s(CLOCK_THREAD_CPUTIME_ID);
    int64_t start = clock_mono_ms(), until = start + (int64_t)(seconds * 1000), now;
    while ((now = clock_mono_ms()) < until) {
        int n = epoll_wait(poll_fd, events, CONNECTIONS, 100);
        for (int i = 0; i < n; i++) {
            Client *c = events[i].data.ptr;
            ssize_t k = recv(c->fd, c->room + c->n, sizeof c->room - c->n, 0);
            if (k <= 0) {
                fprintf(stderr, "the server closed a connection\n");
                exit(1);
            }
            c->n += (size_t)k;
            if (is_whole(c)) {
                answers++;
                ask(c);
            }
        }
    }
    double used = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - all - (cpu_s(CLOCK_THREAD_CPUTIME_ID) - mine);
    for (int i = 0; i < CONNECTIONS; i++)
        close(client[i].fd);
    close(poll_fd);
    return (Result){ (double)answers * 1000 / (double)(now - start), used * 1e6 / (double)answers };
}

static void keep_best(Result *best, Result r) {
    if (r.per_s > best->per_s)
        best->per_s = r.per_s;
    if (best->cpu_us == 0 || r.cpu_us < best->cpu_us)
        best->cpu_us = r.cpu_us;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 1;
    int rounds = argc > 2 ? atoi(argv[2]) : 3;
    HttpConfig config = http_defaults();
    HttpServer *ours;
    Fault f;
    Result best[2] = { { 0, 0 }, { 0, 0 } };

    memset(body, 'x', sizeof body);
    config.listen = "127.0.0.1:0";
    config.threads = THREADS;
    config.per_address = 0;
    config.body_max = body_max;
    config.handle = handle;
    if (http_start(&config, &ours, &f) != OK) {
        fprintf(stderr, "%s\n", f.en);
        return 1;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(BODY, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    struct sockaddr_in any = { .sin_family = AF_INET };
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *empty =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, empty_handler, response,
                         MHD_OPTION_SOCK_ADDR, &any, MHD_OPTION_THREAD_POOL_SIZE, THREADS,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)12288, MHD_OPTION_END);
    if (!empty)
        return 1;
    int port[2] = { MHD_get_daemon_info(empty, MHD_DAEMON_INFO_BIND_PORT)->port,
                    atoi(strrchr(http_address(ours), ':') + 1) };
    for (int i = 0; i < rounds; i++)
        for (int which = 0; which < 2; which++)
            keep_best(&best[which], drive(port[which], seconds));
    printf("%-24s %12s %16s\n", "GET 600 bytes", "requests/s", "server µs each");
    printf("%-24s %12.0f %16.2f\n", "empty libmicrohttpd", best[0].per_s, best[0].cpu_us);
    printf("%-24s %12.0f %16.2f\n", "jingwei http", best[1].per_s, best[1].cpu_us);
    printf("%-24s %12.2f %16.2f   goal 0.8\n", "ratio", best[1].per_s / best[0].per_s,
           best[0].cpu_us / best[1].cpu_us);
    printf("{\"bench\":\"http\",\"empty_per_s\":%.0f,\"ours_per_s\":%.0f,\"cpu_ratio\":%.3f,\"promises\":["
           "{\"what\":\"the HTTP room, of an empty libmicrohttpd\",\"measured\":%.3f,\"goal\":0.8}]}\n",
           best[0].per_s, best[1].per_s, best[0].cpu_us / best[1].cpu_us, best[1].per_s / best[0].per_s);
    http_stop(ours);
    MHD_stop_daemon(empty);
    MHD_destroy_response(response);
    return 0;
}
