/* import – tables and maps of the city from files. */
#include "command.h"

#include "calendar_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static Err from_file(void *source, char *to, size_t room, size_t *ret_n, Fault *f) {
    FILE *in = source;
    size_t n = fread(to, 1, room, in);

    if (n == 0 && ferror(in))
        return fault(f, ERR_STORE, "file", "", "读文件出错。", "The file cannot be read.");
    *ret_n = n;
    return OK;
}

int run_import(const Config *c, int argc, char **argv) {
    Installation in = command_installation(c);
    Store *s = NULL;
    int64_t days = 0;
    Fault f;

    if (argc != 2 || strcmp(argv[0], "calendar") != 0)
        return command_usage(command_named("import"));
    FILE *file = fopen(argv[1], "rb");
    if (!file) {
        fault(&f, ERR_STORE, "file", "", "打不开 %s：%s。", "%s cannot be opened: %s.", argv[1],
              strerror(errno));
        return command_fault(&f);
    }
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? calendar_import(s, from_file, file, &days, &f) : e;
    installation_close(s);
    fclose(file);
    if (e != OK)
        return command_fault(&f);
    printf("日历：%lld 天 / %lld days of the calendar\n", (long long)days, (long long)days);
    return EXIT_OK;
}
