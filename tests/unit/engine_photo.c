/* photos: each kind is read, whichever way up it was taken; what is none is refused by
 * name; nothing but pixels is carried over; what was covered cannot be seen. Pictures
 * are drawn here, with the encoders of the same libraries. */
#include "photo_inner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

static Arena arena;
static char file[8 << 20];

static int begin(void **state) {
    Fault f;
    (void)state;
    return arena_begin(&arena, 48 << 20, &f) == OK ? 0 : -1;
}
static int end(void **state) {
    (void)state;
    arena_end(&arena);
    return 0;
}
static int fresh(void **state) {
    (void)state;
    arena.used = 0;
    return 0;
}

/* ---- drawing ---- */

/* Four quarters: red, green over blue, white; so every turn shows. */
static void draw(uint8_t *rgb, int w, int h) {
    static const uint8_t colours[4][3] = {
        { 220, 20, 20 }, { 20, 200, 20 }, { 20, 20, 220 }, { 250, 250, 250 }
    };
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            memcpy(rgb + 3 * (y * w + x), colours[2 * (y >= h / 2) + (x >= w / 2)], 3);
}

static uint8_t *drawn(int w, int h) {
    uint8_t *rgb = malloc((size_t)w * (size_t)h * 3);
    assert_non_null(rgb);
    draw(rgb, w, h);
    return rgb;
}

static Str kept(const void *p, size_t n) {
    Str s;
    Fault f;
    assert_int_equal(str_copy(&arena, (Str){ p, n }, &s, &f), OK);
    return s;
}

#define CANARY "31.2304N 121.4737E"

/* EXIF with an orientation, big endian, and a place beside it. */
static size_t exif(int orientation, uint8_t *to) {
    static const uint8_t head[] = { 'E', 'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
                                    1,   0x12, 0,   3,   0, 0, 0,   1,   0, 0,  0, 0, 0, 0, 0, 0 };
    memcpy(to, head, sizeof head);
    to[25] = (uint8_t)orientation;
    memcpy(to + sizeof head, CANARY, sizeof CANARY);
    return sizeof head + sizeof CANARY;
}

static Str jpeg_of(int w, int h, int orientation, bool progressive, bool cmyk) {
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long n = 0;
    uint8_t *rgb = drawn(w, h), tag[200];

    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &out, &n);
    j.image_width = (JDIMENSION)(cmyk ? w * 3 / 4 : w);
    j.image_height = (JDIMENSION)h;
    j.input_components = cmyk ? 4 : 3;
    j.in_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&j);
    if (progressive)
        jpeg_simple_progression(&j);
    jpeg_start_compress(&j, TRUE);
    if (orientation)
        jpeg_write_marker(&j, JPEG_APP0 + 1, tag, (unsigned)exif(orientation, tag));
    jpeg_write_marker(&j, JPEG_APP0 + 2, (const JOCTET *)"ICC_PROFILE\0\1\1canary", 20);
    while (j.next_scanline < j.image_height) {
        JSAMPROW row = rgb + (size_t)j.next_scanline * (size_t)w * 3;
        jpeg_write_scanlines(&j, &row, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    Str s = kept(out, n);
    free(out);
    free(rgb);
    return s;
}

static void png_put(png_structp png, png_bytep p, size_t n) {
    Buf *b = png_get_io_ptr(png);
    buf_put(b, (const char *)p, n);
}
static void png_flushed(png_structp png) { (void)png; }

static Str png_of(int w, int h, bool interlaced) {
    Buf b = { file, 0, sizeof file, false, 0 };
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    uint8_t *rgb = drawn(w, h);
    png_bytep *rows = malloc((size_t)h * sizeof *rows);
    png_text text = { .compression = PNG_TEXT_COMPRESSION_NONE, .key = "Location", .text = CANARY };

    assert_non_null(rows);
    for (int y = 0; y < h; y++)
        rows[y] = rgb + (size_t)y * (size_t)w * 3;
    png_set_write_fn(png, &b, png_put, png_flushed);
    png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, 8, PNG_COLOR_TYPE_RGB,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    png_set_text(png, info, &text, 1);
    png_set_rows(png, info, rows);
    png_write_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
    png_destroy_write_struct(&png, &info);
    free(rows);
    free(rgb);
    return kept(file, b.n);
}

static Str webp_of(int w, int h, bool lossless) {
    uint8_t *rgb = drawn(w, h), *out = NULL;
    size_t n =
        lossless ? WebPEncodeLosslessRGB(rgb, w, h, 3 * w, &out) : WebPEncodeRGB(rgb, w, h, 3 * w, 90, &out);
    Str s = kept(out, n);
    WebPFree(out);
    free(rgb);
    return s;
}

/* ---- what is asserted ---- */

static PhotoMade made_of(Str s) {
    PhotoMade made;
    Fault f = { 0 };
    if (photo_make(s, &arena, &made, &f) != OK)
        fail_msg("%s: %s", f.key, f.en);
    return made;
}

static void refused(Str s, Err err, const char *key, const char *word) {
    PhotoMade made = { .width = -1 };
    Fault f = { 0 };
    assert_int_equal(photo_make(s, &arena, &made, &f), err);
    assert_string_equal(f.key, key);
    assert_true(strlen(f.zh) > 10);
    if (!strstr(f.en, word))
        fail_msg("“%s” does not say “%s”", f.en, word);
    assert_int_equal(made.width, -1);
}

static PhotoPixels pixels_of(Str jpeg) {
    PhotoPixels p;
    Fault f;
    assert_int_equal(photo_read_jpeg(jpeg, &p, &f), OK);
    return p;
}

/* The colours at the middles of the quarters, as letters. */
static void quarters(Str jpeg, char ret[5]) {
    PhotoPixels p = pixels_of(jpeg);
    for (int i = 0; i < 4; i++) {
        const uint8_t *c = p.rgb + 3 * ((p.h / 4 + (i / 2) * p.h / 2) * p.w + p.w / 4 + (i % 2) * p.w / 2);
        ret[i] = c[0] > 180 && c[1] > 180 ? 'W' : c[0] > 180 ? 'R' : c[1] > 150 ? 'G' : c[2] > 180 ? 'B' : '?';
    }
    ret[4] = 0;
    mem_free(p.rgb);
}

static void shows(PhotoMade made, int32_t w, int32_t h, const char *wanted) {
    char got[5];
    assert_int_equal(made.width, w);
    assert_int_equal(made.height, h);
    quarters(made.large, got);
    assert_string_equal(got, wanted);
    quarters(made.small, got);
    assert_string_equal(got, wanted);
}

static bool holds(Str s, const char *what) { return memmem(s.p, s.n, what, strlen(what)) != NULL; }

/* ---- tests ---- */

static void test_kinds(void **state) {
    (void)state;
    shows(made_of(jpeg_of(640, 480, 0, false, false)), 640, 480, "RGBW");
    shows(made_of(jpeg_of(4000, 3000, 0, true, false)), 1600, 1200, "RGBW");
    shows(made_of(png_of(900, 1200, false)), 900, 1200, "RGBW");
    shows(made_of(png_of(2000, 1000, true)), 1600, 800, "RGBW");
    shows(made_of(webp_of(1800, 900, false)), 1600, 800, "RGBW");
    shows(made_of(webp_of(40, 30, true)), 40, 30, "RGBW");
}

/* EXIF's table: what is on the left and on top after it was turned upright. */
static void test_orientation(void **state) {
    static const char *const upright[] = { "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB" };
    (void)state;
    for (int o = 1; o <= 8; o++)
        shows(made_of(jpeg_of(800, 400, o, false, false)), o < 5 ? 800 : 400, o < 5 ? 400 : 800,
              upright[o - 1]);
}

static void test_nothing_carried_over(void **state) {
    Str from[] = { jpeg_of(640, 480, 6, false, false), png_of(640, 480, false) };
    (void)state;
    for (size_t i = 0; i < COUNT(from); i++) {
        assert_true(holds(from[i], CANARY));
        PhotoMade made = made_of(from[i]);
        Str out[] = { made.large, made.small };
        for (size_t k = 0; k < 2; k++) {
            assert_false(holds(out[k], CANARY));
            assert_false(holds(out[k], "Exif"));
            assert_false(holds(out[k], "ICC_PROFILE"));
            assert_int_equal(photo_exif_orientation(out[k]), 1);
        }
    }
}

static void test_refused(void **state) {
    Str good = jpeg_of(640, 480, 0, false, false), png = png_of(640, 480, false),
        webp = webp_of(300, 300, false);
    (void)state;
    refused(str(""), ERR_INVALID, "photo_empty", "empty");
    refused((Str){ "PK\x03\x04 and more", 13 }, ERR_INVALID, "photo_kind", "zip");
    refused(str("<!DOCTYPE html><p>"), ERR_INVALID, "photo_kind", "web page");
    refused(str("<svg xmlns='x'/>"), ERR_INVALID, "photo_kind", "SVG");
    refused(str("GIF89a..."), ERR_INVALID, "photo_kind", "GIF");
    refused((Str){ "\0\0\0\x18"
                   "ftypheic",
                   12 },
            ERR_INVALID, "photo_kind", "HEIC");
    refused(str("hello"), ERR_INVALID, "photo_kind", "not a photo");
    refused((Str){ good.p, good.n / 2 }, ERR_INVALID, "photo_damaged", "cut off");
    refused((Str){ png.p, png.n / 2 }, ERR_INVALID, "photo_damaged", "cut off");
    refused((Str){ webp.p, webp.n / 2 }, ERR_INVALID, "photo_damaged", "cut off");
    refused(jpeg_of(640, 480, 0, false, true), ERR_INVALID, "photo_cmyk", "CMYK");
}

static uint32_t crc(const uint8_t *p, size_t n) {
    uint32_t c = ~0u;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xEDB88320u : 0);
    }
    return ~c;
}

/* A head that promises 30,000 × 30,000 is refused by its head. */
static void test_too_large(void **state) {
    Str png = png_of(64, 64, false);
    uint8_t *p = (uint8_t *)png.p;
    static const uint8_t size[8] = { 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30 };
    (void)state;
    memcpy(p + 16, size, 8);
    uint32_t sum = crc(p + 12, 17);
    for (int i = 0; i < 4; i++)
        p[29 + i] = (uint8_t)(sum >> (24 - 8 * i));
    refused(png, ERR_LIMIT, "photo_too_large", "30000 × 30000");
    Str jpeg = jpeg_of(64, 64, 0, false, false);
    uint8_t *frame = memmem(jpeg.p, jpeg.n, "\xFF\xC0", 2);
    assert_non_null(frame);
    memcpy(frame + 5, "\x75\x30\x75\x30", 4);
    refused(jpeg, ERR_LIMIT, "photo_too_large", "30000 × 30000");
}

static void test_animated(void **state) {
    Str png = png_of(64, 64, false);
    char *with = arena_take(&arena, png.n + 20);
    (void)state;
    memcpy(with, png.p, 33);
    memcpy(with + 33,
           "\0\0\0\x08"
           "acTL"
           "\0\0\0\2\0\0\0\0"
           "\0\0\0\0",
           20);
    memcpy(with + 53, png.p + 33, png.n - 33);
    refused((Str){ with, png.n + 20 }, ERR_INVALID, "photo_animated", "animation");
    static const char webp[] = "RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x09\0\0\x09\0\0";
    refused((Str){ webp, sizeof webp - 1 }, ERR_INVALID, "photo_animated", "animation");
}

/* Any size to any smaller one, beside the average counted out cell by cell. */
static void test_shrinking(void **state) {
    static const int sizes[][3] = { { 7, 5, 3 }, { 5, 7, 4 },    { 10, 10, 9 },
                                    { 9, 1, 2 }, { 13, 11, 13 }, { 320, 3, 319 } };
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        int w = sizes[i][0], h = sizes[i][1];
        uint8_t rgb[320 * 3 * 11];
        PhotoShrink s;
        Fault f;
        for (int k = 0; k < w * h * 3; k++)
            rgb[k] = (uint8_t)(k * 37 + k * k % 11);
        assert_int_equal(photo_shrink_begin(&s, w, h, sizes[i][2], &f), OK);
        for (int y = 0; y < h; y++)
            photo_shrink_row(&s, rgb + y * w * 3);
        for (int Y = 0; Y < s.to.h; Y++)
            for (int X = 0; X < s.to.w; X++) {
                double sum = 0, x0 = (double)X * w / s.to.w, x1 = (double)(X + 1) * w / s.to.w,
                       y0 = (double)Y * h / s.to.h, y1 = (double)(Y + 1) * h / s.to.h;
                for (int y = 0; y < h; y++)
                    for (int x = 0; x < w; x++) {
                        double across = (x + 1 < x1 ? x + 1 : x1) - (x > x0 ? x : x0),
                               down = (y + 1 < y1 ? y + 1 : y1) - (y > y0 ? y : y0);
                        if (across > 0 && down > 0)
                            sum += across * down * rgb[3 * (y * w + x)];
                    }
                double wanted = sum / ((x1 - x0) * (y1 - y0)), got = s.to.rgb[3 * (Y * s.to.w + X)];
                if (got - wanted > 0.6 || wanted - got > 0.6)
                    fail_msg("%d×%d to %d at %d,%d: %g, not %g", w, h, sizes[i][2], X, Y, got, wanted);
            }
        photo_shrink_end(&s);
        mem_free(s.to.rgb);
    }
}

static void test_covered(void **state) {
    static const PhotoBox box = { 2500, 2500, 5000, 5000 }, wrong = { 6000, 0, 5000, 100 };
    PhotoMade made = made_of(jpeg_of(800, 600, 0, false, false)), covered, none = { .width = -1 };
    Fault f;
    (void)state;
    assert_int_equal(photo_cover(made.large, &box, 1, &arena, &covered, &f), OK);
    PhotoPixels p = pixels_of(covered.large);
    for (int y = 150; y < 450; y++)
        for (int x = 200; x < 600; x++)
            for (int k = 0; k < 3; k++)
                assert_in_range(p.rgb[3 * (y * p.w + x) + k], 94, 98);
    assert_true(p.rgb[0] > 180); /* the corner is still red */
    mem_free(p.rgb);
    assert_int_equal(photo_cover(made.large, &wrong, 1, &arena, &none, &f), ERR_INVALID);
    assert_int_equal(none.width, -1);
}

/* Every allocation of ours may fail: then nothing is given, and nothing leaks. */
static void test_no_memory(void **state) {
    Str files[] = { jpeg_of(400, 300, 6, false, false), png_of(400, 300, true), webp_of(400, 300, false) };
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        long n = 1;
        for (Err e = ERR_NO_MEMORY; e != OK; n++) {
            PhotoMade made = { .width = -1 };
            Fault f;
            mem_watched = true;
            mem_calls = 0;
            mem_fail_from = mem_fail_to = n;
            e = photo_make(files[i], &arena, &made, &f);
            mem_watched = false;
            mem_fail_from = mem_fail_to = 0;
            if (e != OK) {
                assert_int_equal(e, ERR_NO_MEMORY);
                assert_int_equal(made.width, -1);
            }
        }
        assert_true(n > 6);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_kinds, fresh),
        cmocka_unit_test_setup(test_orientation, fresh),
        cmocka_unit_test_setup(test_nothing_carried_over, fresh),
        cmocka_unit_test_setup(test_refused, fresh),
        cmocka_unit_test_setup(test_too_large, fresh),
        cmocka_unit_test_setup(test_animated, fresh),
        cmocka_unit_test_setup(test_shrinking, fresh),
        cmocka_unit_test_setup(test_covered, fresh),
        cmocka_unit_test_setup(test_no_memory, fresh),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
