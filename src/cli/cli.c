/* cli – the list of commands, and the short ones among them. The longer ones:
 * serve.c, call.c, demo.c. */
#include "cli.h"

#include "import.h"
#include "ops.h"
#include "photo_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool for_machines;
bool command_json(void) { return for_machines; }

/* ---- the short ones ---- */

/* One value of a JSON object on standard output, where machines listen. */
static int print_json(const char *name, Str text) {
    Fault f;
    Buf b;

    if (buf_begin(&b, text.n + 1024, 64 << 20, &f) != OK)
        return command_fault(&f);
    buf_fmt(&b, "{\"%s\":", name);
    buf_json(&b, text);
    buf_str(&b, "}\n");
    fwrite(b.p, 1, b.n, stdout);
    buf_end(&b);
    return EXIT_OK;
}

/* What a function prints: as it is, or under `name` as one JSON text (NULL: it is JSON). */
static int print_whole(void (*print)(Buf *), const char *name) {
    Fault f;
    Buf b;

    if (buf_begin(&b, 1 << 16, 16 << 20, &f) != OK)
        return command_fault(&f);
    print(&b);
    int status = b.full ? EXIT_FAILED : EXIT_OK;
    if (status == EXIT_OK && for_machines && name)
        status = print_json(name, buf_view(&b));
    else
        fwrite(b.p, 1, b.n, stdout);
    buf_end(&b);
    return status;
}

static int run_openapi(const Config *c, int argc, char **argv) {
    (void)c, (void)argc, (void)argv;
    return print_whole(ops_openapi, NULL);
}

static int run_types(const Config *c, int argc, char **argv) {
    (void)c, (void)argc, (void)argv;
    return print_whole(ops_typescript, "types");
}

static void print_privacy(Buf *b) {
    for (size_t i = 0; all_records[i]; i++)
        if (all_records[i]->key)
            record_privacy(all_records[i], &role_choices, b);
}

/* The same lines as objects: their columns stand between tabs. */
static void print_privacy_json(Buf *b) {
    static const char *const names[] = { "field", "zh", "en", "purpose", "readers", "keep_days" };
    char room[1 << 16];
    Buf lines = { room, 0, sizeof room, false, 0 };
    bool begun = false;

    print_privacy(&lines);
    b->full = b->full || lines.full;
    buf_char(b, '[');
    for (const char *p = room; *p; p += *p == '\n') {
        buf_str(b, begun ? ",{" : "{");
        for (size_t i = 0; i < COUNT(names); i++) {
            size_t n = strcspn(p, "\t\n");
            buf_fmt(b, "%s\"%s\":", i ? "," : "", names[i]);
            buf_json(b, (Str){ p, n });
            p += n + (p[n] == '\t');
        }
        buf_char(b, '}');
        begun = true;
    }
    buf_str(b, "]\n");
}

static int run_privacy(const Config *c, int argc, char **argv) {
    (void)c, (void)argc, (void)argv;
    return print_whole(for_machines ? print_privacy_json : print_privacy, NULL);
}

static void print_schema(Buf *b) {
    for (size_t i = 0; all_records[i]; i++)
        record_ddl(all_records[i], b);
}

static int run_schema(const Config *c, int argc, char **argv) {
    (void)c, (void)argc, (void)argv;
    return print_whole(print_schema, "schema");
}

static int run_config(const Config *c, int argc, char **argv) {
    char room[32768];
    Buf b = { room, 0, sizeof room, false, 0 };

    if (argc == 1 && strcmp(argv[0], "--markdown") == 0)
        return print_whole(config_print_markdown, NULL);
    if (argc != 0)
        return command_usage(command_named("config"));
    if (for_machines)
        config_print_json(c, &b);
    else
        config_print(c, &b);
    fputs(room, stdout);
    return EXIT_OK;
}

static int run_migrate(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    Store *s;
    Fault f;

    (void)argc, (void)argv;
    in.migrate = true;
    if (installation_open(&in, &s, &f) != OK)
        return command_fault(&f);
    installation_close(s);
    if (for_machines)
        return print_json("migrated", str(*c->store ? "postgresql" : c->data));
    printf("数据库已是本程序的版本。\nThe database is at this program's version.\n");
    return EXIT_OK;
}

static int run_backup(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    Fault f;

    if (argc != 1)
        return command_usage(command_named("backup"));
    if (installation_backup(&in, argv[0], NULL, NULL, &f) != OK)
        return command_fault(&f);
    if (for_machines)
        return print_json("backup", str(argv[0]));
    printf("已备份到 %s；密钥（keys）不在其中，请另行保管。\nCopied to %s; the keys are not in it, keep them "
           "apart.\n",
           argv[0], argv[0]);
    return EXIT_OK;
}

static int run_restore(const Config *c, int argc, char **argv) {
    Fault f;

    if (argc != 1)
        return command_usage(command_named("restore"));
    if (installation_restore(argv[0], c->data, NULL, NULL, &f) != OK)
        return command_fault(&f);
    if (for_machines)
        return print_json("restored", str(c->data));
    printf(
        "已恢复到 %s。请把密钥（keys）放回这个目录。\nRestored to %s. Put the keys back into that directory.\n",
        c->data, c->data);
    return EXIT_OK;
}

static int print_wrong(const Buf *lines, int64_t wrong) {
    Fault f;
    Buf b;

    if (buf_begin(&b, lines->n + 1024, 16 << 20, &f) != OK)
        return command_fault(&f);
    buf_fmt(&b, "{\"wrong\":%lld,\"lines\":", (long long)wrong);
    buf_json(&b, buf_view(lines));
    buf_str(&b, "}\n");
    fwrite(b.p, 1, b.n, stdout);
    buf_end(&b);
    return EXIT_OK;
}

static int run_check(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    Store *s;
    Fault f;
    Buf b;
    int64_t wrong;

    (void)argc, (void)argv;
    if (installation_open(&in, &s, &f) != OK)
        return command_fault(&f);
    Err e = buf_begin(&b, 4096, 1 << 20, &f);
    e = e == OK ? installation_check(s, &b, &wrong, &f) : e;
    installation_close(s);
    if (e != OK)
        return command_fault(&f);
    int status = EXIT_OK;
    if (for_machines)
        status = print_wrong(&b, wrong);
    else
        printf("%s%lld 处不对 / wrong\n", b.p, (long long)wrong);
    buf_end(&b);
    return wrong ? EXIT_FAILED : status;
}

/* ---- the list ---- */

const Command commands[] = {
    { "serve", "[--listen ADDR:PORT]", "serves pages and API", false, run_serve },
    { "demo", "[--households N] [--cases N] [--seed N] [--as-of DATE] [--small]",
      "makes a fictional city in an empty data directory", true, run_demo },
    { "call", "OPERATION [JSON] [--as LOGIN] [--key CLIENT-KEY]", "runs any operation", true, run_call },
    { "user", "add LOGIN NAME | passwd LOGIN | post LOGIN ROLE [AREA] [UNIT]",
      "accounts and their posts; a password is read from standard input", true, run_user },
    { "import", "KIND FILE …", "takes tables and maps of the city from files; see import --help", true,
      run_import },
    { "area",
      "split CODE FILE [--day DAY] [--note TEXT] [--layer CODE] [--crs DATUM] [--code FIELD] [--name FIELD] "
      "[--households FIELD] | crosswalk LAYER[:LEVEL] LAYER[:LEVEL] [FILE.csv|FILE.geojson] | "
      "merge LAYER[:LEVEL] LAYER[:LEVEL] … --within CODE --min N --max N [--grids K] [--whole "
      "LAYER[:LEVEL]|none] "
      "[--compact N] [--seed N] [--sweeps N] [--threads N] [--map FILE.geojson] [--grids-csv FILE] "
      "[--units-csv FILE] [--areas-csv FILE]",
      "splits an area along a map file (GeoJSON) or by a table; compares two layers pair by pair; or proposes "
      "grids that follow most of the borders of several layers",
      true, run_area },
    { "export",
      "cases|areas|places|access|orgs|units|seats|cover|exclusive|exceptions|roster --as LOGIN [--csv] "
      "[--text --reason WHY | --text --order ID] [FILE]",
      "writes a table for a spreadsheet (CSV; a FILE that ends in .xlsx is a workbook), or a JSON object a "
      "line; --text: cases with their words, 200 a day alone, more by an order (export.ask) that another "
      "person approved",
      true, run_export },
    { "locate", "LON LAT | --text WORDS", "the chain of grids at a point, or the places that words mean", true,
      run_locate },
    { "plan",
      "solve FILE.json OUT.json | score FILE.json PLAN.json [--min N] [--max N] [--grids K] [--old PLAN.json] "
      "[--seed N] [--sweeps N] [--threads N] [--cut N] [--compact N] [--alike N] [--balance N] [--keep N] "
      "[--hard FIELD] "
      "[--feature FIELD] | micro --within CODE [--units places|areas] [--keep [OLD.geojson]] [--out "
      "FILE.geojson | "
      "--save [--label TEXT]] … | zone --within CODE --min N --max N [--keep [OLD.geojson]] [--out "
      "FILE.geojson "
      "| --save] … | import FILE.geojson --within CODE [--zone] [--min N] [--max N] [--label TEXT]",
      "cuts buildings or blocks, of a file or of an area, into contiguous grids within a range of households",
      true, run_plan },
    { "webhook", "[add NAME URL EVENTS | stop ID | start ID | secret ID | failed | again ID]",
      "other systems that are told of steps, how deliveries to them get on", true, run_webhook },
    { "check", "", "verifies invariants and says what is wrong", false, run_check },
    { "retain", "", "erases what is due, as the server does every hour", true, run_retain },
    { "migrate", "", "brings the database to this program's schema", false, run_migrate },
    { "backup", "FILE", "copies a running SQLite installation, without its keys", true, run_backup },
    { "restore", "FILE", "puts a copy into an empty data directory", true, run_restore },
    { "config", "[--markdown]", "prints the settings and where they come from", true, run_config },
    { "openapi", "", "prints the API as OpenAPI 3.1", false, run_openapi },
    { "types", "", "prints the nouns as TypeScript", false, run_types },
    { "privacy", "", "prints every stored field with its purpose, readers and retention", false, run_privacy },
    { "schema", "", "prints the tables that the nouns describe", false, run_schema },
};
const size_t commands_count = COUNT(commands);

const Command *command_named(const char *name) {
    for (size_t i = 0; i < commands_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static const char *space_before(const char *arguments) { return *arguments ? " " : ""; }

int command_usage(const Command *c) {
    if (for_machines) {
        fprintf(stderr, "{\"code\":\"usage\",\"usage\":\"jingwei %s %s\"}\n", c->name, c->arguments);
        return EXIT_USAGE;
    }
    fprintf(stderr, "usage: jingwei %s%s%s [--data DIR] [--store postgresql://…]\n       %s\n", c->name,
            space_before(c->arguments), c->arguments, c->sentence);
    return EXIT_USAGE;
}

static void print_fault(const Fault *f) {
    char room[2400];
    Buf b = { room, 0, sizeof room, false, 0 };

    buf_fmt(&b, "{\"code\":\"%s\",\"field\":\"%s\",\"zh\":", f->key, f->field);
    buf_json(&b, str(f->zh));
    buf_str(&b, ",\"en\":");
    buf_json(&b, str(f->en));
    fprintf(stderr, "%s}\n", room);
}

int command_fault(const Fault *f) {
    if (for_machines) {
        print_fault(f);
        return err_exit_code(f->err);
    }
    fprintf(stderr, "%s\n%s\n", f->zh, f->en);
    if (*f->detail)
        fprintf(stderr, "(%s)\n", f->detail);
    return err_exit_code(f->err);
}

int command_misused(const Fault *f) {
    command_fault(f);
    return EXIT_USAGE;
}

const char *command_option(int *argc, char **argv, const char *flag) {
    for (int i = 0; i + 1 < *argc; i++)
        if (strcmp(argv[i], flag) == 0) {
            const char *value = argv[i + 1];
            memmove(&argv[i], &argv[i + 2], (size_t)(*argc - i - 2) * sizeof *argv);
            *argc -= 2;
            return value;
        }
    return NULL;
}

bool command_flag(int *argc, char **argv, const char *flag) {
    for (int i = 0; i < *argc; i++)
        if (strcmp(argv[i], flag) == 0) {
            memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i - 1) * sizeof *argv);
            (*argc)--;
            return true;
        }
    return false;
}

Installation command_installation(const Config *c) {
    return (Installation){ .dir = c->data, .store = c->store, .key_file = c->key_file, .readers = 1 };
}

static void list_for_machines(void) {
    for (size_t i = 0; i < commands_count; i++)
        printf("%s{\"name\":\"%s\",\"arguments\":\"%s\",\"sentence\":\"%s\"}", i ? "," : "[", commands[i].name,
               commands[i].arguments, commands[i].sentence);
    printf("]\n");
}

static void list_commands(FILE *to) {
    fprintf(to, "jingwei 经纬 " JW_VERSION " – 网格治理 / grid governance\n\n");
    for (size_t i = 0; i < commands_count; i++)
        if (*commands[i].arguments)
            fprintf(to, "  %-8s %s\n           %s\n", commands[i].name, commands[i].arguments,
                    commands[i].sentence);
        else
            fprintf(to, "  %s\n           %s\n", commands[i].name, commands[i].sentence);
    fprintf(
        to,
        "\nAll take --help, --json for machines, --data DIR (jingwei-data) and --store postgresql://…; see\n"
        "`jingwei config`. Exit codes: 0 done, 1 failed, 2 asked wrongly.\n");
}

static int usage_all(bool asked) {
    if (asked && for_machines)
        list_for_machines();
    else
        list_commands(asked ? stdout : stderr);
    return asked ? EXIT_OK : EXIT_USAGE;
}

static int help(const Command *c, const char *word) {
    if (c->run == run_import)
        import_help(word);
    else
        printf("usage: jingwei %s%s%s [--json] [--data DIR] [--store postgresql://…]\n       %s\n", c->name,
               space_before(c->arguments), c->arguments, c->sentence);
    return EXIT_OK;
}

static int unknown_command(const char *word) {
    Fault f;

    fault(&f, ERR_INVALID, "command_unknown", "", "没有“%.40s”这个命令。`jingwei` 列出全部命令。",
          "There is no command “%.40s”. `jingwei` lists them all.", word);
    return command_misused(&f);
}

/* Is `word` one of the flags that stand in the command's line of arguments? */
static bool is_flag_of(const Command *c, const char *word) {
    size_t n = strlen(word);

    for (const char *p = c->arguments; (p = strstr(p, word)) != NULL; p += n)
        if (p > c->arguments && strchr(" [|(", p[-1]) && strchr(" ]|)", p[n]))
            return true;
    return false;
}

/* The settings are taken out already; what still begins with two dashes must be
 * the command's own. Each kind of import judges its flags itself. */
static Err check_flags(const Command *c, int argc, char **argv, Fault *f) {
    for (int i = 2; c->run != run_import && i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], "--", 2) == 0 && !is_flag_of(c, argv[i]))
            return fault(
                f, ERR_INVALID, "flag_unknown", "",
                "%s 没有“%.40s”这个选项，也没有这个设置。`jingwei %s --help` 和 `jingwei config` 列出它们。",
                "%s has no flag “%.40s”, and there is no such setting. `jingwei %s --help` and `jingwei "
                "config` list them.",
                c->name, argv[i], c->name);
    return OK;
}

int cli_main(int argc, char **argv, char **environment) {
    static Config config;
    Fault f;

    if (argc == 2 && strcmp(argv[1], "photo-reader") == 0)
        return photo_reader_main(); /* begun by ourselves, see photo_reader.h */
    photo_reader_use("/proc/self/exe");
    record_begin();
    for_machines = command_flag(&argc, argv, "--json");
    const Command *c = argc > 1 ? command_named(argv[1]) : NULL;
    if (argc < 2 || strcmp(argv[1], "--help") == 0)
        return usage_all(argc > 1);
    if (!c)
        return unknown_command(argv[1]);
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return help(c, argv[2]);
    if (config_load(environment, &argc, argv, &config, &f) != OK || zone_install(config.zone, &f) != OK ||
        check_flags(c, argc, argv, &f) != OK)
        return command_misused(&f);
    if (argc > 2 && !c->words)
        return command_usage(c);
    return c->run(&config, argc - 2, argv + 2);
}
