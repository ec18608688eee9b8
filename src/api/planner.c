/* planner – see planner.h. */
#include "planner.h"

#include "clock.h"
#include "log.h"
#include "plan_solve.h"

#include <pthread.h>

enum { TURN_MS = 500, REST_MS = 5000 };

struct Planner {
    Store *store;
    pthread_t thread;
    _Atomic bool stop;
    int64_t seen; /* news of the store */
    bool again;   /* one was solved: perhaps another waits */
    bool rests;
    int64_t rest_until_ms;
};

static void rest(Planner *p, const char *event, const Fault *f) {
    log_event(LOG_WARNING, event, L_TEXT("key", f->key), L_TEXT("why", f->en));
    p->rests = true;
    p->rest_until_ms = clock_mono_ms() + REST_MS;
}

static void solve(Planner *p) {
    int64_t from = clock_mono_ms();
    bool ours = false;
    PlanId id = { 0 };
    Fault f;

    if (plan_solve_lease(p->store, &ours, &f) != OK) {
        rest(p, "plan.lease_failed", &f);
        return;
    }
    if (!ours)
        return;
    Err e = plan_solve_next(p->store, &p->stop, &id, &f);
    p->again = e == OK && id.v != 0;
    if (p->again)
        log_event(LOG_INFO, "plan.solved", L_INT("plan", id.v), L_INT("ms", clock_mono_ms() - from));
    if (e != OK && e != ERR_BUSY)
        rest(p, "plan.not_solved", &f);
}

static void *work(void *arg) {
    Planner *p = arg;

    p->again = true; /* what an earlier server left */
    while (!p->stop) {
        int64_t news = store_news(p->store, p->seen, p->again ? 0 : TURN_MS);
        bool look = p->again || news != p->seen;
        if (p->rests && clock_mono_ms() < p->rest_until_ms)
            continue;
        look = look || p->rests;
        p->rests = p->again = false;
        p->seen = news;
        if (look)
            solve(p);
    }
    return NULL;
}

Err planner_start(Store *s, Planner **ret, Fault *f) {
    Planner *p = mem_alloc(sizeof *p);

    if (!p)
        return fault_memory(f);
    *p = (Planner){ .store = s };
    if (pthread_create(&p->thread, NULL, work, p) != 0) {
        mem_free(p);
        return fault(f, ERR_STORE, "no_thread", "", "无法启动线程。", "A thread did not start.");
    }
    *ret = p;
    return OK;
}

void planner_stop(Planner *p) {
    if (!p)
        return;
    p->stop = true;
    pthread_join(p->thread, NULL);
    mem_free(p);
}
