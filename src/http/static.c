/* static – see static.h. The bytes are in the program, so nothing is opened, copied
 * or decided here but which form goes out. */
#include "static.h"

#include "guard.h"

#include <string.h>

static int compare(const char *path, Str wanted) {
    size_t n = strlen(path);
    int order = memcmp(path, wanted.p, n < wanted.n ? n : wanted.n);

    return order ? order : (n > wanted.n) - (n < wanted.n);
}

static const StaticFile *find(const StaticSet *set, Str path) {
    size_t from = 0, to = set->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare(set->files[middle].path, path);
        if (order == 0)
            return &set->files[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

const StaticFile *static_find(const StaticSet *set, Str path) {
    static const char index[] = "index.html";
    char room[256];

    if (path.n == 0 || path.p[path.n - 1] != '/')
        return find(set, path);
    if (path.n + sizeof index > sizeof room)
        return NULL;
    memcpy(room, path.p, path.n);
    memcpy(room + path.n, index, sizeof index);
    return find(set, (Str){ room, path.n + sizeof index - 1 });
}

static const StaticForm *choose(const HttpCall *c, const StaticFile *file, const char **ret_coding) {
    Str accepts = { "", 0 };

    http_header(c, "accept-encoding", &accepts);
    *ret_coding = NULL;
    if (file->br.p && guard_accepts(accepts, "br")) {
        *ret_coding = "br";
        return &file->br;
    }
    if (file->gz.p && guard_accepts(accepts, "gzip")) {
        *ret_coding = "gzip";
        return &file->gz;
    }
    return &file->plain;
}

void static_answer(HttpCall *c, const StaticFile *file, const char *csp) {
    const char *coding;
    Str known;

    if (http_method(c) != HTTP_GET && http_method(c) != HTTP_HEAD) {
        http_add(c, "Allow", "GET, HEAD");
        http_problem(c, 405, "method_not_allowed", "", "这个地址只能读取。", "This address can only be read.");
        return;
    }
    const StaticForm *form = choose(c, file, &coding);
    http_add(c, "ETag", form->etag);
    http_add(c, "Content-Security-Policy", csp ? csp : STATIC_CSP);
    http_add(c, "Cache-Control",
             strncmp(file->path, "/assets/", 8) == 0 ? "public, max-age=31536000, immutable" : "no-cache");
    if (file->gz.p || file->br.p)
        http_add(c, "Vary", "Accept-Encoding");
    if (http_header(c, "if-none-match", &known) && guard_knows(known, form->etag)) {
        http_answer_kept(c, 304, NULL, (Str){ "", 0 });
        return;
    }
    if (coding)
        http_add(c, "Content-Encoding", coding);
    http_answer_kept(c, 200, file->type, (Str){ (const char *)form->p, form->n });
}

void static_missing(HttpCall *c, const StaticFile *file) {
    http_add(c, "Content-Security-Policy", STATIC_CSP);
    http_add(c, "Cache-Control", "no-store");
    http_answer_kept(c, 404, file->type, (Str){ (const char *)file->plain.p, file->plain.n });
}
