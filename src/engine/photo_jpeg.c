/* photo_jpeg – JPEG read and written by libjpeg-turbo. It is decoded at the eighth to
 * which it may be shrunk, so 48 megapixels cost little more than three. Its errors
 * jump out; whatever is to be freed after a jump stands in the struct. */
#include "photo_inner.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jerror.h>
#include <jpeglib.h>

enum { SCANS_MAX = 64, MEMORY_MAX = 480 << 20 };

typedef struct Trap {
    struct jpeg_error_mgr base; /* first: libjpeg hands it back */
    jmp_buf out;
    bool damaged, no_memory;
} Trap;

static void on_error(j_common_ptr c) {
    Trap *t = (Trap *)c->err;
    t->no_memory = t->base.msg_code == JERR_OUT_OF_MEMORY || t->base.msg_code == JERR_NO_BACKING_STORE;
    longjmp(t->out, 1);
}

/* Many cameras earn a warning; these mean that picture is missing. */
static void on_message(j_common_ptr c, int level) {
    Trap *t = (Trap *)c->err;
    int code = t->base.msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE))
        t->damaged = true;
}
static void on_output(j_common_ptr c) { (void)c; }

typedef struct Reading {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    Trap trap;
    PhotoShrink shrink;
    uint8_t *row;
    Err err;
} Reading;

/* A few bytes per scan, thousands of scans: a file that only costs time. */
static void on_progress(j_common_ptr c) {
    if (((j_decompress_ptr)c)->input_scan_number > SCANS_MAX)
        on_error(c);
}

static void choose_scale(j_decompress_ptr j) {
    unsigned longer = j->image_width > j->image_height ? j->image_width : j->image_height;

    j->scale_denom = 8;
    for (j->scale_num = 1; j->scale_num < 8 && longer * j->scale_num / 8 < PHOTO_LARGE;)
        j->scale_num++;
}

static Err judge_head(const struct jpeg_decompress_struct *j, Fault *f) {
    if (j->num_components != 1 && j->num_components != 3)
        return fault(f, ERR_INVALID, "photo_cmyk", "",
                     "这张 JPEG 是印刷用的 CMYK 颜色，请另存为 RGB 颜色再发。",
                     "This JPEG is in CMYK, the colours of print: save it in RGB and send that.");
    return photo_judge_size(j->image_width, j->image_height, false, f);
}

static Err read_rows(Reading *r, Fault *f) {
    j_decompress_ptr j = &r->jpeg;

    choose_scale(j);
    j->out_color_space = JCS_RGB;
    jpeg_start_decompress(j);
    TRY(photo_shrink_begin(&r->shrink, (int32_t)j->output_width, (int32_t)j->output_height, PHOTO_LARGE, f));
    r->row = mem_alloc((size_t)j->output_width * 3);
    if (!r->row)
        return fault_memory(f);
    while (j->output_scanline < j->output_height) {
        if (jpeg_read_scanlines(j, &r->row, 1) != 1 || r->trap.damaged)
            return photo_damaged(f);
        photo_shrink_row(&r->shrink, r->row);
    }
    return OK;
}

static void read_all(Reading *r, Str file, Fault *f) {
    j_decompress_ptr j = &r->jpeg;

    r->err = photo_damaged(f);
    if (setjmp(r->trap.out))
        return;
    jpeg_create_decompress(j);
    j->mem->max_memory_to_use = MEMORY_MAX;
    j->progress = &r->progress;
    r->progress.progress_monitor = on_progress;
    jpeg_mem_src(j, (const unsigned char *)file.p, file.n);
    jpeg_read_header(j, TRUE);
    r->err = judge_head(j, f);
    if (r->err != OK)
        return;
    r->err = photo_damaged(f); /* what a jump from here on means */
    r->err = read_rows(r, f);
}

Err photo_read_jpeg(Str file, PhotoPixels *ret, Fault *f) {
    Reading r = { 0 };

    r.jpeg.err = jpeg_std_error(&r.trap.base);
    r.trap.base.error_exit = on_error;
    r.trap.base.emit_message = on_message;
    r.trap.base.output_message = on_output;
    read_all(&r, file, f);
    if (r.trap.no_memory)
        r.err = photo_beyond_memory(f);
    jpeg_destroy_decompress(&r.jpeg);
    photo_shrink_end(&r.shrink);
    mem_free(r.row);
    *ret = r.shrink.to;
    return r.err;
}

/* ---- writing ---- */

typedef struct Writing {
    struct jpeg_compress_struct jpeg;
    Trap trap;
    unsigned char *out;
    unsigned long n;
    bool done;
} Writing;

static void write_all(Writing *w, const PhotoPixels *p, int quality) {
    j_compress_ptr j = &w->jpeg;

    if (setjmp(w->trap.out))
        return;
    jpeg_create_compress(j);
    jpeg_mem_dest(j, &w->out, &w->n);
    j->image_width = (JDIMENSION)p->w;
    j->image_height = (JDIMENSION)p->h;
    j->input_components = 3;
    j->in_color_space = JCS_RGB;
    jpeg_set_defaults(j);
    jpeg_set_quality(j, quality, TRUE);
    jpeg_start_compress(j, TRUE);
    while (j->next_scanline < j->image_height) {
        JSAMPROW row = p->rgb + (size_t)j->next_scanline * (size_t)p->w * 3;
        jpeg_write_scanlines(j, &row, 1);
    }
    jpeg_finish_compress(j);
    w->done = true;
}

Err photo_write_jpeg(const PhotoPixels *p, int quality, Arena *a, Str *ret, Fault *f) {
    Writing w = { 0 };
    Err e;

    w.jpeg.err = jpeg_std_error(&w.trap.base);
    w.trap.base.error_exit = on_error;
    w.trap.base.output_message = on_output;
    write_all(&w, p, quality);
    jpeg_destroy_compress(&w.jpeg);
    if (!w.done)
        e = fault_memory(f);
    else if (w.n > PHOTO_BYTES_MAX)
        e = fault_arena(f);
    else
        e = str_copy(a, (Str){ (const char *)w.out, w.n }, ret, f);
    free(w.out);
    return e;
}
