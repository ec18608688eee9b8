/* import_areas – `jingwei import areas`: the options, the files they name, and the
 * report (port/areas_file.h does the work; docs/import-areas.md is the manual). */
#include "import.h"

#include "areas_file.h"
#include "xlsx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

const char import_areas_more[] =
    "FILE.csv or .xlsx is a list of buildings: building, households, micro-grid [, residential area, lon, "
    "lat],\n"
    "or with --code COLUMN a table of areas without shapes; it adds to micro-grids that stand\n"
    "  --move             of a list: a building that stands in another micro-grid goes to the one listed\n"
    "  --layer CODE [--layer-zh TEXT --layer-en TEXT --governing --pattern REGEX]   made if there is none\n"
    "  --level     district|subdistrict|zone_grid|residential_area|micro_grid|building_group\n"
    "  --name FIELD  --households FIELD  --since 2026-01-01 (a later day: they begin by themselves)\n"
    "  --replace          what stands on that level ends on that day in favour of these\n"
    "  parents:    --parent FIELD | --parents TABLE.csv[,CHILD,PARENT] | --under CODE | by largest overlap\n"
    "  upper levels by union, the lower first, repeatable:\n"
    "              --dissolve LEVEL=FIELD[,NAMEFIELD]\n"
    "              --dissolve LEVEL=@TABLE.csv[,CHILD,GROUP[,NAME]]\n"
    "              --dissolve LEVEL=:CODE[,NAME]          all in one\n"
    "  --adopt            what stands beneath is hung under these, by largest overlap, or\n"
    "  --adopt-by TABLE.csv[,CHILD,PARENT]            by a table of codes\n"
    "  --compare LAYER    how far its areas of the same code and level differ\n"
    "  --codes LIST.csv[,CODE,NAME]   an official list: codes and names that differ, codes exchanged\n"
    "  --crs wgs84|cgcs2000|gcj02|bd09   --check   --json   --report FINDINGS.csv\n";

enum { FILES_MAX = AREAS_GROUPS_MAX + 4 };

typedef struct Order {
    AreasOptions how;
    const char *report;
    bool json;
    Buf files[FILES_MAX]; /* whole texts: tables and the map */
    size_t n_files;
} Order;

static Err usage(const char *what, const char *value, Fault *f) {
    return fault(f, ERR_INVALID, "usage", what, "%s 的值“%s”不对，见 jingwei import areas --help。",
                 "%s: “%s” is no good value, see jingwei import areas --help.", what, value);
}

static Err not_known(const char *word, Fault *f) {
    return fault(f, ERR_INVALID, "usage", "", "不认识“%s”，或它写了两次，见 jingwei import areas --help。",
                 "“%s” is not known here, or is said twice, see jingwei import areas --help.", word);
}

static Err read_file(Order *r, const char *path, Str *ret, Fault *f) {
    TRY(import_file_whole(path, AREAS_BYTES_MAX, &r->files[r->n_files], f));
    *ret = buf_view(&r->files[r->n_files++]);
    return OK;
}

/* Cuts at commas, in place; returns how many parts. */
static size_t split_commas(char *z, char *parts[], size_t max) {
    size_t n = 0;

    while (n < max) {
        parts[n++] = z;
        z = strchr(z, ',');
        if (!z)
            break;
        *z++ = 0;
    }
    return n;
}

static Err read_level(const char *word, AreaLevel *ret, Fault *f) {
    const Choice *c = choice_worded(&area_level_choices, str(word));

    if (!c)
        return usage("--level", word, f);
    *ret = (AreaLevel)c->number;
    return OK;
}

/* LEVEL=FIELD[,NAME], LEVEL=@TABLE[,CHILD,GROUP[,NAME]] or LEVEL=:CODE[,NAME] */
static Err read_group(Order *r, char *text, Fault *f) {
    AreasOptions *how = &r->how;
    char *parts[4], *what = strchr(text, '=');

    if (!what || how->n_groups == AREAS_GROUPS_MAX)
        return usage("--dissolve", text, f);
    *what++ = 0;
    AreasGroup g = { .by = *what == '@' ? GROUP_BY_TABLE : *what == ':' ? GROUP_ALL : GROUP_BY_FIELD };
    TRY(read_level(text, &g.level, f));
    size_t n = split_commas(what + (g.by != GROUP_BY_FIELD), parts, 4), at = 0;
    if (g.by == GROUP_BY_TABLE) {
        if (n == 2)
            return usage("--dissolve", parts[1], f);
        TRY(read_file(r, parts[at++], &g.table, f));
        g.child = n > at ? str(parts[at++]) : (Str){ "", 0 };
    }
    g.group = n > at ? str(parts[at++]) : (Str){ "", 0 };
    g.name = n > at ? str(parts[at++]) : (Str){ "", 0 };
    if (n > at || (g.by != GROUP_BY_TABLE && g.group.n == 0))
        return usage("--dissolve", what, f);
    how->groups[how->n_groups++] = g;
    return OK;
}

/* TABLE.csv[,COLUMN,COLUMN] of `flag`, if it is there. */
static Err read_table(Order *r, int *argc, char **argv, const char *flag, Str *ret, Str ret_columns[2],
                      Fault *f) {
    char *text = (char *)command_option(argc, argv, flag), *parts[4]; /* argv is ours to cut */

    if (!text)
        return OK;
    size_t n = split_commas(text, parts, 4);
    if (n != 1 && n != 3)
        return usage(flag, text, f);
    TRY(read_file(r, parts[0], ret, f));
    for (size_t i = 1; i < n; i++)
        ret_columns[i - 1] = str(parts[i]);
    return OK;
}

static Str option(int *argc, char **argv, const char *flag) {
    const char *value = command_option(argc, argv, flag);
    return str(value ? value : "");
}

static Err read_words(Order *r, int *argc, char **argv, Fault *f) {
    AreasOptions *how = &r->how;

    how->layer = option(argc, argv, "--layer");
    how->layer_zh = option(argc, argv, "--layer-zh");
    how->layer_en = option(argc, argv, "--layer-en");
    how->pattern = option(argc, argv, "--pattern");
    how->code = option(argc, argv, "--code");
    how->name = option(argc, argv, "--name");
    how->households = option(argc, argv, "--households");
    how->parent = option(argc, argv, "--parent");
    how->under = option(argc, argv, "--under");
    how->compare = option(argc, argv, "--compare");
    how->governing = command_flag(argc, argv, "--governing");
    how->check = command_flag(argc, argv, "--check");
    how->move = command_flag(argc, argv, "--move");
    how->replace = command_flag(argc, argv, "--replace");
    r->json = command_json();
    r->report = command_option(argc, argv, "--report");
    if (how->layer.n == 0 || how->layer.n > 40)
        return usage("--layer", how->layer.p, f);
    Str level = option(argc, argv, "--level");
    size_t n = *argc ? strlen(argv[0]) : 0;
    bool csv = n > 5 && (strcasecmp(argv[0] + n - 4, ".csv") == 0 || strcasecmp(argv[0] + n - 5, ".xlsx") == 0);
    how->buildings = csv && how->code.n == 0;
    how->table = csv && !how->buildings;
    if (how->code.n == 0 && !how->buildings)
        return usage("--code", "", f);
    return read_level(level.n || !how->buildings ? level.p : "micro_grid", &how->level, f);
}

static Err read_rest(Order *r, int *argc, char **argv, Fault *f) {
    AreasOptions *how = &r->how;
    const char *crs = command_option(argc, argv, "--crs"), *since = command_option(argc, argv, "--since"),
               *text;

    how->since = day_of_ms(clock_now_ms());
    if (since && !day_parse(since, &how->since))
        return usage("--since", since, f);
    TRY(read_table(r, argc, argv, "--parents", &how->parents, how->parents_columns, f));
    TRY(read_table(r, argc, argv, "--adopt-by", &how->adopt_table, how->adopt_columns, f));
    how->adopt = command_flag(argc, argv, "--adopt") || how->adopt_table.n > 0;
    TRY(read_table(r, argc, argv, "--codes", &how->codes, how->codes_columns, f));
    while ((text = command_option(argc, argv, "--dissolve")) != NULL)
        TRY(read_group(r, (char *)text, f));
    if ((how->parent.n > 0) + (how->parents.n > 0) + (how->under.n > 0) > 1)
        return fault(f, ERR_INVALID, "usage", "parent", "--parent、--parents、--under 只能用一个。",
                     "Only one of --parent, --parents and --under can be given.");
    if (how->n_groups && (how->parent.n || how->parents.n))
        return fault(f, ERR_INVALID, "usage", "dissolve",
                     "--dissolve 已决定上级，不能再用 --parent 或 --parents。",
                     "--dissolve makes the parents; --parent and --parents cannot be given too.");
    if (*argc != 1)
        return not_known(*argc ? argv[1] : "", f);
    how->file = str(argv[0]);
    how->crs = str(crs ? crs : "wgs84");
    how->crs_sure = crs != NULL;
    return OK;
}

/* ---- the report ---------------------------------------------------------- */

typedef struct ReportFile {
    FILE *out;
    const char *path;
    bool made; /* there was none before */
} ReportFile;

static Err report_fault(const ReportFile *file, Fault *f) {
    return fault(f, ERR_STORE, "file", "report", "写不了 %s：%s。", "%s cannot be written: %s.", file->path,
                 strerror(errno));
}

/* Before anything is imported, so that findings are never without a place to go.
 * What stands in the file stays until there is something new to write. */
static Err report_open(const char *path, ReportFile *ret, Fault *f) {
    *ret = (ReportFile){ .path = path };
    if (!path)
        return OK;
    ret->made = access(path, F_OK) != 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    ret->out = fd < 0 ? NULL : fdopen(fd, "wb");
    return ret->out ? OK : report_fault(ret, f);
}

static void report_close(ReportFile *file) {
    if (!file->out)
        return;
    fclose(file->out);
    if (file->made) /* nothing was written into it */
        unlink(file->path);
    file->out = NULL;
}

static Err report_write(const AreasReport *report, ReportFile *file, Fault *f) {
    struct stat st;
    Buf b;

    TRY(buf_begin(&b, 1 << 16, 256 << 20, f));
    areas_report_csv(report, &b);
    bool regular = fstat(fileno(file->out), &st) == 0 && S_ISREG(st.st_mode);
    bool done =
        !b.full && (!regular || ftruncate(fileno(file->out), 0) == 0) && fwrite(b.p, 1, b.n, file->out) == b.n;
    if (fclose(file->out) != 0)
        done = false;
    file->out = NULL;
    buf_end(&b);
    return done ? OK : report_fault(file, f);
}

static Err say(const Order *r, const AreasReport *report, ReportFile *file, Fault *f) {
    Buf b;

    TRY(buf_begin(&b, 1 << 16, 256 << 20, f));
    if (r->json)
        areas_report_json(report, &b);
    else
        areas_report_print(report, &b);
    fwrite(b.p, 1, b.n, stdout);
    buf_end(&b);
    return file->out ? report_write(report, file, f) : OK;
}

static void show_phase(void *bar, const char *zh, const char *en) {
    char both[120];

    snprintf(both, sizeof both, "%s / %s", zh, en);
    progress_word(bar, both);
}

/* A check needs no installation: where there is none, the layer is new. */
static Err open_store(const Config *c, bool check, Store **ret, Fault *f) {
    Installation in = command_installation(c);

    in.existing = check;
    Err e = installation_open(&in, ret, f);
    return check && e == ERR_NOT_FOUND ? OK : e;
}

static Err import(const Config *c, Order *r, Str text, ReportFile *file, AreasReport *report, Fault *f) {
    Progress bar;
    Store *s = NULL;
    Fault later;

    TRY(open_store(c, r->how.check, &s, f));
    progress_begin(&bar, r->how.file.p, 0);
    r->how.phase = show_phase;
    r->how.phase_ctx = &bar;
    Err e = areas_import(s, text, &r->how, report, f);
    progress_end(&bar);
    Err said = report->judged ? say(r, report, file, &later) : OK;
    if (e == OK && said != OK) {
        *f = later;
        e = said;
    }
    installation_close(s);
    return e;
}

static Err run(const Config *c, Order *r, Fault *f) {
    AreasReport report;
    ReportFile file;
    Str text;
    size_t bytes = 1 << 20;

    TRY(read_file(r, r->how.file.p, &text, f));
    for (size_t i = 0; i < r->n_files; i++)
        bytes += (xlsx_looks_like(buf_view(&r->files[i])) ? 24 : 2) * r->files[i].n; /* unpacked */
    TRY(report_open(r->report, &file, f));
    Err e = areas_report_begin(&report, bytes, f);
    if (e == OK) {
        e = import(c, r, text, &file, &report, f);
        areas_report_end(&report);
    }
    report_close(&file);
    return e;
}

int import_areas(const Config *c, int argc, char **argv) {
    static Order r;
    Fault f;

    if (argc == 0)
        return import_usage("areas");
    Err e = read_words(&r, &argc, argv, &f);
    e = e == OK ? read_rest(&r, &argc, argv, &f) : e;
    bool misused = e != OK && strcmp(f.key, "usage") == 0;
    e = e == OK ? run(c, &r, &f) : e;
    for (size_t i = 0; i < r.n_files; i++)
        buf_end(&r.files[i]);
    return e == OK ? EXIT_OK : misused ? command_misused(&f) : command_fault(&f);
}
