/* embed – puts the built pages into the program.
 *
 *   embed DIR OUT.c OUT.bin
 *
 * Writes all files below DIR, plain and gzipped, one after the other into OUT.bin,
 * and into OUT.c the table `web_files` over it (src/http/static.h) with an .incbin.
 * A file x.br beside x is its Brotli form. Without DIR, or with nothing in it, there
 * is one plain page that says the pages were not built. Outputs are rewritten only
 * when they change, so that an unchanged web/dist compiles nothing. */
#include <sodium.h>
#include <zlib.h>

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 4096
#define PATH_MAX_CHARS 400

typedef struct Bytes {
    unsigned char *p;
    size_t n, size;
} Bytes;

typedef struct Form {
    size_t at, n; /* in the blob; n 0 and !there: not in this form */
    bool there;
    char etag[24];
} Form;

typedef struct File {
    char path[PATH_MAX_CHARS];
    Form plain, gz, br;
} File;

static File files[FILES_MAX];
static size_t file_count;
static Bytes blob, text;

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void put(Bytes *b, const void *p, size_t n) {
    if (b->n + n > b->size) {
        b->size = (b->n + n) * 2 + 4096;
        b->p = realloc(b->p, b->size);
        if (!b->p)
            fail("embed: out of memory");
    }
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
}

__attribute__((format(printf, 1, 2))) static void print(const char *format, ...) {
    char line[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof line)
        fail("embed: a line is too long");
    put(&text, line, (size_t)n);
}

static bool read_file(const char *path, Bytes *ret) {
    unsigned char room[65536];
    FILE *f = fopen(path, "rb");
    size_t n;

    if (!f)
        return false;
    *ret = (Bytes){ 0 };
    while ((n = fread(room, 1, sizeof room, f)) > 0)
        put(ret, room, n);
    bool fine = !ferror(f);
    fclose(f);
    return fine;
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static const struct {
    const char *end, *type;
    bool shrinks; /* not compressed by its own format */
} types[] = {
    { ".html", "text/html; charset=utf-8", true },
    { ".js", "text/javascript; charset=utf-8", true },
    { ".mjs", "text/javascript; charset=utf-8", true },
    { ".css", "text/css; charset=utf-8", true },
    { ".json", "application/json", true },
    { ".webmanifest", "application/manifest+json", true },
    { ".svg", "image/svg+xml", true },
    { ".txt", "text/plain; charset=utf-8", true },
    { ".ico", "image/x-icon", true },
    { ".wasm", "application/wasm", true },
    { ".png", "image/png", false },
    { ".jpg", "image/jpeg", false },
    { ".webp", "image/webp", false },
    { ".woff2", "font/woff2", false },
};

static size_t type_of(const char *path) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (ends_with(path, types[i].end))
            return i;
    fail("embed: %s: no type is known for this ending; add it to the table in tools/embed.c", path);
}

static Form add_form(const unsigned char *p, size_t n, const char *suffix) {
    Form form = { .at = blob.n, .n = n, .there = true };
    unsigned char hash[16];
    char hex[17];

    put(&blob, p, n);
    crypto_generichash(hash, sizeof hash, p, n, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    snprintf(form.etag, sizeof form.etag, "%s%s", hex, suffix);
    return form;
}

static Form add_gzip(const Bytes *in) {
    z_stream z = { 0 };
    uLong room = compressBound((uLong)in->n) + 64;
    unsigned char *out = malloc(room);
    Form form = { 0 };

    /* 15 + 16: a gzip frame; its time stays 0, so the same file gives the same bytes. */
    if (!out || deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        fail("embed: zlib does not start");
    z.next_in = in->p;
    z.avail_in = (uInt)in->n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        fail("embed: zlib fails");
    if (z.total_out + z.total_out / 20 < in->n)
        form = add_form(out, z.total_out, "-gz");
    deflateEnd(&z);
    free(out);
    return form;
}

static void add_file(const char *path, const Bytes *bytes, const Bytes *br) {
    if (file_count == FILES_MAX)
        fail("embed: more than %d files", FILES_MAX);
    for (const char *p = path; *p; p++)
        if (*p == '"' || *p == '\\' || (unsigned char)*p < 0x20)
            fail("embed: %s: this name cannot be served", path);
    File *file = &files[file_count++];
    snprintf(file->path, sizeof file->path, "%s", path);
    file->plain = add_form(bytes->p, bytes->n, "");
    if (types[type_of(path)].shrinks && bytes->n > 256)
        file->gz = add_gzip(bytes);
    if (br)
        file->br = add_form(br->p, br->n, "-br");
}

/* Everything below `dir`; `under` is its path as served. */
static void walk(const char *dir, const char *under) {
    struct dirent **entries;
    int n = scandir(dir, &entries, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        char from[PATH_MAX_CHARS * 2], path[PATH_MAX_CHARS], beside[PATH_MAX_CHARS * 2 + 4];
        const char *name = entries[i]->d_name;
        struct stat st;
        Bytes bytes, br = { 0 };
        if (name[0] == '.' || ends_with(name, ".br") || ends_with(name, ".map")) {
            free(entries[i]);
            continue;
        }
        if ((size_t)snprintf(from, sizeof from, "%s/%s", dir, name) >= sizeof from ||
            (size_t)snprintf(path, sizeof path, "%s/%s", under, name) >= sizeof path)
            fail("embed: %s/%s: the name is too long", dir, name);
        free(entries[i]);
        if (stat(from, &st) != 0)
            fail("embed: %s cannot be read", from);
        if (S_ISDIR(st.st_mode)) {
            walk(from, path);
            continue;
        }
        if (!read_file(from, &bytes))
            fail("embed: %s cannot be read", from);
        snprintf(beside, sizeof beside, "%s.br", from);
        bool has_br = read_file(beside, &br);
        add_file(path, &bytes, has_br ? &br : NULL);
        free(bytes.p);
        free(br.p);
    }
    if (n >= 0)
        free(entries);
}

static const char unbuilt[] = "<!doctype html>\n<html lang=\"zh\"><meta charset=\"utf-8\"><meta "
                              "name=\"viewport\" content=\"width=device-width\">\n"
                              "<title>经纬 Jingwei</title>\n<body>\n"
                              "<h1>经纬 Jingwei</h1>\n<p>服务在运行，但网页没有编进这个程序。请在源码目录运行 "
                              "<code>make</code> 重新构建（需要 node 和 npm）。</p>\n"
                              "<p lang=\"en\">The server is running, but its pages were not built into this "
                              "program. Run <code>make</code> in the "
                              "source directory (node and npm are needed).</p>\n";

static int by_path(const void *a, const void *b) {
    return strcmp(((const File *)a)->path, ((const File *)b)->path);
}

static void print_form(const char *name, const Form *form) {
    if (form->there)
        print(", .%s = { web_blob + %zu, %zu, \"\\\"%s\\\"\" }", name, form->at, form->n, form->etag);
}

static void print_table(const char *blob_path) {
    print("/* Printed by tools/embed; the bytes are in the file beside it. */\n#include \"static.h\"\n\n");
    print("__asm__(\".section .rodata\\n.balign 16\\n.globl web_blob\\nweb_blob:\\n.incbin \\\"%s\\\"\\n.byte "
          "0\\n.previous\\n\");\n",
          blob_path);
    print("extern const unsigned char web_blob[];\n\nstatic const StaticFile files[] = {\n");
    for (size_t i = 0; i < file_count; i++) {
        print("    { .path = \"%s\", .type = \"%s\"", files[i].path, types[type_of(files[i].path)].type);
        print_form("plain", &files[i].plain);
        print_form("gz", &files[i].gz);
        print_form("br", &files[i].br);
        print(" },\n");
    }
    print("};\n\nconst StaticSet web_files = { files, %zu };\n", file_count);
}

static void write_if_changed(const char *path, const Bytes *bytes) {
    Bytes old = { 0 };
    bool same = read_file(path, &old) && old.n == bytes->n && memcmp(old.p, bytes->p, old.n) == 0;

    free(old.p);
    if (same)
        return;
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes->p, 1, bytes->n, f) != bytes->n || fclose(f) != 0)
        fail("embed: %s cannot be written", path);
}

int main(int argc, char **argv) {
    char full[4096];

    if (argc != 4)
        fail("usage: embed DIR OUT.c OUT.bin");
    if (sodium_init() < 0)
        fail("embed: libsodium does not start");
    walk(argv[1], "");
    if (file_count == 0)
        add_file("/index.html", &(Bytes){ (unsigned char *)(size_t)unbuilt, sizeof unbuilt - 1, 0 }, NULL);
    qsort(files, file_count, sizeof files[0], by_path);
    write_if_changed(argv[3], &blob);
    if (!realpath(argv[3], full))
        fail("embed: %s: no such file", argv[3]);
    print_table(full);
    write_if_changed(argv[2], &text);
    free(blob.p);
    free(text.p);
    return 0;
}
