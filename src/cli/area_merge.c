/* area_merge – `jingwei area merge A B … --within CODE --min N --max N`: comprehensive grids
 * that follow most of the borders there are (port/merge_file.h; docs/crosswalk.md is the
 * manual). It proposes; nothing is written to the database. */
#include "plan_words.h"

#include "merge_file.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 1 << 30, FILES = 4 };

typedef struct Asked {
    MergeOptions how;
    const char *files[FILES]; /* by MergeTable */
} Asked;

static bool read_words(int *argc, char **argv, Asked *q, Fault *f, Err *ret_e) {
    static const char *const flags[FILES] = { "--grids-csv", "--units-csv", "--areas-csv", "--map" };
    PartitionInput in = { 0 };
    const char *within = command_option(argc, argv, "--within"), *whole = command_option(argc, argv, "--whole");

    for (int i = 0; i < FILES; i++)
        q->files[i] = command_option(argc, argv, flags[i]);
    *ret_e = plan_options(argc, argv, &in, f);
    if (*ret_e != OK)
        return false;
    q->how = (MergeOptions){ .within = str(within ? within : ""),
                             .whole = str(whole ? whole : ""),
                             .min = in.min,
                             .max = in.max,
                             .grids = in.grids,
                             .sweeps = in.sweeps,
                             .threads = in.threads,
                             .compact = in.wishes.compact,
                             .seed = in.seed };
    if (!within || in.max == 0 || in.wishes.cut || in.wishes.alike || in.wishes.keep || *argc < 3 ||
        *argc - 1 > MERGE_FILE_LAYERS_MAX)
        return false;
    for (int i = 1; i < *argc; i++) {
        if (argv[i][0] == '-')
            return false;
        q->how.layers[q->how.n_layers++] = str(argv[i]);
    }
    return true;
}

static Err write_files(const MergeDone *m, const Asked *q, Fault *f) {
    for (int i = 0; i < FILES; i++) {
        Buf out;
        if (!q->files[i])
            continue;
        TRY(buf_begin(&out, 1 << 16, FILE_BYTES_MAX, f));
        Err e = merge_file_put(m, (MergeTable)i, &out, f);
        if (e == OK)
            e = plan_write(q->files[i], buf_view(&out), f);
        buf_end(&out);
        TRY(e);
    }
    return OK;
}

static Err say(const MergeDone *m, Fault *f) {
    Buf out;

    TRY(buf_begin(&out, 1 << 16, FILE_BYTES_MAX, f));
    if (command_json())
        merge_file_json(m, &out);
    else
        merge_file_words(m, &out);
    Err e = out.full ? fault_memory(f) : OK;
    if (e == OK)
        fwrite(out.p, 1, out.n, stdout);
    buf_end(&out);
    return e;
}

int run_area_merge(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    MergeDone *m = NULL;
    Asked q = { 0 };
    Store *s = NULL;
    Fault f;
    Err e;

    if (!read_words(&argc, argv, &q, &f, &e))
        return e == OK ? command_usage(command_named("area")) : command_misused(&f);
    in.existing = true;
    e = installation_open(&in, &s, &f);
    e = e == OK ? merge_file_make(s, &q.how, &m, &f) : e;
    e = e == OK ? write_files(m, &q, &f) : e;
    e = e == OK ? say(m, &f) : e;
    merge_file_free(m);
    installation_close(s);
    return e == OK ? EXIT_OK : command_fault(&f);
}
