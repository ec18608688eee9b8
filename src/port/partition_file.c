/* partition_file – see partition_file.h. */
#include "partition_file.h"

#include <jansson.h>
#include <string.h>

typedef struct Reading {
    const PartitionFields *fields;
    PartitionFile file;
    int32_t *households, *label;
    double *x, *y, *features;
    PartitionEdge *edges;
} Reading;

static Err parse(Str bytes, json_t **ret, Fault *f) {
    json_error_t why;

    if (bytes.n > PARTITION_FILE_BYTES_MAX)
        return fault(f, ERR_LIMIT, "plan_file_size", "", "文件超过 %zu 字节。", "The file is over %zu bytes.",
                     PARTITION_FILE_BYTES_MAX);
    mem_failed = false;
    *ret = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, &why);
    if (!*ret && mem_failed)
        return fault_memory(f);
    if (!*ret)
        return fault(f, ERR_INVALID, "plan_syntax", "", "第 %d 行不是有效的 JSON：%s。",
                     "Line %d is no valid JSON: %s.", why.line, why.text);
    return OK;
}

/* ---- units ---- */

static Err wrong_unit(int32_t u, const char *field, const char *zh, const char *en, Fault *f) {
    return fault(f, ERR_INVALID, "plan_unit", field, "第 %d 个单元的 %s %s%.0s。", "Unit %d: its %s %.0s%s.", u,
                 field, zh, en);
}

static Err whole_member(const json_t *unit, int32_t u, const char *field, int64_t least, int32_t *ret,
                        Fault *f) {
    const json_t *v = json_object_get(unit, field);
    int64_t x = json_integer_value(v);

    if (!json_is_integer(v) || x < least || x > INT32_MAX)
        return wrong_unit(u, field, "应是整数", "must be a whole number", f);
    *ret = (int32_t)x;
    return OK;
}

static Err number_member(const json_t *unit, int32_t u, const char *field, double *ret, Fault *f) {
    const json_t *v = json_object_get(unit, field);

    if (!json_is_number(v))
        return wrong_unit(u, field, "应是数", "must be a number", f);
    *ret = json_number_value(v);
    return OK;
}

static Err read_unit(Reading *r, const json_t *unit, int32_t u, Fault *f) {
    if (!json_is_object(unit))
        return wrong_unit(u, "units", "应是对象", "must be an object", f);
    TRY(whole_member(unit, u, "households", 0, &r->households[u], f));
    if (r->x) {
        TRY(number_member(unit, u, "x", &r->x[u], f));
        TRY(number_member(unit, u, "y", &r->y[u], f));
    }
    if (r->label)
        TRY(whole_member(unit, u, r->fields->hard, INT32_MIN, &r->label[u], f));
    if (r->features)
        TRY(number_member(unit, u, r->fields->feature, &r->features[u], f));
    return OK;
}

static Err read_edge(Reading *r, const json_t *edge, int32_t e, Fault *f) {
    const json_t *a = json_array_get(edge, 0), *b = json_array_get(edge, 1), *m = json_array_get(edge, 2);
    int64_t x = json_integer_value(a), y = json_integer_value(b);

    if (json_array_size(edge) != 3 || !json_is_integer(a) || !json_is_integer(b) || !json_is_number(m))
        return fault(f, ERR_INVALID, "plan_edge", "edges", "第 %d 条邻接应是 [单元, 单元, 边界长度]。",
                     "Edge %d must be [unit, unit, length of the border].", e);
    if (x < 0 || x >= r->file.in.n || y < 0 || y >= r->file.in.n)
        return fault(f, ERR_INVALID, "plan_edge", "edges", "第 %d 条邻接指向不存在的单元（%lld、%lld）。",
                     "Edge %d joins units that are not there (%lld and %lld).", e, (long long)x, (long long)y);
    r->edges[e] = (PartitionEdge){ .a = (int32_t)x, .b = (int32_t)y, .border_m = json_number_value(m) };
    return OK;
}

/* ---- the whole ---- */

static Err range_member(const json_t *root, const char *field, int32_t *ret, Fault *f) {
    const json_t *v = json_object_get(root, field);
    int64_t x = json_integer_value(v);

    if (!json_is_integer(v) || x < 0 || x > PARTITION_HOUSEHOLDS_MAX)
        return fault(f, ERR_INVALID, "plan_range", field, "“%s”应是 0 到 1 亿之间的整数。",
                     "“%s” must be a whole number from 0 to 100 million.", field);
    *ret = (int32_t)x;
    return OK;
}

static Err take_room(Reading *r, const json_t *units, const json_t *edges, Fault *f) {
    size_t n = json_array_size(units), m = json_array_size(edges);
    Arena *a = &r->file.arena;

    if (n > PARTITION_UNITS_MAX || m > PARTITION_EDGES_MAX)
        return fault(f, ERR_LIMIT, "plan_size", "units", "单元最多 %d 个，邻接最多 %d 条。",
                     "There may be %d units and %d edges.", PARTITION_UNITS_MAX, PARTITION_EDGES_MAX);
    r->file.in.n = (int32_t)n;
    r->file.in.n_edges = (int32_t)m;
    TRY(arena_begin(a, n * 32 + m * sizeof *r->edges + 256, f));
    r->households = arena_raw(a, n * sizeof *r->households);
    r->edges = arena_raw(a, m * sizeof *r->edges);
    if (json_object_get(json_array_get(units, 0), "x") || json_object_get(json_array_get(units, 0), "y")) {
        r->x = arena_raw(a, n * sizeof *r->x);
        r->y = arena_raw(a, n * sizeof *r->y);
    }
    if (r->fields->hard)
        r->label = arena_raw(a, n * sizeof *r->label);
    if (r->fields->feature)
        r->features = arena_raw(a, n * sizeof *r->features);
    return OK;
}

static Err read_root(Reading *r, const json_t *root, Fault *f) {
    const json_t *units = json_object_get(root, "units"), *edges = json_object_get(root, "edges");
    PartitionInput *in = &r->file.in;

    if (!json_is_array(units) || !json_is_array(edges))
        return fault(f, ERR_INVALID, "plan_members", "units", "文件要有“units”和“edges”两个列表。",
                     "The file must have the lists “units” and “edges”.");
    TRY(range_member(root, "min", &in->min, f));
    TRY(range_member(root, "max", &in->max, f));
    TRY(take_room(r, units, edges, f));
    for (int32_t u = 0; u < in->n; u++)
        TRY(read_unit(r, json_array_get(units, (size_t)u), u, f));
    for (int32_t e = 0; e < in->n_edges; e++)
        TRY(read_edge(r, json_array_get(edges, (size_t)e), e, f));
    in->households = r->households;
    in->x_m = r->x;
    in->y_m = r->y;
    in->label = r->label;
    in->features = r->features;
    in->n_features = r->features ? 1 : 0;
    in->edges = r->edges;
    return OK;
}

Err partition_file_read(Str bytes, const PartitionFields *fields, PartitionFile *ret, Fault *f) {
    Reading r = { .fields = fields, .file.in = { .wishes = partition_usual, .seed = 1, .threads = 1 } };
    json_t *root;

    TRY(parse(bytes, &root, f));
    Err e = read_root(&r, root, f);
    json_decref(root);
    if (e != OK) {
        arena_end(&r.file.arena);
        return e;
    }
    *ret = r.file;
    return OK;
}

void partition_file_end(PartitionFile *file) {
    arena_end(&file->arena);
    *file = (PartitionFile){ 0 };
}

/* ---- plans ---- */

typedef struct Seen {
    int64_t number; /* as it stands in the file */
    int32_t grid;   /* -1: free */
} Seen;

static Err read_entries(const json_t *root, int32_t n, bool gaps, Seen *seen, size_t room, int32_t *grids,
                        Fault *f) {
    int32_t found = 0;

    for (size_t i = 0; i < room; i++)
        seen[i].grid = -1;
    for (int32_t u = 0; u < n; u++) {
        const json_t *v = json_array_get(root, (size_t)u);
        int64_t x = json_is_null(v) ? -1 : json_integer_value(v);
        if ((!json_is_integer(v) && !json_is_null(v)) || x < -1 || (x == -1 && !gaps))
            return fault(f, ERR_INVALID, "plan_entry", "", "第 %d 个单元的网格号应是从 0 开始的整数。",
                         "The grid of unit %d must be a whole number from 0.", u);
        size_t at = (size_t)((uint64_t)x * 0x9E3779B97F4A7C15ULL >> 20) & (room - 1);
        while (x >= 0 && seen[at].grid >= 0 && seen[at].number != x)
            at = (at + 1) & (room - 1);
        if (x >= 0 && seen[at].grid < 0)
            seen[at] = (Seen){ x, found++ };
        grids[u] = x >= 0 ? seen[at].grid : -1;
    }
    return OK;
}

Err partition_plan_read(Str bytes, int32_t n, bool gaps, int32_t *ret, Fault *f) {
    size_t room = 16;
    json_t *root;
    Arena a = { 0 };

    TRY(parse(bytes, &root, f));
    Err e = OK;
    if (!json_is_array(root) || json_array_size(root) != (size_t)n)
        e = fault(f, ERR_INVALID, "plan_entries", "", "方案应是 %d 个网格号的列表，每个单元一个。",
                  "A plan must be a list of %d grid numbers, one for each unit.", n);
    while (room < (size_t)n * 2)
        room *= 2;
    e = e == OK ? arena_begin(&a, room * sizeof(Seen) + (size_t)n * sizeof *ret + 64, f) : e;
    if (e == OK) {
        Seen *seen = arena_raw(&a, room * sizeof *seen);
        int32_t *grids = arena_raw(&a, (size_t)n * sizeof *grids);
        e = read_entries(root, n, gaps, seen, room, grids, f);
        if (e == OK && n)
            memcpy(ret, grids, (size_t)n * sizeof *grids);
    }
    arena_end(&a);
    json_decref(root);
    return e;
}
