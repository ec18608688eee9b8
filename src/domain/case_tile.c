/* case_tile – the open cases within the caller's scope as points of a vector tile:
 * below zoom 13 counted into clusters, from there on one by one. It takes the questions
 * of the list, so that both show the same cases.
 *
 * The scope is in the query, so a tile holds what its caller may see and nothing
 * else. History is never here: only open cases, so the cost does not grow with it.
 *
 * The tag stands for scope, role, committed changes and minute. The store counts commits
 * of this server, and PostgreSQL tells of those of others; any commit makes a new
 * tag, which errs on the side of asking again. The minute is in it because being
 * late needs no commit. A server's tags are its own: the key is drawn at start. */
#include "case.h"

#include "case_q.h"
#include "random.h"
#include "seal.h"
#include "setting.h"
#include "tile.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { KEYS = 4, MINUTE_MS = 60000, TILE_BYTES = 15 << 20 };
static const TileKey keys[KEYS] = {
    { "id", false }, { "state", false }, { "urgency", false }, { "due", false }
};

static uint8_t tag_key[32];
static pthread_once_t tag_key_once = PTHREAD_ONCE_INIT;
static void draw_tag_key(void) { random_bytes(tag_key, sizeof tag_key); }

static Urgency urgency_of(const CasePin *c, int64_t now_ms, int64_t soon_ms) {
    if (c->danger)
        return URGENCY_DANGER;
    if (!c->has.due || c->due.ms - now_ms > soon_ms)
        return URGENCY_IN_TIME;
    return c->due.ms < now_ms ? URGENCY_LATE : URGENCY_SOON;
}

typedef struct Pinning {
    TilePins *pins;
    int64_t now_ms;
    int32_t soon_minutes; /* of the city's settings, as on the desk */
} Pinning;

static Err pin_case(void *ctx, const void *row, Fault *f) {
    const Pinning *p = ctx;
    const CasePin *c = row;
    Urgency urgency = urgency_of(c, p->now_ms, (int64_t)p->soon_minutes * MINUTE_MS);
    char id[24];

    snprintf(id, sizeof id, "%lld", (long long)c->id.v);
    TileValue values[KEYS] = { { TILE_TEXT, str(id), 0 },
                               { TILE_NUMBER, { 0 }, (int64_t)c->state },
                               { TILE_NUMBER, { 0 }, (int64_t)urgency },
                               { c->has.due ? TILE_NUMBER : TILE_ABSENT, { 0 }, c->due.ms } };
    return tile_pins_add(p->pins, (Point){ c->lon, c->lat }, (int32_t)urgency, values, f);
}

/* The questions that the map shares with the list, on the ground of the tile. */
static CaseFind find_of(const TileOfCases *in, Box box) {
    CaseFind find = { .open = true,
                      .page = 1,
                      .limit = 1,
                      .west = box.west,
                      .east = box.east,
                      .south = box.south,
                      .north = box.north,
                      .state = in->state,
                      .unit = in->unit,
                      .within = in->within,
                      .due_from = in->due_from,
                      .due_before = in->due_before,
                      .todo = in->todo,
                      .words = in->words };

    find.has.open = find.has.page = find.has.limit = true;
    find.has.west = find.has.east = find.has.south = find.has.north = true;
    find.has.state = in->has.state;
    find.has.unit = in->has.unit;
    find.has.within = in->has.within;
    find.has.due_from = in->has.due_from;
    find.has.due_before = in->has.due_before;
    find.has.todo = in->has.todo;
    find.has.words = in->has.words;
    return find;
}

static Err pin_cases(Tx *tx, TileAddress at, const TileOfCases *in, const Actor *by, Buf *out, Fault *f) {
    CaseFind asked = find_of(in, tile_ground(at)), find;
    Pinning p = { .now_ms = clock_now_ms() };

    TRY(case_find_ready(tx, &asked, by, &find, f));
    TRY(setting_soon(tx, &p.soon_minutes, f));
    TRY(tile_pins_begin("cases", keys, KEYS, at, &p.pins, f));
    Err e = tx_each(tx, &case_pins_query, (const void *const[]){ &find, &by->scope }, pin_case, &p, f);
    if (e == OK)
        return tile_pins_end(p.pins, out, f);
    tile_pins_free(p.pins);
    return e;
}

Err case_tile(Tx *tx, const TileOfCases *in, const Actor *by, Bytes *ret, Fault *f) {
    TileAddress at = { in->z, in->x, in->y };
    Buf tile;
    Bytes out = { 0 };

    if (!tile_address_ok(at))
        return tile_address_fault(f);
    TRY(buf_begin(&tile, 4096, TILE_BYTES, f));
    Err e = pin_cases(tx, at, in, by, &tile, f);
    if (e == OK)
        e = str_copy(tx_arena(tx), buf_view(&tile), &out.body, f);
    buf_end(&tile);
    TRY(e);
    out.has.body = out.body.n > 0;
    *ret = out;
    return OK;
}

Err case_tile_tag(Tx *tx, const TileOfCases *in, const Actor *by, Tag *ret, Fault *f) {
    char text[256];
    uint8_t hash[32];
    const Scope *s = &by->scope;

    (void)in, (void)f;
    pthread_once(&tag_key_once, draw_tag_key);
    int n = snprintf(text, sizeof text, "%.*s %.*s %lld %lld %lld %lld %lld %d", (int)s->path_low.n,
                     s->path_low.p, (int)s->path_high.n, s->path_high.p, (long long)s->unit_low,
                     (long long)s->unit_high, (long long)s->self, (long long)tx_news(tx),
                     (long long)(clock_now_ms() / MINUTE_MS), (int)by->role);
    hash_32("case tile", tag_key, (Str){ text, (size_t)n }, hash);
    *ret = (Tag){ .keep_s = 0 };
    for (size_t i = 0; i < 12; i++)
        snprintf(ret->text + 2 * i, 3, "%02x", hash[i]);
    return OK;
}
