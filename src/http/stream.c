/* stream – see stream.h.
 *
 * Falling asleep and being woken cross on two threads: the reader first suspends,
 * then says `waiting`, then looks again whether it was woken meanwhile; whoever
 * takes `waiting` away resumes. A suspended connection cannot end, so its pointer is
 * good for exactly that one. */
#include "inside.h"

#define BLOCK 16384

struct HttpStream {
    HttpServer *server; /* good while linked or waiting */
    struct MHD_Connection *mhd;
    HttpStreamRead read;
    void (*release)(void *);
    void *arg;
    HttpStream *prev, *next;
    _Atomic int holds;
    _Atomic bool woken, waiting, gone;
};

Err http_stream(HttpCall *c, int status, const char *type, HttpStreamRead read, void (*release)(void *),
                void *arg, HttpStream **ret, Fault *f) {
    HttpStream *st = mem_alloc(sizeof *st);

    if (!st) {
        if (release)
            release(arg);
        return fault_memory(f);
    }
    *st = (HttpStream){ .mhd = c->mhd, .read = read, .release = release, .arg = arg, .holds = ret ? 2 : 1 };
    c->stream = st;
    if (ret)
        *ret = st;
    answer_store(c, status, type, (Str){ "", 0 }, NULL, NULL);
    return OK;
}

void http_stream_drop(HttpStream *st) {
    if (atomic_fetch_sub(&st->holds, 1) != 1)
        return;
    if (st->release)
        st->release(st->arg);
    mem_free(st);
}

void stream_abandon(HttpStream *st) {
    atomic_store(&st->gone, true);
    http_stream_drop(st);
}

bool http_stream_gone(const HttpStream *st) { return atomic_load(&st->gone); }

void http_stream_wake(HttpStream *st) {
    atomic_store(&st->woken, true);
    if (!atomic_exchange(&st->waiting, false))
        return;
    HttpServer *s = st->server;
    atomic_fetch_add(&s->answering, 1); /* as in answer_store() */
    MHD_resume_connection(st->mhd);
    atomic_fetch_sub(&s->answering, 1);
}

static ssize_t on_read(void *arg, uint64_t at, char *to, size_t max) {
    HttpStream *st = arg;
    HttpServer *s = st->server;
    int index;

    (void)at;
    atomic_store(&st->woken, false);
    if (atomic_load(&s->closing))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    ssize_t n = st->read(st->arg, to, max);
    if (n > 0) {
        count_add(&thread_here(s, &index)->counts.bytes_out, (uint64_t)n);
        return n;
    }
    if (n < 0)
        return n == HTTP_STREAM_END ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
    MHD_suspend_connection(st->mhd);
    atomic_store(&st->waiting, true);
    if ((atomic_load(&st->woken) || atomic_load(&s->closing)) && atomic_exchange(&st->waiting, false))
        MHD_resume_connection(st->mhd);
    return 0;
}

static void on_free(void *arg) {
    HttpStream *st = arg;
    HttpServer *s = st->server;

    pthread_mutex_lock(&s->lock);
    if (st->prev)
        st->prev->next = st->next;
    else
        s->streams = st->next;
    if (st->next)
        st->next->prev = st->prev;
    pthread_mutex_unlock(&s->lock);
    stream_abandon(st);
}

struct MHD_Response *stream_response(HttpStream *st, HttpServer *s) {
    struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, st, on_free);

    if (!r)
        return NULL;
    st->server = s;
    pthread_mutex_lock(&s->lock);
    st->next = s->streams;
    if (st->next)
        st->next->prev = st;
    s->streams = st;
    pthread_mutex_unlock(&s->lock);
    return r;
}

/* Woken outside the lock, because the library takes its own. Who is not reached in
 * one pass is in the next. */
void streams_cut(HttpServer *s) {
    HttpStream *some[64];
    size_t n = 0;

    pthread_mutex_lock(&s->lock);
    for (HttpStream *st = s->streams; st && n < COUNT(some); st = st->next)
        if (atomic_load(&st->waiting)) {
            atomic_fetch_add(&st->holds, 1);
            some[n++] = st;
        }
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++) {
        atomic_store(&some[i]->gone, true);
        http_stream_wake(some[i]);
        http_stream_drop(some[i]);
    }
}
