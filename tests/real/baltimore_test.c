/* baltimore_test – looks at the city that baltimore.sh has made, and works in it.
 *
 *     baltimore_test SHARED/data/baltimore DIR [postgresql://…]
 *
 * Every number comes from the stored rows: the tickets' own labels (neighbourhood,
 * council and police district) are read from their table again and compared with the
 * grid that each case was given, and with where its point lies in the other layers.
 * Then one imported case and one new report go through the operations to closed, with
 * the clock standing on a Monday of March 2019. Prints the numbers; exit code 1 where
 * one falls short. */
#include "area.h"
#include "case.h"
#include "csv.h"
#include "ground.h"
#include "index.h"
#include "installation.h"
#include "ops.h"
#include "org.h"
#include "polygon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TICKETS = 10000, PAGE = 200, LAYER_MAX = 64, ROOM = 64 << 20 };
#define MONDAY_MS 1551711600000 /* 2019-03-04 10:00 in New York */

typedef struct Ticket {
    char no[24], neighborhood[64], council[8], police[24];
    bool seen;
} Ticket;

static Ticket tickets[TICKETS];
static size_t n_tickets;
static Store *store;
static Arena room;
static Fault fa;
static int wrong;

static _Noreturn void stop(const char *what) {
    fprintf(stderr, "%s: %s [%s] %s\n", what, fa.en, fa.key, fa.detail);
    exit(1);
}
#define MUST(call)       \
    do {                 \
        if (call)        \
            stop(#call); \
    } while (0)

static void expect(const char *what, long long got, long long low, long long high) {
    bool good = got >= low && got <= high;
    printf("%s %8lld  %s", good ? "  " : "✗ ", got, what);
    if (low == high && good)
        printf("\n");
    else
        printf(low == high ? "  (not %lld)\n" : "  (%lld to %lld)\n", low, high);
    wrong += !good;
}

/* ---- the tickets' own labels ---- */

static Err from_file(void *in, char *to, size_t size, size_t *ret_n, Fault *f) {
    (void)f;
    *ret_n = fread(to, 1, size, in);
    return OK;
}

static int by_no(const void *x, const void *y) {
    return strcmp(((const Ticket *)x)->no, ((const Ticket *)y)->no);
}

static void read_labels(const char *dir) {
    static const char *const names[] = { "ServiceRequestNum", "Neighborhood", "CouncilDistrict",
                                         "PoliceDistrict" };
    char path[1024];
    int32_t at[4];
    bool more;
    Csv *c;

    snprintf(path, sizeof path, "%s/311_sample_10000.csv", dir);
    FILE *in = fopen(path, "rb");
    if (!in)
        stop(path);
    MUST(csv_open(from_file, in, (CsvLimits){ 0 }, &c, &fa));
    MUST(csv_header(c, names, NULL, 4, at, &fa));
    for (;;) {
        MUST(csv_next(c, &more, &fa));
        if (!more || n_tickets == TICKETS)
            break;
        Ticket *t = &tickets[n_tickets++];
        snprintf(t->no, sizeof t->no, "%s", csv_field(c, at[0]).p);
        snprintf(t->neighborhood, sizeof t->neighborhood, "%s", csv_field(c, at[1]).p);
        snprintf(t->council, sizeof t->council, "%s", csv_field(c, at[2]).p);
        snprintf(t->police, sizeof t->police, "%s", csv_field(c, at[3]).p);
    }
    csv_close(c);
    fclose(in);
    qsort(tickets, n_tickets, sizeof *tickets, by_no);
}

static Ticket *ticket_of(Str no) {
    Ticket key = { 0 };
    snprintf(key.no, sizeof key.no, "%.*s", (int)no.n, no.p);
    return bsearch(&key, tickets, n_tickets, sizeof *tickets, by_no);
}

/* ---- the other layers, each with an index of its own ---- */

typedef struct OtherLayer {
    const char *code;
    Area areas[LAYER_MAX];
    Shape shapes[LAYER_MAX];
    size_t n;
    AreaIndex *index;
} OtherLayer;

static OtherLayer council = { .code = "council" }, police = { .code = "police" }, csas = { .code = "csas" },
                  planning = { .code = "planning" };
static Arena kept; /* what lives as long as the program */

static Err load_layer(Tx *tx, void *arg, Fault *f) {
    OtherLayer *l = arg;
    Layer layer;
    AreaFind find = { .limit = LAYER_MAX };
    Page page = { l->areas, 0, LAYER_MAX };
    Actor by;
    IndexArea areas[LAYER_MAX];
    bool shaped;

    tx_lend(tx, &kept);
    actor_public(&by);
    TRY(layer_find(tx, str(l->code), &layer, f));
    find.layer = layer.id;
    find.has.layer = true;
    TRY(area_list(tx, &find, &by, &page, f));
    l->n = page.n;
    for (size_t i = 0; i < l->n; i++) {
        TRY(area_shape_load(tx, l->areas[i].id, &kept, &l->shapes[i], &shaped, f));
        areas[i] = (IndexArea){ &l->shapes[i], (int64_t)i, l->areas[i].code };
    }
    return index_build(areas, (int32_t)l->n, &l->index, f);
}

static const Area *holder(const OtherLayer *l, const Case *c) {
    int32_t at = index_find(l->index, (Point){ c->lon, c->lat });
    return at < 0 ? NULL : &l->areas[index_key(l->index, at)];
}

/* ---- every case ---- */

typedef struct Counts {
    long cases, placed[PLACE_OUTSIDE + 1], closed_due, late, with_unit, with_condition, rejected;
    long neighborhood, neighborhood_of, council, council_of, police, police_of, csa, csa_of, sound_csa,
        sound_csa_of, planned;
} Counts;
static Counts counts;

static bool labelled(const char *label, Str name) {
    return strncasecmp(label, name.p, name.n) == 0 && label[name.n] == 0;
}

static void compare(const Ground *g, const Case *c, const Ticket *t) {
    const GroundArea *chain[CHAIN_MAX];
    size_t n = ground_chain(g, ground_area(g, c->area), chain);
    const Area *in_council = holder(&council, c), *in_police = holder(&police, c), *in_csa = holder(&csas, c);

    if (n != 3)
        stop("the chain of a case is neighbourhood, csa, district");
    counts.neighborhood_of += *t->neighborhood != 0;
    counts.neighborhood += labelled(t->neighborhood, chain[0]->name);
    counts.council_of += *t->council != 0;
    counts.council += *t->council && in_council && labelled(t->council, in_council->code);
    counts.police_of += *t->police != 0;
    counts.police += *t->police && in_police && labelled(t->police, in_police->name);
    counts.csa_of += in_csa != NULL;
    counts.csa += in_csa && !str_same(in_csa->code, chain[1]->code);
    bool sound = in_csa && !str_is(in_csa->code, "4") && !str_is(in_csa->code, "44");
    counts.sound_csa_of += sound;
    counts.sound_csa += sound && !str_same(in_csa->code, chain[1]->code);
    counts.planned += holder(&planning, c) != NULL;
}

static void count_case(const Ground *g, const Case *c) {
    Ticket *t = c->has.external_no ? ticket_of(c->external_no) : NULL;

    if (!t || t->seen)
        stop("a case without its ticket, or a ticket with two cases");
    t->seen = true;
    counts.cases++;
    counts.placed[c->placed]++;
    counts.closed_due += c->has.closed && c->has.external_due;
    counts.late += c->has.closed && c->has.external_due && c->closed.ms > c->external_due.ms;
    counts.with_unit += c->has.unit;
    counts.with_condition += c->has.condition;
    if (c->has.area)
        compare(g, c, t);
}

typedef struct Walk {
    CaseId before;
    size_t n;
} Walk;

static Err walk_page(Tx *tx, void *arg, Fault *f) {
    static Case rows[PAGE];
    Walk *w = arg;
    CaseFind find = { .page = 1, .limit = PAGE, .before = w->before };
    Page page = { rows, 0, PAGE };
    const Ground *g;
    Actor all;

    room.used = 0;
    tx_lend(tx, &room);
    find.has.before = w->before.v != 0;
    actor_in(ROLE_DISPATCHER, str("0"), (OrgId){ 0 }, &all);
    TRY(case_list(tx, &find, &all, &page, f));
    TRY(ground_borrow(tx, &g, f));
    for (size_t i = 0; i < page.n; i++)
        count_case(g, &rows[i]);
    ground_return(g);
    w->n = page.n;
    if (page.n)
        w->before = rows[page.n - 1].id;
    return OK;
}

static void walk_cases(void) {
    Walk w = { .n = PAGE };
    while (w.n == PAGE)
        MUST(store_read(store, -1, walk_page, &w, &fa));
}

static void judge_counts(void) {
    printf("   %8s  %s\n", "", "cases");
    expect("tickets that are cases", counts.cases, TICKETS, TICKETS);
    expect("in a grid", counts.placed[PLACED] + counts.placed[PLACED_BY_AGREEMENT], 8331, 8331);
    expect("queued: placeholder coordinates", counts.placed[PLACE_PLACEHOLDER], 885, 885);
    expect("queued: no coordinates", counts.placed[PLACE_MISSING], 590, 590);
    expect("queued: outside every grid", counts.placed[PLACE_OUTSIDE], 194, 194);
    expect("with a unit", counts.with_unit, TICKETS, TICKETS);
    expect("with a filing condition", counts.with_condition, TICKETS, TICKETS);
    expect("closed and with a due date", counts.closed_due, 9555, 9555);
    expect("closed after their due date", counts.late, 1567, 1567);
    printf("   %8s  %s\n", "", "grids beside the tickets' own labels");
    expect("neighbourhood labels", counts.neighborhood_of, 8331, 8331);
    expect("neighbourhoods that agree", counts.neighborhood, 8290, 8331);
    expect("council labels", counts.council_of, 8243, 8243);
    expect("council districts that agree", counts.council, 8213, 8243);
    expect("police labels", counts.police_of, 8331, 8331);
    expect("police districts that agree", counts.police, 8302, 8331);
    printf("   %8ld  in a planning district\n", counts.planned);
    expect("in a csa polygon", counts.csa_of, 8325, 8325);
    expect("in another csa polygon than the one their neighbourhood is grouped under", counts.csa, 835, 835);
    expect("in a csa polygon that is valid in the file: without 4 and 44", counts.sound_csa_of, 8053, 8053);
    expect("of these in another than their neighbourhood's", counts.sound_csa, 795, 795);
}

/* ---- the catalogue, the units, the queue: as the operations show them ---- */

static char text[1 << 21];

static Err call(const char *op, const Actor *by, const char *json) {
    Buf out = { text, 0, sizeof text, false, 0 };
    OpCall c = {
        .op = op_named(str(op)), .store = store, .slot = -1, .body = str(json), .arena = &room, .out = &out
    };

    room.used = 0;
    text[0] = 0;
    actor_copy(by, &c.by);
    return op_call(&c, &fa);
}

static Actor actor(Role role, int64_t unit, int64_t account) {
    Actor a;
    actor_in(role, str("0"), (OrgId){ unit }, &a);
    a.account.v = account;
    return a;
}

static const char *value(const char *name) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *p = strstr(text, key);
    if (!p)
        stop(name);
    p += strlen(key);
    return *p == '"' ? p + 1 : p;
}
static int64_t number(const char *name) { return strtoll(value(name), NULL, 10); }

static long occurrences(const char *what) {
    long n = 0;
    for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

static void judge_lists(void) {
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 11);

    printf("   %8s  %s\n", "", "lists");
    MUST(call("condition.list", &dispatcher, "{\"limit\":500}"));
    expect("filing conditions: 320 request types, and 15 that only tickets have",
           occurrences("\"finish_limit\""), 335, 335);
    MUST(call("org.list", &dispatcher, "{\"limit\":200}"));
    expect("units: 37 agencies, and 5 that only tickets have", occurrences("\"kind\""), 42, 42);
    MUST(call("case.count", &dispatcher, "{\"placed\":\"placeholder\"}"));
    expect("in the queue of placeholders", number("n"), 885, 885);
    MUST(call("case.count", &dispatcher, "{\"placed\":\"missing\"}"));
    expect("in the queue of the missing", number("n"), 590, 590);
    MUST(call("case.count", &dispatcher, "{\"placed\":\"outside\"}"));
    expect("in the queue of those outside", number("n"), 194, 194);
    expect("layers beside the governing one: areas", (long)(council.n + police.n + planning.n + csas.n),
           14 + 9 + 12 + 56, 14 + 9 + 12 + 56);
}

/* ---- two cases to closed ---- */

static void says(const char *what, const char *name, const char *expected) {
    bool good = strncmp(value(name), expected, strlen(expected)) == 0;
    printf("%s %8s  %s: %s\n", good ? "  " : "✗ ", "", what, expected);
    if (!good)
        printf("            not: %.60s\n", value(name));
    wrong += !good;
}

static void step(const Actor *by, int64_t id, const char *act, const char *more) {
    char json[512];
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 11);

    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    MUST(call("case.get", &dispatcher, json));
    snprintf(json, sizeof json, "{\"id\":\"%lld\",\"revision\":%lld,\"act\":\"%s\"%s}", (long long)id,
             (long long)number("revision"), act, more);
    MUST(call("case.act", by, json));
}

static int64_t condition_of(const char *code) {
    char json[128];
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 11);

    snprintf(json, sizeof json, "{\"code\":\"%s\"}", code);
    MUST(call("condition.list", &dispatcher, json));
    return number("id");
}

/* From accepted on. Unit, grid and clock must come out as given. */
static void work(int64_t id, const char *condition, const char *unit, const char *grid, const char *csa) {
    char more[128], json[64], name[96];
    Actor dispatcher = actor(ROLE_DISPATCHER, 0, 11), checker = actor(ROLE_CHECKER, 0, 13),
          caller = actor(ROLE_CALLBACK, 0, 14);

    snprintf(more, sizeof more, ",\"condition\":\"%lld\"", (long long)condition_of(condition));
    step(&dispatcher, id, "file", more);
    snprintf(json, sizeof json, "{\"id\":\"%lld\"}", (long long)id);
    MUST(call("case.view", &dispatcher, json));
    says("the unit that is proposed", "proposed_name", unit);
    snprintf(name, sizeof name, "\"name\":\"%s\"", grid);
    expect("the grid is in its chain", strstr(text, name) != NULL, 1, 1);
    snprintf(name, sizeof name, "\"name\":\"%s\"", csa);
    expect("and so are its csa and the district", strstr(text, name) && strstr(text, "\"code\":\"BAL\""), 1, 1);
    int64_t to = number("proposed");
    snprintf(more, sizeof more, ",\"unit\":\"%lld\"", (long long)to);
    step(&dispatcher, id, "dispatch", more);
    /* Five work days after Monday the 4th: Monday the 11th, 18:00 in summer time. */
    expect("its clock: 2019-03-11 18:00 in New York", number("finish_due"), 1552341600000, 1552341600000);
    Actor handler = actor(ROLE_HANDLER, to, 12);
    step(&handler, id, "take", "");
    step(&handler, id, "handle", ",\"note\":\"done\"");
    step(&checker, id, "pass", "");
    step(&caller, id, "feedback", ",\"note\":\"told\",\"answered\":true");
    step(&caller, id, "close", ",\"close_kind\":\"solved\"");
    says("in the end", "state", "closed");
}

typedef struct Find {
    const char *no;
    int64_t id;
} Find;

static Err find_case(Tx *tx, void *arg, Fault *f) {
    Find *find = arg;
    CaseImport in = { .external_no = str(find->no) };
    CaseImported out;
    Actor by;

    room.used = 0;
    tx_lend(tx, &room);
    actor_in(ROLE_DISPATCHER, str("0"), (OrgId){ 0 }, &by);
    TRY(case_import(tx, &in, &by, &out, f)); /* it is there: nothing is written, even on a reader */
    find->id = out.there ? out.made.id.v : 0;
    return OK;
}

static void work_two(void) {
    Actor resident, dispatcher = actor(ROLE_DISPATCHER, 0, 11);
    Find open = { .no = "19-00083307" };
    char json[64];

    clock_stop(MONDAY_MS);
    printf("   %8s  %s\n", "", "an imported ticket, 19-00083307, to closed");
    MUST(store_read(store, -1, find_case, &open, &fa));
    work(open.id, "SW-Bulk Scheduled", "Sanitation", "Lakeland", "Westport/Mount Winans/Lakeland");
    printf("   %8s  %s\n", "", "a new report to closed");
    actor_public(&resident);
    MUST(call("case.report", &resident,
              "{\"text\":\"The alley is dirty\",\"lon\":-76.61097,\"lat\":39.286547}"));
    snprintf(json, sizeof json, "{\"code\":\"%.14s\"}", value("code"));
    MUST(call("case.by_code", &dispatcher, json));
    int64_t id = number("id");
    step(&dispatcher, id, "accept", "");
    work(id, "SW-Dirty Alley", "Sanitation", "Inner Harbor", "Inner Harbor/Federal Hill");
}

int main(int argc, char **argv) {
    Installation in = {
        .dir = argc > 2 ? argv[2] : "", .store = argc > 3 ? argv[3] : "", .key_file = "", .readers = 1
    };

    if (argc < 3)
        return 2;
    record_begin();
    read_labels(argv[1]);
    MUST(zone_install("America/New_York", &fa));
    MUST(arena_begin(&room, ROOM, &fa));
    MUST(arena_begin(&kept, ROOM, &fa));
    MUST(installation_open(&in, &store, &fa));
    MUST(store_read(store, -1, load_layer, &council, &fa));
    MUST(store_read(store, -1, load_layer, &police, &fa));
    MUST(store_read(store, -1, load_layer, &planning, &fa));
    MUST(store_read(store, -1, load_layer, &csas, &fa));
    walk_cases();
    judge_counts();
    judge_lists();
    work_two();
    index_free(council.index);
    index_free(police.index);
    index_free(planning.index);
    index_free(csas.index);
    installation_close(store);
    arena_end(&room);
    arena_end(&kept);
    printf(wrong ? "%d numbers fall short\n" : "all numbers hold\n", wrong);
    return wrong != 0;
}
