/* bench/photo – photos of 3, 12 and 48 megapixels through the process that decodes
 * them, as the server does it, and within this process, beside each other: how many a
 * second, and the most memory that a decoding process held. JPEG as a camera writes it
 * (noise over a gradient, quality 90), baseline and progressive. One at a time.
 *
 *   bench_photo PROGRAM [SECONDS per row, default 1]   (PROGRAM: build/jingwei) */
#include "photo_reader.h"

#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <jpeglib.h>

static Arena arena;

/* Noise that a camera's sensor would give, the same at every run. */
static void draw_row(uint8_t *row, int w, int y, uint32_t *seed) {
    for (int x = 0; x < 3 * w; x++) {
        *seed = *seed * 1664525u + 1013904223u;
        row[x] = (uint8_t)((x / 24 + y / 8) % 200 + (int)(*seed >> 27));
    }
}

static Str jpeg_of(int w, int h, bool progressive) {
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL, *row = malloc((size_t)w * 3);
    unsigned long n = 0;
    uint32_t seed = 1;

    if (!row)
        exit(1);
    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &out, &n);
    j.image_width = (JDIMENSION)w;
    j.image_height = (JDIMENSION)h;
    j.input_components = 3;
    j.in_color_space = JCS_RGB;
    jpeg_set_defaults(&j);
    jpeg_set_quality(&j, 90, TRUE);
    if (progressive)
        jpeg_simple_progression(&j);
    jpeg_start_compress(&j, TRUE);
    for (int y = 0; y < h; y++) {
        draw_row(row, w, y, &seed);
        jpeg_write_scanlines(&j, &row, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    free(row);
    return (Str){ (char *)out, n };
}

typedef Err Maker(Str file, Arena *a, PhotoMade *ret, Fault *f);

static double rate(Maker *make, Str file, double seconds) {
    int64_t from = clock_mono_ms(), now = from;
    int n = 0;

    do {
        PhotoMade made;
        Fault f;
        arena.used = 0;
        if (make(file, &arena, &made, &f) != OK) {
            fprintf(stderr, "bench_photo: %s %s\n", f.en, f.detail);
            exit(1);
        }
        n++;
        now = clock_mono_ms();
    } while ((double)(now - from) < 1000 * seconds);
    return 1000.0 * n / (double)(now - from);
}

/* Of all processes so far, so the rows go from small to large. */
static double child_mb(void) {
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)used.ru_maxrss / 1024;
}

int main(int argc, char **argv) {
    static const int sizes[][2] = { { 2048, 1536 }, { 4000, 3000 }, { 8000, 6000 } };
    double seconds = argc > 2 ? atof(argv[2]) : 1;
    Fault f;

    if (argc < 2 || arena_begin(&arena, 32 << 20, &f) != OK)
        return 2;
    photo_reader_use(argv[1]);
    printf("%-24s %8s %12s %12s %14s\n", "photo", "MB", "here /s", "process /s", "process, MB");
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            Str file = jpeg_of(sizes[i][0], sizes[i][1], k == 1);
            char name[40];
            double here, there;
            if (file.n > PHOTO_FILE_MAX) {
                printf("%d × %d: %.1f MB is more than is taken\n", sizes[i][0], sizes[i][1],
                       (double)file.n / 1e6);
                continue;
            }
            snprintf(name, sizeof name, "%d × %d%s", sizes[i][0], sizes[i][1], k ? " progr." : "");
            here = rate(photo_make, file, seconds);
            there = rate(photo_reader_make, file, seconds);
            printf("%-24s %8.1f %12.1f %12.1f %14.0f\n", name, (double)file.n / 1e6, here, there, child_mb());
            printf(
                "{\"bench\":\"photo\",\"photo\":\"%s\",\"mb\":%.1f,\"here_per_s\":%.1f,\"process_per_s\":%.1f,"
                "\"process_mb\":%.0f}\n",
                name, (double)file.n / 1e6, here, there, child_mb());
            free((char *)file.p);
        }
    arena_end(&arena);
    return 0;
}
