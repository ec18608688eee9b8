/* photo_look – what a file is by its first bytes, which way up its camera was held, and
 * the sentences of refusal. Every length is checked against the end of the file. */
#include "photo_inner.h"

#include <string.h>

static uint32_t big(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static uint32_t little(const uint8_t *p) {
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool begins(Str s, size_t at, const char *with, size_t n) {
    return s.n >= at + n && memcmp(s.p + at, with, n) == 0;
}

/* ---- refusals ---- */

Err photo_beyond_memory(Fault *f) {
    return fault(f, ERR_LIMIT, "photo_too_large", "", "照片解开后太大，请缩小后再发。",
                 "The photo takes too much memory once unpacked: make it smaller and send that.");
}

Err photo_damaged(Fault *f) {
    return fault(f, ERR_INVALID, "photo_damaged", "", "照片不完整或已损坏，请重新选择或重新拍摄。",
                 "The photo is cut off or damaged: choose it again, or take it again.");
}

static Err animated(Fault *f) {
    return fault(f, ERR_INVALID, "photo_animated", "", "这是动画，请发一张静止的照片。",
                 "This is an animation: send a still photo.");
}

Err photo_judge_size(int64_t w, int64_t h, bool whole, Fault *f) {
    int64_t most = whole ? PHOTO_WHOLE_MAX : PHOTO_AREA_MAX;

    if (w < 1 || h < 1)
        return photo_damaged(f);
    if (w <= PHOTO_SIDE_MAX && h <= PHOTO_SIDE_MAX && w * h <= most)
        return OK;
    return fault(f, ERR_LIMIT, "photo_too_large", "",
                 "照片有 %lld × %lld 像素，太大了：这种照片最多 %lld 百万像素，每边最多 %d。",
                 "The photo has %lld × %lld pixels, which is too many: at most %lld million in one of this "
                 "kind, and %d a side.",
                 (long long)w, (long long)h, (long long)(most / 1000000), (int)PHOTO_SIDE_MAX);
}

/* What people send by mistake is called by its name. */
static Err not_a_photo(Str s, Fault *f) {
    static const struct {
        size_t at;
        const char *with, *zh, *en;
    } known[] = {
        { 0, "PK\x03\x04", "压缩包或办公文档", "a zip archive or an office document" },
        { 0, "%PDF", "PDF 文件", "a PDF" },
        { 0, "GIF8", "GIF 图片", "a GIF" },
        { 0, "<svg", "SVG 图形", "an SVG drawing" },
        { 0, "<?xml", "XML 文件", "an XML file" },
        { 0, "<!DOCTYPE", "网页", "a web page" },
        { 0, "<!doctype", "网页", "a web page" },
        { 0, "<html", "网页", "a web page" },
        { 4, "ftyphei", "HEIC 照片（请在手机相机设置里选“兼容性最佳”）",
          "a HEIC photo (in the phone's camera settings choose “most compatible”)" },
        { 4, "ftypmif", "HEIC 照片（请在手机相机设置里选“兼容性最佳”）",
          "a HEIC photo (in the phone's camera settings choose “most compatible”)" },
        { 4, "ftyp", "视频", "a film" },
    };

    if (s.n == 0)
        return fault(f, ERR_INVALID, "photo_empty", "", "照片是空的，请重新选择。",
                     "The photo is empty: choose it again.");
    for (size_t i = 0; i < COUNT(known); i++)
        if (begins(s, known[i].at, known[i].with, strlen(known[i].with)))
            return fault(f, ERR_INVALID, "photo_kind", "", "这是%s%.0s；照片只收 JPEG、PNG 和 WebP。",
                         "This is %.0s%s; a photo is JPEG, PNG or WebP.", known[i].zh, known[i].en);
    return fault(f, ERR_INVALID, "photo_kind", "", "这不是照片；只收 JPEG、PNG 和 WebP。",
                 "This is not a photo: JPEG, PNG or WebP is.");
}

/* ---- orientation ---- */

/* TIFF 6.0, as EXIF has it: the first directory, tag 0x112, a SHORT. */
int photo_exif_orientation(Str tiff) {
    const uint8_t *p = (const uint8_t *)tiff.p;

    if (tiff.n < 8 || (memcmp(p, "II*\0", 4) != 0 && memcmp(p, "MM\0*", 4) != 0))
        return 1;
    bool is_big = p[0] == 'M';
    size_t at = is_big ? big(p + 4) : little(p + 4);
    if (at > tiff.n - 2)
        return 1;
    size_t count = is_big ? (size_t)(p[at] << 8 | p[at + 1]) : (size_t)(p[at + 1] << 8 | p[at]);
    for (size_t i = 0; i < count && tiff.n - at - 2 >= (i + 1) * 12; i++) {
        const uint8_t *e = p + at + 2 + i * 12;
        int tag = is_big ? e[0] << 8 | e[1] : e[1] << 8 | e[0],
            value = is_big ? e[8] << 8 | e[9] : e[9] << 8 | e[8];
        if (tag == 0x112)
            return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

static Str part(Str s, size_t at, size_t n) { return (Str){ s.p + at, n }; }

static int orientation_of_jpeg(Str s) {
    const uint8_t *p = (const uint8_t *)s.p;

    for (size_t at = 2; s.n - at >= 4 && p[at] == 0xFF && p[at + 1] != 0xDA;) {
        size_t n = (size_t)(p[at + 2] << 8 | p[at + 3]);
        if (n < 2 || s.n - at - 2 < n)
            return 1;
        if (p[at + 1] == 0xE1 && n >= 8 && begins(s, at + 4, "Exif\0\0", 6))
            return photo_exif_orientation(part(s, at + 10, n - 8));
        at += 2 + n;
    }
    return 1;
}

/* Chunks up to the picture itself; an acTL makes it an animation. */
static Err walk_png(Str s, int *ret_orientation, Fault *f) {
    const uint8_t *p = (const uint8_t *)s.p;

    for (size_t at = 8; s.n - at >= 12;) {
        size_t n = big(p + at);
        if (n > s.n - at - 12)
            break;
        if (begins(s, at + 4, "acTL", 4))
            return animated(f);
        if (begins(s, at + 4, "eXIf", 4))
            *ret_orientation = photo_exif_orientation(part(s, at + 8, n));
        at += 12 + n;
    }
    return OK;
}

/* A RIFF of chunks with even lengths; bit 1 of VP8X says that it moves. */
static Err walk_webp(Str s, int *ret_orientation, Fault *f) {
    const uint8_t *p = (const uint8_t *)s.p;

    for (size_t at = 12; s.n - at >= 8;) {
        size_t n = little(p + at + 4);
        if (n > s.n - at - 8)
            break;
        if ((begins(s, at, "VP8X", 4) && n >= 1 && (p[at + 8] & 2)) || begins(s, at, "ANIM", 4))
            return animated(f);
        if (begins(s, at, "EXIF", 4)) {
            Str exif = part(s, at + 8, n);
            *ret_orientation =
                photo_exif_orientation(begins(exif, 0, "Exif\0\0", 6) ? part(exif, 6, n - 6) : exif);
        }
        n += n & 1;
        at = n > s.n - at - 8 ? s.n : at + 8 + n;
    }
    return OK;
}

Err photo_look(Str s, PhotoKind *ret_kind, int *ret_orientation, Fault *f) {
    *ret_orientation = 1;
    if (begins(s, 0, "\xFF\xD8\xFF", 3)) {
        *ret_kind = PHOTO_JPEG;
        *ret_orientation = orientation_of_jpeg(s);
        return OK;
    }
    if (begins(s, 0, "\x89PNG\r\n\x1a\n", 8)) {
        *ret_kind = PHOTO_PNG;
        return walk_png(s, ret_orientation, f);
    }
    if (begins(s, 0, "RIFF", 4) && begins(s, 8, "WEBP", 4)) {
        *ret_kind = PHOTO_WEBP;
        return walk_webp(s, ret_orientation, f);
    }
    return not_a_photo(s, f);
}
