/* locate – which grid holds a point, and the chain above it; or which places words
 * may mean. */
#include "command.h"

#include "area.h"
#include "place.h"

#include <stdio.h>

typedef struct Asked {
    Spot spot;
    PlaceWords words;
    Arena arena;
    Located found;
    PlaceLocated meant;
} Asked;

static Err ask(Tx *tx, void *arg, Fault *f) {
    Asked *q = arg;
    Actor nobody;

    tx_lend(tx, &q->arena);
    actor_public(&nobody);
    if (q->words.text.n)
        return place_locate(tx, &q->words, &nobody, &q->meant, f);
    return area_locate(tx, &q->spot, &nobody, &q->found, f);
}

static Err print_json(const Record *r, const void *row, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 12, 1 << 20, f));
    record_encode(r, row, READ_ALL, &b);
    printf("%s\n", b.p);
    buf_end(&b);
    return OK;
}

/* ---- a point ---- */

static void print_links(const char *head, const List *list) {
    const ChainLink *links = list->rows;

    for (size_t i = 0; i < list->n; i++) {
        const Choice *level = choice_numbered(&area_level_choices, (int64_t)links[i].level);
        printf("%s%-20.*s %.*s  (%s / %s)\n", head, (int)links[i].code.n, links[i].code.p, (int)links[i].name.n,
               links[i].name.p, level->zh, level->en);
    }
}

static void print_chain(const Located *found) {
    if (!found->found)
        printf("没有网格包含这一点。/ No grid holds this point.\n");
    else if (!found->whole)
        printf("链条不到最小网格。/ The chain ends above the finest level.\n");
    print_links("", &found->chain);
    if (found->border.n)
        printf("按边界约定 / by agreement: %.*s\n", (int)found->border.n, found->border.p);
    if (found->near.n > 1) {
        printf("30 米内的网格 / grids within 30 m:\n");
        print_links("  ", &found->near);
    }
}

/* ---- words ---- */

static void print_words(const List *list) {
    const WordSpan *spans = list->rows;

    for (size_t i = 0; i < list->n; i++)
        printf(" “%.*s”", (int)spans[i].word.n, spans[i].word.p);
}

static void print_places(const PlaceLocated *meant) {
    const PlaceHit *hits = meant->places.rows;
    const Choice *verdict = choice_numbered(&words_verdict_choices, (int64_t)meant->verdict);
    const Choice *reason = choice_numbered(&words_reason_choices, (int64_t)meant->reason);

    printf("%s：%s / %s: %s\n", verdict->zh, reason->zh, verdict->en, reason->en);
    for (size_t i = 0; i < meant->places.n; i++) {
        const Choice *kind = choice_numbered(&place_kind_choices, (int64_t)hits[i].kind);
        printf("%3d  %.*s  (%s / %s, %.*s)", hits[i].score, (int)hits[i].name.n, hits[i].name.p, kind->zh,
               kind->en, (int)hits[i].area_name.n, hits[i].area_name.p);
        print_words(&hits[i].words);
        printf("\n");
    }
    if (meant->rooms.n) {
        printf("室号 / rooms:");
        print_words(&meant->rooms);
        printf("\n");
    }
}

/* ---- the command ---- */

static Err read_asked(char **argv, const char *text, Asked *q, Fault *f) {
    const Pair words[] = { { str("text"), str(text ? text : "") } };

    TRY(arena_begin(&q->arena, 1 << 20, f));
    if (text)
        return record_decode(&place_words_record, (Str){ 0 }, words, COUNT(words), &q->arena, &q->words, f);
    const Pair pairs[] = { { str("lon"), str(argv[0]) }, { str("lat"), str(argv[1]) } };
    return record_decode(&spot_asked_record, (Str){ 0 }, pairs, COUNT(pairs), &q->arena, &q->spot, f);
}

int run_locate(const Config *c, int argc, char **argv) {
    bool json = command_json();
    const char *text = command_option(&argc, argv, "--text");
    Installation in = command_installation(c);
    Asked q = { 0 };
    Store *s = NULL;
    Fault f;

    if (argc != (text ? 0 : 2))
        return command_usage(command_named("locate"));
    Err e = read_asked(argv, text, &q, &f);
    e = e == OK ? installation_open(&in, &s, &f) : e;
    e = e == OK ? store_read(s, -1, ask, &q, &f) : e;
    if (e == OK && json)
        e = text ? print_json(&place_located_record, &q.meant, &f) : print_json(&located_record, &q.found, &f);
    else if (e == OK && text)
        print_places(&q.meant);
    else if (e == OK)
        print_chain(&q.found);
    installation_close(s);
    arena_end(&q.arena);
    return e == OK ? EXIT_OK : command_fault(&f);
}
