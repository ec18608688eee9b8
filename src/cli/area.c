/* area – `jingwei area split`: an area becomes several, drawn in a map file or listed in
 * a table (port/split_file.h; docs/area-changes.md is the manual). Like an import it is
 * for whoever runs the machine; by login and right there is `call area.split`.
 * `jingwei area crosswalk`: area_crosswalk.c; `area merge`: area_merge.c. */
#include "import.h"

#include "split_file.h"

#include <stdio.h>
#include <string.h>

/* False: used wrongly. */
static bool read_order(int argc, char **argv, SplitOptions *how) {
    static const char *const flags[] = { "--code", "--name", "--households", "--crs", "--layer", "--note" };
    Str *const to[] = { &how->code, &how->name, &how->households, &how->crs, &how->layer, &how->note };
    const char *day = command_option(&argc, argv, "--day");

    for (size_t i = 0; i < COUNT(flags); i++) {
        const char *value = command_option(&argc, argv, flags[i]);
        *to[i] = str(value ? value : "");
    }
    how->day = day_of_ms(clock_now_ms());
    if (argc != 3 || strcmp(argv[0], "split") != 0 || (day && !day_parse(day, &how->day)))
        return false;
    how->area = str(argv[1]);
    how->file = str(argv[2]);
    return true;
}

static void say(const SplitOptions *how, const SplitDone *done) {
    char day[16];
    bool planned = done->state == AREA_ACTIVE;

    day_print(how->day, day);
    if (command_json())
        printf("{\"parts\":%d,\"day\":\"%s\",\"planned\":%s}\n", done->parts, day, planned ? "true" : "false");
    else if (planned)
        printf("计划于 %s 拆分为 %d 个网格；批准（area.approve）后到日生效。\n"
               "Planned: split into %d areas on %s, once area.approve has been called.\n",
               day, done->parts, done->parts, day);
    else
        printf("已拆分为 %d 个网格。\nSplit into %d areas.\n", done->parts, done->parts);
}

static int run_split(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    SplitOptions how = { .day = 0 };
    SplitDone done;
    Store *s = NULL;
    Buf file = { 0 };
    Fault f;

    if (!read_order(argc, argv, &how))
        return command_usage(command_named("area"));
    Err e = import_file_whole(how.file.p, SPLIT_BYTES_MAX, &file, &f);
    e = e == OK ? installation_open(&in, &s, &f) : e;
    e = e == OK ? split_file(s, buf_view(&file), &how, &done, &f) : e;
    if (e == OK)
        say(&how, &done);
    installation_close(s);
    buf_end(&file);
    return e == OK ? EXIT_OK : command_fault(&f);
}

int run_area(const Config *c, int argc, char **argv) {
    if (argc >= 1 && strcmp(argv[0], "crosswalk") == 0)
        return run_area_crosswalk(c, argc, argv);
    if (argc >= 1 && strcmp(argv[0], "merge") == 0)
        return run_area_merge(c, argc, argv);
    return run_split(c, argc, argv);
}
