/* case_tile – the open cases within the caller's scope as points of a vector tile:
 * below zoom 13 counted into clusters, from there on one by one.
 *
 * The scope is in the query, so a tile holds what its caller may see and nothing
 * else. History is never here: only open cases, so the cost does not grow with it.
 *
 * The tag stands for scope, committed changes and minute. The store counts commits
 * of this server, and PostgreSQL tells of those of others; any commit makes a new
 * tag, which errs on the side of asking again. The minute is in it because being
 * late needs no commit. A server's tags are its own: the key is drawn at start. */
#include "case.h"

#include "case_q.h"
#include "random.h"
#include "seal.h"
#include "tile.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { KEYS = 4, SOON_MS = 24 * 3600 * 1000, TILE_BYTES = 15 << 20 };
static const TileKey keys[KEYS] = {
    { "id", false }, { "state", false }, { "urgency", false }, { "due", false }
};

static uint8_t tag_key[32];
static pthread_once_t tag_key_once = PTHREAD_ONCE_INIT;
static void draw_tag_key(void) { random_bytes(tag_key, sizeof tag_key); }

static Urgency urgency_of(const CasePin *c, int64_t now_ms) {
    if (c->danger)
        return URGENCY_DANGER;
    if (!c->has.due || c->due.ms - now_ms > SOON_MS)
        return URGENCY_IN_TIME;
    return c->due.ms < now_ms ? URGENCY_LATE : URGENCY_SOON;
}

typedef struct Pinning {
    TilePins *pins;
    int64_t now_ms;
} Pinning;

static Err pin_case(void *ctx, const void *row, Fault *f) {
    const Pinning *p = ctx;
    const CasePin *c = row;
    Urgency urgency = urgency_of(c, p->now_ms);
    char id[24];

    snprintf(id, sizeof id, "%lld", (long long)c->id.v);
    TileValue values[KEYS] = { { TILE_TEXT, str(id), 0 },
                               { TILE_NUMBER, { 0 }, (int64_t)c->state },
                               { TILE_NUMBER, { 0 }, (int64_t)urgency },
                               { c->has.due ? TILE_NUMBER : TILE_ABSENT, { 0 }, c->due.ms } };
    return tile_pins_add(p->pins, (Point){ c->lon, c->lat }, (int32_t)urgency, values, f);
}

static Err pin_cases(Tx *tx, TileAddress at, const Scope *scope, Buf *out, Fault *f) {
    Box box = tile_ground(at);
    PinFind find = { .west = box.west, .east = box.east, .south = box.south, .north = box.north };
    Pinning p = { .now_ms = clock_now_ms() };

    TRY(tile_pins_begin("cases", keys, KEYS, at, &p.pins, f));
    Err e = tx_each(tx, &case_pins_query, (const void *const[]){ &find, scope }, pin_case, &p, f);
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
    Err e = pin_cases(tx, at, &by->scope, &tile, f);
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
    int n = snprintf(text, sizeof text, "%.*s %.*s %lld %lld %lld %lld", (int)s->path_low.n, s->path_low.p,
                     (int)s->path_high.n, s->path_high.p, (long long)s->unit_low, (long long)s->unit_high,
                     (long long)tx_news(tx), (long long)(clock_now_ms() / 60000));
    hash_32("case tile", tag_key, (Str){ text, (size_t)n }, hash);
    *ret = (Tag){ .keep_s = 0 };
    for (size_t i = 0; i < 12; i++)
        snprintf(ret->text + 2 * i, 3, "%02x", hash[i]);
    return OK;
}
