/* csv – see csv.h. Bytes become text in refill(), text becomes rows in csv_next();
 * a fault of the encoding waits until the rows before it were given out, so that it
 * names the right one. */
#include "csv.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>

enum { RAW = 65536, FIELD_MAX = 65536, ROW_MAX = 1048576, COLUMNS_MAX = 1000 };
typedef enum Encoding { UNDECIDED, UTF8, GB18030 } Encoding;

struct Csv {
    CsvSource *source;
    void *from;
    CsvLimits limits;
    Encoding encoding;
    iconv_t convert; /* of GB18030 */
    bool converting;

    char raw[RAW]; /* as they came */
    size_t raw_n;
    int64_t raw_at; /* the offset of raw[0] in the file */
    bool at_end;    /* of the source */

    char text[2 * RAW]; /* UTF-8; two bytes of GB18030 make at most three */
    size_t text_n, text_used;
    int64_t wrong_at; /* offset of the byte that is no text, −1: none yet */
    bool skip_feed;   /* a CR ended the last line: a LF belongs to it */
    int64_t line;     /* of the next letter */

    Buf row;      /* the fields, each with a NUL behind it */
    size_t *ends; /* columns_max + 1: where each ends in `row` */
    int32_t count;
    int64_t row_number, row_line;

    char *header; /* copied fields */
    size_t *header_ends;
    int32_t columns; /* 0: no header was read */
    bool broken;
    Fault why;
};

/* ---- bytes to text ---- */

static Err stop(Csv *c, const Fault *why, Fault *f) {
    c->broken = true;
    c->why = *why;
    *f = *why;
    return why->err;
}

static bool fill_raw(Csv *c, Fault *f) {
    while (!c->at_end && c->raw_n < RAW) {
        size_t n = 0;
        if (c->source(c->from, c->raw + c->raw_n, RAW - c->raw_n, &n, f) != OK)
            return false;
        c->at_end = n == 0;
        c->raw_n += n;
    }
    return true;
}

static void drop_raw(Csv *c, size_t n) {
    memmove(c->raw, c->raw + n, c->raw_n - n);
    c->raw_n -= n;
    c->raw_at += (int64_t)n;
}

/* Could the raw bytes be GB18030? A character cut by the end of the
 * buffer counts for it. */
static bool looks_gb18030(const Csv *c) {
    const unsigned char *p = (const unsigned char *)c->raw;
    size_t at = 0;

    while (at < c->raw_n) {
        size_t left = c->raw_n - at;
        if (p[at] < 0x80) {
            at++;
            continue;
        }
        if (p[at] == 0x80 || p[at] == 0xFF)
            return false;
        if (left == 1)
            return !c->at_end;
        if (p[at + 1] >= 0x30 && p[at + 1] <= 0x39) {
            if (left < 4)
                return !c->at_end;
            if (p[at + 2] < 0x81 || p[at + 2] > 0xFE || p[at + 3] < 0x30 || p[at + 3] > 0x39)
                return false;
            at += 4;
        } else if (p[at + 1] >= 0x40 && p[at + 1] <= 0xFE && p[at + 1] != 0x7F)
            at += 2;
        else
            return false;
    }
    return true;
}

/* How many of the raw bytes are whole, well-formed UTF-8. A character that the end of
 * the buffer cuts is left for later. */
static size_t utf8_prefix(const Csv *c, bool *ret_wrong) {
    size_t at = c->raw_n;

    *ret_wrong = false;
    if (utf8_valid(c->raw, c->raw_n, &at))
        return c->raw_n;
    static const char tails[3][4] = { "\x80\x80\x80", "\x90\x80\x80", "\xA0\x80\x80" };
    size_t left = c->raw_n - at;
    for (size_t more = 1; !c->at_end && left < 4 && more <= 3; more++) /* would some ending make it whole? */
        for (size_t t = 0; t < COUNT(tails); t++) {
            char whole[8];
            size_t ignored;
            memcpy(whole, c->raw + at, left);
            memcpy(whole + left, tails[t], more);
            if (utf8_valid(whole, left + more, &ignored))
                return at;
        }
    *ret_wrong = true;
    return at;
}

static void wrong_from(Csv *c, size_t at) { c->wrong_at = c->raw_at + (int64_t)at; }

/* Chinese in GBK is hardly ever well-formed UTF-8 for more than a letter or two, and
 * hardly ever as letters of three bytes; UTF-8 broken somewhere is so up to there. */
static bool was_utf8(const Csv *c, size_t n) {
    size_t signs = 0;

    for (size_t i = 0; i < n; i++)
        signs += (c->raw[i] & 0xE0) == 0xC0 ? 1 : (c->raw[i] & 0xC0) == 0xC0 ? 3 : 0;
    return signs >= 8;
}

static Err begin_gb18030(Csv *c, Fault *f) {
    c->convert = iconv_open("UTF-8", "GB18030");
    if (c->convert == (iconv_t)-1)
        return fault(f, ERR_INVALID, "csv_no_iconv", "",
                     "此表为 GB18030 编码，但本机缺少转换数据。请另存为 UTF-8。",
                     "The table is in GB18030, and this machine lacks its conversion. Save it as UTF-8.");
    c->converting = true;
    c->encoding = GB18030;
    return OK;
}

/* Decides by what follows the first letter beyond ASCII; before it, all is both. If
 * it is neither, the UTF-8 reader says where. */
static Err decide(Csv *c, Fault *f) {
    bool wrong;
    size_t good = utf8_prefix(c, &wrong);

    if (wrong && !was_utf8(c, good) && looks_gb18030(c))
        return begin_gb18030(c, f);
    c->encoding = UTF8;
    return OK;
}

/* Moves raw bytes to text as they are. */
static void take_plain(Csv *c, size_t n) {
    memcpy(c->text, c->raw, n);
    c->text_n = n;
    drop_raw(c, n);
}

static void take_converted(Csv *c) {
    char *in = c->raw, *out = c->text;
    size_t in_left = c->raw_n, out_left = sizeof c->text;
    size_t n = iconv(c->convert, &in, &in_left, &out, &out_left);
    int why = n == (size_t)-1 ? errno : 0;

    c->text_n = sizeof c->text - out_left;
    size_t used = c->raw_n - in_left;
    if (why == EILSEQ || (why == EINVAL && c->at_end))
        wrong_from(c, used);
    drop_raw(c, used);
}

/* Text is used up: more of it. *ret_end: there is none. */
static Err refill(Csv *c, bool *ret_end, Fault *f) {
    bool wrong = false;
    size_t n, ascii = 0;
    Fault why;

    *ret_end = false;
    c->text_n = c->text_used = 0;
    if (c->wrong_at >= 0) {
        fault(&why, ERR_INVALID, "csv_encoding", "",
              "第 %lld 行数据（文件第 %lld 行，第 %lld 字节）不是有效的 %s 文本。请另存为“CSV UTF-8”。",
              "Row %lld (line %lld of the file, byte %lld) is not %s. Save the table as \"CSV UTF-8\".",
              (long long)c->row_number + 1, (long long)c->line, (long long)c->wrong_at, csv_encoding(c));
        return stop(c, &why, f);
    }
    if (!fill_raw(c, &why))
        return stop(c, &why, f);
    if (c->raw_at == 0 && c->raw_n >= 2 &&
        (memcmp(c->raw, "\xFF\xFE", 2) == 0 || memcmp(c->raw, "\xFE\xFF", 2) == 0)) {
        fault(&why, ERR_INVALID, "csv_utf16", "", "此表为 UTF-16（“Unicode 文本”）。请另存为“CSV UTF-8”。",
              "The table is UTF-16 (\"Unicode text\"). Save it as \"CSV UTF-8\".");
        return stop(c, &why, f);
    }
    if (c->raw_at == 0 && c->raw_n >= 3 && memcmp(c->raw, "\xEF\xBB\xBF", 3) == 0) {
        drop_raw(c, 3);
        c->encoding = UTF8;
        if (!fill_raw(c, &why))
            return stop(c, &why, f);
    }
    while (c->encoding == UNDECIDED && ascii < c->raw_n && !(c->raw[ascii] & 0x80))
        ascii++;
    if (c->encoding == UNDECIDED && ascii > 0) { /* decide with a full buffer behind the letter */
        take_plain(c, ascii);
        return OK;
    }
    if (c->raw_n && c->encoding == UNDECIDED && decide(c, &why) != OK)
        return stop(c, &why, f);
    if (c->encoding == GB18030)
        take_converted(c);
    else {
        n = utf8_prefix(c, &wrong);
        if (wrong)
            wrong_from(c, n);
        take_plain(c, n);
    }
    if (c->text_n == 0 && c->wrong_at >= 0)
        return refill(c, ret_end, f); /* says so */
    *ret_end = c->text_n == 0;
    return OK;
}

/* ---- text to rows ---- */

Err csv_open(CsvSource *source, void *from, CsvLimits limits, Csv **ret, Fault *f) {
    limits.field_max = limits.field_max ? limits.field_max : FIELD_MAX;
    limits.row_max = limits.row_max ? limits.row_max : ROW_MAX;
    limits.columns_max = limits.columns_max ? limits.columns_max : COLUMNS_MAX;
    limits.delimiter = limits.delimiter ? limits.delimiter : ',';

    Csv *c = mem_alloc(sizeof *c);
    if (!c)
        return fault_memory(f);
    memset(c, 0, sizeof *c);
    c->source = source;
    c->from = from;
    c->limits = limits;
    c->wrong_at = -1;
    c->line = 1;
    c->ends = mem_alloc(((size_t)limits.columns_max + 1) * sizeof *c->ends);
    if (!c->ends || buf_begin(&c->row, 4096, limits.row_max + (size_t)limits.columns_max + 2, f) != OK) {
        csv_close(c);
        return fault_memory(f);
    }
    if (limits.encoding && strcmp(limits.encoding, "GB18030") == 0) {
        Err e = begin_gb18030(c, f);
        if (e != OK) {
            csv_close(c);
            return e;
        }
    } else if (limits.encoding)
        c->encoding = UTF8;
    *ret = c;
    return OK;
}

void csv_close(Csv *c) {
    if (!c)
        return;
    if (c->converting)
        iconv_close(c->convert);
    mem_free(c->header);
    mem_free(c->header_ends);
    mem_free(c->ends);
    buf_end(&c->row);
    mem_free(c);
}

static Err too_large(Csv *c, const char *what_zh, const char *what_en, int64_t max, Fault *f) {
    Fault why;
    if (c->row.full && c->row.n < c->limits.row_max)
        fault_memory(&why);
    else
        fault(&why, ERR_LIMIT, "csv_large", "",
              "第 %lld 行数据（文件第 %lld 行）：%s%.0s超过 %lld。是否缺了一个引号？",
              "Row %lld (line %lld of the file): %.0s%s than %lld. Is a quote missing?",
              (long long)c->row_number + 1, (long long)c->row_line, what_zh, what_en, (long long)max);
    return stop(c, &why, f);
}

static Err end_field(Csv *c, Fault *f) {
    size_t from = c->count ? c->ends[c->count - 1] + 1 : 0;

    if (c->row.n - from > c->limits.field_max)
        return too_large(c, "一个字段的字节数", "a field has more bytes", (int64_t)c->limits.field_max, f);
    if (c->count == c->limits.columns_max)
        return too_large(c, "列数", "there are more columns", c->limits.columns_max, f);
    c->ends[c->count++] = c->row.n;
    buf_char(&c->row, 0);
    if (c->row.full || c->row.n > c->limits.row_max + (size_t)c->count)
        return too_large(c, "一行的字节数", "the row has more bytes", (int64_t)c->limits.row_max, f);
    return OK;
}

/* Where in a row the reader stands. */
typedef enum Where { FIELD_START, PLAIN, QUOTED, QUOTE_SEEN } Where;

static Err misplaced(Csv *c, const char *zh, const char *en, Fault *f) {
    Fault why;
    fault(&why, ERR_INVALID, "csv_quote", "", "第 %lld 行数据（文件第 %lld 行）：%s%.0s。",
          "Row %lld (line %lld of the file): %.0s%s.", (long long)c->row_number + 1, (long long)c->row_line, zh,
          en);
    return stop(c, &why, f);
}

/* One byte; *ret_done at the end of the row. Letters of several bytes need no care:
 * all that matters here is ASCII. */
static Err take_byte(Csv *c, char b, Where *where, bool *ret_done, Fault *f) {
    bool line_end = b == '\n' || b == '\r', second = b == '\n' && c->skip_feed; /* of CRLF within quotes */

    if (b == 0) {
        Fault why;
        fault(&why, ERR_INVALID, "csv_nul", "", "第 %lld 行数据（文件第 %lld 行）含有零字节，这不是文本。",
              "Row %lld (line %lld of the file) holds a NUL byte: this is not text.",
              (long long)c->row_number + 1, (long long)c->line);
        return stop(c, &why, f);
    }
    c->skip_feed = b == '\r';
    c->line += line_end && !second;
    if (*where == QUOTED) {
        if (b == '"')
            *where = QUOTE_SEEN;
        else
            buf_char(&c->row, b);
    } else if (b == '"' && *where == QUOTE_SEEN) { /* a doubled quote */
        buf_char(&c->row, b);
        *where = QUOTED;
    } else if (b == '"' && *where == FIELD_START)
        *where = QUOTED;
    else if (b == c->limits.delimiter) {
        TRY(end_field(c, f));
        *where = FIELD_START;
    } else if (line_end) {
        *ret_done = true;
        return end_field(c, f);
    } else if (*where == QUOTE_SEEN)
        return misplaced(c, "引号结束后还有文字，引号内的引号应写两个",
                         "text follows a closing quote; write quotes within quotes twice", f);
    else {
        buf_char(&c->row, b);
        *where = PLAIN;
    }
    if (c->row.full || c->row.n > c->limits.row_max + (size_t)c->count)
        return too_large(c, "一行的字节数", "the row has more bytes", (int64_t)c->limits.row_max, f);
    return OK;
}

/* One row, blank or not. */
/* How many letters from here on only stand for themselves: all but quotes, line ends,
 * NULs and, outside quotes, the delimiter. The rest goes letter by letter. */
static size_t plain_run(const Csv *c, Where where) {
    const char *p = c->text + c->text_used, *end = c->text + c->text_n;
    char delimiter = where == QUOTED ? '"' : c->limits.delimiter;

    if (where == QUOTE_SEEN)
        return 0;
    while (p < end && *p != delimiter && *p != '"' && *p != '\n' && *p != '\r' && *p)
        p++;
    return (size_t)(p - (c->text + c->text_used));
}

static Err take_run(Csv *c, size_t n, Where *where, Fault *f) {
    size_t most = c->limits.row_max + (size_t)c->count + 1 - c->row.n; /* with it the row is too large */

    n = n < most ? n : most;
    buf_put(&c->row, c->text + c->text_used, n);
    c->text_used += n;
    c->skip_feed = false;
    if (*where == FIELD_START)
        *where = PLAIN;
    if (c->row.full || c->row.n > c->limits.row_max + (size_t)c->count)
        return too_large(c, "一行的字节数", "the row has more bytes", (int64_t)c->limits.row_max, f);
    return OK;
}

static Err read_row(Csv *c, bool *ret_more, Fault *f) {
    Where where = FIELD_START;
    bool done = false, end = false;

    c->count = 0;
    c->row.n = 0;
    c->row.full = false;
    c->row_line = c->line;
    *ret_more = true;
    while (!done) {
        if (c->text_used == c->text_n)
            TRY(refill(c, &end, f));
        if (end)
            break;
        if (c->skip_feed && c->text[c->text_used] == '\n' && where == FIELD_START && c->count == 0) {
            c->skip_feed = false;
            c->text_used++;
            continue;
        }
        size_t run = plain_run(c, where);
        if (run)
            TRY(take_run(c, run, &where, f));
        else
            TRY(take_byte(c, c->text[c->text_used++], &where, &done, f));
    }
    if (done)
        return OK;
    if (where == QUOTED)
        return misplaced(c, "引号没有结束，表格可能不完整", "a quote is not closed; the table may be cut off",
                         f);
    if (where == FIELD_START && c->count == 0) {
        *ret_more = false;
        return OK;
    }
    return end_field(c, f); /* the last line may lack its end */
}

static bool is_blank(const Csv *c) {
    for (size_t i = 0; i < c->row.n; i++)
        if (c->row.p[i] != ' ' && c->row.p[i] != '\t' && c->row.p[i] != 0)
            return false;
    return true;
}

/* Fields beyond the header are forgiven when they are empty. */
static Err check_width(Csv *c, Fault *f) {
    int32_t count = c->count;

    while (count > c->columns && csv_field(c, count - 1).n == 0)
        count--;
    c->count = count;
    if (c->columns == 0 || count == c->columns)
        return OK;
    return fault(f, ERR_INVALID, "csv_width", "",
                 "第 %lld 行数据（文件第 %lld 行）有 %d 个字段，而表头有 %d 个。",
                 "Row %lld (line %lld of the file) has %d fields, the header %d.", (long long)c->row_number,
                 (long long)c->row_line, count, c->columns);
}

Err csv_next(Csv *c, bool *ret_more, Fault *f) {
    bool more;

    if (c->broken) {
        *f = c->why;
        return c->why.err;
    }
    do
        TRY(read_row(c, &more, f));
    while (more && is_blank(c));
    if (!more) {
        c->count = 0;
        *ret_more = false;
        return OK;
    }
    c->row_number++;
    if (c->columns)
        TRY(check_width(c, f));
    *ret_more = true;
    return OK;
}

bool csv_is_broken(const Csv *c) { return c->broken; }
int32_t csv_count(const Csv *c) { return c->count; }
int64_t csv_row(const Csv *c) { return c->row_number; }
int64_t csv_line(const Csv *c) { return c->row_line; }
int64_t csv_bytes(const Csv *c) { return c->raw_at + (int64_t)c->raw_n; }
int32_t csv_columns(const Csv *c) { return c->columns; }
const char *csv_encoding(const Csv *c) { return c->encoding == GB18030 ? "GB18030" : "UTF-8"; }

static Str field_of(const char *fields, const size_t *ends, int32_t count, int32_t at) {
    if (at < 0 || at >= count)
        return (Str){ "", 0 };
    size_t from = at ? ends[at - 1] + 1 : 0;
    return (Str){ fields + from, ends[at] - from };
}

Str csv_field(const Csv *c, int32_t at) { return field_of(c->row.p, c->ends, c->count, at); }
Str csv_column(const Csv *c, int32_t at) { return field_of(c->header, c->header_ends, c->columns, at); }

/* ---- the header ---- */

static Str trim(Str s) {
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = (Str){ s.p + 1, s.n - 1 };
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static Err keep_header(Csv *c, Fault *f) {
    while (c->count > 1 && trim(csv_field(c, c->count - 1)).n == 0)
        c->count--; /* as in rows */
    size_t n = c->ends[c->count - 1] + 1;
    c->header = mem_alloc(n);
    c->header_ends = mem_alloc((size_t)c->count * sizeof *c->header_ends);
    if (!c->header || !c->header_ends) {
        Fault why;
        fault_memory(&why);
        return stop(c, &why, f);
    }
    memcpy(c->header, c->row.p, n);
    memcpy(c->header_ends, c->ends, (size_t)c->count * sizeof *c->header_ends);
    c->columns = c->count;
    c->row_number = 0;
    return OK;
}

static int32_t find_column(const Csv *c, Str name, int32_t from) {
    for (int32_t i = from; i < c->columns; i++)
        if (str_same(trim(csv_column(c, i)), name))
            return i;
    return -1;
}

/* "a, b, c …" as far as it fits. */
static void list_columns(const Csv *c, Buf *b) {
    for (int32_t i = 0; i < c->columns; i++) {
        Str name = trim(csv_column(c, i));
        if (b->n + name.n + 10 > b->size) {
            buf_str(b, " …");
            return;
        }
        buf_str(b, i ? ", " : "");
        buf_put(b, name.p, name.n);
    }
}

Err csv_header(Csv *c, const char *const *names, const bool *needed, size_t n, int32_t *ret_at, Fault *f) {
    char there[200] = "";
    Buf b = { there, 0, sizeof there, false, 0 };
    bool more;

    TRY(csv_next(c, &more, f));
    if (!more)
        return fault(f, ERR_INVALID, "csv_empty", "", "表格是空的，应有表头。",
                     "The table is empty; it should have a header.");
    TRY(keep_header(c, f));
    list_columns(c, &b);
    for (size_t i = 0; i < n; i++) {
        int32_t at = find_column(c, str(names[i]), 0);
        if (at < 0 && (!needed || needed[i]))
            return fault(f, ERR_INVALID, "csv_column", names[i], "表头缺少“%s”列，现有：%s。",
                         "The header has no column \"%s\". It has: %s.", names[i], there);
        if (at >= 0 && find_column(c, str(names[i]), at + 1) >= 0)
            return fault(f, ERR_INVALID, "csv_column_twice", names[i], "表头有两个“%s”列。",
                         "The header has two columns \"%s\".", names[i]);
    }
    for (size_t i = 0; i < n; i++)
        ret_at[i] = find_column(c, str(names[i]), 0);
    return OK;
}

Err csv_from_memory(void *memory, char *to, size_t room, size_t *ret_n, Fault *f) {
    CsvMemory *m = memory;
    size_t n = m->rest.n < room ? m->rest.n : room;

    (void)f;
    if (n)
        memcpy(to, m->rest.p, n);
    m->rest = (Str){ m->rest.p + n, m->rest.n - n };
    *ret_n = n;
    return OK;
}

/* ---- writing ---- */

/* What a spreadsheet takes for the beginning of a formula: also in full width, which
 * some of them fold. Its bytes, or 0. */
static size_t formula_start(Str s) {
    static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠" };

    for (size_t i = 0; i < COUNT(starts); i++) {
        size_t n = strlen(starts[i]);
        if (s.n >= n && memcmp(s.p, starts[i], n) == 0)
            return n;
    }
    return 0;
}

/* A ' in front of a formula, and in front of a ' that would be taken for one. */
static bool is_guarded(Str s) {
    Str rest = { s.p + 1, s.n - 1 };
    return s.n >= 2 && s.p[0] == '\'' && (rest.p[0] == '\'' || formula_start(rest));
}

Str csv_unguard(Str s) { return is_guarded(s) ? (Str){ s.p + 1, s.n - 1 } : s; }

static void begin_field(CsvOut *o) {
    if (o->within)
        buf_char(o->b, ',');
    o->within = true;
}

void csv_begin(CsvOut *o) { buf_str(o->b, "\xEF\xBB\xBF"); }

void csv_put(CsvOut *o, Str s) {
    bool guard = formula_start(s) || is_guarded(s), quote = guard;

    begin_field(o);
    for (size_t i = 0; i < s.n; i++)
        quote = quote || s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r';
    quote = quote || (s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' '));
    if (quote)
        buf_char(o->b, '"');
    if (guard)
        buf_char(o->b, '\'');
    for (size_t from = 0, to; quote && from < s.n; from = to) {
        const char *mark = memchr(s.p + from, '"', s.n - from);
        to = mark ? (size_t)(mark - s.p) + 1 : s.n;
        buf_put(o->b, s.p + from, to - from);
        if (mark)
            buf_char(o->b, '"');
    }
    if (!quote)
        buf_put(o->b, s.p, s.n);
    else
        buf_char(o->b, '"');
}

void csv_put_int(CsvOut *o, int64_t i) {
    begin_field(o);
    buf_int(o->b, i);
}

void csv_put_degree(CsvOut *o, int32_t e7) {
    begin_field(o);
    buf_degree(o->b, e7);
}

void csv_end_row(CsvOut *o) {
    buf_str(o->b, "\r\n");
    o->within = false;
}
