/* server – starting, stopping, connections, and the sweep that ends slow ones.
 *
 * The library's own timeout is for idleness: whoever sends a byte now and then keeps
 * his connection for ever. So a sweep goes over all connections a few times a second
 * and looks how long each has been in its step. Read next: call.c. */
#include "inside.h"

#include "clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LINGER_MS 2000
#define CONNECTION_MEMORY (12u * 1024u) /* of the library, per connection: request line and headers */
#define STALL_S 30                      /* without progress while an answer is sent */

HttpConfig http_defaults(void) {
    return (HttpConfig){
        .listen = "127.0.0.1:8080",
        .threads = 2,
        .hands = 2,
        .hand_queue = 256,
        .connections = 1024,
        .per_address = 64,
        .header_ms = 10000,
        .body_ms = 30000,
        .keep_ms = 60000,
        .stop_ms = 10000,
        .arena = 256u * 1024u,
        .lang = HTTP_ZH,
    };
}

/* ---- threads ---- */

/* Each HTTP thread serves one server for all its life. */
HttpThread *thread_here(HttpServer *s, int *ret_index) {
    static _Thread_local const HttpServer *of;
    static _Thread_local int index;

    if (of != s) {
        of = s;
        index = atomic_fetch_add(&s->threads_seen, 1) % s->config.threads;
    }
    *ret_index = index;
    return &s->threads[index];
}

/* ---- connections ---- */

/* Who comes by IPv4 to an IPv6 socket is written as IPv4. */
static void print_ipv6(const struct in6_addr *a, char ret[46]) {
    if (IN6_IS_ADDR_V4MAPPED(a))
        inet_ntop(AF_INET, &a->s6_addr[12], ret, 46);
    else
        inet_ntop(AF_INET6, a, ret, 46);
}

static void name_peer(Conn *conn, const struct sockaddr *a) {
    if (a->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, a, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, conn->peer, sizeof conn->peer);
    } else if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, a, sizeof in);
        print_ipv6(&in.sin6_addr, conn->peer);
    }
}

/* One way of writing it, the one in which peers are named. */
static Err read_proxy(const char *text, char ret[46], Fault *f) {
    struct in_addr v4;
    struct in6_addr v6;

    if (!text || !*text)
        return OK;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        inet_ntop(AF_INET, &v4, ret, 46);
        return OK;
    }
    if (inet_pton(AF_INET6, text, &v6) == 1) {
        print_ipv6(&v6, ret);
        return OK;
    }
    return fault(f, ERR_INVALID, "proxy_address", "trusted_proxy",
                 "反向代理 %s 不是数字地址：应写成 10.0.0.5 或 fd00::5 这样。",
                 "The proxy %s is no numeric address: write it like 10.0.0.5 or fd00::5.", text);
}

static void conn_begin(HttpServer *s, struct MHD_Connection *m, void **ret_conn) {
    Conn *conn = mem_alloc(sizeof *conn);

    *ret_conn = conn;
    if (!conn)
        return;
    *conn = (Conn){ .mhd = m };
    conn->fd = MHD_get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    conn->word = CONN_WORD(CONN_FRESH, s->config.lang, clock_mono_ms());
    name_peer(conn, MHD_get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    pthread_mutex_lock(&s->lock);
    conn->next = s->conns;
    if (conn->next)
        conn->next->prev = conn;
    s->conns = conn;
    s->conns_seen++;
    s->conns_now++;
    pthread_mutex_unlock(&s->lock);
}

/* The socket is closed after this: unlisted, the sweep no longer sees it. */
static void conn_end(HttpServer *s, Conn *conn) {
    pthread_mutex_lock(&s->lock);
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        s->conns = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    s->conns_now--;
    pthread_mutex_unlock(&s->lock);
    mem_free(conn);
}

static void on_connection(void *server, struct MHD_Connection *m, void **context,
                          enum MHD_ConnectionNotificationCode what) {
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        conn_begin(server, m, context);
    else if (*context)
        conn_end(server, *context);
}

/* ---- the sweep ---- */

/* Bytes received so far; UINT64_MAX where the system does not tell. */
static uint64_t bytes_received(int fd) {
    struct tcp_info info;
    socklen_t n = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        n < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return UINT64_MAX;
    return info.tcpi_bytes_received;
}

/* Ends a connection unless it moved on since `word` was read. NULL: silently, the
 * peer asked nothing. */
static void conn_kill(HttpServer *s, Conn *conn, uint64_t word, const Refusal *why) {
    if (!atomic_compare_exchange_strong(&conn->word, &word, CONN_WORD(CONN_DEAD, 0, 0)))
        return;
    if (why) {
        s->swept++;
        refuse_raw(conn->fd, why, CONN_LANG(word), NULL, false);
    }
    shutdown(conn->fd, SHUT_RDWR);
}

static void sweep_conn(HttpServer *s, Conn *conn, int64_t now) {
    const HttpConfig *config = &s->config;
    uint64_t word = atomic_load(&conn->word);
    int64_t age = now - CONN_SINCE(word);

    switch (CONN_STEP(word)) {
    case CONN_FRESH: /* browsers open connections ahead of need and say nothing yet */
        if (age > config->header_ms && bytes_received(conn->fd) != 0)
            conn_kill(s, conn, word, &refuse_header_time);
        else if (age > config->keep_ms)
            conn_kill(s, conn, word, NULL);
        break;
    case CONN_IDLE:
        if (conn->sampled_word != word) {
            conn->sampled_word = word;
            conn->sampled_bytes = bytes_received(conn->fd);
        }
        if (age > config->keep_ms)
            conn_kill(s, conn, word,
                      bytes_received(conn->fd) != conn->sampled_bytes ? &refuse_header_time : NULL);
        break;
    case CONN_HEAD:
        if (age > config->header_ms)
            conn_kill(s, conn, word, &refuse_header_time);
        break;
    case CONN_BODY:
        if (age > config->body_ms)
            conn_kill(s, conn, word, &refuse_body_time);
        break;
    case CONN_LINGER:
        if (age > LINGER_MS)
            conn_kill(s, conn, word, NULL);
        break;
    case CONN_BUSY:
    case CONN_DEAD: break;
    }
}

static int smallest(int a, int b) { return a < b ? a : b; }

static void *sweep(void *arg) {
    HttpServer *s = arg;
    const HttpConfig *c = &s->config;
    int tick_ms = smallest(smallest(smallest(c->header_ms, c->body_ms), c->keep_ms) / 8, 500);

    if (tick_ms < 5)
        tick_ms = 5;
    pthread_mutex_lock(&s->lock);
    while (!s->sweep_ends) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)tick_ms * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&s->wake, &s->lock, &until);
        int64_t now = clock_mono_ms();
        for (Conn *conn = s->conns; conn; conn = conn->next)
            sweep_conn(s, conn, now);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- starting ---- */

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} Address;

static bool read_address(const char *text, Address *ret, socklen_t *ret_n) {
    const char *colon = strrchr(text, ':');
    char host[64], *end;
    Address a = { 0 };

    if (!colon || colon == text || (size_t)(colon - text) >= sizeof host || colon[1] < '0' || colon[1] > '9')
        return false;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end || port > 65535)
        return false;
    if (text[0] == '[' && colon[-1] == ']') {
        snprintf(host, sizeof host, "%.*s", (int)(colon - text - 2), text + 1);
        a.v6.sin6_family = AF_INET6;
        a.v6.sin6_port = htons((uint16_t)port);
        *ret_n = sizeof a.v6;
        if (inet_pton(AF_INET6, host, &a.v6.sin6_addr) != 1)
            return false;
    } else {
        snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = htons((uint16_t)port);
        *ret_n = sizeof a.v4;
        if (inet_pton(AF_INET, host, &a.v4.sin_addr) != 1)
            return false;
    }
    *ret = a;
    return true;
}

static void print_address(HttpServer *s, int fd) {
    Address a = { 0 };
    socklen_t n = sizeof a;
    char host[INET6_ADDRSTRLEN] = "";

    getsockname(fd, &a.any, &n);
    if (a.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof host);
        snprintf(s->address, sizeof s->address, "[%s]:%d", host, ntohs(a.v6.sin6_port));
    } else {
        inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof host);
        snprintf(s->address, sizeof s->address, "%s:%d", host, ntohs(a.v4.sin_port));
    }
}

static Err listen_on(HttpServer *s, int *ret_fd, Fault *f) {
    const char *where = s->config.listen;
    Address a;
    socklen_t n;

    if (!read_address(where, &a, &n))
        return fault(f, ERR_INVALID, "listen_address", "listen",
                     "监听地址 %s 写法不对：应为数字地址加端口，例如 127.0.0.1:8080 或 [::1]:8080。",
                     "%s is no address to listen on: write a numeric address and a port, like 127.0.0.1:8080 "
                     "or [::1]:8080.",
                     where);
    int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd >= 0 && bind(fd, &a.any, n) == 0 && listen(fd, 1024) == 0) {
        *ret_fd = fd;
        return OK;
    }
    const char *why = strerror(errno);
    bool used = errno == EADDRINUSE;
    if (fd >= 0)
        close(fd);
    if (used)
        return fault(f, ERR_INVALID, "listen_in_use", "listen",
                     "%s 已被别的程序占用：请停掉它，或用 --listen 换一个端口。",
                     "%s is in use by another program: stop that one, or take another port with --listen.",
                     where);
    return fault(f, ERR_INVALID, "listen_refused", "listen", "无法在 %s 上监听：%s。",
                 "Cannot listen on %s: %s.", where, why);
}

/* Addresses and queries are read by guard.c; the library leaves them as they came. */
static size_t leave_as_is(void *unused, struct MHD_Connection *m, char *s) {
    (void)unused, (void)m;
    return strlen(s);
}

static struct MHD_Daemon *start_daemon(HttpServer *s, int fd) {
    const HttpConfig *c = &s->config;
    int longest = c->keep_ms > c->body_ms ? c->keep_ms : c->body_ms;
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_LISTEN_SOCKET, fd, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, c->connections, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->per_address, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)CONNECTION_MEMORY, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, longest / 1000 + STALL_S, NULL },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)call_on_completed, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)call_on_line, s },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_as_is, NULL },
#if MHD_VERSION >= 0x00097701 /* else it mends folded lines and spaces in the address */
        { MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, NULL },
#endif
        /* Last: one thread is no pool. */
        { c->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, c->threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;

    return MHD_start_daemon(flags, 0, NULL, NULL, call_on_request, s, MHD_OPTION_ARRAY, options,
                            MHD_OPTION_END);
}

static void free_server(HttpServer *s) {
    for (size_t i = 0; i < s->call_count; i++)
        if (s->calls[i])
            call_free(s->calls[i]);
    mem_free(s->calls);
    free(s->threads);
    pthread_cond_destroy(&s->wake);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

static Err make_server(const HttpConfig *config, HttpServer **ret, Fault *f) {
    HttpServer *s = mem_alloc(sizeof *s);
    size_t size = (size_t)config->threads * sizeof *s->threads;
    HttpThread *threads = s ? aligned_alloc(_Alignof(HttpThread), size) : NULL;
    pthread_condattr_t monotonic;

    if (!threads) {
        mem_free(s);
        return fault_memory(f);
    }
    memset(s, 0, sizeof *s);
    memset(threads, 0, size);
    s->config = *config;
    s->threads = threads;
    for (int i = 0; i < config->threads; i++)
        randombytes_buf(&threads[i].random, sizeof threads[i].random);
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *ret = s;
    return OK;
}

static void stop_sweep(HttpServer *s) {
    pthread_mutex_lock(&s->lock);
    s->sweep_ends = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->sweep, NULL);
}

Err http_start(const HttpConfig *config, HttpServer **ret, Fault *f) {
    HttpServer *s = NULL;
    int fd = -1;

    if (config->threads < 1 || config->hands < 1 || config->hand_queue < 1 ||
        config->connections < config->threads || config->header_ms < 1 || config->body_ms < 1 ||
        config->keep_ms < 1 || config->arena < 65536)
        return fault(f, ERR_INVALID, "http_config", "", "HTTP 设置不对：线程、队列、连接数和时限都要大于零。",
                     "The HTTP settings are wrong: threads, queue, connections and times must be above zero.");
    if (sodium_init() < 0)
        return fault(f, ERR_STORE, "no_random", "", "系统没有可用的随机数。",
                     "The system has no source of random numbers.");
    TRY(make_server(config, &s, f));
    Err e = read_proxy(config->proxy, s->proxy, f);
    if (e == OK)
        e = listen_on(s, &fd, f);
    if (e == OK)
        e = hands_start(config->hands, config->hand_queue, &s->hands, f);
    if (e == OK && pthread_create(&s->sweep, NULL, sweep, s) != 0) {
        hands_stop(s->hands);
        s->hands = NULL;
        e = fault(f, ERR_LIMIT, "no_thread", "", "系统不允许再开线程。", "The system allows no more threads.");
    }
    if (e != OK) {
        if (fd >= 0)
            close(fd);
        free_server(s);
        return e;
    }
    print_address(s, fd);
    s->daemon = start_daemon(s, fd);
    if (!s->daemon) {
        close(fd);
        stop_sweep(s);
        hands_stop(s->hands);
        free_server(s);
        return fault(f, ERR_LIMIT, "http_start", "", "HTTP 服务启动失败：线程或文件数已到上限。",
                     "The HTTP server did not start: threads or open files are at their limit.");
    }
    *ret = s;
    return OK;
}

const char *http_address(const HttpServer *s) { return s->address; }
bool http_stopping(const HttpServer *s) { return atomic_load_explicit(&s->stopping, memory_order_relaxed); }
bool http_hand_over(HttpServer *s, void (*fn)(void *arg), void *arg) { return hands_take(s->hands, fn, arg); }

/* ---- stopping ---- */

static uint64_t in_flight(const HttpServer *s) {
    uint64_t n = 0;

    for (int i = 0; i < s->config.threads; i++)
        n -= atomic_load(&s->threads[i].counts.completed);
    for (int i = 0; i < s->config.threads; i++)
        n += atomic_load(&s->threads[i].counts.started);
    return n;
}

/* Until nothing is in flight, `ms` at most. */
static bool wait_idle(HttpServer *s, int64_t ms) {
    int64_t until = clock_mono_ms() + ms;

    while (in_flight(s) != 0 || atomic_load(&s->answering) != 0) {
        if (clock_mono_ms() >= until)
            return false;
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    }
    return true;
}

static void forget_call(HttpServer *s, const HttpCall *c) {
    for (size_t i = 0; i < s->call_count; i++)
        if (s->calls[i] == c)
            s->calls[i] = NULL;
}

/* Gives up what is still held. No handler is called any more, so a call seen here
 * cannot have become another connection's since. Such a call is its holder's alone from then on. */
static void abandon_held(HttpServer *s) {
    struct MHD_Connection *some[64];
    size_t n = 0;

    pthread_mutex_lock(&s->lock);
    for (Conn *conn = s->conns; conn && n < COUNT(some); conn = conn->next) {
        HttpCall *c = atomic_load(&conn->call);
        int held = CALL_HELD;
        if (!c || atomic_load(&c->phase) != CALL_HELD)
            continue;
        if (!atomic_compare_exchange_strong(&c->phase, &held, CALL_ABANDONED))
            continue;      /* answered this instant */
        forget_call(s, c); /* its holder may be freeing it already */
        conn->abandoned = true;
        atomic_store(&conn->call, NULL);
        some[n++] = conn->mhd;
    }
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++)
        MHD_resume_connection(some[i]);
}

void http_stop(HttpServer *s) {
    atomic_store(&s->stopping, true);
    int fd = MHD_quiesce_daemon(s->daemon);
    if (!wait_idle(s, s->config.stop_ms)) {
        atomic_store(&s->closing, true);
        for (int i = 0; i < 1000; i++) {
            abandon_held(s);
            streams_cut(s);
            if (wait_idle(s, 2))
                break;
        }
    }
    atomic_store(&s->closing, true);
    hands_stop(s->hands);
    stop_sweep(s);
    MHD_stop_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
    free_server(s);
}

/* ---- counting ---- */

HttpCounts http_counts(const HttpServer *server) {
    HttpServer *s = (HttpServer *)(uintptr_t)server; /* its lock */
    HttpCounts n = { 0 };
    uint64_t completed = 0, resumed = 0;

    for (int i = 0; i < s->config.threads; i++) {
        const ThreadCounts *t = &s->threads[i].counts;
        completed += t->completed;
        resumed += t->resumed;
        n.started += t->started;
        n.suspended += t->suspended;
        n.refused += t->refused;
        n.unparsed += t->unparsed;
        n.bytes_in += t->bytes_in;
        n.bytes_out += t->bytes_out;
        for (int class = 1; class < 6; class ++)
            n.answered[class] += t->answered[class];
    }
    n.in_flight = n.started - completed;
    n.suspended -= resumed;
    n.bodies_now = s->bodies_now;
    pthread_mutex_lock(&s->lock);
    n.connections = s->conns_seen;
    n.connections_now = s->conns_now;
    n.refused += s->swept;
    n.answered[4] += s->swept;
    pthread_mutex_unlock(&s->lock);
    hands_count(s->hands, &n);
    return n;
}
