/* guard: any bytes as a request head. The first line is method, target and version,
 * each further line a header up to its first colon; the rest goes through the
 * readers of lists. What is let in must keep what guard.h and http.h promise. */
#include "guard.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static Str cut(Str *rest, char at) {
    const char *end = memchr(rest->p, at, rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    Str piece = { rest->p, n };
    rest->p += n + (end != NULL);
    rest->n -= n + (end != NULL);
    return piece;
}

static void must(bool promise) {
    if (!promise)
        abort();
}

static void check_text(Str s) {
    size_t at;
    must(utf8_valid(s.p, s.n, &at) && memchr(s.p, 0, s.n) == NULL && s.p[s.n] == 0);
}

/* No segment of a path may be "." or "..". */
static void check_path(Str path) {
    Str rest = { path.p + 1, path.n - 1 };
    must(path.p[0] == '/');
    check_text(path);
    while (rest.n) {
        Str segment = cut(&rest, '/');
        must(!str_is(segment, ".") && !str_is(segment, ".."));
    }
}

static void check_framing(const GuardHead *head, const GuardFacts *facts) {
    int hosts = 0, lengths = 0, codings = 0;
    for (size_t i = 0; i < head->count; i++) {
        hosts += guard_name_is(head->headers[i].name, "host");
        lengths += guard_name_is(head->headers[i].name, "content-length");
        codings += guard_name_is(head->headers[i].name, "transfer-encoding");
    }
    must(hosts <= 1 && lengths + codings <= 1 && facts->chunked == (codings == 1));
    must(hosts == 1 || str_is(head->version, "HTTP/1.0"));
    must(facts->has_body == (facts->chunked || facts->length > 0));
    must(lengths || facts->length == 0);
}

static void check_lists(Str value) {
    Str found;
    HttpLang lang = guard_lang(value, HTTP_ZH);
    must(lang == HTTP_ZH || lang == HTTP_EN);
    guard_accepts(value, "gzip");
    if (guard_cookie(value, "sid", &found))
        must(found.p >= value.p && found.p + found.n <= value.p + value.n && !memchr(found.p, ';', found.n));
    must(!guard_origin_is(value, (Str){ "h", 1 }) || (value.n <= 9 && value.n >= 8));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    static HttpPair headers[GUARD_HEADERS_MAX + 1];
    Str rest = { (const char *)data, n }, line = cut(&rest, '\n');
    GuardHead head = { .headers = headers };
    GuardFacts facts;
    GuardTarget target;
    Arena arena;
    Fault f;

    head.method = cut(&line, ' ');
    head.target = cut(&line, ' ');
    head.version = line;
    while (rest.n && head.count <= GUARD_HEADERS_MAX) {
        line = cut(&rest, '\n');
        headers[head.count].name = cut(&line, ':');
        headers[head.count++].value = line;
        check_lists(line);
    }
    if (guard_head(&head, &facts) != NULL)
        return 0;
    check_framing(&head, &facts);
    if (arena_begin(&arena, 65536, &f) != OK)
        return 0;
    if (guard_target(head.target, facts.method, &arena, &target) == NULL) {
        if (!str_is(target.path, "*"))
            check_path(target.path);
        must(target.count <= GUARD_QUERY_MAX);
        for (size_t i = 0; i < target.count; i++) {
            check_text(target.query[i].name);
            check_text(target.query[i].value);
        }
    }
    arena_end(&arena);
    return 0;
}
