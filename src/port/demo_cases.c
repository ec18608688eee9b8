/* demo_cases – a year of cases: when, what, where, and how each went. Planned case by
 * case from a dice of its own, so that a batch that runs again writes the same; written
 * some hundreds to a transaction (case_told.h). No step is taken after the day as of which the
 * city is made: what was not yet done then is open. */
#include "demo_city.h"

#include "calendar_file.h"
#include "case_told.h"
#include "catalogue.h"
#include "catalogue_file.h"
#include "clock.h"
#include "defaults.h"
#include "demo_course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAYS = 365,
    HOURS = DAYS * 24,
    BATCH = 400,
    MATTERS_MAX = 120,
    HOUR_MS = 3600 * 1000,
    CONTACT_DAYS = 90
};

typedef struct Matter {
    Condition condition;
    int32_t weight, by_workers, storm; /* percent found by workers; times as often in a storm */
    int32_t unit;
    bool indoors;
} Matter;

typedef struct Year {
    DemoCity *city;
    Arena lasting;
    Matter matters[MATTERS_MAX];
    int32_t n_matters, weights, storm_weights;
    int64_t start_ms;
    uint64_t until[HOURS + 1]; /* how much of the year's cases come before each hour */
    int32_t storms[2];         /* first days */
    int32_t first, n;          /* the batch */
    TellWith with;
} Year;

/* ---- what happens how often ---- */

/* "206-01 30 70 1": condition, weight, percent found by workers, times in a storm. */
static void read_weight(const Grammar *g, Matter *m) {
    for (size_t i = 0; i < grammar_ways(g, "weights"); i++) {
        Str line = grammar_way(g, "weights", i);
        char z[60];
        char *end;
        snprintf(z, sizeof z, "%.*s", (int)line.n, line.p);
        if (strncmp(z, m->condition.code.p, m->condition.code.n) != 0 || z[m->condition.code.n] != ' ')
            continue;
        m->weight = (int32_t)strtol(z + m->condition.code.n, &end, 10);
        m->by_workers = (int32_t)strtol(end, &end, 10);
        m->storm = (int32_t)strtol(end, NULL, 10);
    }
}

static bool is_indoors(Str category) {
    return category.p[0] == '1' || str_same(category, str("203")) || str_same(category, str("205")) ||
           str_same(category, str("303")) || str_same(category, str("305"));
}

static Err read_matters(Tx *tx, void *arg, Fault *f) {
    enum { CONDITIONS_MAX = 500 };
    Year *y = arg;
    Actor by;
    ConditionFind find = { .limit = CONDITIONS_MAX };

    y->lasting.used = 0;
    y->n_matters = y->weights = y->storm_weights = 0;
    tx_lend(tx, &y->lasting);
    Page page = { arena_take(&y->lasting, CONDITIONS_MAX * sizeof(Condition)), 0, CONDITIONS_MAX };
    if (!page.rows)
        return fault_arena(f);
    actor_in(ROLE_SYSTEM_ADMIN, str("0"), (OrgId){ 0 }, &by);
    TRY(condition_list(tx, &find, &by, &page, f));
    for (size_t i = 0; i < page.n && y->n_matters < MATTERS_MAX; i++) {
        Matter m = {
            .condition = ((const Condition *)page.rows)[i], .weight = 5, .by_workers = 20, .storm = 1
        };
        if (m.condition.category.n != 3 || m.condition.category.p[2] == '0')
            continue;
        read_weight(y->city->grammar, &m);
        m.unit = demo_unit_for(m.condition.category);
        m.indoors = is_indoors(m.condition.category);
        y->weights += m.weight;
        y->storm_weights += m.weight * m.storm;
        y->matters[y->n_matters++] = m;
    }
    return OK;
}

/* ---- when ---- */

static bool in_storm(const Year *y, int32_t day) {
    return (day >= y->storms[0] && day < y->storms[0] + 6) || (day >= y->storms[1] && day < y->storms[1] + 5);
}

/* Mornings and evenings; fewer on days of rest and around the new year, more when it storms. */
static uint64_t weight_of_hour(const Year *y, int64_t ms) {
    static const uint8_t by_hour[24] = { 3,  2,  1,  1,  1,  3,  9,  22, 40, 52, 50, 38,
                                         24, 26, 42, 46, 44, 40, 34, 36, 30, 20, 12, 6 };
    int32_t day = day_of_ms(ms), hour = zone_civil(zone_here(), ms).hour;
    uint64_t w = by_hour[hour] * (uint64_t)(tell_works(&y->with, day) ? 20 : 12);
    return in_storm(y, day) ? w * 22 / 10 : w;
}

static Err plan_year(Tx *tx, void *arg, Fault *f) {
    Year *y = arg;
    const DemoCity *c = y->city;
    int32_t year, month, day;
    Dice d = dice_of(c->wish->seed, 50, 0);

    tx_lend(tx, &y->city->row);
    y->city->row.used = 0;
    civil_of_day(c->today, &year, &month, &day);
    if (day_of_civil(year, 7, 12) > c->today)
        year--;
    y->storms[0] = day_of_civil(year, 7, 12) + dice_below(&d, 25);
    y->storms[1] = day_of_civil(year, 8, 25) + dice_below(&d, 25);
    y->start_ms = ms_of_day(c->today - DAYS + 1) / HOUR_MS * HOUR_MS;
    TRY(tell_begin(tx, c->today - DAYS - 2, &y->with, f));
    y->until[0] = 0;
    for (int32_t h = 0; h < HOURS; h++) {
        int64_t ms = y->start_ms + (int64_t)h * HOUR_MS;
        y->until[h + 1] = y->until[h] + (ms + HOUR_MS <= c->now_ms ? weight_of_hour(y, ms) : 0);
    }
    tell_end(&y->with);
    return OK;
}

/* The i-th case of the year: later than the one before it. */
static int64_t when(const Year *y, int32_t i, Dice *d) {
    uint64_t total = y->until[HOURS], each = total / (uint64_t)y->city->wish->cases;
    uint64_t at =
        (uint64_t)((unsigned __int128)total * (unsigned __int128)i / (unsigned __int128)y->city->wish->cases);
    int32_t low = 0, high = HOURS - 1;

    at += each > 1 ? dice_bits(d) % each : 0;
    while (low < high) { /* the last hour that begins at or before it and has cases */
        int32_t mid = (low + high + 1) / 2;
        if (y->until[mid] <= at)
            low = mid;
        else
            high = mid - 1;
    }
    uint64_t width = y->until[low + 1] - y->until[low];
    return y->start_ms + (int64_t)low * HOUR_MS +
           (width ? (int64_t)((at - y->until[low]) * HOUR_MS / width) : 0);
}

/* ---- what and where ---- */

static const Matter *which(const Year *y, int32_t day, Dice *d) {
    bool storm = in_storm(y, day);
    int32_t at = dice_below(d, storm ? y->storm_weights : y->weights), i = 0;

    for (; i < y->n_matters - 1; i++) {
        at -= y->matters[i].weight * (storm ? y->matters[i].storm : 1);
        if (at < 0)
            break;
    }
    return &y->matters[i];
}

/* One report in eight is about a spot that has its matter again and again. */
static int32_t micro_of(const Year *y, const Matter *m, Dice *d, bool *ret_again) {
    const DemoCity *c = y->city;
    int32_t i;

    *ret_again = dice_percent(d, 13);
    if (!*ret_again)
        return dice_below(d, c->n_micros);
    i = dice_below(d, c->n_residentials);
    Dice spot = dice_of(c->wish->seed, 51, (uint64_t)i * 1000 + (uint64_t)(m - y->matters));
    return c->residentials[i].first_micro + dice_below(&spot, c->residentials[i].n_micros);
}

typedef struct Where {
    int32_t micro, place; /* place: -1, none */
    char address[120], road[DEMO_NAME];
} Where;

static void choose_where(const Year *y, const Matter *m, Dice *d, Case *c, Where *w) {
    const DemoCity *city = y->city;
    bool again;

    w->micro = micro_of(y, m, d, &again);
    const DemoMicro *micro = &city->micros[w->micro];
    const DemoResidential *r = &city->residentials[micro->residential];
    Dice same = dice_of(city->wish->seed, 52, (uint64_t)w->micro * 1000 + (uint64_t)(m - y->matters));
    Dice *spot = again ? &same : d;
    snprintf(w->road, sizeof w->road, "%s", r->roads[dice_below(spot, 2)]);
    w->place = micro->n_places && (m->indoors || dice_percent(spot, 30))
                   ? micro->first_place + dice_below(spot, micro->n_places)
                   : -1;
    if (w->place >= 0) {
        const DemoPlace *p = &city->places[w->place];
        demo_address(city, p, w->address, sizeof w->address);
        c->place = p->id;
        c->lon = p->at.lon;
        c->lat = p->at.lat;
        c->has.place = true;
    } else {
        Point at =
            mesh_spot(&city->mesh, city->blocks[micro->first_block + dice_below(spot, micro->n_blocks)], spot);
        c->lon = at.lon;
        c->lat = at.lat;
        if (micro->kind)
            snprintf(w->address, sizeof w->address, "%s", micro->compound);
        else
            snprintf(w->address, sizeof w->address, "%s%d号", w->road, dice_between(spot, 6, 980));
    }
    c->has.lon = c->has.lat = true;
    if (dice_percent(d, 2)) /* a few tell no place: the queue shows them */
        c->has.place = c->has.lon = c->has.lat = false;
}

enum { FILLINGS = 4 };

static void fill(const Year *y, const Where *w, Filling ret[FILLINGS]) {
    const DemoMicro *micro = &y->city->micros[w->micro];

    ret[0] = (Filling){ "place", str(w->address) };
    ret[1] = (Filling){ "road", str(w->road) };
    ret[2] = (Filling){ "compound", str(micro->compound) };
    ret[3] = (Filling){ "name", str(y->city->residentials[micro->residential].name) };
}

static Err say(const Year *y, const char *slot, Str code, const Where *w, Dice *d, Str *ret, Fault *f) {
    Filling with[FILLINGS];
    char room[2000], name[40];
    Buf b = { room, 0, sizeof room, false, 0 };

    fill(y, w, with);
    snprintf(name, sizeof name, "%s%.*s", slot, (int)code.n, code.p);
    if (!grammar_say(y->city->grammar, str(name), with, COUNT(with), d, &b))
        grammar_say(y->city->grammar, str(slot), with, COUNT(with), d, &b);
    return str_copy(&y->city->row, buf_view(&b), ret, f);
}

/* What is the matter, as who found it would say it: workers write what they found, people
 * what troubles them. */
static Err say_matter(const Year *y, const Case *c, const Matter *m, const Where *w, Dice *d, Str *ret,
                      Fault *f) {
    Filling with[FILLINGS];
    bool on_the_round = c->source == SOURCE_WORKER || c->source == SOURCE_VISIT;
    char room[2000];
    Buf b = { room, 0, sizeof room, false, 0 };

    fill(y, w, with);
    grammar_say_as(y->city->grammar, m->condition.code, "{found}", on_the_round, with, COUNT(with), d, &b);
    return str_copy(&y->city->row, buf_view(&b), ret, f);
}

static CaseSource source_of(const Matter *m, Dice *d) {
    int32_t at = dice_below(d, 100);
    if (dice_percent(d, m->by_workers))
        return SOURCE_WORKER;
    return at < 52 ? SOURCE_PUBLIC : at < 88 ? SOURCE_HOTLINE : at < 97 ? SOURCE_VISIT : SOURCE_MEETING;
}

/* ---- one case ---- */

static Err reporter_of(const Year *y, const Case *c, const Where *w, Actor *ret, Fault *f) {
    const DemoResidential *r = &y->city->residentials[y->city->micros[w->micro].residential];
    bool worker = c->source == SOURCE_WORKER || c->source == SOURCE_VISIT;

    (void)f;
    *ret = (Actor){ .role = c->source == SOURCE_PUBLIC ? ROLE_PUBLIC
                            : worker                   ? ROLE_GRID_WORKER
                                                       : ROLE_DISPATCHER };
    if (c->source != SOURCE_PUBLIC)
        ret->account = worker ? r->worker : y->city->centre[ROLE_DISPATCHER];
    return OK;
}

/* Of the subdistrict that it lies in, or that an agreement gives it to. */
static void hands_of(const Year *y, const Case *of, const Where *w, const Matter *m, Hands *ret) {
    const DemoCity *c = y->city;
    const DemoSubdistrict *s = &c->subdistricts[c->residentials[c->micros[w->micro].residential].subdistrict];

    for (int32_t i = 0; of->placed == PLACED_BY_AGREEMENT && i < c->n_subdistricts; i++)
        if (c->subdistricts[i].id.v == of->area.v)
            s = &c->subdistricts[i];
    int32_t other = (m->unit + 1) % UNITS;

    *ret = (Hands){ .dispatcher = c->centre[ROLE_DISPATCHER],
                    .checker = c->centre[ROLE_CHECKER],
                    .caller = c->centre[ROLE_CALLBACK],
                    .unit = s->units[m->unit],
                    .handler = s->handlers[m->unit],
                    .wrong_unit = s->units[other],
                    .wrong_handler = s->handlers[other] };
    ret->handler_role = m->unit == UNITS - 1 ? ROLE_PROPERTY : ROLE_HANDLER;
    ret->wrong_role = other == UNITS - 1 ? ROLE_PROPERTY : ROLE_HANDLER;
}

static Err say_notes(const Year *y, const Matter *m, const Where *w, Dice *d, Notes *ret, Fault *f) {
    static const char *const slots[NOTE_COUNT] = { "done-", "again-", "answer-", "no-answer-", "reject-",
                                                   "back-", "other-", "reopen-", "spot-" };
    for (size_t i = 0; i < NOTE_COUNT; i++)
        TRY(say(y, slots[i], m->condition.code, w, d, &ret->say[i], f));
    return OK;
}

static Err write_case(Tx *tx, Year *y, int32_t i, Fault *f) {
    DemoCity *city = y->city;
    Dice d = dice_of(city->wish->seed, 53, (uint64_t)i);
    Case c = { .reported = moment_at(when(y, i, &d)) };
    const Matter *m = which(y, c.reported.day, &d);
    Actor by;
    Hands hands;
    Where w;
    Notes notes;
    Course course = {
        .with = &y->with, .condition = &m->condition, .now_ms = city->now_ms, .notes = &notes, .hands = &hands
    };

    city->row.used = 0;
    tx_lend(tx, &city->row);
    choose_where(y, m, &d, &c, &w);
    c.source = source_of(m, &d);
    TRY(reporter_of(y, &c, &w, &by, f));
    c.reported_by = by.account;
    c.has.reported_by = by.account.v != 0;
    TRY(say_matter(y, &c, m, &w, &d, &c.text, f));
    if (!c.text.n)
        c.text = m->condition.zh;
    TRY(say(y,
            c.has.place ? "spot-building"
            : c.has.lon ? "spot-street"
                        : "spot-lost",
            (Str){ "", 0 }, &w, &d, &c.spot, f));
    c.has.spot = c.has.lon || dice_percent(&d, 60);
    c.category = m->condition.category;
    c.has.category = c.source != SOURCE_PUBLIC || dice_percent(&d, 55);
    TRY(case_told_begin(tx, &y->with, i % 128, dice_bits(&d), &c, f));
    hands_of(y, &c, &w, m, &hands);
    TRY(say_notes(y, m, &w, &d, &notes, f));
    course.placed = c.has.area;
    course.outside = c.source == SOURCE_PUBLIC || c.source == SOURCE_HOTLINE;
    if (c.source == SOURCE_WORKER && c.placed == PLACED && !m->indoors &&
        m->condition.finish_clock != CLOCK_URGENT_HOUR && dice_percent(&d, 30)) {
        TRY(course_sampled(&course, &d, c.reported.ms, case_is_sampled(c.id), f));
        return case_told_settled(tx, &y->with, &c, &m->condition, &by, notes.say[NOTE_SPOT], course.steps,
                                 course.n, f);
    }
    char contact[16] = "";
    if (course.outside && dice_percent(&d, 65))
        snprintf(contact, sizeof contact, "138000%05d", dice_below(&d, 100000));
    course.contact = contact[0] != 0;
    TRY(course_run(&course, &d, c.reported.ms, f));
    bool old =
        course.closed_ms && course.closed_ms < city->now_ms - CONTACT_DAYS * 24LL * HOUR_MS; /* erased by now */
    return case_told(tx, &y->with, &c, &m->condition, &by, str(old ? "" : contact), course.steps, course.n, f);
}

static Err write_batch(Tx *tx, void *arg, Fault *f) {
    Year *y = arg;
    Err e = OK;

    y->city->row.used = 0;
    tx_lend(tx, &y->city->row);
    TRY(tell_begin(tx, y->city->today - DAYS - 2, &y->with, f));
    for (int32_t i = 0; i < y->n && e == OK; i++)
        e = write_case(tx, y, y->first + i, f);
    tell_end(&y->with);
    return e;
}

Err demo_cases_write(Store *s, DemoCity *c, Fault *f) {
    Year *y = mem_alloc(sizeof *y);

    if (!y)
        return fault_memory(f);
    memset(y, 0, sizeof *y);
    y->city = c;
    Err e = arena_begin(&y->lasting, 1 << 20, f);
    e = e == OK ? store_read(s, -1, read_matters, y, f) : e;
    e = e == OK ? store_read(s, -1, plan_year, y, f) : e;
    for (y->first = 0; e == OK && y->first < c->wish->cases; y->first += BATCH) {
        y->n = c->wish->cases - y->first < BATCH ? c->wish->cases - y->first : BATCH;
        e = store_write_now(s, write_batch, y, false, f);
    }
    arena_end(&y->lasting);
    mem_free(y);
    return e;
}
