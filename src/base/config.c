/* config – see config.h. The kinds of value are decided in take_value(); which
 * settings there are, only in config.def. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum Kind { KIND_TEXT, KIND_ADDRESS, KIND_CHOICE, KIND_INT, KIND_SIZE, KIND_TIME, KIND_BOOL } Kind;

static const struct Setting {
    const char *name;
    size_t offset;
    Kind kind;
    int64_t from, to;
    const char *words; /* of a choice */
    const char *initial;
    bool secret;
    const char *zh, *en;
} settings[CONFIG_COUNT] = {
#define TEXT(max) KIND_TEXT, 0, max, NULL
#define ADDRESS KIND_ADDRESS, 0, 260, NULL
#define CHOICE(words) KIND_CHOICE, 0, 0, words
#define INT(from, to) KIND_INT, from, to, NULL
#define SIZE(from, to) KIND_SIZE, from, to, NULL
#define TIME(from, to) KIND_TIME, from, to, NULL
#define BOOL KIND_BOOL, 0, 1, NULL
#define PLAIN false
#define SECRET true
#define CONFIG(name, type, initial, secret, zh, en) \
    { #name, offsetof(Config, name), type, initial, secret, zh, en },
#include "config.def"
#undef CONFIG
};

typedef struct Unit {
    const char *name;
    int64_t worth;
} Unit;
static const Unit sizes[] = { { "", 1 }, { "k", 1024 }, { "M", 1024 * 1024 }, { "G", 1024 * 1024 * 1024 } };
static const Unit times[] = { { "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 } };

/* ---- values ---- */

/* "10" of "10s" times the worth of "s"; false: no number, no such unit, or too large. */
static bool take_number(Str s, const Unit *units, size_t count, int64_t *ret) {
    int64_t n = 0;
    size_t at = 0;

    for (; at < s.n && at < 12 && isdigit((unsigned char)s.p[at]); at++)
        n = n * 10 + (s.p[at] - '0');
    for (size_t i = 0; at > 0 && i < count; i++)
        if (str_is((Str){ s.p + at, s.n - at }, units[i].name)) {
            if (n > INT64_MAX / units[i].worth)
                return false;
            *ret = n * units[i].worth;
            return true;
        }
    return false;
}

static bool is_word_of(Str s, const char *words) {
    for (const char *p = words, *end; *p; p = *end ? end + 1 : end) {
        end = p + strcspn(p, "|");
        if (str_same(s, (Str){ p, (size_t)(end - p) }))
            return true;
    }
    return false;
}

static bool is_plain_text(Str s, int64_t max) {
    size_t at;

    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
            return false;
    return s.n <= (size_t)max && utf8_valid(s.p, s.n, &at);
}

/* Writes the value into the Config; `kept` is its text in the pool. */
static bool take_value(const struct Setting *s, const char *kept, Config *c) {
    Str text = str(kept);
    void *at = (char *)c + s->offset;
    int64_t n = 0;
    char host[256];
    int32_t port;
    static const Unit one[] = { { "", 1 } };
    bool good = false;

    switch (s->kind) {
    case KIND_TEXT: good = is_plain_text(text, s->to); break;
    case KIND_ADDRESS: good = config_address(kept, host, &port); break;
    case KIND_CHOICE: good = is_word_of(text, s->words); break;
    case KIND_INT: good = take_number(text, one, 1, &n); break;
    case KIND_SIZE: good = take_number(text, sizes, COUNT(sizes), &n); break;
    case KIND_TIME: good = take_number(text, times, COUNT(times), &n); break;
    case KIND_BOOL:
        n = str_is(text, "on");
        good = n || str_is(text, "off");
        break;
    }
    if (!good)
        return false;
    if (s->kind == KIND_TEXT || s->kind == KIND_ADDRESS || s->kind == KIND_CHOICE)
        memcpy(at, &kept, sizeof kept);
    else if (n < s->from || n > s->to)
        return false;
    else if (s->kind == KIND_BOOL)
        memcpy(at, &(bool){ n != 0 }, sizeof(bool));
    else
        memcpy(at, &n, sizeof n);
    return true;
}

/* 1048576 as 1M: the largest unit that divides it. */
static void put_amount(Buf *b, int64_t n, const Unit *units, size_t count) {
    size_t i = count - 1;
    while (i > 0 && n % units[i].worth)
        i--;
    buf_int(b, n / units[i].worth);
    buf_str(b, units[i].name);
}

static void put_range(Buf *b, const struct Setting *s, const Unit *units, size_t count, const char *to) {
    put_amount(b, s->from, units, count);
    buf_str(b, to);
    put_amount(b, s->to, units, count);
}

/* What is allowed, in words. */
static void put_allowed(Buf *b, const struct Setting *s, bool zh) {
    static const Unit one[] = { { "", 1 } };
    const char *to = zh ? " 到 " : " to ";

    switch (s->kind) {
    case KIND_TEXT: buf_fmt(b, zh ? "文字，最多 %d 字节" : "a text of at most %d bytes", (int)s->to); break;
    case KIND_ADDRESS:
        buf_str(b, zh ? "地址:端口，如 127.0.0.1:8080" : "address:port, such as 127.0.0.1:8080");
        break;
    case KIND_BOOL: buf_str(b, zh ? "on 或 off" : "on or off"); break;
    case KIND_CHOICE:
        for (const char *p = s->words; *p; p++)
            if (*p == '|')
                buf_str(b, zh ? "、" : ", ");
            else
                buf_char(b, *p);
        break;
    case KIND_INT:
        buf_str(b, zh ? "整数，" : "a whole number, ");
        put_range(b, s, one, 1, to);
        break;
    case KIND_SIZE:
        buf_str(b, zh ? "大小（k、M、G），" : "a size (k, M, G), ");
        put_range(b, s, sizes, COUNT(sizes), to);
        break;
    case KIND_TIME:
        buf_str(b, zh ? "时长（ms、s、min、h），" : "a time (ms, s, min, h), ");
        put_range(b, s, times, COUNT(times), to);
        break;
    }
}

bool config_address(const char *z, char ret_host[256], int32_t *ret_port) {
    const char *colon = strrchr(z, ':'), *from = z, *to = colon;
    int32_t port = 0;

    if (!colon || !colon[1] || strlen(colon + 1) > 5)
        return false;
    for (const char *p = colon + 1; *p; p++) {
        if (!isdigit((unsigned char)*p))
            return false;
        port = port * 10 + (*p - '0');
    }
    bool brackets = z[0] == '[' && colon > z && colon[-1] == ']';
    if (brackets) {
        from++;
        to--;
    }
    if (port > 65535 || to <= from || to - from > 255)
        return false;
    for (const char *p = from; p < to; p++)
        if (!isalnum((unsigned char)*p) && *p != '.' && *p != '-' && !(brackets && *p == ':'))
            return false;
    memcpy(ret_host, from, (size_t)(to - from));
    ret_host[to - from] = 0;
    *ret_port = port;
    return true;
}

bool config_is_loopback(const char *host) {
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcmp(host, "localhost") == 0;
}

/* ---- setting one ---- */

static int find(Str name) {
    for (int i = 0; i < CONFIG_COUNT; i++)
        if (str_is(name, settings[i].name))
            return i;
    return -1;
}

/* How many letters must be changed, added or left out (Levenshtein). */
static size_t distance(Str a, const char *b) {
    size_t row[64], m = strlen(b);

    if (a.n > 60 || m > 60)
        return 99;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = corner + (a.p[i - 1] != b[j - 1]);
            corner = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m];
}

static Err unknown(Str name, const char *where, Fault *f) {
    size_t best = 4;
    const char *like = NULL;

    for (int i = 0; i < CONFIG_COUNT; i++)
        if (distance(name, settings[i].name) < best) {
            best = distance(name, settings[i].name);
            like = settings[i].name;
        }
    char field[48];
    int n = name.n < 40 ? (int)name.n : 40;
    snprintf(field, sizeof field, "%.*s", n, name.p);
    if (like)
        return fault(f, ERR_INVALID, "config_unknown", field, "%s：没有“%s”这个设置。是不是“%s”？",
                     "%s: there is no setting \"%s\". Did you mean \"%s\"?", where, field, like);
    return fault(f, ERR_INVALID, "config_unknown", field,
                 "%s：没有“%s”这个设置。`jingwei config` 列出全部设置。",
                 "%s: there is no setting \"%s\". `jingwei config` lists them all.", where, field);
}

Err config_set(Config *c, Str name, Str value, const char *where, Fault *f) {
    int i = find(name);
    char zh_room[240], en_room[240];
    Buf zh = { zh_room, 0, sizeof zh_room, false, 0 }, en = { en_room, 0, sizeof en_room, false, 0 };

    if (i < 0)
        return unknown(name, where, f);
    if (value.n >= sizeof c->pool - c->pool_used)
        return fault(f, ERR_LIMIT, "config_large", settings[i].name, "%s：全部设置加在一起太长。",
                     "%s: the settings are too long together.", where);
    char *kept = c->pool + c->pool_used;
    if (value.n)
        memcpy(kept, value.p, value.n);
    kept[value.n] = 0;
    if (memchr(kept, 0, value.n) || !take_value(&settings[i], kept, c)) {
        put_allowed(&zh, &settings[i], true);
        put_allowed(&en, &settings[i], false);
        return fault(f, ERR_INVALID, "config_value", settings[i].name,
                     "%s：%s 不能是“%.60s”。允许的是：%s。%.0s", "%s: %s cannot be \"%.60s\". Allowed: %.0s%s.",
                     where, settings[i].name, settings[i].secret ? "********" : kept, zh_room, en_room);
    }
    c->pool_used += value.n + 1;
    c->origin[i].text = kept;
    c->origin[i].line = 0;
    return OK;
}

void config_begin(Config *c) {
    Fault f;

    memset(c, 0, sizeof *c);
    for (int i = 0; i < CONFIG_COUNT; i++) {
        Err e = config_set(c, str(settings[i].name), str(settings[i].initial), "config.def", &f);
        if (e != OK) { /* our own mistake; base_config.c would have found it */
            fprintf(stderr, "%s\n", f.en);
            abort();
        }
        c->origin[i].from = CONFIG_DEFAULT;
    }
}

/* ---- the file ---- */

static Str trim(Str s) {
    while (s.n && isspace((unsigned char)s.p[0]))
        s = (Str){ s.p + 1, s.n - 1 };
    while (s.n && isspace((unsigned char)s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Up to a # at the start or behind a space, unless it is quoted. */
static Str without_comment(Str line) {
    bool quoted = false;

    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '"')
            quoted = !quoted;
        if (line.p[i] == '#' && !quoted && (i == 0 || isspace((unsigned char)line.p[i - 1])))
            line.n = i;
    }
    return trim(line);
}

static Err read_line(Config *c, Str line, const char *where, int32_t number, Fault *f) {
    const char *equals = line.n ? memchr(line.p, '=', line.n) : NULL;

    if (!equals)
        return fault(f, ERR_INVALID, "config_line", "", "%s：应写成“名称 = 值”。",
                     "%s: this is not \"name = value\".", where);
    Str name = trim((Str){ line.p, (size_t)(equals - line.p) });
    Str value = trim((Str){ equals + 1, (size_t)(line.p + line.n - equals - 1) });
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = (Str){ value.p + 1, value.n - 2 };
    int i = find(name);
    if (i >= 0 && c->origin[i].from == CONFIG_FILE)
        return fault(f, ERR_INVALID, "config_twice", settings[i].name, "%s：%s 已在第 %d 行设置过。",
                     "%s: %s is already set in line %d.", where, settings[i].name, c->origin[i].line);
    if (i == CONFIG_data)
        return fault(f, ERR_INVALID, "config_data", "data",
                     "%s：data 说明这个文件在哪里，只能用 --data 或 JINGWEI_DATA。",
                     "%s: data says where this file is; use --data or JINGWEI_DATA.", where);
    TRY(config_set(c, name, value, where, f));
    c->origin[i].from = CONFIG_FILE;
    c->origin[i].line = number;
    return OK;
}

Err config_read(Config *c, Str text, const char *file_name, Fault *f) {
    char where[520];
    int32_t number = 0;

    if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
        text = (Str){ text.p + 3, text.n - 3 };
    for (size_t from = 0, to; from < text.n; from = to + 1) {
        const char *end = memchr(text.p + from, '\n', text.n - from);
        to = end ? (size_t)(end - text.p) : text.n;
        Str line = without_comment((Str){ text.p + from, to - from });
        snprintf(where, sizeof where, "%s:%d", file_name, ++number);
        if (line.n)
            TRY(read_line(c, line, where, number, f));
    }
    return OK;
}

/* No file is no fault; one that cannot be read is. */
static Err read_file(Config *c, Fault *f) {
    enum { FILE_MAX = 65536 };
    char path[sizeof c->file];

    if (snprintf(path, sizeof path, "%s/jingwei.conf", c->data) >= (int)sizeof path)
        return OK;
    FILE *file = fopen(path, "rbe");
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return OK;
    char *room = mem_alloc(FILE_MAX + 1);
    size_t n = file && room ? fread(room, 1, FILE_MAX + 1, file) : 0;
    Err e = OK;
    if (!file || ferror(file))
        e = fault(f, ERR_INVALID, "config_file", "", "无法读取 %s：%s。", "%s cannot be read: %s.", path,
                  strerror(errno));
    else if (!room)
        e = fault_memory(f);
    else if (n > FILE_MAX)
        e = fault(f, ERR_LIMIT, "config_large", "", "%s 超过 64 KB。", "%s is larger than 64 KB.", path);
    else {
        memcpy(c->file, path, sizeof path);
        e = config_read(c, (Str){ room, n }, path, f);
    }
    mem_free(room);
    if (file)
        fclose(file);
    return e;
}

/* ---- environment and flags ---- */

static Err read_environment(Config *c, char **environment, bool only_data, Fault *f) {
    static const char prefix[] = "JINGWEI_";
    char where[80], name[64];

    for (char **p = environment; p && *p; p++) {
        const char *from = *p + sizeof prefix - 1, *equals = strchr(*p, '=');
        if (strncmp(*p, prefix, sizeof prefix - 1) != 0 || !equals)
            continue;
        size_t n = (size_t)(equals - from);
        snprintf(name, sizeof name, "%.*s", (int)(n < 60 ? n : 60), from);
        snprintf(where, sizeof where, "%s%s", prefix, name);
        for (char *l = name; *l; l++)
            *l = (char)tolower((unsigned char)*l);
        if (only_data && strcmp(name, "data") != 0)
            continue;
        TRY(config_set(c, str(name), str(equals + 1), where, f));
        c->origin[find(str(name))].from = CONFIG_ENVIRONMENT;
    }
    return OK;
}

/* --name value, --name=value; dashes within the name may stand for its underlines. */
static Err read_flags(Config *c, int *argc, char **argv, bool only_data, Fault *f) {
    int kept = 1;
    bool ended = false;

    for (int i = 1; i < *argc; i++) {
        char name[64] = "", where[70];
        const char *equals = strchr(argv[i], '=');
        size_t n = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        ended = ended || strcmp(argv[i], "--") == 0;
        if (!ended && n > 2 && n < 60 && strncmp(argv[i], "--", 2) == 0)
            snprintf(name, sizeof name, "%.*s", (int)n - 2, argv[i] + 2);
        for (char *l = name; *l; l++)
            *l = *l == '-' ? '_' : *l;
        int at = find(str(name));
        if (at < 0) {
            if (!only_data)
                argv[kept++] = argv[i];
            continue;
        }
        snprintf(where, sizeof where, "%.*s", (int)n, argv[i]);
        if (!equals && i + 1 == *argc)
            return fault(f, ERR_INVALID, "config_flag", settings[at].name, "%s 后面缺少值。",
                         "%s needs a value.", where);
        const char *value = equals ? equals + 1 : argv[++i];
        if (only_data && at != CONFIG_data)
            continue;
        TRY(config_set(c, str(name), str(value), where, f));
        c->origin[at].from = CONFIG_FLAG;
    }
    if (!only_data) {
        *argc = kept;
        argv[kept] = NULL;
    }
    return OK;
}

/* Where the file is must be known first; then file, environment, flags. */
Err config_load(char **environment, int *argc, char **argv, Config *ret, Fault *f) {
    config_begin(ret);
    TRY(read_environment(ret, environment, true, f));
    TRY(read_flags(ret, argc, argv, true, f));
    TRY(read_file(ret, f));
    TRY(read_environment(ret, environment, false, f));
    return read_flags(ret, argc, argv, false, f);
}

/* ---- printing ---- */

/* A secret is stars; of an address with a password only the password is. */
static void put_value(Buf *b, const Config *c, int i) {
    const char *z = c->origin[i].text, *host = strstr(z, "://"), *at = host ? strrchr(host, '@') : NULL;
    const char *colon = at ? memchr(host + 3, ':', (size_t)(at - host - 3)) : NULL;

    if (!settings[i].secret || !*z)
        buf_str(b, z);
    else if (!host || strchr(z, '?') || (at && !colon))
        buf_str(b, "********");
    else if (!at)
        buf_str(b, z);
    else {
        buf_put(b, z, (size_t)(colon + 1 - z));
        buf_str(b, "********");
        buf_str(b, at);
    }
}

static void put_origin(Buf *b, const Config *c, int i) {
    switch (c->origin[i].from) {
    case CONFIG_DEFAULT: buf_str(b, "default"); break;
    case CONFIG_FILE: buf_fmt(b, "%s:%d", c->file[0] ? c->file : "file", c->origin[i].line); break;
    case CONFIG_ENVIRONMENT: buf_str(b, "environment"); break;
    case CONFIG_FLAG: buf_str(b, "flag"); break;
    }
}

void config_print(const Config *c, Buf *b) {
    for (int i = 0; i < CONFIG_COUNT; i++) {
        buf_fmt(b, "# %s\n# %s\n# ", settings[i].zh, settings[i].en);
        put_allowed(b, &settings[i], false);
        buf_str(b, " · ");
        put_origin(b, c, i);
        buf_fmt(b, "\n%s%s = ", i == CONFIG_data ? "# " : "", settings[i].name);
        bool quote = strchr(c->origin[i].text, '#') || strchr(c->origin[i].text, ' ');
        buf_str(b, quote ? "\"" : "");
        put_value(b, c, i);
        buf_str(b, quote ? "\"\n\n" : "\n\n");
    }
}

void config_print_json(const Config *c, Buf *b) {
    char room[1200];

    buf_char(b, '[');
    for (int i = 0; i < CONFIG_COUNT; i++) {
        Buf value = { room, 0, sizeof room, false, 0 };
        room[0] = 0;
        put_value(&value, c, i);
        buf_fmt(b, "%s{\"name\":\"%s\",\"value\":", i ? "," : "", settings[i].name);
        buf_json(b, buf_view(&value));
        value.n = 0;
        put_origin(&value, c, i);
        buf_str(b, ",\"from\":");
        buf_json(b, buf_view(&value));
        buf_str(b, ",\"default\":");
        buf_json(b, str(settings[i].initial));
        buf_str(b, ",\"zh\":");
        buf_json(b, str(settings[i].zh));
        buf_str(b, ",\"en\":");
        buf_json(b, str(settings[i].en));
        buf_char(b, '}');
    }
    buf_str(b, "]\n");
}

void config_print_markdown(Buf *b) {
    buf_str(
        b,
        "# Settings 设置\n\n"
        "Printed by `jingwei config --markdown` from `src/base/config.def`; change it there.\n\n"
        "A setting comes from its default, then `DIR/jingwei.conf` (`name = value`, `#` comments), then the\n"
        "environment (`JINGWEI_NAME`), then a flag (`--name value`); later ones win. An unknown name or a "
        "value\n"
        "that is not allowed stops the start and is named with its file and line.\n\n"
        "设置依次取自默认值、`DIR/jingwei.conf`（`名称 = 值`，`#` 为注释）、环境变量 `JINGWEI_NAME` 和命令行\n"
        "`--name value`，后者优先。未知的名称或不允许的值会在启动时报错，并指明文件和行号。\n\n"
        "| name | default | allowed | 说明 | meaning |\n|---|---|---|---|---|\n");
    for (int i = 0; i < CONFIG_COUNT; i++) {
        const struct Setting *s = &settings[i];
        buf_fmt(b, *s->initial ? "| `%s` | `%s` | " : "| `%s` |%s | ", s->name, s->initial);
        put_allowed(b, s, false);
        buf_fmt(b, "%s | %s | %s |\n", s->secret ? "; a secret" : "", s->zh, s->en);
    }
}
