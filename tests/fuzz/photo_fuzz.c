/* photo: any bytes as a photo, through each reader; the orientation of any EXIF; and
 * what was made is a JPEG within its bounds that can be covered. */
#include "photo_inner.h"

#include <stdint.h>
#include <stdlib.h>

static void try_reader(Err (*reader)(Str, PhotoPixels *, Fault *), Str file) {
    PhotoPixels p = { 0 };
    Fault f;

    if (reader(file, &p, &f) == OK && (p.w < 1 || p.h < 1 || p.w > PHOTO_LARGE || p.h > PHOTO_LARGE))
        abort();
    mem_free(p.rgb);
}

static void try_whole(Str file) {
    static const PhotoBox box = { 1000, 1000, 5000, 5000 };
    PhotoMade made, covered;
    Arena a;
    Fault f;

    if (arena_begin(&a, 4 * PHOTO_BYTES_MAX, &f) != OK)
        return;
    if (photo_make(file, &a, &made, &f) == OK)
        if (made.width > PHOTO_LARGE || made.height > PHOTO_LARGE ||
            photo_cover(made.large, &box, 1, &a, &covered, &f) != OK || covered.width != made.width)
            abort();
    arena_end(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    Str file = { (const char *)data, n };
    int o = photo_exif_orientation(file);

    if (o < 1 || o > 8)
        abort();
    try_reader(photo_read_jpeg, file);
    try_reader(photo_read_png, file);
    try_reader(photo_read_webp, file);
    try_whole(file);
    return 0;
}
