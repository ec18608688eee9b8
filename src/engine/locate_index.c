/* locate_index – builds the inverted index: every name once, sorted by its letters
 * so that a text is walked through it letter by letter; every form under what it
 * can be found by (name and number, name alone, lane and building); and every
 * name under what is left of it when one letter goes, for wrong letters.
 *
 * Built in a generous scratch arena whose pages are touched only as needed, then
 * copied into one of exactly the size. */
#include "locate_inner.h"

#include <stdlib.h>
#include <string.h>

enum { SPELLINGS_MAX = 10000000, NAME_MAX = 60, TOKENS_OF_NAME = 64 };

/* ---- keys ---- */

static uint32_t mix(uint32_t h, uint32_t v) {
    h = (h ^ v) * 0x9E3779B1u;
    return h ^ h >> 15;
}

uint32_t key_name_number(int32_t name, NumClass cls, int32_t value, bool whole) {
    return mix(mix(mix(0x51u + whole, (uint32_t)name), (uint32_t)cls), (uint32_t)value);
}
uint32_t key_name(int32_t name) { return mix(0xA7u, (uint32_t)name); }
uint32_t key_lane_building(int32_t lane, int32_t building) {
    return mix(mix(0xC3u, (uint32_t)lane), (uint32_t)building);
}

static uint32_t letters_hash(const uint32_t *c, int32_t n, int32_t without) {
    uint32_t h = 0x1234567u;

    for (int32_t i = 0; i < n; i++)
        if (i != without)
            h = mix(h, c[i]);
    return h;
}

/* Hashes are spread evenly, so the place of one is nearly known: from there in
 * growing steps, then by halves. */
size_t posting_first(const Posting *list, size_t n, uint32_t hash) {
    size_t low = (size_t)((uint64_t)hash * n >> 32), high, step = 8;

    if (n == 0)
        return 0;
    high = low + step < n ? low + step : n;
    low = low > step ? low - step : 0;
    while (low > 0 && list[low].hash >= hash) {
        high = low;
        step *= 2;
        low = low > step ? low - step : 0;
    }
    while (high < n && list[high].hash < hash) {
        low = high;
        step *= 2;
        high = high + step < n ? high + step : n;
    }
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (list[mid].hash < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* By hash; equal ones keep their order. `spare` holds as many. */
static void postings_sort(Posting *list, Posting *spare, size_t n) {
    for (int shift = 0; shift < 32; shift += 8) {
        size_t at[257] = { 0 };
        for (size_t i = 0; i < n; i++)
            at[(list[i].hash >> shift & 255) + 1]++;
        for (int i = 0; i < 256; i++)
            at[i + 1] += at[i];
        for (size_t i = 0; i < n; i++)
            spare[at[list[i].hash >> shift & 255]++] = list[i];
        Posting *swap = list;
        list = spare;
        spare = swap;
    } /* four passes: the result is where it began */
}

bool area_holds(const LocateIndex *x, int32_t area, int32_t place) {
    for (int32_t a = x->place_area[place]; a >= 0; a = x->areas[a].parent)
        if (a == area)
            return true;
    return false;
}

bool form_has_name(const Form *form, int32_t name) { return form->names[0] == name || form->names[1] == name; }

bool place_has_name(const LocateIndex *x, int32_t place, int32_t name) {
    for (int32_t i = x->form_at[place]; i < x->form_at[place + 1]; i++)
        if (form_has_name(&x->forms[i], name))
            return true;
    return false;
}

/* ---- building ---- */

typedef struct Build {
    const LocateInput *in;
    LocateIndex x; /* its arrays lie in `arena` until they are copied */
    Arena arena;
    int32_t pool_n;
    int32_t *table; /* names by hash: 1 + position of their first entry, 0: free */
    uint32_t table_mask;
    char fold_room[64 << 10];
    Token tokens[TOKENS_OF_NAME];
} Build;

typedef struct Sizes {
    size_t letters, spellings;
} Sizes;

static Sizes measure(const LocateInput *in) {
    Sizes s = { 0, 0 };

    for (int32_t i = 0; i < in->n_areas; i++)
        s.letters += (in->areas[i].name.n + 4) * 3;
    for (int32_t i = 0; i < in->n_places; i++)
        for (int32_t k = 0; k < in->places[i].n_names; k++, s.spellings++)
            s.letters += in->places[i].names[k].n * 2;
    return s;
}

static Err build_begin(const LocateInput *in, Build *b, Fault *f) {
    Sizes s = measure(in);
    size_t areas = (size_t)in->n_areas, places = (size_t)in->n_places, forms = s.spellings * DRAFTS_MAX;
    size_t entries = areas * 3 + forms * FORM_NAMES * 2, table = 1024;

    if (s.spellings > SPELLINGS_MAX)
        return fault(f, ERR_LIMIT, "spellings_many", "", "地名和别名太多，最多 %d 个。",
                     "Too many names and aliases: at most %d.", SPELLINGS_MAX);
    while (table < forms * 3 + areas)
        table *= 2;
    b->in = in;
    TRY(arena_begin(&b->arena,
                    4096 + s.letters * 4 + forms * sizeof(Form) + entries * sizeof(Entry) + table * 4 +
                        (places * 2 + 2) * 4 + areas * sizeof(LocateArea),
                    f));
    b->x = (LocateIndex){ .n_areas = in->n_areas, .n_places = in->n_places, .n_names = in->n_areas };
    b->x.areas = arena_raw(&b->arena, areas * sizeof(LocateArea));
    b->x.place_area = arena_raw(&b->arena, places * 4);
    b->x.form_at = arena_raw(&b->arena, (places + 1) * 4);
    b->x.forms = arena_raw(&b->arena, forms * sizeof(Form));
    b->x.pool = arena_raw(&b->arena, s.letters * 4);
    b->x.entries = arena_raw(&b->arena, entries * sizeof(Entry));
    b->table = arena_take(&b->arena, table * 4);
    b->table_mask = (uint32_t)table - 1;
    return b->table ? OK : fault_memory(f); /* the last one: it did not fit if any did not */
}

static void put_entry(Build *b, int32_t at, int32_t n, int32_t name, Spelling spelling) {
    b->x.entries[b->x.n_entries++] = (Entry){ at, n, name, spelling };
}

static int32_t put_letters(Build *b, const uint32_t *c, int32_t n) {
    int32_t at = b->pool_n;

    memcpy(b->x.pool + at, c, (size_t)n * sizeof *c);
    b->pool_n += n;
    return at;
}

/* The position of a name, which is new or known. */
static int32_t intern(Build *b, const uint32_t *c, int32_t n) {
    uint32_t slot = letters_hash(c, n, -1) & b->table_mask;

    for (; b->table[slot]; slot = (slot + 1) & b->table_mask) {
        const Entry *e = &b->x.entries[b->table[slot] - 1];
        if (e->n == n && memcmp(b->x.pool + e->at, c, (size_t)n * sizeof *c) == 0)
            return e->name;
    }
    int32_t name = b->x.n_names++, at = put_letters(b, c, n), stem = name_stem(c, n);
    b->table[slot] = b->x.n_entries + 1;
    put_entry(b, at, n, name, SPELT_EXACT);
    if (stem)
        put_entry(b, at, stem, name, SPELT_STEM);
    return name;
}

static Err fold_name(Build *b, Str name, Folded *ret, Fault *f) {
    Arena a = { b->fold_room, 0, sizeof b->fold_room };
    Str cut = { name.p, name.n < 1000 ? name.n : 1000 };
    return locate_fold(cut, &a, ret, f);
}

/* 云桥居民区 is also 云桥居委会 and 云桥社区. */
static void put_area_spellings(Build *b, int32_t area, const uint32_t *c, int32_t n) {
    static const char32_t *const tails[] = { U"居民区", U"居委", U"社区" };
    const Folded t = { .c = (uint32_t *)c, .n = n }; /* only read */
    int32_t stem = letters_are(&t, n - 3, tails[0])                                       ? n - 3
                   : letters_are(&t, n - 3, U"居委会")                                    ? n - 3
                   : letters_are(&t, n - 2, tails[1]) || letters_are(&t, n - 2, tails[2]) ? n - 2
                                                                                          : 0;
    if (stem < 2) {
        put_entry(b, put_letters(b, c, n), n, area, SPELT_EXACT);
        return;
    }
    for (size_t i = 0; i < COUNT(tails); i++) {
        int32_t at = put_letters(b, c, stem), len = stem;
        for (const char32_t *w = tails[i]; *w; w++, len++)
            b->x.pool[b->pool_n++] = *w;
        put_entry(b, at, len, area, SPELT_EXACT);
    }
}

static Err build_areas(Build *b, Fault *f) {
    for (int32_t i = 0; i < b->in->n_areas; i++) {
        Folded t;
        b->x.areas[i] = b->in->areas[i];
        b->x.areas[i].name = (Str){ 0 };
        TRY(fold_name(b, b->in->areas[i].name, &t, f));
        if (t.n >= 2 && t.n <= NAME_MAX)
            put_area_spellings(b, i, t.c, t.n);
    }
    return OK;
}

static Err build_spelling(Build *b, int32_t place, Str spelling, Fault *f) {
    FormDraft drafts[DRAFTS_MAX];
    Tokens room = { b->tokens, 0, TOKENS_OF_NAME };
    Folded t;

    TRY(fold_name(b, spelling, &t, f));
    int32_t n = locate_forms(&t, &room, drafts);
    for (int32_t i = 0; i < n; i++) {
        Form *form = &b->x.forms[b->x.n_forms++];
        *form = (Form){ .place = place, .names = { -1, -1 } };
        memcpy(form->nums, drafts[i].nums, sizeof form->nums);
        for (int32_t k = 0; k < drafts[i].n_names; k++)
            if (drafts[i].to[k] - drafts[i].from[k] <= NAME_MAX)
                form->names[k] = intern(b, t.c + drafts[i].from[k], drafts[i].to[k] - drafts[i].from[k]);
    }
    return OK;
}

static Err build_places(Build *b, Fault *f) {
    for (int32_t i = 0; i < b->in->n_places; i++) {
        const LocatePlace *p = &b->in->places[i];
        b->x.form_at[i] = b->x.n_forms;
        b->x.place_area[i] = p->area;
        for (int32_t k = 0; k < p->n_names; k++)
            TRY(build_spelling(b, i, p->names[k], f));
    }
    b->x.form_at[b->in->n_places] = b->x.n_forms;
    return OK;
}

/* ---- postings: counted with `list` NULL, then written ---- */

static void post(Posting *list, size_t *n, uint32_t hash, int32_t at) {
    if (list)
        list[*n] = (Posting){ hash, at };
    ++*n;
}

static void post_named(const Form *form, int32_t at, int32_t name, Posting *list, size_t *n) {
    bool whole = !form->nums[NUM_BUILDING].set;

    for (int32_t cls = 0; cls < NUM_PARTS; cls++)
        for (int32_t v = form->nums[cls].lo; form->nums[cls].set && v <= form->nums[cls].hi; v++)
            post(list, n, key_name_number(name, (NumClass)cls, v, whole), at);
}

static void post_form(const LocateIndex *x, int32_t at, Posting *list, size_t *n) {
    const Form *form = &x->forms[at];
    const Num *lane = &form->nums[NUM_LANE], *building = &form->nums[NUM_BUILDING];
    bool numbered = false;

    for (int32_t i = 0; i < NUM_PARTS; i++)
        numbered |= form->nums[i].set;
    for (int32_t i = 0; i < FORM_NAMES; i++)
        if (form->names[i] >= 0) {
            post_named(form, at, form->names[i], list, n);
            if (!numbered)
                post(list, n, key_name(form->names[i]), at);
        }
    for (int32_t a = x->place_area[form->place]; a >= 0; a = x->areas[a].parent)
        if (x->areas[a].close)
            post_named(form, at, a, list, n);
    if (lane->set && building->set)
        for (int32_t v = building->lo; v <= building->hi; v++)
            post(list, n, key_lane_building(lane->lo, v), at);
}

static size_t post_forms(const LocateIndex *x, Posting *list) {
    size_t n = 0;

    for (int32_t i = 0; i < x->n_forms; i++)
        post_form(x, i, list, &n);
    return n;
}

static size_t post_nearly(const LocateIndex *x, Posting *list) {
    size_t n = 0;

    for (int32_t i = 0; i < x->n_entries; i++) {
        const Entry *e = &x->entries[i];
        const uint32_t *c = x->pool + e->at;
        if (e->spelling != SPELT_EXACT || e->name < x->n_areas || e->n < NEARLY_MIN || !letter_is_cjk(c[0]))
            continue;
        for (int32_t k = 0; k < e->n; k++)
            post(list, &n, letters_hash(c, e->n, k), i);
    }
    return n;
}

static _Thread_local const uint32_t *sorting; /* qsort has no context of its own */

static int entry_order(const void *p, const void *q) {
    const Entry *a = p, *b = q;
    int32_t less = a->n < b->n ? a->n : b->n;

    for (int32_t i = 0; i < less; i++) {
        uint32_t x = sorting[a->at + i], y = sorting[b->at + i];
        if (x != y)
            return x < y ? -1 : 1;
    }
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    return a->name < b->name ? -1 : a->name > b->name;
}

/* ---- one block of exactly the size ---- */

static void *keep(Arena *a, const void *from, size_t bytes) {
    void *to = arena_raw(a, bytes);
    if (to && bytes)
        memcpy(to, from, bytes);
    return to;
}

static Err build_finish(Build *b, LocateIndex **ret, Fault *f) {
    LocateIndex x = b->x;
    Posting *spare;

    sorting = x.pool;
    qsort(x.entries, (size_t)x.n_entries, sizeof *x.entries, entry_order);
    x.n_postings = post_forms(&x, NULL);
    x.n_nearly = post_nearly(&x, NULL);
    size_t most = x.n_postings > x.n_nearly ? x.n_postings : x.n_nearly;
    size_t bytes = sizeof x + (size_t)x.n_areas * sizeof *x.areas + (size_t)x.n_places * 4 +
                   ((size_t)x.n_places + 1) * 4 + (size_t)x.n_forms * sizeof *x.forms + (size_t)b->pool_n * 4 +
                   (size_t)x.n_entries * sizeof *x.entries + (x.n_postings + x.n_nearly) * sizeof(Posting);
    TRY(arena_begin(&x.arena, bytes + 256, f)); /* each piece begins at a multiple of 16 */
    if (!(spare = mem_alloc(most * sizeof *spare))) {
        arena_end(&x.arena);
        return fault_memory(f);
    }
    LocateIndex *kept = arena_raw(&x.arena, sizeof x);
    x.areas = keep(&x.arena, x.areas, (size_t)x.n_areas * sizeof *x.areas);
    x.place_area = keep(&x.arena, x.place_area, (size_t)x.n_places * 4);
    x.form_at = keep(&x.arena, x.form_at, ((size_t)x.n_places + 1) * 4);
    x.forms = keep(&x.arena, x.forms, (size_t)x.n_forms * sizeof *x.forms);
    x.pool = keep(&x.arena, x.pool, (size_t)b->pool_n * 4);
    x.entries = keep(&x.arena, x.entries, (size_t)x.n_entries * sizeof *x.entries);
    x.postings = arena_raw(&x.arena, x.n_postings * sizeof(Posting));
    x.nearly = arena_raw(&x.arena, x.n_nearly * sizeof(Posting));
    post_forms(&x, x.postings);
    postings_sort(x.postings, spare, x.n_postings);
    post_nearly(&x, x.nearly);
    postings_sort(x.nearly, spare, x.n_nearly);
    mem_free(spare);
    *kept = x;
    *ret = kept;
    return OK;
}

Err locate_build(const LocateInput *in, LocateIndex **ret, Fault *f) {
    Build *b = mem_alloc(sizeof *b);

    if (!b)
        return fault_memory(f);
    b->arena = (Arena){ 0 };
    b->pool_n = 0;
    Err e = build_begin(in, b, f);
    e = e == OK ? build_areas(b, f) : e;
    e = e == OK ? build_places(b, f) : e;
    e = e == OK ? build_finish(b, ret, f) : e;
    arena_end(&b->arena);
    mem_free(b);
    return e;
}

void locate_free(LocateIndex *x) {
    if (!x)
        return;
    Arena whole = x->arena; /* x lies in it */
    arena_end(&whole);
}

size_t locate_bytes(const LocateIndex *x) { return x->arena.size; }

/* ---- walking a text through the names ---- */

/* The letter of an entry at `depth`, 0 behind its end: shorter ones stand first. */
static uint32_t letter_at(const LocateIndex *x, int32_t entry, int32_t depth) {
    const Entry *e = &x->entries[entry];
    return depth < e->n ? x->pool[e->at + depth] : 0;
}

/* The first of low..high whose letter at `depth` is not below `c`. */
static int32_t first_letter(const LocateIndex *x, int32_t low, int32_t high, int32_t depth, uint32_t c) {
    while (low < high) {
        int32_t mid = low + (high - low) / 2;
        if (letter_at(x, mid, depth) < c)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void put_name(Tokens *ret, int32_t from, int32_t to, const Entry *e, Spelling spelling) {
    if (ret->n < ret->max)
        ret->list[ret->n++] =
            (Token){ .from = from, .to = to, .kind = TOKEN_NAME, .name = e->name, .spelling = spelling };
}

void locate_names(const LocateIndex *x, const Folded *t, Tokens *ret) {
    for (int32_t i = 0; i < t->n; i++) {
        int32_t low = 0, high = x->n_entries;
        for (int32_t d = 0; i + d < t->n && low < high; d++) {
            uint32_t c = t->c[i + d];
            low = first_letter(x, low, high, d, c);
            high = first_letter(x, low, high, d, c + 1);
            for (int32_t k = low; k < high && x->entries[k].n == d + 1; k++)
                put_name(ret, i, i + d + 1, &x->entries[k], x->entries[k].spelling);
        }
    }
}

/* ---- one wrong letter ---- */

static void near_at(const LocateIndex *x, const Folded *t, int32_t from, int32_t m, int32_t without,
                    Tokens *ret) {
    uint32_t hash = letters_hash(t->c + from, m, without);

    for (size_t k = posting_first(x->nearly, x->n_nearly, hash); k < x->n_nearly && x->nearly[k].hash == hash;
         k++) {
        const Entry *e = &x->entries[x->nearly[k].at];
        bool known = ret->n && ret->list[ret->n - 1].from == from && ret->list[ret->n - 1].to == from + m &&
                     ret->list[ret->n - 1].name == e->name;
        if (!known && name_nearly(x->pool + e->at, e->n, t->c + from, m))
            put_name(ret, from, from + m, e, SPELT_TYPO);
    }
}

/* A stretch that is the name when one letter goes on either side. */
static void near_stretch(const LocateIndex *x, const Folded *t, int32_t from, int32_t m, Tokens *ret) {
    if (from < 0 || from + m > t->n)
        return;
    near_at(x, t, from, m, -1, ret); /* one is missing */
    for (int32_t k = 0; k < m; k++)
        near_at(x, t, from, m, k, ret);
}

/* Only beside a number, as locate_settle wants them: elsewhere a word that looks
 * like a name is most often none. */
void locate_near_names(const LocateIndex *x, const Folded *t, int32_t n_numbers, Tokens *ret) {
    for (int32_t i = 0; i < n_numbers; i++) { /* they stand first in the list */
        Token number = ret->list[i];
        for (int32_t m = NEARLY_MIN; m <= NEARLY_MAX; m++) {
            near_stretch(x, t, number.from - m, m, ret);
            near_stretch(x, t, number.to + 1, m, ret);
        }
    }
}
