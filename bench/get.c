/* bench/get – GET of one case, signed in, over 64 kept-alive connections: our server
 * beside nginx with the same bytes in a file, and beside an empty libmicrohttpd that
 * answers them from memory. Each is a process with two threads or workers and sends
 * the same headers; they take turns, round by round, and medians count. Also the
 * server's processor time per request, which the generator's share does not blur.
 *
 *   bench_get PROGRAM DIRECTORY [SECONDS per turn, default 2] [ROUNDS, default 7] */
#include "city.h"
#include "load.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 64, ROUNDS_MAX = 50, SERVERS = 3, BODY_MAX = 8192 };
static const double goal = 0.7;

static const char *const names[SERVERS] = { "jingwei", "nginx, a file", "empty libmicrohttpd" };

static const char *const headers[][2] = { { "X-Content-Type-Options", "nosniff" },
                                          { "Referrer-Policy", "no-referrer" },
                                          { "Content-Security-Policy",
                                            "default-src 'none'; frame-ancestors 'none'" },
                                          { "Cache-Control", "no-store" } };

typedef struct Served {
    char path[64], cookie[128];
    char body[BODY_MAX];
    size_t body_n;
} Served;

/* ---- what is asked ---- */

static void request_case(void *ctx, int64_t number, Buf *b) {
    const Served *s = ctx;

    (void)number;
    buf_str(b, "GET ");
    buf_str(b, s->path);
    buf_str(b, " HTTP/1.1\r\n" BENCH_HEADERS "Cookie: jingwei=");
    buf_str(b, s->cookie);
    buf_str(b, "\r\n\r\n");
}

static void ask(int port, const Served *s, char *ret, size_t size) {
    char room[1024];
    Buf b = { room, 0, sizeof room, false, 0 };

    request_case((void *)(uintptr_t)s, 0, &b);
    load_once(port, buf_view(&b), ret, size);
}

/* The newest case, and what the server says of it. */
static void choose_case(int port, Served *s) {
    static char answer[16384];

    city_sign_in(port, s->cookie);
    snprintf(s->path, sizeof s->path, "/api/1/cases?limit=1");
    ask(port, s, answer, sizeof answer);
    const char *id = strstr(answer, "\"id\":\"");
    if (!id) {
        fprintf(stderr, "there is no case: %s\n", answer);
        exit(1);
    }
    snprintf(s->path, sizeof s->path, "/api/1/cases/%.*s", (int)strcspn(id + 6, "\""), id + 6);
    ask(port, s, answer, sizeof answer);
    s->body_n = strlen(load_body(answer));
    memcpy(s->body, load_body(answer), s->body_n + 1);
}

/* ---- nginx ---- */

static void write_file(const char *path, const char *text) {
    FILE *f = fopen(path, "w");

    if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static Child start_nginx(const char *dir, const Served *s) {
    char path[512], conf[512], room[4096];
    Buf b = { room, 0, sizeof room, false, 0 };
    int port = child_free_port();

    buf_fmt(&b, "daemon off; worker_processes 2; pid %s/nginx.pid; error_log %s/nginx.log; %s\n", dir, dir,
            geteuid() == 0 ? "user root;" : "");
    buf_fmt(
        &b,
        "events { worker_connections 1024; }\nhttp { access_log off; sendfile on; tcp_nopush on;\n"
        "keepalive_requests 1000000000; open_file_cache max=64; default_type application/json;\n"
        "client_body_temp_path %s/t1; proxy_temp_path %s/t2; fastcgi_temp_path %s/t3; uwsgi_temp_path %s/t4;\n"
        "scgi_temp_path %s/t5;\nserver { listen 127.0.0.1:%d reuseport; root %s/www; location / {\n",
        dir, dir, dir, dir, dir, port, dir);
    for (size_t i = 0; i < COUNT(headers); i++)
        buf_fmt(&b, "add_header %s \"%s\";\n", headers[i][0], headers[i][1]);
    buf_str(&b, "} } }\n");
    snprintf(path, sizeof path, "%s/www/api/1/cases", dir);
    child_run((char *const[]){ "mkdir", "-p", path, NULL });
    snprintf(path, sizeof path, "%s/www%s", dir, s->path);
    write_file(path, s->body);
    snprintf(conf, sizeof conf, "%s/nginx.conf", dir);
    write_file(conf, room);
    return child_on_port((char *const[]){ "/usr/sbin/nginx", "-e", "stderr", "-c", conf, NULL }, port);
}

/* ---- an empty libmicrohttpd ---- */

static enum MHD_Result say_the_same(void *response, struct MHD_Connection *m, const char *url,
                                    const char *method, const char *version, const char *upload,
                                    size_t *upload_n, void **context) {
    (void)url, (void)method, (void)version, (void)upload, (void)upload_n;
    if (*context)
        return MHD_queue_response(m, 200, response);
    *context = response;
    return MHD_YES;
}

static void serve_empty(void *arg, int fd) {
    const Served *s = arg;
    struct sockaddr_in any = { .sin_family = AF_INET };
    struct MHD_Response *r =
        MHD_create_response_from_buffer(s->body_n, (void *)(uintptr_t)s->body, MHD_RESPMEM_PERSISTENT);

    MHD_add_response_header(r, "Content-Type", "application/json");
    for (size_t i = 0; i < COUNT(headers); i++)
        MHD_add_response_header(r, headers[i][0], headers[i][1]);
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, say_the_same, r,
                                            MHD_OPTION_SOCK_ADDR, &any, MHD_OPTION_THREAD_POOL_SIZE, 2,
                                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)12288, MHD_OPTION_END);
    int port = d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port : 0;
    if (write(fd, &port, sizeof port) != sizeof port || !port)
        _exit(1);
    for (;;)
        pause();
}

/* ---- rounds ---- */

typedef struct Measured {
    double per_s[ROUNDS_MAX], cpu_us[ROUNDS_MAX], load_us[ROUNDS_MAX], p99_ms[ROUNDS_MAX];
} Measured;

static void take_turn(Child c, Served *s, double seconds, int round, Measured *m) {
    double cpu = child_cpu_s(c);
    LoadPlan p = { c.port, CONNECTIONS, seconds, 0, request_case, s };
    LoadResult r = load_run(&p);

    m->per_s[round] = r.per_s;
    m->cpu_us[round] = (child_cpu_s(c) - cpu) * 1e6 / (double)r.answers;
    m->load_us[round] = r.cpu_s * 1e6 / (double)r.answers;
    m->p99_ms[round] = r.p99_ms;
}

static void report(Measured m[SERVERS], int rounds, size_t bytes) {
    double per_s[SERVERS], cpu_us[SERVERS], load_us[SERVERS];

    printf("%-22s %12s %10s %16s %16s %8s\n", "GET one case", "requests/s", "of it", "server µs each",
           "generator µs", "p99 ms");
    for (int i = 0; i < SERVERS; i++) {
        per_s[i] = median(m[i].per_s, rounds);
        cpu_us[i] = median(m[i].cpu_us, rounds);
        load_us[i] = median(m[i].load_us, rounds);
        printf("%-22s %12.0f %10.2f %16.2f %16.2f %8.2f\n", names[i], per_s[i], per_s[0] / per_s[i], cpu_us[i],
               load_us[i], median(m[i].p99_ms, rounds));
    }
    printf("%zu bytes, %d connections, %d rounds, medians\n", bytes, CONNECTIONS, rounds);
    printf("{\"bench\":\"get\",\"per_s\":%.0f,\"nginx_per_s\":%.0f,\"empty_per_s\":%.0f,\"cpu_us\":%.2f,"
           "\"nginx_cpu_us\":%.2f,\"empty_cpu_us\":%.2f,\"generator_us\":%.2f,\"promises\":["
           "{\"what\":\"GET one case, of nginx\",\"measured\":%.3f,\"goal\":%.1f}]}\n",
           per_s[0], per_s[1], per_s[2], cpu_us[0], cpu_us[1], cpu_us[2], load_us[0], per_s[0] / per_s[1],
           goal);
}

int main(int argc, char **argv) {
    static Served served;
    static Measured measured[SERVERS];
    double seconds = argc > 3 ? atof(argv[3]) : 2;
    int rounds = argc > 4 ? atoi(argv[4]) : 7;

    if (argc < 3 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_get PROGRAM DIRECTORY [SECONDS [ROUNDS]]\n");
        return 2;
    }
    City city = city_make(argv[1], argv[2]);
    Child child[SERVERS] = { city_serve(&city) };
    choose_case(child[0].port, &served);
    child[1] = start_nginx(argv[2], &served);
    child[2] = child_forked(serve_empty, &served);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < SERVERS; i++)
            take_turn(child[i], &served, seconds, round, &measured[i]);
    for (int i = 0; i < SERVERS; i++)
        child_stop(child[i]);
    report(measured, rounds, served.body_n);
    return 0;
}
