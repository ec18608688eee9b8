/* city – a data directory with the demo city, and a server on it, for the benches
 * that measure the whole program. */
#ifndef JW_BENCH_CITY_H
#define JW_BENCH_CITY_H

#include "child.h"
#include "text.h"

/* The build's own program, in a new directory under `room`, which is made. */
typedef struct City {
    const char *program;
    char dir[256];
} City;

City city_make(const char *program, const char *room);       /* one subdistrict, 300 cases */
City city_make_whole(const char *program, const char *room); /* four, with a year of cases */
Child city_serve(const City *c);                             /* two HTTP threads, a port of its own */

/* Signs in; the value of the cookie goes to `ret`. */
void city_sign_in_as(int port, const char *login, char ret[128]);
void city_sign_in(int port, char ret[128]); /* as a dispatcher */

#define BENCH_HEADERS                                                               \
    "Host: 127.0.0.1:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) bench\r\n" \
    "Accept: application/json\r\nAccept-Language: zh-CN,zh;q=0.9\r\n"

#endif
