/* plan_draft – `plan import FILE` and `plan micro|zone --save`: drafts in the database from
 * the command line, as docs/planner.md says. Whoever runs the machine plans anywhere; who
 * proposes and approves is said in the console. */
#include "plan_words.h"

#include "grids_file.h"
#include "plan.h"
#include "plan_solve.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 8 << 20, NAP_MS = 100 };

typedef struct Drafting {
    const PlanOpen *in;
    Plan p;
    PlanId id;
    Arena room;
} Drafting;

static void operator_of(Actor *ret) { actor_in(ROLE_DUTY_LEAD, str("0"), (OrgId){ 0 }, ret); }

static Err open_draft(Tx *tx, void *arg, Fault *f) {
    Drafting *d = arg;
    Actor by;

    d->room.used = 0;
    tx_lend(tx, &d->room);
    operator_of(&by);
    TRY(plan_open(tx, d->in, &by, &d->p, f));
    d->id = d->p.id;
    return OK;
}

static Err look(Tx *tx, void *arg, Fault *f) {
    Drafting *d = arg;
    Actor by;

    d->room.used = 0;
    tx_lend(tx, &d->room);
    operator_of(&by);
    return plan_look(tx, &(PlanKey){ .id = d->id }, &by, &d->p, f);
}

static const char *words_of(Str s, char room[400]) {
    snprintf(room, 400, "%.*s", (int)s.n, s.p ? s.p : "");
    return room;
}

/* Solved here, or by the server that runs beside and holds the lease. */
static Err solve_draft(Store *s, Drafting *d, Fault *f) {
    static const _Atomic bool never = false;
    char room[2][400];
    bool ours;
    PlanId one;

    do {
        TRY(plan_solve_lease(s, &ours, f));
        if (ours)
            TRY(plan_solve_next(s, &never, &one, f));
        else
            poll(NULL, 0, NAP_MS);
        TRY(store_read(s, -1, look, d, f));
    } while (d->p.state == PLAN_COMPUTING);
    if (d->p.state == PLAN_FAILED)
        return fault(f, ERR_INVALID, "plan_failed", "", "%s%.0s", "%.0s%s", words_of(d->p.failure_zh, room[0]),
                     words_of(d->p.failure_en, room[1]));
    return OK;
}

static void say(const Plan *p) {
    if (command_json())
        printf("{\"plan\":\"%lld\",\"label\":\"%.*s\",\"grids\":%d,\"out_of_range\":%d,\"households\":%d,"
               "\"moved\":%d,"
               "\"cut_m\":%d}\n",
               (long long)p->id.v, (int)p->label.n, p->label.p, p->grids, p->out_of_range, p->households,
               p->moved, p->cut_m);
    else
        printf("草案 / draft %lld（%.*s）：%d 个网格 / grids，%d 个超范围 / out of range，%d 户 / "
               "households，换网格 / "
               "moved %d\n",
               (long long)p->id.v, (int)p->label.n, p->label.p, p->grids, p->out_of_range, p->households,
               p->moved);
}

Err plan_save_draft(Store *s, const PlanOpen *in, Fault *f) {
    Drafting d = { .in = in };

    TRY(arena_begin(&d.room, ROOM, f));
    Err e = store_write_now(s, open_draft, &d, false, f);
    e = e == OK ? solve_draft(s, &d, f) : e;
    if (e == OK)
        say(&d.p);
    arena_end(&d.room);
    return e;
}

/* ---- import ------------------------------------------------------------- */

static Err import(Store *s, const char *path, PlanPut *put, Fault *f) {
    Drafting d = { .in = NULL };
    GridsFile g = { 0 };
    Str bytes;

    TRY(plan_read_bytes(path, &bytes, f));
    Err e = grids_file_read(bytes, str(path), &g, f);
    put->grids = g.grids;
    put->n = g.n;
    e = e == OK ? plan_put(s, put, &d.id, f) : e;
    e = e == OK ? arena_begin(&d.room, ROOM, f) : e;
    e = e == OK ? store_read(s, -1, look, &d, f) : e;
    if (e == OK)
        say(&d.p);
    arena_end(&d.room);
    grids_file_free(&g);
    mem_free((char *)bytes.p);
    return e;
}

/* plan import FILE --within CODE [--zone --min N --max N] [--label TEXT] */
int run_plan_import(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    PartitionInput range = { .min = 300, .max = 500 };
    const char *within = command_option(&argc, argv, "--within"),
               *label = command_option(&argc, argv, "--label");
    bool zone = command_flag(&argc, argv, "--zone");
    Store *s = NULL;
    Fault f;

    if (plan_options(&argc, argv, &range, &f) != OK)
        return command_misused(&f);
    if (argc != 2 || !within || range.min > range.max)
        return command_usage(command_named("plan"));
    PlanPut put = { .within = str(within),
                    .label = str(label ? label : "导入 / imported"),
                    .kind = zone ? PLAN_ZONE : PLAN_MICRO,
                    .min = range.min,
                    .max = range.max };
    in.existing = true;
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? import(s, argv[1], &put, &f) : e;
    installation_close(s);
    return e == OK ? EXIT_OK : command_fault(&f);
}
