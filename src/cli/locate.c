/* locate – which grid holds a point, and the chain above it. */
#include "command.h"

#include "area.h"

#include <stdio.h>

typedef struct Asked {
    Spot spot;
    Arena arena;
    Located found;
} Asked;

static Err ask(Tx *tx, void *arg, Fault *f) {
    Asked *q = arg;
    Actor nobody;

    q->arena.used = 0;
    tx_lend(tx, &q->arena);
    actor_public(&nobody);
    return area_locate(tx, &q->spot, &nobody, &q->found, f);
}

static void print_links(const char *head, const List *list) {
    const ChainLink *links = list->rows;

    for (size_t i = 0; i < list->n; i++) {
        const Choice *level = choice_numbered(&area_level_choices, (int64_t)links[i].level);
        printf("%s%-20.*s %.*s  (%s / %s)\n", head, (int)links[i].code.n, links[i].code.p, (int)links[i].name.n,
               links[i].name.p, level->zh, level->en);
    }
}

static Err print_json(const Located *found, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 12, 1 << 20, f));
    record_encode(&located_record, found, READ_ALL, &b);
    printf("%s\n", b.p);
    buf_end(&b);
    return OK;
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

int run_locate(const Config *c, int argc, char **argv) {
    bool json = command_json();
    Installation in = command_installation(c);
    Asked q = { 0 };
    Store *s = NULL;
    Fault f;

    if (argc != 2)
        return command_usage(command_named("locate"));
    const Pair pairs[] = { { str("lon"), str(argv[0]) }, { str("lat"), str(argv[1]) } };
    Err e = arena_begin(&q.arena, 1 << 20, &f);
    e = e == OK ? record_decode(&spot_asked_record, (Str){ 0 }, pairs, COUNT(pairs), &q.arena, &q.spot, &f) : e;
    e = e == OK ? installation_open(&in, &s, &f) : e;
    e = e == OK ? store_read(s, -1, ask, &q, &f) : e;
    if (e == OK && json)
        e = print_json(&q.found, &f);
    else if (e == OK)
        print_chain(&q.found);
    installation_close(s);
    arena_end(&q.arena);
    return e == OK ? EXIT_OK : command_fault(&f);
}
