/* photo_png – PNG read by libpng, row by row; an interlaced one as a whole, so fewer
 * pixels of it. What is see-through is laid on white. */
#include "photo_inner.h"

#include <png.h>

typedef struct Reading {
    png_structp png;
    png_infop info;
    Str left;
    PhotoShrink shrink;
    uint8_t *rgba, *rgb; /* rgba: one row, or all of an interlaced one */
    png_bytep *rows;
    Err err;
} Reading;

static void on_error(png_structp png, png_const_charp why) {
    (void)why;
    png_longjmp(png, 1);
}
static void on_warning(png_structp png, png_const_charp why) {
    (void)png;
    (void)why;
}

static void on_read(png_structp png, png_bytep to, size_t n) {
    Reading *r = png_get_io_ptr(png);

    if (n > r->left.n)
        png_error(png, "end");
    for (size_t i = 0; i < n; i++)
        to[i] = (png_byte)r->left.p[i];
    r->left.p += n;
    r->left.n -= n;
}

static void want_rgba(const Reading *r) {
    png_set_expand(r->png);
    png_set_scale_16(r->png);
    png_set_gray_to_rgb(r->png);
    png_set_add_alpha(r->png, 255, PNG_FILLER_AFTER);
}

static Err read_rows(Reading *r, int32_t w, int32_t h, bool whole, Fault *f) {
    size_t row = (size_t)w * 4;

    TRY(photo_shrink_begin(&r->shrink, w, h, PHOTO_LARGE, f));
    r->rgba = mem_alloc(whole ? row * (size_t)h : row);
    r->rgb = mem_alloc((size_t)w * 3);
    r->rows = mem_alloc(sizeof *r->rows * (whole ? (size_t)h : 1));
    if (!r->rgba || !r->rgb || !r->rows)
        return fault_memory(f);
    for (size_t y = 0; whole && y < (size_t)h; y++)
        r->rows[y] = r->rgba + y * row;
    if (whole)
        png_read_image(r->png, r->rows);
    for (int32_t y = 0; y < h; y++) {
        if (!whole)
            png_read_row(r->png, r->rgba, NULL);
        photo_on_white(whole ? r->rows[y] : r->rgba, r->rgb, (size_t)w);
        photo_shrink_row(&r->shrink, r->rgb);
    }
    return OK;
}

static void read_all(Reading *r, Fault *f) {
    r->err = photo_damaged(f);
    if (setjmp(png_jmpbuf(r->png)))
        return;
    png_set_read_fn(r->png, r, on_read);
    png_set_user_limits(r->png, 1000000, 1000000); /* the sentence is ours */
    png_set_chunk_malloc_max(r->png, 1 << 20);
    png_set_chunk_cache_max(r->png, 32);
    png_read_info(r->png, r->info);
    png_uint_32 w = png_get_image_width(r->png, r->info), h = png_get_image_height(r->png, r->info);
    bool whole = png_get_interlace_type(r->png, r->info) != PNG_INTERLACE_NONE;
    r->err = photo_judge_size(w, h, whole, f);
    if (r->err != OK)
        return;
    r->err = photo_damaged(f); /* what a jump from here on means */
    want_rgba(r);
    if (whole)
        png_set_interlace_handling(r->png);
    png_read_update_info(r->png, r->info);
    if (png_get_rowbytes(r->png, r->info) != (size_t)w * 4)
        return;
    r->err = read_rows(r, (int32_t)w, (int32_t)h, whole, f);
}

Err photo_read_png(Str file, PhotoPixels *ret, Fault *f) {
    Reading r = { .left = file };

    r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
    r.info = r.png ? png_create_info_struct(r.png) : NULL;
    if (r.info)
        read_all(&r, f);
    else
        r.err = fault_memory(f);
    png_destroy_read_struct(&r.png, &r.info, NULL);
    photo_shrink_end(&r.shrink);
    mem_free(r.rgba);
    mem_free(r.rgb);
    mem_free(r.rows);
    *ret = r.shrink.to;
    return r.err;
}
