/* plan_edit – a draft changed by hand: units moved, grids renamed, reasons written, and all
 * of it undone and done again. A move that would tear a grid or cross a border that no grid
 * crosses is refused with its name. Each change is a step with its author; the steps behind
 * one another are what an undo walks back. Only the grids that a change touches are drawn
 * and saved anew (plan_body.h has what that takes), so it answers at once. */
#include "plan.h"

#include "area.h"
#include "draft_q.h"
#include "plan_body.h"
#include "plan_figures.h"
#include "plan_names.h"
#include "repair.h"

#include <stdio.h>
#include <string.h>

enum { CHANGE_MAX = 1 << 20, TEXT_MAX = 1700 };

typedef struct Editing {
    Tx *tx;
    Plan p;
    PlanBody b;
    PlanGrid *grids;
    size_t n_grids;
    bool *touched;    /* by grid number */
    int32_t *reasons; /* by grid number: what an undo brings back; 0: as the figures say */
    int32_t top;      /* the highest number of a row */
} Editing;

/* ---- loaded and judged -------------------------------------------------- */

static Err judge_revision(const Plan *p, bool asked, int32_t revision, Fault *f) {
    if (!asked || p->revision == revision)
        return OK;
    return fault(f, ERR_CONFLICT, "plan_changed", "revision", "方案刚被别人改过，请重新载入再改。",
                 "Somebody has just changed the plan: load it again, then change it.");
}

static Err judge_open(const Plan *p, bool proposed_too, Fault *f) {
    if (p->state == PLAN_DRAFT || (proposed_too && p->state == PLAN_PROPOSED))
        return OK;
    return fault(f, ERR_CONFLICT, "plan_not_draft", "id", "方案的状态是“%s”%.0s，只有草案可以改。",
                 "The plan is %.0s“%s”; only a draft is changed.",
                 choice_numbered(&plan_state_choices, p->state)->zh,
                 choice_numbered(&plan_state_choices, p->state)->en);
}

static Err begin(Tx *tx, PlanId id, const Actor *by, Editing *x, Fault *f) {
    *x = (Editing){ .tx = tx };
    TRY(plan_load_solved(tx, id, by, &x->p, f));
    TRY(plan_body_load(tx, id, &x->b, f));
    TRY(plan_grids_load(tx, id, &x->grids, &x->n_grids, f));
    for (size_t i = 0; i < x->n_grids; i++)
        x->top = x->grids[i].number > x->top ? x->grids[i].number : x->top;
    x->touched = arena_take(tx_arena(tx), (size_t)x->top + 2);
    x->reasons = arena_take(tx_arena(tx), ((size_t)x->top + 2) * sizeof *x->reasons);
    return x->touched && x->reasons ? OK : fault_arena(f);
}

static PlanGrid *grid_of(const Editing *x, int32_t number) {
    for (size_t i = 0; i < x->n_grids; i++)
        if (x->grids[i].number == number)
            return &x->grids[i];
    return NULL;
}

static Err need_grid(const Editing *x, int32_t number, const char *field, PlanGrid **ret, Fault *f) {
    *ret = grid_of(x, number);
    if (*ret && (*ret)->units)
        return OK;
    return fault(f, ERR_INVALID, "plan_no_grid", field, "方案里没有第 %d 号网格。",
                 "There is no grid number %d in the plan.", (int)number);
}

/* ---- drawn and saved ---------------------------------------------------- */

static Err draw(Editing *x, const PlanShapes *shapes, PlanGrid *g, Fault *f) {
    Arena *a = tx_arena(x->tx);
    const Shape **list = arena_take(a, (size_t)g->units * sizeof *list + 1);
    Shape *kept = arena_take(a, (size_t)g->units * sizeof *kept + 1), whole;
    int32_t n = 0;
    Buf packed;
    Point at;

    if (!list || !kept)
        return fault_arena(f);
    for (int32_t i = 0; i < x->b.n; i++)
        if (x->b.grid[i] == g->number) {
            TRY(plan_shape_at(shapes, i, a, &kept[n], f));
            if (kept[n].n_points) {
                list[n] = &kept[n];
                n++;
            }
        }
    g->shape = (Str){ "", 0 };
    g->has.label_lon = g->has.label_lat = false;
    if (n == 0)
        return OK;
    TRY(shape_union(list, n, false, a, &whole, f));
    g->has.label_lon = g->has.label_lat = shape_label(&whole, &at) || whole.n_points > 0;
    g->label_lon = at.lon;
    g->label_lat = at.lat;
    TRY(buf_begin(&packed, 1 << 12, CHANGE_MAX * 16, f));
    shape_pack(&whole, &packed);
    Err e = packed.full ? fault_memory(f) : str_copy(a, buf_view(&packed), &g->shape, f);
    buf_end(&packed);
    return e;
}

/* Everything that the change touched; the plan is the caller's to save. */
static Err save_touched(Editing *x, Fault *f) {
    PlanFigures figures;
    PlanShapes shapes;
    int64_t changed;

    x->b.top = 0;
    for (int32_t i = 0; i < x->b.n; i++)
        x->b.top = x->b.grid[i] > x->b.top ? x->b.grid[i] : x->b.top;
    TRY(plan_figures_of(&x->b, tx_arena(x->tx), &figures, f));
    TRY(plan_shapes_load(x->tx, x->p.id, x->b.n + x->b.n_olds + 1, &shapes, f));
    for (size_t i = 0; i < x->n_grids; i++) {
        PlanGrid *g = &x->grids[i];
        if (!x->touched[g->number])
            continue;
        plan_figures_grid(&x->b, &figures, &x->p, g);
        if (!g->in_range && x->reasons[g->number])
            g->reason = (PlanReason)x->reasons[g->number];
        TRY(draw(x, &shapes, g, f));
        TRY(sql_plan_grid_save(x->tx, g, &changed, f));
    }
    plan_figures_plan(&x->b, &figures, x->grids, x->n_grids, &x->p);
    return plan_body_save_grids(x->tx, x->p.id, &x->b, f);
}

/* A step, and the plan at it. An undo or a redo has none of its own to go back to. */
static Err save_step(Editing *x, PlanStepKind kind, Str change, const Actor *by, Fault *f) {
    PlanStep s = { .plan = x->p.id,
                   .number = ++x->p.revision,
                   .kind = kind,
                   .behind = x->p.at_step,
                   .account = by->account,
                   .done = moment_now(),
                   .change = change,
                   .has.change = change.n > 0 };
    int64_t changed;

    if (kind != PLAN_STEP_UNDO && kind != PLAN_STEP_REDO)
        x->p.at_step = x->p.top_step = s.number;
    TRY(sql_plan_step_add(x->tx, &s, &changed, f));
    return sql_plan_save(x->tx, &x->p, &changed, f);
}

static Err answer(Editing *x, const Actor *by, Plan *ret, Fault *f) {
    TRY(plan_show(x->tx, by, &x->p, f));
    *ret = x->p;
    return OK;
}

/* ---- a move ------------------------------------------------------------- */

/* As a step keeps it: to, how many units, how many grids; of each unit itself and the grid
 * where it was; of each grid that was touched its number and the reason it had. */
typedef struct Moved {
    int32_t to, n, n_grids;
    const int32_t *pairs, *reasons;
} Moved;
enum { MOVED_HEAD = 3 };

static Err read_move(Str change, Arena *a, Moved *ret, Fault *f) {
    int32_t *words = arena_raw(a, change.n + 1);

    if (!words)
        return fault_arena(f);
    memcpy(words, change.p, change.n);
    size_t n = change.n / sizeof *words;
    if (n < MOVED_HEAD || words[1] < 0 || words[2] < 0 ||
        n != MOVED_HEAD + ((size_t)words[1] + (size_t)words[2]) * 2)
        return fault(f, ERR_STORE, "plan_damaged", "", "方案的步骤记录已损坏。",
                     "What is written down of the steps of the plan is damaged.");
    *ret = (Moved){ words[0], words[1], words[2], words + MOVED_HEAD, words + MOVED_HEAD + 2 * words[1] };
    return OK;
}

static Err put_move(Editing *x, const Moved *m, bool back, Fault *f) {
    for (int32_t i = 0; i < m->n; i++) {
        int32_t unit = m->pairs[2 * i], from = m->pairs[2 * i + 1];
        if (unit < 0 || unit >= x->b.n || from < 1 || from > x->top || m->to < 1 || m->to > x->top)
            return fault(f, ERR_STORE, "plan_damaged", "", "方案的步骤记录已损坏。",
                         "What is written down of the steps of the plan is damaged.");
        x->b.grid[unit] = back ? from : m->to;
        x->touched[from] = true;
    }
    x->touched[m->to] = true;
    for (int32_t i = 0; i < m->n_grids && back; i++)
        if (m->reasons[2 * i] >= 1 && m->reasons[2 * i] <= x->top)
            x->reasons[m->reasons[2 * i]] = m->reasons[2 * i + 1];
    return OK;
}

static Str unit_name(const Editing *x, int32_t unit) {
    Str code = plan_body_word(&x->b, x->b.units[unit].code);
    return code.n ? code : plan_body_word(&x->b, x->b.units[unit].name);
}

/* All of them, and the grid that takes them, lie within one area that no grid leaves. */
static Err judge_hard(const Editing *x, const int32_t *units, int32_t n, int32_t to, Fault *f) {
    int32_t hard = x->b.units[units[0]].hard;

    for (int32_t i = 0; i < x->b.n && to; i++)
        if (x->b.grid[i] == to) {
            hard = x->b.units[i].hard;
            break;
        }
    for (int32_t i = 0; i < n; i++) {
        const BodyUnit *u = &x->b.units[units[i]];
        if (u->hard == hard)
            continue;
        Str unit = unit_name(x, units[i]), own = plan_body_word(&x->b, x->b.hards[u->hard].name),
            other = plan_body_word(&x->b, x->b.hards[hard].name);
        return fault(f, ERR_INVALID, "plan_hard_border", "units",
                     "“%.*s”在“%.*s”，不能划入“%.*s”的网格：网格不跨居民区。",
                     "“%.*s” lies in “%.*s” and cannot go to a grid of “%.*s”: no grid crosses that border.",
                     (int)unit.n, unit.p, (int)own.n, own.p, (int)other.n, other.p);
    }
    return OK;
}

/* No grid is in more pieces than before; one that was made is in one. */
static Err judge_torn(Editing *x, const int32_t *was, bool made, int32_t to, Fault *f) {
    Arena *a = tx_arena(x->tx);
    int32_t now;

    for (int32_t k = 1; k <= x->top; k++) {
        if (!x->touched[k])
            continue;
        TRY(plan_pieces_of(&x->b, k, a, &now, f));
        int32_t before = was[k] > 1 ? was[k] : 1;
        const PlanGrid *g = grid_of(x, k);
        if (now <= before)
            continue;
        if (made && k == to)
            return fault(
                f, ERR_INVALID, "plan_torn", "units",
                "选中的单元彼此不相连，不能成为一个网格（会分成 %d 片）。",
                "The units chosen are no neighbours of each other: the new grid would be in %d pieces.",
                (int)now);
        return fault(f, ERR_INVALID, "plan_torn", "units",
                     k == to ? "这些单元与“%.*s %.*s”不相连，会使它分成 %d 片。"
                             : "“%.*s %.*s”会被分成 %d 片：请连同隔开的单元一起调整。",
                     k == to ? "These units do not touch “%.*s %.*s”: it would be in %d pieces."
                             : "“%.*s %.*s” would be torn into %d pieces: move what is cut off as well.",
                     (int)g->code.n, g->code.p, (int)g->name.n, g->name.p, (int)now);
    }
    return OK;
}

/* A number of its own, and a code and a name that nothing has. */
static bool code_is_free(const Editing *x, Str code) {
    for (size_t i = 0; i < x->n_grids; i++)
        if (str_same(x->grids[i].code, code))
            return false;
    for (int32_t i = 0; i < x->b.n_olds; i++)
        if (str_same(plan_body_word(&x->b, x->b.olds[i].code), code))
            return false;
    return true;
}

static Err new_grid(Editing *x, int32_t hard, PlanGrid *ret, Fault *f) {
    const BodyArea *in = &x->b.hards[hard];
    Str code = plan_body_word(&x->b, in->code), name = plan_body_word(&x->b, in->name);
    char room[2][TEXT_MAX];
    bool zones = x->p.kind == PLAN_ZONE;
    int32_t number = 0;
    Buf b = { room[0], 0, sizeof room[0], false, 0 }, c = { room[1], 0, sizeof room[1], false, 0 };

    do {
        b.n = 0;
        plan_new_code(code, ++number, zones, &b);
    } while (!code_is_free(x, buf_view(&b)));
    plan_new_name(name, number, zones, &c);
    *ret = (PlanGrid){ .plan = x->p.id,
                       .number = x->top + 1,
                       .parent = { in->id },
                       .parent_code = code,
                       .parent_name = name,
                       .reason = PLAN_KEEPS,
                       .in_range = true };
    TRY(str_copy(tx_arena(x->tx), buf_view(&b), &ret->code, f));
    return str_copy(tx_arena(x->tx), buf_view(&c), &ret->name, f);
}

/* The rows have room for one more (PLAN_GRIDS_MAX). */
static Err add_grid(Editing *x, int32_t hard, Fault *f) {
    int64_t changed;

    if (x->n_grids + 1 > PLAN_GRIDS_MAX)
        return fault(f, ERR_LIMIT, "plan_grids", "to", "方案最多 %d 个网格。", "A plan has at most %d grids.",
                     PLAN_GRIDS_MAX);
    TRY(new_grid(x, hard, &x->grids[x->n_grids], f));
    TRY(sql_plan_grid_add(x->tx, &x->grids[x->n_grids], &changed, f));
    x->n_grids++;
    x->top++;
    return OK;
}

/* Each unit once, and only those that are elsewhere. */
static Err units_of(const Editing *x, const PlanMove *in, int32_t **ret, int32_t *ret_n, Fault *f) {
    const PlanUnitKey *asked = in->units.rows;
    Arena *a = tx_arena(x->tx);
    bool *seen = arena_take(a, (size_t)x->b.n);
    int32_t *units = arena_take(a, in->units.n * sizeof *units + 1), n = 0;

    if (!seen || !units)
        return fault_arena(f);
    for (size_t i = 0; i < in->units.n; i++) {
        int32_t unit = asked[i].n;
        if (unit >= x->b.n)
            return fault(f, ERR_INVALID, "plan_no_unit", "units", "方案里没有第 %d 号单元。",
                         "There is no unit number %d in the plan.", (int)unit);
        if (!seen[unit] && x->b.grid[unit] != in->to)
            units[n++] = unit;
        seen[unit] = true;
    }
    if (n == 0)
        return fault(f, ERR_INVALID, "plan_same", "units", "没有要调整的单元：它们已经在这个网格里。",
                     "Nothing would move: the units are in that grid already.");
    *ret = units;
    *ret_n = n;
    return OK;
}

static Err pieces_before(Editing *x, int32_t **ret, Fault *f) {
    PlanFigures figures;
    int32_t *was = arena_take(tx_arena(x->tx), ((size_t)x->top + 2) * sizeof *was);

    if (!was)
        return fault_arena(f);
    TRY(plan_figures_of(&x->b, tx_arena(x->tx), &figures, f));
    for (int32_t k = 1; k <= figures.top; k++)
        was[k] = figures.grids[k].pieces;
    *ret = was;
    return OK;
}

static Err write_move(Editing *x, const int32_t *units, int32_t n, int32_t to, Str *ret, Fault *f) {
    int32_t *words = arena_take(tx_arena(x->tx), (MOVED_HEAD + (size_t)n * 4 + 2) * sizeof *words),
            at = MOVED_HEAD;
    bool *seen = arena_take(tx_arena(x->tx), (size_t)x->top + 2);

    if (!words || !seen)
        return fault_arena(f);
    words[0] = to;
    words[1] = n;
    for (int32_t i = 0; i < n; i++) {
        words[at++] = units[i];
        words[at++] = x->b.grid[units[i]];
    }
    for (int32_t i = -1; i < n; i++) {
        int32_t k = i < 0 ? to : x->b.grid[units[i]];
        const PlanGrid *g = grid_of(x, k);
        if (seen[k] || !g)
            continue;
        seen[k] = true;
        words[2]++;
        words[at++] = k;
        words[at++] = (int32_t)g->reason;
    }
    *ret = (Str){ (const char *)words, (size_t)at * sizeof *words };
    return OK;
}

Err plan_move(Tx *tx, const PlanMove *in, const Actor *by, Plan *ret, Fault *f) {
    int32_t *units = NULL, n = 0, *was = NULL;
    Str change;
    Moved m;
    PlanGrid *to;
    Editing x;

    TRY(begin(tx, in->id, by, &x, f));
    TRY(judge_open(&x.p, false, f));
    TRY(judge_revision(&x.p, true, in->revision, f));
    if (in->to)
        TRY(need_grid(&x, in->to, "to", &to, f));
    TRY(units_of(&x, in, &units, &n, f));
    TRY(judge_hard(&x, units, n, in->to, f));
    TRY(pieces_before(&x, &was, f));
    if (!in->to)
        TRY(add_grid(&x, x.b.units[units[0]].hard, f));
    TRY(write_move(&x, units, n, in->to ? in->to : x.top, &change, f));
    TRY(read_move(change, tx_arena(tx), &m, f));
    TRY(put_move(&x, &m, false, f));
    TRY(judge_torn(&x, was, !in->to, m.to, f));
    TRY(save_touched(&x, f));
    TRY(save_step(&x, PLAN_STEP_MOVE, change, by, f));
    return answer(&x, by, ret, f);
}

/* ---- words -------------------------------------------------------------- */

/* As a step keeps it: the grid, then three texts before and three after, each behind its
 * length: code, name, reason. */
typedef struct Worded {
    int32_t grid;
    Str text[6];
} Worded;

static Str reason_of(const PlanGrid *g) { return g->has.reason_text ? g->reason_text : (Str){ "", 0 }; }

static void put_words(const Worded *w, Buf *out) {
    buf_put(out, (const char *)&w->grid, sizeof w->grid);
    for (int i = 0; i < 6; i++) {
        int32_t n = (int32_t)w->text[i].n;
        buf_put(out, (const char *)&n, sizeof n);
        buf_put(out, w->text[i].p, w->text[i].n);
    }
}

static bool read_words(Str change, Worded *ret) {
    size_t at = sizeof ret->grid;
    int32_t n;

    if (change.n < at)
        return false;
    memcpy(&ret->grid, change.p, at);
    for (int i = 0; i < 6; i++) {
        if (change.n - at < sizeof n)
            return false;
        memcpy(&n, change.p + at, sizeof n);
        at += sizeof n;
        if (n < 0 || (size_t)n > change.n - at)
            return false;
        ret->text[i] = (Str){ change.p + at, (size_t)n };
        at += (size_t)n;
    }
    return at == change.n;
}

static void set_words(PlanGrid *g, const Str text[3]) {
    g->code = text[0];
    g->name = text[1];
    g->reason_text = text[2];
    g->has.reason_text = text[2].n > 0;
}

static Err change_words(Editing *x, PlanGrid *g, PlanStepKind kind, const Str after[3], const Actor *by,
                        PlanGrid *ret, Fault *f) {
    Worded w = { .grid = g->number, .text = { g->code, g->name, reason_of(g), after[0], after[1], after[2] } };
    char room[8192];
    Buf b = { room, 0, sizeof room, false, 0 };
    int64_t changed;

    put_words(&w, &b);
    set_words(g, after);
    TRY(sql_plan_grid_save(x->tx, g, &changed, f));
    TRY(save_step(x, kind, buf_view(&b), by, f));
    *ret = *g;
    return OK;
}

Err plan_reason(Tx *tx, const PlanReasonPut *in, const Actor *by, PlanGrid *ret, Fault *f) {
    PlanGrid *g;
    Editing x;

    TRY(begin(tx, in->id, by, &x, f));
    TRY(judge_open(&x.p, true, f));
    TRY(judge_revision(&x.p, in->has.revision, in->revision, f));
    TRY(need_grid(&x, in->grid, "grid", &g, f));
    const Str after[3] = { g->code, g->name, in->reason_text };
    return change_words(&x, g, PLAN_STEP_REASON, after, by, ret, f);
}

static Err judge_code(const Editing *x, const PlanGrid *g, Str code, Fault *f) {
    Layer layer;
    Area a;

    if (g->has.now && !str_same(code, g->now_code))
        return fault(f, ERR_INVALID, "plan_code_kept", "code", "这个网格沿用现有网格“%.*s”的代码，只能改名称。",
                     "This grid continues “%.*s” and keeps its code; only the name can be changed.",
                     (int)g->now_code.n, g->now_code.p);
    if (!str_same(code, g->code) && !code_is_free(x, code))
        return fault(f, ERR_CONFLICT, "plan_code_taken", "code", "代码“%.*s”已被方案里的另一个网格使用。",
                     "The code “%.*s” is another grid's of the plan.", (int)code.n, code.p);
    TRY(area_load(x->tx, x->p.within, &a, f));
    TRY(layer_load(x->tx, a.layer, &layer, f));
    if (!area_code_fits(layer.has.code_pattern ? layer.code_pattern : (Str){ "", 0 }, code))
        return fault(f, ERR_INVALID, "area_code", "code", "代码“%.*s”不合图层的代码格式。",
                     "The code “%.*s” does not fit the layer's pattern for codes.", (int)code.n, code.p);
    return OK;
}

Err plan_rename(Tx *tx, const PlanRename *in, const Actor *by, PlanGrid *ret, Fault *f) {
    PlanGrid *g;
    Editing x;

    TRY(begin(tx, in->id, by, &x, f));
    TRY(judge_open(&x.p, false, f));
    TRY(judge_revision(&x.p, in->has.revision, in->revision, f));
    TRY(need_grid(&x, in->grid, "grid", &g, f));
    const Str after[3] = { in->has.code ? in->code : g->code, in->has.name ? in->name : g->name, reason_of(g) };
    TRY(judge_code(&x, g, after[0], f));
    return change_words(&x, g, PLAN_STEP_RENAME, after, by, ret, f);
}

/* ---- back and forth ----------------------------------------------------- */

static Err step_load(Tx *tx, PlanId plan, int32_t number, PlanStep *ret, Fault *f) {
    PlanStepKey key = { .plan = plan, .number = number };
    size_t n;

    TRY(sql_plan_step_by_key(tx, &key, ret, 1, &n, f));
    return n ? OK
             : fault(f, ERR_STORE, "plan_damaged", "", "方案的步骤记录已损坏。",
                     "What is written down of the steps of the plan is damaged.");
}

static Err apply(Editing *x, const PlanStep *s, bool back, Fault *f) {
    int64_t changed;
    Moved m;
    Worded w;
    PlanGrid *g;

    if (s->kind == PLAN_STEP_MOVE) {
        TRY(read_move(s->change, tx_arena(x->tx), &m, f));
        TRY(put_move(x, &m, back, f));
        return save_touched(x, f);
    }
    g = read_words(s->change, &w) ? grid_of(x, w.grid) : NULL;
    if (!g)
        return fault(f, ERR_STORE, "plan_damaged", "", "方案的步骤记录已损坏。",
                     "What is written down of the steps of the plan is damaged.");
    set_words(g, w.text + (back ? 0 : 3));
    return sql_plan_grid_save(x->tx, g, &changed, f);
}

Err plan_undo(Tx *tx, const PlanAt *in, const Actor *by, Plan *ret, Fault *f) {
    PlanStep s;
    Editing x;

    TRY(begin(tx, in->id, by, &x, f));
    TRY(judge_open(&x.p, false, f));
    TRY(judge_revision(&x.p, true, in->revision, f));
    if (x.p.at_step == 0)
        return fault(f, ERR_INVALID, "plan_nothing_undone", "id", "没有可以撤销的步骤。",
                     "There is nothing to undo.");
    TRY(step_load(tx, x.p.id, x.p.at_step, &s, f));
    TRY(apply(&x, &s, true, f));
    x.p.at_step = s.behind;
    TRY(save_step(&x, PLAN_STEP_UNDO, (Str){ "", 0 }, by, f));
    return answer(&x, by, ret, f);
}

/* From the last step back to the one behind which the plan is now. */
static Err next_step(Tx *tx, const Plan *p, PlanStep *ret, Fault *f) {
    Arena *a = tx_arena(tx);
    int32_t at = p->top_step;

    if (at == p->at_step)
        return fault(f, ERR_INVALID, "plan_nothing_redone", "id", "没有可以重做的步骤。",
                     "There is nothing to do again.");
    for (;;) {
        size_t used = a->used;
        TRY(step_load(tx, p->id, at, ret, f));
        if (ret->behind == p->at_step)
            return OK;
        if (ret->behind >= at || ret->behind == 0)
            return fault(f, ERR_STORE, "plan_damaged", "", "方案的步骤记录已损坏。",
                         "What is written down of the steps of the plan is damaged.");
        at = ret->behind;
        a->used = used;
    }
}

Err plan_redo(Tx *tx, const PlanAt *in, const Actor *by, Plan *ret, Fault *f) {
    PlanStep s;
    Editing x;

    TRY(begin(tx, in->id, by, &x, f));
    TRY(judge_open(&x.p, false, f));
    TRY(judge_revision(&x.p, true, in->revision, f));
    TRY(next_step(tx, &x.p, &s, f));
    TRY(apply(&x, &s, false, f));
    x.p.at_step = s.number;
    TRY(save_step(&x, PLAN_STEP_REDO, (Str){ "", 0 }, by, f));
    return answer(&x, by, ret, f);
}
