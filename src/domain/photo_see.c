/* photo_see – who sees which picture of a photo, and how it becomes public: covered by a
 * dispatcher, then released by a person's act, which stands in the access log. */
#include "photo_see.h"

#include "access.h"
#include "case.h"
#include "case_public.h"
#include "catalogue.h"
#include "photo_q.h"
#include "photo_reader.h"
#include "words_q.h"

#include <stdio.h>

/* ---- loading ---- */

static Err unknown(Fault *f) {
    return fault(f, ERR_NOT_FOUND, "photo_unknown", "id", "没有这张照片，或不对您公开。",
                 "There is no such photo, or it is not for you to see.");
}

static Err load(Tx *tx, PhotoId id, Photo *ret, Fault *f) {
    PhotoKey key = { .id = id };
    Photo p;
    size_t n;

    TRY(sql_photo_by_id(tx, &key, &p, 1, &n, f));
    if (n == 0 || !p.has.case_id)
        return unknown(f);
    *ret = p;
    return OK;
}

/* Of a case in his part of the city. */
static Err load_seen(Tx *tx, PhotoId id, const Actor *by, Photo *ret, Case *ret_case, Fault *f) {
    TRY(load(tx, id, ret, f));
    return case_load(tx, ret->case_id, by, ret_case, f);
}

/* 0: none. A unit is outside: it sees its own, and what was released. */
static PhotoForm form_for(const Photo *p, const Actor *by) {
    bool outside = by->role == ROLE_HANDLER || by->role == ROLE_PROPERTY,
         own = p->has.made_by && p->made_by.v == by->account.v;

    if (!outside || own)
        return PHOTO_ORIGINAL;
    return p->has.released ? PHOTO_COVERED : (PhotoForm)0;
}

static Err give(Tx *tx, PhotoId id, PhotoSize size, PhotoForm form, Bytes *ret, Fault *f) {
    PhotoAsk key = { .id = id, .size = size, .form = form };
    PhotoFile file;
    size_t n;

    TRY(sql_photo_file_get(tx, &key, &file, 1, &n, f));
    if (n == 0)
        return unknown(f);
    *ret = (Bytes){ .body = file.body };
    ret->has.body = true;
    return OK;
}

/* Covering anew makes another picture. */
static void tag_of(const Photo *p, PhotoSize size, PhotoForm form, int32_t keep_s, Tag *ret) {
    *ret = (Tag){ .keep_s = keep_s };
    snprintf(ret->text, sizeof ret->text, "%llx-%d%d-%llx", (unsigned long long)p->id.v, (int)form, (int)size,
             (unsigned long long)(form == PHOTO_COVERED && p->has.released ? p->released.ms : 0));
}

/* ---- staff ---- */

static PhotoShown shown(const Photo *p, PhotoForm form) {
    PhotoShown s = { .id = p->id,
                     .shows = p->shows,
                     .width = p->width,
                     .height = p->height,
                     .made = p->made,
                     .covered = p->covered,
                     .released = p->has.released,
                     .form = form };
    s.has.id = s.has.shows = s.has.width = s.has.height = s.has.made = s.has.covered = s.has.released = true;
    s.has.form = form != 0;
    return s;
}

static Err of_case(Tx *tx, CaseId id, Photo **ret, size_t *ret_n, Fault *f) {
    CaseKey key = { .id = id };

    *ret = arena_take(tx_arena(tx), PHOTO_CASE_MAX * sizeof **ret);
    if (!*ret)
        return fault_arena(f);
    return sql_photo_of_case(tx, &key, *ret, PHOTO_CASE_MAX, ret_n, f);
}

Err photo_list(Tx *tx, const CaseKey *in, const Actor *by, Page *ret, Fault *f) {
    PhotoShown *rows = ret->rows;
    Photo *photos;
    Case c;
    size_t n;

    TRY(case_load(tx, in->id, by, &c, f));
    TRY(of_case(tx, c.id, &photos, &n, f));
    for (size_t i = 0; i < n && i < ret->max; i++)
        rows[i] = shown(&photos[i], form_for(&photos[i], by));
    ret->n = n < ret->max ? n : ret->max;
    return OK;
}

/* Faces and doors can be made out in a large original, so each look at one is logged. */
static Err judge_size(const PhotoAsk *in, PhotoForm form, Fault *f) {
    return form == PHOTO_ORIGINAL && in->size == PHOTO_SIZE_LARGE
               ? fault(f, ERR_INVALID, "photo_open", "size",
                       "看原图大图要逐次打开（photo.open），会记入查阅记录。",
                       "The large original is opened by itself (photo.open), which is logged.")
               : OK;
}

static Err see(Tx *tx, const PhotoAsk *in, const Actor *by, Photo *ret, PhotoForm *ret_form, Fault *f) {
    Case c;

    TRY(load_seen(tx, in->id, by, ret, &c, f));
    *ret_form = form_for(ret, by);
    if (*ret_form == PHOTO_ORIGINAL && in->form == PHOTO_COVERED)
        *ret_form = PHOTO_COVERED;
    return *ret_form ? judge_size(in, *ret_form, f) : unknown(f);
}

Err photo_get(Tx *tx, const PhotoAsk *in, const Actor *by, Bytes *ret, Fault *f) {
    Photo p;
    PhotoForm form;

    TRY(see(tx, in, by, &p, &form, f));
    return give(tx, p.id, in->size, form, ret, f);
}

Err photo_get_tag(Tx *tx, const PhotoAsk *in, const Actor *by, Tag *ret, Fault *f) {
    Photo p;
    PhotoForm form;

    TRY(see(tx, in, by, &p, &form, f));
    tag_of(&p, in->size, form, 0, ret);
    if (form == PHOTO_COVERED)
        snprintf(ret->text, sizeof ret->text, "%llx", (unsigned long long)tx_news(tx));
    return OK;
}

static Err load_original(Tx *tx, PhotoId id, const Actor *by, Photo *ret, Fault *f) {
    Case c;

    TRY(load_seen(tx, id, by, ret, &c, f));
    return form_for(ret, by) == PHOTO_ORIGINAL ? OK : unknown(f);
}

Err photo_open(Tx *tx, const PhotoKey *in, const Actor *by, Bytes *ret, Fault *f) {
    Photo p;
    Bytes picture;

    TRY(load_original(tx, in->id, by, &p, f));
    TRY(give(tx, p.id, PHOTO_SIZE_LARGE, PHOTO_ORIGINAL, &picture, f));
    TRY(access_write(tx, p.case_id, by, str("看照片原图"), f));
    *ret = picture;
    return OK;
}

Err photo_open_tag(Tx *tx, const PhotoKey *in, const Actor *by, Tag *ret, Fault *f) {
    Photo p;

    TRY(load_original(tx, in->id, by, &p, f));
    tag_of(&p, PHOTO_SIZE_LARGE, PHOTO_ORIGINAL, 0, ret);
    return OK;
}

/* ---- the reporter ---- */

static PhotoForm form_for_reporter(const Photo *p) {
    if (p->shows == PHOTO_BEFORE && !p->has.made_by)
        return PHOTO_ORIGINAL;
    return p->has.released ? PHOTO_COVERED : (PhotoForm)0;
}

Err photo_of_reporter(Tx *tx, CaseId id, List *ret, Fault *f) {
    Photo *photos;
    size_t n, count = 0;

    TRY(of_case(tx, id, &photos, &n, f));
    PhotoShown *rows = arena_take(tx_arena(tx), (n + 1) * sizeof *rows);
    if (!rows)
        return fault_arena(f);
    for (size_t i = 0; i < n; i++)
        if (form_for_reporter(&photos[i]))
            rows[count++] = shown(&photos[i], form_for_reporter(&photos[i]));
    *ret = (List){ rows, count };
    return OK;
}

static Err see_own(Tx *tx, const PhotoOwn *in, Photo *ret, PhotoForm *ret_form, Fault *f) {
    Case c;

    TRY(case_own(tx, in->code, in->secret, &c, f));
    TRY(load(tx, in->id, ret, f));
    *ret_form = ret->case_id.v == c.id.v ? form_for_reporter(ret) : (PhotoForm)0;
    return *ret_form ? OK : unknown(f);
}

Err photo_own(Tx *tx, const PhotoOwn *in, const Actor *by, Bytes *ret, Fault *f) {
    Photo p;
    PhotoForm form;

    (void)by;
    TRY(see_own(tx, in, &p, &form, f));
    return give(tx, p.id, in->size, form, ret, f);
}

Err photo_own_tag(Tx *tx, const PhotoOwn *in, const Actor *by, Tag *ret, Fault *f) {
    Photo p;
    PhotoForm form;

    (void)by;
    TRY(see_own(tx, in, &p, &form, f));
    tag_of(&p, in->size, form, 0, ret);
    return OK;
}

/* ---- everybody ---- */

/* Released, and its case may still be seen: it may have been found to be about somebody, or
 * of another kind, since. */
static Err see_public(Tx *tx, const PhotoAsk *in, Photo *ret, Fault *f) {
    PhotoKey key = { .id = in->id };
    PublicRow r;
    size_t n;

    TRY(load(tx, in->id, ret, f));
    TRY(sql_public_row_of_photo(tx, &key, &r, 1, &n, f));
    return ret->has.released && n && case_shows_photos(r.state, r.about, r.category, r.open_to) ? OK
                                                                                                : unknown(f);
}

Err photo_public(Tx *tx, const PhotoAsk *in, const Actor *by, Bytes *ret, Fault *f) {
    Photo p;

    (void)by;
    TRY(see_public(tx, in, &p, f));
    return give(tx, p.id, in->size, PHOTO_COVERED, ret, f);
}

/* A minute: what is taken back is gone soon. */
Err photo_public_tag(Tx *tx, const PhotoAsk *in, const Actor *by, Tag *ret, Fault *f) {
    Photo p;

    (void)by;
    TRY(see_public(tx, in, &p, f));
    tag_of(&p, in->size, PHOTO_COVERED, 60, ret);
    return OK;
}

/* ---- covering and releasing ---- */

static Err judge_dispatcher(const Actor *by, Fault *f) {
    return by->role == ROLE_DISPATCHER || by->role == ROLE_DUTY_LEAD
               ? OK
               : fault(f, ERR_FORBIDDEN, "photo_dispatcher", "", "遮挡和公开照片由派单员或值班长办。",
                       "Dispatchers and duty leads cover and release photos.");
}

Err photo_cover_up_prepare(Tx *tx, PhotoCover *in, const Actor *by, Fault *f) {
    PhotoBox boxes[PHOTO_BOXES_MAX];
    const CoverBox *asked = in->boxes.rows;
    size_t n = in->has.boxes ? in->boxes.n : 0;
    Photo p;
    Case c;
    Bytes original;
    PhotoMade made;

    TRY(judge_dispatcher(by, f));
    TRY(load_seen(tx, in->id, by, &p, &c, f));
    TRY(give(tx, p.id, PHOTO_SIZE_LARGE, PHOTO_ORIGINAL, &original, f));
    for (size_t i = 0; i < n && i < PHOTO_BOXES_MAX; i++)
        boxes[i] = (PhotoBox){ asked[i].x, asked[i].y, asked[i].w, asked[i].h };
    TRY(photo_reader_cover(original.body, boxes, n, tx_arena(tx), &made, f));
    in->large = made.large;
    in->small = made.small;
    in->has.large = in->has.small = true;
    return OK;
}

Err photo_cover_up(Tx *tx, const PhotoCover *in, const Actor *by, PhotoShown *ret, Fault *f) {
    PhotoKey key = { .id = in->id };
    Photo p;
    Case c;
    int64_t changed;

    TRY(judge_dispatcher(by, f));
    TRY(load_seen(tx, in->id, by, &p, &c, f));
    TRY(sql_photo_files_uncover(tx, &key, &changed, f));
    TRY(photo_files_put(tx, p.id, PHOTO_COVERED, in->large, in->small, f));
    p.covered = true;
    p.has.released = p.has.released_by = false; /* what is new is looked at anew */
    TRY(sql_photo_save(tx, &p, &changed, f));
    *ret = shown(&p, PHOTO_ORIGINAL);
    return OK;
}

/* Only of what may be public at all (DOMAIN.md §4.11). */
static Err judge_release(Tx *tx, const Photo *p, const Case *c, Fault *f) {
    Condition condition = { 0 };

    if (!p->covered)
        return fault(f, ERR_INVALID, "photo_uncovered", "id",
                     "先遮挡人脸、车牌和门牌（没有就直接确认），再公开。",
                     "First cover faces, plates and doors (or confirm that there are none), then release it.");
    if (c->has.condition)
        TRY(condition_load(tx, c->condition, &condition, f));
    if (c->has.condition && case_shows_photos(c->state, c->about, c->category, condition.open_to))
        return OK;
    return fault(f, ERR_INVALID, "photo_not_public", "id",
                 "这类案件，没有立案或不受理的案件，以及涉及单位或其工作人员的案件，照片不能公开。",
                 "No photo is released of a case of this kind, one that is not filed or was rejected, or one "
                 "about a unit or its staff.");
}

Err photo_release(Tx *tx, const PhotoRelease *in, const Actor *by, PhotoShown *ret, Fault *f) {
    Photo p;
    Case c;
    int64_t changed;

    TRY(judge_dispatcher(by, f));
    TRY(load_seen(tx, in->id, by, &p, &c, f));
    if (in->released)
        TRY(judge_release(tx, &p, &c, f));
    p.has.released = p.has.released_by = in->released;
    p.released = moment_now();
    p.released_by = by->account;
    TRY(sql_photo_save(tx, &p, &changed, f));
    TRY(access_write(tx, c.id, by, str(in->released ? "公开照片" : "撤回公开的照片"), f));
    *ret = shown(&p, PHOTO_ORIGINAL);
    return OK;
}
