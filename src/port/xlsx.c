/* xlsx – see xlsx.h. Parts are unpacked piece by piece into expat; what a part may
 * grow to is judged before and while. */
#include "xlsx_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { PIECE = 64 << 10, SMALL = 1 << 20, TARGET_MAX = 200, TOTAL_MAX = 512 << 20, STYLES_MAX = 65536 };

/* ---- XML ---- */

bool xml_is(const char *name, const char *local) {
    const char *colon = strrchr(name, ':');
    return strcmp(colon ? colon + 1 : name, local) == 0;
}

const char *xml_attribute(const char **attributes, const char *name) {
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

void xml_stop(Xml *x, Err e) {
    x->err = e;
    XML_StopParser(x->parser, XML_FALSE);
}

/* A workbook has none; with one, entities could grow without end. */
static void on_doctype(void *ctx, const char *name, const char *system, const char *public, int internal) {
    Xml *x = ctx;

    (void)name, (void)system, (void)public, (void)internal;
    xml_stop(x, fault(x->fault, ERR_INVALID, "xlsx_doctype", "", "文件里有 DOCTYPE，工作簿不会有。",
                      "There is a DOCTYPE in it; a workbook has none."));
}

Err xml_begin(Xml *x, const char *part, XML_StartElementHandler start, XML_EndElementHandler end,
              XML_CharacterDataHandler text, Fault *f) {
    static const XML_Memory_Handling_Suite memory = { mem_alloc, mem_grow, mem_free };

    *x = (Xml){ .parser = XML_ParserCreate_MM(NULL, &memory, NULL), .part = part };
    if (!x->parser)
        return fault_memory(f);
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, start, end);
    XML_SetCharacterDataHandler(x->parser, text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    return OK;
}

static Err outcome(Xml *x, enum XML_Status status, Fault *f) {
    if (x->err != OK)
        return x->err;
    if (status != XML_STATUS_ERROR)
        return OK;
    if (XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY)
        return fault_memory(f);
    return fault(f, ERR_INVALID, "xlsx_xml", "", "文件已损坏：%s 第 %lu 行：%s。",
                 "The file is damaged: %s, line %lu: %s.", x->part,
                 (unsigned long)XML_GetCurrentLineNumber(x->parser),
                 XML_ErrorString(XML_GetErrorCode(x->parser)));
}

Err xml_feed(Xml *x, const char *p, size_t n, bool last, Fault *f) {
    x->fault = f;
    return x->err != OK ? x->err : outcome(x, XML_Parse(x->parser, p, (int)n, last), f);
}

void xml_pause(Xml *x) {
    x->paused = true;
    XML_StopParser(x->parser, XML_TRUE);
}

Err xml_resume(Xml *x, Fault *f) {
    x->fault = f;
    x->paused = false;
    return x->err != OK ? x->err : outcome(x, XML_ResumeParser(x->parser), f);
}

void xml_end(Xml *x) {
    if (x->parser)
        XML_ParserFree(x->parser);
    x->parser = NULL;
}

/* ---- the package ---- */

typedef struct Package {
    zip_t *zip;
    uint64_t unpacked; /* of all parts so far */
} Package;

static Err damaged(const char *part, Fault *f) {
    return fault(f, ERR_INVALID, "xlsx_damaged", "",
                 "这不是完好的 XLSX 文件（%s）。请在表格软件里另存为 .xlsx。",
                 "This is no whole XLSX file (%s). Save it again as .xlsx in your spreadsheet program.", part);
}

static Err bomb(const char *part, Fault *f) {
    return fault(
        f, ERR_LIMIT, "xlsx_bomb", "",
        "%s 解压后太大，或压缩比高得不像表格：不解压。请把要导入的行另存为新文件。",
        "%s would be too large unpacked, or is packed tighter than any table: it is not unpacked. Save "
        "the rows you need as a new file.",
        part);
}

static Err package_open(Str bytes, Package *ret, Fault *f) {
    static const unsigned char old[4] = { 0xD0, 0xCF, 0x11, 0xE0 };
    zip_error_t why;

    if (bytes.n >= 4 && memcmp(bytes.p, old, 4) == 0)
        return fault(f, ERR_INVALID, "xlsx_old", "", "这是旧的 .xls，或设了密码。请去掉密码，另存为 .xlsx。",
                     "This is an old .xls, or it has a password. Remove the password and save it as .xlsx.");
    if (bytes.n > XLSX_FILE_MAX)
        return fault(f, ERR_LIMIT, "xlsx_large", "", "文件太大，最多 %d MB。",
                     "The file is too large: at most %d MB.", XLSX_FILE_MAX >> 20);
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(bytes.p, bytes.n, 0, &why);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
    if (!zip)
        zip_source_free(source);
    bool memory = zip_error_code_zip(&why) == ZIP_ER_MEMORY;
    zip_error_fini(&why);
    if (!zip)
        return memory ? fault_memory(f) : damaged("zip", f);
    *ret = (Package){ .zip = zip };
    return OK;
}

/* What the directory says; it may lie, so unpacking counts too. */
static Err judge_size(Package *p, const char *part, uint64_t size, uint64_t packed, Fault *f) {
    if (size > XLSX_PART_MAX || p->unpacked + size > TOTAL_MAX ||
        (size > SMALL && size / XLSX_RATIO_MAX > packed))
        return bomb(part, f);
    return OK;
}

typedef Err TakePiece(void *to, const char *p, size_t n, bool last, Fault *f);

static Err pump(Package *p, zip_file_t *file, const char *part, uint64_t packed, TakePiece *take, void *to,
                Fault *f) {
    char *piece = mem_alloc(PIECE);
    uint64_t size = 0;
    Err e = piece ? OK : fault_memory(f);

    while (e == OK) {
        zip_int64_t n = zip_fread(file, piece, PIECE);
        if (n < 0)
            e = damaged(part, f);
        else {
            size += (uint64_t)n;
            e = judge_size(p, part, size, packed, f);
            e = e == OK ? take(to, piece, (size_t)n, n == 0, f) : e;
        }
        if (n <= 0)
            break;
    }
    p->unpacked += size;
    mem_free(piece);
    return e;
}

/* *ret_there false: there is no such part. */
static Err unpack(Package *p, const char *part, TakePiece *take, void *to, bool *ret_there, Fault *f) {
    zip_stat_t st;

    zip_stat_init(&st);
    *ret_there =
        zip_stat(p->zip, part, 0, &st) == 0 && (st.valid & ZIP_STAT_SIZE) && (st.valid & ZIP_STAT_COMP_SIZE);
    if (!*ret_there)
        return OK;
    TRY(judge_size(p, part, st.size, st.comp_size, f));
    zip_file_t *file = zip_fopen(p->zip, part, 0);
    if (!file)
        return damaged(part, f);
    Err e = pump(p, file, part, st.comp_size, take, to, f);
    zip_fclose(file);
    return e;
}

static Err feed(void *xml, const char *p, size_t n, bool last, Fault *f) {
    return xml_feed(xml, p, n, last, f);
}

static Err read_part(Package *p, const char *part, Xml *x, bool *ret_there, Fault *f) {
    Err e = unpack(p, part, feed, x, ret_there, f);
    xml_end(x);
    return e;
}

/* ---- which sheet ---- */

typedef struct Finding {
    Xml xml; /* first */
    Str wanted;
    char sheet[130], id[80], target[TARGET_MAX];
    char names[400]; /* of all sheets, for a person */
    bool found, since_1904;
} Finding;

static void on_workbook(void *ctx, const char *name, const char **attributes) {
    Finding *q = ctx;

    if (xml_is(name, "workbookPr")) {
        const char *word = xml_attribute(attributes, "date1904");
        q->since_1904 = word && (strcmp(word, "1") == 0 || strcmp(word, "true") == 0);
    }
    const char *title = xml_attribute(attributes, "name"), *id = NULL;
    if (!xml_is(name, "sheet") || !title)
        return;
    for (const char **a = attributes; *a; a += 2)
        if (xml_is(*a, "id"))
            id = a[1];
    size_t n = strlen(q->names);
    snprintf(q->names + n, sizeof q->names - n, "%s%s", n ? ", " : "", title);
    if (q->found || !id || (q->wanted.n && !str_is(q->wanted, title)))
        return;
    q->found = true;
    snprintf(q->sheet, sizeof q->sheet, "%s", title);
    snprintf(q->id, sizeof q->id, "%s", id);
}

static void on_relation(void *ctx, const char *name, const char **attributes) {
    Finding *q = ctx;
    const char *id = xml_attribute(attributes, "Id"), *target = xml_attribute(attributes, "Target");

    if (!xml_is(name, "Relationship") || !id || !target || strcmp(id, q->id) != 0)
        return;
    snprintf(q->target, sizeof q->target, "%s%s", *target == '/' ? "" : "xl/", target + (*target == '/'));
}

static Err find_sheet(Package *p, Finding *q, Fault *f) {
    bool there;

    TRY(xml_begin(&q->xml, "workbook", on_workbook, NULL, NULL, f));
    TRY(read_part(p, "xl/workbook.xml", &q->xml, &there, f));
    if (!there)
        return damaged("xl/workbook.xml", f);
    if (!q->found)
        return fault(f, ERR_INVALID, "xlsx_sheet", "sheet", "没有工作表“%.*s”；有：%s。",
                     "There is no sheet “%.*s”; there are: %s.", (int)(q->wanted.n < 60 ? q->wanted.n : 60),
                     q->wanted.n ? q->wanted.p : "", q->names);
    TRY(xml_begin(&q->xml, "relations", on_relation, NULL, NULL, f));
    TRY(read_part(p, "xl/_rels/workbook.xml.rels", &q->xml, &there, f));
    return there && *q->target ? OK : damaged("xl/_rels/workbook.xml.rels", f);
}

/* ---- shared strings ---- */

typedef struct StringsReader {
    Xml xml; /* first */
    Strings *to;
    bool in_text, in_phonetic;
} StringsReader;

static void strings_start(void *ctx, const char *name, const char **attributes) {
    StringsReader *r = ctx;

    (void)attributes;
    r->in_phonetic = r->in_phonetic || xml_is(name, "rPh");
    r->in_text = xml_is(name, "t") && !r->in_phonetic;
}

static void strings_end(void *ctx, const char *name) {
    StringsReader *r = ctx;
    Strings *s = r->to;

    r->in_text = false;
    if (xml_is(name, "rPh"))
        r->in_phonetic = false;
    if (!xml_is(name, "si"))
        return;
    if (s->n == s->room) {
        int32_t room = s->room ? s->room * 2 : 1024;
        int32_t *wider = mem_grow(s->ends, (size_t)room * sizeof *wider);
        if (!wider) {
            xml_stop(&r->xml, fault_memory(r->xml.fault));
            return;
        }
        s->ends = wider;
        s->room = room;
    }
    s->ends[s->n++] = (int32_t)s->text.n;
}

static void strings_text(void *ctx, const char *p, int n) {
    StringsReader *r = ctx;

    if (!r->in_text)
        return;
    buf_put(&r->to->text, p, (size_t)n);
    if (r->to->text.full)
        xml_stop(&r->xml, fault(r->xml.fault, ERR_LIMIT, "xlsx_strings", "", "文件里的文字太多，最多 %d MB。",
                                "There is too much text in it: at most %d MB.", XLSX_STRINGS_MAX >> 20));
}

static Err read_strings(Package *p, Strings *ret, Fault *f) {
    StringsReader r = { .to = ret };
    bool there; /* a workbook of numbers has none */

    TRY(buf_begin(&ret->text, 4096, XLSX_STRINGS_MAX, f));
    TRY(xml_begin(&r.xml, "sharedStrings", strings_start, strings_end, strings_text, f));
    return read_part(p, "xl/sharedStrings.xml", &r.xml, &there, f);
}

/* ---- styles: which numbers are dates ---- */

enum { FORMATS_MAX = 512 };

typedef struct StylesReader {
    Xml xml; /* first */
    Workbook *w;
    int32_t dated[FORMATS_MAX]; /* the city's own formats that are dates */
    int32_t n_dated;
    bool in_cells;
} StylesReader;

/* Does a format such as yyyy"年"m"月" show a date? Letters in quotes and brackets do not count. */
static bool format_is_date(const char *code) {
    bool quoted = false, bracketed = false;

    for (const char *c = code; *c; c++) {
        if (*c == '"')
            quoted = !quoted;
        else if (*c == '\\' && c[1])
            c++;
        else if (*c == '[' || *c == ']')
            bracketed = *c == '[';
        else if (!quoted && !bracketed && strchr("yYdDmMhHsS", *c))
            return true;
    }
    return false;
}

/* The formats that every program knows, those of Chinese ones included. */
static bool number_is_date(const StylesReader *r, int32_t id) {
    if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58))
        return true;
    for (int32_t i = 0; i < r->n_dated; i++)
        if (r->dated[i] == id)
            return true;
    return false;
}

static void styles_start(void *ctx, const char *name, const char **attributes) {
    StylesReader *r = ctx;
    const char *id = xml_attribute(attributes, "numFmtId"), *code = xml_attribute(attributes, "formatCode");

    if (xml_is(name, "numFmt") && id && code && format_is_date(code) && r->n_dated < FORMATS_MAX)
        r->dated[r->n_dated++] = (int32_t)strtol(id, NULL, 10);
    else if (xml_is(name, "cellXfs"))
        r->in_cells = true;
    else if (xml_is(name, "xf") && r->in_cells && r->w->n_dates < STYLES_MAX)
        r->w->dates[r->w->n_dates++] = id && number_is_date(r, (int32_t)strtol(id, NULL, 10));
}

static void styles_end(void *ctx, const char *name) {
    StylesReader *r = ctx;
    if (xml_is(name, "cellXfs"))
        r->in_cells = false;
}

static Err read_styles(Package *p, Workbook *w, Fault *f) {
    StylesReader r = { .w = w };
    bool there;

    w->dates = mem_alloc(STYLES_MAX);
    if (!w->dates)
        return fault_memory(f);
    TRY(xml_begin(&r.xml, "styles", styles_start, styles_end, NULL, f));
    return read_part(p, "xl/styles.xml", &r.xml, &there, f);
}

/* ---- all of it ---- */

static Err feed_sheet(void *sheet, const char *p, size_t n, bool last, Fault *f) {
    return sheet_feed(sheet, p, n, last, f);
}

static Err read_sheet(Package *p, const Workbook *w, const char *part, XlsxEach *each, void *ctx, Fault *f) {
    Sheet *s;
    bool there;

    TRY(sheet_begin(w, each, ctx, &s, f));
    Err e = unpack(p, part, feed_sheet, s, &there, f);
    sheet_end(s);
    return e == OK && !there ? damaged(part, f) : e;
}

/* All but the rows. `q` keeps the sheet's name and part. */
static Err read_about(Package *p, Finding *q, Workbook *w, Fault *f) {
    Err e = find_sheet(p, q, f);
    xml_end(&q->xml);
    TRY(e);
    w->sheet = str(q->sheet);
    w->since_1904 = q->since_1904;
    TRY(read_strings(p, &w->strings, f));
    return read_styles(p, w, f);
}

static void workbook_end(Workbook *w) {
    buf_end(&w->strings.text);
    mem_free(w->strings.ends);
    mem_free(w->dates);
}

Err xlsx_read(Str bytes, Str sheet, XlsxEach *each, void *ctx, Fault *f) {
    Finding q = { .wanted = sheet };
    Workbook w = { 0 };
    Package p;

    TRY(package_open(bytes, &p, f));
    Err e = read_about(&p, &q, &w, f);
    e = e == OK ? read_sheet(&p, &w, q.target, each, ctx, f) : e;
    zip_discard(p.zip);
    workbook_end(&w);
    return e;
}

/* ---- row by row ---- */

struct Xlsx {
    Package p;
    Finding q;
    Workbook w;
    Sheet *sheet;
    zip_file_t *file; /* of the sheet */
    char *piece;
    int64_t rows;
    bool over; /* the last piece was fed */
    bool held; /* a row waits to be given */
};

static Err count_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Xlsx *x = ctx;

    (void)row, (void)cells, (void)n, (void)f;
    x->rows++;
    return OK;
}

static Err hold_row(void *ctx, int64_t row, const Str *cells, int32_t n, Fault *f) {
    Xlsx *x = ctx;

    (void)row, (void)cells, (void)n, (void)f;
    x->held = true;
    sheet_pause(x->sheet);
    return OK;
}

/* The size was judged when it was looked through. */
static Err sheet_reopen(Xlsx *x, Fault *f) {
    x->piece = mem_alloc(PIECE);
    if (!x->piece)
        return fault_memory(f);
    x->file = zip_fopen(x->p.zip, x->q.target, 0);
    return x->file ? sheet_begin(&x->w, hold_row, x, &x->sheet, f) : damaged(x->q.target, f);
}

Err xlsx_open(Str bytes, Str sheet, Xlsx **ret, Fault *f) {
    Xlsx *x = mem_alloc(sizeof *x);

    if (!x)
        return fault_memory(f);
    *x = (Xlsx){ .q.wanted = sheet };
    Err e = package_open(bytes, &x->p, f);
    e = e == OK ? read_about(&x->p, &x->q, &x->w, f) : e;
    e = e == OK ? read_sheet(&x->p, &x->w, x->q.target, count_row, x, f) : e;
    e = e == OK ? sheet_reopen(x, f) : e;
    if (e == OK)
        *ret = x;
    else
        xlsx_close(x);
    return e;
}

void xlsx_close(Xlsx *x) {
    if (!x)
        return;
    sheet_end(x->sheet);
    if (x->file)
        zip_fclose(x->file);
    if (x->p.zip)
        zip_discard(x->p.zip);
    workbook_end(&x->w);
    mem_free(x->piece);
    mem_free(x);
}

static Err feed_next(Xlsx *x, Fault *f) {
    zip_int64_t n = zip_fread(x->file, x->piece, PIECE);

    if (n < 0)
        return damaged(x->q.target, f);
    x->over = n == 0;
    return sheet_feed(x->sheet, x->piece, (size_t)n, n == 0, f);
}

Err xlsx_next(Xlsx *x, XlsxRow *ret, bool *ret_more, Fault *f) {
    x->held = false;
    while (!x->held && (sheet_paused(x->sheet) || !x->over))
        TRY(sheet_paused(x->sheet) ? sheet_resume(x->sheet, f) : feed_next(x, f));
    *ret_more = x->held;
    if (x->held)
        sheet_row(x->sheet, ret);
    return OK;
}

int64_t xlsx_rows(const Xlsx *x) { return x->rows; }

bool xlsx_put_time(const Xlsx *x, double serial, Buf *b) {
    if (!serial_is_time(serial))
        return false;
    put_serial(b, serial, x->w.since_1904, 'T');
    return true;
}

bool xlsx_looks_like(Str bytes) {
    return bytes.n >= 4 && (memcmp(bytes.p, "PK\3\4", 4) == 0 || memcmp(bytes.p, "\xD0\xCF\x11\xE0", 4) == 0);
}
