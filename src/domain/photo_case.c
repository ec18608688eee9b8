/* photo_case – see photo_case.h. Uploads, their way to a case, and their end; who may
 * see them stands in photo_see.c. */
#include "photo_case.h"

#include "photo_q.h"
#include "photo_reader.h"
#include "photo_see.h"
#include "random.h"
#include "seal.h"

#include <stdio.h>
#include <string.h>

enum { CLAIM_BYTES = 16, CLAIM_CHARS = 2 * CLAIM_BYTES, HASH_BYTES = 32 };

/* ---- upload ---- */

Err photo_add_prepare(Tx *tx, PhotoNew *in, const Actor *by, Fault *f) {
    PhotoMade made;

    (void)by;
    TRY(photo_reader_make(in->has.file ? in->file : (Str){ "", 0 }, tx_arena(tx), &made, f));
    in->large = made.large;
    in->small = made.small;
    in->width = made.width;
    in->height = made.height;
    in->has.large = in->has.small = in->has.width = in->has.height = true;
    return OK;
}

Err photo_files_put(Tx *tx, PhotoId id, PhotoForm form, Str large, Str small, Fault *f) {
    PhotoFile file = { .photo = id, .form = form, .size = PHOTO_SIZE_LARGE, .body = large };
    int64_t changed;

    TRY(sql_photo_file_add(tx, &file, &changed, f));
    file.size = PHOTO_SIZE_SMALL;
    file.body = small;
    return sql_photo_file_add(tx, &file, &changed, f);
}

static void claim_hash(Str text, uint8_t ret[HASH_BYTES]) { hash_32("photo claim", NULL, text, ret); }

/* Only its hash is kept: who reads the table cannot take somebody's photo. */
static Err make_claim(Tx *tx, Str *ret_text, uint8_t ret_hash[HASH_BYTES], Fault *f) {
    uint8_t bytes[CLAIM_BYTES];
    char text[CLAIM_CHARS + 1];

    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < CLAIM_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    claim_hash(str(text), ret_hash);
    return str_copy(tx_arena(tx), str(text), ret_text, f);
}

Err photo_add(Tx *tx, const PhotoNew *in, const Actor *by, PhotoKept *ret, Fault *f) {
    uint8_t hash[HASH_BYTES];
    PhotoKept kept = { .width = in->width, .height = in->height };
    int64_t changed;

    TRY(make_claim(tx, &kept.claim, hash, f));
    Photo p = { .id = { id_new(0) },
                .claim = { (const char *)hash, sizeof hash },
                .shows = PHOTO_BEFORE,
                .width = in->width,
                .height = in->height,
                .made = moment_now(),
                .made_by = by->account };
    p.has.claim = true;
    p.has.made_by = by->account.v != 0;
    TRY(sql_photo_add(tx, &p, &changed, f));
    TRY(photo_files_put(tx, p.id, PHOTO_ORIGINAL, in->large, in->small, f));
    kept.has.claim = kept.has.width = kept.has.height = true;
    *ret = kept;
    return OK;
}

/* ---- to a case ---- */

static Err gone(const char *field, Fault *f) {
    return fault(f, ERR_INVALID, "photo_gone", field, "有一张照片已经用过或已过期，请重新选择照片。",
                 "One of the photos was used already, or has expired: choose the photos again.");
}

static Err attach_one(Tx *tx, Str claim, const char *field, CaseId to, PhotoOf shows, const Actor *by,
                      Fault *f) {
    uint8_t hash[HASH_BYTES];
    PhotoClaim key = { .claim = { (const char *)hash, sizeof hash } };
    Photo p;
    int64_t changed;
    size_t n;

    if (claim.n != CLAIM_CHARS)
        return gone(field, f);
    claim_hash(claim, hash);
    TRY(sql_photo_by_claim(tx, &key, &p, 1, &n, f));
    if (n == 0 || (p.has.made_by && p.made_by.v != by->account.v) ||
        p.made.ms < clock_now_ms() - PHOTO_CLAIM_HOURS * 3600000LL)
        return gone(field, f);
    p.case_id = to;
    p.shows = shows;
    p.has.case_id = true;
    p.has.claim = false;
    return sql_photo_save(tx, &p, &changed, f);
}

static Err too_many(const char *field, int most, Fault *f) {
    return fault(f, ERR_INVALID, "photos_many", field, "照片太多：最多 %d 张。", "Too many photos: at most %d.",
                 most);
}

Err photo_attach(Tx *tx, Str claims, const char *field, CaseId to, PhotoOf shows, const Actor *by, Fault *f) {
    Photo *there = arena_take(tx_arena(tx), (PHOTO_CASE_MAX + 1) * sizeof *there);
    CaseKey key = { .id = to };
    size_t n, count = 0;

    if (!there)
        return fault_arena(f);
    TRY(sql_photo_of_case(tx, &key, there, PHOTO_CASE_MAX + 1, &n, f));
    for (size_t at = 0, end; at < claims.n; at = end + 1) {
        for (end = at; end < claims.n && claims.p[end] != ' '; end++)
            ;
        if (end == at)
            continue;
        if (++count > PHOTO_ONCE_MAX)
            return too_many(field, PHOTO_ONCE_MAX, f);
        if (n + count > PHOTO_CASE_MAX)
            return too_many(field, PHOTO_CASE_MAX, f);
        TRY(attach_one(tx, (Str){ claims.p + at, end - at }, field, to, shows, by, f));
    }
    return OK;
}

/* ---- the end ---- */

static Err erase(Tx *tx, const Photo *photos, size_t n, Fault *f) {
    int64_t changed;

    for (size_t i = 0; i < n; i++) {
        PhotoKey key = { .id = photos[i].id };
        TRY(sql_photo_files_drop(tx, &key, &changed, f));
        TRY(sql_photo_drop(tx, &key, &changed, f));
    }
    return OK;
}

Err photo_erase_unclaimed(Tx *tx, int64_t *ret_n, int32_t most, Fault *f) {
    OlderThan old = { .before = moment_at(clock_now_ms() - PHOTO_CLAIM_HOURS * 3600000LL), .limit = most };
    Photo *due = arena_take(tx_arena(tx), (size_t)most * sizeof *due);
    size_t n;

    if (!due)
        return fault_arena(f);
    TRY(sql_photo_unclaimed(tx, &old, due, (size_t)most, &n, f));
    TRY(erase(tx, due, n, f));
    *ret_n = (int64_t)n;
    return OK;
}

Err photo_erase_due(Tx *tx, int64_t *ret_n, int32_t most, Fault *f) {
    OlderThan old = { .before = moment_at(clock_now_ms() - PHOTO_KEPT_DAYS * 86400000LL), .limit = most };
    Photo *due = arena_take(tx_arena(tx), (size_t)most * sizeof *due);
    size_t n;

    if (!due)
        return fault_arena(f);
    TRY(sql_photo_due(tx, &old, due, (size_t)most, &n, f));
    TRY(erase(tx, due, n, f));
    *ret_n = (int64_t)n;
    return OK;
}
