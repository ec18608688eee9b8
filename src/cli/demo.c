/* demo – puts the fictional subdistrict into an empty data directory, and says
 * how to sign in. */
#include "command.h"

#include "demo.h"
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>

#define DEMO_PASSWORD "jingwei-demo"

int run_demo(const Config *c, int argc, char **argv) {
    const char *seed = command_option(&argc, argv, "--seed");
    Installation in = command_installation(c);
    char hash[PASSWORD_HASH], room[2048] = "";
    Buf said = { room, 0, sizeof room, false, 0 };
    Store *s = NULL;
    Fault f;

    if (argc != 0)
        return command_usage(command_named("demo"));
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? password_hash(str(DEMO_PASSWORD), hash, &f) : e;
    e = e == OK ? demo_make(s, str(hash), seed ? (uint32_t)strtoul(seed, NULL, 10) : 2026, &said, &f) : e;
    installation_close(s);
    if (e != OK)
        return command_fault(&f);
    if (command_json()) {
        printf("{\"made\":true,\"password\":\"" DEMO_PASSWORD "\"}\n");
        return EXIT_OK;
    }
    printf("演示街道已建好。所有演示账号的密码都是 " DEMO_PASSWORD "\n"
           "The demo subdistrict is made. The password of all demo accounts is " DEMO_PASSWORD "\n%s",
           room);
    return EXIT_OK;
}
