/* gzip – bytes packed as HTTP's Content-Encoding: gzip knows them (RFC 1952). */
#ifndef JW_GZIP_H
#define JW_GZIP_H

#include "text.h"

/* Both append to `out`, which must be able to grow. The same bytes always pack to
 * the same bytes. ERR_NO_MEMORY; ERR_LIMIT: more than `out` may hold. Unpack:
 * ERR_INVALID, what is no whole gzip member. */
Err gzip_pack(Str bytes, Buf *out, Fault *f);
Err gzip_unpack(Str packed, Buf *out, Fault *f);

#endif
