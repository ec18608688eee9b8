/* embed_sql – prints the migrations of a directory as a C table.
 *
 *     embed_sql DIRECTORY DEPENDENCY_FILE OUTPUT.c
 *
 * Files are named NNNN_words.sql and run from 0001 without gaps. Beside each text
 * stands its SHA-256, by which a database tells what it was made from. The
 * dependency file names the directory too, so that a new file is noticed. */
#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 1000 };

static char *names[FILES_MAX];
static int n_names;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static _Noreturn void stop(const char *what, const char *name) {
    fprintf(stderr, "embed_sql: %s: %s\n", name, what);
    exit(1);
}

static void list(const char *dir) {
    DIR *d = opendir(dir);
    if (!d)
        stop("cannot be read", dir);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        size_t n = strlen(e->d_name);
        if (n < 5 || strcmp(e->d_name + n - 4, ".sql") != 0)
            continue;
        if (n_names == FILES_MAX)
            stop("too many files", dir);
        names[n_names++] = strdup(e->d_name);
    }
    closedir(d);
    qsort(names, (size_t)n_names, sizeof *names, by_name);
}

static void print_text(const char *text, size_t n) {
    printf("      \"");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            printf("\\n\"%s", i + 1 < n ? "\n      \"" : "");
        else if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 32 || c > 126)
            printf("\\%03o", c);
        else
            putchar(c);
    }
    printf("%s", n && text[n - 1] == '\n' ? "" : "\"");
}

static void print_one(const char *dir, const char *name, int version) {
    static char text[1 << 20];
    char path[4096];
    unsigned char sha[crypto_hash_sha256_BYTES];
    char *end;

    if (strtol(name, &end, 10) != version || *end != '_')
        stop("is not named by the next number, as in 0001_words.sql", name);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *in = fopen(path, "r");
    size_t n = in ? fread(text, 1, sizeof text, in) : 0;
    if (!in || n == sizeof text || memchr(text, 0, n))
        stop("cannot be read, is longer than 1 MB, or contains NUL", path);
    fclose(in);
    crypto_hash_sha256(sha, (const unsigned char *)text, n);
    printf("    { %d, \"%s\",\n      \"", version, name);
    for (size_t i = 0; i < sizeof sha; i++)
        printf("%02x", sha[i]);
    printf("\",\n");
    print_text(text, n);
    printf(" },\n");
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: embed_sql DIRECTORY DEPENDENCY_FILE OUTPUT.c\n");
        return 2;
    }
    list(argv[1]);
    FILE *dep = fopen(argv[2], "w");
    if (!freopen(argv[3], "w", stdout))
        stop("cannot be written", argv[3]);
    if (!dep)
        stop("cannot be written", argv[2]);
    fprintf(dep, "%s: %s", argv[3], argv[1]);
    printf("/* Made by embed_sql; do not edit. */\n#include \"store.h\"\n\nconst Migration store_migrations[] "
           "= {\n");
    for (int i = 0; i < n_names; i++) {
        fprintf(dep, " %s/%s", argv[1], names[i]);
        print_one(argv[1], names[i], i + 1);
    }
    printf("    { 0, 0, 0, 0 },\n};\nconst size_t store_migrations_n = %d;\n", n_names);
    fprintf(dep, "\n");
    return fclose(dep) != 0 || fclose(stdout) != 0;
}
