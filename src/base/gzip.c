/* gzip – see gzip.h. zlib takes its memory from mem.h, so that tests can fail it. */
#include "gzip.h"

#include "mem.h"

#include <zlib.h>

enum { LEVEL = 6, GZIP_WINDOW = 15 + 16, CHUNK = 16384 };

static void *take(void *unused, unsigned items, unsigned size) {
    (void)unused;
    return mem_alloc((size_t)items * size);
}

static void give(void *unused, void *p) {
    (void)unused;
    mem_free(p);
}

/* Runs `step` (deflate or inflate) to the end of its stream. */
static Err run(z_stream *z, int (*step)(z_stream *, int), Buf *out, Fault *f) {
    char room[CHUNK];
    int said;

    do {
        z->next_out = (unsigned char *)room;
        z->avail_out = sizeof room;
        said = step(z, Z_FINISH);
        buf_put(out, room, sizeof room - z->avail_out);
        if (out->full)
            return fault_arena(f);
    } while (said == Z_OK || (said == Z_BUF_ERROR && z->avail_out == 0));
    if (said == Z_MEM_ERROR)
        return fault_memory(f);
    return said == Z_STREAM_END && z->avail_in == 0
               ? OK
               : fault(f, ERR_INVALID, "gzip_broken", "", "压缩的内容已损坏。",
                       "The packed content is broken.");
}

static z_stream stream_of(Str bytes) {
    return (z_stream){ .zalloc = take,
                       .zfree = give,
                       .next_in = (z_const unsigned char *)bytes.p,
                       .avail_in = (unsigned)bytes.n };
}

static Err check_size(Str bytes, Fault *f) { return bytes.n > INT32_MAX ? fault_arena(f) : OK; }

Err gzip_pack(Str bytes, Buf *out, Fault *f) {
    z_stream z = stream_of(bytes);

    TRY(check_size(bytes, f));
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return fault_memory(f);
    Err e = run(&z, deflate, out, f);
    deflateEnd(&z);
    return e;
}

Err gzip_unpack(Str packed, Buf *out, Fault *f) {
    z_stream z = stream_of(packed);

    TRY(check_size(packed, f));
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return fault_memory(f);
    Err e = run(&z, inflate, out, f);
    inflateEnd(&z);
    return e;
}
