/* photo_inner – what the photo files know of each other; nobody else includes it. */
#ifndef JW_PHOTO_INNER_H
#define JW_PHOTO_INNER_H

#include "photo.h"

#include <stdint.h>

typedef struct PhotoPixels {
    int32_t w, h;
    uint8_t *rgb; /* w × h × 3, of mem_alloc */
} PhotoPixels;

/* Each gives pixels of at most PHOTO_LARGE a side; the caller frees them, also after a failure. */
Err photo_read_jpeg(Str file, PhotoPixels *ret, Fault *f);
Err photo_read_png(Str file, PhotoPixels *ret, Fault *f);
Err photo_read_webp(Str file, PhotoPixels *ret, Fault *f);
Err photo_write_jpeg(const PhotoPixels *p, int quality, Arena *a, Str *ret, Fault *f);

/* photo_look.c */
typedef enum PhotoKind { PHOTO_JPEG = 1, PHOTO_PNG, PHOTO_WEBP } PhotoKind;
Err photo_look(Str file, PhotoKind *ret_kind, int *ret_orientation, Fault *f); /* orientation 1 … 8 */
int photo_exif_orientation(Str tiff);                                          /* 1 where it says none */
Err photo_judge_size(int64_t w, int64_t h, bool whole, Fault *f);
Err photo_damaged(Fault *f);
Err photo_beyond_memory(Fault *f);

/* photo_shape.c: rows of any size go in from the top, their average comes out. */
typedef struct PhotoShrink {
    PhotoPixels to;
    int32_t w, h, y; /* of what goes in; y: the next row */
    float *line, *sum;
} PhotoShrink;
void photo_fit(int32_t w, int32_t h, int32_t side, int32_t *ret_w, int32_t *ret_h);
Err photo_shrink_begin(PhotoShrink *s, int32_t w, int32_t h, int32_t side, Fault *f);
void photo_shrink_row(PhotoShrink *s, const uint8_t *rgb);
void photo_shrink_end(PhotoShrink *s); /* what it made is not freed */
Err photo_turn(PhotoPixels *p, int orientation, Fault *f);
void photo_on_white(const uint8_t *rgba, uint8_t *rgb, size_t n);

#endif
