/* inside – what the files of this room know of each other; nobody else includes it.
 *
 * Who may touch what: a Conn's state is one atomic word, moved by its HTTP thread
 * and, when time is up, by the sweep (server.c). A call belongs to its HTTP thread,
 * except between http_later() and the answer, when it belongs to whoever holds it;
 * `phase` hands it over. Counters and free calls are per HTTP thread, so that
 * requests share no lock and no cache line. */
#ifndef JW_HTTP_INSIDE_H
#define JW_HTTP_INSIDE_H

#include "guard.h"
#include "http.h"
#include "stream.h"
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- a connection ---- */

typedef enum ConnStep {
    CONN_FRESH,  /* accepted, no request line yet                  */
    CONN_IDLE,   /* between an answer and the next request line    */
    CONN_HEAD,   /* request line read, headers still coming        */
    CONN_BODY,   /* body coming                                    */
    CONN_BUSY,   /* ours to answer: no deadline                    */
    CONN_LINGER, /* refused; reads on a little so that the refusal is not lost in a reset */
    CONN_DEAD    /* the sweep ended it                             */
} ConnStep;

/* step, the language of a refusal, and since when, in one word: the sweep's
 * compare-and-swap fails if anything moved since it looked. */
#define CONN_WORD(step, lang, since_ms) ((uint64_t)(since_ms) << 4 | (uint64_t)(lang) << 3 | (uint64_t)(step))
#define CONN_STEP(word) ((ConnStep)((word)&7))
#define CONN_LANG(word) ((HttpLang)((word) >> 3 & 1))
#define CONN_SINCE(word) ((int64_t)((word) >> 4))

typedef struct Conn {
    struct Conn *prev, *next; /* of the server's list, under its lock: while listed, fd is open */
    int fd;
    _Atomic uint64_t word;
    _Atomic(HttpCall *) call;
    uint64_t sampled_word, sampled_bytes; /* the sweep's: bytes received when first seen idle */
    struct MHD_Connection *mhd;
    int abandoned_by; /* the HTTP thread of an abandoned call */
    char peer[46];
    _Atomic bool abandoned; /* its call was given up while held: do not touch that */
} Conn;

bool conn_move(Conn *conn, ConnStep step, HttpLang lang); /* false: the sweep was faster */

/* ---- a call ---- */

#define CALL_ADDS_MAX 16
#define CALL_ADD_ROOM 1536

typedef enum CallPhase {
    CALL_OURS,     /* of the HTTP thread, not answered          */
    CALL_HELD,     /* http_later(): of whoever holds it         */
    CALL_ANSWERED, /* the answer is in the call                 */
    CALL_ABANDONED /* the server stopped first: the holder's answer frees it */
} CallPhase;

struct HttpCall {
    /* for as long as the call exists, over many requests */
    HttpServer *server;
    HttpCall *next_free;
    Arena arena; /* its block follows the call */
    int thread;
    /* zeroed for each request, up to `headers` */
    _Atomic int phase;
    bool begun, refused, held, add_wrong, body_on_heap;
    Conn *conn;
    struct MHD_Connection *mhd;
    Str target; /* as sent */
    GuardFacts facts;
    GuardTarget what;
    char id[16];
    Str peer;
    int64_t start_us;
    char *body;
    size_t body_n, body_size, body_max, body_counted, drained; /* counted: in bodies_now */
    void *slot;
    const char *label;
    int status;
    const char *type;
    Str answer;
    void (*release)(void *); /* NULL: nothing to release */
    void *release_arg;
    HttpStream *stream;
    size_t header_count, add_count, add_used;
    /* valid up to their counts */
    HttpPair headers[GUARD_HEADERS_MAX];
    HttpPair adds[CALL_ADDS_MAX]; /* NUL-terminated */
    char add_room[CALL_ADD_ROOM];
};

void call_free(HttpCall *c);

/* call.c: what the library calls */
void *call_on_line(void *server, const char *target, struct MHD_Connection *m);
enum MHD_Result call_on_request(void *server, struct MHD_Connection *m, const char *url, const char *method,
                                const char *version, const char *upload, size_t *upload_n, void **context);
void call_on_completed(void *server, struct MHD_Connection *m, void **context,
                       enum MHD_RequestTerminationCode why);

/* answer.c */
void answer_store(HttpCall *c, int status, const char *type, Str body, void (*release)(void *), void *arg);
void answer_drop(HttpCall *c); /* releases what is stored */
enum MHD_Result answer_queue(HttpCall *c);
enum MHD_Result answer_queue_stopping(HttpServer *s, struct MHD_Connection *m);
/* Straight onto the socket, then no more is sent: for refusals while the peer may still be sending. */
void answer_raw(const HttpCall *c, int fd);
void refuse_raw(int fd, const Refusal *r, HttpLang lang, const char *id, bool head);

/* ---- the server ---- */

typedef struct ThreadCounts {
    _Atomic uint64_t started, completed, suspended, resumed, refused, unparsed, bytes_in, bytes_out;
    _Atomic uint64_t answered[6];
} ThreadCounts;

typedef struct HttpThread {
    _Alignas(128) ThreadCounts counts;
    HttpCall *free_calls;
    uint64_t random; /* of request ids */
} HttpThread;

/* One writer each, so no locked instruction is needed. */
static inline void count_add(_Atomic uint64_t *n, uint64_t by) {
    atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + by, memory_order_relaxed);
}

typedef struct Hands Hands;
Err hands_start(int count, int queue, Hands **ret, Fault *f);
bool hands_take(Hands *h, void (*fn)(void *), void *arg);
void hands_stop(Hands *h); /* runs what is queued, joins, frees */
void hands_count(Hands *h, HttpCounts *ret);

struct HttpServer {
    HttpConfig config;
    char address[64], proxy[46]; /* proxy: as peers are written; "": none */
    struct MHD_Daemon *daemon;
    HttpThread *threads;
    _Atomic int threads_seen;
    Hands *hands;
    _Atomic bool stopping;     /* answers say Connection: close          */
    _Atomic bool closing;      /* too late: everything is answered 503   */
    _Atomic int answering;     /* holders inside their answer            */
    _Atomic size_t bodies_now; /* bytes of large bodies that have arrived and rest in memory */
    pthread_mutex_t lock;      /* conns, streams, calls, the sweep's end */
    pthread_cond_t wake;
    pthread_t sweep;
    bool sweep_ends;
    Conn *conns;
    uint64_t conns_seen, conns_now, swept;
    HttpCall **calls; /* all there are; only http_stop frees them */
    size_t call_count, call_size;
    HttpStream *streams;
};

HttpThread *thread_here(HttpServer *s, int *ret_index);

/* stream.c */
struct MHD_Response *stream_response(HttpStream *st, HttpServer *s); /* takes the connection's hold */
void stream_abandon(HttpStream *st); /* the connection's hold, when no response took it */
void streams_cut(HttpServer *s);     /* wakes all, so that they see the end */

#endif
