/* photo_reader – photos are decoded in a process of their own, one for each, that can do
 * nothing but read what it was given and answer.
 *
 * It is this program again, begun afresh: none of the server's memory is in it, so
 * neither keys nor rows. It has no files, no network, so much memory and so much
 * time; on Linux on x86-64 and arm64 the kernel ends it at any call but a dozen
 * (seccomp). What it answers is judged before it is believed: sizes, two JPEGs,
 * sentences that are valid text. Built with a sanitizer it has time limits only. */
#ifndef JW_PHOTO_READER_H
#define JW_PHOTO_READER_H

#include "photo.h"
#include "photo_child.h"

enum { PHOTO_FILE_MAX = 16 << 20, PHOTO_READER_MS = 20000, PHOTO_READERS_MAX = 2 };

/* photo_make() and photo_cover(), there. Waits, so for threads that may. ERR_BUSY: it
 * did not begin; ERR_LIMIT: it took too much memory or time. */
Err photo_reader_make(Str file, Arena *a, PhotoMade *ret, Fault *f);
Err photo_reader_cover(Str jpeg, const PhotoBox *boxes, size_t n, Arena *a, PhotoMade *ret, Fault *f);

#endif
