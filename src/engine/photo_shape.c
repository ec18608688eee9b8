/* photo_shape – pixels made fewer, turned, laid on white. A row that comes in adds its
 * share to the one or two rows that it covers, so no whole large picture is held. */
#include "photo_inner.h"

#include <string.h>

void photo_fit(int32_t w, int32_t h, int32_t side, int32_t *ret_w, int32_t *ret_h) {
    int64_t longer = w > h ? w : h, W = w, H = h;

    if (longer > side) {
        W = ((int64_t)w * side + longer / 2) / longer;
        H = ((int64_t)h * side + longer / 2) / longer;
    }
    *ret_w = W < 1 ? 1 : (int32_t)W;
    *ret_h = H < 1 ? 1 : (int32_t)H;
}

Err photo_shrink_begin(PhotoShrink *s, int32_t w, int32_t h, int32_t side, Fault *f) {
    PhotoPixels to = { 0 };

    *s = (PhotoShrink){ .w = w, .h = h };
    photo_fit(w, h, side, &to.w, &to.h);
    size_t line = (size_t)to.w * 3 * sizeof(float);
    to.rgb = mem_alloc((size_t)to.w * (size_t)to.h * 3);
    s->line = mem_alloc(line);
    s->sum = mem_alloc(line);
    s->to = to;
    if (!to.rgb || !s->line || !s->sum)
        return fault_memory(f);
    memset(to.rgb, 255, (size_t)to.w * (size_t)to.h * 3);
    memset(s->sum, 0, line);
    return OK;
}

/* The average of what each pixel of the new row covers of the old one. */
static void shrink_line(const PhotoShrink *s, const uint8_t *rgb) {
    const double ratio = (double)s->w / s->to.w;

    for (int32_t X = 0; X < s->to.w; X++) {
        double from = X * ratio, to = (X + 1) * ratio;
        float sum[3] = { 0 }, all = 0;
        for (int32_t x = (int32_t)from; x < s->w && x < to; x++) {
            double left = x < from ? from : x, right = x + 1 > to ? to : x + 1;
            float share = (float)(right - left);
            for (int k = 0; k < 3; k++)
                sum[k] += share * rgb[3 * x + k];
            all += share;
        }
        for (int k = 0; k < 3; k++)
            s->line[3 * X + k] = all > 0 ? sum[k] / all : 0;
    }
}

static void give_row(PhotoShrink *s, int32_t Y) {
    uint8_t *to = s->to.rgb + (size_t)Y * (size_t)s->to.w * 3;
    const float all = (float)s->h / (float)s->to.h;

    for (size_t i = 0; i < (size_t)s->to.w * 3; i++) {
        float v = s->sum[i] / all + 0.5f;
        to[i] = v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v;
        s->sum[i] = 0;
    }
}

void photo_shrink_row(PhotoShrink *s, const uint8_t *rgb) {
    const double ratio = (double)s->h / s->to.h;
    size_t n = (size_t)s->to.w * 3;

    if (s->y >= s->h)
        return;
    shrink_line(s, rgb);
    /* rows as integers: y·H … (y+1)·H against Y·h */
    int64_t top = (int64_t)s->y * s->to.h, end = top + s->to.h;
    int32_t Y = (int32_t)(top / s->h);
    int64_t edge = (int64_t)(Y + 1) * s->h;
    float upper = (float)((double)((end < edge ? end : edge) - top) / s->h * ratio), lower = 1 - upper;

    for (size_t i = 0; i < n; i++)
        s->sum[i] += upper * s->line[i];
    if (end >= edge) {
        give_row(s, Y);
        for (size_t i = 0; i < n && end > edge; i++)
            s->sum[i] += lower * s->line[i];
    }
    s->y++;
}

void photo_shrink_end(PhotoShrink *s) {
    mem_free(s->line);
    mem_free(s->sum);
    s->line = s->sum = NULL;
}

/* EXIF's eight: which pixel of the old picture stands at (x, y) of the new one. */
static size_t source(const PhotoPixels *p, int orientation, int32_t x, int32_t y) {
    int32_t a = orientation >= 5 ? y : x, b = orientation >= 5 ? x : y;

    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        a = p->w - 1 - a;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        b = p->h - 1 - b;
    return (size_t)b * (size_t)p->w + (size_t)a;
}

Err photo_turn(PhotoPixels *p, int orientation, Fault *f) {
    if (orientation <= 1)
        return OK;
    bool aside = orientation >= 5;
    PhotoPixels to = { aside ? p->h : p->w, aside ? p->w : p->h, NULL };
    to.rgb = mem_alloc((size_t)to.w * (size_t)to.h * 3);
    if (!to.rgb)
        return fault_memory(f);
    for (int32_t y = 0; y < to.h; y++)
        for (int32_t x = 0; x < to.w; x++)
            memcpy(to.rgb + 3 * ((size_t)y * (size_t)to.w + (size_t)x),
                   p->rgb + 3 * source(p, orientation, x, y), 3);
    mem_free(p->rgb);
    *p = to;
    return OK;
}

void photo_on_white(const uint8_t *rgba, uint8_t *rgb, size_t n) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++) {
            unsigned alpha = rgba[4 * i + 3];
            rgb[3 * i + k] = (uint8_t)((rgba[4 * i + k] * alpha + 255u * (255u - alpha) + 127u) / 255u);
        }
}
