/* city – see city.h. */
#include "city.h"

#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static City make(const char *program, const char *room, char *small) {
    City c = { .program = program };
    char *path = (char *)(uintptr_t)program;

    snprintf(c.dir, sizeof c.dir, "%s/city", room);
    child_run((char *const[]){ path, "import", "calendar", JW_SOURCE "/data/calendar-cn.csv", "--data", c.dir,
                               NULL });
    child_run((char *const[]){ path, "demo", "--data", c.dir, small, NULL });
    return c;
}

City city_make(const char *program, const char *room) { return make(program, room, "--small"); }
City city_make_whole(const char *program, const char *room) { return make(program, room, NULL); }

Child city_serve(const City *c) {
    return child_listening((char *const[]){ (char *)(uintptr_t)c->program, "serve", "--data",
                                            (char *)(uintptr_t)c->dir, "--listen", "127.0.0.1:0", "--threads",
                                            "2", "--log-level", "error", "--reports-per-network", "0", NULL });
}

void city_sign_in_as(int port, const char *login, char ret[128]) {
    char body[256], request[1024], answer[8192], *cookie;

    snprintf(body, sizeof body, "{\"login\":\"%s\",\"password\":\"jingwei-demo\"}", login);

    int n = snprintf(request, sizeof request,
                     "POST /api/1/session HTTP/1.1\r\n" BENCH_HEADERS
                     "X-Jingwei: 1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     strlen(body), body);
    load_once(port, (Str){ request, (size_t)n }, answer, sizeof answer);
    cookie = strstr(answer, "Set-Cookie: jingwei=");
    if (!cookie) {
        fprintf(stderr, "signing in gave no cookie: %s\n", answer);
        exit(1);
    }
    snprintf(ret, 128, "%.*s", (int)strcspn(cookie + 20, ";\r"), cookie + 20);
}

void city_sign_in(int port, char ret[128]) { city_sign_in_as(port, "dispatch", ret); }
