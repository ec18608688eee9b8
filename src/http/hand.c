/* hand – a small pool for what would hold an HTTP thread up: lists, exports,
 * password hashing. A ring under one lock; when it is full it says so at once, and
 * the caller tells the client to come again. */
#include "inside.h"

typedef struct Task {
    void (*fn)(void *);
    void *arg;
} Task;

struct Hands {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    Task *ring;
    size_t size, first, waiting;
    uint64_t taken, refused;
    bool ends;
    _Atomic int seen;
    int count;
    pthread_t thread[];
};

static _Thread_local int hand_here = -1;

int http_hand(void) { return hand_here; }

static void *run(void *arg) {
    Hands *h = arg;

    hand_here = atomic_fetch_add(&h->seen, 1);
    pthread_mutex_lock(&h->lock);
    for (;;) {
        while (h->waiting == 0 && !h->ends)
            pthread_cond_wait(&h->wake, &h->lock);
        if (h->waiting == 0)
            break;
        Task task = h->ring[h->first];
        h->first = (h->first + 1) % h->size;
        h->waiting--;
        pthread_mutex_unlock(&h->lock);
        task.fn(task.arg);
        pthread_mutex_lock(&h->lock);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

Err hands_start(int count, int queue, Hands **ret, Fault *f) {
    Hands *h = mem_alloc(sizeof *h + (size_t)count * sizeof h->thread[0]);
    Task *ring = mem_alloc((size_t)queue * sizeof *ring);

    if (!h || !ring) {
        mem_free(h);
        mem_free(ring);
        return fault_memory(f);
    }
    *h = (Hands){ .ring = ring, .size = (size_t)queue };
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->wake, NULL);
    for (; h->count < count; h->count++)
        if (pthread_create(&h->thread[h->count], NULL, run, h) != 0) {
            hands_stop(h);
            return fault(f, ERR_LIMIT, "no_thread", "", "系统不允许再开线程。",
                         "The system allows no more threads.");
        }
    *ret = h;
    return OK;
}

bool hands_take(Hands *h, void (*fn)(void *), void *arg) {
    pthread_mutex_lock(&h->lock);
    bool room = h->waiting < h->size && !h->ends;
    if (room) {
        h->ring[(h->first + h->waiting++) % h->size] = (Task){ fn, arg };
        h->taken++;
        pthread_cond_signal(&h->wake);
    } else
        h->refused++;
    pthread_mutex_unlock(&h->lock);
    return room;
}

void hands_stop(Hands *h) {
    pthread_mutex_lock(&h->lock);
    h->ends = true;
    pthread_cond_broadcast(&h->wake);
    pthread_mutex_unlock(&h->lock);
    for (int i = 0; i < h->count; i++)
        pthread_join(h->thread[i], NULL);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    mem_free(h->ring);
    mem_free(h);
}

void hands_count(Hands *h, HttpCounts *ret) {
    pthread_mutex_lock(&h->lock);
    ret->handed_over = h->taken;
    ret->hand_refused = h->refused;
    ret->hand_waiting = h->waiting;
    pthread_mutex_unlock(&h->lock);
}
