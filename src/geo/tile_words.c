/* tile_words – values as they stand in a tile's layer, equal ones once. Each is kept
 * as the bytes of its field, so that a tile only copies. */
#include "tile_inside.h"

#include <string.h>

#define WORDS_MAX (1u << 30)

/* A Value of vector_tile.proto as field 4 of a layer: text is its field 1, a
 * number its field 5, or 6 (zigzag) below zero. */
static void value_print(const TileValue *v, Buf *b) {
    char inner[16], head[16];
    size_t n = 0, body = v->kind == TILE_TEXT ? v->text.n : 0;

    inner[n++] = v->kind == TILE_TEXT ? 0x0A : v->number < 0 ? 0x30 : 0x28;
    n += tile_varint(v->kind == TILE_TEXT ? body
                     : v->number < 0      ? zigzag(v->number)
                                          : (uint64_t)v->number,
                     inner + n);
    buf_char(b, 0x22);
    buf_put(b, head, tile_varint(n + body, head));
    buf_put(b, inner, n);
    buf_put(b, v->text.p, body);
}

static uint32_t hash_of(Str s) {
    uint64_t h = 0xCBF29CE484222325ull;

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001B3ull;
    return (uint32_t)(h >> 32 ^ h);
}

Str tile_words_get(const TileWords *w, int32_t word) {
    return (Str){ w->bytes.p + w->at.p[word], w->at.p[word + 1] - w->at.p[word] };
}

/* The slot of these bytes, or the free one where they belong. */
static int32_t *slot_of(const TileWords *w, Str bytes) {
    uint32_t at = hash_of(bytes) & w->mask;

    while (w->slots[at] >= 0 && !str_same(tile_words_get(w, w->slots[at]), bytes))
        at = (at + 1) & w->mask;
    return &w->slots[at];
}

static Err slots_make(TileWords *w, uint32_t size, Fault *f) {
    int32_t *slots = mem_alloc((size_t)size * sizeof *slots);
    if (!slots)
        return fault_memory(f);
    memset(slots, -1, (size_t)size * sizeof *slots);
    mem_free(w->slots);
    w->slots = slots;
    w->mask = size - 1;
    for (int32_t i = 0; i + 1 < w->at.n; i++)
        *slot_of(w, tile_words_get(w, i)) = i;
    return OK;
}

Err tile_words_begin(TileWords *w, int64_t expected, Fault *f) {
    uint32_t size = 64;

    *w = (TileWords){ 0 };
    while (size < 2 * expected && size < 1u << 30)
        size *= 2;
    TRY(buf_begin(&w->bytes, 1024, WORDS_MAX, f));
    TRY(slots_make(w, size, f));
    LIST_ADD(w->at, 0, f);
    return OK;
}

Err tile_words_put(TileWords *w, const TileValue *v, int32_t *ret, Fault *f) {
    size_t from = w->bytes.n;

    if (2 * (uint32_t)w->at.n > w->mask)
        TRY(slots_make(w, (w->mask + 1) * 2, f));
    value_print(v, &w->bytes);
    if (w->bytes.full)
        return fault(f, ERR_LIMIT, "layer_too_large", "", "图层的文字太多。", "The layer has too many words.");
    int32_t *slot = slot_of(w, (Str){ w->bytes.p + from, w->bytes.n - from });
    if (*slot < 0) {
        LIST_ADD(w->at, (uint32_t)w->bytes.n, f);
        *slot = w->at.n - 2;
    } else
        w->bytes.n = from;
    *ret = *slot;
    return OK;
}

void tile_words_end(TileWords *w) {
    mem_free(w->slots);
    mem_free(w->at.p);
    buf_end(&w->bytes);
    w->slots = NULL;
    w->at.p = NULL;
}
