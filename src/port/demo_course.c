/* demo_course – see demo_course.h. */
#include "demo_course.h"

#include "clock.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY_MS = 24 * HOUR };

static int64_t minutes(Dice *d, int32_t low, int32_t high) {
    return (int64_t)dice_between(d, low * 60, high * 60) * 1000;
}

/* The same instant if the centre works then, else when it next does, and a little. */
static int64_t at_work(const Course *c, int64_t ms, Dice *d) {
    int32_t day = day_of_ms(ms);
    int64_t of_day = ms - ms_of_day(day);

    if (tell_works(c->with, day)) {
        if (of_day < 8 * HOUR)
            return ms_of_day(day) + 8 * HOUR + minutes(d, 2, 50);
        if (of_day < 12 * HOUR || (of_day >= 14 * HOUR && of_day < 18 * HOUR))
            return ms;
        if (of_day < 14 * HOUR)
            return ms_of_day(day) + 14 * HOUR + minutes(d, 2, 40);
    }
    do
        day++;
    while (!tell_works(c->with, day));
    return ms_of_day(day) + 8 * HOUR + minutes(d, 3, 70);
}

/* ---- taking steps ---- */

static ToldStep *take(Course *c, CaseAct act, int64_t at_ms, AccountId account, Role role, Noted note) {
    if (c->over || at_ms > c->now_ms || c->n == COURSE_MAX) {
        c->over = true;
        return &c->beyond;
    }
    c->steps[c->n] = (ToldStep){ .act = act, .at_ms = at_ms, .account = account, .role = role, .solved = -1 };
    if (note != NOTE_COUNT)
        c->steps[c->n].note = c->notes->say[note];
    return &c->steps[c->n++];
}

static int64_t dispatch(Course *c, int64_t at, OrgId unit, Noted note) {
    take(c, ACT_DISPATCH, at, c->hands->dispatcher, ROLE_DISPATCHER, note)->unit = unit;
    return at;
}

/* Sent to the wrong unit, which says so within minutes. */
static int64_t astray(Course *c, int64_t at, Dice *d) {
    const Hands *h = c->hands;

    dispatch(c, at, h->wrong_unit, NOTE_OTHER);
    at += minutes(d, 4, 14);
    take(c, ACT_RETURN, at, h->wrong_handler, h->wrong_role, NOTE_BACK)->unit = h->unit;
    return at + minutes(d, 3, 25);
}

/* ---- handling ---- */

/* Between two parts in a hundred of the limit, now and then past it. */
static Err handled_at(Course *c, int64_t dispatched, int64_t from, Dice *d, int64_t *ret, Fault *f) {
    int64_t due;
    int32_t luck = dice_below(d, 1000), part;

    TRY(tell_finish(c->with, c->condition, dispatched, &due, f));
    part = luck < 905   ? dice_between(d, 12, 93)
           : luck < 985 ? dice_between(d, 102, 170)
                        : dice_between(d, 300, 900);
    int64_t at = dispatched + (due - dispatched) / 100 * part;
    at = at < from + 10 * MINUTE ? from + minutes(d, 10, 40) : at;
    bool urgent = c->condition->finish_clock == CLOCK_URGENT_HOUR || c->condition->finish_clock == CLOCK_MINUTE;
    *ret = urgent ? at : at_work(c, at, d);
    if (!urgent && *ret > due && at <= due) /* who has time left does not wait until it has run out */
        *ret = at;
    return OK;
}

static Err handle(Course *c, int64_t *at, Dice *d, Fault *f) {
    const Hands *h = c->hands;
    int64_t dispatched = *at, handled;

    *at += minutes(d, 4, c->condition->finish_clock == CLOCK_URGENT_HOUR ? 14 : 150);
    take(c, ACT_TAKE, *at, h->handler, h->handler_role, NOTE_COUNT);
    TRY(handled_at(c, dispatched, *at, d, &handled, f));
    take(c, ACT_HANDLE, handled, h->handler, h->handler_role, NOTE_DONE);
    *at = at_work(c, handled + minutes(d, 20, 200), d);
    if (!dice_percent(d, 6)) {
        take(c, ACT_PASS, *at, h->checker, ROLE_CHECKER, NOTE_COUNT);
        return OK;
    }
    take(c, ACT_FAIL, *at, h->checker, ROLE_CHECKER, NOTE_AGAIN);
    *at = at_work(c, *at + minutes(d, 60, 900), d);
    take(c, ACT_HANDLE, *at, h->handler, h->handler_role, NOTE_DONE);
    *at = at_work(c, *at + minutes(d, 20, 200), d);
    take(c, ACT_PASS, *at, h->checker, ROLE_CHECKER, NOTE_COUNT);
    return OK;
}

/* ---- feedback and close ---- */

static CloseKind kind_of(const Course *c, Dice *d) {
    int32_t at = dice_below(d, 100);
    bool long_way = c->condition->finish_limit >= 15;
    return at < (long_way ? 62 : 89) ? CLOSE_SOLVED
           : at < 95                 ? (long_way ? CLOSE_PROCEDURE : CLOSE_EXPLAINED)
           : at < 98                 ? CLOSE_EXPLAINED
                                     : CLOSE_UNFOUNDED;
}

static void call(Course *c, int64_t at, bool answered) {
    take(c, ACT_FEEDBACK, at, c->hands->caller, ROLE_CALLBACK, answered ? NOTE_ANSWER : NOTE_NO_ANSWER)
        ->answered = answered;
}

static int64_t feed_back(Course *c, int64_t at, Dice *d) {
    bool answered = !c->contact || !dice_percent(d, 7);
    CloseKind kind = answered ? kind_of(c, d) : CLOSE_UNREACHABLE;

    at = at_work(c, at + minutes(d, 25, 420), d);
    call(c, at, answered);
    if (!answered) { /* three times, on two working days */
        at = at_work(c, at + 2 * HOUR, d);
        call(c, at, false);
        at = at_work(c, at + DAY_MS, d);
        call(c, at, false);
    }
    at += minutes(d, 2, 15);
    take(c, ACT_CLOSE, at, c->hands->caller, ROLE_CALLBACK, NOTE_COUNT)->close_kind = kind;
    c->closed_ms = c->over ? 0 : at;
    return at;
}

/* ---- afterwards ---- */

static void rate(Course *c, int64_t at, Dice *d) {
    int32_t luck = dice_below(d, 100);
    ToldStep *s = take(c, ACT_APPRAISE, at + minutes(d, 40, 3000), (AccountId){ 0 }, ROLE_PUBLIC, NOTE_COUNT);
    static const char *const said[2][6] = { { "", "未解决，满意度 1", "未解决，满意度 2", "未解决，满意度 3",
                                              "未解决，满意度 4", "未解决，满意度 5" },
                                            { "", "已解决，满意度 1", "已解决，满意度 2", "已解决，满意度 3",
                                              "已解决，满意度 4", "已解决，满意度 5" } };

    s->satisfaction = luck < 52 ? 5 : luck < 78 ? 4 : luck < 90 ? 3 : luck < 96 ? 2 : 1;
    s->solved = s->satisfaction > 2 || dice_percent(d, 30);
    s->note = str(said[s->solved][s->satisfaction]);
}

static Err round_of(Course *c, int64_t *at, Dice *d, Fault *f) {
    dispatch(c, *at, c->hands->unit, NOTE_COUNT);
    TRY(handle(c, at, d, f));
    *at = feed_back(c, *at, d);
    return OK;
}

static Err after_close(Course *c, int64_t at, Dice *d, Fault *f) {
    if (c->over || !c->outside)
        return OK;
    if (dice_percent(d, 3)) {
        at += minutes(d, 200, 10 * 24 * 60);
        take(c, ACT_REOPEN, at, (AccountId){ 0 }, ROLE_PUBLIC, NOTE_REOPEN);
        c->closed_ms = c->over ? c->closed_ms : 0;
        at = at_work(c, at + minutes(d, 5, 25), d);
        if (!c->over)
            TRY(round_of(c, &at, d, f));
    }
    if (!c->over && dice_percent(d, 34))
        rate(c, at, d);
    return OK;
}

static bool refuse(Course *c, int64_t at, Dice *d) {
    bool lost = !c->placed && c->now_ms - at > 2LL * DAY_MS;

    if (!lost && !dice_percent(d, 3))
        return false;
    take(c, ACT_REJECT, at_work(c, at + minutes(d, 5, 90), d), c->hands->dispatcher, ROLE_DISPATCHER,
         NOTE_REJECT);
    return true;
}

Err course_run(Course *c, Dice *d, int64_t reported_ms, Fault *f) {
    const Hands *h = c->hands;
    int64_t at = reported_ms + minutes(d, 2, dice_percent(d, 4) ? 75 : 26);

    take(c, ACT_ACCEPT, at, h->dispatcher, ROLE_DISPATCHER, NOTE_COUNT);
    if (refuse(c, at, d) || !c->placed)
        return OK;
    at = c->condition->finish_clock == CLOCK_URGENT_HOUR ? at + minutes(d, 1, 6)
                                                         : at_work(c, at + minutes(d, 2, 14), d);
    take(c, ACT_FILE, at, h->dispatcher, ROLE_DISPATCHER, NOTE_COUNT);
    at += minutes(d, 1, 12);
    if (dice_percent(d, 4))
        at = astray(c, at, d);
    TRY(round_of(c, &at, d, f));
    return after_close(c, at, d, f);
}

Err course_sampled(Course *c, Dice *d, int64_t settled_ms, bool sampled, Fault *f) {
    (void)f;
    if (sampled)
        take(c, ACT_PASS, at_work(c, settled_ms + minutes(d, 30, 600), d), c->hands->checker, ROLE_CHECKER,
             NOTE_COUNT);
    return OK;
}
