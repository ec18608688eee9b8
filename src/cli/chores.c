/* chores – see chores.h; and `jingwei retain`, the same by hand. */
#include "chores.h"

#include "area_change.h"
#include "case_more_time.h"
#include "clock.h"
#include "command.h"
#include "log.h"
#include "plan_publish.h"
#include "proposal.h"
#include "retention.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { EVERY_S = 3600, AGAIN_S = 60 };

struct Chores {
    Store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool stop;
    int32_t learnt_day; /* 0: not yet */
};

/* Seconds until the next time. */
static int erase(Chores *c) {
    RetentionCount n;
    bool ours;
    Fault f;

    Err e = retention_pass(c->store, &c->stop, &ours, &n, &f);
    if (n.requests || n.sessions || n.contacts || n.photos || n.unclaimed)
        log_event(LOG_INFO, "retention.erased", L_INT("client_keys", n.requests), L_INT("sessions", n.sessions),
                  L_INT("contacts", n.contacts), L_INT("photos", n.photos),
                  L_INT("unclaimed_photos", n.unclaimed));
    if (e != OK)
        log_event(LOG_WARNING, "retention.failed", L_TEXT("key", f.key), L_TEXT("why", f.en));
    return e == OK ? EVERY_S : AGAIN_S;
}

static void change_failed(void *ctx, LineageId id, const Fault *why) {
    (void)ctx;
    log_event(LOG_WARNING, "area.change_failed", L_INT("lineage", id.v), L_TEXT("key", why->key),
              L_TEXT("why", why->en));
}

/* What is planned for areas happens on its day. */
static int change_areas(Chores *c) {
    int64_t done = 0;
    Fault f;

    Err e = area_changes_due(c->store, change_failed, NULL, &done, &f);
    if (done)
        log_event(LOG_INFO, "area.changed", L_INT("changes", done));
    if (e != OK)
        log_event(LOG_WARNING, "area.changes_failed", L_TEXT("key", f.key), L_TEXT("why", f.en));
    return e == OK ? EVERY_S : AGAIN_S;
}

static void publish_failed(void *ctx, PlanId id, const Fault *why) {
    (void)ctx;
    log_event(LOG_WARNING, "plan.publish_failed", L_INT("plan", id.v), L_TEXT("key", why->key),
              L_TEXT("why", why->en));
}

/* Plans of grids take effect on their day, after single changes. */
static int publish_plans(Chores *c) {
    int64_t done = 0;
    Fault f;

    Err e = plans_due(c->store, publish_failed, NULL, &done, &f);
    if (done)
        log_event(LOG_INFO, "plan.published", L_INT("plans", done));
    if (e != OK)
        log_event(LOG_WARNING, "plan.due_failed", L_TEXT("key", f.key), L_TEXT("why", f.en));
    return e == OK ? EVERY_S : AGAIN_S;
}

/* What is suspended resumes on its day. */
static int resume_cases(Chores *c) {
    int64_t done = 0;
    Fault f;

    Err e = case_resume_due(c->store, &c->stop, &done, &f);
    if (done)
        log_event(LOG_INFO, "case.resumed", L_INT("cases", done));
    if (e != OK)
        log_event(LOG_WARNING, "case.resume_failed", L_TEXT("key", f.key), L_TEXT("why", f.en));
    return e == OK ? EVERY_S : AGAIN_S;
}

/* Each server for itself, once a day: categories are proposed from the cases that were
 * closed since. */
static void learn_categories(Chores *c) {
    int32_t today = day_of_ms(clock_now_ms());
    int64_t from = clock_mono_ms(), n = 0;
    Fault f;

    if (c->stop || c->learnt_day == today)
        return;
    Err e = proposal_learn(c->store, &c->stop, &n, &f);
    if (e == OK) {
        c->learnt_day = today;
        log_event(LOG_INFO, "category.learnt", L_INT("texts", n), L_INT("ms", clock_mono_ms() - from));
    } else if (e != ERR_BUSY)
        log_event(LOG_WARNING, "category.not_learnt", L_TEXT("key", f.key), L_TEXT("why", f.en));
}

/* Soon after midnight the next day's changes are due. */
static int until_tomorrow_s(void) {
    int64_t now = clock_now_ms(), ms = ms_of_day(day_of_ms(now) + 1) - now;
    return ms < 0 || ms > 86400000 ? EVERY_S : (int)(ms / 1000) + 1;
}

static int smaller(int a, int b) { return a < b ? a : b; }

static void *work(void *arg) {
    Chores *c = arg;
    struct timespec until;

    while (!c->stop) {
        int wait_s = smaller(smaller(erase(c), change_areas(c)), smaller(publish_plans(c), resume_cases(c)));
        wait_s = smaller(wait_s, until_tomorrow_s());
        learn_categories(c);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += wait_s;
        pthread_mutex_lock(&c->lock);
        while (!c->stop && pthread_cond_timedwait(&c->wake, &c->lock, &until) == 0)
            ;
        pthread_mutex_unlock(&c->lock);
    }
    return NULL;
}

Err chores_start(Store *s, Chores **ret, Fault *f) {
    Chores *c = mem_alloc(sizeof *c);
    pthread_condattr_t monotonic;

    if (!c)
        return fault_memory(f);
    *c = (Chores){ .store = s };
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &monotonic);
    if (pthread_create(&c->thread, NULL, work, c) != 0) {
        mem_free(c);
        return fault(f, ERR_STORE, "no_thread", "", "无法启动线程。", "A thread did not start.");
    }
    *ret = c;
    return OK;
}

void chores_stop(Chores *c) {
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
    mem_free(c);
}

/* ---- by hand ---- */

static void say(const RetentionCount *n, bool ours, bool json) {
    if (json)
        printf("{\"done\":%s,\"client_keys\":%lld,\"sessions\":%lld,\"contacts\":%lld,\"photos\":%lld,"
               "\"unclaimed_photos\":%lld}\n",
               ours ? "true" : "false", (long long)n->requests, (long long)n->sessions, (long long)n->contacts,
               (long long)n->photos, (long long)n->unclaimed);
    else if (ours)
        printf(
            "到期删除：请求键 %lld 个，会话 %lld 个，联系方式 %lld 件，照片 %lld 张（另有无人认领的 %lld 张）\n"
            "Erased in time: %lld client keys, %lld sessions, %lld contacts, %lld photos (and %lld that nobody "
            "claimed)\n",
            (long long)n->requests, (long long)n->sessions, (long long)n->contacts, (long long)n->photos,
            (long long)n->unclaimed, (long long)n->requests, (long long)n->sessions, (long long)n->contacts,
            (long long)n->photos, (long long)n->unclaimed);
    else
        printf("服务正在做这件事。\nA server is doing this just now.\n");
}

int run_retain(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    bool json = command_json(), ours = false;
    RetentionCount n;
    Store *s = NULL;
    Fault f;

    (void)argv;
    if (argc != 0)
        return command_usage(command_named("retain"));
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? retention_pass(s, NULL, &ours, &n, &f) : e;
    installation_close(s);
    if (e != OK)
        return command_fault(&f);
    say(&n, ours, json);
    return EXIT_OK;
}
