/* watch – see watch.h. */
#include "watch.h"

#include "inner.h"

#include <stdlib.h>

Watch watch;
static const Driver *real;
static Driver around;

void watch_reset(void) { watch = (Watch){ 0 }; }

static bool fails(Fault *f) {
    if (++watch.calls != watch.fail_call)
        return false;
    fault(f, ERR_STORE, "test_fault", "", "测试：这一次失败。", "A test made this one fail.");
    return true;
}

static Err start(void *conn, const Query *q, unsigned mask, const Value *values, bool streamed, Run *ret_run,
                 Fault *f) {
    if (fails(f))
        return f->err;
    if (watch.statements < (long)COUNT(watch.asked))
        watch.asked[watch.statements] = (WatchedQuery){ q, mask };
    watch.statements++;
    return real->start(conn, q, mask, values, streamed, ret_run, f);
}

static Err next(void *conn, Run *run, bool *ret_row, Fault *f) {
    return fails(f) ? f->err : real->next(conn, run, ret_row, f);
}

static Err control(void *conn, Control what, Fault *f) {
    if (what == ROLLBACK || what == END) /* what the store relies on after a failure */
        return real->control(conn, what, f);
    if (fails(f))
        return f->err;
    if (what == COMMIT && watch.fail_commit) {
        watch.fail_commit = false;
        return fault(f, ERR_STORE, "test_fault", "", "测试：提交失败。", "A test made COMMIT fail.");
    }
    return real->control(conn, what, f);
}

/* On the writer's own thread, between two of its calls. */
static Err put_between(Tx *tx, void *arg, Fault *f) {
    Store *s = arg;

    (void)tx, (void)f;
    s->d = s->writer.d = &around;
    for (size_t i = 0; i < s->n_readers; i++)
        s->readers[i].tx.d = &around;
    return OK;
}

void watch_begin(Store *s) {
    Fault f;

    real = s->d;
    around = *real;
    around.start = start;
    around.next = next;
    around.control = control;
    watch_reset();
    if (store_write_now(s, put_between, s, true, &f) != OK)
        abort();
}
