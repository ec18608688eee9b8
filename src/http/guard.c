/* guard – see guard.h. The order of the checks is the order in which a person would
 * want to hear of them: method, target, headers, framing. */
#include "guard.h"

#include <string.h>
#include <strings.h>

#define REFUSAL(name, status, code, zh, en) const Refusal name = { status, code, zh, en }

REFUSAL(refuse_body_too_large, 413, "body_too_large", "请求内容超过了这里允许的大小。",
        "The body is larger than this address takes.");
REFUSAL(refuse_body_not_allowed, 413, "body_not_allowed", "这个地址不接收请求内容。",
        "This address takes no body.");
REFUSAL(refuse_header_time, 408, "header_timeout", "请求头没有在限定时间内传完，连接已关闭。",
        "The headers did not arrive in time; the connection is closed.");
REFUSAL(refuse_body_time, 408, "body_timeout", "请求内容没有在限定时间内传完，连接已关闭。",
        "The body did not arrive in time; the connection is closed.");
REFUSAL(refuse_head_unclear, 400, "head_unclear", "请求行或请求头里有折行、空字符或多余的空格。",
        "The request line or the headers contain a folded line, a NUL or stray spaces.");
REFUSAL(refuse_no_memory, 503, "no_memory", "内存不足，请稍后再试。", "Out of memory; try again later.");
REFUSAL(refuse_bodies_full, 503, "uploads_full", "现在上传的内容太多，请过几秒再发。",
        "Too much is being uploaded just now: send it again in a few seconds.");
REFUSAL(refuse_stopping, 503, "stopping", "服务正在停止，请稍后再试。",
        "The server is stopping; try again shortly.");

static REFUSAL(method_unknown, 501, "method_unknown", "不认识这种请求方法。", "This method is not known here.");
static REFUSAL(method_refused, 405, "method_not_allowed", "这里不允许这种请求方法。",
               "This method is not allowed here.");
static REFUSAL(target_long, 414, "target_too_long", "网址太长，最多 8192 字节。",
               "The address is too long; 8192 bytes at most.");
static REFUSAL(target_form, 400, "target_malformed",
               "网址写法不对：应以 / 开头，% 后是两位十六进制，编码为 UTF-8。",
               "The address is malformed: it starts with /, % is followed by two hex digits, and it is UTF-8.");
static REFUSAL(target_nul, 400, "target_nul", "网址里不能有空字符或控制字符。",
               "The address must not contain NUL or control characters.");
static REFUSAL(target_dots, 400, "target_dots", "网址里不能有 . 或 .. 这样的路径段。",
               "The address must not contain the segments . or ..");
static REFUSAL(query_many, 400, "query_too_many", "查询参数太多，最多 64 个。",
               "Too many query parameters; 64 at most.");
static REFUSAL(headers_many, 431, "headers_too_many", "请求头太多，最多 64 个。",
               "Too many headers; 64 at most.");
static REFUSAL(header_name, 400, "header_name", "请求头的名称里有不允许的字符。",
               "A header's name contains a character that is not allowed.");
static REFUSAL(header_value, 400, "header_value", "请求头的值里有控制字符。",
               "A header's value contains a control character.");
static REFUSAL(host_missing, 400, "host_missing", "缺少 Host 请求头。", "The Host header is missing.");
static REFUSAL(host_twice, 400, "host_twice", "Host 请求头出现了不止一次。",
               "There is more than one Host header.");
static REFUSAL(host_form, 400, "host_malformed", "Host 请求头写法不对。", "The Host header is malformed.");
static REFUSAL(length_twice, 400, "length_twice", "Content-Length 出现了不止一次。",
               "There is more than one Content-Length.");
static REFUSAL(length_form, 400, "length_malformed", "Content-Length 只能是数字。",
               "Content-Length must be digits only.");
static REFUSAL(length_and_coding, 400, "length_and_coding",
               "Content-Length 和 Transfer-Encoding 不能同时出现。",
               "Content-Length and Transfer-Encoding must not come together.");
static REFUSAL(coding_unknown, 400, "coding_unknown", "Transfer-Encoding 只接受一次 chunked。",
               "The only Transfer-Encoding taken is chunked, once.");
static REFUSAL(target_full, 414, "target_too_long", "网址太长。", "The address is too long.");

static const char *const method_names[HTTP_METHODS] = { "GET",   "HEAD",   "POST",   "PUT",
                                                        "PATCH", "DELETE", "OPTIONS" };

const char *http_method_name(HttpMethod m) { return method_names[m]; }

bool guard_name_is(Str name, const char *lower) {
    return name.n == strlen(lower) && strncasecmp(name.p, lower, name.n) == 0;
}

static const Refusal *check_method(Str method, HttpMethod *ret) {
    for (int m = 0; m < HTTP_METHODS; m++)
        if (str_is(method, method_names[m])) {
            *ret = (HttpMethod)m;
            return NULL;
        }
    return str_is(method, "TRACE") || str_is(method, "CONNECT") ? &method_refused : &method_unknown;
}

/* The characters of a token (RFC 9110, 5.6.2): letters, digits and some signs. */
static const bool token_char[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true, ['#'] = true, ['$'] = true,
    ['%'] = true,         ['&'] = true,         ['\''] = true,        ['*'] = true, ['+'] = true, ['-'] = true,
    ['.'] = true,         ['^'] = true,         ['_'] = true,         ['`'] = true, ['|'] = true, ['~'] = true,
};

static bool is_token(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!token_char[(unsigned char)s.p[i]])
            return false;
    return s.n > 0;
}

static bool has_control(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

static bool is_host(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) &&
            (!c || !strchr(".-_:[]", c)))
            return false;
    }
    return s.n > 0 && s.n <= 255;
}

static Str trim(Str s) {
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s.p++, s.n--;
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static bool read_length(Str s, uint64_t *ret) {
    uint64_t n = 0;

    if (s.n == 0 || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    }
    *ret = n;
    return true;
}

/* What the headers that decide the framing said. */
typedef struct Framing {
    int hosts, lengths, codings;
    Str host, length, coding;
} Framing;

static const Refusal *read_headers(const GuardHead *head, Framing *ret) {
    if (head->count > GUARD_HEADERS_MAX)
        return &headers_many;
    for (size_t i = 0; i < head->count; i++) {
        const HttpPair *h = &head->headers[i];
        if (!is_token(h->name))
            return &header_name;
        if (has_control(h->value))
            return &header_value;
        if (guard_name_is(h->name, "host"))
            ret->hosts++, ret->host = trim(h->value);
        else if (guard_name_is(h->name, "content-length"))
            ret->lengths++, ret->length = trim(h->value);
        else if (guard_name_is(h->name, "transfer-encoding"))
            ret->codings++, ret->coding = trim(h->value);
    }
    return NULL;
}

const Refusal *guard_head(const GuardHead *head, GuardFacts *ret) {
    Framing f = { 0 };
    GuardFacts facts = { 0 };
    const Refusal *no = check_method(head->method, &facts.method);
    bool old = str_is(head->version, "HTTP/1.0");

    if (!no && head->target.n > GUARD_TARGET_MAX)
        no = &target_long;
    if (!no)
        no = read_headers(head, &f);
    if (no)
        return no;
    if (f.hosts > 1)
        return &host_twice;
    if (f.hosts == 0 && !old)
        return &host_missing;
    if (f.hosts == 1 && !is_host(f.host))
        return &host_form;
    if (f.lengths && f.codings)
        return &length_and_coding;
    if (f.lengths > 1)
        return &length_twice;
    if (f.lengths == 1 && !read_length(f.length, &facts.length))
        return &length_form;
    if (f.codings > 1 || (f.codings == 1 && (old || !guard_name_is(f.coding, "chunked"))))
        return &coding_unknown;
    facts.chunked = f.codings == 1;
    facts.has_body = facts.chunked || facts.length > 0;
    *ret = facts;
    return NULL;
}

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Decodes `s` to `to` (at least s.n + 1 bytes) and moves *to past the final NUL. */
static const Refusal *decode(Str s, bool plus_is_space, char **to, Str *ret) {
    char *start = *to, *at = start;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1, low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return &target_form;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space)
            c = ' ';
        *at++ = c;
    }
    *at = 0;
    *ret = (Str){ start, (size_t)(at - start) };
    *to = at + 1;
    return utf8_valid(ret->p, ret->n, &(size_t){ 0 }) ? NULL : &target_form;
}

static bool has_space_or_control(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7F)
            return true;
    return false;
}

static const Refusal *check_path(Str path) {
    size_t start = 1;

    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7F)
            return &target_nul;
    if (path.p[0] != '/')
        return &target_form;
    for (size_t i = 1; i <= path.n; i++)
        if (i == path.n || path.p[i] == '/') {
            Str segment = { path.p + start, i - start };
            if (str_is(segment, ".") || str_is(segment, ".."))
                return &target_dots;
            start = i + 1;
        }
    return NULL;
}

/* In a value, line breaks and tabs are text (a note of several lines); NUL is not. */
static const Refusal *decode_query(Str query, char **to, GuardTarget *ret) {
    size_t start = 0;

    for (size_t i = 0; i <= query.n; i++) {
        if (i < query.n && query.p[i] != '&')
            continue;
        Str part = { query.p + start, i - start };
        start = i + 1;
        if (part.n == 0)
            continue;
        if (ret->count == GUARD_QUERY_MAX)
            return &query_many;
        const char *equals = memchr(part.p, '=', part.n);
        size_t name_n = equals ? (size_t)(equals - part.p) : part.n;
        Str value = { part.p + name_n + (equals != NULL), part.n - name_n - (equals != NULL) };
        HttpPair *pair = &ret->query[ret->count];
        const Refusal *no = decode((Str){ part.p, name_n }, true, to, &pair->name);
        if (!no)
            no = decode(value, true, to, &pair->value);
        if (no)
            return no;
        if (memchr(pair->name.p, 0, pair->name.n) || memchr(pair->value.p, 0, pair->value.n))
            return &target_nul;
        ret->count++;
    }
    return NULL;
}

const Refusal *guard_target(Str target, HttpMethod method, Arena *arena, GuardTarget *ret) {
    const char *mark = memchr(target.p, '?', target.n);
    Str path = { target.p, mark ? (size_t)(mark - target.p) : target.n };
    Str query = mark ? (Str){ mark + 1, target.n - path.n - 1 } : (Str){ "", 0 };
    GuardTarget t = { 0 };

    if (target.n > GUARD_TARGET_MAX)
        return &target_long;
    if (str_is(target, "*") && method == HTTP_OPTIONS) {
        *ret = (GuardTarget){ .path = { "*", 1 } };
        return NULL;
    }
    if (path.n == 0 || path.p[0] != '/' || has_space_or_control(target))
        return &target_form;
    size_t pairs = query.n > 0;
    for (size_t i = 0; i < query.n && pairs < GUARD_QUERY_MAX; i++)
        pairs += query.p[i] == '&';
    /* Decoding only shrinks; each name and value also wants its NUL. */
    char *room = arena_take(arena, target.n + 2 + 2 * pairs);
    if (room && pairs)
        t.query = arena_take(arena, pairs * sizeof *t.query);
    if (!room || (pairs && !t.query))
        return &target_full;
    const Refusal *no = decode(path, false, &room, &t.path);
    if (!no)
        no = check_path(t.path);
    if (!no)
        no = decode_query(query, &room, &t);
    if (!no)
        *ret = t;
    return no;
}

/* The next element of a comma list, or false at its end. */
static bool next_element(Str *list, Str *ret) {
    if (list->n == 0)
        return false;
    const char *comma = memchr(list->p, ',', list->n);
    size_t n = comma ? (size_t)(comma - list->p) : list->n;
    *ret = trim((Str){ list->p, n });
    list->p += n + (comma != NULL);
    list->n -= n + (comma != NULL);
    return true;
}

/* Cuts ";q=0.8" off an element; thousandths. Anything odd counts as 1. */
static int cut_quality(Str *element) {
    const char *semicolon = memchr(element->p, ';', element->n);
    if (!semicolon)
        return 1000;
    Str rest = trim((Str){ semicolon + 1, element->n - (size_t)(semicolon + 1 - element->p) });
    *element = trim((Str){ element->p, (size_t)(semicolon - element->p) });
    if (rest.n < 3 || (rest.p[0] != 'q' && rest.p[0] != 'Q') || rest.p[1] != '=' || rest.p[2] != '0')
        return 1000;
    int q = 0, scale = 100;
    for (size_t i = 4; i < rest.n && i < 7 && rest.p[i] >= '0' && rest.p[i] <= '9'; i++, scale /= 10)
        q += (rest.p[i] - '0') * scale;
    return q;
}

HttpLang guard_lang(Str accept_language, HttpLang otherwise) {
    HttpLang lang = otherwise;
    int best = 0;
    Str element;

    while (next_element(&accept_language, &element)) {
        int q = cut_quality(&element);
        if (q <= best || element.n < 2 || (element.n > 2 && element.p[2] != '-'))
            continue;
        if (strncasecmp(element.p, "zh", 2) == 0)
            lang = HTTP_ZH, best = q;
        else if (strncasecmp(element.p, "en", 2) == 0)
            lang = HTTP_EN, best = q;
    }
    return lang;
}

bool guard_accepts(Str accept_encoding, const char *coding) {
    int named = -1, any = -1;
    Str element;

    while (next_element(&accept_encoding, &element)) {
        int q = cut_quality(&element);
        if (guard_name_is(element, coding))
            named = q;
        else if (str_is(element, "*"))
            any = q;
    }
    return named >= 0 ? named > 0 : any > 0;
}

bool guard_knows(Str list, const char *etag) {
    size_t n = strlen(etag), i = 0;

    while (i < list.n) {
        while (i < list.n && (list.p[i] == ' ' || list.p[i] == ',' || list.p[i] == '\t'))
            i++;
        size_t start = i;
        while (i < list.n && list.p[i] != ',')
            i++;
        Str one = { list.p + start, i - start };
        while (one.n && one.p[one.n - 1] == ' ')
            one.n--;
        if (one.n > 2 && memcmp(one.p, "W/", 2) == 0)
            one = (Str){ one.p + 2, one.n - 2 };
        if (str_is(one, "*") || (one.n == n && memcmp(one.p, etag, n) == 0))
            return true;
    }
    return false;
}

bool guard_cookie(Str cookies, const char *name, Str *ret) {
    size_t name_n = strlen(name);

    for (size_t i = 0; i < cookies.n;) {
        const char *semicolon = memchr(cookies.p + i, ';', cookies.n - i);
        size_t end = semicolon ? (size_t)(semicolon - cookies.p) : cookies.n;
        Str pair = trim((Str){ cookies.p + i, end - i });
        if (pair.n > name_n && pair.p[name_n] == '=' && memcmp(pair.p, name, name_n) == 0) {
            *ret = (Str){ pair.p + name_n + 1, pair.n - name_n - 1 };
            return true;
        }
        i = end + 1;
    }
    return false;
}

bool guard_origin_is(Str origin, Str host) {
    size_t scheme = 0;

    if (origin.n > 7 && strncasecmp(origin.p, "http://", 7) == 0)
        scheme = 7;
    else if (origin.n > 8 && strncasecmp(origin.p, "https://", 8) == 0)
        scheme = 8;
    return scheme && origin.n - scheme == host.n && strncasecmp(origin.p + scheme, host.p, host.n) == 0;
}
