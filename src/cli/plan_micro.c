/* plan_micro – `jingwei plan micro` and `plan zone`: grids for an area of the map, as a table
 * and as GeoJSON (port/micro_plan.h; docs/planner.md is the manual). It proposes; nothing is
 * written to the database. */
#include "plan_words.h"

#include "grids_file.h"
#include "micro_plan.h"

#include <stdio.h>
#include <string.h>

enum { MAP_BYTES_MAX = 1 << 30 };

typedef struct Asked {
    MicroOptions how;
    const char *out;   /* GeoJSON */
    bool save;         /* as a draft */
    const char *label; /* of it */
    GridsFile old;     /* --keep FILE */
} Asked;

static Err read_of(const char *word, MicroOptions *ret, Fault *f) {
    if (!word)
        return OK;
    if (strcmp(word, "places") != 0 && strcmp(word, "areas") != 0)
        return fault(f, ERR_INVALID, "plan_units_word", "", "--units 后是 places 或 areas，“%.40s”不是。",
                     "--units is places or areas: “%.40s” is neither.", word);
    ret->only_places = *word == 'p';
    ret->only_areas = *word == 'a';
    return OK;
}

static Err read_old(const char *path, Asked *q, Fault *f) {
    Str bytes;

    TRY(plan_read_bytes(path, &bytes, f));
    Err e = grids_file_read(bytes, str(path), &q->old, f);
    mem_free((char *)bytes.p);
    q->how.old = q->old.shapes;
    q->how.n_old = q->old.n;
    return e;
}

/* Micro-grids have a range by rule; that of zone grids the city chooses. */
static Err read_words(int *argc, char **argv, Asked *q, Fault *f) {
    PartitionInput in = { .wishes = partition_usual };
    const char *within = command_option(argc, argv, "--within");

    q->how.zones = strcmp(argv[0], "zone") == 0;
    if (!q->how.zones) {
        in.min = 300;
        in.max = 500;
    }

    q->out = command_option(argc, argv, "--out");
    TRY(read_of(command_option(argc, argv, "--units"), &q->how, f));
    q->how.keep = command_flag(argc, argv, "--keep");
    q->save = command_flag(argc, argv, "--save");
    q->label = command_option(argc, argv, "--label");
    TRY(plan_options(argc, argv, &in, f));
    if (q->how.keep && *argc == 2) { /* the word behind it is the file of a plan of before */
        TRY(read_old(argv[1], q, f));
        *argc = 1;
    }
    q->how.within = str(within ? within : "");
    q->how.min = in.min;
    q->how.max = in.max;
    q->how.threads = in.threads;
    q->how.sweeps = in.sweeps;
    q->how.wishes = in.wishes;
    q->how.seed = in.seed;
    return OK;
}

/* ---- what is said ------------------------------------------------------- */

static void print_json(const MicroPlan *p) {
    const PartitionPlan *x = &p->plan;
    int64_t households = 0;
    int32_t torn = 0;
    double spread = 0;

    for (int32_t i = 0; i < x->n_grids; i++) {
        households += x->grids[i].households;
        torn += x->grids[i].pieces - 1;
        spread += x->grids[i].spread * (double)x->grids[i].households;
    }
    printf("{\"of\":\"%s\",\"units\":%d,\"left_out\":%d,\"left_out_households\":%lld,\"households\":%lld,"
           "\"hard_areas\":%d,\"borders\":{\"exact\":%d,\"near\":%d,\"street\":%d,\"cell\":%d},\"grids\":%d,"
           "\"out_of_range\":%d,\"households_outside\":%lld,\"torn\":%d,\"cut_m\":%.1f,\"spread\":%.3f,"
           "\"parts\":%d,\"moved\":%d,"
           "\"reasons\":{",
           p->places ? "places" : "areas", p->n, p->left_out, (long long)p->left_out_households,
           (long long)households, p->n_hards, p->borders[MICRO_EXACT], p->borders[MICRO_NEAR],
           p->borders[MICRO_STREET], p->borders[MICRO_CELL], x->n_grids, x->out_of_range, (long long)x->outside,
           torn, x->cut_m, households ? spread / (double)households : 0, x->n_parts, x->moved);
    for (int r = 0; r < PARTITION_REASONS; r++)
        printf("%s\"%s\":%d", r ? "," : "", micro_reason_key((PartitionReason)r), p->by_reason[r]);
    printf("}}\n");
}

static void print_grid(const MicroPlan *p, int32_t i) {
    const PartitionGrid *x = &p->plan.grids[i];
    char room[800];
    Buf called = { room, 0, sizeof room, false, 0 };

    micro_plan_code(p, i, &called);
    buf_char(&called, ' ');
    micro_plan_name(p, i, &called);
    printf("%8lld %6d %9.0f %7.0f  %s", (long long)x->households, x->units, x->border_m, x->radius_m, called.p);
    if (x->reason != PARTITION_KEEPS)
        printf("  ! %s / %s", partition_reason_zh[x->reason], partition_reason_en[x->reason]);
    printf("\n");
}

/* Those that break the rule first. */
static void print_table(const MicroPlan *p, bool keep) {
    const PartitionPlan *x = &p->plan;

    printf("%s：%d（%s：%d）\n", "单元 / units", p->n, p->places ? "楼栋 / buildings" : "网格 / areas",
           p->left_out);
    printf("相邻 / borders: 重合 exact %d，近似 near %d，隔街 street %d，单元格 cell %d\n",
           p->borders[MICRO_EXACT], p->borders[MICRO_NEAR], p->borders[MICRO_STREET], p->borders[MICRO_CELL]);
    printf("网格 / grids: %d（%d 不合范围 / out of range）；切割边界 / cut: %.0f m\n", x->n_grids,
           x->out_of_range, x->cut_m);
    if (keep)
        printf("换网格的单元 / units moved: %d\n", x->moved);
    printf("%8s %6s %9s %7s  %s\n", "户/hh", "units", "border m", "radius", "网格 / grid");
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < x->n_grids; i++)
            if ((x->grids[i].reason == PARTITION_KEEPS) == (pass == 1))
                print_grid(p, i);
}

static Err write_map(const MicroPlan *p, const char *path, Fault *f) {
    Buf out;

    TRY(buf_begin(&out, 1 << 16, MAP_BYTES_MAX, f));
    Err e = micro_plan_geojson(p, &out, f);
    if (e == OK)
        e = plan_write(path, buf_view(&out), f);
    buf_end(&out);
    return e;
}

/* The same as a draft in the database; the wishes are the sliders' there, 0 to 100. */
static Err save(Store *s, const Asked *q, Fault *f) {
    const MicroOptions *how = &q->how;
    const PartitionWishes *w = &how->wishes;
    PlanOpen in = { .within = how->within,
                    .kind = how->zones ? PLAN_ZONE : PLAN_MICRO,
                    .min = how->min,
                    .max = how->max,
                    .seed = (int64_t)(how->seed & INT64_MAX),
                    .cut = w->cut,
                    .compact = w->compact,
                    .alike = w->alike,
                    .keep = how->keep ? w->keep : 0 };

    in.has.min = in.has.max = true;
    in.has.label = q->label != NULL;
    in.label = str(q->label ? q->label : "");
    if (q->out || how->n_old || how->only_places || how->only_areas)
        return fault(
            f, ERR_INVALID, "plan_save", "",
            "--save 不能与 --out、--units 或 --keep 文件同用：草案的 GeoJSON 由 plan.map 给出。",
            "--save goes with neither --out, --units nor a file to --keep: plan.map gives the GeoJSON of a "
            "draft.");
    if (w->cut > 100 || w->compact > 100 || w->alike > 100 || w->keep > 100)
        return fault(f, ERR_INVALID, "plan_save", "", "草案的各项意愿是 0 到 100。",
                     "The wishes of a draft are 0 to 100.");
    return plan_save_draft(s, &in, f);
}

static int run_save(Installation *in, const Asked *q) {
    Store *s = NULL;
    Fault f;

    Err e = installation_open(in, &s, &f);
    e = e == OK ? save(s, q, &f) : e;
    installation_close(s);
    return e == OK ? EXIT_OK : command_fault(&f);
}

int run_plan_micro(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    Asked q = { 0 };
    MicroPlan p = { 0 };
    Store *s = NULL;
    Fault f;

    Err e = read_words(&argc, argv, &q, &f);
    if (e != OK)
        return command_misused(&f);
    if (argc != 1 || q.how.within.n == 0 || q.how.max == 0 ||
        (q.how.zones && (q.how.only_places || q.how.only_areas)))
        return command_usage(command_named("plan"));
    in.existing = true;
    if (q.save)
        return run_save(&in, &q);
    e = installation_open(&in, &s, &f);
    e = e == OK ? micro_plan_make(s, &q.how, &p, &f) : e;
    e = e == OK && q.out ? write_map(&p, q.out, &f) : e;
    if (e == OK && command_json())
        print_json(&p);
    else if (e == OK)
        print_table(&p, q.how.keep);
    micro_plan_free(&p);
    grids_file_free(&q.old);
    installation_close(s);
    return e == OK ? EXIT_OK : command_fault(&f);
}
