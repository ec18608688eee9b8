/* client – see client.h. */
#include "client.h"

#include "mem.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct Going {
    CURL *easy; /* NULL: a free place */
    struct curl_slist *headers;
    char *body;
    int64_t number;
    size_t answered; /* bytes */
    HttpClient *of;
    bool plain, refused; /* not over TLS; by the address that it led to */
    bool mail;           /* to the operator's own server, inside or not */
    size_t body_n, body_at;
} Going;

struct HttpClient {
    CURLM *multi;
    bool allow_private;
    int32_t connect_ms, total_ms;
    size_t busy;
    Going going[HTTP_POSTS_MAX];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode begun;

static void begin_curl(void) { begun = curl_global_init(CURL_GLOBAL_DEFAULT); }

/* ---- addresses ---- */

/* 0.0.0.0/8, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12, 192.0.0/24, 192.168/16,
 * 198.18/15, multicast and above: whatever is not out in the world. */
static bool is_private_4(uint32_t a) {
    static const struct {
        uint32_t net;
        int bits;
    } nets[] = { { 0x00000000, 8 },  { 0x0A000000, 8 },  { 0x64400000, 10 }, { 0x7F000000, 8 },
                 { 0xA9FE0000, 16 }, { 0xAC100000, 12 }, { 0xC0000000, 24 }, { 0xC0A80000, 16 },
                 { 0xC6120000, 15 }, { 0xE0000000, 3 } };

    for (size_t i = 0; i < COUNT(nets); i++)
        if ((a ^ nets[i].net) >> (32 - nets[i].bits) == 0)
            return true;
    return false;
}

static uint32_t last_four(const struct in6_addr *a) {
    uint32_t n;
    memcpy(&n, a->s6_addr + 12, sizeof n);
    return ntohl(n);
}

/* Of IPv6 only 2000::/3 is out in the world; in it, what carries an IPv4 address within
 * (6to4, Teredo) is taken for private, and so is what NAT64 makes of one. */
static bool is_private_6(const struct in6_addr *a) {
    if (IN6_IS_ADDR_V4MAPPED(a))
        return is_private_4(last_four(a));
    bool carries = (a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x02) ||
                   (a->s6_addr[0] == 0x20 && a->s6_addr[1] == 0x01 && a->s6_addr[2] == 0 && a->s6_addr[3] == 0);
    return (a->s6_addr[0] & 0xE0) != 0x20 || carries;
}

static bool is_private(const struct sockaddr *a) {
    if (a->sa_family == AF_INET)
        return is_private_4(ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr));
    return a->sa_family != AF_INET6 || is_private_6(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

/* Asked for each address that curl is about to connect to. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a) {
    Going *g = ctx;
    bool is_inside = is_private(&a->addr);

    (void)purpose;
    if (is_inside ? !g->of->allow_private && !g->mail : g->plain) {
        g->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool is_plain(const char *url) { return strncasecmp(url, "http:", 5) == 0; }

/* ---- life ---- */

Err http_client_new(bool allow_private, int32_t connect_ms, int32_t total_ms, HttpClient **ret, Fault *f) {
    pthread_once(&once, begin_curl);
    HttpClient *c = mem_alloc(sizeof *c);
    if (!c)
        return fault_memory(f);
    *c = (HttpClient){ .allow_private = allow_private, .connect_ms = connect_ms, .total_ms = total_ms };
    c->multi = begun == CURLE_OK ? curl_multi_init() : NULL;
    if (!c->multi) {
        mem_free(c);
        return fault_memory(f);
    }
    *ret = c;
    return OK;
}

static void end_one(HttpClient *c, Going *g) {
    curl_multi_remove_handle(c->multi, g->easy);
    curl_easy_cleanup(g->easy);
    curl_slist_free_all(g->headers);
    mem_free(g->body);
    *g = (Going){ 0 };
    c->busy--;
}

void http_client_free(HttpClient *c) {
    if (!c)
        return;
    for (size_t i = 0; i < HTTP_POSTS_MAX; i++)
        if (c->going[i].easy)
            end_one(c, &c->going[i]);
    curl_multi_cleanup(c->multi);
    mem_free(c);
}

size_t http_client_busy(const HttpClient *c) { return c->busy; }

/* ---- one post ---- */

/* An answer is read to its end, so that the receiver is not cut short, but no further
 * than this; nothing of it is kept. */
static size_t pass_over(char *p, size_t size, size_t n, void *ctx) {
    Going *g = ctx;

    (void)p;
    g->answered += size * n;
    return g->answered > HTTP_ANSWER_MAX ? 0 : size * n;
}

static bool add_headers(Going *g, const HttpPost *post) {
    for (size_t i = 0; i < HTTP_HEADERS_MAX && post->headers[i]; i++) {
        struct curl_slist *longer = curl_slist_append(g->headers, post->headers[i]);
        if (!longer)
            return false;
        g->headers = longer;
    }
    struct curl_slist *longer = curl_slist_append(g->headers, "Expect:"); /* no waiting for 100 */
    g->headers = longer ? longer : g->headers;
    return longer != NULL;
}

static bool set_up(HttpClient *c, Going *g, const HttpPost *post) {
    CURL *e = g->easy;
    bool well = true;

#define SET(option, value) well = well && curl_easy_setopt(e, option, value) == CURLE_OK
    SET(CURLOPT_URL, post->url);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, g->body);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body.n);
    SET(CURLOPT_HTTPHEADER, g->headers);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_USERAGENT, "jingwei/" JW_VERSION);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)c->total_ms);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FRESH_CONNECT, 1L); /* the address is judged each time */
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_WRITEFUNCTION, pass_over);
    SET(CURLOPT_WRITEDATA, g);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, g);
    SET(CURLOPT_PRIVATE, g);
#undef SET
    return well;
}

static Going *free_place(HttpClient *c) {
    for (size_t i = 0; i < HTTP_POSTS_MAX; i++)
        if (!c->going[i].easy)
            return &c->going[i];
    return NULL;
}

Err http_client_post(HttpClient *c, const HttpPost *post, Fault *f) {
    Going *g = free_place(c);

    if (!g)
        return fault(f, ERR_LIMIT, "posts_many", "", "同时投递的太多。", "Too many deliveries at once.");
    *g = (Going){ .easy = curl_easy_init(), .number = post->number, .of = c, .plain = is_plain(post->url) };
    if (!g->easy)
        return fault_memory(f);
    g->body = mem_alloc(post->body.n + 1);
    if (g->body)
        memcpy(g->body, post->body.p, post->body.n);
    c->busy++;
    if (g->body && add_headers(g, post) && set_up(c, g, post) &&
        curl_multi_add_handle(c->multi, g->easy) == CURLM_OK)
        return OK;
    end_one(c, g);
    return fault_memory(f);
}

/* ---- one letter ---- */

static size_t read_body(char *to, size_t size, size_t n, void *ctx) {
    Going *g = ctx;
    size_t left = g->body_n - g->body_at, some = size * n < left ? size * n : left;

    memcpy(to, g->body + g->body_at, some);
    g->body_at += some;
    return some;
}

static bool set_up_mail(HttpClient *c, Going *g, const HttpMail *m) {
    CURL *e = g->easy;
    bool well = (g->headers = curl_slist_append(NULL, m->to)) != NULL;

#define SET(option, value) well = well && curl_easy_setopt(e, option, value) == CURLE_OK
    SET(CURLOPT_URL, m->server);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_USE_SSL, (long)(m->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    SET(CURLOPT_MAIL_FROM, m->from);
    SET(CURLOPT_MAIL_RCPT, g->headers);
    if (*m->user) {
        SET(CURLOPT_USERNAME, m->user);
        SET(CURLOPT_PASSWORD, m->password);
    }
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READFUNCTION, read_body);
    SET(CURLOPT_READDATA, g);
    SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)g->body_n);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)c->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)c->total_ms);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_FRESH_CONNECT, 1L);
    SET(CURLOPT_FORBID_REUSE, 1L);
    SET(CURLOPT_WRITEFUNCTION, pass_over);
    SET(CURLOPT_WRITEDATA, g);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, g);
    SET(CURLOPT_PRIVATE, g);
#undef SET
    return well;
}

Err http_client_mail(HttpClient *c, const HttpMail *mail, Fault *f) {
    Going *g = free_place(c);

    if (!g)
        return fault(f, ERR_LIMIT, "posts_many", "", "同时投递的太多。", "Too many deliveries at once.");
    *g = (Going){ .easy = curl_easy_init(),
                  .number = mail->number,
                  .of = c,
                  .plain = mail->plain,
                  .mail = true,
                  .body_n = mail->text.n };
    if (!g->easy)
        return fault_memory(f);
    g->body = mem_alloc(mail->text.n + 1);
    if (g->body)
        memcpy(g->body, mail->text.p, mail->text.n);
    c->busy++;
    if (g->body && set_up_mail(c, g, mail) && curl_multi_add_handle(c->multi, g->easy) == CURLM_OK)
        return OK;
    end_one(c, g);
    return fault_memory(f);
}

/* ---- how it ended ---- */

static HttpEnd end_of(const Going *g, CURLcode result, int32_t status) {
    if (g->mail && (result == CURLE_OK || status >= 400)) /* of a letter nothing less is a yes */
        return POST_ANSWERED;
    if (!g->mail && status >= 200) /* an answer too large, or one that broke off after its status */
        return POST_ANSWERED;
    if (g->refused)
        return POST_PRIVATE;
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_URL_MALFORMAT: return POST_NO_NAME;
    case CURLE_COULDNT_CONNECT: return POST_NO_CONNECTION;
    case CURLE_OPERATION_TIMEDOUT: return POST_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ISSUER_ERROR: return POST_TLS;
    default: return POST_BROKEN;
    }
}

static void take_end(HttpClient *c, CURL *easy, CURLcode result, HttpPosted *ret) {
    Going *g = NULL;
    long status = 0;
    curl_off_t after = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&g);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after);
    status = status > 0 && status < 1000 ? status : 0;
    if (g->mail && end_of(g, result, (int32_t)status) != POST_ANSWERED)
        status = 0; /* "go on" is no answer */
    *ret = (HttpPosted){ .number = g->number,
                         .end = end_of(g, result, (int32_t)status),
                         .status = (int32_t)status,
                         .retry_after_s = after > 0 ? (int32_t)(after < 86400 ? after : 86400) : 0 };
    end_one(c, g);
}

void http_client_wait(HttpClient *c, int32_t wait_ms, HttpPosted *ret, size_t max, size_t *ret_n) {
    int running, waiting;
    const CURLMsg *m;

    *ret_n = 0;
    curl_multi_perform(c->multi, &running);
    if (running == (int)c->busy && running)
        curl_multi_poll(c->multi, NULL, 0, wait_ms, NULL);
    curl_multi_perform(c->multi, &running);
    while (*ret_n < max && (m = curl_multi_info_read(c->multi, &waiting)) != NULL)
        if (m->msg == CURLMSG_DONE)
            take_end(c, m->easy_handle, m->data.result, &ret[(*ret_n)++]);
}
