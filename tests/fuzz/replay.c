/* replay – runs a fuzzer without libFuzzer: each file named, or in a directory named,
 * then mutations of it that are the same at every run. A find of the real fuzzer is
 * kept as a seed, so it is tried for ever after. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MUTATIONS = 1500, SEED_MAX = 1 << 20 };

static uint64_t state = 88172645463325252u;
static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

/* In a block of exactly its size, so that reading beyond it is seen. */
static void run(const uint8_t *data, size_t n) {
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    memcpy(exact, data, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

/* Some bytes changed, a piece cut out, or a piece doubled. */
static size_t mutate(const uint8_t *seed, size_t n, uint8_t *out) {
    static const uint8_t marks[16] = "\"\n,\\'{}[]=#0-\xFF\x80";
    size_t at = n ? next() % n : 0, len = n > at ? next() % (n - at) % 64 : 0;

    memcpy(out, seed, n);
    switch (next() % 4) {
    case 0: return at; /* cut off */
    case 1: memmove(out + at, out + at + len, n - at - len); return n - len;
    case 2: memmove(out + at + len, out + at, n - at); return n + len;
    default:
        for (size_t i = 0; n && i <= len % 4; i++)
            out[next() % n] = (uint8_t)(next() % 3 ? (uint64_t)marks[next() % 16] : next());
        return n;
    }
}

static int run_file(const char *path) {
    static uint8_t seed[SEED_MAX], changed[SEED_MAX + 64];
    FILE *in = fopen(path, "rbe");

    if (!in) {
        perror(path);
        return 1;
    }
    size_t n = fread(seed, 1, sizeof seed, in);
    fclose(in);
    run(seed, n);
    for (int i = 0; i < MUTATIONS; i++)
        run(changed, mutate(seed, n, changed));
    return 0;
}

int main(int argc, char **argv) {
    int failed = 0, files = 0;

    for (int i = 1; i < argc; i++) {
        struct dirent **names;
        int n = scandir(argv[i], &names, NULL, alphasort);
        if (n < 0) {
            failed |= run_file(argv[i]);
            files++;
            continue;
        }
        for (int k = 0; k < n; k++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], names[k]->d_name);
            if (names[k]->d_name[0] != '.') {
                failed |= run_file(path);
                files++;
            }
            free(names[k]);
        }
        free(names);
    }
    printf("%d files and %d mutations of each\n", files, MUTATIONS);
    return failed || files == 0;
}
