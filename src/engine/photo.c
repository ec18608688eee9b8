/* photo – see photo.h. Look, decode, turn, encode; and the same with boxes filled in. */
#include "photo_inner.h"

#include <string.h>

enum { QUALITY_LARGE = 82, QUALITY_SMALL = 75, GRID = 16, GREY = 96 };

static Err read_pixels(Str file, PhotoKind kind, PhotoPixels *ret, Fault *f) {
    switch (kind) {
    case PHOTO_JPEG: return photo_read_jpeg(file, ret, f);
    case PHOTO_PNG: return photo_read_png(file, ret, f);
    case PHOTO_WEBP: return photo_read_webp(file, ret, f);
    }
    return photo_damaged(f);
}

static Err make_small(const PhotoPixels *p, Arena *a, Str *ret, Fault *f) {
    PhotoShrink s;
    Err e = photo_shrink_begin(&s, p->w, p->h, PHOTO_SMALL, f);

    for (int32_t y = 0; e == OK && y < p->h; y++)
        photo_shrink_row(&s, p->rgb + (size_t)y * (size_t)p->w * 3);
    if (e == OK)
        e = photo_write_jpeg(&s.to, QUALITY_SMALL, a, ret, f);
    photo_shrink_end(&s);
    mem_free(s.to.rgb);
    return e;
}

static Err encode(const PhotoPixels *p, Arena *a, PhotoMade *ret, Fault *f) {
    PhotoMade made = { .width = p->w, .height = p->h };

    TRY(photo_write_jpeg(p, QUALITY_LARGE, a, &made.large, f));
    TRY(make_small(p, a, &made.small, f));
    *ret = made;
    return OK;
}

Err photo_make(Str file, Arena *a, PhotoMade *ret, Fault *f) {
    PhotoKind kind;
    PhotoPixels p = { 0 };
    int orientation;

    TRY(photo_look(file, &kind, &orientation, f));
    Err e = read_pixels(file, kind, &p, f);
    if (e == OK)
        e = photo_turn(&p, orientation, f);
    if (e == OK)
        e = encode(&p, a, ret, f);
    mem_free(p.rgb);
    return e;
}

/* ---- covering ---- */

static bool fits(PhotoBox b) {
    return b.x >= 0 && b.y >= 0 && b.w > 0 && b.h > 0 && b.x <= 10000 - b.w && b.y <= 10000 - b.h;
}

/* Out to the blocks of the encoder: within one, each pixel knows something of all. */
static void fill(PhotoPixels *p, PhotoBox b) {
    int32_t x0 = b.x * p->w / 10000 / GRID * GRID, y0 = b.y * p->h / 10000 / GRID * GRID,
            x1 = ((b.x + b.w) * p->w / 10000 + GRID) / GRID * GRID,
            y1 = ((b.y + b.h) * p->h / 10000 + GRID) / GRID * GRID;

    x1 = x1 < p->w ? x1 : p->w;
    y1 = y1 < p->h ? y1 : p->h;
    for (int32_t y = y0; y < y1; y++)
        memset(p->rgb + 3 * ((size_t)y * (size_t)p->w + (size_t)x0), GREY, 3 * (size_t)(x1 - x0));
}

Err photo_cover(Str jpeg, const PhotoBox *boxes, size_t n, Arena *a, PhotoMade *ret, Fault *f) {
    PhotoPixels p = { 0 };

    for (size_t i = 0; i < n; i++)
        if (!fits(boxes[i]))
            return fault(f, ERR_INVALID, "photo_box", "boxes", "第 %zu 个遮挡框超出了照片。",
                         "Rectangle %zu lies beyond the photo.", i + 1);
    Err e = photo_read_jpeg(jpeg, &p, f);
    for (size_t i = 0; e == OK && i < n; i++)
        fill(&p, boxes[i]);
    if (e == OK)
        e = encode(&p, a, ret, f);
    mem_free(p.rgb);
    return e;
}
