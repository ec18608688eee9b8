/* photo – what a camera gave becomes a picture that says nothing but what is on it.
 *
 * A file is recognised by its first bytes, never by its name: JPEG, PNG, WebP. It is
 * decoded within fixed bounds, turned as its EXIF says, made small, and encoded anew
 * as JPEG, large and small. Nothing else of the file is carried over: no EXIF, no
 * place, no thumbnail, no profile (colours are read as sRGB).
 *
 * Decoders have a history of holes, so who serves strangers calls this in a process
 * of its own: domain/photo_reader.h. */
#ifndef JW_PHOTO_H
#define JW_PHOTO_H

#include "mem.h"
#include "text.h"

enum {
    PHOTO_LARGE = 1600,         /* the longer side, at most, in pixels             */
    PHOTO_SMALL = 320,          /* the same, of the thumbnail                      */
    PHOTO_SIDE_MAX = 16383,     /* of what is read                                 */
    PHOTO_AREA_MAX = 64000000,  /* pixels of what is read                          */
    PHOTO_WHOLE_MAX = 25000000, /* the same, where it has to be decoded as a whole */
    PHOTO_BYTES_MAX = 4 << 20,  /* of one picture that is made                     */
    PHOTO_BOXES_MAX = 100,
};

/* Two JPEGs of the same picture, in the arena. */
typedef struct PhotoMade {
    int32_t width, height; /* of the large one */
    Str large, small;
} PhotoMade;

/* A rectangle to make unrecognisable, in ten-thousandths of width and height. */
typedef struct PhotoBox {
    int32_t x, y, w, h;
} PhotoBox;

/* ERR_INVALID: not a picture of these kinds, animated, CMYK, damaged; ERR_LIMIT: too
 * many pixels. The sentence says which. The arena needs room for 2 × PHOTO_BYTES_MAX. */
Err photo_make(Str file, Arena *a, PhotoMade *ret, Fault *f);

/* The same of a picture that photo_make() made, with the boxes filled in one grey:
 * nothing of what was beneath is left in any pixel. ERR_INVALID: a box beyond it. */
Err photo_cover(Str jpeg, const PhotoBox *boxes, size_t n, Arena *a, PhotoMade *ret, Fault *f);

#endif
