/* locate_score – how well a form of a place fits a mention, and what follows from
 * it. The points are in one table; a number that contradicts ends the matter. What
 * a person might mean by other words counts less and is asked. */
#include "locate_inner.h"

#include <stdlib.h>
#include <string.h>

enum {
    POINTS_EXACT = 40,
    POINTS_STEM = 34,
    POINTS_TYPO = 27,
    POINTS_AREA_NAME = 24, /* the residential area's name in place of a compound's */
    POINTS_DOUBTFUL = -6,
    POINTS_SECOND_NAME = 10,
    POINTS_OTHER_NAME = -10,
    POINTS_AREA = 6,
    POINTS_OTHER_AREA = -15,
    POINTS_UNKNOWN_NAME = -20,
    POINTS_CLEAR = 12, /* so much better than the next, or it is asked */
    POINTS_SHOWN = 25, /* so much worse than the first is not shown */
    ALIKE_MAX = 9,
};

/* The number fits; the form has it and the text has not; the other way round. */
static const struct {
    int32_t fits, missing, surplus;
} numbers[NUM_PARTS] = {
    [NUM_LANE] = { 25, 8, 25 }, [NUM_VILLAGE] = { 20, 20, 25 },  [NUM_PHASE] = { 12, 12, 15 },
    [NUM_ZONE] = { 12, 8, 8 },  [NUM_BUILDING] = { 25, 20, 15 },
};

/* ---- one form ---- */

typedef struct Judging {
    const LocateIndex *x;
    const Form *form;
    const Mention *m;
    Judged out;
    bool inexact, surplus, area_named, numbered; /* numbered: a number fits */
    int32_t name, from, to;                      /* of the name that was used, and its letters */
} Judging;

static void use(Judging *j, int32_t i) { j->out.used |= 1u << i; }

static int32_t name_points(const Token *t) {
    int32_t points = t->spelling == SPELT_EXACT  ? POINTS_EXACT
                     : t->spelling == SPELT_STEM ? POINTS_STEM
                                                 : POINTS_TYPO;
    return points + (t->doubtful ? POINTS_DOUBTFUL : 0);
}

/* The best-written of the form's own names, else an area that stands for one. */
static void judge_name(Judging *j) {
    int32_t best = 0, at = -1;

    for (int32_t i = 0; i < j->m->n; i++) {
        const Token *t = &j->m->tokens[i];
        if (t->kind != TOKEN_NAME)
            continue;
        bool own = form_has_name(j->form, t->name);
        bool area =
            t->name < j->x->n_areas && j->x->areas[t->name].close && area_holds(j->x, t->name, j->form->place);
        int32_t points = own ? name_points(t) : area ? POINTS_AREA_NAME : 0;
        if (points > best) {
            best = points;
            at = i;
        }
    }
    if (at < 0)
        return;
    const Token *t = &j->m->tokens[at];
    j->out.named = form_has_name(j->form, t->name);
    j->area_named = !j->out.named;
    j->inexact |= j->out.named && (t->spelling == SPELT_TYPO || t->doubtful);
    j->out.points += best;
    j->name = t->name;
    j->from = t->from;
    j->to = t->to;
    use(j, at);
}

/* Weak: 12 and 12A; rough: one of 12–18, or a number without a word. */
typedef enum Fit { FIT_NOT, FIT_WEAK, FIT_ROUGH, FIT_EXACT } Fit;
static const int32_t fit_percent[] = { 0, 32, 60, 100 };

static Fit number_fits(const Num *form, const Num *text) {
    if (text->hi < form->lo || text->lo > form->hi ||
        (text->letter != form->letter && text->letter && form->letter))
        return FIT_NOT;
    if (text->letter != form->letter || text->sub != form->sub)
        return FIT_WEAK;
    return text->lo == text->hi ? FIT_EXACT : FIT_ROUGH;
}

/* What a number without a word counts here: in Latin the building before the street,
 * in 396弄12-502 the building before the room; else perhaps the building, or the lane
 * where a building follows. */
static bool stands_for(const Mention *m, int32_t i, NumClass cls, bool *ret_exact) {
    const Token *t = &m->tokens[i];

    *ret_exact = t->cls == cls;
    if (t->kind != TOKEN_NUMBER || t->cls == cls || t->cls != NUM_BARE)
        return t->kind == TOKEN_NUMBER && t->cls == cls;
    bool building = false, before = false;
    for (int32_t k = 0; k < m->n; k++) {
        building |= m->tokens[k].kind == TOKEN_NUMBER && m->tokens[k].cls == NUM_BUILDING;
        before |= m->tokens[k].kind == TOKEN_NAME && m->tokens[k].from == t->to + 1;
        before |= m->tokens[k].kind == TOKEN_NUMBER && m->tokens[k].from == t->to &&
                  (m->tokens[k].cls == NUM_ROOM || m->tokens[k].cls == NUM_UNIT);
    }
    *ret_exact = cls == NUM_BUILDING && before;
    return building ? cls == NUM_LANE : cls == NUM_BUILDING;
}

/* False: the text says another number. */
static bool judge_number(Judging *j, NumClass cls) {
    const Num *form = &j->form->nums[cls];
    Fit best = FIT_NOT;
    bool said = false;
    int32_t at = -1;

    for (int32_t i = 0; i < j->m->n; i++) {
        bool exact;
        if (!stands_for(j->m, i, cls, &exact))
            continue;
        said |= exact || form->set;
        Fit fit = form->set ? number_fits(form, &j->m->tokens[i].num) : FIT_NOT;
        fit = fit == FIT_EXACT && !exact ? FIT_ROUGH : fit;
        if (fit > best) {
            best = fit;
            at = i;
        }
    }
    if (!said) {
        j->out.missing |= form->set;
        j->out.points -= form->set ? numbers[cls].missing : 0;
        return true;
    }
    if (!form->set) {
        j->surplus = true;
        j->out.points -= numbers[cls].surplus;
        return true;
    }
    if (best == FIT_NOT)
        return false;
    j->numbered = true;
    j->inexact |= best != FIT_EXACT;
    j->out.points += numbers[cls].fits * fit_percent[best] / 100;
    use(j, at);
    return true;
}

/* Areas in the text speak for what lies in them, once for each stretch of letters:
 * two areas may have one name. */
static void judge_areas(Judging *j) {
    int32_t held = 0, other = 0;

    for (int32_t i = 0; i < j->m->n; i++) {
        const Token *t = &j->m->tokens[i];
        bool mine = false, any = false;
        int32_t k = i;
        for (; k < j->m->n && j->m->tokens[k].from == t->from && j->m->tokens[k].to == t->to; k++) {
            const Token *same = &j->m->tokens[k];
            bool area = same->kind == TOKEN_NAME && same->name < j->x->n_areas;
            any |= area;
            if (area && area_holds(j->x, same->name, j->form->place)) {
                mine = true;
                use(j, k);
            }
        }
        i = k - 1;
        if (j->area_named && t->from == j->from)
            continue;
        held += mine;
        other += any && !mine;
    }
    j->out.points += POINTS_AREA * (held < 2 ? held : 2) + (other ? POINTS_OTHER_AREA : 0);
    j->surplus |= other > 0;
}

/* Other names in the mention: this place's, or somebody else's. */
static void judge_other_names(Judging *j) {
    int32_t own = 0, other = 0;

    for (int32_t i = 0; i < j->m->n; i++) {
        const Token *t = &j->m->tokens[i];
        bool mine = false, any = false;
        int32_t k = i;
        for (; k < j->m->n && j->m->tokens[k].from == t->from && j->m->tokens[k].to == t->to; k++) {
            const Token *same = &j->m->tokens[k];
            bool name = same->kind == TOKEN_NAME && same->name >= j->x->n_areas && same->name != j->name &&
                        same->spelling == SPELT_EXACT;
            any |= name;
            if (name && place_has_name(j->x, j->form->place, same->name)) {
                mine = true;
                use(j, k);
            }
        }
        i = k - 1;
        if (t->from < j->to && t->to > j->from)
            continue; /* the one already counted */
        own += mine;
        other += any && !mine;
    }
    j->out.points += (own ? POINTS_SECOND_NAME : 0) + POINTS_OTHER_NAME * (other < 2 ? other : 2);
}

/* A name with a number, a name of what has no number, or lane and building where no
 * name is known. */
static bool is_enough(const Judging *j) {
    bool form_numbered = false;

    for (int32_t i = 0; i < NUM_PARTS; i++)
        form_numbered |= j->form->nums[i].set;
    if (j->out.named || j->area_named)
        return j->numbered || (j->out.named && !form_numbered);
    if (j->m->named)
        return false;
    int32_t lane_and_building = 0;
    for (int32_t i = 0; i < j->m->n; i++)
        if (j->out.used & 1u << i)
            lane_and_building |= j->m->tokens[i].cls == NUM_LANE       ? 1
                                 : j->m->tokens[i].cls == NUM_BUILDING ? 2
                                                                       : 0;
    return lane_and_building == 3;
}

/* Sure is what a careful reader would write down without asking back. */
static bool is_sure(const Judging *j) {
    const Form *form = j->form;
    bool whole = form->nums[NUM_LANE].set && form->nums[NUM_BUILDING].set;

    if (j->out.missing || j->inexact || j->surplus || j->m->unknown_name || j->m->beside)
        return false;
    if (j->out.named)
        return j->numbered || j->to - j->from >= 4;
    return j->area_named && whole;
}

Judged locate_judge(const LocateIndex *x, const Form *form, const Mention *m) {
    Judging j = {
        .x = x, .form = form, .m = m, .out = { .place = form->place }, .name = -1, .from = -1, .to = -1
    };
    const Judged not_meant = { .place = form->place };

    judge_name(&j);
    for (int32_t cls = 0; cls < NUM_PARTS; cls++)
        if (!judge_number(&j, (NumClass)cls))
            return not_meant;
    if (!is_enough(&j))
        return not_meant;
    judge_areas(&j);
    judge_other_names(&j);
    j.out.points += m->unknown_name ? POINTS_UNKNOWN_NAME : 0;
    j.out.sure = is_sure(&j);
    return j.out.points > 0 ? j.out : not_meant;
}

/* ---- the whole text ---- */

/* Places together, the best judgement of each first. */
static int by_place(const void *p, const void *q) {
    const Judged *a = p, *b = q;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->points != b->points)
        return a->points > b->points ? -1 : 1;
    if (a->sure != b->sure)
        return a->sure ? -1 : 1;
    return a->mention < b->mention ? -1 : a->mention > b->mention;
}

static int by_points(const void *p, const void *q) {
    const Judged *a = p, *b = q;

    if (a->points != b->points)
        return a->points > b->points ? -1 : 1;
    if (a->sure != b->sure)
        return a->sure ? -1 : 1;
    if (a->mention != b->mention)
        return a->mention < b->mention ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static int32_t best_of_each(Judged *list, int32_t n) {
    int32_t kept = 0;

    qsort(list, (size_t)n, sizeof *list, by_place);
    for (int32_t i = 0; i < n; i++)
        if (i == 0 || list[i].place != list[i - 1].place)
            list[kept++] = list[i];
    qsort(list, (size_t)kept, sizeof *list, by_points);
    return kept;
}

static void hit_of(const Folded *t, const Mention *m, const Judged *j, LocateHit *ret) {
    *ret = (LocateHit){ .place = j->place, .score = j->points < 100 ? j->points : 100 };
    for (int32_t i = 0; i < m->n && ret->n_spans < LOCATE_SPANS_MAX; i++) {
        LocateSpan s = { t->from[m->tokens[i].from], t->to[m->tokens[i].to - 1] };
        bool again = ret->n_spans && ret->spans[ret->n_spans - 1].to > s.from; /* two names of one stretch */
        if ((j->used & 1u << i) && !again)
            ret->spans[ret->n_spans++] = s;
    }
}

/* Rooms stand behind a number that is one of a building. */
static void find_rooms(const Folded *t, const Mention *mentions, int32_t n, LocateAnswer *ret) {
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 1; k < mentions[i].n && ret->n_rooms < LOCATE_ROOMS_MAX; k++) {
            const Token *room = &mentions[i].tokens[k];
            if (room->kind == TOKEN_NUMBER && room->cls == NUM_ROOM)
                ret->rooms[ret->n_rooms++] = (LocateSpan){ t->from[room->from], t->to[room->to - 1] };
        }
}

static bool is_city_alone(const Folded *t) {
    static const char32_t *const tails[] = { U"市", U"省", U"区", U"县", U"镇", U"街道" };

    for (size_t i = 0; i < COUNT(tails); i++)
        if (t->n <= 12 && letters_are(t, t->n - (tails[i][1] ? 2 : 1), tails[i]))
            return true;
    return false;
}

/* Why there is nothing to propose. */
static LocateReason why_none(const LocateIndex *x, const Folded *t, const Mention *mentions, int32_t n) {
    bool area = false, name = false, numbered = false;

    for (int32_t i = 0; i < n; i++) {
        bool own = false, number = false;
        for (int32_t k = 0; k < mentions[i].n; k++) {
            const Token *token = &mentions[i].tokens[k];
            own |= token->kind == TOKEN_NAME && token->name >= x->n_areas;
            area |= token->kind == TOKEN_NAME && token->name < x->n_areas;
            number |= token->kind == TOKEN_NUMBER && (token->cls < NUM_PARTS || token->cls == NUM_BARE);
        }
        name |= own;
        numbered |= own && number;
    }
    return numbered                   ? LOCATE_NO_NUMBER
           : name                     ? LOCATE_ONLY_NAME
           : area || is_city_alone(t) ? LOCATE_ONLY_AREA
                                      : LOCATE_NO_WORDS;
}

/* Do all mentions that say something mean the same place? */
static bool agree(const Judged *list, int32_t n) {
    for (int32_t i = 1; i < n; i++)
        if (list[i].mention != list[0].mention) {
            bool better = true; /* is it the best of its mention? then that one means another place */
            for (int32_t k = 0; k < i && better; k++)
                better = list[k].mention != list[i].mention;
            if (better)
                return false;
        }
    return true;
}

static void judge_verdict(const Judged *list, int32_t n, const Mention *mentions, LocateAnswer *ret) {
    const Judged *first = &list[0];
    bool clear = (n == 1 || list[1].points <= first->points - POINTS_CLEAR) && agree(list, n);

    ret->verdict = first->sure && clear ? LOCATE_CERTAIN : LOCATE_ASK;
    ret->reason = first->sure && clear              ? LOCATE_CLEAR
                  : !clear                          ? LOCATE_SEVERAL
                  : mentions[first->mention].beside ? LOCATE_BESIDE
                  : first->missing                  ? LOCATE_PARTLY
                                                    : LOCATE_INEXACT;
}

void locate_decide(const LocateIndex *x, const Folded *t, const Mention *mentions, int32_t n_mentions,
                   Judged *list, int32_t n, LocateAnswer *ret) {
    LocateAnswer a = { .verdict = LOCATE_NONE };

    n = best_of_each(list, n);
    find_rooms(t, mentions, n_mentions, &a);
    while (a.alike < n && list[a.alike].points > list[0].points - POINTS_CLEAR)
        a.alike++;
    if (n == 0 || a.alike > ALIKE_MAX) {
        a.reason = n ? LOCATE_TOO_MANY : why_none(x, t, mentions, n_mentions);
        *ret = a;
        return;
    }
    judge_verdict(list, n, mentions, &a);
    for (int32_t i = 0; i < n && a.n_hits < LOCATE_HITS_MAX; i++)
        if (list[i].points > list[0].points - POINTS_SHOWN)
            hit_of(t, &mentions[list[i].mention], &list[i], &a.hits[a.n_hits++]);
    *ret = a;
}
