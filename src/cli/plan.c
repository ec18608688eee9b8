/* plan – a graph of units into grids, without a database: `plan solve` writes a plan,
 * `plan score` measures one that somebody made. The files are those of
 * port/partition_file.h; what the numbers mean says docs/planner.md. With the database:
 * plan_micro.c. */
#include "plan_words.h"

#include "partition_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED_MAX = 20 };

typedef struct Planning {
    PartitionFields fields;
    PartitionFile file;
    PartitionPlan plan;
    int32_t *grid, *old;
    Arena files, arena;
} Planning;

/* ---- files and options ---- */

Err plan_read_bytes(const char *path, Str *ret, Fault *f) {
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t n = 0, room = 0;
    Err e = OK;

    if (!file)
        return fault(f, ERR_INVALID, "file_open", "", "打不开 %.100s：%.80s。",
                     "%.100s cannot be opened: %.80s.", path, strerror(errno));
    for (size_t got = 1; e == OK && got > 0; n += got) {
        if (n == room) {
            char *more =
                n < PARTITION_FILE_BYTES_MAX ? mem_grow(bytes, room = room ? room * 2 : 1 << 20) : NULL;
            e = more ? OK : fault_memory(f);
            bytes = more ? more : bytes;
        }
        got = e == OK ? fread(bytes + n, 1, room - n, file) : 0;
    }
    if (e == OK && ferror(file))
        e = fault(f, ERR_INVALID, "file_read", "", "读不出 %.100s。", "%.100s cannot be read.", path);
    fclose(file);
    if (e != OK)
        mem_free(bytes);
    else
        *ret = (Str){ bytes, n };
    return e;
}

/* A file of any kind through its reader. */
static Err read_graph(Planning *p, const char *path, Fault *f) {
    Str bytes;

    TRY(plan_read_bytes(path, &bytes, f));
    Err e = partition_file_read(bytes, &p->fields, &p->file, f);
    mem_free((char *)bytes.p);
    return e;
}

static Err read_plan(Planning *p, const char *path, bool gaps, int32_t *ret, Fault *f) {
    Str bytes;

    TRY(plan_read_bytes(path, &bytes, f));
    Err e = partition_plan_read(bytes, p->file.in.n, gaps, ret, f);
    mem_free((char *)bytes.p);
    return e;
}

static Err number_option(int *argc, char **argv, const char *flag, int32_t *ret, Fault *f) {
    const char *word = command_option(argc, argv, flag);
    char *end;

    if (!word)
        return OK;
    errno = 0;
    long long x = strtoll(word, &end, 10);
    if (!*word || *end || errno || x < 0 || x > INT32_MAX)
        return fault(f, ERR_INVALID, "option_number", "", "%s 后要跟一个非负整数，“%.40s”不是。",
                     "%s takes a whole number from 0: “%.40s” is none.", flag, word);
    *ret = (int32_t)x;
    return OK;
}

Err plan_options(int *argc, char **argv, PartitionInput *in, Fault *f) {
    int32_t seed = (int32_t)in->seed;
    const struct {
        const char *flag;
        int32_t *at;
    } numbers[] = { { "--min", &in->min },
                    { "--max", &in->max },
                    { "--grids", &in->grids },
                    { "--seed", &seed },
                    { "--sweeps", &in->sweeps },
                    { "--threads", &in->threads },
                    { "--cut", &in->wishes.cut },
                    { "--compact", &in->wishes.compact },
                    { "--alike", &in->wishes.alike },
                    { "--balance", &in->wishes.balance },
                    { "--keep", &in->wishes.keep } };

    for (size_t i = 0; i < COUNT(numbers); i++)
        TRY(number_option(argc, argv, numbers[i].flag, numbers[i].at, f));
    in->seed = (uint64_t)seed;
    return OK;
}

/* Beside it first, then in its place. */
Err plan_write(const char *path, Str bytes, Fault *f) {
    char beside[4096];

    if (snprintf(beside, sizeof beside, "%s.part", path) >= (int)sizeof beside)
        return fault(f, ERR_INVALID, "file_name", "", "文件名太长。", "The name of the file is too long.");
    FILE *file = fopen(beside, "wb");
    bool good = file && fwrite(bytes.p, 1, bytes.n, file) == bytes.n;
    good = file && fclose(file) == 0 && good;
    if (good && rename(beside, path) == 0)
        return OK;
    int why = errno;
    if (file)
        remove(beside);
    return fault(f, ERR_INVALID, "file_write", "", "写不了 %.100s：%.80s。", "%.100s cannot be written: %.80s.",
                 path, strerror(why));
}

static Err write_plan(const PartitionPlan *plan, int32_t n, const char *path, Fault *f) {
    Buf out;

    TRY(buf_begin(&out, 1 << 16, PARTITION_FILE_BYTES_MAX, f));
    for (int32_t u = 0; u < n; u++) {
        buf_char(&out, u ? ',' : '[');
        buf_int(&out, plan->grid[u]);
    }
    buf_str(&out, n ? "]\n" : "[]\n");
    Err e = out.full ? fault_arena(f) : plan_write(path, buf_view(&out), f);
    buf_end(&out);
    return e;
}

/* ---- what is said ---- */

static void print_facts(const Planning *p) {
    const PartitionPlan *x = &p->plan;
    int64_t torn = 0, households = 0, least = INT64_MAX, most = 0;
    int32_t listed = 0;

    for (int32_t i = 0; i < x->n_grids; i++) {
        const PartitionGrid *g = &x->grids[i];
        torn += g->pieces - 1;
        households += g->households;
        least = g->households < least ? g->households : least;
        most = g->households > most ? g->households : most;
    }
    if (command_json()) {
        printf(
            "{\"grids\":%d,\"out_of_range\":%d,\"households_outside\":%lld,\"torn\":%lld,\"cut_m\":%.1f,"
            "\"households\":%lld,\"min\":%lld,\"max\":%lld,\"parts\":%d,\"proved_optimal\":%d,\"moved\":%d}\n",
            x->n_grids, x->out_of_range, (long long)x->outside, (long long)torn, x->cut_m,
            (long long)households, (long long)(x->n_grids ? least : 0), (long long)most, x->n_parts,
            x->proved_optimal, x->moved);
        return;
    }
    printf("网格 / grids: %d（%d 不合范围 / out of range, %lld 户 / households）\n", x->n_grids,
           x->out_of_range, (long long)x->outside);
    printf("户数 / households: %lld，每网格 / per grid %lld..%lld\n", (long long)households,
           (long long)(x->n_grids ? least : 0), (long long)most);
    printf("不连片 / torn: %lld；切割边界 / cut: %.0f m；互不相连的部分 / parts: %d\n", (long long)torn,
           x->cut_m, x->n_parts);
    if (p->old)
        printf("换网格的单元 / units moved: %d\n", x->moved);
    for (int32_t i = 0; i < x->n_grids && listed < LISTED_MAX; i++) {
        const PartitionGrid *g = &x->grids[i];
        if (g->reason == PARTITION_KEEPS)
            continue;
        printf("  %d：%lld 户 / households – %s / %s\n", i, (long long)g->households,
               partition_reason_zh[g->reason], partition_reason_en[g->reason]);
        listed++;
    }
    if (listed < x->out_of_range)
        printf("  … %d\n", x->out_of_range - listed);
}

/* ---- the command ---- */

static Err run_it(Planning *p, bool solve, int *argc, char **argv, const char *old, Fault *f) {
    PartitionInput *in = &p->file.in;

    TRY(read_graph(p, argv[1], f));
    TRY(plan_options(argc, argv, in, f));
    TRY(arena_begin(&p->files, (size_t)in->n * 8 + 64, f));
    p->grid = arena_raw(&p->files, (size_t)in->n * sizeof *p->grid);
    p->old = old ? arena_raw(&p->files, (size_t)in->n * sizeof *p->old) : NULL;
    if (old)
        TRY(read_plan(p, old, true, p->old, f));
    in->old = p->old;
    TRY(arena_begin(&p->arena, solve ? partition_room(in) : partition_score_room(in), f));
    if (!solve) {
        TRY(read_plan(p, argv[2], false, p->grid, f));
        return partition_score(in, p->grid, &p->arena, &p->plan, f);
    }
    TRY(partition_solve(in, &p->arena, &p->plan, f));
    return write_plan(&p->plan, in->n, argv[2], f);
}

/* The words that are no option, without taking the options out yet: they need the file. */
static bool asks_well(int argc, char **argv) {
    PartitionInput scratch = { 0 };
    Fault f;
    char *copy[64];

    if (argc < 3 || argc > 60 || (strcmp(argv[0], "solve") != 0 && strcmp(argv[0], "score") != 0))
        return false;
    memcpy(copy, argv, (size_t)(argc + 1) * sizeof *copy);
    return plan_options(&argc, copy, &scratch, &f) != OK || argc == 3;
}

static int run_on_files(int argc, char **argv) {
    Planning p = { .fields = { .hard = command_option(&argc, argv, "--hard"),
                               .feature = command_option(&argc, argv, "--feature") } };
    const char *old = command_option(&argc, argv, "--old");
    Fault f;

    if (!asks_well(argc, argv))
        return command_usage(command_named("plan"));
    Err e = run_it(&p, strcmp(argv[0], "solve") == 0, &argc, argv, old, &f);
    if (e == OK)
        print_facts(&p);
    arena_end(&p.arena);
    arena_end(&p.files);
    partition_file_end(&p.file);
    return e == OK ? EXIT_OK : command_fault(&f);
}

int run_plan(const Config *c, int argc, char **argv) {
    if (argc >= 1 && (strcmp(argv[0], "micro") == 0 || strcmp(argv[0], "zone") == 0))
        return run_plan_micro(c, argc, argv);
    if (argc >= 1 && strcmp(argv[0], "import") == 0)
        return run_plan_import(c, argc, argv);
    return run_on_files(argc, argv);
}
