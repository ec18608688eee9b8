/* import_cases – `jingwei import cases`: the mapping from its file, the rejected
 * rows into theirs, and what became of all in a few lines or as JSON. */
#include "import.h"

#include "cases_book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TOLD_MAX = 10, MAP_ROOM = 4 << 20 };

typedef struct Rejects {
    FILE *out; /* NULL: only told */
    const char *path;
    Buf line;
    int64_t n;
    bool json;
} Rejects;

/* ---- the mapping ---- */

static Err read_map(const char *path, Arena *a, CasesMap **ret, Fault *f) {
    ImportFile file;
    size_t n = 0, got = 1;
    char *text = arena_raw(a, MAP_BYTES_MAX + 1);

    if (!text)
        return fault_arena(f);
    TRY(import_file_open(path, &file, f));
    Err e = OK;
    while (e == OK && got && n <= MAP_BYTES_MAX) {
        e = import_file_pull(&file, text + n, MAP_BYTES_MAX + 1 - n, &got, f);
        n += e == OK ? got : 0;
    }
    import_file_close(&file);
    TRY(e);
    return cases_map_read((Str){ text, n }, a, ret, f);
}

/* ---- rejected rows ---- */

static Err rejects_fault(const Rejects *r, Fault *f) {
    return fault(f, ERR_STORE, "file", "rejects", "写不了 %s：%s。", "%s cannot be written: %s.", r->path,
                 strerror(errno));
}

static bool same_file(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static Err rejects_open(Rejects *r, const char *input, const char *map, Fault *f) {
    TRY(buf_begin(&r->line, 4096, 2 << 20, f));
    if (!r->path)
        return OK;
    if (same_file(r->path, input) || same_file(r->path, map))
        return fault(f, ERR_INVALID, "rejects_is_input", "rejects", "--rejects 不能是输入的文件 %s。",
                     "--rejects must not be an input: %s.", r->path);
    r->out = fopen(r->path, "wb");
    return r->out ? OK : rejects_fault(r, f);
}

static Err rejects_close(Rejects *r, Fault *f) {
    buf_end(&r->line);
    return r->out && fclose(r->out) != 0 ? rejects_fault(r, f) : OK;
}

/* The reason stands before the row's own columns, so that the rest can be put right
 * and imported again: columns that no mapping names are passed over. */
static Err take_reject(void *ctx, const CasesReject *reject, Fault *f) {
    Rejects *r = ctx;
    CsvOut out = { .b = &r->line };
    bool header = reject->row == 0;

    r->n += !header;
    if (!header && !r->json && r->n <= TOLD_MAX)
        fprintf(stderr, "第 %lld 行：%.*s\nRow %lld: %.*s\n", (long long)reject->row, (int)reject->zh.n,
                reject->zh.p, (long long)reject->row, (int)reject->en.n, reject->en.p);
    if (!r->out)
        return OK;
    r->line.n = 0;
    if (header)
        csv_begin(&out);
    if (header)
        csv_put(&out, str("jingwei_row"));
    else
        csv_put_int(&out, reject->row);
    csv_put(&out, header ? str("jingwei_reason_zh") : reject->zh);
    csv_put(&out, header ? str("jingwei_reason_en") : reject->en);
    buf_char(&r->line, ',');
    buf_put(&r->line, reject->original.p, reject->original.n);
    if (r->line.full)
        return fault_memory(f);
    return fwrite(r->line.p, 1, r->line.n, r->out) == r->line.n ? OK : rejects_fault(r, f);
}

/* ---- what became of it ---- */

static void print_json(const CasesCount *n) {
    printf("{\"rows\":%lld,\"added\":%lld,\"there\":%lld,\"differ\":%lld,\"rejected\":%lld,\"placed\":{",
           (long long)n->rows, (long long)n->added, (long long)n->there, (long long)n->differ,
           (long long)n->rejected);
    for (size_t i = 0; i < placing_choices.n; i++)
        printf("%s\"%s\":%lld", i ? "," : "", placing_choices.list[i].word,
               (long long)n->placed[placing_choices.list[i].number]);
    printf("},\"closed\":%lld,\"closed_with_due\":%lld,\"closed_late\":%lld,\"times_skipped\":%lld,"
           "\"times_twice\":%lld,\"conditions_made\":%lld,\"units_made\":%lld,\"named\":{",
           (long long)n->closed, (long long)n->closed_due, (long long)n->closed_late,
           (long long)n->times_skipped, (long long)n->times_twice, (long long)n->conditions,
           (long long)n->units);
    for (int k = NAMED_PHONE; k < NAMED_BY_HAND; k++)
        printf("%s\"%s\":%lld", k > NAMED_PHONE ? "," : "", choice_numbered(&named_kind_choices, k)->word,
               (long long)n->named[k]);
    printf("}}\n");
}

static void print_line(const char *zh, const char *en, int64_t n) {
    printf("%10lld  %s / %s\n", (long long)n, zh, en);
}

static void print_words(const CasesCount *n) {
    print_line("行", "rows", n->rows);
    print_line("新案件", "new cases", n->added);
    print_line("已导入过", "there already", n->there);
    print_line("已导入过但内容不同，没有改动", "there already, but different; not changed", n->differ);
    print_line("不能导入", "rejected", n->rejected);
    for (size_t i = 0; i < placing_choices.n; i++)
        print_line(placing_choices.list[i].zh, placing_choices.list[i].en,
                   n->placed[placing_choices.list[i].number]);
    print_line("已结", "closed", n->closed);
    print_line("逾期结案", "closed after their due time", n->closed_late);
    if (n->times_skipped || n->times_twice)
        print_line("钟表拨快或拨慢时的时间，按变动前的时差读",
                   "times at a change of the clocks, read by the offset before it",
                   n->times_skipped + n->times_twice);
    for (int k = NAMED_PHONE; k < NAMED_BY_HAND; k++)
        if (n->named[k]) {
            const Choice *kind = choice_numbered(&named_kind_choices, k);
            char zh[60], en[80];
            snprintf(zh, sizeof zh, "隐去的%s", kind->zh);
            snprintf(en, sizeof en, "taken out and kept apart: %s", kind->en);
            print_line(zh, en, n->named[k]);
        }
    if (n->conditions || n->units)
        print_line("新建的立案条件和单位", "conditions and units made", n->conditions + n->units);
}

static void print_rejected(const Rejects *r) {
    if (r->n > TOLD_MAX)
        fprintf(stderr, "……\n");
    if (r->n && !r->path)
        fprintf(stderr,
                "用 --rejects FILE.csv 可得到全部 %lld 行及其原因。\n--rejects FILE.csv keeps all %lld rows "
                "and why.\n",
                (long long)r->n, (long long)r->n);
}

/* ---- the command ---- */

typedef struct Words {
    const char *input, *map, *sheet;
    Rejects rejects;
} Words;

/* A pipe is a table of text: it cannot be looked at twice. */
static bool is_workbook(const char *path) {
    char start[4];
    struct stat st;
    FILE *in = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
    size_t n = in ? fread(start, 1, sizeof start, in) : 0;

    if (in)
        fclose(in);
    return xlsx_looks_like((Str){ start, n });
}

static Err import_csv(Store *s, const Words *w, const CasesMap *m, Rejects *rejects, CasesCount *ret,
                      Fault *f) {
    ImportFile file;

    if (w->sheet)
        return fault(f, ERR_INVALID, "sheet_of_text", "sheet",
                     "%s 不是 XLSX 工作簿，没有工作表；请去掉 --sheet。",
                     "%s is no XLSX workbook, so it has no sheets; leave out --sheet.", w->input);
    TRY(import_file_open(w->input, &file, f));
    Err e = rejects_open(rejects, w->input, w->map, f);
    e = e == OK ? cases_import(s, m, import_file_pull, &file, take_reject, rejects, ret, f) : e;
    import_file_close(&file);
    return e;
}

typedef struct BookFile {
    CasesBook *book;
    Progress bar;
} BookFile;

static Err pull_book(void *from, char *to, size_t room, size_t *ret_n, Fault *f) {
    BookFile *file = from;

    progress_show(&file->bar, cases_book_given(file->book));
    return cases_book_pull(file->book, to, room, ret_n, f);
}

static Err import_rows(Store *s, const Words *w, const CasesMap *m, BookFile *file, Rejects *rejects,
                       CasesCount *ret, Fault *f) {
    TRY(rejects_open(rejects, w->input, w->map, f));
    progress_begin(&file->bar, w->input, cases_book_rows(file->book));
    Err e = cases_import(s, m, pull_book, file, take_reject, rejects, ret, f);
    progress_end(&file->bar);
    return e;
}

static Err import_book(Store *s, const Words *w, const CasesMap *m, Rejects *rejects, CasesCount *ret,
                       Fault *f) {
    BookFile file = { .book = NULL };
    Buf bytes;

    TRY(import_file_whole(w->input, XLSX_FILE_MAX, &bytes, f));
    Err e = cases_book_open(buf_view(&bytes), str(w->sheet ? w->sheet : ""), m, &file.book, f);
    e = e == OK ? import_rows(s, w, m, &file, rejects, ret, f) : e;
    cases_book_close(file.book);
    buf_end(&bytes);
    return e;
}

static Err import_whole(Store *s, Words *w, const CasesMap *m, CasesCount *ret, Fault *f) {
    Err e = (is_workbook(w->input) ? import_book : import_csv)(s, w, m, &w->rejects, ret, f);
    Err closed = rejects_close(&w->rejects, e == OK ? f : &(Fault){ 0 });

    return e == OK ? closed : e;
}

int import_cases(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    CasesMap *m = NULL;
    CasesCount count = { 0 };
    Arena a = { 0 };
    Store *s = NULL;
    Fault f;
    Words w = { .map = command_option(&argc, argv, "--map"),
                .sheet = command_option(&argc, argv, "--sheet"),
                .rejects = { .path = command_option(&argc, argv, "--rejects"), .json = command_json() } };

    if (argc != 1 || !w.map)
        return import_usage("cases");
    w.input = argv[0];
    Err e = arena_begin(&a, MAP_ROOM, &f);
    e = e == OK ? read_map(w.map, &a, &m, &f) : e;
    e = e == OK ? installation_open(&in, &s, &f) : e;
    bool began = e == OK;
    e = e == OK ? import_whole(s, &w, m, &count, &f) : e;
    installation_close(s);
    if (began && w.rejects.json)
        print_json(&count);
    else if (began && count.rows)
        print_words(&count);
    if (began && !w.rejects.json)
        print_rejected(&w.rejects);
    cases_map_end(m);
    arena_end(&a);
    if (e != OK)
        return command_fault(&f);
    return count.rejected || count.differ ? EXIT_FAILED : EXIT_OK;
}
