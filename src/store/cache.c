/* cache – the text of queries, prepared statements by query and mask, and the
 * sentences that both drivers say. See driver.h. */
#include "driver.h"

#include <string.h>

const Field *query_field(const Query *q, QueryPlace at) {
    size_t n;
    return &q->takes[at.arg]->fields(&n)[at.field];
}

static bool in_mask(size_t filter, unsigned mask) { return filter == 0 || (mask >> (filter - 1) & 1); }

bool query_uses(const Query *q, size_t p, unsigned mask) { return in_mask(q->params[p].filter, mask); }

Kind query_kind(const Query *q, size_t p) {
    QueryPlace at = q->params[p].at;
    return column_kind(query_field(q, at), at.part);
}

Err query_text(const Query *q, unsigned mask, Dialect d, char ret[QUERY_SQL_MAX], Fault *f) {
    Buf b = { ret, 0, QUERY_SQL_MAX, false, 0 };
    for (size_t i = 0; i < q->n_pieces; i++)
        if (in_mask(q->pieces[i].filter, mask))
            buf_str(&b, q->pieces[i].sql[d]);
    return b.full ? fault(f, ERR_LIMIT, "query_too_long", "", "查询太长：%s。", "The query is too long: %s.",
                          q->name)
                  : OK;
}

static size_t bucket(const Query *q, unsigned mask) {
    return (size_t)(((uintptr_t)q / 8 + mask) * 0x9E3779B97F4A7C15u >> 32) % CACHE;
}

Cached *cache_find(Cache *c, const Query *q, unsigned mask) {
    for (int i = c->buckets[bucket(q, mask)]; i; i = c->slots[i - 1].next)
        if (c->slots[i - 1].q == q && c->slots[i - 1].mask == mask) {
            c->slots[i - 1].used = ++c->uses;
            return &c->slots[i - 1];
        }
    return NULL;
}

static void unlink_slot(Cache *c, Cached *slot) {
    int *link = &c->buckets[bucket(slot->q, slot->mask)];
    while (&c->slots[*link - 1] != slot)
        link = &c->slots[*link - 1].next;
    *link = slot->next;
    slot->q = NULL;
}

Cached *cache_room(Cache *c) {
    Cached *oldest = NULL;

    if (c->n < CACHE)
        return &c->slots[c->n++];
    for (Cached *s = c->slots; s < c->slots + CACHE; s++)
        if (!s->running && (!oldest || s->used < oldest->used))
            oldest = s;
    if (oldest && oldest->q)
        unlink_slot(c, oldest);
    return oldest;
}

void cache_put(Cache *c, Cached *slot, const Query *q, unsigned mask, void *statement) {
    size_t b = bucket(q, mask);
    *slot = (Cached){ q, mask, c->buckets[b], statement, ++c->uses, false };
    c->buckets[b] = cache_number(c, slot) + 1;
}

int cache_number(const Cache *c, const Cached *slot) { return (int)(slot - c->slots); }

/* ---- sentences ---- */

Err fault_exists(Fault *f) {
    return fault(f, ERR_CONFLICT, "exists_already", "", "已有同样的记录。", "Such a record exists already.");
}

Err fault_disk_full(Fault *f) {
    return fault(f, ERR_STORE, "disk_full", "", "服务器磁盘已满，没有保存。请管理员清理磁盘后再试。",
                 "The server's disk is full; nothing was saved. Free some space, then try again.");
}

Err fault_store(Fault *f) {
    return fault(f, ERR_STORE, "store_failed", "", "存储出错，没有保存。",
                 "The store failed; nothing was saved.");
}

Err fault_store_busy(Fault *f) {
    return fault(f, ERR_BUSY, "store_busy", "", "系统忙，请稍后再试。", "The store is busy; try again later.");
}

Err fault_nul(const char *field, Fault *f) {
    return fault(f, ERR_INVALID, "text_nul", field, "文字中不能有 NUL 字符。",
                 "A text must not contain a NUL character.");
}
