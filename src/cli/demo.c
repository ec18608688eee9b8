/* demo – puts a fictional city into an empty data directory, and says how to sign in.
 * `--small`: one subdistrict with 300 cases, whatever the day, for tests and a first look. */
#include "command.h"

#include "clock.h"
#include "demo.h"
#include "seal.h"

#include <stdio.h>
#include <stdlib.h>

#define DEMO_PASSWORD "jingwei-demo"

/* A whole number from 0 on, or -1. */
static int64_t number(const char *z) {
    char *end;
    long long n = strtoll(z, &end, 10);
    return !*z || *end || n < 0 ? -1 : n;
}

static bool read_number(int *argc, char **argv, const char *flag, int64_t most, int64_t *ret) {
    const char *z = command_option(argc, argv, flag);

    if (z)
        *ret = number(z);
    return *ret >= 0 && *ret <= most;
}

/* A city that is made now ends now, so that what is due soon is due soon; one of a day
 * that was named ends at an hour of its own, and is the same whenever it is made. */
static void choose_hour(DemoWish *w, bool named) {
    const int64_t now = clock_now_ms();

    w->hour = DEMO_HOUR;
    if (named)
        return;
    w->as_of = day_of_ms(now);
    w->hour = (int32_t)((now - ms_of_day(w->as_of)) / 3600000LL);
}

static bool read_wish(int *argc, char **argv, DemoWish *ret) {
    int64_t households = DEMO_HOUSEHOLDS, cases = DEMO_CASES, seed = 2026;
    const char *day = command_option(argc, argv, "--as-of");
    DemoWish w = { 0 };

    choose_hour(&w, day != NULL);
    if (!read_number(argc, argv, "--households", INT32_MAX, &households) ||
        !read_number(argc, argv, "--cases", INT32_MAX, &cases) ||
        !read_number(argc, argv, "--seed", UINT32_MAX, &seed) || (day && !day_parse(day, &w.as_of)))
        return false;
    w.households = (int32_t)households;
    w.cases = (int32_t)cases;
    w.seed = (uint64_t)seed;
    *ret = w;
    return true;
}

static void say(bool small, const char *people) {
    if (command_json()) {
        printf("{\"made\":true,\"password\":\"" DEMO_PASSWORD "\"}\n");
        return;
    }
    printf("%s已建好。所有演示账号的密码都是 " DEMO_PASSWORD "\n"
           "The demo %s is made. The password of all demo accounts is " DEMO_PASSWORD "\n%s",
           small ? "演示街道" : "演示城市“" DEMO_CITY "”", small ? "subdistrict" : "city", people);
}

int run_demo(const Config *c, int argc, char **argv) {
    bool small = command_flag(&argc, argv, "--small");
    Installation in = command_installation(c);
    char hash[PASSWORD_HASH], room[4096] = "";
    Buf said = { room, 0, sizeof room, false, 0 };
    Store *s = NULL;
    DemoWish wish;
    Fault f;

    if (!read_wish(&argc, argv, &wish) || argc != 0)
        return command_usage(command_named("demo"));
    Err e = installation_open(&in, &s, &f);
    e = e == OK ? password_hash(str(DEMO_PASSWORD), hash, &f) : e;
    if (e == OK)
        e = small ? demo_make(s, str(hash), (uint32_t)wish.seed, &said, &f)
                  : demo_city_make(s, &wish, str(hash), &said, &f);
    installation_close(s);
    if (e != OK)
        return command_fault(&f);
    say(small, room);
    return EXIT_OK;
}
