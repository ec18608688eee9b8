/* city – see city.h. */
#include "city.h"

#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

City city_make(const char *program, const char *room) {
    City c = { .program = program };
    char *path = (char *)(uintptr_t)program;

    snprintf(c.dir, sizeof c.dir, "%s/city", room);
    child_run((char *const[]){ path, "import", "calendar", JW_SOURCE "/data/calendar-cn.csv", "--data", c.dir,
                               NULL });
    child_run((char *const[]){ path, "demo", "--small", "--data", c.dir, NULL });
    return c;
}

Child city_serve(const City *c) {
    return child_listening((char *const[]){ (char *)(uintptr_t)c->program, "serve", "--data",
                                            (char *)(uintptr_t)c->dir, "--listen", "127.0.0.1:0", "--threads",
                                            "2", "--log-level", "error", NULL });
}

void city_sign_in(int port, char ret[128]) {
    static const char body[] = "{\"login\":\"dispatch\",\"password\":\"jingwei-demo\"}";
    char request[1024], answer[8192], *cookie;

    int n = snprintf(request, sizeof request,
                     "POST /api/1/session HTTP/1.1\r\n" BENCH_HEADERS
                     "X-Jingwei: 1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     sizeof body - 1, body);
    load_once(port, (Str){ request, (size_t)n }, answer, sizeof answer);
    cookie = strstr(answer, "Set-Cookie: jingwei=");
    if (!cookie) {
        fprintf(stderr, "signing in gave no cookie: %s\n", answer);
        exit(1);
    }
    snprintf(ret, 128, "%.*s", (int)strcspn(cookie + 20, ";\r"), cookie + 20);
}
